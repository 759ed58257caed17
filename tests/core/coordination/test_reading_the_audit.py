"""The audit is read as one, however many streams it was written to."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord import (
    AccessDenied,
    Actor,
    Clinic,
    HumanName,
    NotFound,
    Period,
    Purpose,
    Role,
    Zone,
)
from carecoord.compliance import Grant, RolePolicy
from carecoord.compliance.access_facts import Relation
from carecoord.compliance.access_reports import Sign
from carecoord.compliance.audit import AuditEntry
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.storage.audit import STREAMS
from carecoord.storage.backend import Changes
from carecoord.testing.laws.law import NOW
from carecoord.visits import ResourceKind, Schedule, Shift, Weekday, WeeklyTemplate
from tests.core.coordination.conftest import SmallClinic


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


@pytest.fixture
def officer(clinic):
    return clinic.desk(Actor.of("olga", Role.COMPLIANCE_OFFICER), Purpose.OPERATIONS)


def test_an_officer_sees_who_looked_at_a_record_and_is_seen_to(clinic, clock, desk, small, officer):
    clock.pass_(hours=1)
    desk.look_up_patient(small.ada.id)
    desk.look_up_patient(small.ben.id)
    looks = officer.accesses_to(small.ada.id)
    assert [(one.actor, one.use_case) for one in looks] == [
        ("nora", "register"),
        ("nora", "look_up_patient"),
    ]
    within = Period(clock.now(), clock.now() + timedelta(minutes=1))
    last = [one.use_case for one in officer.accesses_to(small.ada.id, within=within)]
    assert last == ["look_up_patient", "accesses_to"]
    with pytest.raises(NotFound):
        officer.accesses_to("patient-1")


def test_unusual_access_is_judged_by_the_hours_that_are_kept(clinic, clock, desk, officer):
    span = Period(clock.now() - timedelta(days=1), clock.now() + timedelta(days=2))
    ada = desk.register(HumanName(family="Okafor", given=("Ada",)))
    assert officer.unusual_access(span) == ()
    small = SmallClinic(desk)
    clock.at = datetime(2026, 3, 3, 4, tzinfo=UTC)  # ten in the evening in Chicago
    desk.look_up_patient(ada.id)
    (late,) = officer.unusual_access(span)
    assert (late.signs, late.access.use_case) == ((Sign.AFTER_HOURS,), "look_up_patient")
    always = WeeklyTemplate((Shift(Weekday.every(), time(0), time(0)),))
    desk.set_schedule(
        Schedule(
            id="site",
            location="main",
            zone=Zone("America/Chicago"),
            resource=None,
            kind=ResourceKind.LOCATION,
            templates=(always,),
        )
    )
    assert officer.unusual_access(span) == ()
    (own,) = officer.unusual_access(span, related={"nora": {small.ben.id}})
    assert own.signs == (Sign.RELATED,)
    *_, last = clinic.audit_trail()
    assert (last.use_case, last.touched, last.patients) == ("unusual_access", (), ())


def test_families_and_restricted_records_are_known(clinic, clock, desk, small, officer):
    """But for a relation that ended before."""
    for who, patient in (("nora", small.ada.id), ("mel", small.ben.id)):
        officer.note_relation(who, patient, Relation.FAMILY)
    (over,) = officer.relations_to(small.ben.id)
    officer.end_relation(over.id)
    officer.note_relation("nora", small.ben.id, Relation.CARE_TEAM)
    officer.label_record(small.ben.id, frozenset({Sensitivity.RESTRICTED}))
    clock.pass_(hours=1)
    span = Period(clock.now() - timedelta(minutes=1), clock.now() + timedelta(minutes=1))
    nora, mel = (
        clinic.desk(Actor.of(who, Role.BILLING), Purpose.PAYMENT) for who in ("nora", "mel")
    )
    with pytest.raises((NotFound, AccessDenied)):
        nora.look_up_patient(small.ada.id)
    mel.look_up_patient(small.ben.id)
    found = officer.unusual_access(span)
    assert [(one.access.actor, one.access.outcome, one.signs) for one in found] == [
        ("nora", "access_denied", (Sign.RELATED,)),
        ("mel", "done", (Sign.GUARDED,)),
    ]


def test_a_report_on_everybody_is_not_for_one_who_reaches_one_record(clinic, small):
    both = frozenset({Purpose.PATIENT_REQUEST})
    policy = RolePolicy((Grant(frozenset({Role.PATIENT}), frozenset({"reading_the_audit"}), both),))
    own = Clinic(clinic.store, policy=policy).desk(
        Actor.of("ada-at-home", Role.PATIENT, patient=small.ada.id), Purpose.PATIENT_REQUEST
    )
    span = Period(NOW, NOW + timedelta(days=1))
    for ask in (lambda: own.accesses_to(small.ada.id), lambda: own.unusual_access(span)):
        with pytest.raises(AccessDenied):
            ask()
