"""The audit is read as one, however many streams it was written to."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carecoord import Actor, Clinic, HumanName, Purpose, Role
from carecoord.compliance.audit import AuditEntry
from carecoord.storage.audit import STREAMS
from carecoord.storage.backend import Changes
from carecoord.testing.laws.law import NOW


def entry(number: int, at: datetime) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor="nora",
        roles=("coordinator",),
        purpose=Purpose.TREATMENT,
        use_case=f"use_case_{number}",
        outcome="done",
        reason="granted",
    )


@given(
    st.lists(
        st.tuples(st.integers(0, STREAMS - 1), st.integers(0, 600), st.integers(0, 30)), max_size=30
    )
)
def test_entries_of_all_streams_come_in_the_order_of_time(kept):
    """A use case is kept some time after it began: within half an hour, order is made good."""
    clinic = Clinic()
    written = []
    for number, (stream, minutes, late) in enumerate(sorted(kept, key=lambda one: one[1])):
        one = entry(number, NOW + timedelta(minutes=minutes - late))
        clinic.store.backend.commit(Changes(stream=stream, audit=(one.encoded(),)))
        written.append(one)
    read = list(clinic.audit_trail())
    assert sorted(read, key=lambda one: one.use_case) == sorted(
        written, key=lambda one: one.use_case
    )
    assert [one.at for one in read] == sorted(one.at for one in written)


def test_what_was_done_at_a_desk_is_read(clinic, clock):
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT, origin="front desk")
    ada = desk.register(HumanName(family="Okafor", given=("Ada",)))
    clock.pass_(minutes=1)
    desk.look_up_patient(ada.id)
    trail = [(one.use_case, one.patients, one.at.tzinfo) for one in clinic.audit_trail()]
    assert trail == [("register", (ada.id,), UTC), ("look_up_patient", (ada.id,), UTC)]
