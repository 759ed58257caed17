"""Counting business days: Monday to Friday, but for holidays.

BusinessDays(us_federal_holidays(2026)).after(date(2026, 7, 2), 1)     # Monday 6 July
"""

from collections.abc import Iterable
from datetime import date, timedelta

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import checked

__all__ = ["BusinessDays", "us_federal_holidays"]


def _weekday_of_month(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def us_federal_holidays(year: int) -> frozenset[date]:
    """The days on which federal holidays of the year are observed.

    A holiday on a Saturday is observed the Friday before, one on a Sunday the Monday after; New
    Year's Day of the next year can thus be observed on 31 December of this one.

    Source: 5 U.S.C. 6103 (from memory; not checked against the primary text).

    Raises:
        InvalidValue: the calendar has no such year, or none after it.
    """
    if not 1 <= year < 9999:
        raise InvalidValue("year", "must be from 1 to 9998")
    fixed = [
        date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25),
        date(year + 1, 1, 1),
    ]  # fmt: skip
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    last_of_may = date(year, 5, 31)
    moving = {
        _weekday_of_month(year, 1, 0, 3),
        _weekday_of_month(year, 2, 0, 3),
        last_of_may - timedelta(days=last_of_may.weekday()),
        _weekday_of_month(year, 9, 0, 1),
        _weekday_of_month(year, 10, 0, 2),
        _weekday_of_month(year, 11, 3, 4),
    }
    shift = {5: -1, 6: 1}
    observed = {day + timedelta(days=shift.get(day.weekday(), 0)) for day in fixed}
    return frozenset(day for day in observed | moving if day.year == year)


@frozen(field_transformer=checked)
class BusinessDays:
    """Counts business days around a set of holidays."""

    holidays: frozenset[date] = frozenset()

    @classmethod
    def federal(cls, years: Iterable[int]) -> "BusinessDays":
        """With the United States' federal holidays of these years."""
        return cls(frozenset(day for year in years for day in us_federal_holidays(year)))

    def includes(self, day: date) -> bool:
        """Whether the day is a business day."""
        return day.weekday() < 5 and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`; the day itself does not count.

        Raises:
            InvalidValue: it lies beyond the last year of the calendar.
        """
        return self._moved(day, count, timedelta(days=1))

    def before(self, day: date, count: int) -> date:
        """The `count`-th business day before `day`; the day itself does not count."""
        return self._moved(day, count, timedelta(days=-1))

    def between(self, first: date, last: date) -> int:
        """How many business days lie after `first`, up to and with `last`; 0 if none do."""
        days = range(1, (last - first).days + 1)
        return sum(self.includes(first + timedelta(days=n)) for n in days)

    def _moved(self, day: date, count: int, step: timedelta) -> date:
        try:
            while count > 0:
                day += step
                count -= self.includes(day)
        except OverflowError:
            raise InvalidValue("day", "is too near the end of the calendar") from None
        return day
