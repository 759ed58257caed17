"""Comparison: cheaper only where it is certain, and only what changes something."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, untouched
from carecoord.estimates.benefits import Benefit, Without
from carecoord.estimates.comparison import (
    Change,
    Option,
    certainly_cheapest,
    compare,
    what_would_change,
)
from carecoord.estimates.estimate import Item, estimate_for_self_pay
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.ids import EstimateId
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, none_of, plans, self_only

GIVEN = datetime(2026, 5, 4, 15, tzinfo=UTC)


def cash(amount: int | None, currency: str = "USD") -> Any:
    price = None if amount is None else Money.of(amount, currency)
    line = ServiceLine(None, None, price)
    return estimate_for_self_pay([Item("MRI", line)], id=EstimateId("e"), given_at=GIVEN)


amounts = st.integers(0, 20).map(Money)


@given(st.lists(st.tuples(amounts, amounts, st.booleans()), min_size=1, max_size=4))
def test_the_certainly_cheapest_is_never_beaten(rows: list[tuple[Money, Money, bool]]) -> None:
    options = [
        Option(f"option {number}", min(one, other), max(one, other) if known else None)
        for number, (one, other, known) in enumerate(rows)
    ]
    best = certainly_cheapest(options)
    others = [one for one in options if one != best]
    if best is None:
        assert len(options) > 1 or options[0].at_most is None
    else:
        assert best.at_most is not None
        assert all(best.at_most <= one.at_least for one in others)


def test_options_stand_side_by_side() -> None:
    first, second = compare([("cash", cash(100)), ("unpriced", cash(None))])
    assert (first.at_least, first.at_most) == (Money.of(100), Money.of(100))
    assert second.at_most is None
    for wrong in (
        [("cash", cash(1)), ("cash", cash(2))],
        [("cash", cash(1)), ("euros", cash(2, "EUR"))],
    ):
        with pytest.raises(InvalidValue):
            compare(wrong)


CARE = Benefit(
    frozenset({"care"}),
    coinsurance=Rate.percent(20),
    authorization_required=True,
    without_authorization=Without.NOT_COVERED,
    referral_required=True,
    without_referral=Without.PROVIDER_LIABLE,
)
PLAN = a_plan(
    Tier(
        IN,
        True,
        self_only("deductible", 50),
        self_only("limit", 60),
        (CARE, Benefit.free_of_charge({"checkup"})),
    )
)


def test_what_would_change_the_answer_is_named_with_its_amount() -> None:
    line = ServiceLine(None, "care", Money.of(100), Money.of(100), authorized=True, referred=True)
    used = Accumulators(None, (Spent("deductible", Money.of(20)), Spent("limit", Money.of(20))))
    assert what_would_change([line], PLAN, IN, used) == (
        Change("without prior authorization", Money.of(100), Money.of(100)),
        Change("without referral", Money(0), Money(0)),
        Change("with the deductible met", Money.of(20), Money.of(20)),
        Change("at the start of a benefit year", Money.of(60), Money.of(60)),
    )
    free = ServiceLine(None, "checkup", Money.of(100), Money.of(100))
    assert what_would_change([free], PLAN, IN, used) == ()


@given(plans(unknown=True), claims(unknown=True), accumulators(unknown=True))
def test_every_change_changes_something(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    changes = what_would_change(lines, plan, IN, used)
    assert len({one.what for one in changes}) == len(changes)
    assert len(changes) <= 6


def test_amounts_that_nobody_stated_stay_so() -> None:
    unknown = a_plan(
        Tier(IN, True, self_only("deductible", None), none_of("limit"), otherwise=CARE)
    )
    line = ServiceLine(None, "care", None, None, authorized=True, referred=True)
    assert all(
        one.at_most is None for one in what_would_change([line], unknown, IN, untouched(unknown))
    )
