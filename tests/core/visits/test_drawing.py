from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.kernel.time import Period
from carecoord.visits import (
    Block,
    Busy,
    Calendar,
    Deliberate,
    GroupSession,
    Hold,
    Occupation,
    Opening,
    Visit,
)
from carecoord.visits.drawing import day_svg, week_svg

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 9)
EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURS = [Period(EIGHT, EIGHT + timedelta(hours=4))]
SVG = "{http://www.w3.org/2000/svg}"


def occupied(start: int, minutes: int, **rest: Any) -> Occupation:
    period = Period.starting(EIGHT + start * MINUTE, minutes=minutes)
    return Occupation(period, ("dr-a",), "main", **rest)


def visit(id: str, occupation: Occupation, **rest: Any) -> Visit:
    return Visit(id=id, patient="p-1", visit_type="x", occupation=occupation, **rest)


BOOKINGS = [
    visit("v-1", occupied(30, 30, buffer_after=10 * MINUTE)),
    visit(
        "v-2",
        occupied(30, 30, lane=1, overbooked=("dr-a",)),
        overbooking=Deliberate("dr-a", "a short talk", EIGHT),
    ),
    Hold(id="h-1", occupation=occupied(90, 15), expires_at=EIGHT, held_by="desk"),
    Block(id="b-1", occupation=occupied(120, 30), reason="lunch", blocked_by="desk"),
    GroupSession(id="g-1", visit_type="x", occupation=occupied(180, 60), seats=4),
    visit("v-3", occupied(0, 10)).entered_in_error(),
    visit("v-4", occupied(3000, 10)),
]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def classes(svg: str) -> list[str]:
    return [rect.get("class") for rect in parsed(svg).iter(f"{SVG}rect") if rect.get("class")]


def description(svg: str) -> list[str]:
    return parsed(svg).findtext(f"{SVG}desc").split("\n")


def test_a_day_shows_what_occupies_time_and_says_it_in_words():
    opening = Opening(EIGHT + 150 * MINUTE, 15 * MINUTE, "main", ("dr-a",))
    svg = day_svg("Dr. A", MONDAY, NEW_YORK, HOURS, BOOKINGS, [opening], labels={"v-1": "Check"})
    assert description(svg) == [
        "08:30 to 09:00: Check",
        "08:30 to 09:00: visit, booked",
        "09:30 to 09:45: hold, held",
        "10:00 to 10:30: block, active",
        "11:00 to 12:00: session, planned",
        "10:30: free",
    ]
    kinds = classes(svg)
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "closed": 1, "open": 1, "visit": 2, "buffer": 1, "hold": 1, "block": 1, "session": 1,
        "opening": 1,
    }  # fmt: skip
    assert parsed(svg).get("role") == "img"
    assert "p-1" not in svg


def test_a_day_begins_with_its_first_hour_and_ends_with_its_last():
    texts = [
        text.text for text in parsed(day_svg("x", MONDAY, NEW_YORK, HOURS, [])).iter(f"{SVG}text")
    ]
    assert texts == ["x", "08:00", "09:00", "10:00", "11:00", "12:00"]


def test_an_empty_day_is_a_whole_one_as_long_as_it_is():
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    for day, hours in ((MONDAY, 24), (spring, 23), (autumn, 25)):
        svg = day_svg("x", day, NEW_YORK, [], [])
        assert description(svg) == ["Nothing is booked."]
        assert svg.count('class="hour"') == hours + 1


def test_what_reaches_over_midnight_is_cut_there():
    night = Period(datetime(2026, 3, 9, 2, tzinfo=UTC), datetime(2026, 3, 10, 6, tzinfo=UTC))
    svg = day_svg("x", MONDAY, NEW_YORK, [night], [visit("v", occupied(900, 120))])
    assert description(svg) == ["23:00 to 01:00: visit, booked"]
    (box,) = [r for r in parsed(svg).iter(f"{SVG}rect") if r.get("class") == "visit"]
    assert float(box.get("height")) == 96


@given(st.text(), st.text())
def test_whatever_the_words_it_is_well_formed(title: str, label: str):
    svg = day_svg(title, MONDAY, NEW_YORK, HOURS, BOOKINGS, labels={"v-1": label})
    assert len(list(parsed(svg).iter(f"{SVG}rect"))) > 5


def calendar(resource: str, open_periods: list[Period], *busy: Busy) -> Calendar:
    return Calendar(
        resource=resource, location="main", zone=NEW_YORK, roles={"x"}, open=open_periods, busy=busy
    )


def test_a_week_shows_hours_and_how_much_is_free():
    busy = Busy(Period(EIGHT + 60 * MINUTE, EIGHT + 95 * MINUTE))
    far = Period(EIGHT + timedelta(days=1), EIGHT + timedelta(days=1, hours=1))
    some = [calendar("dr-b", []), calendar("dr-a", [*HOURS, far], busy)]
    svg = week_svg("Main", MONDAY, some)
    lines = description(svg)
    assert len(lines) == 14
    assert lines[:3] == [
        "dr-a, 2026-03-09: 3 h 25 free",
        "dr-a, 2026-03-10: 1 h 00 free",
        "dr-a, 2026-03-11: closed",
    ]
    assert classes(svg).count("taken") == 1
    assert classes(svg).count("open") == 2


@pytest.mark.parametrize("days", [1, 5])
def test_a_site_without_anybody(days: int):
    svg = week_svg("Main", MONDAY, [], days=days)
    assert description(svg) == ["Nobody works here."]
