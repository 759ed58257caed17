"""Estimates: what a patient was told that a visit will cost, kept as it was given.

    estimate_with_plan(items, plan, "in network", accumulators, id=…, given_at=…)
    estimate_for_self_pay(items, id=…, given_at=…)

An estimate never changes; another one may replace it. Where something is unknown it holds two
sets of amounts, so that the patient will owe at least the one and at most the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.adjudication import adjudicate
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.coordinated import PlanInTurn, coordinate
from carecoord.estimates.good_faith import GoodFaith
from carecoord.estimates.plans import Plan
from carecoord.estimates.secondary_payment import Method
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import FORMULAS, Step
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import BookingId, EstimateId, PatientId, PlanId, PriceId
from carecoord.kernel.money import Money
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import Positive, Text, checked

__all__ = [
    "Estimate",
    "EstimateLine",
    "Item",
    "estimate_for_self_pay",
    "estimate_with_plan",
    "estimate_with_plans",
]

Description = Annotated[str, Text(longest=2_000)]
Words = Annotated[str, Text(longest=500)]


@frozen(field_transformer=checked)
class Item:
    """A service to be estimated: its line, in words that a patient understands."""

    description: Description
    line: ServiceLine
    price: PriceId | None = None


@frozen(field_transformer=checked, kw_only=True)
class EstimateLine:
    """One service of an estimate: at least `low` and at most `high`, which are often the same."""

    description: Description
    code: Code | None
    units: Positive = 1
    price: PriceId | None = None
    low: Amounts
    high: Amounts


@frozen(field_transformer=checked, kw_only=True)
class Estimate:
    """What a patient was told, as it was told: it never changes.

    `plans` are the plans that it rests on, in the order in which they pay; none for self-pay.
    `methods` say how every plan after the first pays.
    `unknown` says what was not known and changes the answer. Where `at_most_is_known` is false
    there may be more than the highest amounts: something has no price at all. `trace` are the
    steps to the lowest amounts and `trace_high`, where they differ, those to the highest.
    `cautions` are what whoever relies on it should be told besides, such as that figures are old.
    `good_faith` is what a good-faith estimate has to state besides, exactly as it was given.
    `replaces` is the estimate that this one was given instead of.

    Raises:
        InvalidValue: no lines, or lines that do not fit the plans.
    """

    id: EstimateId = field(repr=True)
    patient: PatientId | None = None
    visit: BookingId | None = None
    given_at: datetime
    service_date: date | None = None
    plans: tuple[PlanId, ...] = ()
    methods: tuple[Method, ...] = ()
    tier: Words | None = None
    accumulators_as_of: date | None = None
    lines: tuple[EstimateLine, ...]
    undecided: Money
    unknown: tuple[Words, ...] = ()
    at_most_is_known: bool = True
    cautions: tuple[Words, ...] = ()
    trace: tuple[Step, ...] = ()
    trace_high: tuple[Step, ...] = ()
    good_faith: GoodFaith | None = None
    replaces: EstimateId | None = None
    sensitivities: frozenset[Sensitivity] = frozenset()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise InvalidValue("Estimate.lines", "must not be empty")
        if len(self.methods) != max(0, len(self.plans) - 1):
            raise InvalidValue("Estimate.methods", "must name one for every plan but the first")
        for line in self.lines:
            if {len(line.low.payments), len(line.high.payments)} != {len(self.plans)}:
                raise InvalidValue("Estimate.lines", "must have one payment of each plan")

    @property
    def low(self) -> Amounts:
        """The amounts of the whole, where the patient owes least."""
        return Amounts.total([line.low for line in self.lines])

    @property
    def high(self) -> Amounts:
        """The amounts of the whole, where the patient owes most."""
        return Amounts.total([line.high for line in self.lines])

    @property
    def is_exact(self) -> bool:
        """Whether nothing that changes the answer was unknown."""
        return self.at_most_is_known and all(line.low == line.high for line in self.lines)

    @property
    def patient_owes(self) -> tuple[Money, Money | None]:
        """At least and at most what the patient owes; None where the most is not known."""
        high = self.high.patient_responsibility if self.at_most_is_known else None
        return self.low.patient_responsibility, high


def estimate_with_plan(
    items: Iterable[Item],
    plan: Plan,
    tier: str,
    accumulators: Accumulators,
    *,
    id: EstimateId,
    given_at: datetime,
    patient: PatientId | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
    replaces: EstimateId | None = None,
) -> Estimate:
    """What the items cost under one plan, in the order in which they will be billed.

    Raises:
        InvalidValue: no items, no such tier, or amounts in another currency than the plan's.
    """
    items = tuple(items)
    answer = adjudicate(plan, tier, [item.line for item in items], accumulators)
    exact = answer.is_exact
    pairs = zip(items, answer.low.figures(), answer.high.figures(), strict=True)
    return Estimate(
        id=id,
        patient=patient,
        visit=visit,
        given_at=given_at,
        service_date=service_date,
        plans=(plan.id,),
        tier=tier,
        accumulators_as_of=accumulators.as_of,
        lines=tuple(
            EstimateLine(
                description=item.description,
                code=item.line.code,
                units=item.line.units,
                price=item.price,
                low=Amounts.of(low, plan.currency),
                high=Amounts.of(high, plan.currency),
            )
            for item, low, high in pairs
        ),
        undecided=answer.undecided(),
        unknown=answer.unknown(),
        at_most_is_known=answer.is_bounded,
        trace=answer.low.steps(),
        trace_high=() if exact else answer.high.steps(),
        replaces=replaces,
    )


def estimate_with_plans(
    items: Iterable[Item],
    turns: Sequence[PlanInTurn],
    *,
    id: EstimateId,
    given_at: datetime,
    patient: PatientId | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
    replaces: EstimateId | None = None,
) -> Estimate:
    """What the items cost under several plans that pay in turn.

    The lines are those of the turns; the items give them words. `methods` name how the plans
    after the first pay. The trace of a range is the first plan's alone.

    Raises:
        InvalidValue: what `coordinate` refuses, or another number of items than of lines.
    """
    items = tuple(items)
    answer = coordinate(turns)
    if len(items) != len(answer.low):
        raise InvalidValue("items", "must be as many as the lines of the plans")
    exact = answer.is_exact
    most_is_known = answer.first.is_bounded
    return Estimate(
        id=id,
        patient=patient,
        visit=visit,
        given_at=given_at,
        service_date=service_date,
        plans=tuple(turn.plan.id for turn in turns),
        methods=answer.methods,
        tier=turns[0].tier,
        accumulators_as_of=turns[0].accumulators.as_of,
        lines=tuple(
            EstimateLine(
                description=item.description,
                code=item.line.code,
                units=item.line.units,
                price=item.price,
                low=low,
                high=high,
            )
            for item, low, high in zip(items, answer.low, answer.high, strict=True)
        ),
        undecided=answer.undecided(),
        unknown=answer.unknown,
        at_most_is_known=most_is_known,
        trace=answer.steps(),
        trace_high=() if exact else answer.first.high.steps(),
        replaces=replaces,
    )


def estimate_for_self_pay(
    items: Iterable[Item],
    *,
    id: EstimateId,
    given_at: datetime,
    patient: PatientId | None = None,
    visit: BookingId | None = None,
    service_date: date | None = None,
    good_faith: GoodFaith | None = None,
    replaces: EstimateId | None = None,
) -> Estimate:
    """What the items cost a patient who pays alone: `allowed` of a line is the cash price.

    A line with no cash price is expected to cost its charge; one with neither has no price, and
    then the most that will be owed is not known.

    Source: 45 CFR 149.610(a)(2)(v), expected charge.
    """
    lines: list[EstimateLine] = []
    low_steps: list[Step] = []
    high_steps: list[Step] = []
    unpriced = False
    for item in items:
        line = item.line
        low = high = line.charge if line.allowed is None else line.allowed
        if line.allowed_between is not None:
            low, high = line.allowed_between
        if low is None or high is None:
            unpriced, low, high = True, Money(0), Money(0)
        charge = line.charge if line.charge is not None else high
        low_steps += _cash_steps(len(lines), charge, low)
        high_steps += _cash_steps(len(lines), charge, high)
        lines.append(
            EstimateLine(
                description=item.description,
                code=line.code,
                units=line.units,
                price=item.price,
                low=Amounts.cash(charge, low),
                high=Amounts.cash(charge, high),
            )
        )
    unknown = ["the price of a service"] if unpriced else []
    if any(line.low != line.high for line in lines):
        unknown.append("the cash price")
    undecided = Money.total(one.high.self_pay - one.low.self_pay for one in lines)
    return Estimate(
        id=id,
        patient=patient,
        visit=visit,
        given_at=given_at,
        service_date=service_date,
        lines=tuple(lines),
        undecided=undecided,
        unknown=tuple(unknown),
        at_most_is_known=not unpriced,
        trace=tuple(low_steps),
        trace_high=() if low_steps == high_steps else tuple(high_steps),
        good_faith=good_faith,
        replaces=replaces,
    )


def _cash_steps(line: int, charge: Money, price: Money) -> Iterator[Step]:
    """How the amounts of a line come about without a plan."""
    inputs = {"charge": charge.cents, "price": price.cents}
    for rule, figure, names, source in (
        ("charge", "charge", ("charge",), "the provider's charge"),
        ("cash_price", "allowed", ("price",), "the provider's fee schedule"),
        ("discount", "contractual", ("charge", "price"), "the provider's fee schedule"),
        ("cash_price", "self_pay", ("price",), "the provider's fee schedule"),
    ):
        taken = {name: inputs[name] for name in names}
        yield Step(line, rule, figure, tuple(taken.items()), FORMULAS[rule](taken), source)
