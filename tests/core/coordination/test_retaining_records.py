"""Records kept as long as they must be, held where a court may ask, and gone whole otherwise."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord import (
    AccessDenied,
    Actor,
    AlreadyTaken,
    Clinic,
    HumanName,
    InvalidValue,
    NotAllowed,
    NotFound,
    Purpose,
    Role,
    open_store,
)
from carecoord.compliance.disclosures import Basis, DisclosureRecipient
from carecoord.compliance.disposals import DisposalMethod, DisposalStatus
from carecoord.compliance.retention import CountedFrom, RetentionRule
from carecoord.compliance.retention_rules import retention_rules
from carecoord.compliance.sources import Source, Sureness
from carecoord.coordination import retaining_records
from carecoord.patients.registration import Patient
from tests.core.coordination.drawn_records import DrawnFamilies, all_of, keep_record

OURS = Source("our own", Sureness.OWN)
SIX = RetentionRule(
    name="six", jurisdiction="US", years=6, counted_from=CountedFrom.LAST_ENTRY, source=OURS
)
COUNTY = DisclosureRecipient("County health department")


@pytest.fixture
def office(clinic):
    desk = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.OPERATIONS)
    desk.set_retention_rules((SIX,))
    return desk


@pytest.fixture
def ada(desk):
    return desk.register(HumanName(family="Okafor", given=["Ada"]))


@pytest.fixture
def old(office, desk, ada, clock):
    """A record of three that is seven years old."""
    for _ in range(2):
        desk.record_disclosure(
            ada.id, COUNTY, what="it", purpose="outbreak", basis=Basis.PUBLIC_HEALTH
        )
    clock.pass_(days=7 * 365)
    return ada


def finished(desk, disposal):
    while disposal.status is DisposalStatus.BEGUN:
        disposal = desk.continue_disposal(disposal.id)
    return disposal


def test_a_record_goes_whole_and_leaves_a_certificate(office, desk, old, clinic, clock, audit):
    (due,) = office.records_due_for_disposal().due
    assert (due.patient, due.kept.rule) == (old.id, SIX)
    begun = office.begin_disposal(old.id, method=DisposalMethod.PURGE)
    assert not desk.look_up_patient(old.id).active
    assert begun.counts == ()
    assert office.unfinished_disposals() == (begun,)
    gone = finished(office, begun)
    assert gone.counts == (("disclosure", 2), ("patient", 1))
    assert (gone.status, gone.ended_at) == (DisposalStatus.COMPLETED, clock.at)
    assert (gone.begun_by, gone.method, gone.rule) == ("cory", DisposalMethod.PURGE, "six")
    assert office.disposals_of(old.id) == (gone,)
    assert office.unfinished_disposals() == ()
    assert all_of(clinic.store) == set()
    assert clinic.store.broken_audit_streams() == ()
    erasing = next(one for one in audit() if one.use_case == "continue_disposal")
    assert {one.kind for one in erasing.touched} == {
        "disposal", "disclosure", "patient", "retention_schedule",
    }  # fmt: skip
    with pytest.raises(NotFound):
        desk.look_up_patient(old.id)
    with pytest.raises(NotAllowed, match="disposal_can_continue"):
        office.continue_disposal(gone.id)


def test_what_is_too_young_or_tells_no_day_stays(office, desk, ada, clock):
    with pytest.raises(NotAllowed, match="record_tells_how_old_it_is"):
        office.begin_disposal(ada.id)
    desk.record_disclosure(ada.id, COUNTY, what="it", purpose="it", basis=Basis.PUBLIC_HEALTH)
    with pytest.raises(NotAllowed, match="record_was_kept_long_enough"):
        office.begin_disposal(ada.id)
    assert office.records_due_for_disposal().due == ()
    clock.at = datetime(2032, 3, 2, 14, tzinfo=UTC)
    with pytest.raises(NotAllowed):
        office.begin_disposal(ada.id)
    clock.pass_(days=1)
    assert office.begin_disposal(ada.id)


def test_without_rules_nothing_goes(clinic, desk, ada, clock):
    office = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.LEGAL)
    desk.record_disclosure(ada.id, COUNTY, what="it", purpose="it", basis=Basis.PUBLIC_HEALTH)
    clock.pass_(days=40_000)
    assert office.records_due_for_disposal().due == ()
    with pytest.raises(NotAllowed, match="every_kind_has_a_retention_rule"):
        office.begin_disposal(ada.id)
    office.place_legal_hold("Doe v. Clinic")
    assert office.retention_schedule().rules == ()
    assert office.set_retention_rules(retention_rules("US", "US-TX")).holds


def test_what_is_held_stays_until_it_is_released(office, old):
    for scope in ({}, {"patients": frozenset({old.id})}, {"kinds": frozenset({"disclosure"})}):
        hold = office.place_legal_hold("Doe v. Clinic", **scope).holds[-1]
        assert office.records_due_for_disposal().due == ()
        with pytest.raises(NotAllowed, match="record_is_under_no_legal_hold"):
            office.begin_disposal(old.id)
        office.release_legal_hold(hold.id)
        with pytest.raises(NotAllowed):
            office.release_legal_hold(hold.id)
    office.place_legal_hold("another", kinds=frozenset({"entry"}))
    assert office.begin_disposal(old.id)
    for wrong in ({"patients": frozenset()}, {"kinds": frozenset()}, {"kinds": frozenset({"x"})}):
        with pytest.raises(InvalidValue):
            office.place_legal_hold("wrong", **wrong)
    with pytest.raises(NotFound):
        office.place_legal_hold("wrong", patients=frozenset({"nobody"}))


def test_a_hold_stops_a_disposal_that_was_begun(office, old, monkeypatch):
    monkeypatch.setattr(retaining_records, "AT_ONCE", 1)
    disposal = office.begin_disposal(old.id)
    with pytest.raises(AlreadyTaken):
        office.begin_disposal(old.id)
    disposal = office.continue_disposal(disposal.id)
    assert disposal.counts == (("disclosure", 1),)
    hold = office.place_legal_hold("Doe v. Clinic", patients=frozenset({old.id})).holds[-1]
    with pytest.raises(NotAllowed, match="record_is_under_no_legal_hold"):
        office.continue_disposal(disposal.id)
    office.release_legal_hold(hold.id)
    assert finished(office, disposal).counts == (("disclosure", 2), ("patient", 1))


def test_what_came_to_the_record_meanwhile_is_kept(office, desk, old):
    disposal = office.begin_disposal(old.id)
    desk.give_notice(old.id, "2033")
    with pytest.raises(NotAllowed, match="record_was_kept_long_enough"):
        office.continue_disposal(disposal.id)
    stopped = office.stop_disposal(disposal.id)
    assert stopped.status is DisposalStatus.STOPPED
    assert not desk.look_up_patient(old.id).active


def test_a_hold_that_is_placed_at_the_same_moment_wins(office, old, clinic):
    """The hold is placed between what a disposal reads and what it erases."""
    disposal = office.begin_disposal(old.id)
    backend, placed = clinic.store.backend, []
    commit = backend.commit

    def hold_first(changes):
        if changes.erases and not placed:
            placed.append(True)
            office.place_legal_hold("Doe v. Clinic", patients=frozenset({old.id}))
        commit(changes)

    backend.commit = hold_first
    try:
        with pytest.raises(NotAllowed, match="record_is_under_no_legal_hold"):
            office.continue_disposal(disposal.id)
    finally:
        backend.commit = commit
    assert ("patient", old.id) in all_of(clinic.store)
    assert len(all_of(clinic.store)) == 3


def test_records_are_looked_at_page_by_page(office, desk, clock):
    patients = [desk.register(HumanName(family=f"Okafor {n}", given=["Ada"])) for n in range(5)]
    for patient in patients[::2]:
        desk.give_notice(patient.id, "2026")
    clock.pass_(days=7 * 365)
    found, after = [], None
    while True:
        page = office.records_due_for_disposal(after=after, limit=2)
        found += [one.patient for one in page.due]
        if (after := page.next) is None:
            break
    assert sorted(found) == sorted(one.id for one in patients[::2])
    for limit in (0, 1001):
        with pytest.raises(InvalidValue):
            office.records_due_for_disposal(limit=limit)


def test_looking_for_what_is_due_shows_only_what_is(office, old, desk, audit):
    desk.register(HumanName(family="Adler", given=["Ben"]))
    office.records_due_for_disposal()
    assert audit()[-1].patients == (old.id,)


def test_only_the_compliance_officer_disposes(desk, ada):
    for use_case in (desk.begin_disposal, desk.disposals_of):
        with pytest.raises(AccessDenied):
            use_case(ada.id)


@pytest.fixture(scope="module")
def families():
    return DrawnFamilies()


class _FarAhead:
    """A clock after every day that is drawn."""

    def now(self):
        return datetime(2500, 1, 1, tzinfo=UTC)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(1, 9), st.booleans())
def test_of_any_two_records_in_any_order_all_goes_but_what_is_held(
    families, seed, at_once, ada_first
):
    """Complete, whatever the order; nothing of another's; the certificate counts what vanished."""
    random = Random(seed)
    clinic = Clinic(open_store("memory:", clock=_FarAhead()))
    office = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.LEGAL)
    office.set_retention_rules((SIX,))
    for who in ("ada", "ben", "cleo"):
        keep_record(clinic.store, families, Patient(id=who, name=HumanName(family=who)), random)
    held = all_of(clinic.store, "cleo")
    office.place_legal_hold("Roe v. Clinic", patients=frozenset({"cleo"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retaining_records, "AT_ONCE", at_once)
        for who in ("ada", "ben") if ada_first else ("ben", "ada"):
            before, theirs = all_of(clinic.store), all_of(clinic.store, who)
            gone = finished(office, office.begin_disposal(who))
            vanished = before - all_of(clinic.store)
            assert {(row.kind, id) for row in gone.erased for id in row.ids} == vanished
            assert dict(gone.counts) == {
                kind: sum(one == kind for one, _ in vanished) for kind, _ in vanished
            }
            assert vanished == theirs
    with pytest.raises(NotAllowed):
        office.begin_disposal("cleo")
    assert all_of(clinic.store) == held
    assert clinic.store.broken_audit_streams() == ()
