"""A request that can be traced."""

from datetime import UTC, datetime

import pytest

from carecoord.authorizations.requests import (
    WARNINGS,
    Channel,
    Submission,
    submission_can_be_traced,
)
from carecoord.kernel.ids import ActorId


@pytest.mark.parametrize(
    ("channel", "reference", "representative", "traced"),
    [
        (Channel.X12_278, None, None, True),
        (Channel.FHIR_PAS, None, None, True),
        (Channel.PHONE, None, None, False),
        (Channel.PHONE, None, "extension 12", True),
        (Channel.FAX, None, "extension 12", False),
        (Channel.FAX, "F-1", None, True),
        (Channel.PORTAL, None, None, False),
    ],
)
def test_phone_fax_and_portal_leave_something_to_show(
    channel: Channel, reference: str | None, representative: str | None, traced: bool
) -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    submission = Submission(channel, at, ActorId("desk"), reference, representative)
    assert bool(submission_can_be_traced(submission)) is traced
    assert submission_can_be_traced.__name__ in WARNINGS
