"""What a decision reaches, searched against an oracle that knows no conditions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord import Actor, Clinic, HumanName, NotFound, Period, Purpose, Role, open_store
from carecoord.compliance.access import ConsentNeeded, Decision, Grant, Reach, RolePolicy
from carecoord.compliance.consents import Consent, ConsentKind, Statement
from carecoord.compliance.repository import CONSENT
from carecoord.coordination.scope import Scope
from carecoord.directory.locations import Location
from carecoord.directory.repository import LOCATION, ORGANIZATION
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Zone
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT
from carecoord.visits.bookings import Block
from carecoord.visits.occupation import Occupation
from carecoord.visits.repository import BOOKING, SERIES, VISIT_TYPE
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Requirement, VisitType

S = Sensitivity
PATIENTS, SITES = ("p1", "p2", "p3"), ("north", "south")
TODAY = date(2026, 3, 2)
KEPT = (ORGANIZATION, LOCATION, PATIENT, VISIT_TYPE, SERIES, BOOKING, CONSENT)
NEEDED = ConsentNeeded(S.SUBSTANCE_USE, {Purpose.PAYMENT}, ConsentKind.PART_2)
LABELS = st.frozensets(st.sampled_from(S), max_size=2)
SOME = st.frozensets(st.sampled_from(PATIENTS))
REACHES = st.builds(
    Reach,
    patients=st.none() | SOME,
    but_not=SOME,
    sites=st.none() | st.frozensets(st.sampled_from(SITES)),
    knows=st.frozensets(st.sampled_from(S)),
    with_consent=st.sampled_from([(), (NEEDED,)]),
)


def visit(n, patient, site, labels):
    start = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(minutes=30 * n)
    occupation = Occupation(Period.starting(start, minutes=30), ("dr",), site)
    return Visit(
        id=f"v{n}", patient=patient, visit_type="t", occupation=occupation, sensitivities=labels
    )


def consent(id, patient, **fields):
    given = {"kind": ConsentKind.PART_2, "signed_on": TODAY, "signed_by": "self"}
    return Consent(id=id, patient=patient, **given | fields)


def known(reach, patient, site, labels, restricted, consented):
    """Whether a reach lets a visit be known."""
    if reach.patients is not None and patient not in reach.patients:
        return False
    if patient in reach.but_not or (patient in restricted and S.RESTRICTED not in reach.knows):
        return False
    if reach.sites is not None and site not in reach.sites:
        return False
    if not labels <= reach.knows:
        return False
    return not (reach.with_consent and S.SUBSTANCE_USE in labels) or patient in consented


def store_with(visits, restricted, consented):
    store = open_store("memory:", KEPT)
    with store.work() as work:
        for site in SITES:
            work.collection(LOCATION).add(Location(id=site, name=site, zone=Zone("UTC")))
        for id in PATIENTS:
            labels = {S.RESTRICTED} if id in restricted else set()
            work.collection(PATIENT).add(
                Patient(id=id, name=HumanName(family=id), sensitivities=labels)
            )
        for id in consented:
            work.collection(CONSENT).add(consent(f"c-{id}", id))
        work.collection(CONSENT).add(consent("over", "p3", expires_on=TODAY - timedelta(days=1)))
        work.collection(VISIT_TYPE).add(
            VisitType(
                id="t", name="T", duration=timedelta(minutes=30), requirements=(Requirement("d"),)
            )
        )
        for one in visits:
            work.collection(BOOKING).add(one)
        start = datetime(2026, 3, 9, tzinfo=UTC)
        block = Occupation(Period.starting(start, minutes=30), ("dr",), "north")
        work.collection(BOOKING).add(
            Block(id="b", occupation=block, reason="meeting", blocked_by="nora")
        )
    return store


@given(
    st.lists(st.tuples(st.sampled_from(PATIENTS), st.sampled_from(SITES), LABELS), max_size=6),
    st.lists(REACHES, max_size=3),
    SOME,
    st.frozensets(st.sampled_from(PATIENTS[:2])),
    st.none() | st.sampled_from(PATIENTS),
)
def test_a_decision_reaches_what_any_of_its_reaches_admits(
    rows, reaches, restricted, consented, only
):
    visits = [visit(n, *row) for n, row in enumerate(rows)]
    store = store_with(visits, restricted, consented)
    decision = Decision(allowed=True, reason="so", only_patient=only, reaches=tuple(reaches))
    work = store.work()
    scope = Scope(work, decision, TODAY)
    found = work.collection(BOOKING, scope.of(BOOKING))
    expected = {
        one.id
        for one, row in zip(visits, rows, strict=True)
        if only in (None, row[0])
        and any(known(reach, *row, restricted, consented) for reach in reaches)
    }
    blocked = only is None and any(r.sites is None or "north" in r.sites for r in reaches)
    everything = [*visits, Block(id="b", occupation=visit(0, "p1", "north", ()).occupation,
                                 reason="meeting", blocked_by="nora")]  # fmt: skip
    assert {one.id for one in found.each()} == expected | ({"b"} if blocked else set())
    for one in everything:
        there = found.get_or_none(one.id) is not None
        assert there is (one.id in expected or (one.id == "b" and blocked))
    patients = work.collection(PATIENT, scope.of(PATIENT))
    assert {one.id for one in patients.each()} == {
        id
        for id in PATIENTS
        if only in (None, id)
        and any(
            known(r, id, None, {S.RESTRICTED} if id in restricted else set(), restricted, consented)
            for r in (evolve(reach, sites=None) for reach in reaches)
        )
    }


def test_part_2_records_are_used_for_payment_only_with_a_consent(clinic, desk, small, clock):
    desk.offer_visit_type(evolve(small.type, sensitivities={S.SUBSTANCE_USE}))
    (opening, *_) = desk.find_openings("checkup", small.tuesday).openings
    booked = desk.book(small.ada.id, "checkup", opening)
    assert booked.sensitivities == {S.SUBSTANCE_USE}
    paying = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.PAYMENT)
    with pytest.raises(NotFound):
        paying.look_up_visit(booked.id)
    desk.record_consent(
        small.ada.id,
        ConsentKind.PART_2,
        signed_by="herself",
        what="all",
        discloser="us",
        recipients=("her plan",),
        purpose="payment",
        expires_with="end of treatment",
        statements=frozenset({Statement.RIGHT_TO_REVOKE}),
    )
    assert paying.look_up_visit(booked.id).id == booked.id


def test_a_grant_may_hold_at_the_own_sites_or_for_the_care_team_alone(clinic, desk, small):
    (opening, *_) = desk.find_openings("checkup", small.tuesday).openings
    booked = desk.book(small.ada.id, "checkup", opening)
    reading = {"booking_a_visit.look_up_visit"}
    policy = RolePolicy((Grant({Role.CLINICIAN}, reading, {Purpose.TREATMENT}, at_own_sites=True),))
    local = Clinic(clinic.store, policy=policy)
    here = Actor.of("dr-wu", Role.CLINICIAN, sites={"main"})
    there = Actor.of("dr-no", Role.CLINICIAN, sites={"elsewhere"})
    assert local.desk(here, Purpose.TREATMENT).look_up_visit(booked.id) == booked
    with pytest.raises(NotFound):
        local.desk(there, Purpose.TREATMENT).look_up_visit(booked.id)
