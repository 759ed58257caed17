"""Repeating by a rule of RFC 5545, in wall-clock time, with bounded effort.

    rule = Rule.parse("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10")
    list(rule.starts(datetime(2026, 3, 3, 9), before=datetime(2027, 1, 1)))

A rule is expanded on the clock on the wall; what becomes of times that the clock skips or shows
twice is for whoever makes instants of them. Dates that do not exist, such as 30 February, are left
out and do not count; times that the clock skips do count. However it is written, a rule that never
comes true ends: no more is looked at than the time from its start to `before`.

Source: RFC 5545, section 3.3.10, with erratum 4271. Rules that repeat by the hour or less are not
taken: nobody books by them.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import product

from attrs import field, frozen

from carecoord.errors import InvalidValue

__all__ = ["Frequency", "Rule"]

_DAY = timedelta(days=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_RANGES = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
}
_MOST_ITEMS = 400


class Frequency(Enum):
    """How often a rule comes round."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@frozen
class Rule:
    """A recurrence rule. `until` is inclusive, and in the same wall-clock time as the start."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_starts: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    """Pairs of which one in the month or year (0 for every) and weekday, Monday being 0."""
    positions: tuple[int, ...] = ()
    times: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] = field(default=((), (), ()))

    @classmethod
    def parse(cls, text: str, *, until: datetime | None = None) -> "Rule":
        """The rule that a text such as `FREQ=DAILY;COUNT=5` states.

        `until` stands for what UNTIL says there, which only the caller can bring into the
        wall-clock time of the start.

        Raises:
            InvalidValue: it is none, or repeats by the hour or less.
        """
        parts: dict[str, str] = {}
        for part in text.upper().strip().strip(";").split(";"):
            key, equals, value = part.partition("=")
            key = key.strip()
            if not equals or key in parts:
                raise InvalidValue("RRULE", "must be parts such as FREQ=DAILY, each once")
            parts[key] = value.strip()
        try:
            frequency = Frequency(parts.get("FREQ", ""))
        except ValueError:
            raise InvalidValue("RRULE", "must repeat by days, weeks, months or years") from None
        known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_RANGES}
        if not known.issuperset(parts):
            raise InvalidValue("RRULE", "has a part that is not known")
        if "COUNT" in parts and "UNTIL" in parts:
            raise InvalidValue("RRULE", "must not end both by a count and by a date")
        by = {key: _numbers(key, parts[key]) for key in _RANGES if key in parts}
        if frequency is not Frequency.YEARLY and ("BYWEEKNO" in by or "BYYEARDAY" in by):
            raise InvalidValue("RRULE", "only a yearly rule has week numbers or days of the year")
        if frequency is Frequency.WEEKLY and "BYMONTHDAY" in by:
            raise InvalidValue("RRULE", "a weekly rule has no days of the month")
        if "WKST" in parts and parts["WKST"] not in _WEEKDAYS:
            raise InvalidValue("RRULE", "must begin the week on a weekday")
        return cls(
            frequency=frequency,
            interval=_number("INTERVAL", parts.get("INTERVAL", "1"), 1, 100_000),
            count=_number("COUNT", parts["COUNT"], 1, 100_000) if "COUNT" in parts else None,
            until=until,
            week_starts=_WEEKDAYS.index(parts.get("WKST", "MO")),
            months=frozenset(by.get("BYMONTH", ())),
            month_days=frozenset(by.get("BYMONTHDAY", ())),
            year_days=frozenset(by.get("BYYEARDAY", ())),
            weeks=frozenset(by.get("BYWEEKNO", ())),
            weekdays=_weekdays(parts.get("BYDAY"), frequency),
            positions=tuple(by.get("BYSETPOS", ())),
            times=(
                tuple(sorted(set(by.get("BYHOUR", ())))),
                tuple(sorted(set(by.get("BYMINUTE", ())))),
                tuple(sorted({min(59, one) for one in by.get("BYSECOND", ())})),
            ),
        )

    def starts(self, first: datetime, *, before: datetime) -> Iterator[datetime]:
        """The starts by this rule, in order, from `first` on and earlier than `before`.

        `first` is one of them only where the rule says so; without a zone, all of them.
        """
        left = self.count
        for days in self._periods(first.date(), before.date()):
            for start in self._of_period(days, first):
                if start < first:
                    continue
                if start >= before or (self.until is not None and start > self.until):
                    return
                yield start
                if left is not None:
                    left -= 1
                    if left == 0:
                        return

    def _of_period(self, days: list[date], first: datetime) -> list[datetime]:
        hours, minutes, seconds = self.times
        clock = [
            time(*parts)
            for parts in product(
                hours or (first.hour,), minutes or (first.minute,), seconds or (first.second,)
            )
        ]
        fitting = [day for day in days if self._fits(day, first.date())]
        found = [datetime.combine(day, at) for day in fitting for at in clock]
        if not self.positions:
            return found
        places = {p - 1 if p > 0 else len(found) + p for p in self.positions}
        return [found[place] for place in sorted(places) if 0 <= place < len(found)]

    def _periods(self, first: date, last: date) -> Iterator[list[date]]:
        """The days of each period that the rule comes round to, up to that of the last day."""
        if self.frequency is Frequency.DAILY:
            for number in range(0, (last - first).days + 1, self.interval):
                yield [first + timedelta(days=number)]
        elif self.frequency is Frequency.WEEKLY:
            lead = (first.weekday() - self.week_starts) % 7
            for number in range(-lead, (last - first).days + 1, 7 * self.interval):
                yield [first + timedelta(days=number + day) for day in range(7)]
        elif self.frequency is Frequency.MONTHLY:
            start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
            for number in range(start, end + 1, self.interval):
                yield _month(number // 12, number % 12 + 1)
        else:
            for year in range(first.year, last.year + 1, self.interval):
                months = sorted(self.months) or range(1, 13)
                yield [day for month in months for day in _month(year, month)]

    def _fits(self, day: date, first: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        unsaid = not (self.weeks or self.year_days or self.month_days or self.weekdays)
        yearly, monthly = Frequency.YEARLY, Frequency.MONTHLY
        if unsaid and self.frequency in (yearly, monthly):
            this_month = self.months or self.frequency is monthly or day.month == first.month
            return bool(this_month) and day.day == first.day
        if unsaid:
            return self.frequency is Frequency.DAILY or day.weekday() == first.weekday()
        if self.month_days:
            length = calendar.monthrange(day.year, day.month)[1]
            if not {day.day, day.day - length - 1} & self.month_days:
                return False
        if self.year_days:
            number = day.timetuple().tm_yday
            length = 366 if calendar.isleap(day.year) else 365
            if not {number, number - length - 1} & self.year_days:
                return False
        if self.weeks:
            number, total = _week(day, self.week_starts)
            if not {number, number - total - 1} & self.weeks:
                return False
            if not (self.weekdays or self.year_days or self.month_days):
                return day.weekday() == first.weekday()
        return not self.weekdays or self._is_weekday(day)

    def _is_weekday(self, day: date) -> bool:
        weekday = day.weekday()
        if (0, weekday) in self.weekdays:
            return True
        if self.frequency is Frequency.YEARLY and not self.months:
            place = (day.timetuple().tm_yday - 1) // 7 + 1
            rest = date(day.year, 12, 31) - day
        else:
            place = (day.day - 1) // 7 + 1
            rest = _month(day.year, day.month)[-1] - day
        return bool({(place, weekday), (-(rest.days // 7 + 1), weekday)} & self.weekdays)


def _month(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    return [first + _DAY * number for number in range(calendar.monthrange(year, month)[1])]


def _week(day: date, week_starts: int) -> tuple[int, int]:
    """The number of the week of a day, and how many weeks its year has."""

    def first_week(year: int) -> date:
        # Week one is the first with at least four days of the year: the one with 4 January.
        fourth = date(year, 1, 4)
        return fourth - timedelta(days=(fourth.weekday() - week_starts) % 7)

    year = day.year
    if day < first_week(year):
        year -= 1
    elif year < date.max.year and day >= first_week(year + 1):
        year += 1
    begin = first_week(year)
    total = (first_week(year + 1) - begin).days // 7 if year < date.max.year else 52
    return (day - begin).days // 7 + 1, total


def _number(key: str, text: str, least: int, most: int) -> int:
    if text.removeprefix("+").isascii() and text.removeprefix("+").isdigit() and len(text) < 8:
        number = int(text)
        if least <= number <= most:
            return number
    raise InvalidValue("RRULE", f"{key} must be a whole number from {least:,} to {most:,}")


def _numbers(key: str, text: str) -> list[int]:
    least, most, both_ways = _RANGES[key]
    parts = text.split(",")
    if len(parts) > _MOST_ITEMS:
        raise InvalidValue("RRULE", f"{key} lists too many")
    found = []
    for part in map(str.strip, parts):
        negative = both_ways and part.startswith("-")
        number = _number(key, part.removeprefix("-") if negative else part, least, most)
        found.append(-number if negative else number)
    return found


def _weekdays(text: str | None, frequency: Frequency) -> frozenset[tuple[int, int]]:
    if text is None:
        return frozenset()
    found = set()
    for part in map(str.strip, text.split(",")):
        if part[-2:] not in _WEEKDAYS:
            raise InvalidValue("RRULE", "BYDAY must list weekdays such as MO or -1FR")
        place = 0
        if part[:-2]:
            negative = part.startswith("-")
            place = _number("BYDAY", part[:-2].removeprefix("-"), 1, 53) * (-1 if negative else 1)
            if frequency not in (Frequency.MONTHLY, Frequency.YEARLY):
                raise InvalidValue("RRULE", "only a month or year has a first or last weekday")
        found.add((place, _WEEKDAYS.index(part[-2:])))
    return frozenset(found)
