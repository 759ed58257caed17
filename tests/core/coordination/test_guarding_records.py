"""Relations, delegations, broken glasses and labels, through real desks."""

from datetime import timedelta

import pytest
from attrs import evolve

from carecoord import (
    AccessDenied,
    Actor,
    Conflict,
    InvalidValue,
    NotAllowed,
    NotFound,
    Purpose,
    Role,
)
from carecoord.compliance.access_facts import Relation, ReviewStatus
from carecoord.coordination.desk import OUT_OF_REACH
from carecoord.coordination.use_case import UseCase
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.storage.outbox import Outbox

S = Sensitivity


def at(clinic, id, *roles, purpose=Purpose.TREATMENT, **of):
    return clinic.desk(Actor.of(id, *roles, **of), purpose)


@pytest.fixture
def officer(clinic):
    return at(clinic, "cora", Role.COMPLIANCE_OFFICER, purpose=Purpose.OPERATIONS)


@pytest.fixture
def front(clinic):
    return at(clinic, "fay", Role.FRONT_DESK)


@pytest.fixture
def restricted(small, officer):
    return officer.label_record(small.ada.id, frozenset({S.RESTRICTED}))


def test_the_own_family_is_closed_until_another_approves(clinic, desk, small, officer, clock):
    relation = desk.note_relation("nora", small.ada.id, Relation.FAMILY)
    with pytest.raises(NotFound):
        desk.look_up_patient(small.ada.id)
    with pytest.raises(NotFound):
        desk.refer.may(small.ada.id, None, service=None, reason=None, requester="d")
    assert [one.id for one in desk.find_patients(family="")] == [small.ben.id]
    assert desk.visits_of(small.ada.id) == ()
    with pytest.raises(NotAllowed):
        at(
            clinic, "nora", Role.COMPLIANCE_OFFICER, purpose=Purpose.OPERATIONS
        ).end_relation(relation.id)  # fmt: skip
    officer.approve_access("nora", small.ada.id, until=clock.at + timedelta(days=1), reason="alone")
    assert desk.look_up_patient(small.ada.id) == small.ada
    clock.pass_(days=1)
    with pytest.raises(NotFound):
        desk.look_up_patient(small.ada.id)
    officer.end_relation(relation.id)
    assert desk.look_up_patient(small.ada.id) == small.ada
    assert [one.relation for one in officer.relations_to(small.ada.id)] == [
        Relation.FAMILY,
        Relation.APPROVED,
    ]


def test_what_was_withheld_is_on_record_as_a_denial(desk, small, audit, clock):
    desk.note_relation("nora", small.ada.id, Relation.FAMILY)
    clock.pass_(minutes=1)
    with pytest.raises(NotFound):
        desk.look_up_patient(small.ada.id)
    entry = audit()[-1]
    assert (entry.outcome, entry.reason) == ("access_denied", OUT_OF_REACH)
    assert entry.patients == (small.ada.id,)
    clock.pass_(minutes=1)
    with pytest.raises(NotFound):
        desk.look_up_patient.may(small.ada.id)
    assert audit()[-1].outcome == "access_denied"
    with pytest.raises(NotFound):
        desk.look_up_patient("patient-none")
    assert audit()[-1].outcome == "not_found"


def test_a_restricted_record_is_closed_with_all_that_belongs_to_it(restricted, front, desk, small):
    (opening, *_) = desk.find_openings("checkup", small.tuesday).openings
    visit = desk.book(restricted.id, "checkup", opening)
    with pytest.raises(NotFound):
        front.look_up_patient(restricted.id)
    with pytest.raises(NotFound):
        front.look_up_visit(visit.id)
    assert [one.id for one in front.find_patients(family="")] == [small.ben.id]
    assert front.visits_of(restricted.id) == ()
    assert desk.visits_of(restricted.id) == (visit,)
    # Time that is taken is taken for everybody.
    openings = front.find_openings("checkup", small.tuesday, limit=100).openings
    assert opening not in openings
    with pytest.raises(NotAllowed, match="resources_are_free"):
        front.book(small.ben.id, "checkup", opening)


def test_labels_change_by_labelling_alone(desk, small, officer, restricted):
    restricted = desk.look_up_patient(restricted.id)
    assert restricted.sensitivities == {S.RESTRICTED}
    with pytest.raises(InvalidValue, match="sensitivities"):
        desk.change_record(evolve(restricted, sensitivities=frozenset()))
    taken_over = desk.take_over_patient(evolve(restricted, sensitivities=frozenset(), version=0))
    assert taken_over.sensitivities == {S.RESTRICTED}


def test_a_broken_glass_opens_one_record_for_a_while(
    clinic, front, officer, small, restricted, audit, clock
):
    clock.pass_(minutes=1)
    access = front.break_glass(restricted.id, "brought in unconscious")
    clock.pass_(minutes=1)
    assert front.look_up_patient(restricted.id).id == restricted.id
    assert audit()[-1].reason.endswith(f"under emergency access {access.id}")
    clock.pass_(minutes=1)
    front.look_up_patient(small.ben.id)
    assert access.id not in audit()[-1].reason
    told = []
    Outbox(clinic.store).deliver(lambda event: told.append((event.name, event.aggregate_id)))
    assert ("glass_broken", access.id) in told
    clock.pass_(hours=1)
    with pytest.raises(NotFound):
        front.look_up_patient(restricted.id)
    assert officer.emergency_accesses_to_review() == (access,)
    reviewed = officer.review_emergency_access(access.id, justified=True)
    assert reviewed.status is ReviewStatus.JUSTIFIED
    assert officer.emergency_accesses_to_review() == ()


def test_a_glass_that_was_broken_without_need_is_whole_again(front, officer, restricted):
    access = front.break_glass(restricted.id, "curious", lasts=timedelta(hours=3))
    officer.review_emergency_access(access.id, justified=False, note="not on duty")
    with pytest.raises(NotFound):
        front.look_up_patient(restricted.id)


def test_a_glass_is_broken_for_a_patient_who_exists_and_not_for_long(front, small, officer):
    with pytest.raises(NotAllowed, match="24 hours"):
        front.break_glass(small.ada.id, "long", lasts=timedelta(days=2))
    with pytest.raises(NotAllowed):
        front.break_glass(small.ada.id, "no time", lasts=timedelta(hours=-1))
    with pytest.raises(Conflict):
        front.break_glass("patient-none", "nobody")
    with pytest.raises(AccessDenied):
        officer.break_glass(small.ada.id, "not theirs to break")


def test_a_delegation_passes_on_what_one_has_until_it_ends(clinic, desk, small, officer, clock):
    nora = at(clinic, "nora", Role.COORDINATOR, purpose=Purpose.OPERATIONS)
    sam = at(clinic, "sam", Role.SCHEDULER)
    with pytest.raises(AccessDenied):
        sam.referrals_of(small.ada.id)
    given = nora.delegate(
        "sam",
        frozenset({"referring_a_patient.referrals_of"}),
        until=clock.at + timedelta(days=1),
        reason="vacation",
    )
    assert sam.referrals_of(small.ada.id) == ()
    with pytest.raises(AccessDenied):
        sam.open_referrals()
    # What was delegated cannot be delegated on: a scheduler's own roles give nothing of it.
    at(clinic, "sam", Role.SCHEDULER, purpose=Purpose.OPERATIONS).delegate(
        "eve",
        frozenset({"referring_a_patient"}),
        until=clock.at + timedelta(days=1),
        reason="chain",
    )
    with pytest.raises(AccessDenied):
        at(clinic, "eve", Role.BILLING).referrals_of(small.ada.id)
    with pytest.raises(NotAllowed, match="delegator"):
        at(clinic, "sam", Role.SCHEDULER, purpose=Purpose.OPERATIONS).revoke_delegation(given.id)
    nora.revoke_delegation(given.id)
    with pytest.raises(AccessDenied):
        sam.referrals_of(small.ada.id)


def test_a_delegation_never_gives_more_than_the_delegator_has(clinic, desk, small, clock):
    """Neither the delegator's family nor that of whoever steps in is opened by it."""
    nora = at(clinic, "nora", Role.COORDINATOR, purpose=Purpose.OPERATIONS)
    desk.note_relation("nora", small.ada.id, Relation.FAMILY)
    desk.note_relation("bea", small.ben.id, Relation.FAMILY)
    nora.delegate(
        "bea",
        frozenset({"entering_data.look_up_patient"}),
        until=clock.at + timedelta(days=1),
        reason="vacation",
    )
    bea = at(clinic, "bea", Role.BILLING, patient="patient-herself")
    for patient in (small.ada.id, small.ben.id):
        with pytest.raises(NotFound):
            bea.look_up_patient(patient)


def test_facts_are_of_the_sort_that_is_asked_for(desk, small, officer, front, clinic, clock):
    relation = desk.note_relation("omar", small.ada.id, Relation.CARE_TEAM)
    access = front.break_glass(small.ada.id, "urgent")
    with pytest.raises(InvalidValue):
        officer.revoke_delegation(relation.id)
    with pytest.raises(InvalidValue):
        officer.review_emergency_access(relation.id, justified=True)
    with pytest.raises(InvalidValue):
        officer.end_relation(access.id)
    with pytest.raises(InvalidValue):
        desk.note_relation("omar", small.ada.id, Relation.APPROVED)
    with pytest.raises(InvalidValue, match="future"):
        officer.approve_access("omar", small.ada.id, until=clock.at, reason="late")
    with pytest.raises(NotAllowed):
        desk.note_relation("nora", small.ada.id, Relation.CARE_TEAM)


def test_an_employees_own_record_is_closed_to_their_work(clinic, small):
    nora = at(clinic, "nora", Role.COORDINATOR, Role.PATIENT, patient=small.ada.id)
    with pytest.raises(NotFound):
        nora.look_up_patient(small.ada.id)
    asking = at(
        clinic, "nora", Role.PATIENT, Role.COORDINATOR, patient=small.ada.id,
        purpose=Purpose.PATIENT_REQUEST,
    )  # fmt: skip
    assert asking.look_up_patient(small.ada.id) == small.ada
    assert asking.look_up_patient(small.ben.id) == small.ben


def test_access_is_explained(clinic, desk, small, officer, restricted):
    front = Actor.of("fay", Role.FRONT_DESK)

    def why(actor, use_case="look_up_patient", purpose=Purpose.TREATMENT, **about):
        return officer.explain_access(actor, use_case, purpose, **about)

    assert why(front).allowed
    assert why(front).because == ("granted to front_desk",)
    assert not why(front, "open_account").allowed
    assert why(front, patient=restricted.id).because == (
        "does not open what is labelled restricted",
    )
    assert why(front, patient=small.ben.id).allowed
    notes = frozenset({S.PSYCHOTHERAPY_NOTES})
    doctor = Actor.of("dr-wu", Role.CLINICIAN)
    assert why(doctor, patient=small.ben.id, sensitivities=notes).because == (
        "does not open what is labelled psychotherapy_notes",
    )
    desk.note_relation("dr-wu", small.ada.id, Relation.CARE_TEAM)
    assert why(doctor, patient=small.ada.id, sensitivities=notes).allowed
    assert "holds for other patients, by the relation that it asks for" in (
        why(doctor, patient=small.ben.id, sensitivities=notes).because
    )
    nora = Actor.of("nora", Role.COORDINATOR, patient=small.ben.id)
    assert why(nora, patient=small.ben.id).because == (
        "the record is the actor's own, or of their family",
    )
    paying = why(
        nora, purpose=Purpose.PAYMENT, patient=small.ada.id,
        sensitivities=frozenset({S.SUBSTANCE_USE}),
    )  # fmt: skip
    assert paying.because == ("asks for a consent of the kind part_2, in force",)
    own = Actor.of("ada", Role.PATIENT, patient=small.ada.id)
    asked = {"purpose": Purpose.PATIENT_REQUEST}
    assert why(own, **asked, patient=small.ada.id).allowed
    assert why(own, **asked, patient=small.ben.id).because == (
        "limited to the record of another patient",
    )
    with pytest.raises(NotFound):
        why(front, "fly")


def test_what_is_withheld_from_a_use_case_that_goes_on_is_on_record_too(
    front, restricted, audit, clock
):
    unlabelled = evolve(restricted, sensitivities=frozenset(), withheld=frozenset(), version=0)

    def look(turn):
        return turn.patients.get_or_none(restricted.id)

    peeking = UseCase("look_up_patient", "entering_data", "patient", frozenset({"patient"}),
                      frozenset(), look, "")  # fmt: skip
    clock.pass_(minutes=1)
    assert front.perform(peeking, (), {}, None) is None
    assert {one.outcome for one in audit()[-2:]} == {"done", "access_denied"}
    clock.pass_(minutes=1)
    with pytest.raises(Conflict):
        front.take_over_patient(unlabelled)
    assert {one.outcome for one in audit()[-2:]} == {"conflict", "access_denied"}
