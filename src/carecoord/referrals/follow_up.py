"""Following up: what is still open, what comes next, and what is overdue by urgency.

    due = next_step_due(referral, DEFAULT_FOLLOW_UP, zone=zone, business_days=workdays)
    overdue(referrals, now, DEFAULT_FOLLOW_UP, zone=zone, business_days=workdays)

How long a step may take is the clinic's own policy: data, to be replaced by its own table. No law
sets these days.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated

from attrs import frozen

from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone, local_date
from carecoord.kernel.values import Range, Text, checked
from carecoord.referrals.orders import Urgency
from carecoord.referrals.referral import Referral
from carecoord.referrals.status import OPEN, ReferralStatus

__all__ = [
    "DEFAULT_FOLLOW_UP",
    "RULES",
    "FollowUp",
    "NextStep",
    "next_step",
    "overdue",
    "referral_is_followed_up_in_time",
    "still_open",
]


@frozen(field_transformer=checked)
class FollowUp:
    """How many business days a referral of an urgency may stay in a state, and what comes next.

    Zero: it is to be done on the same day.
    """

    urgency: Urgency
    status: ReferralStatus
    within: Annotated[int, Range(least=0, most=1000)]
    then: Annotated[str, Text(longest=200)]


@frozen(field_transformer=checked)
class NextStep:
    """What is to be done next, and the last day for it."""

    what: Annotated[str, Text(longest=200)]
    due: date


_STEPS = {
    ReferralStatus.DRAFT: ("send the referral", 0, 0, 1, 2),
    ReferralStatus.SENT: ("ask the recipient whether they accept", 0, 1, 2, 5),
    ReferralStatus.ACCEPTED: ("make sure that an appointment is made", 0, 1, 3, 10),
    ReferralStatus.DECLINED: ("redirect the referral or tell who referred", 0, 1, 2, 3),
    ReferralStatus.SEEN: ("ask for the report", 1, 3, 5, 10),
    ReferralStatus.REPORTED: ("have the report read and close the referral", 0, 1, 2, 5),
}
_URGENCIES = (Urgency.STAT, Urgency.ASAP, Urgency.URGENT, Urgency.ROUTINE)

DEFAULT_FOLLOW_UP: tuple[FollowUp, ...] = (
    *(
        FollowUp(urgency, status, within, what)
        for status, (what, *days) in _STEPS.items()
        for urgency, within in zip(_URGENCIES, days, strict=True)
    ),
    *(
        FollowUp(urgency, ReferralStatus.SCHEDULED, 1, "ask whether the patient was seen")
        for urgency in _URGENCIES
    ),
)
"""A starting point, not a standard; a scheduled referral counts from its appointment."""


def next_step(
    referral: Referral,
    table: tuple[FollowUp, ...] = DEFAULT_FOLLOW_UP,
    *,
    zone: Zone,
    business_days: BusinessDays,
) -> NextStep | None:
    """What is to be done next and by when; None if it is done, or the table says nothing of it.

    Days count from when the referral came into its state, for a scheduled one from the end of its
    appointment.

    Raises:
        InvalidValue: the day lies beyond the calendar.
    """
    since = referral.status_since
    if referral.appointment is not None and referral.status is ReferralStatus.SCHEDULED:
        since = referral.appointment.end
    for entry in table:
        if entry.status is referral.status and entry.urgency is referral.urgency:
            due = business_days.after(local_date(since, zone), entry.within)
            return NextStep(entry.then, due)
    return None


def referral_is_followed_up_in_time(
    referral: Referral,
    now: datetime,
    table: tuple[FollowUp, ...] = DEFAULT_FOLLOW_UP,
    *,
    zone: Zone,
    business_days: BusinessDays,
) -> Answer:
    """No referral stays in a state longer than the clinic's policy lets it.

    Source: the clinic's own policy; not law.
    """
    step = next_step(referral, table, zone=zone, business_days=business_days)
    if step is None or local_date(now, zone) <= step.due:
        return Allowed()
    reason = f"referral {referral.id} is {referral.status.value}: {step.what}, due {step.due}"
    return Refused(referral_is_followed_up_in_time.__name__, reason, "the clinic's own policy")


def still_open(referrals: Iterable[Referral]) -> tuple[Referral, ...]:
    """Those whose loop is not closed, the most urgent and then the oldest first."""
    waiting = (referral for referral in referrals if referral.status in OPEN)
    return tuple(sorted(waiting, key=_by_urgency))


def overdue(
    referrals: Iterable[Referral],
    now: datetime,
    table: tuple[FollowUp, ...] = DEFAULT_FOLLOW_UP,
    *,
    zone: Zone,
    business_days: BusinessDays,
) -> tuple[tuple[Referral, NextStep], ...]:
    """Those whose next step should have been done, with the step; the longest overdue first."""
    today = local_date(now, zone)
    late = []
    for referral in still_open(referrals):
        step = next_step(referral, table, zone=zone, business_days=business_days)
        if step is not None and step.due < today:
            late.append((referral, step))
    return tuple(sorted(late, key=lambda one: (one[1].due, *_by_urgency(one[0]))))


RULES = (referral_is_followed_up_in_time,)


def _by_urgency(referral: Referral) -> tuple[int, timedelta, str]:
    since = referral.status_since - datetime.min.replace(tzinfo=referral.status_since.tzinfo)
    return (_URGENCIES.index(referral.urgency), since, referral.id)
