"""Accumulators: what a member and the family have used of deductibles and limits so far.

    Accumulators(
        as_of=date(2026, 5, 4),
        spent=(Spent("deductible", individual=Money.of(120), family=Money.of(300)),),
        used=(Used("physical therapy", 3),),
    )

What is not stated is unknown, never zero; `untouched(plan)` states that nothing has been used.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.estimates.benefits import Renewal, Scope, YearlyAmount
from carecoord.estimates.plans import Plan
from carecoord.kernel.money import Money
from carecoord.kernel.values import Count, Text, checked

__all__ = [
    "RULES",
    "Accumulators",
    "Spent",
    "Used",
    "accumulators_are_recent",
    "check_names",
    "in_the_year_of",
    "untouched",
    "yearly_amounts",
]

Name = Annotated[str, Text(longest=200)]


@frozen(field_transformer=checked)
class Spent:
    """What has counted toward one deductible or out-of-pocket limit, the family's included.

    Raises:
        InvalidValue: a negative amount, or more of the individual's than of the whole family's.
    """

    name: Name
    individual: Money | None = None
    family: Money | None = None

    def __attrs_post_init__(self) -> None:
        for name, amount in (("individual", self.individual), ("family", self.family)):
            if amount is not None and amount.cents < 0:
                raise InvalidValue(f"Spent.{name}", "must not be negative")
        own, family = self.individual, self.family
        if own is not None and family is not None and family < own:
            raise InvalidValue("Spent.family", "must not be below the individual's")


@frozen(field_transformer=checked)
class Used:
    """How much of a limit has been used: cents that the plan paid, visits or units."""

    name: Name
    amount: Count | None


@frozen(field_transformer=checked)
class Accumulators:
    """What has been used by the day `as_of`; a name that is not listed is unknown."""

    as_of: date | None = None
    spent: tuple[Spent, ...] = ()
    used: tuple[Used, ...] = ()

    def __attrs_post_init__(self) -> None:
        for field, names in (
            ("spent", [one.name for one in self.spent]),
            ("used", [one.name for one in self.used]),
        ):
            if len(set(names)) < len(names):
                raise InvalidValue(f"Accumulators.{field}", "must not name one twice")

    def adding(self, spent: Mapping[str, int], used: Mapping[str, int]) -> "Accumulators":
        """With so many more cents spent, by name, and so much more used; unknown stays unknown."""
        return Accumulators(
            self.as_of,
            tuple(
                Spent(
                    one.name,
                    _sum(one.individual, spent.get(one.name, 0)),
                    _sum(one.family, spent.get(one.name, 0)),
                )
                for one in self.spent
            ),
            tuple(
                Used(one.name, None if one.amount is None else one.amount + used.get(one.name, 0))
                for one in self.used
            ),
        )


def _sum(amount: Money | None, cents: int) -> Money | None:
    return None if amount is None else Money(amount.cents + cents, amount.currency)


def yearly_amounts(plan: Plan) -> dict[str, YearlyAmount]:
    """Every deductible and out-of-pocket limit of the plan by the name of its accumulator."""
    amounts: dict[str, YearlyAmount] = {}
    for tier in plan.tiers:
        for amount in tier.yearly_amounts:
            amounts.setdefault(amount.name, amount)
    return amounts


def check_names(plan: Plan, accumulators: Accumulators) -> None:
    """Everything stated is an accumulator of the plan: a name it lacks would count for nothing.

    Raises:
        InvalidValue: the plan has no such deductible, out-of-pocket limit or limit.
    """
    if not {one.name for one in accumulators.spent} <= set(yearly_amounts(plan)):
        raise InvalidValue(
            "Accumulators.spent", "must name deductibles and out-of-pocket limits of the plan"
        )
    if not {one.name for one in accumulators.used} <= {limit.name for limit in plan.limits}:
        raise InvalidValue("Accumulators.used", "must name limits of the plan")


def untouched(plan: Plan, as_of: date | None = None) -> Accumulators:
    """That nothing of the plan has been used yet."""
    nothing = Money(0)
    return Accumulators(
        as_of,
        tuple(
            Spent(name, nothing, nothing)
            for name, amount in yearly_amounts(plan).items()
            if amount.scope is not Scope.NONE
        ),
        tuple(Used(limit.name, 0) for limit in plan.limits),
    )


def in_the_year_of(day: date, plan: Plan, accumulators: Accumulators) -> Accumulators:
    """What will have been used on the day, as far as it can be known.

    In the benefit year of `as_of` that is what has been used by then. In a later one the yearly
    amounts are back at zero, and only what never renews stays. In an earlier one, or where
    nobody says as of when, nothing is known.
    """
    if accumulators.as_of is None:
        return Accumulators()
    of_day, of_accumulators = plan.benefit_year(day), plan.benefit_year(accumulators.as_of)
    if of_day == of_accumulators:
        return accumulators
    if of_day < of_accumulators:
        return Accumulators()
    lasting = {limit.name for limit in plan.limits if limit.renewal is Renewal.NEVER}
    fresh = untouched(plan, of_day[0])
    kept = tuple(one for one in accumulators.used if one.name in lasting)
    return evolve(fresh, used=(*_but(lasting, fresh.used), *kept))


def _but(names: Iterable[str], used: Iterable[Used]) -> tuple[Used, ...]:
    return tuple(one for one in used if one.name not in names)


def accumulators_are_recent(accumulators: Accumulators, on: date, most_days: int) -> Answer:
    """What a payer stated is relied on for so many days; an estimate on older figures says so.

    Source: the practice's own policy.
    """
    as_of = accumulators.as_of
    if as_of is not None and (on - as_of).days <= most_days:
        return Allowed()
    reason = (
        "nobody says as of when the amounts used are"
        if as_of is None
        else f"the amounts used are as of {as_of}, more than {most_days} days before"
    )
    return Refused("accumulators_are_recent", reason, "the practice's own policy")


RULES = (accumulators_are_recent,)
