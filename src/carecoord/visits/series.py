"""Series: a visit that comes again by a rule of RFC 5545, at the same time on the wall.

    therapy = Series(
        id=…, patient=…, visit_type=…, zone=Zone("America/Denver"),
        first=date(2026, 3, 3), at=time(9), rule="FREQ=WEEKLY;BYDAY=TU,TH", count=10,
    )
    plan = plan_series(therapy, search, calendars, until=date(2026, 12, 31))
    plan.fits, plan.does_not_fit

An occurrence is known by its day, whatever becomes of its visit. Clocks that change meanwhile do
not move it: a time that the wall shows twice is its first showing, one that is skipped moves on by
the gap, and counts.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import PatientId, SeriesId, VisitTypeId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period, local_time
from carecoord.kernel.values import Positive, Text, checked
from carecoord.visits.calendars import Calendar
from carecoord.visits.explanation import Explanation
from carecoord.visits.hours import LONGEST_SPAN, check_day
from carecoord.visits.openings import find_openings
from carecoord.visits.recurrence import Rule
from carecoord.visits.search import Opening, Search
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Modality

__all__ = ["PlannedVisit", "Series", "SeriesPlan", "following", "plan_series"]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_ELSEWHERE = ("COUNT", "UNTIL", "BYHOUR", "BYMINUTE", "BYSECOND")


@frozen(field_transformer=checked, kw_only=True)
class Series:
    """Visits of one patient that come again.

    `rule` says how, as `FREQ=WEEKLY;BYDAY=TU`, without an end or a time of day: `count` and `last`
    end it, `last` being a day on which it can still take place; with neither it goes on. Days in
    `except_for` are left out, but count.

    Raises:
        InvalidValue: the rule is none, or has an end or a time of its own; the time is not whole
            minutes; the last day is before the first, or a year is beyond all calendars.
    """

    id: SeriesId
    patient: PatientId
    visit_type: VisitTypeId
    zone: ZoneInfo
    first: date
    at: time
    rule: Annotated[str, Text(longest=500)]
    count: Positive | None = None
    last: date | None = None
    except_for: frozenset[date] = frozenset()
    modality: Modality = Modality.IN_PERSON
    sensitivities: frozenset[Sensitivity] = frozenset()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        check_day("Series.first", self.first)
        if self.last is not None and check_day("Series.last", self.last) < self.first:
            raise InvalidValue("Series.last", "must not be before the first day")
        if self.at.second or self.at.microsecond:
            raise InvalidValue("Series.at", "must be whole minutes")
        if any(part in self.rule.upper() for part in _ELSEWHERE):
            raise InvalidValue("Series.rule", "has no end and no time; these have their own fields")
        self._rule()

    def days(self, until: date) -> tuple[date, ...]:
        """The days on which it takes place, up to and with `until`.

        Raises:
            InvalidValue: `until` is more than five years after the first day.
        """
        return tuple(day for day in self._all_days(until) if day not in self.except_for)

    def start(self, day: date) -> datetime:
        """The instant at which it begins on that day."""
        return local_time(day, self.at, self.zone)

    def without(self, day: date) -> "Series":
        """Without the occurrence of that day."""
        return evolve(self, except_for=self.except_for | {day})

    def split(self, day: date, id: SeriesId) -> tuple["Series", "Series"]:
        """This series up to the day before, and another one from that day on, to be changed.

        Together they take place when this one does.

        Raises:
            InvalidValue: that day is none of it, or its first one.
        """
        days = tuple(self._all_days(day))
        if day not in days or day == days[0]:
            raise InvalidValue("day", "must be a day of the series after its first")
        before = evolve(
            self,
            last=day - _DAY,
            except_for=frozenset(one for one in self.except_for if one < day),
        )
        left = None if self.count is None else self.count - len(days) + 1
        after = evolve(
            self,
            id=id,
            first=day,
            count=left,
            except_for=frozenset(one for one in self.except_for if one >= day),
            version=0,
        )
        return before, after

    def recurrence_rule(self) -> str:
        """The rule as RFC 5545 writes it, with its end: a last day in UTC, as the zone demands."""
        counted = self.rule if self.count is None else f"{self.rule};COUNT={self.count}"
        if self.last is None:
            return counted
        # A rule ends by one of them, and only the one that comes first matters.
        if self.count is not None and len(tuple(self._all_days(self.last))) == self.count:
            return counted
        return f"{self.rule};UNTIL={self.start(self.last):%Y%m%dT%H%M%SZ}"

    def _rule(self) -> Rule:
        ends = "" if self.count is None else f";COUNT={self.count}"
        return Rule.parse(self.rule + ends)

    def _all_days(self, until: date) -> Iterator[date]:
        """The days by the rule alone, exceptions among them."""
        check_day("until", until)
        if until - self.first > LONGEST_SPAN:
            raise InvalidValue("until", "must not be more than five years after the first day")
        last = until if self.last is None else min(until, self.last)
        first = datetime.combine(self.first, self.at)
        for start in self._rule().starts(first, before=datetime.combine(last + _DAY, time(0))):
            yield start.date()


@frozen
class PlannedVisit:
    """One day of a series: the opening for it, or why there is none."""

    day: date
    start: datetime
    opening: Opening | None
    explanation: Explanation | None = None


@frozen
class SeriesPlan:
    """What a series comes to on the calendars: every one of its days, in order."""

    visits: tuple[PlannedVisit, ...]

    @property
    def fits(self) -> tuple[PlannedVisit, ...]:
        """The days for which there is an opening."""
        return tuple(visit for visit in self.visits if visit.opening is not None)

    @property
    def does_not_fit(self) -> tuple[PlannedVisit, ...]:
        """The days for which there is none, each with its explanation."""
        return tuple(visit for visit in self.visits if visit.opening is None)


def plan_series(
    series: Series, search: Search, calendars: Iterable[Calendar], *, until: date
) -> SeriesPlan:
    """Look for an opening at the very time of each day, up to and with `until`.

    The search says with whom, where and for how long; its own span and raster do not matter, for
    the times are the series' own. Its `earliest` and `latest` hold for every day.
    """
    known = tuple(calendars)
    longest = max([search.duration, *(own.duration for own in search.own_durations)])
    visits = []
    for day in series.days(until):
        start = series.start(day)
        that_time = evolve(
            search,
            span=Period(start, start + longest),
            earliest=max(start, search.earliest or start),
            latest=min(start, search.latest or start),
            starts_every=_MINUTE,
            limit=1,
        )
        found = find_openings(that_time, known)
        opening = found.openings[0] if found.openings else None
        visits.append(PlannedVisit(day, start, opening, found.explanation))
    return SeriesPlan(tuple(visits))


def following(series: Series, day: date, visits: Iterable[Visit]) -> tuple[Visit, ...]:
    """The visits that stand for that day of the series or a later one, wherever they moved to."""
    return tuple(
        visit
        for visit in visits
        if visit.occurrence is not None
        and visit.occurrence.series == series.id
        and visit.occurrence.day >= day
    )
