"""Business days: Monday to Friday, but for the holidays as they are published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.business_days import BusinessDays, us_federal_holidays
from carecoord.testing.strategies import dates

PUBLISHED = {
    # As the Office of Personnel Management lists them; from memory.
    2021: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
}

calendars = st.frozensets(dates(), max_size=5).map(BusinessDays) | st.just(
    BusinessDays.federal(range(1990, 2100))
)


@pytest.mark.parametrize("year", PUBLISHED)
def test_federal_holidays_are_those_published(year: int) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()}
    assert us_federal_holidays(year) == expected


def test_juneteenth_is_a_holiday_since_2021() -> None:
    assert not any(day.month == 6 for day in us_federal_holidays(2020))


@pytest.mark.parametrize("year", [0, 9999, -5])
def test_years_that_cannot_be_counted_are_refused(year: int) -> None:
    with pytest.raises(InvalidValue):
        us_federal_holidays(year)


@given(calendars, dates(), st.integers(1, 30))
def test_counting_forth_and_back(days: BusinessDays, day: date, count: int) -> None:
    later = days.after(day, count)
    assert days.includes(later)
    assert days.between(day, later) == count
    earlier = days.before(day, count)
    assert days.includes(earlier)
    if days.includes(day):
        assert days.before(later, count) == day == days.after(earlier, count)


@given(calendars, dates())
def test_none_ahead_is_the_day_itself(days: BusinessDays, day: date) -> None:
    assert days.after(day, 0) == days.before(day, 0) == day
    assert days.between(day, day) == days.between(day, day - timedelta(days=9)) == 0


def test_the_friday_before_a_holiday_weekend() -> None:
    """4 July 2026 is a Saturday: it is observed on Friday the 3rd."""
    days = BusinessDays(us_federal_holidays(2026))
    assert days.after(date(2026, 7, 2), 1) == date(2026, 7, 6)
    assert days.before(date(2026, 7, 6), 1) == date(2026, 7, 2)
    assert days.between(date(2026, 7, 2), date(2026, 7, 7)) == 2


def test_counting_beyond_the_last_year_is_refused() -> None:
    days = BusinessDays()
    with pytest.raises(InvalidValue):
        days.after(date.max, 1)
    with pytest.raises(InvalidValue):
        days.before(date.min, 1)
