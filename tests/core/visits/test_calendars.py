from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import (
    Block,
    Busy,
    Deliberate,
    Hold,
    Occupation,
    ResourceKind,
    Schedule,
    Shift,
    Visit,
    Weekday,
    WeeklyTemplate,
    calendar_of,
    calendars_of,
)

NEW_YORK = ZoneInfo("America/New_York")
EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = Period(EIGHT - timedelta(hours=8), EIGHT + timedelta(hours=16))
ON_PURPOSE = Deliberate("dr-a", "a short talk", EIGHT)


def schedule(start: int, end: int, **rest: object) -> Schedule:
    hours = WeeklyTemplate((Shift(Weekday.every(), time(start), time(end)),))
    return Schedule(
        id="s", zone=NEW_YORK, templates=(hours,), roles={"doctor"},
        **{"resource": "dr-a", "location": "main", **rest},
    )  # fmt: skip


def occupied(start: int, *resources: str, **rest: object) -> Occupation:
    period = Period.starting(EIGHT + start * MINUTE, minutes=30)
    return Occupation(period, resources or ("dr-a",), "main", **rest)


def visit(id: str, occupation: Occupation, **rest: object) -> Visit:
    return Visit(id=id, patient="p-1", visit_type="x", occupation=occupation, **rest)


def test_a_calendar_has_the_common_hours_and_what_is_taken_in_the_ordinary_lane():
    bookings = [
        visit("v-1", occupied(0, buffer_after=10 * MINUTE)),
        visit("v-2", occupied(60, "dr-b")),
        visit("v-3", occupied(90)).no_show(SPAN.end),
        visit("v-4", occupied(0, "dr-a", lane=1, overbooked=("dr-a",)), overbooking=ON_PURPOSE),
        Hold(id="h-1", occupation=occupied(120), expires_at=EIGHT, held_by="desk"),
        Hold(id="h-2", occupation=occupied(150), expires_at=EIGHT + MINUTE, held_by="desk"),
        Block(id="b-1", occupation=occupied(180), reason="a meeting", blocked_by="desk"),
    ]
    site = schedule(9, 20, resource=None, kind=ResourceKind.LOCATION)
    imported = Period.starting(EIGHT + 7 * MINUTE, minutes=3)
    made = calendar_of(schedule(8, 17), bookings, SPAN, at=EIGHT, site=site, imported=[imported])
    assert made.open == (Period(EIGHT + 60 * MINUTE, EIGHT + 540 * MINUTE),)
    assert made.busy == (
        Busy(occupied(0).period, buffer_after=10 * MINUTE),
        Busy(occupied(150).period),
        Busy(occupied(180).period),
        Busy(imported),
    )
    assert (made.resource, made.location, made.roles) == ("dr-a", "main", {"doctor"})


def test_many_calendars_at_once_are_as_each_alone():
    schedules = [schedule(8, 17), schedule(9, 12, resource="dr-b", location="north")]
    site = schedule(10, 20, resource=None, kind=ResourceKind.LOCATION)
    bookings = [visit("v-1", occupied(0, "dr-a", "dr-b")), visit("v-2", occupied(60, "dr-b"))]
    made = calendars_of(schedules, bookings, SPAN, at=EIGHT, sites={"main": site})
    assert made == (
        calendar_of(schedules[0], bookings, SPAN, at=EIGHT, site=site),
        calendar_of(schedules[1], bookings, SPAN, at=EIGHT),
    )
    with pytest.raises(InvalidValue, match="another location"):
        calendar_of(schedules[1], bookings, SPAN, at=EIGHT, site=site)


def test_without_a_site_its_own_hours_count():
    made = calendar_of(schedule(8, 17), [], SPAN, at=EIGHT)
    assert made.open == (Period(EIGHT, EIGHT + 540 * MINUTE),)


def test_a_locations_own_schedule_is_nobodys_calendar():
    site = schedule(9, 20, resource=None, kind=ResourceKind.LOCATION)
    with pytest.raises(InvalidValue):
        calendar_of(site, [], SPAN, at=EIGHT)


def test_busy_time_that_cannot_be_reckoned_with_is_refused():
    first_day = Period.starting(datetime(1, 1, 1, tzinfo=UTC), minutes=5)
    for wrong in (
        lambda: Busy(SPAN, buffer_after=-MINUTE),
        lambda: Busy(SPAN, buffer_before=timedelta.max),
        lambda: Busy(first_day, buffer_before=MINUTE),
        lambda: Busy(Period(EIGHT, datetime.max.replace(tzinfo=UTC))),
    ):
        with pytest.raises(InvalidValue):
            wrong()
