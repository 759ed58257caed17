"""Plans: network tiers with their benefits, refused at definition where no plan can be so.

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
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.estimates.benefits import Benefit, Limit, YearlyAmount, check_distinct
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import PlanId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Range, Text, checked

__all__ = ["RULES", "NonCovered", "Plan", "Program", "Tier", "plan_is_in_force"]

Name = Annotated[str, Text(longest=200)]


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


def _check_within(field: str, deductible: YearlyAmount, limit: YearlyAmount) -> None:
    """Refuse a deductible of which nobody could ever meet the whole."""
    if deductible.name == limit.name:
        raise InvalidValue(field, "must not be named as the limit is")
    own, most = deductible.individual, limit.individual or limit.family
    whole, most_of_all = deductible.family, limit.family
    if (own is not None and most is not None and most < own) or (
        whole is not None and most_of_all is not None and most_of_all < whole
    ):
        raise InvalidValue(field, "must not exceed the limit")


@frozen(field_transformer=checked)
class Tier:
    """What the plan does with the providers of one network tier.

    `otherwise` is the benefit of every service that no other benefit names; where it is None,
    coverage of such a service is unknown. A deductible or limit that is None is unknown.

    Raises:
        InvalidValue: a category or code with two benefits, a deductible above the limit, or a name
            that stands for two amounts.
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
        check_distinct("Tier.benefits", (c for one in self.benefits for c in one.categories))
        check_distinct("Tier.benefits", (c for one in self.benefits for c in one.codes))
        named: dict[str, YearlyAmount] = {}
        for amount in self.yearly_amounts:
            if named.setdefault(amount.name, amount) != amount:
                raise InvalidValue("Tier.deductible", "must not have a name of two meanings")
        limit = self.out_of_pocket
        if limit is None:
            return
        for benefit in self.all_benefits:
            own = benefit.deductible
            if own is not None and benefit.counts_toward_out_of_pocket:
                _check_within("Benefit.deductible", own, limit)
        if self.deductible is not None:
            _check_within("Tier.deductible", self.deductible, limit)

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
        check_distinct("Plan.tiers", (tier.name for tier in self.tiers))
        check_distinct("Plan.limits", (limit.name for limit in self.limits))
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


def plan_is_in_force(plan: Plan, on: date) -> Answer:
    """Benefits hold from the plan's first day to its last; on another day they are another plan's.

    Source: the plan's terms.
    """
    if plan.in_force(on):
        return Allowed()
    reason = f"plan {plan.id} is not in force on that day"
    return Refused("plan_is_in_force", reason, "the plan's terms")


RULES = (plan_is_in_force,)
