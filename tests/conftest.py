"""How much is searched: an ordinary run, and a thorough one (`HYPOTHESIS_PROFILE=thorough`)."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("carecoord.testing.laws")

settings.register_profile("ordinary", max_examples=60, deadline=None)
settings.register_profile(
    "thorough", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ordinary"))
