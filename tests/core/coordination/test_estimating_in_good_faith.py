"""Good-faith estimates at the desk: asked for, due, complete, given, changed and disputed."""

from datetime import date

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money, NotAllowed, NotFound
from carecoord.coordination.discussing_costs import Service
from carecoord.estimates import (
    GoodFaith,
    GoodFaithItem,
    GoodFaithProvider,
    PayingWith,
    Recurrence,
)
from carecoord.estimates.cost_requests import RequestReason
from carecoord.kernel.codes import CPT, ICD_10_CM, Code

MRI = Service(Code(CPT, "70551"), category="imaging")
HEADACHE = Code(ICD_10_CM, "R51.9")
ASKED = {"diagnoses": (HEADACHE,), "paying_with": PayingWith.NO_COVERAGE}
CONTENTS = GoodFaith(
    primary_service="MRI of the brain",
    providers=(
        GoodFaithProvider(
            name="Main Street Clinic",
            npi="1234567893",
            tin="00-0000000",
            state="IL",
            location="Chicago",
            convening=True,
        ),
    ),
)


@pytest.fixture
def ben(desk, small, prices):
    return desk.change_record(evolve(small.ben, birth_date=date(1990, 2, 3)))


@pytest.fixture
def visit(desk, small, ben):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    return desk.book(ben.id, small.type.id, opening)


def test_it_is_complete_or_refused_with_all_that_is_missing(desk, ben):
    estimate = desk.give_good_faith_estimate(ben.id, (MRI,), CONTENTS, **ASKED)
    assert estimate.good_faith.expected_of(0) == Money.of(600)
    assert estimate.patient_owes == (Money.of(600), Money.of(600))
    with pytest.raises(NotAllowed) as error:
        desk.give_good_faith_estimate(
            ben.id, (MRI,), GoodFaith(), diagnoses=(), paying_with=PayingWith.COVERAGE
        )
    assert {one.rule for one in error.value.refusals} == {
        "estimate_is_owed",
        "contents_are_complete",
    }
    assert len(error.value.refusals) > 2
    unpriced = Service(Code(CPT, "99999"))
    with pytest.raises(NotAllowed, match="expected charge"):
        desk.give_good_faith_estimate(ben.id, (unpriced,), CONTENTS, **ASKED)


def test_recurring_services_are_estimated_for_twelve_months_at_most(desk, ben):
    weekly = Recurrence("weekly", date(2026, 3, 9), date(2027, 3, 8))
    assert desk.give_good_faith_estimate(
        ben.id, (MRI,), evolve(CONTENTS, recurrence=weekly), **ASKED
    )
    with pytest.raises(NotAllowed, match="twelve_months"):
        desk.give_good_faith_estimate(
            ben.id,
            (MRI,),
            evolve(CONTENTS, recurrence=evolve(weekly, last_day=date(2027, 3, 9))),
            **ASKED,
        )


def test_it_is_for_a_visit_and_replaces_an_estimate_of_the_same_patient(desk, small, ben, visit):
    theirs = desk.estimate_for_cash(ben.id, (MRI,), visit=visit.id)
    for whose, error in ((visit.id, InvalidValue), ("nowhere", NotFound)):
        with pytest.raises(error):
            desk.give_good_faith_estimate(small.ada.id, (MRI,), CONTENTS, **ASKED, visit=whose)
    with pytest.raises(InvalidValue, match="replaces: is of another patient"):
        desk.give_good_faith_estimate(small.ada.id, (MRI,), CONTENTS, **ASKED, replaces=theirs.id)


def test_deadlines_count_business_days(desk):
    # it is Monday 2 March 2026
    due = desk.good_faith_estimate_due
    assert due(PayingWith.NO_COVERAGE) == date(2026, 3, 5)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 16)) == date(2026, 3, 5)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 5)) == date(2026, 3, 3)
    assert due(PayingWith.OWN_MONEY, service_on=date(2026, 3, 4)) is None
    assert due(PayingWith.COVERAGE) is None


def test_a_question_about_cost_starts_the_clock_until_it_is_answered(desk, small, ben):
    request = desk.receive_cost_question(ben.id, PayingWith.OWN_MONEY, about="an MRI")
    assert (request.reason, request.due) == (RequestReason.ASKED, date(2026, 3, 5))
    assert desk.cost_questions_waiting() == ()
    assert desk.cost_questions_waiting(until=date(2026, 3, 5)) == (request,)
    with pytest.raises(InvalidValue, match="answers"):
        desk.give_good_faith_estimate(small.ada.id, (MRI,), CONTENTS, **ASKED, answers=request.id)
    given = desk.give_good_faith_estimate(ben.id, (MRI,), CONTENTS, **ASKED, answers=request.id)
    assert desk.cost_questions_waiting(until=date(2026, 3, 5)) == ()
    with pytest.raises(NotAllowed, match="request_is_open"):
        desk.give_good_faith_estimate(ben.id, (MRI,), CONTENTS, **ASKED, answers=request.id)
    assert desk.estimates_of(ben.id) == (given,)
    with pytest.raises(NotAllowed, match="estimate_is_owed"):
        desk.receive_cost_question(ben.id, PayingWith.COVERAGE)


def test_a_visit_of_who_pays_alone_starts_a_clock_of_its_own(desk, small, ben, visit):
    # on the day after tomorrow's eve, scheduling sets no deadline
    assert desk.visit_scheduled_without_coverage(visit.id, PayingWith.NO_COVERAGE) is None
    with pytest.raises(NotAllowed, match="estimate_is_owed"):
        desk.visit_scheduled_without_coverage(visit.id, PayingWith.COVERAGE)


def test_a_visit_some_days_ahead_is_estimated_the_next_day(desk, small, ben):
    friday = evolve(
        small.tuesday,
        start=small.tuesday.start.replace(day=6),
        end=small.tuesday.end.replace(day=6),
    )
    opening = desk.find_openings(small.type.id, friday).openings[0]
    visit = desk.book(ben.id, small.type.id, opening)
    request = desk.visit_scheduled_without_coverage(visit.id, PayingWith.NO_COVERAGE)
    assert (request.due, request.visit) == (date(2026, 3, 3), visit.id)
    assert request.reason is RequestReason.SCHEDULED


def test_a_new_one_is_needed_when_the_visit_or_a_price_has_changed(desk, ben, visit, prices):
    scheduled = evolve(CONTENTS, service_date=date(2026, 3, 3))
    given = desk.give_good_faith_estimate(ben.id, (MRI,), scheduled, **ASKED, visit=visit.id)
    assert desk.reissue_needed(given.id) is None
    desk.enter_prices((evolve(prices[0], discounted_cash=Money.of(700)),))
    needed = desk.reissue_needed(given.id)
    assert needed.reasons == ("the price of MRI of the brain has changed",)
    assert needed.due == date(2026, 3, 2)
    assert desk.look_up_estimate(given.id) == given
    earlier = desk.give_good_faith_estimate(
        ben.id,
        (MRI,),
        evolve(scheduled, service_date=date(2026, 3, 4)),
        **ASKED,
        visit=visit.id,
        replaces=given.id,
    )
    assert desk.reissue_needed(earlier.id).reasons == ("the visit is on another day",)
    reader = GoodFaithProvider(name="Lake Radiology")
    reading = GoodFaithItem(description="Reading the MRI", provider=1, code=MRI.code)
    with_another = evolve(CONTENTS, providers=(*CONTENTS.providers, reader), items=(reading,))
    unscheduled = desk.give_good_faith_estimate(ben.id, (MRI,), with_another, **ASKED)
    assert desk.reissue_needed(unscheduled.id) is None
    desk.enter_prices((evolve(prices[0], discounted_cash=Money.of(650), version=0),))
    assert desk.reissue_needed(unscheduled.id).due is None


def test_a_bill_is_held_against_what_the_same_provider_estimated(desk, ben):
    given = desk.give_good_faith_estimate(ben.id, (MRI,), CONTENTS, **ASKED)
    asked = {"first_billed_on": date(2026, 3, 2)}
    assert desk.bill_against_estimate(given.id, billed=Money.of(1000), **asked) == ()
    (refused,) = desk.bill_against_estimate(given.id, billed=Money.of(999), **asked)
    assert "less than $400" in refused.reason
    late = desk.bill_against_estimate(given.id, billed=Money.of(1000), on=date(2026, 7, 1), **asked)
    assert [one.rule for one in late] == ["dispute_is_in_time"]
    cash = desk.estimate_for_cash(ben.id, (MRI,))
    with pytest.raises(InvalidValue, match="no good-faith"):
        desk.bill_against_estimate(cash.id, billed=Money.of(1000), **asked)
