from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period, local_time
from carecoord.visits import (
    Busy,
    Calendar,
    Constraint,
    Occupation,
    Occurrence,
    OwnDuration,
    Requirement,
    Search,
    Series,
    Visit,
    plan_series,
)
from carecoord.visits.recurrence import Rule
from carecoord.visits.series import following

DENVER = ZoneInfo("America/Denver")
FIRST = date(2026, 3, 3)
YEAR_END = date(2026, 12, 31)
MINUTE = timedelta(minutes=1)


def series(rule: str = "FREQ=WEEKLY;BYDAY=TU,TH", **rest: Any) -> Series:
    facts = {"first": FIRST, "at": time(9), "zone": DENVER, **rest}
    return Series(id="s-1", patient="p-1", visit_type="therapy", rule=rule, **facts)


rules = st.builds(
    lambda frequency, interval, rest: f"FREQ={frequency};INTERVAL={interval}{rest}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    st.integers(1, 3),
    st.sampled_from(["", ";BYDAY=MO,WE", ";BYMONTH=3,4,5"]),
)


@st.composite
def all_series(draw: st.DrawFn) -> Series:
    return series(
        draw(rules),
        first=draw(st.dates(date(2026, 1, 1), date(2026, 6, 30))),
        at=draw(st.builds(time, st.integers(0, 23), st.integers(0, 59))),
        zone=draw(st.sampled_from([DENVER, ZoneInfo("Australia/Lord_Howe")])),
        count=draw(st.none() | st.integers(1, 30)),
        last=draw(st.none() | st.dates(date(2026, 7, 1), date(2027, 3, 31))),
        except_for=draw(st.frozensets(st.dates(date(2026, 1, 1), date(2026, 9, 1)), max_size=5)),
    )


def expanded(series: Series, until: date) -> list[date]:
    """A second opinion: the whole rule as RFC 5545 has it, cut to the days asked for."""
    rule = Rule.parse(series.rule, until=None)
    first = datetime.combine(series.first, series.at)
    starts = list(rule.starts(first, before=first + timedelta(days=1400)))[: series.count]
    days = [start.date() for start in starts]
    ends = until if series.last is None else min(until, series.last)
    return [day for day in days if day <= ends and day not in series.except_for]


@given(all_series())
def test_a_series_equals_its_expansion(series: Series):
    days = series.days(YEAR_END)
    assert list(days) == expanded(series, YEAR_END)
    for day in days:
        assert series.start(day) == local_time(day, series.at, series.zone)


@given(all_series(), st.data())
def test_this_and_following_together_are_the_whole(series: Series, data: st.DataObject):
    days = series.days(YEAR_END)
    if len(days) < 2:
        return
    day = data.draw(st.sampled_from(days[1:]))
    before, after = series.split(day, "s-2")
    assert before.days(YEAR_END) + after.days(YEAR_END) == days
    assert after.days(YEAR_END)[0] == day
    assert (after.id, after.version) == ("s-2", 0)


@given(all_series())
def test_the_written_rule_says_the_same(series: Series):
    written = series.recurrence_rule()
    until = None
    if "UNTIL=" in written:
        instant = datetime.strptime(written.partition("UNTIL=")[2], "%Y%m%dT%H%M%SZ")
        shown = instant.replace(tzinfo=UTC).astimezone(series.zone)
        until = shown.replace(tzinfo=None, fold=0)
    first = datetime.combine(series.first, series.at)
    rule = Rule.parse(written, until=until)
    starts = rule.starts(first, before=datetime.combine(YEAR_END, time.max))
    assert [s.date() for s in starts if s.date() not in series.except_for] == list(
        series.days(YEAR_END)
    )


def test_a_change_of_clocks_does_not_move_the_time_on_the_wall():
    weekly = series("FREQ=WEEKLY", count=2)
    one, two = (weekly.start(day) for day in weekly.days(YEAR_END))
    assert two - one == timedelta(days=7, hours=-1)
    assert {start.astimezone(DENVER).time() for start in (one, two)} == {time(9)}
    skipped = series("FREQ=DAILY", first=date(2026, 3, 7), at=time(2, 30), count=3)
    shown = [skipped.start(day).astimezone(DENVER).time() for day in skipped.days(YEAR_END)]
    assert shown == [time(2, 30), time(3, 30), time(2, 30)]


def test_a_day_that_is_left_out_counts():
    short = series(count=3).without(date(2026, 3, 5))
    assert short.days(YEAR_END) == (FIRST, date(2026, 3, 10))


def test_the_rule_is_written_with_its_end():
    assert series().recurrence_rule() == "FREQ=WEEKLY;BYDAY=TU,TH"
    assert series(count=3).recurrence_rule().endswith(";COUNT=3")
    ends = series(last=date(2026, 3, 12))
    assert ends.recurrence_rule().endswith(";UNTIL=20260312T150000Z")
    assert evolve(ends, count=4).recurrence_rule().endswith(";COUNT=4")
    assert evolve(ends, count=9).recurrence_rule() == ends.recurrence_rule()


SEARCH = Search(
    span=Period.starting(series().start(FIRST), minutes=30),
    duration=30 * MINUTE,
    requirements=(Requirement("therapist"),),
    starts_every=60 * MINUTE,
)


def calendar(resource: str, *busy: Busy) -> Calendar:
    year = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return Calendar(
        resource=resource,
        location="main",
        zone=DENVER,
        roles={"therapist"},
        open=(year,),
        busy=busy,
    )


def test_a_plan_reports_every_day():
    four = series(count=4, at=time(9, 10))
    taken = Busy(Period.starting(four.start(date(2026, 3, 5)), minutes=10))
    plan = plan_series(four, SEARCH, [calendar("t-1", taken)], until=YEAR_END)
    assert [visit.day.day for visit in plan.visits] == [3, 5, 10, 12]
    assert [visit.day.day for visit in plan.fits] == [3, 10, 12]
    assert all(visit.opening.start == visit.start for visit in plan.fits)
    (missing,) = plan.does_not_fit
    ways = [relaxation.constraints for relaxation in missing.explanation.relaxations]
    assert (Constraint.BOOKINGS,) in ways
    both = plan_series(four, SEARCH, [calendar("t-1", taken), calendar("t-2")], until=YEAR_END)
    assert both.does_not_fit == ()
    assert [visit.opening.provider for visit in both.visits] == ["t-1", "t-2", "t-1", "t-1"]


def test_notice_and_horizon_hold_for_every_day():
    four = series(count=4)
    starts = [four.start(day) for day in four.days(YEAR_END)]
    slow = evolve(
        SEARCH,
        earliest=starts[1],
        latest=starts[2],
        own_durations=(OwnDuration("t-1", 60 * MINUTE),),
    )
    plan = plan_series(four, slow, [calendar("t-1")], until=YEAR_END)
    assert [visit.start for visit in plan.fits] == starts[1:3]
    assert plan.fits[0].opening.duration == 60 * MINUTE


def test_the_following_visits_are_known_by_their_day_wherever_they_moved():
    where = Occupation(Period.starting(series().start(FIRST), minutes=30), ("t-1",), "main")

    def visit(id: str, occurrence: Occurrence | None) -> Visit:
        return Visit(
            id=id, patient="p-1", visit_type="therapy", occupation=where, occurrence=occurrence
        )

    visits = [
        visit("v-1", Occurrence("s-1", FIRST)),
        visit("v-2", Occurrence("s-1", date(2026, 3, 5))),
        visit("v-3", Occurrence("s-2", date(2026, 3, 10))),
        visit("v-4", None),
    ]
    assert following(series(), date(2026, 3, 5), visits) == (visits[1],)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: series("FREQ=HOURLY"),
        lambda: series("FREQ=DAILY;COUNT=3"),
        lambda: series("FREQ=DAILY;UNTIL=20260101T000000Z"),
        lambda: series("FREQ=DAILY;BYHOUR=9,15"),
        lambda: series(last=date(2026, 3, 2)),
        lambda: series(first=date(1, 1, 1)),
        lambda: series(last=date.max),
        lambda: series(count=0),
        lambda: series(at=time(9, 0, 30)),
        lambda: series().split(FIRST, "s-2"),
        lambda: series().split(date(2026, 3, 4), "s-2"),
        lambda: series().days(date(2036, 1, 1)),
        lambda: series().days(date.max),
    ],
)
def test_impossible_series_are_refused(wrong: Any):
    with pytest.raises(InvalidValue):
        wrong()
