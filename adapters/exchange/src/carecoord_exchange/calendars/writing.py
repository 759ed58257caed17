"""Visits as iCalendar: for a patient's own calendar, or a provider's day.

    entry = visit_entry(visit, summary="Visit at West Clinic", location="12 Main Street")
    write_calendar([entry], now=clock.now())

A calendar is shown to others and synchronized to who knows where, so an entry says no more than
it is given; a visit's patient, type and notes are never put in by themselves.

Source: RFC 5545.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import icalendar
from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period, Zone
from carecoord.kernel.values import Count, LongText, Text, checked
from carecoord.visits.recurrence import Rule
from carecoord.visits.series import Series
from carecoord.visits.statuses import AppointmentStatus
from carecoord.visits.visit import Visit

__all__ = ["CalendarEntry", "series_entries", "visit_entry", "write_calendar"]

_LONGEST_SEARCH = timedelta(days=1830)

_STATUS = {
    AppointmentStatus.PROPOSED: "TENTATIVE",
    AppointmentStatus.PENDING: "TENTATIVE",
    AppointmentStatus.WAITLIST: "TENTATIVE",
    AppointmentStatus.CANCELLED: "CANCELLED",
    AppointmentStatus.NO_SHOW: "CANCELLED",
    AppointmentStatus.ENTERED_IN_ERROR: "CANCELLED",
}


@frozen(field_transformer=checked, kw_only=True)
class CalendarEntry:
    """One event, or a series of them on the wall clock of `zone` where there is a `rule`.

    A higher `sequence` replaces what a calendar has of the same `uid`. `except_for` are starts
    that the rule gives but that do not take place. An entry with `instead_of` is what became of
    that start of the series with the same `uid`.

    Raises:
        InvalidValue: a rule without a zone, or one that is none.
    """

    uid: Annotated[str, Text(longest=255)]
    period: Period
    summary: Annotated[str, Text(longest=500)]
    location: Annotated[str, Text(longest=500)] | None = None
    description: LongText = ""
    status: Annotated[str, Text(longest=20)] = "CONFIRMED"
    sequence: Count = 0
    zone: Zone | None = None
    rule: Annotated[str, Text(longest=2_000)] | None = None
    except_for: tuple[datetime, ...] = ()
    instead_of: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.status not in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
            raise InvalidValue("CalendarEntry.status", "must be one of those of an event")
        if self.rule is not None:
            Rule.parse(self.rule)
            if self.zone is None:
                raise InvalidValue("CalendarEntry.zone", "must be given with a rule")


def visit_entry(
    visit: Visit, *, summary: str, location: str | None = None, description: str = ""
) -> CalendarEntry:
    """The entry of a visit; every rescheduling and the cancellation replace what was there."""
    moves = len(visit.reschedulings) + (visit.cancellation is not None)
    return CalendarEntry(
        uid=f"{visit.id}@carecoord", period=visit.period, summary=summary, location=location,
        description=description, status=_STATUS.get(visit.status, "CONFIRMED"), sequence=moves,
    )  # fmt: skip


def series_entries(
    series: Series,
    visits: Mapping[date, Visit],
    *,
    duration: timedelta,
    summary: str,
    location: str | None = None,
) -> tuple[CalendarEntry, ...]:
    """A series, and one more entry for each of its visits that is not as the series has it.

    `visits` are known by the day on which the series has them, whatever became of them; a day
    without one is as the series has it.

    Raises:
        InvalidValue: no day within five years fits the rule.
    """
    uid = f"{series.id}@carecoord"
    begin = datetime.combine(series.first, series.at)
    rule = Rule.parse(series.rule)
    first = next(rule.starts(begin, before=begin + _LONGEST_SEARCH), None)
    if first is None:
        raise InvalidValue("Series.rule", "no day within five years fits it")
    planned = CalendarEntry(
        uid=uid, period=Period(series.start(first.date()), series.start(first.date()) + duration),
        summary=summary, location=location, zone=series.zone, rule=series.recurrence_rule(),
        except_for=tuple(sorted(series.start(day) for day in series.except_for)),
    )  # fmt: skip
    changed = []
    for day, visit in sorted(visits.items()):
        start = series.start(day)
        entry = visit_entry(visit, summary=summary, location=location)
        if visit.period != Period(start, start + duration) or entry.status != "CONFIRMED":
            changed.append(evolve(entry, uid=uid, zone=series.zone, instead_of=start))
    return (planned, *changed)


def write_calendar(
    entries: Iterable[CalendarEntry], *, now: datetime, name: str | None = None
) -> bytes:
    """A whole iCalendar file of the entries, with the time zones that they need.

    Raises:
        InvalidValue: an instant lies outside of the years that calendars have.
    """
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//carecoord//carecoord-exchange//EN")
    if name is not None:
        calendar.add("X-WR-CALNAME", name)
    for entry in entries:
        calendar.add_component(_event(entry, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, now: datetime) -> icalendar.Event:
    def shown(instant: datetime) -> datetime:
        return instant.astimezone(entry.zone or UTC)

    event = icalendar.Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", now.astimezone(UTC))
    event.add("SEQUENCE", entry.sequence)
    event.add("SUMMARY", entry.summary)
    event.add("DTSTART", shown(entry.period.start))
    if entry.rule is None:
        event.add("DTEND", shown(entry.period.end))
    else:
        # A series lasts as long each time, whatever the clock does meanwhile.
        event.add("DURATION", timedelta(seconds=int(entry.period.duration.total_seconds())))
        event.add("RRULE", icalendar.vRecur.from_ical(entry.rule))
    if entry.except_for:
        event.add("EXDATE", [shown(start) for start in entry.except_for])
    if entry.instead_of is not None:
        event.add("RECURRENCE-ID", shown(entry.instead_of))
    event.add("STATUS", entry.status)
    event.add("TRANSP", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    if entry.location is not None:
        event.add("LOCATION", entry.location)
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    return event
