from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, permutations
from time import tzset
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
    Modality,
    Occupation,
    Opening,
    OwnDuration,
    Requirement,
    Search,
    Shift,
    VisitType,
    Weekday,
    claims_of,
    collide,
    find_openings,
    iterate_openings,
)
from carecoord.visits.bookings import Block
from carecoord.visits.hours import days_of, shift_period
from carecoord.visits.starts import is_on_raster

NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = Period.starting(EIGHT, minutes=180)
ROLES = ["doctor", "room", "nurse"]


def minutes(count: int) -> timedelta:
    return count * MINUTE


def later(count: int) -> datetime:
    return EIGHT + count * MINUTE


def calendar(resource: str, *roles: str, busy: Iterable[Busy] = (), **rest: object) -> Calendar:
    facts = {"location": "main", "zone": NEW_YORK, "open": (SPAN,), **rest}
    return Calendar(resource=resource, roles=frozenset(roles), busy=tuple(busy), **facts)


def wanted(*roles: str, length: int = 30, **rest: object) -> Search:
    needs = tuple(Requirement(role) for role in roles or ("doctor",))
    return Search(**{"span": SPAN, "duration": minutes(length), "requirements": needs, **rest})


periods = st.builds(
    lambda start, length: Period.starting(later(start), minutes=length),
    st.integers(-30, 190), st.integers(1, 120),
)  # fmt: skip
fives = st.integers(0, 3).map(lambda n: minutes(5 * n))
busy_times = st.builds(Busy, periods, fives, fives)
short_busy = st.builds(
    Busy,
    st.builds(
        lambda start, length: Period.starting(later(5 * start), minutes=5 * length),
        st.integers(-6, 38), st.integers(1, 8),
    ),
    fives,
    fives,
)  # fmt: skip


@st.composite
def calendars(draw: st.DrawFn, on_cells: bool = False) -> tuple[Calendar, ...]:
    made = []
    for resource in "abcd"[: draw(st.integers(1, 4))]:
        for location in draw(st.sampled_from([("main",), ("north",), ("main", "north")])):
            busy = st.lists(
                short_busy if on_cells else st.one_of(busy_times, short_busy), max_size=4
            )
            made.append(
                calendar(
                    resource,
                    *draw(st.lists(st.sampled_from(ROLES), unique=True, min_size=1)),
                    location=location,
                    zone=draw(st.sampled_from([NEW_YORK, KATHMANDU])),
                    open=tuple(draw(st.lists(periods, max_size=3))),
                    busy=draw(busy),
                )
            )
    return tuple(made)


shifts = st.builds(
    Shift,
    st.frozensets(st.sampled_from([Weekday.MONDAY, Weekday.TUESDAY]), min_size=1),
    st.builds(time, st.integers(7, 12), st.sampled_from([0, 15, 20])),
    st.builds(time, st.integers(7, 12), st.sampled_from([0, 15, 20])),
)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3))
    offsets = st.none() | st.integers(-10, 190).map(later)
    return wanted(
        *roles,
        length=5 * draw(st.integers(1, 8)),
        own_durations=draw(
            st.sampled_from([(), (OwnDuration("a", minutes(20)), OwnDuration("b", minutes(45)))])
        ),
        buffer_before=draw(fives),
        buffer_after=draw(fives),
        starts_every=minutes(draw(st.sampled_from([5, 10, 15, 20, 30, 60]))),
        earliest=draw(offsets),
        latest=draw(offsets),
        providers=draw(st.frozensets(st.sampled_from("abcd"), max_size=2)),
        locations=draw(st.sampled_from([frozenset(), frozenset({"main"})])),
        hours=tuple(draw(st.lists(shifts, max_size=2))),
        patient_busy=tuple(draw(st.lists(periods, max_size=1))),
        limit=draw(st.integers(1, 20)),
    )


def by_brute_force(search: Search, calendars: Iterable[Calendar]) -> set[tuple[object, ...]]:
    """A second opinion: every minute, every choice of resources, every rule spelled out."""
    found = set()
    known = [c for c in calendars if not search.locations or c.location in search.locations]
    for location in {c.location for c in known}:
        here = [c for c in known if c.location == location]
        for chosen in permutations(here, len(search.requirements)):
            if len({c.resource for c in chosen}) < len(chosen):
                continue
            if any(n.role not in c.roles for n, c in zip(search.requirements, chosen, strict=True)):
                continue
            provider = chosen[0]
            if search.providers and provider.resource not in search.providers:
                continue
            duration = search.duration_with(provider.resource)
            start = search.span.start
            while start + duration <= search.span.end:
                body = Period(start, start + duration)
                if fits(search, body, provider) and all(is_free(search, body, c) for c in chosen):
                    found.add((start, location, provider.resource))
                start += MINUTE
    return found


def fits(search: Search, body: Period, provider: Calendar) -> bool:
    if search.earliest is not None and body.start < search.earliest:
        return False
    if search.latest is not None and body.start > search.latest:
        return False
    if any(body.overlaps(elsewhere) for elsewhere in search.patient_busy):
        return False
    shown = body.start.astimezone(provider.zone)
    since = timedelta(hours=shown.hour, minutes=shown.minute)
    if since % search.starts_every:
        return False
    windows = [
        shift_period(shift, day, provider.zone)
        for day in days_of(search.span, provider.zone)
        for shift in search.hours
        if Weekday.of(day) in shift.weekdays
    ]
    return not search.hours or covered(body, [window for window in windows if window])


def covered(body: Period, by: Iterable[Period]) -> bool:
    known = tuple(by)
    count = body.duration // MINUTE
    return all(any(p.contains(body.start + n * MINUTE) for p in known) for n in range(count))


def is_free(search: Search, body: Period, calendar: Calendar) -> bool:
    if not covered(body, calendar.open):
        return False
    whole = Period(body.start - search.buffer_before, body.end + search.buffer_after)
    for busy in calendar.busy:
        theirs = Period(busy.period.start - busy.buffer_before, busy.period.end + busy.buffer_after)
        if body.overlaps(theirs) or busy.period.overlaps(whole):
            return False
    return True


def keys(openings: Iterable[Opening]) -> list[tuple[object, ...]]:
    return [(one.start, one.location, one.provider) for one in openings]


@settings(max_examples=80)
@given(searches(), calendars())
def test_every_bookable_time_is_found_once_and_in_order(
    search: Search, calendars: tuple[Calendar, ...]
):
    assert keys(iterate_openings(search, calendars)) == sorted(by_brute_force(search, calendars))


@given(searches(), calendars(), st.randoms())
def test_the_first_are_the_first_whatever_the_order_of_input(
    search: Search, calendars: tuple[Calendar, ...], random: object
):
    shuffled = list(calendars)
    random.shuffle(shuffled)
    found = find_openings(search, shuffled)
    assert found.openings == tuple(islice(iterate_openings(search, calendars), search.limit))
    assert (found.explanation is None) is bool(found.openings)


@given(searches(), calendars(on_cells=True))
def test_every_opening_can_be_booked_at_once(search: Search, calendars: tuple[Calendar, ...]):
    by_resource = {(c.resource, c.location): c for c in calendars}
    for opening in islice(iterate_openings(search, calendars), 10):
        assert claims_of(Block(id="b", occupation=opening.occupation, reason="x", blocked_by="y"))
        for resource in opening.occupation.resources:
            for busy in by_resource[resource, opening.location].busy:
                taken = Occupation(
                    busy.period, (resource,), "main", busy.buffer_before, busy.buffer_after
                )
                assert not collide(opening.occupation, taken)


@given(searches(), calendars(), st.data())
def test_giving_back_time_never_takes_an_opening_away(
    search: Search, calendars: tuple[Calendar, ...], data: st.DataObject
):
    fewer = tuple(
        evolve(c, busy=tuple(b for b in c.busy if data.draw(st.booleans()))) for c in calendars
    )
    before = set(keys(iterate_openings(search, calendars)))
    assert before <= set(keys(iterate_openings(search, fewer)))


def test_an_opening_can_be_made_by_hand():
    booked = Occupation(Period.starting(EIGHT, minutes=30), ("dr-a",), "main", MINUTE, MINUTE)
    opening = Opening.of(booked)
    assert opening.occupation == booked
    assert opening.provider == "dr-a"
    with pytest.raises(InvalidValue):
        Opening(EIGHT, MINUTE, "main", ())
    with pytest.raises(InvalidValue):
        Opening("noon", MINUTE, "main", ("dr-a",))
    found = find_openings(wanted(), [calendar("dr-a", "doctor")]).openings[0]
    assert found == Opening(EIGHT, minutes(30), "main", ("dr-a",))


def test_the_first_openings_of_two_providers_with_a_room():
    openings = find_openings(
        wanted("doctor", "room", limit=3),
        [
            calendar("dr-b", "doctor"),
            calendar("dr-a", "doctor", busy=[Busy(Period.starting(EIGHT, minutes=20))]),
            calendar("room-1", "room", busy=[Busy(Period.starting(later(15), minutes=15))]),
        ],
    ).openings
    assert [(o.start, o.resources) for o in openings] == [
        (later(30), ("dr-a", "room-1")),
        (later(30), ("dr-b", "room-1")),
        (later(45), ("dr-a", "room-1")),
    ]


def test_one_resource_fills_one_requirement():
    both = calendar("dr-a", "doctor", "nurse")
    assert not find_openings(wanted("doctor", "nurse"), [both]).openings
    found = find_openings(wanted("doctor", "nurse", "nurse"), [
        both, calendar("n-1", "nurse"), calendar("n-2", "nurse")
    ])  # fmt: skip
    assert found.openings[0].resources == ("dr-a", "n-1", "n-2")
    only = [both, calendar("n-1", "nurse")]
    assert not find_openings(wanted("doctor", "nurse", "nurse"), only).openings


def test_resources_are_shared_out_so_that_all_requirements_are_filled():
    pools = [calendar("x-1", "nurse", "room"), calendar("x-2", "nurse")]
    found = find_openings(wanted("doctor", "nurse", "room"), [calendar("dr-a", "doctor"), *pools])
    assert found.openings[0].resources == ("dr-a", "x-2", "x-1")


def test_two_calendars_of_one_resource_at_one_place_give_each_opening_once():
    halves = [
        calendar("dr-a", "doctor", open=(Period(later(0), later(90)),)),
        calendar("dr-a", "doctor", open=(Period(later(60), later(120)),)),
    ]
    starts = [o.start for o in iterate_openings(wanted(starts_every=minutes(30)), halves)]
    assert starts == [later(0), later(30), later(60), later(90)]


def test_starts_lie_on_the_raster_of_the_wall_clock():
    kathmandu = calendar("dr-k", "doctor", zone=KATHMANDU)
    found = find_openings(wanted(starts_every=minutes(60), limit=1), [kathmandu])
    assert f"{found.openings[0].start.astimezone(KATHMANDU):%H:%M}" == "19:00"
    assert is_on_raster(EIGHT, minutes(30), NEW_YORK)
    assert not is_on_raster(EIGHT + timedelta(microseconds=1), minutes(30), NEW_YORK)


def test_hours_off_the_grid_open_at_the_next_start():
    odd = calendar("dr-a", "doctor", open=(Period(later(7), later(52)),))
    starts = [o.start for o in iterate_openings(wanted(starts_every=minutes(5)), [odd])]
    assert starts == [later(10), later(15), later(20)]


def test_a_search_for_a_visit_type_knows_its_notice_horizon_and_needs():
    kind = VisitType(
        id="check", name="Check", duration=minutes(30), minimum_notice=minutes(60),
        requirements=(Requirement("doctor"), Requirement("room", in_person_only=True)),
        horizon=minutes(90), modalities={Modality.IN_PERSON, Modality.TELEHEALTH},
    )  # fmt: skip
    search = Search.of(kind, SPAN, at=EIGHT, modality=Modality.TELEHEALTH)
    found = find_openings(search, [calendar("dr-a", "doctor")]).openings
    assert [o.start for o in found] == [later(60), later(75), later(90)]
    assert not find_openings(Search.of(kind, SPAN, at=EIGHT), [calendar("dr-a", "doctor")]).openings
    assert Search.of(evolve(kind, horizon=None), SPAN, at=EIGHT).latest is None
    in_person = evolve(kind, modalities={Modality.IN_PERSON})
    with pytest.raises(InvalidValue):
        Search.of(in_person, SPAN, at=EIGHT, modality=Modality.TELEHEALTH)


def test_wanted_hours_are_judged_in_the_zone_of_the_place():
    mornings = (Shift(Weekday.every(), time(9), time(9, 30)),)
    found = find_openings(wanted(hours=mornings), [calendar("dr-a", "doctor")])
    assert [o.start for o in found.openings] == [later(0)]
    assert date(2026, 3, 9) == EIGHT.astimezone(NEW_YORK).date()


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": timedelta()},
        {"buffer_before": -MINUTE},
        {"buffer_after": timedelta(hours=24)},
        {"requirements": ()},
        {"starts_every": minutes(7)},
        {"span": Period(EIGHT, EIGHT + timedelta(days=4000))},
        {"limit": 0},
        {"latest": datetime.max.replace(tzinfo=UTC)},
        {"duration": timedelta.max},
    ],
)
def test_impossible_searches_are_refused(wrong: dict[str, object]):
    with pytest.raises(InvalidValue):
        wanted(**wrong)


def test_the_zone_of_the_process_makes_no_difference(monkeypatch: pytest.MonkeyPatch):
    shift = Shift(Weekday.every(), time(9), time(11))
    answers = []
    for zone in ("UTC", "Pacific/Auckland", "America/St_Johns"):
        monkeypatch.setenv("TZ", zone)
        tzset()
        starts = iterate_openings(wanted(hours=(shift,)), [calendar("dr-a", "doctor")])
        answers.append(list(starts))
    monkeypatch.undo()
    tzset()
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]
