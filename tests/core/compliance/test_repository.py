"""Compliance in a store: every kind comes back as it was kept."""

import json

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.compliance.repository import (
    CONSENT,
    CREDENTIAL,
    DISCLOSURE,
    INCIDENT,
    INDIVIDUAL_REQUEST,
    NOTICE_RECEIPT,
)
from carecoord.storage.backend import Stored
from carecoord.storage.wire import Codec
from carecoord.testing.strategies import aggregates_of

KINDS = (CONSENT, CREDENTIAL, DISCLOSURE, INCIDENT, INDIVIDUAL_REQUEST, NOTICE_RECEIPT)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_kept_comes_back_the_same(kind, data):
    aggregate = data.draw(aggregates_of(kind))
    codec = Codec(kind)
    row = codec.row(aggregate, 1)
    stored = Stored(row.id, 1, json.loads(json.dumps(row.body)))
    assert codec.aggregate(stored) == evolve(aggregate, version=1)
