from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import (
    Busy,
    Calendar,
    OpeningIndex,
    OwnDuration,
    Requirement,
    Search,
    Shift,
    Weekday,
    find_openings,
    iterate_openings,
)

NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = Period.starting(EIGHT, minutes=180)
ROLES = ["doctor", "room", "nurse"]


def later(count: int) -> datetime:
    return EIGHT + count * MINUTE


def calendar(resource: str, *roles: str, busy: Iterable[Busy] = (), **rest: Any) -> Calendar:
    facts = {"location": "main", "zone": NEW_YORK, "open": (SPAN,), **rest}
    return Calendar(resource=resource, roles=frozenset(roles), busy=tuple(busy), **facts)


def wanted(*roles: str, length: int = 30, **rest: Any) -> Search:
    needs = tuple(Requirement(role) for role in roles or ("doctor",))
    return Search(**{"span": SPAN, "duration": length * MINUTE, "requirements": needs, **rest})


fives = st.integers(0, 3).map(lambda n: 5 * n * MINUTE)
odd_periods = st.builds(
    lambda start, length: Period.starting(later(start), minutes=length),
    st.integers(-30, 190), st.integers(1, 120),
)  # fmt: skip
periods = st.builds(
    lambda start, length: Period.starting(later(5 * start), minutes=5 * length),
    st.integers(-6, 38), st.integers(1, 24),
)  # fmt: skip
busy_times = st.builds(Busy, st.one_of(periods, odd_periods), fives, fives)
busy_lists = st.lists(busy_times, max_size=4).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, ...]:
    made = []
    for resource in "abcdefghij"[: draw(st.integers(0, 10))]:
        for location in draw(st.sampled_from([("main",), ("north",), ("main", "north")])):
            roles = draw(st.lists(st.sampled_from(ROLES), unique=True, min_size=1))
            made.append(
                calendar(
                    resource,
                    *roles,
                    location=location,
                    zone=draw(st.sampled_from([NEW_YORK, KATHMANDU])),
                    open=tuple(draw(st.lists(st.one_of(periods, odd_periods), max_size=3))),
                    busy=draw(busy_lists),
                )
            )
    return tuple(made)


quarters = st.builds(time, st.integers(7, 12), st.sampled_from([0, 15, 20]))
shifts = st.builds(Shift, st.just(Weekday.every()), quarters, quarters)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    offsets = st.none() | st.integers(-10, 190).map(later)
    own = (OwnDuration("a", 20 * MINUTE), OwnDuration("b", 45 * MINUTE))
    return wanted(
        *draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3)),
        length=5 * draw(st.integers(1, 8)),
        own_durations=draw(st.sampled_from([(), own])),
        buffer_before=draw(fives),
        buffer_after=draw(fives),
        starts_every=draw(st.sampled_from([5, 10, 15, 20, 30, 60])) * MINUTE,
        earliest=draw(offsets),
        latest=draw(offsets),
        providers=draw(st.frozensets(st.sampled_from("abcdz"), max_size=3)),
        locations=draw(st.sampled_from([frozenset(), frozenset({"main", "moon"})])),
        hours=tuple(draw(st.lists(shifts, max_size=2))),
        patient_busy=tuple(draw(st.lists(odd_periods, max_size=1))),
        limit=draw(st.integers(1, 20)),
    )


@settings(max_examples=80)
@given(searches(), calendars())
def test_the_index_finds_what_a_plain_search_finds(search: Search, calendars: tuple[Calendar, ...]):
    index = OpeningIndex(SPAN, calendars)
    assert tuple(index.iterate(search)) == tuple(iterate_openings(search, calendars))
    assert index.openings(search) == find_openings(search, calendars).openings


@given(searches(), calendars(), st.data())
def test_a_renewed_index_is_like_a_new_one(
    search: Search, before: tuple[Calendar, ...], data: st.DataObject
):
    index = OpeningIndex(SPAN, before)
    after = tuple(evolve(one, busy=data.draw(busy_lists)) for one in before)
    margin = timedelta(hours=24)
    for one in after:
        index.renew(one, Period(SPAN.start - margin, SPAN.end + margin))
    assert tuple(index.iterate(search)) == tuple(iterate_openings(search, after))


def test_renewing_leaves_the_rest_alone():
    index = OpeningIndex(SPAN, [calendar("dr-a", "doctor")])
    full = calendar("dr-a", "doctor", busy=[Busy(SPAN)])
    index.renew(full, Period(later(30), later(60)))
    starts = [one.start for one in index.iterate(wanted(starts_every=30 * MINUTE))]
    assert starts == [later(0), later(60), later(90), later(120), later(150)]


def test_cells_of_a_minute_serve_visits_of_any_minutes():
    index = OpeningIndex(SPAN, [calendar("dr-a", "doctor")], cell=MINUTE)
    search = wanted(length=177, starts_every=MINUTE)
    assert [one.start for one in index.iterate(search)] == [later(n) for n in range(4)]


def test_starts_lie_on_cells_whatever_the_raster():
    odd = calendar("dr-a", "doctor", open=(Period(later(2), later(44)),))
    index = OpeningIndex(SPAN, [odd])
    starts = [one.start for one in index.iterate(wanted(starts_every=MINUTE))]
    assert starts == [later(5), later(10)]


def test_what_the_index_cannot_answer_is_refused():
    one = calendar("dr-a", "doctor")
    index = OpeningIndex(SPAN, [one])
    wider = Period(SPAN.start - MINUTE, SPAN.end)
    for wrong in (
        lambda: index.openings(wanted(span=wider)),
        lambda: index.openings(wanted(length=7)),
        lambda: index.openings(wanted(buffer_after=2 * MINUTE)),
        lambda: index.openings(wanted(own_durations=(OwnDuration("x", 7 * MINUTE),))),
        lambda: index.renew(calendar("dr-b", "doctor"), SPAN),
        lambda: index.renew(evolve(one, roles={"nurse"}), SPAN),
        lambda: OpeningIndex(SPAN, [one, one]),
        lambda: OpeningIndex(SPAN, [one], cell=7 * MINUTE),
    ):
        with pytest.raises(InvalidValue):
            wrong()


def test_resources_are_shared_out_or_there_is_no_opening():
    few = [calendar("dr-a", "doctor"), calendar("n-1", "nurse", "room"), calendar("n-2", "nurse")]
    index = OpeningIndex(SPAN, few)
    found = index.openings(wanted("doctor", "nurse", "room", limit=1))
    assert found[0].resources == ("dr-a", "n-2", "n-1")
    assert index.openings(wanted("doctor", "nurse", "nurse", "room")) == ()


def test_providers_of_different_speed_come_in_one_order():
    index = OpeningIndex(SPAN, [calendar(name, "doctor") for name in ("dr-a", "dr-b", "dr-c")])
    own = (OwnDuration("dr-b", 60 * MINUTE),)
    found = index.openings(wanted(own_durations=own, starts_every=60 * MINUTE, limit=4))
    assert [(one.provider, one.start) for one in found] == [
        ("dr-a", later(0)), ("dr-b", later(0)), ("dr-c", later(0)), ("dr-a", later(60)),
    ]  # fmt: skip


def test_a_provider_with_one_other_resource():
    room = calendar("room-1", "room", busy=[Busy(Period(later(30), later(60)))])
    index = OpeningIndex(SPAN, [calendar("dr-a", "doctor", "room"), room])
    found = index.openings(wanted("doctor", "room", starts_every=30 * MINUTE, limit=2))
    assert [(one.start, one.resources) for one in found] == [
        (later(0), ("dr-a", "room-1")), (later(60), ("dr-a", "room-1")),
    ]  # fmt: skip


def test_an_index_of_nothing_finds_nothing():
    assert OpeningIndex(SPAN, []).openings(wanted()) == ()
