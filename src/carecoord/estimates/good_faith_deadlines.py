"""Deadlines of good-faith estimates: who is owed one, by when, and how long it is kept.

    scheduled_estimate_is_due(scheduled_on, service_on, business_days)    # a date, or None

Source: 45 CFR 149.610.
"""

from datetime import date
from enum import Enum

from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.business_days import BusinessDays

__all__ = [
    "RULES",
    "PayingWith",
    "estimate_is_owed",
    "keep_until",
    "reissue_is_due",
    "requested_estimate_is_due",
    "scheduled_estimate_is_due",
]

YEARS_KEPT = 6


class PayingWith(Enum):
    """How the patient will pay, as far as the duty to estimate goes."""

    NO_COVERAGE = "no_coverage"
    OWN_MONEY = "own_money"
    """Covered, but not using it for this service."""
    COVERAGE = "coverage"


def estimate_is_owed(paying_with: PayingWith) -> Answer:
    """Only the uninsured, and those who will not use their coverage, are owed one by this rule.

    Source: 45 CFR 149.610(b)(1).
    """
    if paying_with is not PayingWith.COVERAGE:
        return Allowed()
    return Refused(
        "estimate_is_owed",
        "a good-faith estimate is owed to those who are uninsured or pay for themselves",
        "45 CFR 149.610(b)(1)",
    )


def scheduled_estimate_is_due(
    scheduled_on: date, service_on: date, business_days: BusinessDays
) -> date | None:
    """The last day to give an estimate of what was scheduled; None where scheduling sets none.

    At least 10 business days ahead: 3 business days after scheduling; at least 3: 1 after.

    Source: 45 CFR 149.610(b)(1)(vi) (read in a secondary source).
    """
    ahead = business_days.between(scheduled_on, service_on)
    if ahead >= 10:
        return business_days.after(scheduled_on, 3)
    return business_days.after(scheduled_on, 1) if ahead >= 3 else None


def requested_estimate_is_due(requested_on: date, business_days: BusinessDays) -> date:
    """The last day to answer a request; any question about cost of a self-pay patient is one.

    Source: 45 CFR 149.610(b)(1)(iii) and (vi) (read in a secondary source).
    """
    return business_days.after(requested_on, 3)


def reissue_is_due(service_on: date, business_days: BusinessDays) -> date:
    """The last day to give a new estimate when the scope of a scheduled service has changed.

    Source: 45 CFR 149.610(b)(1)(vii) (from memory; not checked against the primary text).
    """
    return business_days.before(service_on, 1)


def keep_until(given_on: date) -> date:
    """The day until which copies are kept: six years after the estimate was given.

    Source: 45 CFR 149.610(b)(1)(x) (from public projects; not checked against the primary text).
    """
    year = given_on.year + YEARS_KEPT
    if year > date.max.year:
        return date.max
    leap_day_moves = (given_on.month, given_on.day) == (2, 29)
    return date(year, 3, 1) if leap_day_moves else given_on.replace(year=year)


RULES = (estimate_is_owed,)
