"""Aging of accounts receivable: how long what is owed has been open.

    aging_of(ledger, date(2026, 3, 31), Side.PATIENT).buckets[2]    # 61 to 90 days

Credits are not netted against charges; they stand beside the buckets.
"""

from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.accounts.entries import Side
from carecoord.accounts.ledger import Ledger
from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money
from carecoord.kernel.values import Count, checked

__all__ = ["AGING_LIMITS", "AgedFrom", "Aging", "AgingBucket", "aging_of"]

AGING_LIMITS = (30, 60, 90, 120)
"""Last days of all buckets but the last, which is open: 0 to 30, 31 to 60, …, 121 and more."""


class AgedFrom(Enum):
    """The day from which age is counted."""

    SERVICE = "service"
    RESPONSIBILITY = "responsibility"
    """Since this party owes it, as when a payer's decision left a part to the patient."""


@frozen(field_transformer=checked)
class AgingBucket:
    """What has been open from `first` to `last` days, both inclusive; no last: and more."""

    first: Count
    last: Count | None
    amount: Money


@frozen(field_transformer=checked)
class Aging:
    """What is owed by age; the buckets less the credit are the balance of the side or account."""

    on: date
    buckets: tuple[AgingBucket, ...]
    credit: Money

    @property
    def owed(self) -> Money:
        """The sum of the buckets."""
        return Money.total((bucket.amount for bucket in self.buckets), self.credit.currency)


def aging_of(
    ledger: Ledger,
    on: date,
    side: Side | None = None,
    *,
    aged_from: AgedFrom = AgedFrom.SERVICE,
    limits: tuple[int, ...] = AGING_LIMITS,
) -> Aging:
    """What is open by its age on this day: the patient's part, the payers', or both.

    What is dated later than the day is as young as can be.

    Raises:
        InvalidValue: the limits do not rise.
    """
    if not limits or any(b <= a for a, b in zip((-1, *limits), limits, strict=False)):
        raise InvalidValue("limits", "must be days from 0 up, each above the one before")
    credit = ledger.credit if side is None else ledger.credit_of(side)
    sums = [Money(0, credit.currency)] * (len(limits) + 1)
    for item in ledger.open_items:
        for part in item.parts:
            if part.amount.cents > 0 and side in (None, part.party.side):
                since = item.date if aged_from is AgedFrom.SERVICE else part.since
                place = sum((on - since).days > limit for limit in limits)
                sums[place] += part.amount
    firsts = (0, *(limit + 1 for limit in limits))
    rows = zip(firsts, (*limits, None), sums, strict=True)
    return Aging(on, tuple(AgingBucket(*row) for row in rows), credit)
