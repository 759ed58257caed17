"""Accumulators: what has been used, by when, and what a new year leaves of it."""

from datetime import date

import pytest

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import (
    Accumulators,
    Spent,
    Used,
    accumulators_are_recent,
    check_names,
    in_the_year_of,
    untouched,
    yearly_amounts,
)
from carecoord.estimates.benefits import Benefit, Limit, Measure, Renewal
from carecoord.estimates.plans import Tier
from carecoord.kernel.money import Money
from carecoord.testing.estimates import IN, a_plan, none_of, self_only

PLAN = a_plan(
    Tier(
        IN,
        True,
        self_only("deductible", 500),
        none_of("limit"),
        (Benefit(frozenset({"drugs"}), deductible=self_only("drugs", 100)),),
    ),
    limits=(
        Limit("therapy", Measure.VISITS, 30),
        Limit("braces", Measure.DOLLARS, 150_000, Renewal.NEVER),
    ),
    year_starts=7,
)
SPRING = Accumulators(
    date(2026, 5, 4),
    (Spent("deductible", Money.of(120), Money.of(300)), Spent("drugs", None, Money.of(1))),
    (Used("therapy", 3), Used("braces", 50_000)),
)


def test_the_amounts_of_a_plan_are_found_by_name() -> None:
    assert set(yearly_amounts(PLAN)) == {"deductible", "limit", "drugs"}
    nothing = untouched(PLAN)
    assert {one.name for one in nothing.spent} == {"deductible", "drugs"}
    assert nothing.used == (Used("therapy", 0), Used("braces", 0))


def test_a_name_that_the_plan_lacks_is_no_accumulator_of_it() -> None:
    check_names(PLAN, Accumulators())
    check_names(PLAN, SPRING)
    for field, wrong in (
        ("spent", Accumulators(spent=(Spent("therapy"),))),
        ("used", Accumulators(used=(Used("drugs", 0),))),
    ):
        with pytest.raises(InvalidValue, match=f"Accumulators.{field}"):
            check_names(PLAN, wrong)


def test_within_the_benefit_year_what_was_used_stays() -> None:
    assert in_the_year_of(date(2026, 6, 30), PLAN, SPRING) == SPRING


def test_a_new_benefit_year_renews_all_but_what_never_renews() -> None:
    later = in_the_year_of(date(2026, 7, 1), PLAN, SPRING)
    assert later.spent == untouched(PLAN).spent
    assert later.used == (Used("therapy", 0), Used("braces", 50_000))
    unstated = Accumulators(SPRING.as_of)
    assert in_the_year_of(date(2026, 7, 1), PLAN, unstated).used == (Used("therapy", 0),)


def test_of_an_earlier_year_or_an_undated_answer_nothing_is_known() -> None:
    assert in_the_year_of(date(2025, 6, 1), PLAN, SPRING) == Accumulators()
    assert (
        in_the_year_of(date(2026, 5, 4), PLAN, Accumulators(spent=SPRING.spent)) == Accumulators()
    )


def test_adding_keeps_the_unknown_unknown() -> None:
    more = SPRING.adding({"deductible": 100, "drugs": 5}, {"therapy": 1})
    assert more.spent == (
        Spent("deductible", Money.of(121), Money.of(301)),
        Spent("drugs", None, Money.of("1.05")),
    )
    assert more.used == (Used("therapy", 4), Used("braces", 50_000))
    assert Accumulators(None, (), (Used("x", None),)).adding({}, {"x": 1}).used[0].amount is None


def test_impossible_accumulators_are_refused() -> None:
    with pytest.raises(InvalidValue):
        Spent("deductible", Money.of(2), Money.of(1))
    with pytest.raises(InvalidValue):
        Spent("deductible", Money.of(-2))
    with pytest.raises(InvalidValue):
        Accumulators(None, (Spent("a"), Spent("a")))
    with pytest.raises(InvalidValue):
        Accumulators(None, (), (Used("a", 1), Used("a", 2)))


def test_old_answers_are_flagged() -> None:
    assert accumulators_are_recent(SPRING, date(2026, 5, 11), 7)
    assert not accumulators_are_recent(SPRING, date(2026, 5, 12), 7)
    assert not accumulators_are_recent(Accumulators(), date(2026, 5, 12), 7)
