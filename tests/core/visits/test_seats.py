from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from carecoord.kernel.time import Period
from carecoord.visits import (
    CancellationReason,
    GroupSession,
    Occupation,
    Seat,
    Visit,
    claims_of,
    everybody_keeps_a_seat,
    free_seats,
    seat_occupation,
    session_has_a_free_seat,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
SESSION = GroupSession(
    id="g-1", visit_type="class", seats=5,
    occupation=Occupation(Period.starting(EIGHT, minutes=60), ("room-1",), "main"),
)  # fmt: skip


def seated(number: int, session: str = "g-1") -> Visit:
    return Visit(
        id=f"v-{number}", patient=f"p-{number}", visit_type="class",
        occupation=seat_occupation(SESSION), seat=Seat(session, number),
    )  # fmt: skip


seats = st.lists(st.integers(1, 5), unique=True)


@given(seats, seats, st.integers(1, 8))
def test_free_and_taken_seats_make_up_the_session(taken: list[int], left: list[int], smaller: int):
    visits = [seated(number) for number in taken]
    gone = [
        seated(number).cancelled(CancellationReason.PATIENT, by="desk", at=EIGHT) for number in left
    ]
    known = [*visits, *gone, seated(1, "g-2")]
    free = free_seats(SESSION, known)
    assert sorted([*free, *taken]) == [1, 2, 3, 4, 5]
    assert bool(session_has_a_free_seat(SESSION, known)) is (len(taken) < 5)
    assert bool(everybody_keeps_a_seat(SESSION, smaller, known)) is all(
        number <= smaller for number in taken
    )


@given(seats)
def test_patients_in_a_session_collide_with_nobody_but_who_has_the_same_seat(taken: list[int]):
    claims = [claims_of(SESSION), *(claims_of(seated(number)) for number in taken)]
    every_claim = [claim for one in claims for claim in one]
    assert len(every_claim) == len(set(every_claim))


def test_a_session_that_is_over_or_off_has_no_seats():
    assert free_seats(SESSION.cancelled(), []) == ()
    refused = session_has_a_free_seat(SESSION.completed(), [])
    assert refused.reason == "no seat is free"
    assert everybody_keeps_a_seat(SESSION, 2, [seated(3)]).reason == "seat 3 is taken"


def test_a_visit_in_a_session_occupies_the_patient_alone():
    visit = seated(1)
    assert visit.occupation.resources == ()
    assert visit.period == SESSION.period
