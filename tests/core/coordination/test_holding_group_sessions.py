from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from carecoord import AlreadyTaken, HumanName, InvalidValue, NotAllowed, Outbox
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.kernel.codes import CPT, Code
from carecoord.patients import CoverageType
from carecoord.visits import (
    AppointmentStatus,
    CancellationReason,
    Modality,
    Opening,
    PatientStanding,
    Requirement,
    VisitType,
)
from carecoord.visits.bookings import SessionStatus

CLASS = Code(CPT, "98961")


@pytest.fixture
def group(desk, small):
    return desk.offer_visit_type(
        VisitType(
            id="class",
            name="Diabetes class",
            duration=timedelta(minutes=60),
            requirements=(Requirement("physician"), Requirement("room", in_person_only=True)),
            seats=2,
        )
    )


@pytest.fixture
def openings(desk, small, group):
    return desk.find_openings(group.id, small.tuesday, limit=50).openings


@pytest.fixture
def session(desk, group, openings):
    return desk.plan_session(group.id, openings[0])


@pytest.fixture
def later(desk, group, openings):
    """Another session, in the afternoon."""
    return desk.plan_session(group.id, openings[-1])


def somebody(desk):
    return desk.register(HumanName(family="Cruz"))


def test_a_session_takes_as_many_as_it_has_seats(desk, small, session, group):
    one, two = (desk.book_seat(patient.id, session.id) for patient in (small.ada, small.ben))
    assert {one.seat.number, two.seat.number} == {1, 2}
    assert one.period == two.period == session.period
    with pytest.raises(NotAllowed, match="session_has_a_free_seat"):
        desk.book_seat(somebody(desk).id, session.id)
    assert desk.find_sessions(group.id, small.tuesday) == ()
    (full,) = desk.find_sessions(group.id, small.tuesday, full=True)
    assert (full.session.id, full.free) == (session.id, 0)
    desk.cancel(one.id, CancellationReason.PATIENT)
    assert desk.find_sessions(group.id, small.tuesday)[0].free == 1
    three = desk.book_seat(somebody(desk).id, session.id)
    assert three.seat == one.seat
    assert {v.id for v in desk.visits_in_session(session.id)} == {one.id, two.id, three.id}


def test_the_session_takes_the_time_of_its_resources(desk, small, session, openings, group):
    assert openings[0] not in desk.find_openings(group.id, small.tuesday, limit=50).openings
    with pytest.raises(NotAllowed, match="resources_are_free"):
        desk.plan_session(group.id, openings[0])
    twice = desk.plan_session(group.id, openings[0], seats=8, overbook_because="both rooms open")
    assert (twice.occupation.lane, twice.seats, twice.overbooking.by) == (1, 8, "nora")


def test_a_patient_is_in_one_place_only(desk, small, session, group, clock):
    seat = desk.book_seat(small.ada.id, session.id)
    there = Opening.of(session.occupation)
    other = desk.plan_session(group.id, there, overbook_because="two groups")
    with pytest.raises(NotAllowed, match="patient_is_in_one_place"):
        desk.book_seat(small.ada.id, other.id)
    both = desk.book_seat(small.ada.id, other.id, overlap_because="interprets for her mother")
    assert both.overlap.by == "nora"
    assert seat.overlap is None


def test_an_expired_hold_of_the_patient_is_in_nobodys_way(desk, small, session, openings, clock):
    checkup = desk.find_openings(small.type.id, small.tuesday, limit=50).openings
    at_ten = next(one for one in checkup if one.start >= session.period.end)
    held = desk.hold(small.type.id, at_ten, patient=small.ada.id)
    desk.plan_session("class", openings[-1])
    moved = evolve(Opening.of(session.occupation), start=at_ten.start)
    desk.book_seat(small.ada.id, session.id)
    assert "patient_is_in_one_place" in str(desk.move_session.may(session.id, moved).refusals)
    clock.at = held.expires_at
    desk.move_session(session.id, moved)
    assert desk.visits_of(small.ada.id)[0].period.start == at_ten.start


def test_the_rules_of_the_visit_type_hold_for_seats_and_sessions(desk, small, group, openings):
    strict = desk.offer_visit_type(
        evolve(group, standings={PatientStanding.ESTABLISHED}, minimum_notice=timedelta(hours=12))
    )
    session = desk.plan_session(strict.id, openings[0])
    with pytest.raises(NotAllowed) as error:
        desk.book_seat(small.ada.id, session.id)
    assert {one.rule for one in error.value.refusals} == {"patient_standing_suits_the_visit_type"}
    with pytest.raises(InvalidValue, match="no group sessions"):
        desk.plan_session(small.type.id, openings[0])
    with pytest.raises(InvalidValue, match="telehealth"):
        desk.plan_session(strict.id, openings[0], modality=Modality.TELEHEALTH)
    desk.offer_visit_type(evolve(strict, active=False, version=strict.version))
    with pytest.raises(NotAllowed, match="visit_type_is_active"):
        desk.plan_session(strict.id, openings[-1])


def test_a_session_by_telehealth(desk, small, group):
    desk.offer_visit_type(evolve(group, modalities=frozenset(Modality)))
    video = {"modality": Modality.TELEHEALTH}
    (first, *_) = desk.find_openings(group.id, small.tuesday, **video).openings
    session = desk.plan_session(group.id, first, **video)
    assert session.occupation.resources == ("dr-wu",)
    assert desk.book_seat(small.ada.id, session.id).modality is Modality.TELEHEALTH


def test_a_seat_is_kept_until_the_other_one_is_won(desk, small, session, later):
    visit = desk.book_seat(small.ada.id, session.id)
    for patient in (small.ben, somebody(desk)):
        desk.book_seat(patient.id, later.id)
    with pytest.raises(NotAllowed, match="session_has_a_free_seat"):
        desk.move_seat(visit.id, later.id)
    assert desk.look_up_visit(visit.id) == visit
    desk.resize_session(later.id, 3)
    moved = desk.move_seat(visit.id, later.id, reason="the bus")
    assert (moved.seat.session, moved.period) == (later.id, later.period)
    assert moved.reschedulings[0].previous == session.period
    assert desk.find_sessions("class", small.tuesday)[0].free == 2


def test_a_session_moves_with_all_who_have_a_seat_or_not_at_all(desk, small, session, openings):
    visits = [desk.book_seat(patient.id, session.id) for patient in (small.ada, small.ben)]
    elsewhere = desk.find_openings(small.type.id, small.tuesday, limit=50).openings[-1]
    in_the_way = desk.book(small.ada.id, small.type.id, elsewhere)
    onto = evolve(openings[0], start=elsewhere.start - timedelta(minutes=30))
    with pytest.raises(NotAllowed, match="patient_is_in_one_place"):
        desk.move_session(session.id, onto)
    assert [desk.look_up_visit(one.id) for one in visits] == visits
    desk.cancel(in_the_way.id, CancellationReason.PATIENT)
    moved = desk.move_session(session.id, onto, reason="the room floods")
    seats = {one.seat for one in visits}
    assert {desk.look_up_visit(one.id).period for one in visits} == {moved.period}
    assert {desk.look_up_visit(one.id).seat for one in visits} == seats


def test_who_was_meant_to_be_in_two_places_stays_so(desk, small, session, openings):
    elsewhere = desk.find_openings(small.type.id, small.tuesday, limit=50).openings[-1]
    desk.book(small.ada.id, small.type.id, elsewhere)
    desk.book_seat(small.ada.id, session.id, overlap_because="inpatient")
    onto = evolve(openings[0], start=elsewhere.start - timedelta(minutes=30))
    with pytest.raises(NotAllowed, match="resources_are_free"):
        desk.move_session(session.id, onto)
    before = evolve(openings[0], start=openings[0].start + timedelta(hours=1))
    desk.move_session(session.id, before)
    (seat, _) = desk.visits_of(small.ada.id)
    assert seat.overlap.reason == "inpatient"


def test_a_session_that_is_called_off_takes_its_visits_and_units_with_it(desk, small, session):
    ada = desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    asked = desk.request_authorization(
        ada.id, ada.coverages[0].id, (RequestedLine(1, CLASS, 2),),
        program=Program.ERISA, channel=Channel.PORTAL, reference="R-1",
    )  # fmt: skip
    desk.record_decision(
        asked.id, Action.CERTIFIED_IN_TOTAL, channel=Channel.PORTAL, number="A-1",
        first=date(2026, 3, 1),
    )  # fmt: skip
    visit = desk.book_seat(small.ada.id, session.id)
    desk.use_authorization(asked.id, visit.id, CLASS)
    off = desk.cancel_session(session.id, CancellationReason.PROVIDER, note="Dr. Wu is ill")
    assert off.status is SessionStatus.CANCELLED
    gone = desk.look_up_visit(visit.id)
    assert (gone.status, gone.cancellation.note) == (AppointmentStatus.CANCELLED, "Dr. Wu is ill")
    assert desk.current_authorization(asked.id).approval.uses == ()
    with pytest.raises(NotAllowed, match="session_has_a_free_seat"):
        desk.book_seat(small.ben.id, session.id)
    with pytest.raises(NotAllowed):
        desk.resize_session(session.id, 9)


def test_a_session_that_is_called_off_can_move_everybody_or_nobody(desk, small, session, later):
    visits = [desk.book_seat(patient.id, session.id) for patient in (small.ada, small.ben)]
    third = desk.book_seat(somebody(desk).id, later.id)
    with pytest.raises(NotAllowed, match="session_has_a_free_seat"):
        desk.cancel_session(session.id, CancellationReason.PROVIDER, move_to=later.id)
    assert [desk.look_up_visit(one.id) for one in visits] == visits
    desk.cancel(third.id, CancellationReason.PATIENT)
    desk.cancel_session(session.id, CancellationReason.PROVIDER, move_to=later.id)
    assert {desk.look_up_visit(one.id).seat.session for one in visits} == {later.id}
    with pytest.raises(InvalidValue, match="move_to"):
        desk.cancel_session(later.id, CancellationReason.PROVIDER, move_to=later.id)


def test_a_session_in_which_somebody_is_seen_is_not_called_off(desk, small, session, clock):
    visit = desk.book_seat(small.ada.id, session.id)
    clock.at = session.period.start
    desk.check_in(visit.id)
    desk.start(visit.id)
    with pytest.raises(NotAllowed, match="cannot cancel"):
        desk.cancel_session(session.id, CancellationReason.PROVIDER)
    desk.complete(visit.id)
    assert desk.complete_session(session.id).status is SessionStatus.HELD


def test_nobody_loses_a_seat_to_a_smaller_session(desk, small, session):
    desk.book_seat(small.ada.id, session.id)
    second = desk.book_seat(small.ben.id, session.id)
    with pytest.raises(NotAllowed, match="everybody_keeps_a_seat"):
        desk.resize_session(session.id, 1)
    desk.cancel(second.id, CancellationReason.PATIENT)
    assert desk.resize_session(session.id, 1).seats == 1


def test_seats_and_visits_are_told_apart(desk, small, session, openings, later):
    checkup = desk.find_openings(small.type.id, small.tuesday, limit=50).openings[0]
    visit = desk.book(small.ben.id, small.type.id, checkup)
    seat = desk.book_seat(small.ada.id, session.id)
    for wrong in (
        lambda: desk.book(small.ben.id, "class", openings[5]),
        lambda: desk.hold("class", openings[5]),
        lambda: desk.reschedule(seat.id, openings[5]),
        lambda: desk.swap(seat.id, visit.id),
        lambda: desk.move_seat(visit.id, session.id),
        lambda: desk.book_seat(small.ben.id, visit.id),
        lambda: desk.cancel_session(visit.id, CancellationReason.PROVIDER),
    ):
        with pytest.raises(InvalidValue):
            wrong()


def test_what_happened_to_a_session_is_told(desk, clinic, session, small):
    desk.book_seat(small.ada.id, session.id)
    desk.cancel_session(session.id, CancellationReason.PROVIDER)
    names = []
    Outbox(clinic.store).deliver(lambda event: names.append(event.name))
    assert {"session_planned", "visit_booked", "visit_cancelled", "session_cancelled"} <= set(names)


def test_of_two_who_want_the_last_seat_one_gets_it_though_rules_saw_it_free(
    clinic, desk, small, session
):
    desk.resize_session(session.id, 1)
    backend = clinic.store.backend
    commit, late = backend.commit, []

    def ben_is_faster(changes):
        if not late:
            late.append(desk)
            desk.book_seat(small.ben.id, session.id)
        commit(changes)

    backend.commit = ben_is_faster
    with pytest.raises((NotAllowed, AlreadyTaken)):
        desk.book_seat(small.ada.id, session.id)
    backend.commit = commit
    (only,) = desk.visits_in_session(session.id)
    assert only.patient == small.ben.id


def test_nobody_gets_a_seat_in_a_session_that_is_called_off_meanwhile(clinic, desk, small, session):
    backend = clinic.store.backend
    commit, late = backend.commit, []

    def somebody_calls_it_off(changes):
        if not late:
            late.append(desk)
            desk.cancel_session(session.id, CancellationReason.PROVIDER)
        commit(changes)

    backend.commit = somebody_calls_it_off
    with pytest.raises(NotAllowed, match="session_has_a_free_seat"):
        desk.book_seat(small.ada.id, session.id)
    assert desk.visits_in_session(session.id) == ()


def test_a_session_is_called_off_with_whoever_got_a_seat_meanwhile(clinic, desk, small, session):
    backend = clinic.store.backend
    commit, late = backend.commit, []

    def ada_is_faster(changes):
        if not late:
            late.append(desk)
            desk.book_seat(small.ada.id, session.id)
        commit(changes)

    backend.commit = ada_is_faster
    desk.cancel_session(session.id, CancellationReason.PROVIDER)
    (visit,) = desk.visits_in_session(session.id)
    assert visit.status is AppointmentStatus.CANCELLED


def test_sessions_of_other_days_are_not_found(desk, small, session, group):
    tomorrow = evolve(
        small.tuesday,
        start=datetime(2026, 3, 4, 15, tzinfo=UTC),
        end=datetime(2026, 3, 4, 23, tzinfo=UTC),
    )
    assert desk.find_sessions(group.id, tomorrow) == ()
