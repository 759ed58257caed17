"""Disputes: when a bill is so far above the good-faith estimate that it can be contested.

    bill_can_be_disputed(good_faith, provider=0, billed=…, first_billed_on=…, on=…)

Source: 45 CFR 149.620.
"""

from datetime import date

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.estimates.good_faith import GoodFaith
from carecoord.kernel.money import Money

__all__ = [
    "RULES",
    "bill_can_be_disputed",
    "bill_is_substantially_above_the_estimate",
    "dispute_is_in_time",
]

DISPUTE_THRESHOLD = Money.of(400)
DISPUTE_DAYS = 120


def bill_is_substantially_above_the_estimate(expected: Money, billed: Money) -> Answer:
    """A bill is disputable from $400 above what the same provider or facility estimated in total.

    Source: 45 CFR 149.620(a)(2)(i).
    """
    if billed - expected >= DISPUTE_THRESHOLD:
        return Allowed()
    return Refused(
        "bill_is_substantially_above_the_estimate",
        "the bill is less than $400 above this provider's estimate",
        "45 CFR 149.620(a)(2)(i)",
    )


def dispute_is_in_time(first_billed_on: date, on: date) -> Answer:
    """A dispute is started within 120 calendar days of the first bill.

    Source: 45 CFR 149.620(b)(2) (from public projects; not checked against the primary text).
    """
    if (on - first_billed_on).days <= DISPUTE_DAYS:
        return Allowed()
    return Refused(
        "dispute_is_in_time",
        "more than 120 calendar days have passed since the first bill",
        "45 CFR 149.620(b)(2)",
    )


def bill_can_be_disputed(
    estimate: GoodFaith, *, provider: int, billed: Money, first_billed_on: date, on: date
) -> tuple[Refused, ...]:
    """Everything against a dispute of one provider's bill; never summed over providers.

    Source: 45 CFR 149.620.

    Raises:
        InvalidValue: the estimate has no total for this provider.
    """
    expected = estimate.expected_of(provider)
    if expected is None:
        raise InvalidValue("provider", "has no expected total in this estimate")
    answers = (
        bill_is_substantially_above_the_estimate(expected, billed),
        dispute_is_in_time(first_billed_on, on),
    )
    return tuple(answer for answer in answers if isinstance(answer, Refused))


RULES = (bill_is_substantially_above_the_estimate, dispute_is_in_time)
