"""How plans, prices and estimates of every sort are drawn, as they are kept and given."""

from datetime import date
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from carecoord.estimates.accumulation import Entry
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.benefits import Benefit, CostShare, Limit, Scope, Without, YearlyAmount
from carecoord.estimates.eligibility import Standing
from carecoord.estimates.estimate import Estimate, EstimateLine
from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.good_faith import GoodFaith, GoodFaithItem, GoodFaithProvider, Recurrence
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.prices import AllowedAmounts, DrugMeasure, Remittances
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import PlanId
from carecoord.kernel.money import Money
from carecoord.testing.kernel import money, npis, rates
from carecoord.testing.strategies import dates, drawn_by, values_of, values_of_fields

__all__ = ["amounts", "benefits", "estimates", "plans"]

_STEPS = tuple(
    steps
    for count in range(4)
    for steps in permutations(CostShare, count)
    if not (
        {CostShare.DEDUCTIBLE, CostShare.COINSURANCE} <= set(steps)
        and steps.index(CostShare.COINSURANCE) < steps.index(CostShare.DEDUCTIBLE)
    )
)
_OWED = (
    "provider_liability",
    "deductible",
    "copay",
    "coinsurance",
    "not_covered",
    "balance_bill",
    "self_pay",
)


def _bill(most: int = 10**8) -> st.SearchStrategy[Money]:
    return money(0, most)


def _maybe(there: bool, drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | drawn if there else st.none()


@st.composite
def _yearly(draw: st.DrawFn) -> YearlyAmount:
    scope = draw(st.sampled_from(Scope))
    low, high = sorted((draw(_bill()), draw(_bill())), key=lambda amount: amount.cents)
    individual = scope in (Scope.SELF_ONLY, Scope.EMBEDDED)
    family = scope in (Scope.EMBEDDED, Scope.AGGREGATE)
    return draw(
        values_of_fields(
            YearlyAmount,
            scope=st.just(scope),
            individual=_maybe(individual, st.just(low)),
            family=_maybe(family, st.just(high)),
        )
    )


@st.composite
def benefits(draw: st.DrawFn, limits: tuple[str, ...] = (), named: bool = True) -> Benefit:
    """Benefits that some plan could have, with these limits to name."""
    steps = draw(st.sampled_from(_STEPS))
    category = draw(values_of(Code)).value
    less = draw(st.sampled_from(Without)), draw(st.sampled_from(Without))
    return draw(
        values_of_fields(
            Benefit,
            categories=st.just(frozenset({category} if named else ())),
            codes=st.frozensets(values_of(Code), max_size=1),
            steps=st.just(steps),
            copay=_maybe(CostShare.COPAY in steps, _bill()),
            coinsurance=_maybe(CostShare.COINSURANCE in steps, rates()),
            deductible=_maybe(CostShare.DEDUCTIBLE in steps, _yearly()),
            limits=st.lists(st.sampled_from(limits), unique=True, max_size=2).map(tuple)
            if limits
            else st.just(()),
            without_authorization=st.just(less[0]),
            without_referral=st.just(less[1]),
            paid_less=rates() if Without.PAID_LESS in less else st.none(),
        )
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans whose benefits name the plan's own limits, in dollars."""
    limits = draw(st.lists(values_of(Limit), max_size=2, unique_by=lambda limit: limit.name))
    names = tuple(limit.name for limit in limits)
    tier = values_of_fields(
        Tier,
        benefits=st.lists(benefits(names), max_size=2).map(tuple),
        otherwise=st.none() | benefits(names, named=False),
    )
    first, last = sorted((draw(dates()), draw(dates())))
    return draw(
        values_of_fields(
            Plan,
            tiers=st.lists(tier, min_size=1, max_size=2).map(tuple),
            limits=st.just(tuple(limits)),
            first_day=st.none() | st.just(first),
            last_day=st.none() | st.just(last),
            currency=st.just("USD"),
        )
    )


@st.composite
def amounts(draw: st.DrawFn, payments: int = 1) -> Amounts:
    """Amounts with so many plans' payments that add up to the charge."""
    owed = {name: draw(_bill()) for name in _OWED}
    paid = tuple(draw(_bill()) for _ in range(payments))
    adjustment = draw(money(-(10**6), 10**8))
    return draw(
        values_of_fields(
            Amounts,
            charge=st.just(Money.total((*owed.values(), *paid, adjustment))),
            allowed=_bill(),
            payments=st.just(paid),
            contractual_adjustment=st.just(adjustment),
            **{name: st.just(amount) for name, amount in owed.items()},
        )
    )


@st.composite
def estimates(draw: st.DrawFn) -> Estimate:
    """Estimates of some lines under up to two plans."""
    under = draw(st.lists(values_of(PlanId), max_size=2, unique=True))
    line = values_of_fields(
        EstimateLine, low=amounts(payments=len(under)), high=amounts(payments=len(under))
    )
    return draw(
        values_of_fields(
            Estimate,
            plans=st.just(tuple(under)),
            lines=st.lists(line, min_size=1, max_size=2).map(tuple),
        )
    )


@st.composite
def _good_faith(draw: st.DrawFn) -> GoodFaith:
    providers = draw(st.lists(values_of(GoodFaithProvider), max_size=2))
    item = values_of_fields(GoodFaithItem, provider=st.integers(0, max(0, len(providers) - 1)))
    items = st.lists(item, max_size=2).map(tuple) if providers else st.just(())
    return draw(values_of_fields(GoodFaith, providers=st.just(tuple(providers)), items=items))


def _span(cls: type) -> st.SearchStrategy[Any]:
    """With a last day that is not before the first."""

    def ordered(pair: tuple[date, date]) -> st.SearchStrategy[Any]:
        first, last = sorted(pair)
        return values_of_fields(cls, first_day=st.just(first), last_day=st.just(last))

    return st.tuples(dates(), dates()).flatmap(ordered)


def _remittances() -> st.SearchStrategy[Remittances]:
    return st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(
        lambda pair: Remittances(min(pair), max(pair))
    )


drawn_by(YearlyAmount, _yearly)
drawn_by(Entry, fields=lambda: {"amount": st.integers(0, 10**8)})
drawn_by(
    Standing,
    fields=lambda: {name: st.none() | _bill() for name in ("total", "spent", "remaining")},
)
drawn_by(Benefit, benefits)
drawn_by(Plan, plans)
drawn_by(Amounts, amounts)
drawn_by(Estimate, estimates)
drawn_by(GoodFaith, _good_faith)
drawn_by(GoodFaithProvider, fields=lambda: {"npi": st.none() | npis()})
drawn_by(Recurrence, lambda: _span(Recurrence))
drawn_by(Remittances, _remittances)
drawn_by(DrugMeasure, fields=lambda: {"quantity": st.decimals(1, 10**6, places=3)})
drawn_by(
    AllowedAmounts,
    fields=lambda: {
        name: st.none() | _bill()
        for name in ("median", "percentile_10", "percentile_90", "estimated")
    },
)
drawn_by(
    Price,
    fields=lambda: {
        "codes": st.lists(values_of(Code), min_size=1, max_size=2).map(tuple),
        **{
            name: st.none() | _bill()
            for name in ("gross", "discounted_cash", "negotiated_dollar", "minimum", "maximum")
        },
    },
)
