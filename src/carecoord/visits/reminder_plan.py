"""When to remind a patient of a visit, and over which channel.

plan = reminder_plan(visit.period.start, policy, wishes, zone, at=now)

A plan is data: somebody else delivers it, and a slow or failing delivery never holds up a booking.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.values import checked
from carecoord.visits.hours import LONGEST_SPAN, first_shown

__all__ = [
    "RULES",
    "Channel",
    "PlannedReminder",
    "QuietHours",
    "ReminderPolicy",
    "ReminderWishes",
    "channel_has_consent",
    "reminder_plan",
    "reminder_times",
]

_DAY = timedelta(days=1)


class Channel(Enum):
    """How a reminder reaches the patient."""

    TEXT = "text"
    CALL = "call"
    EMAIL = "email"
    LETTER = "letter"
    PORTAL = "portal"


_AUTOMATED_BY_PHONE = frozenset({Channel.TEXT, Channel.CALL})


@frozen(field_transformer=checked)
class QuietHours:
    """Hours on the patient's wall in which nobody is disturbed; the end may be the next morning."""

    start: time = time(21)
    end: time = time(8)

    def __attrs_post_init__(self) -> None:
        minutes = (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute
        if not 0 < minutes % 1440 <= 20 * 60:
            raise InvalidValue("QuietHours.end", "must leave at least four hours of the day")

    def quiet_around(self, instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """When the quiet hours that this instant falls into begin and end; None if it is none."""
        today = instant.astimezone(zone).date()
        for day in (today, today - _DAY):
            last: date = day if self.start < self.end else day + _DAY
            start, end = first_shown(day, self.start, zone), first_shown(last, self.end, zone)
            if start <= instant < end:
                return start, end
        return None


@frozen(field_transformer=checked)
class ReminderPolicy:
    """How long before a visit the clinic reminds, such as a week, a day and two hours.

    `channels`, the best one first, and `quiet` hours hold for patients who said nothing else.

    Raises:
        InvalidValue: a time that is not above 0, or beyond five years.
    """

    before: tuple[timedelta, ...]
    channels: tuple[Channel, ...] = (Channel.TEXT, Channel.CALL, Channel.EMAIL, Channel.LETTER)
    quiet: QuietHours = QuietHours()

    def __attrs_post_init__(self) -> None:
        if any(not timedelta() < one <= LONGEST_SPAN for one in self.before):
            raise InvalidValue("ReminderPolicy.before", "must be above 0 and at most five years")


@frozen(field_transformer=checked)
class ReminderWishes:
    """What the patient prefers: channels, the best one first, and quiet hours.

    `automated_by_phone` is whether the patient agreed to automated calls and texts; unknown is no
    consent. No channels means no reminders.
    """

    channels: tuple[Channel, ...]
    quiet: QuietHours = QuietHours()
    automated_by_phone: bool | None = None


@frozen(field_transformer=checked, order=True)
class PlannedReminder:
    """One reminder: when it is due, and how it goes out."""

    at: datetime
    channel: Channel


def channel_has_consent(channel: Channel, wishes: ReminderWishes) -> Answer:
    """Automated calls and texts go only to those who agreed to them.

    Source: 47 U.S.C. 227(b) and 47 CFR 64.1200 (from memory; not checked against the primary text).
    """
    if channel not in _AUTOMATED_BY_PHONE or wishes.automated_by_phone:
        return Allowed()
    reason = f"nobody knows of consent to an automated {channel.value}"
    return Refused("channel_has_consent", reason, "47 U.S.C. 227(b), 47 CFR 64.1200")


def reminder_plan(
    start: datetime,
    policy: ReminderPolicy,
    wishes: ReminderWishes,
    zone: ZoneInfo,
    *,
    at: datetime,
) -> tuple[PlannedReminder, ...]:
    """The reminders of a visit that are still to come, in order, on the patient's best channel.

    `zone` is the patient's; the times are those of `reminder_times`.
    """
    channel = _first_allowed(wishes)
    if channel is None:
        return ()
    times = reminder_times(start, policy, wishes.quiet, zone, at=at)
    return tuple(PlannedReminder(due, channel) for due, _ in times)


def reminder_times(
    start: datetime, policy: ReminderPolicy, quiet: QuietHours, zone: ZoneInfo, *, at: datetime
) -> tuple[tuple[datetime, timedelta], ...]:
    """When the reminders of a visit are due, in order, and how long before it each is meant to be.

    One that would fall into quiet hours is due just before they begin; where that is past, when
    they end. None is due before `at` or once the visit has begun. Of several that come to be due at
    one instant, the one nearest to the visit stays.
    """
    due = {
        _outside_quiet_hours(start - before, quiet, zone, at): before
        for before in sorted(policy.before, reverse=True)
    }
    return tuple((one, due[one]) for one in sorted(due) if at <= one < start)


def _first_allowed(wishes: ReminderWishes) -> Channel | None:
    allowed: Iterable[Channel] = (
        channel for channel in wishes.channels if channel_has_consent(channel, wishes)
    )
    return next(iter(allowed), None)


def _outside_quiet_hours(
    due: datetime, quiet: QuietHours, zone: ZoneInfo, at: datetime
) -> datetime:
    around = quiet.quiet_around(due, zone)
    if around is None:
        return due
    begins, ends = around
    # The last minute before quiet is still fine.
    earlier = begins - timedelta(minutes=1)
    return earlier if earlier >= at else ends


RULES = (channel_has_consent,)
