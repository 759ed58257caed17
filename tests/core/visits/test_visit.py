from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, InvalidValue, NotAllowed
from carecoord.kernel.time import Period
from carecoord.visits import (
    APPOINTMENT,
    ENCOUNTER,
    AppointmentStatus,
    CancellationReason,
    Deliberate,
    Encounter,
    EncounterStatus,
    Occupation,
    Seat,
    Visit,
    time_of_the_visit_has_come,
    visit_is_today,
    visit_still_stands,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Occupation(Period.starting(EIGHT, minutes=30), ("dr-a", "room-1"), "main")
LATER = Occupation(Period.starting(EIGHT + HOUR, minutes=30), ("dr-b",), "north")
BOTH = Occupation(
    Period.starting(EIGHT, minutes=30), ("dr-a",), "main", lane=1, overbooked=("dr-a",)
)
ON_PURPOSE = Deliberate("dr-a", "a wound check in between", EIGHT)
FACTS = {"id": "v-1", "patient": "p-1", "visit_type": "follow-up"}
BOOKED = Visit(occupation=HERE, **FACTS)


def cancelled(visit: Visit) -> Visit:
    return visit.cancelled(CancellationReason.WEATHER, by="desk", at=EIGHT, note="snow")


VERBS = {
    "request": Visit.requested,
    "confirm": Visit.confirmed,
    "reschedule": lambda visit: visit.rescheduled(LATER, by="desk", at=EIGHT),
    "arrive": lambda visit: visit.arrived(EIGHT),
    "check_in": lambda visit: visit.checked_in(EIGHT),
    "start": lambda visit: visit.started(EIGHT),
    "complete": lambda visit: visit.completed(EIGHT),
    "miss": lambda visit: visit.no_show(visit.period.start),
    "reinstate": Visit.reinstated,
    "cancel": cancelled,
    "mark_entered_in_error": Visit.entered_in_error,
}


@given(
    st.sampled_from(
        [AppointmentStatus.WAITLIST, AppointmentStatus.PROPOSED, AppointmentStatus.BOOKED]
    ),
    st.lists(st.sampled_from(sorted(VERBS)), max_size=8),
)
def test_every_move_is_in_the_tables_and_keeps_both_parts_together(
    status: AppointmentStatus, verbs: list[str]
):
    visit = evolve(BOOKED, status=status)
    for verb in verbs:
        if visit.may(verb):
            moved = VERBS[verb](visit)
            assert moved.status is APPOINTMENT.after(visit.status, verb)
            assert moved.version == visit.version
            visit = moved
        else:
            with pytest.raises(NotAllowed):
                VERBS[verb](visit)
    seen = visit.encounter is not None
    if visit.status in (AppointmentStatus.BOOKED, AppointmentStatus.NO_SHOW):
        assert not seen
    if visit.status is AppointmentStatus.FULFILLED:
        assert seen


def test_a_visit_from_arrival_to_the_end():
    visit = BOOKED.arrived(EIGHT).checked_in(EIGHT + HOUR)
    assert visit.status is AppointmentStatus.CHECKED_IN
    visit = visit.started(EIGHT + 2 * HOUR)
    assert visit.status is AppointmentStatus.FULFILLED
    assert visit.encounter.status is EncounterStatus.IN_PROGRESS
    done = visit.completed(EIGHT + 3 * HOUR)
    assert done.encounter == Encounter(
        EIGHT, EncounterStatus.FINISHED, EIGHT + HOUR, EIGHT + 2 * HOUR, EIGHT + 3 * HOUR
    )
    assert done.occupies_time
    assert not done.may("complete")
    with pytest.raises(NotAllowed, match="encounter"):
        done.completed(EIGHT + 3 * HOUR)


def test_who_comes_straight_to_the_desk_has_arrived():
    assert BOOKED.checked_in(EIGHT).encounter == Encounter(EIGHT, checked_in_at=EIGHT)


def test_leaving_without_being_seen_is_a_cancelled_encounter():
    visit = cancelled(BOOKED.arrived(EIGHT))
    assert visit.encounter.status is EncounterStatus.CANCELLED
    assert visit.cancellation.reason is CancellationReason.WEATHER
    assert not visit.occupies_time
    assert visit.entered_in_error().cancellation == visit.cancellation


def test_a_rescheduled_visit_remembers_where_it_was():
    moved = BOOKED.rescheduled(LATER, by="desk", at=EIGHT, reason="the bus is late")
    assert moved.period == LATER.period
    assert [old.previous for old in moved.reschedulings] == [HERE.period]
    over = moved.rescheduled(BOTH, by="desk", at=EIGHT, overbooking=ON_PURPOSE)
    assert over.overbooking == ON_PURPOSE
    with pytest.raises(InvalidValue, match="overbooking"):
        moved.rescheduled(BOTH, by="desk", at=EIGHT)
    back = over.rescheduled(HERE, by="desk", at=EIGHT)
    assert back.overbooking is None
    assert len(back.reschedulings) == 3


def test_nobody_misses_a_visit_before_it_begins():
    assert not time_of_the_visit_has_come(BOOKED, EIGHT - HOUR)
    with pytest.raises(NotAllowed, match="not begun"):
        BOOKED.no_show(EIGHT - HOUR)
    missed = BOOKED.no_show(EIGHT)
    assert not missed.occupies_time
    assert missed.reinstated() == BOOKED


def test_what_occupies_time():
    occupying = {status.value for status in AppointmentStatus if status.occupies_time}
    assert occupying == {"pending", "booked", "arrived", "checked-in", "fulfilled"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"occupation": evolve(HERE, resources=())},
        {"seat": Seat("g-1", 1)},
        {"overbooking": ON_PURPOSE},
        {"occupation": BOTH},
        {"status": AppointmentStatus.CANCELLED},
        {"cancellation": cancelled(BOOKED).cancellation},
        {"status": AppointmentStatus.ARRIVED},
        {"encounter": Encounter(EIGHT)},
    ],
)
def test_visits_whose_parts_do_not_agree_are_refused(wrong: dict[str, object]):
    with pytest.raises(InvalidValue):
        Visit(**{"occupation": HERE, **FACTS, **wrong})


def test_an_encounter_happens_in_order():
    with pytest.raises(InvalidValue):
        Encounter(EIGHT, started_at=EIGHT - HOUR)
    with pytest.raises(CarecoordError):
        BOOKED.arrived(EIGHT).started(EIGHT - HOUR)


def test_tables_can_be_drawn_and_reprs_name_no_reason():
    assert "booked --> arrived: arrive" in APPOINTMENT.diagram()
    assert "arrived --> in_progress: start" in ENCOUNTER.diagram()
    assert "snow" not in repr(cancelled(BOOKED))


def test_a_visit_stands_while_it_keeps_its_time() -> None:
    assert visit_still_stands(BOOKED)
    assert visit_still_stands(BOOKED.arrived(EIGHT))
    for gone in (BOOKED.no_show(EIGHT), BOOKED.entered_in_error()):
        assert not visit_still_stands(gone)


CHICAGO = ZoneInfo("America/Chicago")


@given(st.integers(0, 1439), st.integers(-3 * 1440, 3 * 1440))
def test_a_visit_is_today_on_its_day_and_shortly_before_it(start: int, apart: int) -> None:
    midnight = datetime.combine(EIGHT.date(), time(0), CHICAGO).astimezone(UTC)
    begins = midnight + timedelta(minutes=start)
    visit = evolve(BOOKED, occupation=evolve(HERE, period=Period.starting(begins, minutes=30)))
    at = begins + timedelta(minutes=apart)
    ends = 1440 if start + 30 < 1440 else 2880
    same_day = 0 <= start + apart < ends
    assert bool(visit_is_today(visit, CHICAGO, at)) is (same_day or -120 <= apart < 0)


def test_a_visit_soon_after_midnight_is_today_from_two_hours_before_it() -> None:
    start = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # half past midnight in Chicago
    night = evolve(BOOKED, occupation=evolve(HERE, period=Period.starting(start, minutes=30)))
    assert visit_is_today(night, CHICAGO, start - timedelta(hours=2))
    assert not visit_is_today(night, CHICAGO, start - timedelta(hours=2, seconds=1))
