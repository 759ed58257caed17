"""Every test listens, down to the last log record, and then looks through what it heard."""

import logging

import pytest

from tests.canaries.listening import SEEN, Ear


@pytest.fixture
def ear(caplog, tally):
    caplog.set_level(logging.DEBUG)
    yield (listening := Ear())
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    texts = [*listening.heard, *map(caplog.handler.format, records)]
    found = [text[:200] for text in texts if any(mark in text.upper() for mark in SEEN)]
    tally("texts looked through for canaries", tried=len(texts), found=len(found))
    assert not found, f"a marked value shows in: {found[0]}"
