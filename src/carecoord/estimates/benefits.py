"""Benefits: what a plan says it pays for a kind of service, as data.

    Benefit.flat_copay({"office visit"}, Money.of(25))
    Benefit.after_deductible({"imaging", "surgery"}, Rate.percent(20))

What is not stated is None, which is unknown: no deductible at all is `Scope.NONE`, no copay is a
step left out. In which order deductible, copay and coinsurance are taken is the plan's to say:
each takes its part of what the steps before it left.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.conditions import Conditions
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import Count, Text, checked

__all__ = [
    "Benefit",
    "CopayPer",
    "CostShare",
    "Limit",
    "Measure",
    "Renewal",
    "Scope",
    "Without",
    "YearlyAmount",
    "check_distinct",
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


def _check_amount(name: str, amount: Money | None) -> None:
    if amount is not None and amount.cents < 0:
        raise InvalidValue(name, "must not be negative")


def _check_share(name: str, rate: Rate | None) -> None:
    if rate is not None and not 0 <= rate.millionths <= 1_000_000:
        raise InvalidValue(name, "must be from 0% to 100%")


def check_distinct(name: str, values: Iterable[object]) -> None:
    """Refuse values of which one is stated twice.

    Raises:
        InvalidValue: one is.
    """
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
    conditions: Conditions | None = None
    """When it is there at all: waiting periods, ages, frequencies. `eligible` judges them."""
    source: Name | None = None
    """Where the plan says so, such as a page of its summary of benefits."""

    def __attrs_post_init__(self) -> None:
        steps = self.steps
        check_distinct("Benefit.steps", steps)
        check_distinct("Benefit.limits", self.limits)
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
