"""Hypothesis strategies for plans, claims and accumulators, and a short way to write them."""

from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.benefits import (
    Benefit,
    CopayPer,
    CostShare,
    Limit,
    Measure,
    Renewal,
    Scope,
    Without,
    YearlyAmount,
)
from carecoord.estimates.plans import NonCovered, Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import PlanId
from carecoord.kernel.money import Money, Rate

__all__ = [
    "CATEGORIES",
    "CODE",
    "IN",
    "a_plan",
    "accumulators",
    "benefits",
    "cents",
    "claims",
    "maybe",
    "none_of",
    "plans",
    "rates",
    "self_only",
    "service_lines",
    "worlds",
    "yearly_amounts",
]

CATEGORIES = ("office", "imaging", "surgery", "drugs", "elsewhere")
CODE = Code(CPT, "70551")
IN = "in network"
OUT = "out of network"


def a_plan(*tiers: Tier, **fields: Any) -> Plan:
    """A plan of these tiers."""
    return Plan(
        **{
            "id": PlanId("plan-1"),
            "name": "PPO",
            "payer_name": "Platform",
            "tiers": tiers,
            **fields,
        }
    )


def self_only(name: str, amount: str | int | None) -> YearlyAmount:
    """An amount for one person; None is unknown."""
    return YearlyAmount(name, Scope.SELF_ONLY, None if amount is None else Money.of(amount))


def none_of(name: str) -> YearlyAmount:
    """That there is no such amount."""
    return YearlyAmount(name, Scope.NONE)


cents = st.integers(0, 60_000).map(Money) | st.sampled_from([Money(0), Money(1), Money(100)])
rates = st.integers(0, 1_000_000).map(Rate) | st.sampled_from(
    [Rate.percent(0), Rate.percent(20), Rate.percent(50), Rate.percent(100)]
)
STEPS = (
    (),
    (CostShare.COPAY,),
    (CostShare.DEDUCTIBLE,),
    (CostShare.COINSURANCE,),
    (CostShare.DEDUCTIBLE, CostShare.COINSURANCE),
    (CostShare.COPAY, CostShare.DEDUCTIBLE),
    (CostShare.DEDUCTIBLE, CostShare.COPAY),
    (CostShare.COPAY, CostShare.COINSURANCE),
    (CostShare.COINSURANCE, CostShare.COPAY),
    (CostShare.COPAY, CostShare.DEDUCTIBLE, CostShare.COINSURANCE),
    (CostShare.DEDUCTIBLE, CostShare.COPAY, CostShare.COINSURANCE),
    (CostShare.DEDUCTIBLE, CostShare.COINSURANCE, CostShare.COPAY),
)
LIMITS = (
    Limit("dollars", Measure.DOLLARS, 40_000),
    Limit("visits", Measure.VISITS, 2),
    Limit("units", Measure.UNITS, 5, Renewal.NEVER),
    Limit("unstated", Measure.DOLLARS, None),
)


def maybe(strategy: st.SearchStrategy[Any], unknown: bool) -> st.SearchStrategy[Any]:
    """The strategy itself, or with None where the unknown is wanted."""
    return st.none() | strategy if unknown else strategy


@st.composite
def yearly_amounts(draw: st.DrawFn, name: str, unknown: bool, least: int = 0) -> YearlyAmount:
    """Deductibles and limits of any scope."""
    scope = draw(st.sampled_from(Scope))
    individual = family = None
    if scope in (Scope.SELF_ONLY, Scope.EMBEDDED):
        individual = draw(maybe(st.integers(least, least + 60_000).map(Money), unknown))
    if scope in (Scope.EMBEDDED, Scope.AGGREGATE):
        floor = max(least, individual.cents if individual else 0)
        family = draw(maybe(st.integers(floor, floor + 60_000).map(Money), unknown))
    return YearlyAmount(name, scope, individual, family)


@st.composite
def benefits(
    draw: st.DrawFn,
    category: str | None,
    unknown: bool = False,
    own_deductible: YearlyAmount | None = None,
) -> Benefit:
    """Benefits of a category, or of all else, some with the deductible of their own."""
    steps = draw(st.sampled_from(STEPS))
    without = st.sampled_from(Without)
    fields: dict[str, Any] = {"steps": steps}
    if CostShare.COPAY in steps:
        fields["copay"] = draw(maybe(cents, unknown))
        fields["copay_per"] = draw(st.sampled_from(CopayPer))
    if CostShare.COINSURANCE in steps:
        fields["coinsurance"] = draw(maybe(rates, unknown))
    if CostShare.DEDUCTIBLE in steps and draw(st.booleans()):
        fields["deductible"] = own_deductible
    one, two = draw(without), draw(without)
    if Without.PAID_LESS in (one, two):
        fields["paid_less"] = draw(rates)
    names = [limit.name for limit in LIMITS if unknown or limit.amount is not None]
    return Benefit(
        categories=frozenset([category] if category else []),
        codes=frozenset([CODE] if category == "imaging" else []),
        covered=draw(st.sampled_from([True, True, True, False, *([None] if unknown else [])])),
        counts_toward_out_of_pocket=draw(st.booleans()),
        limits=tuple(draw(st.sets(st.sampled_from(names), max_size=2))),
        authorization_required=draw(st.sampled_from([None, None, False, True])),
        without_authorization=one,
        referral_required=draw(st.sampled_from([None, None, False, True])),
        without_referral=two,
        **fields,
    )


@st.composite
def plans(draw: st.DrawFn, unknown: bool = False, in_network: bool | None = None) -> Plan:
    """Plans of one tier, called `IN` whether or not it is in network."""
    deductible = draw(maybe(yearly_amounts("deductible", unknown), unknown))
    limit = draw(maybe(yearly_amounts("limit", unknown, least=130_000), unknown))
    own = draw(yearly_amounts("own deductible", unknown))
    return a_plan(
        Tier(
            IN,
            draw(st.booleans()) if in_network is None else in_network,
            deductible,
            limit,
            tuple(
                draw(benefits(one, unknown, own)) for one in CATEGORIES[:4] if draw(st.booleans())
            ),
            draw(maybe(benefits(None, unknown, own), unknown)),
        ),
        limits=LIMITS,
        non_covered=draw(st.sampled_from(NonCovered)),
    )


@st.composite
def service_lines(draw: st.DrawFn, unknown: bool = False) -> ServiceLine:
    """Lines, priced unless the unknown is wanted."""
    charge = draw(maybe(cents, False))
    allowed = draw(maybe(cents, unknown))
    between = None
    if allowed is None and draw(st.booleans()):
        low = draw(st.integers(0, 50_000))
        between = (Money(low), Money(low + draw(st.integers(0, 20_000))))
    category = draw(st.sampled_from(CATEGORIES))
    return ServiceLine(
        draw(st.sampled_from([None, CODE])) if category == "elsewhere" else None,
        category,
        charge,
        allowed,
        between,
        units=draw(st.integers(1, 4)),
        authorized=draw(maybe(st.booleans(), unknown)),
        referred=draw(maybe(st.booleans(), unknown)),
        eligible=draw(st.sampled_from([True, True, True, False, *([None] if unknown else [])])),
        alternate=draw(st.none() | st.none() | cents),
    )


def claims(unknown: bool = False) -> st.SearchStrategy[tuple[ServiceLine, ...]]:
    """Claims of a few lines."""
    return st.lists(service_lines(unknown), max_size=5).map(tuple)


@st.composite
def accumulators(draw: st.DrawFn, unknown: bool = False) -> Accumulators:
    """What has been used."""
    spent = []
    for name in ("deductible", "limit", "own deductible"):
        spent_so_far = st.integers(90_000, 190_000).map(Money) if name == "limit" else cents
        individual = draw(maybe(spent_so_far, unknown))
        more = draw(st.integers(0, 60_000))
        family = Money((individual.cents if individual else 0) + more)
        if not unknown or draw(st.booleans()):
            spent.append(Spent(name, individual, draw(maybe(st.just(family), unknown))))
    used = [
        Used("dollars", draw(maybe(st.integers(0, 50_000), unknown))),
        Used("visits", draw(maybe(st.integers(0, 3), unknown))),
        Used("units", draw(maybe(st.integers(0, 6), unknown))),
        Used("unstated", 0),
    ]
    return Accumulators(None, tuple(spent), tuple(used))


def _settled(value: Any, draw: st.DrawFn, strategy: st.SearchStrategy[Any]) -> Any:
    return draw(strategy) if value is None else value


_amounts = st.integers(0, 80_000).map(Money)


def _stated(draw: st.DrawFn, amount: YearlyAmount | None, name: str, least: int) -> YearlyAmount:
    if amount is None:
        return YearlyAmount(name, Scope.SELF_ONLY, Money(draw(st.integers(least, least + 60_000))))
    individual, family = amount.individual, amount.family
    if individual is None and amount.scope in (Scope.SELF_ONLY, Scope.EMBEDDED):
        top = family.cents if family is not None else least + 60_000
        individual = Money(draw(st.integers(min(least, top), top)))
    if family is None and amount.scope in (Scope.EMBEDDED, Scope.AGGREGATE):
        low = individual.cents if individual is not None else least
        family = Money(draw(st.integers(low, low + 60_000)))
    return YearlyAmount(amount.name, amount.scope, individual, family)


@st.composite
def worlds(
    draw: st.DrawFn,
) -> tuple[tuple[Plan, tuple[ServiceLine, ...], Accumulators], ...]:
    """What is known of a plan, a claim and accumulators, and one truth that agrees with it."""
    plan, lines = draw(plans(unknown=True)), draw(claims(unknown=True))
    used = draw(accumulators(unknown=True))
    tier = plan.tiers[0]

    stated: dict[YearlyAmount, YearlyAmount] = {}

    def settle(benefit: Benefit) -> Benefit:
        own = benefit.deductible
        if own is not None and own not in stated:
            stated[own] = _stated(draw, own, "own deductible", 0)
        steps = benefit.steps
        return evolve(
            benefit,
            copay=_settled(benefit.copay, draw, _amounts) if CostShare.COPAY in steps else None,
            coinsurance=_settled(benefit.coinsurance, draw, st.integers(0, 1_000_000).map(Rate))
            if CostShare.COINSURANCE in steps
            else None,
            covered=_settled(benefit.covered, draw, st.booleans()),
            deductible=None if own is None else stated[own],
        )

    otherwise = settle(
        tier.otherwise
        or draw(
            st.sampled_from(
                [
                    Benefit(steps=(), covered=False),
                    Benefit(steps=()),
                    Benefit(coinsurance=Rate.percent(30)),
                    Benefit(steps=(CostShare.COPAY,), copay=Money.of(30)),
                ]
            )
        )
    )
    true_plan = evolve(
        plan,
        tiers=(
            evolve(
                tier,
                deductible=_stated(draw, tier.deductible, "deductible", 0),
                out_of_pocket=_stated(draw, tier.out_of_pocket, "limit", 130_000),
                benefits=tuple(map(settle, tier.benefits)),
                otherwise=otherwise,
            ),
        ),
        limits=tuple(
            evolve(limit, amount=_settled(limit.amount, draw, st.integers(0, 50_000)))
            for limit in plan.limits
        ),
    )
    true_lines = []
    for line in lines:
        allowed = line.allowed
        if allowed is None:
            assert line.charge is not None
            low, high = line.allowed_between or (Money(0), line.charge)
            allowed = Money(draw(st.integers(low.cents, high.cents)))
        true_lines.append(
            evolve(
                line,
                allowed=allowed,
                allowed_between=None,
                authorized=_settled(line.authorized, draw, st.booleans()),
                referred=_settled(line.referred, draw, st.booleans()),
                eligible=_settled(line.eligible, draw, st.booleans()),
            )
        )
    spent = []
    known = {one.name: one for one in used.spent}
    for name in ("deductible", "limit", "own deductible"):
        one = known.get(name, Spent(name))
        individual, family = one.individual, one.family
        if individual is None:
            top = family.cents if family is not None else 150_000
            individual = Money(draw(st.integers(0, top)))
        if family is None:
            family = Money(individual.cents + draw(st.integers(0, 60_000)))
        spent.append(Spent(name, individual, family))
    counts = tuple(
        Used(one.name, _settled(one.amount, draw, st.integers(0, 50_000))) for one in used.used
    )
    return (plan, lines, used), (
        true_plan,
        tuple(true_lines),
        Accumulators(None, tuple(spent), counts),
    )
