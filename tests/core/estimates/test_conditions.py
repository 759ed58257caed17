"""Conditions: waiting, ages, frequencies, lost teeth and replacements, to the day."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.conditions import (
    Conditions,
    Frequency,
    MemberFacts,
    PastService,
    Per,
    PlannedService,
    conditions_against,
    eligible,
    frequency_leaves_room,
    patient_is_of_age,
    replacement_is_due,
    tooth_was_lost_under_the_plan,
    waiting_period_is_over,
)
from carecoord.kernel.codes import CDT, Code

CLEANING = Code(CDT, "a cleaning")
CROWN = Code(CDT, "a crown")
ON = date(2026, 6, 1)
NOW = PlannedService(CLEANING, ON, "this one")


def twice(per: Per, length: int = 1) -> Frequency:
    return Frequency(frozenset({CLEANING}), 2, per, length)


def once(per: Per, length: int = 1) -> Frequency:
    return evolve(twice(per, length), at_most=1)


@pytest.mark.parametrize(
    ("per", "length", "past", "counts"),
    [
        (Per.CALENDAR_YEAR, 1, date(2026, 1, 1), True),
        (Per.CALENDAR_YEAR, 1, date(2025, 12, 31), False),
        (Per.BENEFIT_YEAR, 1, date(2025, 7, 1), True),
        (Per.BENEFIT_YEAR, 1, date(2025, 6, 30), False),
        (Per.LAST_MONTHS, 12, date(2025, 6, 1), True),
        (Per.LAST_MONTHS, 12, date(2025, 5, 31), False),
        (Per.YEARS, 1, date(2025, 6, 1), False),
        (Per.YEARS, 1, date(2025, 6, 2), True),
        (Per.YEARS, 5, date(2021, 6, 2), True),
        (Per.YEARS, 5, date(2021, 6, 1), False),
    ],
)
def test_the_kinds_of_time_differ_on_the_anniversary(
    per: Per, length: int, past: date, counts: bool
) -> None:
    history = (PastService("before", CLEANING, past),)
    answer = frequency_leaves_room(once(per, length), NOW, history, 7)
    assert bool(answer) is not counts


def test_a_service_counts_once_and_never_against_itself() -> None:
    two_payments = (PastService("one", CLEANING, ON), PastService("one", CLEANING, ON))
    itself = PastService("this one", CLEANING, ON)
    other = PastService("two", CROWN, ON)
    later = PastService("three", CLEANING, ON + timedelta(1))
    rule = twice(Per.CALENDAR_YEAR)
    assert frequency_leaves_room(rule, NOW, (*two_payments, itself, other, later), 1)
    again = PastService("four", CLEANING, ON)
    assert not frequency_leaves_room(rule, NOW, (*two_payments, again), 1)
    assert frequency_leaves_room(once(Per.CALENDAR_YEAR), NOW, (itself,), 1)


days = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@given(days, st.integers(0, 48), st.integers(-40, 40))
def test_a_waiting_period_ends_on_one_day_and_stays_over(
    since: date, months: int, shift: int
) -> None:
    conditions = Conditions(waiting_months=months)
    if waiting_period_is_over(conditions, since + timedelta(31 * months + shift), since):
        later = since + timedelta(31 * months + shift + 1)
        assert waiting_period_is_over(conditions, later, since)
    assert waiting_period_is_over(conditions, since + timedelta(31 * months), since)
    if months:
        assert not waiting_period_is_over(conditions, since + timedelta(28 * months - 1), since)


def test_a_shorter_month_ends_the_wait_on_its_last_day() -> None:
    wait = Conditions(waiting_months=6)
    assert waiting_period_is_over(wait, date(2026, 2, 28), date(2025, 8, 31))
    assert not waiting_period_is_over(wait, date(2026, 2, 27), date(2025, 8, 31))
    assert not waiting_period_is_over(wait, date(9999, 12, 30), date(9999, 8, 1))


def test_ages_are_in_completed_years() -> None:
    children = Conditions(least_age=3, greatest_age=18)
    assert not patient_is_of_age(children, date(2026, 5, 31), date(2023, 6, 1))
    assert patient_is_of_age(children, date(2026, 6, 1), date(2023, 6, 1))
    assert patient_is_of_age(children, date(2026, 5, 31), date(2007, 6, 1))
    assert not patient_is_of_age(children, date(2026, 6, 1), date(2007, 6, 1))
    leap = Conditions(least_age=18)
    assert not patient_is_of_age(leap, date(2026, 2, 28), date(2008, 2, 29))
    assert patient_is_of_age(leap, date(2026, 3, 1), date(2008, 2, 29))
    with pytest.raises(InvalidValue):
        Conditions(least_age=19, greatest_age=18)


def test_teeth_and_what_replaces_them() -> None:
    lost = (("14", date(2024, 1, 1)),)
    assert not tooth_was_lost_under_the_plan("14", lost, date(2024, 1, 2))
    assert tooth_was_lost_under_the_plan("14", lost, date(2024, 1, 1))
    assert tooth_was_lost_under_the_plan("15", lost, date(2025, 1, 1))
    placed = (("14", date(2021, 6, 1)),)
    assert replacement_is_due(5, "14", placed, date(2026, 6, 1))
    assert not replacement_is_due(5, "14", placed, date(2026, 5, 31))
    assert replacement_is_due(5, "15", placed, date(2022, 1, 1))


EVERYTHING = Conditions(
    waiting_months=12,
    least_age=18,
    frequencies=(once(Per.YEARS, 5), Frequency(frozenset({CROWN}), 1, Per.YEARS, 5)),
    excludes_teeth_lost_before=True,
    replacement_years=5,
)
ON_A_TOOTH = evolve(NOW, tooth="14")
FACTS: dict[str, Any] = {
    "born": date(1980, 1, 1),
    "covered_since": date(2020, 1, 1),
    "history": (),
    "teeth_lost": (),
    "placed": (),
}


def test_all_conditions_are_asked_and_all_refusals_given() -> None:
    assert conditions_against(EVERYTHING, ON_A_TOOTH, MemberFacts(**FACTS)) == ((), ())
    assert eligible(EVERYTHING, ON_A_TOOTH, MemberFacts(**FACTS)) is True
    against = MemberFacts(
        born=date(2020, 1, 1),
        covered_since=date(2026, 1, 1),
        history=(PastService("before", CLEANING, date(2026, 1, 1)),),
        teeth_lost=(("14", date(2025, 1, 1)),),
        placed=(("14", date(2025, 1, 1)),),
    )
    refusals, unknown = conditions_against(EVERYTHING, ON_A_TOOTH, against)
    assert [one.rule for one in refusals] == [
        "waiting_period_is_over", "patient_is_of_age", "frequency_leaves_room",
        "tooth_was_lost_under_the_plan", "replacement_is_due",
    ]  # fmt: skip
    assert unknown == ()
    assert eligible(EVERYTHING, ON_A_TOOTH, against) is False


def test_what_is_not_known_is_asked() -> None:
    refusals, unknown = conditions_against(EVERYTHING, NOW, MemberFacts())
    assert refusals == ()
    assert unknown == (
        "since when the patient is covered", "the patient's date of birth",
        "what was done before", "when the tooth was lost", "how old the one in place is",
    )  # fmt: skip
    assert eligible(EVERYTHING, NOW, MemberFacts()) is None
    assert eligible(None, NOW, MemberFacts()) is True
    assert eligible(Conditions(), NOW, MemberFacts()) is True
    fixed = MemberFacts(**{**FACTS, "born": date(2020, 1, 1), "placed": None})
    assert eligible(EVERYTHING, ON_A_TOOTH, fixed) is False, "one refusal is enough"
