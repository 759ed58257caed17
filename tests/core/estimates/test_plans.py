"""Plans: an impossible one is refused when it is defined."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.benefits import (
    Benefit,
    Limit,
    Measure,
    Scope,
    YearlyAmount,
)
from carecoord.estimates.plans import Tier, plan_is_in_force
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.money import Money
from carecoord.testing.estimates import IN, a_plan, self_only

CARE = frozenset({"care"})
TIER = Tier(IN, True)


def _own(name: str, amount: int) -> Benefit:
    return Benefit(CARE, deductible=self_only(name, amount))


def _of_all(amount: int) -> YearlyAmount:
    return YearlyAmount("o", Scope.AGGREGATE, family=Money.of(amount))


def test_an_impossible_tier_is_refused() -> None:
    code = frozenset({Code(CPT, "1")})
    for fields in (
        {"benefits": (Benefit(steps=()),)},
        {"benefits": (Benefit(CARE), Benefit(CARE))},
        {"benefits": (Benefit(codes=code), Benefit(codes=code))},
        {"deductible": self_only("d", 600), "out_of_pocket": self_only("o", 500)},
        {"deductible": self_only("d", 1), "out_of_pocket": self_only("d", 500)},
        {"deductible": self_only("d", 1), "benefits": (_own("d", 2),)},
        {"out_of_pocket": self_only("o", 500), "benefits": (_own("d", 600),)},
        {"out_of_pocket": self_only("o", 500), "benefits": (_own("o", 500),)},
        {"deductible": self_only("d", 600), "out_of_pocket": _of_all(500)},
        {
            "deductible": YearlyAmount("d", Scope.AGGREGATE, family=Money.of(600)),
            "out_of_pocket": _of_all(500),
        },
    ):
        with pytest.raises(InvalidValue):
            Tier(IN, True, **fields)


def test_an_impossible_plan_is_refused() -> None:
    one = Limit("a", Measure.VISITS, 1)
    tiers: tuple[tuple[tuple[Tier, ...], dict[str, Any]], ...] = (
        ((), {}),
        ((TIER, TIER), {}),
        ((TIER,), {"limits": (one, one)}),
        ((Tier(IN, True, otherwise=Benefit(steps=(), limits=("b",))),), {"limits": (one,)}),
        ((TIER,), {"first_day": date(2026, 2, 1), "last_day": date(2026, 1, 1)}),
        ((Tier(IN, True, self_only("d", 1)),), {"currency": "EUR"}),
        ((TIER,), {"year_starts": 13}),
    )
    for given_tiers, fields in tiers:
        with pytest.raises(InvalidValue):
            a_plan(*given_tiers, **fields)


def test_tiers_and_benefits_are_found() -> None:
    care, rest = Benefit.free_of_charge(CARE), Benefit(steps=())
    tier = Tier(IN, True, benefits=(care,), otherwise=rest)
    plan = a_plan(tier, first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    assert plan.tier(IN) is tier
    assert tier.benefit_for(None, "care") is care
    assert tier.benefit_for(None, "other") is rest
    assert tier.benefit_for(Code(CPT, "1"), "care") is care
    coded = Benefit(codes=frozenset({Code(CPT, "1")}))
    assert Tier(IN, True, benefits=(care, coded)).benefit_for(Code(CPT, "1"), "care") is coded
    assert [plan.in_force(date(2025, 12, 31)), plan.in_force(date(2026, 7, 1))] == [False, True]
    with pytest.raises(InvalidValue):
        plan.tier("tier 9")


@given(st.dates(), st.integers(1, 12))
def test_every_day_belongs_to_its_benefit_year(day: date, starts: int) -> None:
    first, last = a_plan(TIER, year_starts=starts).benefit_year(day)
    assert first <= day <= last
    assert first.day == 1
    assert (last - first).days in (364, 365) or date.min in (first,) or date.max in (last,)


def test_the_last_benefit_year_ends_with_the_calendar() -> None:
    assert a_plan(TIER).benefit_year(date.max) == (date(9999, 1, 1), date.max)
    assert a_plan(TIER, year_starts=7).benefit_year(date.min) == (date.min, date(1, 6, 30))


def test_a_deductible_can_be_all_that_is_ever_paid() -> None:
    tier = Tier(IN, True, self_only("deductible", 500), self_only("limit", 500))
    assert a_plan(tier).tier(IN).deductible == self_only("deductible", 500)


def test_a_deductible_of_its_own_that_counts_nowhere_may_exceed_the_limit() -> None:
    apart = Benefit(CARE, deductible=self_only("d", 600), counts_toward_out_of_pocket=False)
    assert Tier(IN, True, None, self_only("o", 500), (apart,))


def test_a_plan_is_in_force_from_its_first_day_to_its_last() -> None:
    plan = a_plan(TIER, first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    for day, there in (
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ):
        assert bool(plan_is_in_force(plan, day)) is there
