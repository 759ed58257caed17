from datetime import date, timedelta

import pytest
from attrs import evolve

from carecoord import HumanName, InvalidValue, NotAllowed, NotFound
from carecoord.visits import CancellationReason, Modality, Requirement
from carecoord.visits.waitlist import Priority, WaitlistStatus


@pytest.fixture
def openings(desk, small):
    return desk.find_openings(small.type.id, small.tuesday, limit=50).openings


@pytest.fixture
def full(desk, small, openings):
    """A visit of somebody else's that is in everybody's way."""
    cy = desk.register(HumanName(family="Cruz"))
    return desk.book(cy.id, small.type.id, openings[0])


def test_a_freed_time_is_offered_in_order_and_the_first_to_accept_gets_it(
    desk, small, openings, full, clock
):
    first = desk.join_waitlist(small.ada.id, small.type.id)
    clock.pass_(minutes=5)
    urgent = desk.join_waitlist(small.ben.id, small.type.id, priority=Priority.URGENT)
    assert [one.id for one in desk.waitlist_for(small.type.id)] == [urgent.id, first.id]
    desk.cancel(full.id, CancellationReason.PATIENT)
    offered = desk.offer_to_waitlist(small.type.id, openings[0], limit=2)
    assert [one.id for one in offered] == [urgent.id, first.id]
    visit = desk.accept_offer(first.id)
    assert (visit.patient, visit.period) == (small.ada.id, openings[0].occupation.period)
    with pytest.raises(NotAllowed, match="resources_are_free"):
        desk.accept_offer(urgent.id)
    waiting = desk.decline_offer(urgent.id)
    assert waiting.status is WaitlistStatus.WAITING
    assert [one.id for one in desk.waitlist_for(small.type.id)] == [urgent.id]


def test_an_offer_runs_out_and_goes_to_the_next(desk, small, openings, clock):
    first = desk.join_waitlist(small.ada.id, small.type.id)
    clock.pass_(minutes=5)
    second = desk.join_waitlist(small.ben.id, small.type.id, notice=timedelta(hours=1))
    desk.offer_to_waitlist(small.type.id, openings[0], lasts=timedelta(minutes=30))
    assert desk.offer_to_waitlist(small.type.id, openings[0])[0].id == second.id
    clock.pass_(minutes=31)
    with pytest.raises(NotAllowed, match="offer_is_still_good"):
        desk.accept_offer(first.id)
    assert desk.offer_to_waitlist(small.type.id, openings[0])[0].id == first.id


def test_a_sooner_visit_takes_the_place_of_the_one_that_is_booked(desk, small, openings):
    booked = desk.book(small.ada.id, small.type.id, openings[-1])
    entry = desk.join_waitlist(small.ada.id, small.type.id, sooner_than=booked.id)
    desk.offer_to_waitlist(small.type.id, openings[0])
    moved = desk.accept_offer(entry.id)
    assert (moved.id, moved.period) == (booked.id, openings[0].occupation.period)
    assert len(desk.visits_of(small.ada.id)) == 1


def test_only_what_suits_is_offered(desk, small, openings):
    desk.join_waitlist(small.ada.id, small.type.id, first=date(2026, 3, 4))
    desk.join_waitlist(small.ben.id, small.type.id, providers=frozenset({"dr-else"}))
    assert desk.offer_to_waitlist(small.type.id, openings[0]) == ()


@pytest.mark.parametrize(
    "lasts", [timedelta(), timedelta(seconds=-1), timedelta(days=7, seconds=1)]
)
def test_an_offer_lasts_some_time_but_not_for_ever(desk, small, openings, lasts):
    desk.join_waitlist(small.ada.id, small.type.id)
    with pytest.raises(InvalidValue, match="lasts"):
        desk.offer_to_waitlist(small.type.id, openings[0], lasts=lasts)


def test_an_offer_ends_when_the_visit_would_begin(desk, small, openings):
    desk.join_waitlist(small.ada.id, small.type.id)
    (entry,) = desk.offer_to_waitlist(small.type.id, openings[0], lasts=timedelta(days=7))
    assert entry.offer.expires_at == openings[0].start


def test_who_waits_for_telehealth_is_offered_telehealth(desk, small, openings):
    by_video = desk.offer_visit_type(
        evolve(
            small.type,
            requirements=(Requirement("physician"), Requirement("room", in_person_only=True)),
            modalities=frozenset(Modality),
        )
    )
    video = {"modality": Modality.TELEHEALTH}
    booked = desk.book(small.ben.id, by_video.id, openings[-1])
    entry = desk.join_waitlist(small.ada.id, by_video.id, **video)
    with pytest.raises(InvalidValue, match="modality"):
        desk.join_waitlist(small.ben.id, by_video.id, sooner_than=booked.id, **video)
    (first, *_) = desk.find_openings(by_video.id, small.tuesday, **video).openings
    assert desk.offer_to_waitlist(by_video.id, openings[0]) == ()
    assert desk.offer_to_waitlist(by_video.id, first, **video)[0].id == entry.id
    visit = desk.accept_offer(entry.id)
    assert (visit.modality, visit.occupation.resources) == (Modality.TELEHEALTH, ("dr-wu",))


def test_nothing_is_accepted_that_was_not_offered(desk, small):
    entry = desk.join_waitlist(small.ada.id, small.type.id)
    with pytest.raises(NotAllowed):
        desk.accept_offer(entry.id)
    assert desk.leave_waitlist(entry.id).status is WaitlistStatus.WITHDRAWN
    assert desk.waitlist_for(small.type.id) == ()


def test_who_waits_and_for_what_must_exist_and_go_together(desk, small, openings, full):
    with pytest.raises(NotFound):
        desk.join_waitlist(small.ada.id, "type-none")
    with pytest.raises(InvalidValue, match="sooner_than"):
        desk.join_waitlist(small.ada.id, small.type.id, sooner_than=full.id)
    desk.change_record(evolve(small.ada, active=False))
    with pytest.raises(NotAllowed):
        desk.join_waitlist(small.ada.id, small.type.id)
