from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.directory.locations import Location
from carecoord.directory.repository import Locations
from carecoord.errors import AlreadyTaken, InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.contact import HumanName
from carecoord.kernel.time import Period
from carecoord.kinds import KINDS
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.visits import (
    Block,
    Booking,
    CancellationReason,
    Closure,
    DateOverride,
    Deliberate,
    GroupSession,
    Hold,
    Occupation,
    Occurrence,
    OwnDuration,
    Priority,
    Requirement,
    Reserved,
    ResourceKind,
    Schedule,
    Seat,
    Series,
    Shift,
    TimeOff,
    Visit,
    VisitType,
    WaitlistEntry,
    Weekday,
    WeeklyTemplate,
    busy_of,
    collide,
    expired_in_the_way,
    occupies_time,
    patient_is_in_one_place_at_a_time,
    resources_are_free,
)
from carecoord.visits.repository import (
    BOOKING,
    AllSeries,
    Bookings,
    Schedules,
    VisitTypes,
    Waitlist,
    booking_kind,
)

EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")
DAY = Period(EIGHT, EIGHT + timedelta(hours=10))
ON_PURPOSE = Deliberate("dr-a", "a short talk", EIGHT)
CHECK = VisitType(
    id="check",
    name="Check",
    duration=30 * MINUTE,
    requirements=(Requirement("doctor"), Requirement("room", in_person_only=True)),
    own_durations=(OwnDuration("dr-a", 20 * MINUTE),),
    services=(Code("urn:services", "1"),),
)


@pytest.fixture
def store() -> Store:
    return opened()


def opened() -> Store:
    store = Store(MemoryBackend(), KINDS)
    store.create_schema()
    with store.work() as work:
        for location in ("main", "north"):
            Locations(work).add(Location(id=location, name=location, zone=NEW_YORK))
        for patient in ("p-1", "p-2"):
            Patients(work).add(Patient(id=patient, name=HumanName(family="Test")))
        VisitTypes(work).add(CHECK)
    return store


def occupied(start: int, *resources: str, **rest: Any) -> Occupation:
    period = Period.starting(EIGHT + start * MINUTE, minutes=30)
    return Occupation(period, resources or ("dr-a",), **{"location": "main", **rest})


def visit(id: str, occupation: Occupation, patient: str = "p-1", **rest: Any) -> Visit:
    return Visit(id=id, patient=patient, visit_type="check", occupation=occupation, **rest)


SCHEDULE_OF_ALL_PARTS = Schedule(
    id="s-1",
    resource="dr-a",
    location="main",
    zone=NEW_YORK,
    roles={"doctor", "surgeon"},
    templates=(
        WeeklyTemplate(
            (Shift(Weekday.weekdays(), time(8, 7), time(17)),),
            first=EIGHT.date(),
            every_weeks=2,
            reserved=(Reserved(Shift({Weekday.MONDAY}, time(8), time(9)), {"check"}, 2),),
        ),
    ),
    overrides=(DateOverride(EIGHT.date(), ((time(9), time(10)),), "training"),),
    closures=(Closure(EIGHT.date(), EIGHT.date(), "holiday"),),
    time_off=(TimeOff(DAY, "conference"),),
)


def test_everything_comes_back_as_it_was_kept(store: Store):
    over = occupied(0, "dr-a", "room-1", lane=1, overbooked=("dr-a",))
    bookings: list[Booking] = [
        visit("v-1", occupied(0, buffer_after=10 * MINUTE))
        .rescheduled(occupied(60, "dr-b"), by="desk", at=EIGHT, reason="late")
        .cancelled(CancellationReason.WEATHER, by="desk", at=EIGHT),
        visit("v-2", occupied(120)).checked_in(EIGHT).started(EIGHT).completed(EIGHT),
        visit("v-3", over, "p-2", overbooking=ON_PURPOSE, overlap=ON_PURPOSE),
        Hold(id="h-1", occupation=occupied(240), expires_at=EIGHT, held_by="desk"),
        Block(id="b-1", occupation=occupied(300), reason="a meeting", blocked_by="desk"),
        GroupSession(id="g-1", visit_type="check", occupation=occupied(360), seats=8),
        visit("v-4", Occupation(occupied(360).period, (), "main"), seat=Seat("g-1", 1)),
    ]
    with store.work() as work:
        for booking in bookings:
            Bookings(work).add(booking)
        Schedules(work).add(SCHEDULE_OF_ALL_PARTS)
    with store.work() as work:
        kept = [Bookings(work).get(booking.id) for booking in bookings]
        schedule = Schedules(work).get("s-1")
        visit_type = VisitTypes(work).get("check")
    assert [evolve(one, version=0) for one in kept] == bookings
    assert evolve(schedule, version=0) == SCHEDULE_OF_ALL_PARTS
    assert evolve(visit_type, version=0) == CHECK


def test_whatever_occupies_a_time_keeps_others_out(store: Store):
    with store.work() as work:
        Bookings(work).add(
            Block(id="b-1", occupation=occupied(0), reason="a meeting", blocked_by="desk")
        )
    work = store.work()
    Bookings(work).add(visit("v-1", occupied(25)))
    with pytest.raises(AlreadyTaken, match="the resource is already taken"):
        work.commit()


def test_two_visits_can_swap(store: Store):
    with store.work() as work:
        one = Bookings(work).add(visit("v-1", occupied(0)))
        other = Bookings(work).add(visit("v-2", occupied(60), "p-2"))
    with store.work() as work:
        for booking, to in ((one, occupied(60)), (other, occupied(0))):
            Bookings(work).replace(booking.rescheduled(to, by="desk", at=EIGHT))
    with store.work() as work:
        assert [it.id for it in Bookings(work).of_resource("dr-a", DAY)] == ["v-2", "v-1"]


@st.composite
def _anything(draw: st.DrawFn) -> Booking:
    """Whatever may take time within a few days, cut off by midnight or not."""
    resources = draw(st.permutations(["dr-a", "dr-b", "room-1"]))[: draw(st.integers(1, 3))]
    overbooked = draw(st.just(set()) | st.sets(st.sampled_from(resources)))
    lane = 1 if overbooked else 0
    occupation = occupied(
        draw(st.integers(-600, 600)) * 5,
        *resources,
        lane=lane,
        overbooked=tuple(sorted(overbooked)),
        buffer_before=draw(st.sampled_from([0, 10])) * MINUTE,
        buffer_after=draw(st.sampled_from([0, 15])) * MINUTE,
    )
    id, why = f"b-{draw(st.uuids())}", ON_PURPOSE if lane else None
    if draw(st.booleans()) or lane:
        block = Block(
            id=id, occupation=occupation, reason="busy", blocked_by="desk", overbooking=why
        )
        return block.lifted() if draw(st.integers(0, 4)) == 0 else block
    expires_at = EIGHT + draw(st.integers(-1, 1)) * MINUTE
    return Hold(id=id, occupation=occupation, expires_at=expires_at, held_by="desk")


@given(
    st.lists(_anything(), max_size=12), st.integers(-3000, 1000), st.integers(1, 5000), st.data()
)
def test_busy_time_is_what_the_bookings_themselves_would_tell(
    bookings: list[Booking], start: int, minutes: int, data: st.DataObject
):
    store = opened()
    for booking in bookings:
        try:
            with store.work() as work:
                Bookings(work).add(booking)
        except AlreadyTaken:
            continue
    span = Period.starting(EIGHT + start * MINUTE, minutes=minutes)
    known = data.draw(st.sets(st.sampled_from(["dr-a", "dr-b", "room-1", "room"])))
    with store.work() as work:
        busy = Bookings(work).busy(known, span, EIGHT)
        told = busy_of(Bookings(work).taking(known, span), EIGHT)
        every_one = [one for one in Bookings(work).all() if one.occupies_time]
    assert busy == {resource: told[resource] for resource in known & set(told)}
    touching = [one for one in every_one if one.occupation.extended.overlaps(span)]
    right = busy_of(touching, EIGHT)
    assert busy == {resource: right[resource] for resource in known & set(right)}


def test_a_hold_that_ran_out_keeps_nobody_busy(store: Store):
    hold = Hold(id="h", occupation=occupied(0), expires_at=EIGHT, held_by="desk")
    with store.work() as work:
        Bookings(work).add(hold)
    with store.work() as work:
        before = Bookings(work).busy(["dr-a"], DAY, EIGHT - MINUTE)
        assert before == busy_of([hold], EIGHT - MINUTE) != {}
        assert Bookings(work).busy(["dr-a"], DAY, EIGHT) == busy_of([hold], EIGHT) == {}


def test_bookings_are_found_by_what_they_take(store: Store):
    long = Period(EIGHT - timedelta(hours=20), EIGHT + 30 * MINUTE)
    with store.work() as work:
        bookings = Bookings(work)
        bookings.add(visit("v-1", Occupation(long, ("dr-a",), "main")))
        bookings.add(visit("v-2", occupied(600, buffer_before=15 * MINUTE), "p-2"))
        bookings.add(visit("v-3", occupied(60, "dr-b", location="north")).entered_in_error())
        bookings.add(visit("v-4", occupied(600, "dr-b", buffer_before=5 * MINUTE)))
        bookings.add(Hold(id="h", occupation=occupied(90), expires_at=EIGHT, held_by="desk"))
        bookings.add(GroupSession(id="g", visit_type="check", occupation=occupied(300), seats=2))
        bookings.add(visit("v-5", Occupation(occupied(300).period, (), "main"), seat=Seat("g", 1)))
    with store.work() as work:
        bookings = Bookings(work)
        day = Period(EIGHT, EIGHT + 590 * MINUTE)
        assert ids(bookings.taking(["dr-a", "dr-z"], day)) == ["v-1", "h", "g", "v-2"]
        assert ids(bookings.taking(["dr-b"], day)) == []
        assert ids(bookings.taking([], day)) == []
        assert ids(bookings.of_patient("p-1")) == ["v-1", "v-3", "v-5", "v-4"]
        assert ids(bookings.of_patient("p-1", day)) == ["v-1", "v-3", "v-5"]
        assert ids(bookings.at_location("north", day)) == ["v-3"]
        assert ids(bookings.in_session("g")) == ["v-5"]
        assert ids(bookings.expired_holds(EIGHT)) == ["h"]
        assert ids(bookings.expired_holds(EIGHT - MINUTE)) == []
        bookings.replace(bookings.get("h").released())
        assert ids(bookings.expired_holds(EIGHT)) == []
        with pytest.raises(InvalidValue):
            bookings.of_patient("p-1", Period(datetime.min.replace(tzinfo=UTC), EIGHT))


def ids(found: tuple[Booking, ...]) -> list[str]:
    return [booking.id for booking in found]


def test_schedules_are_found_by_resource_role_and_location(store: Store):
    plain = {"location": "main", "zone": NEW_YORK}
    with store.work() as work:
        schedules = Schedules(work)
        schedules.add(Schedule(id="s-1", resource="dr-a", roles={"doctor", "surgeon"}, **plain))
        schedules.add(
            Schedule(id="s-2", resource="dr-a", roles={"doctor"}, location="north", zone=NEW_YORK)
        )
        schedules.add(Schedule(id="s-3", resource="room-1", roles={"room"}, **plain))
        schedules.add(Schedule(id="s-4", resource="x", roles={"doctor"}, active=False, **plain))
        schedules.add(Schedule(id="s-5", resource=None, kind=ResourceKind.LOCATION, **plain))
    with store.work() as work:
        schedules = Schedules(work)
        assert ids(schedules.of_resources(["dr-a"])) == ["s-1", "s-2"]
        assert ids(schedules.with_roles(["doctor", "room"])) == ["s-1", "s-3", "s-2"]
        assert ids(schedules.with_roles(["doctor"], ["north"])) == ["s-2"]
        assert {at: one.id for at, one in schedules.of_locations().items()} == {"main": "s-5"}
        assert schedules.of_locations(["north"]) == {}


def test_series_and_who_waits_are_found_by_patient_and_type(store: Store):
    series = Series(
        id="se-1", patient="p-1", visit_type="check", zone=NEW_YORK, first=EIGHT.date(),
        at=time(9), rule="FREQ=WEEKLY", except_for={EIGHT.date()},
    )  # fmt: skip
    waits = [
        WaitlistEntry(
            id=f"w-{n}", patient="p-1", visit_type="check", since=EIGHT, priority=priority
        )
        for n, priority in enumerate((Priority.ROUTINE, Priority.STAT))
    ]
    with store.work() as work:
        AllSeries(work).add(series)
        Bookings(work).add(visit("v-1", occupied(0), occurrence=Occurrence("se-1", EIGHT.date())))
        for entry in waits:
            Waitlist(work).add(entry)
    with store.work() as work:
        assert [evolve(one, version=0) for one in AllSeries(work).of_patient("p-1")] == [series]
        assert ids(Bookings(work).in_series("se-1")) == ["v-1"]
        assert ids(Waitlist(work).waiting_for("check")) == ["w-1", "w-0"]
        assert ids(Waitlist(work).of_patient("p-2")) == []


def test_only_active_visit_types_are_offered(store: Store):
    with store.work() as work:
        assert ids(VisitTypes(work).offered()) == ["check"]
        VisitTypes(work).replace(VisitTypes(work).get("check").retired())
        assert VisitTypes(work).offered() == ()


def test_a_store_keeps_the_cells_it_was_created_with(store: Store):
    minutes = [booking_kind(MINUTE) if kind is BOOKING else kind for kind in KINDS]
    other = Store(store.backend, minutes)
    with pytest.raises(InvalidValue, match="created with"):
        other.create_schema()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["book", "hold", "block", "move", "cancel", "confirm", "wait"]),
        st.integers(0, 10),
        st.integers(1, 4),
        st.sampled_from([("dr-a",), ("dr-b",), ("dr-a", "room-1"), ("dr-b", "room-1")]),
        st.sampled_from(["p-1", "p-2"]),
        st.integers(0, 5),
    ),
    max_size=15,
)


def attempt(store: Store, number: int, operation: tuple[Any, ...], at: datetime) -> bool | None:
    """Try one operation as a desk would, expired holds in the way released; None is no try."""
    what, start, cells, resources, patient, which = operation
    period = Period.starting(EIGHT + 5 * start * MINUTE, minutes=5 * cells)
    wanted = Occupation(period, resources, "main", buffer_after=5 * (which % 2) * MINUTE)
    work = store.work()
    bookings = Bookings(work)
    known = bookings.taking(["dr-a", "dr-b", "room-1"], DAY)
    mine = [one for one in known if one.id.startswith("h" if what == "confirm" else "v")]
    besides: tuple[str, ...] = ()
    new: Booking | None = None
    match what:
        case "book":
            new = visit(f"v-{number}", wanted, patient)
        case "hold":
            until = at + 2 * MINUTE
            new = Hold(
                id=f"h-{number}",
                occupation=wanted,
                expires_at=until,
                held_by="desk",
                patient=patient,
            )
        case "block":
            new = Block(id=f"b-{number}", occupation=wanted, reason="x", blocked_by="desk")
        case "move" | "cancel" | "confirm" if mine:
            old = mine[which % len(mine)]
            besides = (old.id,)
            if what == "cancel":
                bookings.replace(old.cancelled(CancellationReason.OTHER, by="desk", at=at))
            elif what == "move":
                patient = old.patient
                bookings.replace(old.rescheduled(wanted, by="desk", at=at))
            elif old.is_expired(at):
                return None
            else:
                wanted, patient = old.occupation, old.patient
                bookings.replace(old.confirmed(f"v-{number}", at=at))
                new = visit(f"v-{number}", wanted, patient)
        case _:
            return None
    whose = None if what == "block" else patient
    if what != "cancel":
        for hold in expired_in_the_way(wanted, whose, known, at):
            bookings.replace(hold.released())
    free = bool(resources_are_free(wanted, known, at, besides=besides)) and (
        whose is None
        or bool(patient_is_in_one_place_at_a_time(whose, period, known, at, besides=besides))
    )
    if what == "confirm":
        free = True
    if new is not None:
        bookings.add(new)
    try:
        work.commit()
    except AlreadyTaken:
        assert not free
        return False
    assert free or what == "cancel"
    return True


@settings(max_examples=40)
@given(OPERATIONS)
def test_whatever_is_done_in_whatever_order_nothing_is_booked_twice(
    operations: list[tuple[Any, ...]],
):
    store, at = opened(), EIGHT - 60 * MINUTE
    for number, operation in enumerate(operations):
        before = kept(store)
        outcome = attempt(store, number, operation, at)
        after = kept(store)
        if outcome is not True:
            assert after == before
        if operation[0] == "move":
            assert len(after) == len(before), "a visit that moves has exactly one time"
        taking = [one for one in after.values() if occupies_time(one, at)]
        for place, one in enumerate(taking):
            for other in taking[:place]:
                assert not collide(one.occupation, other.occupation)
                same = getattr(one, "patient", None) == getattr(other, "patient", "nobody")
                assert not (same and one.period.overlaps(other.period))
        if operation[0] == "wait":
            at += MINUTE


def kept(store: Store) -> dict[str, Booking]:
    with store.work() as work:
        return {one.id: one for one in Bookings(work).all()}
