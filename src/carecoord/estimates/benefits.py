"""Benefits: what a plan says it pays, as data, and refused at definition where impossible.

    Plan(
        id=PlanId("ppo-500"), name="PPO 500", payer_name="Platform Health", plan_name="PPO",
        tiers=(Tier(
            "in network", in_network=True,
            deductible=YearlyAmount("deductible", Scope.EMBEDDED, Money.of(500), Money.of(1000)),
            out_of_pocket=YearlyAmount("limit", Scope.EMBEDDED, Money.of(4000), Money.of(8000)),
            benefits=(
                Benefit.flat_copay({"office visit"}, Money.of(25)),
                Benefit.after_deductible({"imaging", "surgery"}, Rate.percent(20)),
            ),
        ),),
    )

What is not stated is None, which is unknown: no deductible at all is `Scope.NONE`, no copay is a
step left out. In which order deductible, copay and coinsurance are taken is the plan's to say:
each takes its part of what the steps before it left.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import PlanId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import Count, Range, Text, checked

__all__ = [
    "Benefit",
    "CopayPer",
    "CostShare",
    "Limit",
    "Measure",
    "NonCovered",
    "Plan",
    "Program",
    "Renewal",
    "Scope",
    "Tier",
    "Without",
    "YearlyAmount",
]

Name = Annotated[str, Text(longest=200)]
Category = Annotated[str, Text(longest=100)]


class CostShare(Enum):
    """One kind of cost share of the patient."""

    DEDUCTIBLE = "deductible"
    COPAY = "copay"
    COINSURANCE = "coinsurance"


class CopayPer(Enum):
    """How often a copay falls due."""

    VISIT = "visit"
    """Once, however many services of the benefit the visit has."""
    SERVICE = "service"
    """Once for each line."""
    UNIT = "unit"
    """Once for each unit of a line."""
    DAY = "day"
    """Once for each unit of a line whose units are days."""


class Scope(Enum):
    """Whose spending a yearly amount counts."""

    NONE = "none"
    """There is none: no deductible, or no limit."""
    SELF_ONLY = "self_only"
    """One person is covered, and only theirs counts."""
    EMBEDDED = "embedded"
    """A family's amount, and an individual one within it: whichever is reached first."""
    AGGREGATE = "aggregate"
    """Only the family's amount, whoever spends it."""


class Without(Enum):
    """What follows where something required, as a prior authorization, is missing."""

    PROVIDER_LIABLE = "provider_liable"
    """Denied, and the provider may not bill the patient."""
    NOT_COVERED = "not_covered"
    """Denied, and the patient owes it."""
    PAID_LESS = "paid_less"
    """The plan pays only a share of what it would, and the patient owes the rest."""


class Measure(Enum):
    """What a limit counts."""

    DOLLARS = "dollars"
    """What the plan pays."""
    VISITS = "visits"
    UNITS = "units"
    """Units of lines, which may be days."""


class Renewal(Enum):
    """When a limit starts afresh."""

    BENEFIT_YEAR = "benefit_year"
    NEVER = "never"


class NonCovered(Enum):
    """What a patient owes for a service that is not covered, in network."""

    CHARGE = "charge"
    ALLOWED = "allowed"


class Program(Enum):
    """Under which law a plan stands."""

    COMMERCIAL = "commercial"
    DENTAL = "dental"
    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    CHIP = "chip"
    TRICARE = "tricare"
    WORKERS_COMPENSATION = "workers_compensation"
    OTHER = "other"


def _check_amount(name: str, amount: Money | None) -> None:
    if amount is not None and amount.cents < 0:
        raise InvalidValue(name, "must not be negative")


def _check_share(name: str, rate: Rate | None) -> None:
    if rate is not None and not 0 <= rate.millionths <= 1_000_000:
        raise InvalidValue(name, "must be from 0% to 100%")


def _check_distinct(name: str, values: Iterable[object]) -> None:
    values = list(values)
    if len(set(values)) < len(values):
        raise InvalidValue(name, "must not be stated twice")


@frozen(field_transformer=checked)
class YearlyAmount:
    """A deductible or an out-of-pocket limit of a benefit year.

    Its `name` is that of the accumulator that counts toward it; tiers and benefits that name the
    same one share it. An amount that the scope needs and nobody stated is None, and unknown.

    Raises:
        InvalidValue: a negative amount, one that the scope has no room for, or a family amount
            below the individual one that is embedded in it.
    """

    name: Name
    scope: Scope
    individual: Money | None = None
    family: Money | None = None

    def __attrs_post_init__(self) -> None:
        _check_amount("YearlyAmount.individual", self.individual)
        _check_amount("YearlyAmount.family", self.family)
        if self.individual is not None and self.scope in (Scope.NONE, Scope.AGGREGATE):
            raise InvalidValue("YearlyAmount.individual", "does not exist in this scope")
        if self.family is not None and self.scope in (Scope.NONE, Scope.SELF_ONLY):
            raise InvalidValue("YearlyAmount.family", "does not exist in this scope")
        if self.individual and self.family and self.family < self.individual:
            raise InvalidValue("YearlyAmount.family", "must not be below the individual amount")


@frozen(field_transformer=checked)
class Limit:
    """How much the plan covers at most: dollars it pays, visits or units.

    `amount` is in cents for dollars, a count otherwise; None is unknown. Benefits name the limits
    that they use and are limited by.
    """

    name: Name
    measure: Measure
    amount: Count | None
    renewal: Renewal = Renewal.BENEFIT_YEAR


@frozen(field_transformer=checked)
class Benefit:
    """What the plan does for services of some categories or codes, in one tier.

    `steps` are the cost shares that apply, in the order in which they are taken: `(COPAY,)` is a
    copay instead of all else, `(DEDUCTIBLE, COINSURANCE)` the common case, `()` is free of
    charge. A copay or coinsurance that is a step but not stated is unknown.

    Raises:
        InvalidValue: it names no service, repeats a step, takes coinsurance before the
            deductible, states a share that is no step, or states an impossible one.
    """

    categories: frozenset[Category] = frozenset()
    codes: frozenset[Code] = frozenset()
    steps: tuple[CostShare, ...] = (CostShare.DEDUCTIBLE, CostShare.COINSURANCE)
    copay: Money | None = None
    copay_per: CopayPer = CopayPer.VISIT
    coinsurance: Rate | None = None
    """The patient's share."""
    covered: bool | None = True
    """False is an exclusion; None is unknown."""
    deductible: YearlyAmount | None = None
    """A deductible of its own, instead of the tier's."""
    counts_toward_out_of_pocket: bool = True
    limits: tuple[Name, ...] = ()
    authorization_required: bool | None = None
    without_authorization: Without = Without.PROVIDER_LIABLE
    referral_required: bool | None = None
    without_referral: Without = Without.NOT_COVERED
    paid_less: Rate | None = None
    """For `Without.PAID_LESS`: the share of its payment that the plan withholds."""
    source: Name | None = None
    """Where the plan says so, such as a page of its summary of benefits."""

    def __attrs_post_init__(self) -> None:
        steps = self.steps
        _check_distinct("Benefit.steps", steps)
        _check_distinct("Benefit.limits", self.limits)
        _check_amount("Benefit.copay", self.copay)
        _check_share("Benefit.coinsurance", self.coinsurance)
        _check_share("Benefit.paid_less", self.paid_less)
        if self.copay is not None and CostShare.COPAY not in steps:
            raise InvalidValue("Benefit.copay", "is stated but is none of the steps")
        if self.coinsurance is not None and CostShare.COINSURANCE not in steps:
            raise InvalidValue("Benefit.coinsurance", "is stated but is none of the steps")
        if self.deductible is not None and CostShare.DEDUCTIBLE not in steps:
            raise InvalidValue("Benefit.deductible", "is stated but is none of the steps")
        if {CostShare.DEDUCTIBLE, CostShare.COINSURANCE} <= set(steps) and (
            steps.index(CostShare.COINSURANCE) < steps.index(CostShare.DEDUCTIBLE)
        ):
            raise InvalidValue("Benefit.steps", "coinsurance is taken after the deductible")
        less = Without.PAID_LESS in (self.without_authorization, self.without_referral)
        if less != (self.paid_less is not None):
            raise InvalidValue("Benefit.paid_less", "is stated exactly where the plan pays less")

    @classmethod
    def flat_copay(
        cls,
        categories: Iterable[str],
        copay: Money,
        *,
        per: CopayPer = CopayPer.VISIT,
    ) -> "Benefit":
        """A copay instead of deductible and coinsurance."""
        return cls(frozenset(categories), steps=(CostShare.COPAY,), copay=copay, copay_per=per)

    @classmethod
    def after_deductible(cls, categories: Iterable[str], coinsurance: Rate) -> "Benefit":
        """Coinsurance on what the deductible leaves."""
        return cls(frozenset(categories), coinsurance=coinsurance)

    @classmethod
    def free_of_charge(cls, categories: Iterable[str]) -> "Benefit":
        """Covered in full, as preventive care is."""
        return cls(frozenset(categories), steps=())

    @classmethod
    def excluded(cls, categories: Iterable[str]) -> "Benefit":
        """Not covered at all."""
        return cls(frozenset(categories), steps=(), covered=False)


@frozen(field_transformer=checked)
class Tier:
    """What the plan does with the providers of one network tier.

    `otherwise` is the benefit of every service that no other benefit names; where it is None,
    coverage of such a service is unknown. A deductible or limit that is None is unknown.

    Raises:
        InvalidValue: a category or code with two benefits, or a deductible above the limit.
    """

    name: Name
    in_network: bool
    deductible: YearlyAmount | None = None
    out_of_pocket: YearlyAmount | None = None
    benefits: tuple[Benefit, ...] = ()
    otherwise: Benefit | None = None

    def __attrs_post_init__(self) -> None:
        for benefit in self.benefits:
            if not benefit.categories and not benefit.codes:
                raise InvalidValue("Tier.benefits", "must each name a category or a code")
        _check_distinct("Tier.benefits", (c for one in self.benefits for c in one.categories))
        _check_distinct("Tier.benefits", (c for one in self.benefits for c in one.codes))
        if self.deductible is not None and self.out_of_pocket is not None:
            if self.deductible.name == self.out_of_pocket.name:
                raise InvalidValue("Tier.deductible", "must not be named as the limit is")
            for deductible, limit in (
                (self.deductible.individual, self.out_of_pocket.individual),
                (self.deductible.family, self.out_of_pocket.family),
            ):
                if deductible is not None and limit is not None and limit < deductible:
                    raise InvalidValue("Tier.deductible", "must not exceed the limit")

    @property
    def all_benefits(self) -> tuple[Benefit, ...]:
        """The benefits, and the one of all other services."""
        return self.benefits if self.otherwise is None else (*self.benefits, self.otherwise)

    @property
    def yearly_amounts(self) -> tuple[YearlyAmount, ...]:
        """The deductible, the out-of-pocket limit, and the benefits' own deductibles."""
        amounts = (
            self.deductible,
            self.out_of_pocket,
            *(benefit.deductible for benefit in self.all_benefits),
        )
        return tuple(amount for amount in amounts if amount is not None)

    def benefit_for(self, code: Code | None, category: str | None) -> Benefit | None:
        """The benefit of the code, else that of the category, else of all others, else None."""
        for benefit in self.benefits:
            if code in benefit.codes:
                return benefit
        for benefit in self.benefits:
            if category in benefit.categories:
                return benefit
        return self.otherwise


@frozen(field_transformer=checked, kw_only=True, cache_hash=True)
class Plan:
    """A health or dental plan: its tiers, limits, benefit year and the days it is in force.

    The benefit year begins on the first day of `year_starts`, a month. `payer_name` and
    `plan_name` are those of price files. Days are both included; None leaves that side open.

    Raises:
        InvalidValue: anything about it that no plan can be.
    """

    id: PlanId = field(repr=True)
    name: Name
    payer_name: Name
    plan_name: Name | None = None
    program: Program = Program.COMMERCIAL
    tiers: tuple[Tier, ...]
    limits: tuple[Limit, ...] = ()
    year_starts: Annotated[int, Range(least=1, most=12)] = 1
    non_covered: NonCovered = NonCovered.CHARGE
    first_day: date | None = None
    last_day: date | None = None
    currency: Annotated[str, Text(longest=3)] = "USD"
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.tiers:
            raise InvalidValue("Plan.tiers", "must not be empty")
        _check_distinct("Plan.tiers", (tier.name for tier in self.tiers))
        _check_distinct("Plan.limits", (limit.name for limit in self.limits))
        known = {limit.name for limit in self.limits}
        for tier in self.tiers:
            for benefit in tier.all_benefits:
                if not known.issuperset(benefit.limits):
                    raise InvalidValue("Benefit.limits", "must be limits of the plan")
        if any(amount.currency != self.currency for amount in self._amounts()):
            raise InvalidValue("Plan.currency", "must be that of all its amounts")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue("Plan.last_day", "must not be before the first day")

    def _amounts(self) -> Iterable[Money]:
        for tier in self.tiers:
            for amount in tier.yearly_amounts:
                yield from (one for one in (amount.individual, amount.family) if one is not None)
            yield from (one.copay for one in tier.all_benefits if one.copay is not None)

    def tier(self, name: str) -> Tier:
        """The tier of this name.

        Raises:
            InvalidValue: the plan has none.
        """
        for tier in self.tiers:
            if tier.name == name:
                return tier
        raise InvalidValue("Plan.tier", "the plan has no tier of this name")

    def in_force(self, on: date) -> bool:
        """Whether the plan is in force on the day."""
        return (self.first_day is None or self.first_day <= on) and (
            self.last_day is None or on <= self.last_day
        )

    def benefit_year(self, on: date) -> tuple[date, date]:
        """The first and the last day of the benefit year that the day belongs to."""
        year = on.year if on.month >= self.year_starts else on.year - 1
        first = date(year, self.year_starts, 1) if year else date.min
        if year == date.max.year:
            return first, date.max
        return first, date(year + 1, self.year_starts, 1) - timedelta(days=1)
