from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import (
    Closure,
    DateOverride,
    Reserved,
    ResourceKind,
    Schedule,
    Shift,
    TimeOff,
    Weekday,
    WeeklyTemplate,
    common_periods,
)

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")])
MONDAY = date(2026, 3, 9)
DAYS = [date(2026, 3, 2) + timedelta(days=n) for n in range(14)]
STEP = timedelta(minutes=10)


def local(day: date, at: time, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def day_span(day: date, days: int = 1) -> Period:
    return Period(local(day, time(0)), local(day + timedelta(days=days), time(0)))


def schedule(*templates: WeeklyTemplate, **rest: object) -> Schedule:
    given = {"resource": "dr-a", "zone": NEW_YORK, **rest}
    return Schedule(id="s-1", location="main", templates=templates, **given)


def shifts(*hours: tuple[int, int], days: frozenset[Weekday] | None = None) -> tuple[Shift, ...]:
    weekdays = days or Weekday.weekdays()
    return tuple(Shift(weekdays, time(start), time(end)) for start, end in hours)


def open_hours(schedule: Schedule, day: date, **rest: object) -> list[tuple[str, str]]:
    return [
        tuple(f"{edge.astimezone(schedule.zone):%H:%M}" for edge in (period.start, period.end))
        for period in schedule.open_periods(day_span(day), **rest)
    ]


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30, 50]))
weekdays = st.frozensets(st.sampled_from(Weekday), min_size=1)
some_days = st.sampled_from(DAYS)


@st.composite
def templates(draw: st.DrawFn) -> WeeklyTemplate:
    first, last = sorted([draw(some_days), draw(some_days)])
    every = draw(st.integers(1, 2))
    hours = draw(st.lists(st.builds(Shift, weekdays, times, times), max_size=3))
    bounds = draw(st.sampled_from(["both", "first", "last", "none"]))
    return WeeklyTemplate(
        tuple(hours),
        first if bounds in ("both", "first") or every > 1 else None,
        last if bounds in ("both", "last") else None,
        every,
    )


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    edges = sorted([draw(some_days), draw(some_days)])
    off = st.builds(
        lambda day, at, hours: TimeOff(Period.starting(local(day, at), minutes=hours * 60)),
        some_days, times, st.integers(1, 30),
    )  # fmt: skip
    override = st.builds(
        DateOverride, some_days, st.lists(st.tuples(times, times), max_size=2).map(tuple)
    )
    return schedule(
        *draw(st.lists(templates(), max_size=2)),
        zone=draw(ZONES),
        overrides=tuple(draw(st.lists(override, max_size=2, unique_by=lambda o: o.day))),
        closures=draw(st.sampled_from([(), (Closure(*edges),)])),
        time_off=tuple(draw(st.lists(off, max_size=1))),
    )


def is_open(schedule: Schedule, instant: datetime) -> bool:
    """A second opinion, by the clock on the wall; it knows no repeated hours."""
    shown = instant.astimezone(schedule.zone).replace(tzinfo=None)
    if any(off.period.contains(instant) for off in schedule.time_off):
        return False
    if any(closure.first <= shown.date() <= closure.last for closure in schedule.closures):
        return False
    for day in (shown.date(), shown.date() - timedelta(days=1)):
        changed = [override for override in schedule.overrides if override.day == day]
        if changed:
            hours = list(changed[0].shifts)
        else:
            hours = [
                (shift.start, shift.end)
                for template in schedule.templates
                if applies(template, day)
                for shift in template.shifts
                if Weekday.of(day) in shift.weekdays
            ]
        for start, end in hours:
            last = day if start < end else day + timedelta(days=1)
            if datetime.combine(day, start) <= shown < datetime.combine(last, end):
                return True
    return False


def applies(template: WeeklyTemplate, day: date) -> bool:
    if template.first is not None and day < template.first:
        return False
    if template.last is not None and day > template.last:
        return False
    if template.every_weeks == 1:
        return True
    return (day.isocalendar().week - template.first.isocalendar().week) % 2 == 0


@settings(max_examples=60)
@given(schedules(), some_days, st.integers(1, 3))
def test_open_periods_are_the_instants_whose_wall_clock_lies_in_a_shift(
    schedule: Schedule, day: date, days: int
):
    span = day_span(day, days)
    periods = schedule.open_periods(span)
    assert all(span.contains(period) for period in periods)
    assert all(one.end < two.start for one, two in pairwise(periods))
    instant = span.start
    while instant < span.end:
        assert any(p.contains(instant) for p in periods) is is_open(schedule, instant)
        instant += STEP


@given(schedules(), some_days, some_days, some_days)
def test_a_span_in_two_parts_is_open_like_the_whole(
    schedule: Schedule, one: date, two: date, three: date
):
    first, middle, last = sorted({one, two, three, *DAYS[:3]})[:3]
    parts = [
        Period(local(first, time(1, 7)), local(middle, time(1, 7))),
        Period(local(middle, time(1, 7)), local(last, time(1, 7))),
    ]
    whole = schedule.open_periods(Period(parts[0].start, parts[1].end))
    split = [period for part in parts for period in schedule.open_periods(part)]
    assert sum((p.duration for p in whole), timedelta()) == sum(
        (p.duration for p in split), timedelta()
    )


def test_split_and_overnight_shifts():
    day_and_night = schedule(WeeklyTemplate(shifts((8, 12), (13, 17), (22, 6))))
    assert open_hours(day_and_night, MONDAY + timedelta(days=1)) == [
        ("00:00", "06:00"), ("08:00", "12:00"), ("13:00", "17:00"), ("22:00", "00:00"),
    ]  # fmt: skip


def test_hours_off_every_grid_are_exact():
    odd = Shift(Weekday.every(), time(8, 7, 13, 1), time(9, 59, 59, 999_999))
    (period,) = schedule(WeeklyTemplate((odd,))).open_periods(day_span(MONDAY))
    assert period == Period(local(MONDAY, odd.start), local(MONDAY, odd.end))


def test_an_override_replaces_the_hours_of_its_day():
    usual = schedule(WeeklyTemplate(shifts((8, 17))))
    late = usual.with_override(DateOverride(MONDAY, ((time(12), time(20)),), "training"))
    assert open_hours(late, MONDAY) == [("12:00", "20:00")]
    assert open_hours(late.with_override(DateOverride(MONDAY)), MONDAY) == []
    assert open_hours(late, MONDAY + timedelta(days=1)) == [("08:00", "17:00")]


def test_a_closed_day_takes_from_midnight_to_midnight():
    nights = schedule(WeeklyTemplate(shifts((22, 6), days=Weekday.every())))
    closed = nights.closed_on(MONDAY, reason="inventory")
    early, late = ("00:00", "06:00"), ("22:00", "00:00")
    assert open_hours(closed, MONDAY - timedelta(days=1)) == [early, late]
    assert open_hours(closed, MONDAY) == []
    assert open_hours(closed, MONDAY + timedelta(days=1)) == [early, late]
    assert nights.closed_on(MONDAY, DAYS[-1]).open_periods(day_span(MONDAY, 3)) == ()


def test_time_off_is_taken_out():
    off = schedule(WeeklyTemplate(shifts((8, 17)))).with_time_off(
        Period(local(MONDAY, time(10, 1)), local(MONDAY, time(11, 2)))
    )
    assert open_hours(off, MONDAY) == [("08:00", "10:01"), ("11:02", "17:00")]


def test_a_changed_template_takes_over_on_its_day():
    old = WeeklyTemplate(shifts((8, 17)))
    planned = WeeklyTemplate(shifts((1, 2)), first=MONDAY + timedelta(days=20))
    past = WeeklyTemplate(shifts((5, 6)), last=DAYS[0])
    changed = schedule(past, old, planned).changed_from(MONDAY, WeeklyTemplate(shifts((10, 14))))
    assert open_hours(changed, DAYS[0]) == [("05:00", "06:00"), ("08:00", "17:00")]
    assert open_hours(changed, MONDAY - timedelta(days=3)) == [("08:00", "17:00")]
    assert open_hours(changed, MONDAY) == [("10:00", "14:00")]
    assert open_hours(changed, MONDAY + timedelta(days=21)) == [("10:00", "14:00")]


def test_weeks_can_be_skipped():
    every_other = schedule(
        WeeklyTemplate(shifts((8, 12)), first=MONDAY + timedelta(days=2), every_weeks=2)
    )
    assert open_hours(every_other, MONDAY) == []
    assert open_hours(every_other, MONDAY + timedelta(days=3)) == [("08:00", "12:00")]
    assert open_hours(every_other, MONDAY + timedelta(days=7)) == []
    assert open_hours(every_other, MONDAY + timedelta(days=14)) == [("08:00", "12:00")]


def test_reserved_hours_are_for_their_visit_types_until_they_are_released():
    mornings = Reserved(
        Shift(frozenset({Weekday.MONDAY}), time(8), time(10)), frozenset({"new-patient"}), 2
    )
    held = schedule(WeeklyTemplate(shifts((8, 17)), reserved=(mornings,)))
    everything, rest = [("08:00", "17:00")], [("10:00", "17:00")]
    assert open_hours(held, MONDAY, visit_type="new-patient") == everything
    assert open_hours(held, MONDAY, visit_type="follow-up") == rest
    friday, saturday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=2)
    for visit_type in ("follow-up", None):
        late = {"visit_type": visit_type, "at": local(friday, time(23, 59))}
        assert open_hours(held, MONDAY, **late) == rest
        released = {"visit_type": visit_type, "at": local(saturday, time(0))}
        assert open_hours(held, MONDAY, **released) == everything
    assert open_hours(held, MONDAY + timedelta(days=1), visit_type="x") == everything


def test_hours_reserved_for_good_are_never_released():
    always = Reserved(Shift(Weekday.every(), time(8), time(10)), frozenset({"urgent"}))
    held = schedule(WeeklyTemplate(shifts((8, 9)), reserved=(always,)))
    assert open_hours(held, MONDAY, at=local(MONDAY, time(7))) == []


def test_hours_that_a_clock_change_skips_do_not_exist():
    sunday = date(2026, 3, 8)
    night = schedule(WeeklyTemplate((Shift(Weekday.every(), time(2, 10), time(2, 50)),)))
    assert night.open_periods(day_span(sunday)) == ()


def test_an_inactive_schedule_is_never_open():
    assert schedule(WeeklyTemplate(shifts((8, 17))), active=False).open_periods(
        day_span(MONDAY)
    ) == ()  # fmt: skip


def test_the_hours_of_provider_and_site_meet():
    provider = schedule(WeeklyTemplate(shifts((7, 12))))
    site = schedule(WeeklyTemplate(shifts((8, 18))), resource=None, kind=ResourceKind.LOCATION)
    span = day_span(MONDAY)
    assert common_periods(provider.open_periods(span), site.open_periods(span)) == (
        Period(local(MONDAY, time(8)), local(MONDAY, time(12))),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: WeeklyTemplate((), MONDAY, MONDAY - timedelta(days=1)),
        lambda: WeeklyTemplate((), every_weeks=2),
        lambda: WeeklyTemplate((), first=date(1, 1, 1)),
        lambda: Closure(MONDAY, MONDAY - timedelta(days=1)),
        lambda: Closure(MONDAY, date.max),
        lambda: DateOverride(date.max),
        lambda: schedule(overrides=(DateOverride(MONDAY), DateOverride(MONDAY))),
        lambda: schedule(resource=None),
        lambda: schedule(kind=ResourceKind.LOCATION),
        lambda: schedule().changed_from(date.min, WeeklyTemplate(())),
    ],
)
def test_impossible_schedules_are_refused(wrong: object):
    with pytest.raises(InvalidValue):
        wrong()
