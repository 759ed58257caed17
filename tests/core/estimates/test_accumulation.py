"""Accumulation: entries of the year, reversals, credits, and the payer's last word."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulation import AccumulationKind, Entry, accumulated, carried_over
from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.benefits import Limit, Measure, Renewal
from carecoord.estimates.plans import Tier
from carecoord.kernel.money import Money
from carecoord.testing.estimates import IN, a_plan, none_of, self_only

PLAN = a_plan(
    Tier(IN, True, self_only("deductible", 500), none_of("limit")),
    limits=(
        Limit("therapy", Measure.VISITS, 30),
        Limit("braces", Measure.DOLLARS, 150_000, Renewal.NEVER),
    ),
)
TODAY = date(2026, 5, 4)


def entry(amount: int, day: date = TODAY, **fields: Any) -> Entry:
    return Entry(
        **{
            "name": "deductible",
            "kind": AccumulationKind.CLAIM,
            "amount": amount,
            "service_day": day,
            "known_on": day,
            **fields,
        }
    )


def spent(found: Accumulators) -> tuple[int | None, int | None]:
    (one,) = (one for one in found.spent if one.name == "deductible")
    return (
        None if one.individual is None else one.individual.cents,
        None if one.family is None else one.family.cents,
    )


entries = st.builds(
    entry,
    st.integers(0, 1000),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    name=st.sampled_from(["deductible", "therapy", "braces"]),
    kind=st.sampled_from(AccumulationKind),
    own=st.booleans(),
)


@given(st.lists(entries, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter_and_nothing_is_below_zero(
    some: list[Entry], random: Any
) -> None:
    one = accumulated(PLAN, some, on=TODAY)
    shuffled = list(some)
    random.shuffle(shuffled)
    assert accumulated(PLAN, shuffled, on=TODAY) == one
    own, family = spent(one)
    assert own is not None
    assert family is not None
    assert 0 <= own <= family


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_reversal_takes_exactly_its_claim_back(first: int, second: int) -> None:
    claims = [entry(first), entry(second)]
    back = entry(second, kind=AccumulationKind.REVERSAL)
    assert accumulated(PLAN, [*claims, back], on=TODAY) == accumulated(
        PLAN, [entry(first)], on=TODAY
    )


def test_years_and_members_count_apart() -> None:
    found = accumulated(
        PLAN,
        [
            entry(100),
            entry(40, own=False),
            entry(7, date(2025, 12, 31)),
            entry(9, TODAY + timedelta(1)),
            entry(50, kind=AccumulationKind.PRIOR_CARRIER_CREDIT),
            entry(3, name="therapy"),
            entry(500, date(2025, 3, 1), name="braces"),
        ],
        on=TODAY,
    )
    assert spent(found) == (150, 190)
    assert found.used == (Used("therapy", 3), Used("braces", 500))
    assert found.as_of == TODAY


def test_the_payers_last_word_wins_and_later_entries_are_added() -> None:
    stated = Accumulators(
        date(2026, 5, 1),
        (Spent("deductible", Money(200), Money(260)),),
        (Used("therapy", None),),
    )
    found = accumulated(
        PLAN,
        [
            entry(30, date(2026, 4, 30)),
            entry(25, date(2026, 4, 30), known_on=date(2026, 5, 2)),
            entry(1, name="therapy"),
        ],
        on=TODAY,
        stated=stated,
    )
    assert spent(found) == (225, 285)
    assert found.used == (Used("therapy", None),)
    unknown = Accumulators(date(2026, 5, 1), (Spent("deductible", None, None),))
    assert spent(accumulated(PLAN, [entry(5)], on=TODAY, stated=unknown)) == (None, None)
    half = Accumulators(date(2026, 5, 1), (Spent("deductible", None, Money(9)),))
    assert spent(accumulated(PLAN, [entry(5)], on=TODAY, stated=half)) == (None, 14)


def test_the_last_months_are_carried_over_where_a_plan_does_so() -> None:
    year = [
        entry(100, date(2025, 9, 30)),
        entry(60, date(2025, 10, 1)),
        entry(10, date(2025, 12, 31), kind=AccumulationKind.REVERSAL),
        entry(5, date(2025, 12, 1), own=False),
        entry(9, date(2025, 12, 1), kind=AccumulationKind.CARRY_OVER),
        entry(9, date(2025, 12, 1), name="therapy"),
        entry(9, date(2026, 1, 1)),
    ]
    carried = carried_over(
        year, plan=PLAN, year_of=date(2025, 6, 1), months=3, names=["deductible"]
    )
    assert [(one.amount, one.own, one.service_day) for one in carried] == [
        (50, True, date(2026, 1, 1)), (5, False, date(2026, 1, 1)),
    ]  # fmt: skip
    assert spent(accumulated(PLAN, carried, on=TODAY)) == (50, 55)
    first = carried_over(year, plan=PLAN, year_of=date.min, months=14, names=["deductible"])
    assert first == ()


def test_an_entry_is_never_negative() -> None:
    with pytest.raises(InvalidValue):
        entry(-1)


def test_what_was_known_on_the_day_of_the_statement_is_in_it() -> None:
    stated_today = Accumulators(TODAY, (Spent("deductible", Money(200), Money(200)),))
    found = accumulated(PLAN, [entry(30)], on=TODAY, stated=stated_today)
    assert spent(found) == (200, 200)
