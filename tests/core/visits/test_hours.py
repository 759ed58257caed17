from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import Reserved, Shift, Weekday
from carecoord.visits.hours import check_span, days_of, first_shown, shift_period

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    NEW_YORK,
    ZoneInfo("America/St_Johns"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("Africa/Casablanca"),
    ZoneInfo("America/Havana"),
    ZoneInfo("UTC"),
]
MINUTE = timedelta(minutes=1)
SPRING = date(2026, 3, 8)
AUTUMN = date(2026, 11, 1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from(ZONES),
)
@example(SPRING, time(2, 30), NEW_YORK)
@example(AUTUMN, time(1, 30), NEW_YORK)
@example(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe"))
@example(date(2026, 3, 8), time(0, 0), ZoneInfo("America/Havana"))
def test_it_is_the_first_instant_that_shows_the_time_or_a_later_one(
    day: date, at: time, zone: ZoneInfo
):
    found = first_shown(day, at, zone)
    wanted = datetime.combine(day, at)

    def shows(instant: datetime) -> datetime:
        return instant.astimezone(zone).replace(tzinfo=None)

    assert shows(found) >= wanted
    before = [shows(found - MINUTE * n) for n in range(1, 200)]
    assert all(shown < wanted for shown in before)


def test_a_skipped_day_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")
    shift = Shift(Weekday.every(), time(8), time(17))
    assert shift_period(shift, date(2011, 12, 30), apia) is None
    assert shift_period(shift, date(2011, 12, 31), apia) == Period(
        utc(2011, 12, 30, 18), utc(2011, 12, 31, 3)
    )


@pytest.mark.parametrize(
    ("day", "start", "end", "expected"),
    [
        (SPRING, time(2), time(2, 30), None),
        (SPRING, time(1), time(2, 30), (utc(2026, 3, 8, 6), utc(2026, 3, 8, 7))),
        (SPRING, time(2, 30), time(3, 15), (utc(2026, 3, 8, 7), utc(2026, 3, 8, 7, 15))),
        (SPRING, time(0), time(0), (utc(2026, 3, 8, 5), utc(2026, 3, 9, 4))),
        (AUTUMN, time(0), time(0), (utc(2026, 11, 1, 4), utc(2026, 11, 2, 5))),
        (AUTUMN, time(1), time(2), (utc(2026, 11, 1, 5), utc(2026, 11, 1, 7))),
        (date(2026, 10, 31), time(22), time(6), (utc(2026, 11, 1, 2), utc(2026, 11, 1, 11))),
    ],
)
def test_shifts_around_the_clock_changes_of_new_york(
    day: date, start: time, end: time, expected: tuple[datetime, datetime] | None
):
    period = shift_period(Shift(Weekday.every(), start, end), day, NEW_YORK)
    assert period == (expected and Period(*expected))


def test_the_days_of_a_span_begin_the_day_before_for_the_night_shift():
    span = Period(utc(2026, 3, 9, 3), utc(2026, 3, 10, 3))
    assert days_of(span, NEW_YORK) == (date(2026, 3, 7), SPRING, date(2026, 3, 9))


def test_weekdays_are_named_as_in_fhir():
    assert Weekday.of(SPRING) is Weekday.SUNDAY
    assert {day.value for day in Weekday.weekdays()} == {"mon", "tue", "wed", "thu", "fri"}


def test_hours_without_days_and_spans_without_end_are_refused():
    with pytest.raises(InvalidValue):
        Shift(frozenset(), time(8), time(12))
    with pytest.raises(InvalidValue):
        Reserved(Shift(Weekday.every(), time(8), time(12)), frozenset())
    with pytest.raises(InvalidValue, match="five years"):
        check_span("span", Period(utc(2020, 1, 1), utc(2026, 1, 1)))
    with pytest.raises(InvalidValue, match="1900"):
        check_span("span", Period(utc(1, 1, 1), utc(1, 1, 2)))
