from datetime import date, timedelta

import pytest
from attrs import evolve

from carecoord import InvalidValue, NotAllowed, NotFound
from carecoord.authorizations import (
    Action,
    AppealOutcome,
    AuthorizationStatus,
    Channel,
    CodeRange,
    LineDecision,
    Need,
    Program,
    RequestedLine,
    Requirement,
)
from carecoord.compliance.disclosures import Basis
from carecoord.compliance.request_terms import RestrictionTerms
from carecoord.compliance.request_times import RequestKind
from carecoord.kernel.codes import CPT, Code
from carecoord.patients import CoverageType
from carecoord.visits import CancellationReason

MRI = Code(CPT, "70551")
LINES = (RequestedLine(1, MRI, 2),)
MA = Program.MEDICARE_ADVANTAGE


@pytest.fixture
def ada(desk, small):
    return desk.add_coverage(
        small.ada.id, type=CoverageType.MEDICARE_ADVANTAGE, payer_name="Acme Advantage"
    )


@pytest.fixture
def asked(desk, ada):
    return desk.request_authorization(
        ada.id,
        ada.coverages[0].id,
        LINES,
        program=MA,
        channel=Channel.PHONE,
        reference="R-1",
        representative="Kim",
    )


@pytest.fixture
def approved(desk, asked):
    return desk.record_decision(
        asked.id,
        Action.CERTIFIED_IN_TOTAL,
        channel=Channel.PHONE,
        number="A-1",
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
    )


@pytest.fixture
def visit(desk, small):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    return desk.book(small.ada.id, small.type.id, opening)


def test_whether_one_is_needed_is_on_the_payers_list_or_for_the_payer_to_say(desk, clinic, ada):
    ask = {"program": MA, "on": date(2026, 3, 2)}
    coverage = ada.coverages[0].id
    (need,) = desk.authorization_needed(ada.id, coverage, LINES, **ask)
    assert need.need is Need.ASK_PAYER
    clinic.requirements = (
        Requirement(needed=True, source="Acme's list of 2026", codes=(CodeRange.only(MRI),)),
    )
    (need,) = desk.authorization_needed(ada.id, coverage, LINES, program=MA)
    assert (need.need, need.source) == (Need.NEEDED, "Acme's list of 2026")
    (need,) = desk.authorization_needed(ada.id, coverage, LINES, **ask, emergency=True)
    assert need.need is Need.EMERGENCY
    with pytest.raises(NotFound):
        desk.authorization_needed(ada.id, "coverage-none", LINES, **ask)


def test_the_programs_clock_runs_from_the_request(desk, asked, clock):
    assert asked.deadline.due_at > clock.at + timedelta(days=6)
    assert desk.overdue_authorizations() == ()
    clock.pass_(days=9)
    assert [one.id for one in desk.overdue_authorizations()] == [asked.id]
    lapsed = desk.record_missed_deadline(asked.id)
    assert lapsed.status is AuthorizationStatus.DENIED
    appealed = desk.appeal(asked.id, reference="AP-1")
    assert appealed.appeals[0].level == 1
    desk.record_appeal_outcome(asked.id, AppealOutcome.UPHELD)
    with pytest.raises(NotAllowed):
        desk.record_appeal_outcome(asked.id, AppealOutcome.UPHELD)


def test_an_appeal_comes_in_time(desk, asked, clock):
    desk.record_decision(
        asked.id, Action.NOT_CERTIFIED, channel=Channel.FAX, reason="not necessary"
    )
    clock.pass_(days=70)
    with pytest.raises(NotAllowed, match="appeal_is_filed_in_time"):
        desk.appeal(asked.id)


def test_visits_use_units_and_never_more_than_approved(desk, approved, visit, small):
    used = desk.use_authorization(approved.id, visit.id, MRI, units=2)
    assert used.approval.remaining(1) == 0
    later = desk.find_openings(small.type.id, small.tuesday).openings[-1]
    other = desk.book(small.ada.id, small.type.id, later)
    with pytest.raises(NotAllowed, match="visit_fits_authorized_units"):
        desk.use_authorization(approved.id, other.id, MRI)
    bens = desk.find_openings(small.type.id, small.tuesday).openings[0]
    stranger = desk.book(small.ben.id, small.type.id, bens)
    with pytest.raises(InvalidValue, match="another patient"):
        desk.use_authorization(approved.id, stranger.id, MRI)


def test_units_are_given_back_with_the_visit(desk, approved, visit):
    desk.use_authorization(approved.id, visit.id, MRI)
    desk.cancel(visit.id, CancellationReason.PATIENT)
    assert desk.current_authorization(approved.id).approval.remaining(1) == 2


def test_units_are_given_back_when_the_patient_does_not_come(desk, approved, visit, clock):
    desk.use_authorization(approved.id, visit.id, MRI)
    clock.at = visit.period.end
    desk.miss(visit.id)
    assert desk.current_authorization(approved.id).approval.remaining(1) == 2


def test_a_visit_that_will_not_be_uses_no_units(desk, approved, visit, small, clock):
    desk.cancel(visit.id, CancellationReason.PATIENT)
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    missed = desk.book(small.ada.id, small.type.id, opening)
    clock.at = missed.period.end
    desk.miss(missed.id)
    for gone in (visit, missed):
        with pytest.raises(NotAllowed, match="visit_still_stands"):
            desk.use_authorization(approved.id, gone.id, MRI)


def test_a_visit_moves_with_its_units_but_not_beyond_the_days_approved(
    desk, approved, visit, small
):
    desk.use_authorization(approved.id, visit.id, MRI)
    nearby, far = (
        desk.find_openings(
            small.type.id,
            evolve(
                small.tuesday,
                start=small.tuesday.start + timedelta(days=days),
                end=small.tuesday.end + timedelta(days=days),
            ),
        ).openings[0]
        for days in (1, 35)
    )
    desk.reschedule(visit.id, nearby)
    (use,) = desk.current_authorization(approved.id).approval.uses
    assert use.on == date(2026, 3, 4)
    with pytest.raises(NotAllowed, match="authorization_covers_the_date"):
        desk.reschedule(visit.id, far)
    assert desk.look_up_visit(visit.id).period == nearby.occupation.period


def test_an_update_takes_the_place_of_what_it_updates_once_approved(desk, approved, visit):
    desk.use_authorization(approved.id, visit.id, MRI)
    update = desk.update_authorization(
        approved.id, (RequestedLine(1, MRI, 4),), channel=Channel.PORTAL, reference="R-2"
    )
    assert desk.current_authorization(approved.id).id == approved.id
    with pytest.raises(NotAllowed, match="authorization_is_updated_once"):
        desk.update_authorization(approved.id, LINES, channel=Channel.PORTAL)
    desk.record_decision(update.id, Action.PENDED, channel=Channel.PORTAL)
    assert desk.current_authorization(approved.id).id == approved.id
    new = desk.record_decision(
        update.id,
        Action.CERTIFIED_IN_PART,
        channel=Channel.PORTAL,
        first=date(2026, 3, 1),
        lines=(LineDecision(1, Action.CERTIFIED_IN_PART, 3),),
    )
    assert desk.current_authorization(approved.id) == new
    assert new.approval.remaining(1) == 2
    assert desk.authorizations_of(new.patient) == (new,)


def test_an_update_that_fails_leaves_the_old_one_in_force(desk, approved):
    update = desk.update_authorization(approved.id, LINES, channel=Channel.PORTAL)
    desk.withdraw_authorization(update.id)
    again = desk.update_authorization(approved.id, LINES, channel=Channel.PORTAL)
    desk.record_decision(again.id, Action.NOT_CERTIFIED, channel=Channel.FAX, reason="enough")
    assert desk.current_authorization(approved.id).status is AuthorizationStatus.APPROVED


def test_nothing_is_asked_for_an_inactive_record(desk, ada):
    desk.change_record(evolve(ada, active=False))
    with pytest.raises(NotAllowed, match="patient_is_active"):
        desk.request_authorization(
            ada.id, ada.coverages[0].id, LINES, program=MA, channel=Channel.FAX
        )


def test_a_plan_is_not_asked_to_pay_for_what_it_is_not_to_know(desk, ada):
    of_payment = RestrictionTerms(frozenset({Basis.PAYMENT}), to_plan=True, paid_in_full=True)
    wish = desk.receive_individual_request(
        ada.id, RequestKind.RESTRICTION, "the scan of today", restriction=of_payment
    )
    desk.grant_individual_request(wish.id)
    asking = {"program": MA, "channel": Channel.PHONE}
    with pytest.raises(NotAllowed, match="plan_is_asked_for_nothing_restricted"):
        desk.request_authorization(ada.id, ada.coverages[0].id, LINES, **asking)
    assert desk.authorizations_of(ada.id) == ()
    asked = desk.request_authorization(
        ada.id, ada.coverages[0].id, LINES, **asking, outside=frozenset({wish.id})
    )
    assert desk.authorizations_of(ada.id) == (asked,)
