import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.audit import AuditEntry, Touched
from carecoord.errors import InvalidValue
from carecoord.kernel.people import Purpose

IDS = st.from_regex(r"\A[a-z][a-z0-9-]{0,20}\Z")
DIGESTS = st.from_regex(r"\A[0-9a-f]{64}\Z")
ENTRIES = st.builds(
    AuditEntry,
    at=st.datetimes(timezones=st.just(UTC)),
    actor=IDS,
    roles=st.lists(st.sampled_from(["billing", "coordinator"])),
    purpose=st.sampled_from(Purpose),
    use_case=IDS,
    outcome=st.sampled_from(["done", "access_denied"]),
    reason=st.just("granted"),
    patients=st.lists(IDS, max_size=3),
    touched=st.lists(
        st.builds(Touched, IDS, IDS, st.integers(1, 9), st.none() | DIGESTS), max_size=3
    ),
    origin=st.none() | IDS,
    policy=st.none() | DIGESTS,
)


@given(ENTRIES)
def test_an_entry_survives_its_bytes_and_always_has_the_same(entry):
    assert AuditEntry.decoded(entry.encoded()) == entry
    assert AuditEntry.decoded(entry.encoded()).encoded() == entry.encoded()


@given(ENTRIES)
def test_its_time_is_found_in_its_bytes(entry):
    assert AuditEntry.time_in(entry.encoded()) == entry.at
    assert AuditEntry.time_in(entry.encoded()[1:-1].replace(b'"at"', b'"no"')) is None


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{}", b"\xff", b'{"schema": 1}'],
)
def test_bytes_that_keep_no_entry_are_refused(damage):
    with pytest.raises(InvalidValue, match="audit entry"):
        AuditEntry.decoded(damage)


@given(ENTRIES)
def test_a_repr_says_who_did_what_and_how_it_ended(entry):
    assert repr(entry) == (
        f"AuditEntry(actor={entry.actor!r}, purpose={entry.purpose!r},"
        f" use_case={entry.use_case}, outcome={entry.outcome})"
    )


def test_an_entry_of_a_newer_schema_is_refused():
    entry = AuditEntry(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="a1",
        roles=(),
        purpose=Purpose.TREATMENT,
        use_case="book",
        outcome="done",
        reason="granted",
    )
    newer = {**json.loads(entry.encoded()), "schema": 2}
    with pytest.raises(InvalidValue, match="another schema"):
        AuditEntry.decoded(json.dumps(newer).encode())
