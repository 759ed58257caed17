from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import (
    CELL,
    Block,
    Deliberate,
    GroupSession,
    Hold,
    Occupation,
    Seat,
    Visit,
    check_on_cells,
    claims_of,
    collide,
    resource_claims,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
ON_PURPOSE = Deliberate("dr-a", "a wound check between two visits", EIGHT)


def cells(count: int) -> timedelta:
    return count * CELL


@st.composite
def occupations(draw: st.DrawFn) -> Occupation:
    start = EIGHT + cells(draw(st.integers(0, 12)))
    resources = draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1))
    overbooked = draw(st.lists(st.sampled_from(resources), unique=True))
    return Occupation(
        Period(start, start + cells(draw(st.integers(1, 5)))),
        tuple(resources),
        "main",
        cells(draw(st.integers(0, 3))),
        cells(draw(st.integers(0, 3))),
        draw(st.integers(1, 2)) if overbooked else 0,
        tuple(overbooked),
    )


def visit(occupation: Occupation, patient: str = "p-1", id: str = "v-1", **rest: object) -> Visit:
    overbooking = ON_PURPOSE if occupation.lane else None
    return Visit(
        id=id, patient=patient, visit_type="follow-up", occupation=occupation,
        overbooking=overbooking, **rest,
    )  # fmt: skip


def minutes(period: Period) -> set[datetime]:
    count = period.duration // timedelta(minutes=1)
    return {period.start + timedelta(minutes=n) for n in range(count)}


def meets_by_the_minute(one: Occupation, other: Occupation) -> bool:
    """A second opinion: whether somebody's body shares a minute with the other's whole time."""
    shared = [r for r in one.resources if r in other.resources]
    if not any(one.lane_of(r) == other.lane_of(r) for r in shared):
        return False
    bodies = minutes(one.period), minutes(other.period)
    whole = minutes(one.extended), minutes(other.extended)
    return bool(bodies[0] & whole[1] or bodies[1] & whole[0])


@given(occupations(), occupations())
def test_claims_meet_exactly_when_the_occupations_collide(one: Occupation, other: Occupation):
    mine, yours = claims_of(visit(one)), claims_of(visit(other, "p-2", "v-2"))
    assert bool(set(mine) & set(yours)) is collide(one, other) is meets_by_the_minute(one, other)


@given(occupations())
def test_claims_are_sorted_and_each_is_made_once(occupation: Occupation):
    claims = claims_of(visit(occupation))
    assert list(claims) == sorted(set(claims))


@given(occupations(), occupations())
def test_a_patient_is_in_one_place_at_a_time(one: Occupation, other: Occupation):
    elsewhere = evolve(other, resources=("x",), lane=0, overbooked=())
    mine, yours = set(claims_of(visit(one))), set(claims_of(visit(elsewhere, id="v-2")))
    assert bool(mine & yours) is one.period.overlaps(other.period)
    parallel = visit(elsewhere, id="v-2", overlap=ON_PURPOSE)
    assert not mine & set(claims_of(parallel))


@given(st.lists(occupations(), max_size=12))
def test_whatever_the_order_no_two_holders_of_a_lane_overlap(wanted: list[Occupation]):
    held: set[str] = set()
    won: list[Occupation] = []
    for number, occupation in enumerate(wanted):
        claims = set(claims_of(visit(occupation, f"p-{number}", f"v-{number}")))
        if not claims & held:
            held |= claims
            won.append(occupation)
    pairs = [(a, b) for i, a in enumerate(won) for b in won[:i]]
    assert not any(collide(a, b) for a, b in pairs)


def occupied(minutes: int = 30, **rest: object) -> Occupation:
    return Occupation(Period.starting(EIGHT, minutes=minutes), ("dr-a",), "main", **rest)


def test_the_words_of_claims_name_what_is_taken():
    claims = claims_of(visit(occupied(10)))
    first = EIGHT.timestamp() // 300
    assert claims == (
        f"patient|p-1|{first:.0f}",
        f"patient|p-1|{first + 1:.0f}",
        f"resource|dr-a|0|{first:.0f}|p",
        f"resource|dr-a|0|{first:.0f}|q",
        f"resource|dr-a|0|{first + 1:.0f}|p",
        f"resource|dr-a|0|{first + 1:.0f}|q",
    )


def test_whatever_occupies_time_collides_with_everything_else():
    bookings = (
        visit(occupied()),
        Hold(id="h", occupation=occupied(), expires_at=EIGHT, held_by="desk"),
        Block(id="b", occupation=occupied(), reason="a meeting", blocked_by="desk"),
        GroupSession(id="g", visit_type="class", occupation=occupied(), seats=8),
    )
    claims = [set(claims_of(booking)) for booking in bookings]
    assert all(one & other for one in claims for other in claims)


def test_a_hold_for_a_patient_keeps_the_patient_too():
    hold = Hold(id="h", occupation=occupied(), expires_at=EIGHT, held_by="desk", patient="p-1")
    assert set(claims_of(hold)) == set(claims_of(visit(occupied())))


@given(occupations())
def test_stores_of_other_making_can_claim_resources_alone(occupation: Occupation):
    own = [claim for claim in claims_of(visit(occupation)) if claim.startswith("resource|")]
    assert list(resource_claims(occupation)) == own


def test_a_seat_is_claimed_next_to_the_patients_time():
    seated = Occupation(Period.starting(EIGHT, minutes=5), (), "main")
    claims = claims_of(visit(seated, seat=Seat("g-1", 3)))
    assert claims == (f"patient|p-1|{EIGHT.timestamp() / 300:.0f}", "seat|g-1|3")


def test_what_occupies_no_time_claims_nothing():
    booked = visit(occupied())
    assert claims_of(booked.entered_in_error()) == ()
    hold = Hold(id="h", occupation=occupied(), expires_at=EIGHT, held_by="desk")
    assert claims_of(hold.released()) == ()


@pytest.mark.parametrize(
    "occupation",
    [
        Occupation(Period.starting(EIGHT + timedelta(minutes=2), minutes=28), ("a",), "main"),
        Occupation(Period.starting(EIGHT, minutes=28), ("a",), "main"),
        Occupation(Period.starting(EIGHT, minutes=30), ("a",), "main", timedelta(minutes=3)),
        Occupation(
            Period.starting(EIGHT, minutes=30), ("a",), "main", timedelta(), timedelta(seconds=1)
        ),
    ],
)
def test_edges_within_a_cell_are_refused(occupation: Occupation):
    with pytest.raises(InvalidValue):
        claims_of(visit(occupation))


def test_a_store_with_cells_of_a_minute_takes_any_minute():
    off_grid = Occupation(Period.starting(EIGHT, minutes=3), ("a",), "main", timedelta(minutes=1))
    claims = claims_of(visit(off_grid), timedelta(minutes=1))
    assert len(claims) == 3 * 3 + 1


@pytest.mark.parametrize("seconds", [0, -300, 90, 7 * 60, 7200])
def test_a_cell_is_minutes_that_divide_an_hour(seconds: int):
    with pytest.raises(InvalidValue, match="cell"):
        check_on_cells(occupied(), timedelta(seconds=seconds))
