"""Group sessions on every store: as many get in as there are seats, however many want to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from carecoord import (
    AlreadyTaken,
    Clinic,
    Conflict,
    HumanName,
    NotAllowed,
    Period,
    open_store,
)
from carecoord.visits import (
    Requirement,
    VisitType,
    free_seats,
)
from tests.contracts.one_physician import CHICAGO, furnished


class Standing:
    def now(self):
        return datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.fixture
def desk(new_url):
    with new_url() as url, open_store(url, clock=Standing()) as store:
        clinic = Clinic(store, zone=CHICAGO)
        desk = furnished(
            clinic,
            VisitType(
                id="class",
                name="Class",
                duration=timedelta(minutes=60),
                requirements=(Requirement("physician"),),
                seats=3,
            ),
        )
        yield desk


def test_seats_are_contested_and_nobody_gets_one_that_is_not_there(desk):
    day = Period.starting(datetime(2026, 3, 3, 15, tzinfo=UTC), minutes=120)
    session = desk.plan_session("class", desk.find_openings("class", day).openings[0])
    patients = [desk.register(HumanName(family="Okafor")) for _ in range(6)]

    def book(patient):
        try:
            return desk.book_seat(patient.id, session.id)
        except (AlreadyTaken, Conflict, NotAllowed):
            return None

    with ThreadPoolExecutor(4) as pool:
        won = [one for one in pool.map(book, patients) if one is not None]
    assert 1 <= len(won) <= 3
    seats = [one.seat.number for one in won]
    assert len(set(seats)) == len(seats)
    standing = desk.visits_in_session(session.id)
    assert {one.id for one in standing} == {one.id for one in won}
    assert len(free_seats(session, standing)) == 3 - len(won)
