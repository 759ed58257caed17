"""Periods are half-open, instants are in UTC, and the clocks on the wall have gaps and folds."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period, local_date, local_time, merged, months_later
from carecoord.testing.strategies import dates, instants, values_of, zones

START = datetime(2026, 1, 1, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")

hours = st.integers(0, 60).map(lambda n: START + timedelta(hours=n))


@st.composite
def near_periods(draw: st.DrawFn) -> Period:
    """Periods that often touch, overlap or contain each other."""
    start, end = draw(st.lists(hours, min_size=2, max_size=2, unique=True).map(sorted))
    return Period(start, end)


def hours_of(*periods: Period) -> set[datetime]:
    """The hours that belong to any of them: a period as a plain set."""
    return {
        START + timedelta(hours=n)
        for n in range(61)
        if any(period.contains(START + timedelta(hours=n)) for period in periods)
    }


@given(values_of(Period))
def test_the_start_belongs_to_a_period_and_the_end_does_not(period: Period) -> None:
    assert period.contains(period.start)
    assert not period.contains(period.end)
    assert period.contains(period.end - timedelta(microseconds=1))
    assert period.contains(period)
    assert period.overlaps(period)
    assert period.start + period.duration == period.end
    assert Period.starting(period.start, duration=period.duration) == period


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_period_ends_after_it_starts(minutes: int) -> None:
    with pytest.raises(InvalidValue):
        Period.starting(START, minutes=minutes)
    assert Period.starting(START, minutes=30).duration == timedelta(minutes=30)


def test_a_period_beyond_the_last_year_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Period.starting(datetime(9999, 12, 31, 23, tzinfo=UTC), minutes=120)


@given(near_periods(), near_periods())
def test_periods_are_sets_of_instants(one: Period, two: Period) -> None:
    both = hours_of(one) & hours_of(two)
    assert one.overlaps(two) is two.overlaps(one) is bool(both)
    assert one.contains(two) is (hours_of(two) <= hours_of(one))
    common = one.intersection(two)
    assert common == two.intersection(one)
    assert (hours_of(common) if common else set()) == both
    left = one.without(two)
    assert hours_of(*left) == hours_of(one) - hours_of(two)
    assert len(left) <= 2


@given(st.lists(near_periods(), max_size=8))
def test_merged_holds_the_same_instants_in_as_few_periods_as_possible(some: list[Period]) -> None:
    done = merged(some)
    assert hours_of(*done) == hours_of(*some)
    assert merged(done) == done == merged(reversed(some))
    assert all(one.end < two.start for one, two in pairwise(done))


@given(dates(), st.times(), zones())
def test_the_clocks_show_the_local_time_unless_they_skip_it(
    day: date, at: time, zone: ZoneInfo
) -> None:
    instant = local_time(day, at, zone)
    assert instant.tzinfo is UTC
    shown = instant.astimezone(zone)
    if (shown.date(), shown.time()) == (day, at):
        assert shown.fold == 0
        assert local_date(instant, zone) == day
    else:
        gap = shown.replace(tzinfo=None) - datetime.combine(day, at)
        assert timedelta(0) < gap <= timedelta(days=1)


@given(instants(), zones())
def test_an_instant_is_found_again_by_its_local_time(instant: datetime, zone: ZoneInfo) -> None:
    shown = instant.astimezone(zone)
    assume(shown.fold == 0)
    assert local_time(local_date(instant, zone), shown.time(), zone) == instant


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # Clocks of New York skip from 02:00 to 03:00: a time between is moved on by an hour.
        ("America/New_York", date(2026, 3, 8), time(1, 59), "2026-03-08T06:59+00:00"),
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30+00:00"),
        ("America/New_York", date(2026, 3, 8), time(3, 0), "2026-03-08T07:00+00:00"),
        # They show 01:00 to 02:00 twice in autumn: the first occurrence is meant.
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30+00:00"),
        ("America/New_York", date(2026, 11, 1), time(1, 30, fold=1), "2026-11-01T05:30+00:00"),
        ("America/New_York", date(2026, 11, 1), time(2, 0), "2026-11-01T07:00+00:00"),
        # Lord Howe Island moves by half an hour, Samoa left out a whole day.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "2011-12-30T19:00+00:00"),
        ("America/Phoenix", date(2026, 7, 1), time(8, 0), "2026-07-01T15:00+00:00"),
    ],
)
def test_gaps_and_folds(zone: str, day: date, at: time, utc: str) -> None:
    assert local_time(day, at, ZoneInfo(zone)) == datetime.fromisoformat(utc)


def test_a_day_at_which_clocks_change_is_longer_or_shorter() -> None:
    def length(day: date) -> timedelta:
        midnight = local_time(day, time(0), NEW_YORK)
        return local_time(day + timedelta(days=1), time(0), NEW_YORK) - midnight

    assert length(date(2026, 3, 8)) == timedelta(hours=23)
    assert length(date(2026, 11, 1)) == timedelta(hours=25)
    assert length(date(2026, 6, 1)) == timedelta(hours=24)


def test_the_date_depends_on_the_place() -> None:
    instant = datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert local_date(instant, NEW_YORK) == date(2025, 12, 31)
    assert local_date(instant, ZoneInfo("Asia/Kathmandu")) == date(2026, 1, 1)


def test_times_outside_the_years_are_refused() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    for attempt in (
        lambda: local_time(date.min, time(0), tokyo),
        lambda: local_time(date.max, time(23), NEW_YORK),
        lambda: local_date(datetime.max.replace(tzinfo=UTC), tokyo),
        lambda: local_date(datetime.min.replace(tzinfo=UTC), NEW_YORK),
    ):
        with pytest.raises(InvalidValue):
            attempt()


@given(dates(), st.integers(0, 400), st.integers(1, 50))
def test_more_months_are_never_earlier_and_keep_the_day_where_there_is_one(day, months, more):
    later = months_later(day, months)
    assert later < months_later(day, months + more)
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
    assert (later.year - day.year) * 12 + later.month - day.month == months


def test_months_end_with_the_calendar():
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(9999, 12, 1), 1) == date.max
    assert months_later(date(1, 1, 1), -1) == date.min
