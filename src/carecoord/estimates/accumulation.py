"""Accumulation: how accumulators come about, as dated entries, and as the payer last stated them.

    accumulated(plan, entries, on=day)

Claims count on the day of service. A reversal takes a claim back, a credit from a prior carrier
and a carry-over count from the day they are given, and a new benefit year starts at zero. What the
payer last stated wins: only entries that were made known after it are added.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, Used, in_the_year_of, untouched
from carecoord.estimates.benefits import Renewal
from carecoord.estimates.plans import Plan
from carecoord.kernel.ids import AccumulationId, ActorId, CoverageId, PatientId, PlanId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Text, checked

__all__ = ["Accumulation", "AccumulationKind", "Entry", "accumulated", "carried_over"]

Name = Annotated[str, Text(longest=200)]


class AccumulationKind(Enum):
    """What an entry is about."""

    CLAIM = "claim"
    REVERSAL = "reversal"
    PRIOR_CARRIER_CREDIT = "prior_carrier_credit"
    CARRY_OVER = "carry_over"


@frozen(field_transformer=checked, kw_only=True)
class Entry:
    """So much toward one accumulator: cents, visits or units.

    `service_day` decides the benefit year, `known_on` whether the payer's statement holds it
    already. `own` is false for another member of the family, which counts for the family alone.

    Raises:
        InvalidValue: a negative amount; a reversal has a positive one, and takes it away.
    """

    name: Name
    kind: AccumulationKind
    amount: int
    service_day: date
    known_on: date
    own: bool = True

    def __attrs_post_init__(self) -> None:
        if self.amount < 0:
            raise InvalidValue("Entry.amount", "must not be negative")

    @property
    def signed(self) -> int:
        """The amount, taken away where the entry is a reversal."""
        return -self.amount if self.kind is AccumulationKind.REVERSAL else self.amount


@frozen(field_transformer=checked, kw_only=True)
class Accumulation:
    """An entry as it was recorded, for a coverage under the plan of that time; it never changes.

    What was recorded wrongly is taken back by a reversal of the same amount.
    """

    id: AccumulationId = field(repr=True)
    patient: PatientId
    coverage: CoverageId
    plan: PlanId
    entry: Entry
    recorded_at: datetime
    recorded_by: ActorId
    version: int = 0


def accumulated(
    plan: Plan, entries: Iterable[Entry], *, on: date, stated: Accumulators | None = None
) -> Accumulators:
    """What has been used in the benefit year of the day, by the entries of that year.

    With what the payer has stated, that is the beginning, and only entries made known later are
    added; what the payer left unknown stays so. Without it, the year starts at nothing. What never
    renews counts entries of all years. Nothing falls below zero, whatever is reversed.
    """
    year = plan.benefit_year(on)
    lasting = {limit.name for limit in plan.limits if limit.renewal is Renewal.NEVER}
    base = untouched(plan, on) if stated is None else in_the_year_of(on, plan, stated)
    since = stated.as_of if stated is not None else None
    own: dict[str, int] = {}
    family: dict[str, int] = {}
    for entry in entries:
        if entry.service_day > on or (since is not None and entry.known_on <= since):
            continue
        if entry.name not in lasting and plan.benefit_year(entry.service_day) != year:
            continue
        family[entry.name] = family.get(entry.name, 0) + entry.signed
        if entry.own:
            own[entry.name] = own.get(entry.name, 0) + entry.signed
    return Accumulators(
        on,
        tuple(_spent(one, own.get(one.name, 0), family.get(one.name, 0)) for one in base.spent),
        tuple(_used(one, own.get(one.name, 0)) for one in base.used),
    )


def _spent(one: Spent, own: int, family: int) -> Spent:
    individual, whole = one.individual, one.family
    if individual is not None:
        individual = Money(max(0, individual.cents + own), individual.currency)
    if whole is not None:
        least = 0 if individual is None else individual.cents
        whole = Money(max(least, whole.cents + family), whole.currency)
    return Spent(one.name, individual, whole)


def _used(one: Used, more: int) -> Used:
    return Used(one.name, None if one.amount is None else max(0, one.amount + more))


def carried_over(
    entries: Iterable[Entry], *, plan: Plan, year_of: date, months: int, names: Iterable[str]
) -> tuple[Entry, ...]:
    """What of the last months of a benefit year counts toward the deductible of the next.

    Some plans credit what was spent on a deductible in, say, the last three months again.

    Source: the plan's terms.
    """
    first, last = plan.benefit_year(year_of)
    starts = max(first, _months_before_the_end(last, months))
    next_day = date.fromordinal(min(last.toordinal() + 1, date.max.toordinal()))
    wanted = set(names)
    sums: dict[tuple[str, bool], int] = {}
    for entry in entries:
        counts = entry.kind in (AccumulationKind.CLAIM, AccumulationKind.REVERSAL)
        if counts and entry.name in wanted and starts <= entry.service_day <= last:
            key = (entry.name, entry.own)
            sums[key] = sums.get(key, 0) + entry.signed
    return tuple(
        Entry(
            name=name,
            kind=AccumulationKind.CARRY_OVER,
            amount=amount,
            service_day=next_day,
            known_on=next_day,
            own=own,
        )
        for (name, own), amount in sums.items()
        if amount > 0
    )


def _months_before_the_end(last: date, months: int) -> date:
    """The first day of the last so many months of a year that ends with a month."""
    whole = last.year * 12 + last.month - months
    year, month = divmod(whole, 12)
    return date(year, month + 1, 1) if year >= 1 else date.min
