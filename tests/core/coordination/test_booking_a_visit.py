from datetime import UTC, datetime, time, timedelta

import pytest
from attrs import evolve

from carecoord import AlreadyTaken, Conflict, InvalidValue, NotAllowed, NotFound, Period, Role, Zone
from carecoord.storage.events import EVENT
from carecoord.visits import (
    AppointmentStatus,
    CancellationReason,
    Constraint,
    Criterion,
    HoldStatus,
    Opening,
    Preference,
    Reserved,
    Schedule,
    Search,
    Shift,
    Weekday,
    WeeklyTemplate,
    calendars_of,
    find_openings,
)
from carecoord.visits.repository import Bookings, Schedules

CHICAGO = Zone("America/Chicago")


@pytest.fixture
def openings(desk, small):
    return desk.find_openings(small.type.id, small.tuesday, limit=50).openings


def refused(error):
    return {one.rule for one in error.value.refusals}


def test_every_opening_found_can_be_booked_at_once(desk, small, openings):
    assert openings[0].start == datetime(2026, 3, 3, 15, tzinfo=UTC)
    for opening in openings:
        assert desk.book.may(small.ada.id, small.type.id, opening)


def test_a_booked_time_is_no_longer_found_and_cannot_be_booked_twice(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    left = desk.find_openings(small.type.id, small.tuesday, limit=50).openings
    assert openings[0] not in left
    assert all(not one.occupation.period.overlaps(visit.occupation.extended) for one in left)
    with pytest.raises(NotAllowed) as error:
        desk.book(small.ben.id, small.type.id, openings[0])
    assert refused(error) == {"resources_are_free"}


def test_no_buffer_is_lost_beyond_the_edge_of_a_search(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[2])
    before = Period(openings[0].start, visit.period.start)
    found = desk.find_openings(small.type.id, before).openings
    assert all(desk.book.may(small.ben.id, small.type.id, one) for one in found)
    assert [one.start for one in found] == []


def test_a_long_search_finds_what_one_look_at_all_of_it_would(clinic, desk, small):
    """Day and night, so that visits reach from what is looked at first into what comes later."""
    always = (WeeklyTemplate(shifts=(Shift(Weekday.every(), time(0), time(0)),)),)
    schedules = [
        Schedule(
            id=f"always-{resource}",
            location="main",
            zone=clinic.zone,
            resource=resource,
            roles={role},
            templates=always,
        )
        for resource, role in (("dr-ng", "physician"), ("room-2", "room"))
    ]
    for schedule in schedules:
        desk.set_schedule(schedule)
    day = timedelta(days=1)
    span = Period(small.tuesday.start - timedelta(minutes=10), small.tuesday.start + 9 * day)
    for number in range(1, 8):
        start = span.start + number * day + timedelta(minutes=10 + 30 * (number % 2))
        opening = Opening.of(small.type.occupation(start, ("dr-ng", "room-2"), "main"))
        desk.book(small.ada.id, small.type.id, opening)
    found = desk.find_openings(small.type.id, span, providers=("dr-ng",), limit=5_000)
    with clinic.store.work() as work:
        bookings = Bookings(work).all()
        known = Schedules(work).all()
        now = work.now
    calendars = calendars_of(known, bookings, span, at=now)
    search = Search.of(small.type, span, at=now, providers=("dr-ng",), limit=5_000)
    assert found == find_openings(search, calendars)
    assert len(found.openings) > 700


def test_every_reason_against_it_is_named_at_once(desk, small, openings, clock):
    desk.book(small.ada.id, small.type.id, openings[0])
    desk.change_record(evolve(small.ada, active=False))
    desk.offer_visit_type(evolve(small.type, active=False))
    clock.pass_(days=2)
    with pytest.raises(NotAllowed) as error:
        desk.book(small.ada.id, small.type.id, openings[0])
    assert refused(error) == {
        "patient_is_active",
        "visit_type_is_active",
        "notice_is_long_enough",
        "resources_are_free",
        "patient_is_in_one_place_at_a_time",
    }


def test_nothing_is_booked_outside_the_hours(desk, small, openings):
    night = small.type.occupation(
        datetime(2026, 3, 4, 5, tzinfo=UTC), openings[0].occupation.resources, "main"
    )
    with pytest.raises(NotAllowed) as error:
        desk.book(small.ada.id, small.type.id, Opening.of(night))
    assert refused(error) == {"resources_are_open"}


@pytest.mark.parametrize(
    "resources",
    [("dr-wu",), ("room-1",), ("room-1", "dr-wu"), ("dr-wu", "room-1", "room-2")],
    ids=["one of two", "no provider", "swapped", "one too many"],
)
def test_only_resources_that_the_visit_type_needs_are_booked(desk, small, openings, resources):
    wrong = evolve(openings[0], resources=resources)
    visit = desk.book(small.ada.id, small.type.id, openings[-1])
    for refusing in (
        lambda: desk.book(small.ada.id, small.type.id, wrong),
        lambda: desk.hold(small.type.id, wrong),
        lambda: desk.reschedule(visit.id, wrong),
    ):
        with pytest.raises(NotAllowed) as error:
            refusing()
        assert "resources_fill_the_requirements" in refused(error)


def test_telehealth_takes_no_room(desk, small, openings):
    from carecoord.visits import Modality, Requirement

    either = evolve(
        small.type,
        modalities=set(Modality),
        requirements=(Requirement("physician"), Requirement("room", in_person_only=True)),
    )
    desk.offer_visit_type(either)
    found = desk.find_openings(small.type.id, small.tuesday, modality=Modality.TELEHEALTH)
    held = desk.hold(small.type.id, found.openings[0], modality=Modality.TELEHEALTH)
    visit = desk.book(
        small.ada.id,
        small.type.id,
        found.openings[0],
        held=held.id,
        modality=Modality.TELEHEALTH,
    )
    moved = desk.reschedule(visit.id, found.openings[-1])
    assert moved.occupation.resources == ("dr-wu",)
    with pytest.raises(NotAllowed, match="resources_fill_the_requirements"):
        desk.book(small.ben.id, small.type.id, found.openings[0])


def test_a_patient_is_in_two_places_only_when_somebody_says_why(desk, small, openings):
    desk.book(small.ada.id, small.type.id, openings[0])
    again = (small.ada.id, small.type.id, openings[0])
    with pytest.raises(NotAllowed) as error:
        desk.book(*again, overbook_because="urgent")
    assert refused(error) == {"patient_is_in_one_place_at_a_time"}
    visit = desk.book(*again, overbook_because="urgent", overlap_because="parallel clinics")
    assert visit.overlap.reason == "parallel clinics"


def test_overbooking_takes_a_lane_of_its_own_and_records_who_and_why(desk, small, openings):
    desk.book(small.ada.id, small.type.id, openings[0])
    visit = desk.book(small.ben.id, small.type.id, openings[0], overbook_because="urgent")
    assert visit.occupation.lane == 1
    assert (visit.overbooking.by, visit.overbooking.reason) == ("nora", "urgent")
    plain = desk.book(small.ben.id, small.type.id, openings[-1], overbook_because="urgent")
    assert (plain.occupation.lane, plain.overbooking) == (0, None)


def test_what_was_deliberate_about_a_time_is_said_again_when_the_visit_moves(desk, small, openings):
    for opening in (openings[0], openings[-1]):
        desk.book(small.ada.id, small.type.id, opening)
    because = {"overbook_because": "urgent", "overlap_because": "parallel clinics"}
    visit = desk.book(small.ada.id, small.type.id, openings[0], **because)
    with pytest.raises(NotAllowed) as error:
        desk.reschedule(visit.id, openings[-1])
    assert refused(error) == {"resources_are_free", "patient_is_in_one_place_at_a_time"}
    again = desk.reschedule(visit.id, openings[-1], **because)
    assert (again.occupation.lane, again.overlap.reason) == (1, "parallel clinics")
    assert again.overbooking.reason == "urgent"
    alone = desk.reschedule(visit.id, openings[5])
    assert (alone.occupation.lane, alone.overbooking, alone.overlap) == (0, None, None)
    with pytest.raises(NotAllowed, match="patient_is_in_one_place_at_a_time"):
        desk.book(small.ada.id, small.type.id, openings[5], overbook_because="urgent")


def test_nobody_overbooks_their_own_hold_or_old_time(desk, small, openings):
    held = desk.hold(small.type.id, openings[0], patient=small.ada.id)
    visit = desk.book(
        small.ada.id, small.type.id, openings[0], held=held.id, overbook_because="urgent"
    )
    assert visit.occupation.lane == 0
    moved = desk.reschedule(visit.id, openings[1], overbook_because="urgent")
    assert (moved.occupation.lane, moved.overbooking) == (0, None)


def test_a_hold_keeps_the_time_until_it_becomes_the_visit(desk, small, openings):
    held = desk.hold(small.type.id, openings[0], patient=small.ada.id)
    with pytest.raises(NotAllowed):
        desk.book(small.ben.id, small.type.id, openings[0])
    visit = desk.book(small.ada.id, small.type.id, openings[0], held=held.id)
    assert visit.status is AppointmentStatus.BOOKED
    with pytest.raises(NotAllowed):
        desk.release_hold(held.id)


def test_a_hold_of_something_else_does_not_become_the_visit(desk, small, openings):
    desk.offer_visit_type(evolve(small.type, id="other", version=0))
    other_type = desk.hold("other", openings[0])
    with pytest.raises(InvalidValue, match="another type"):
        desk.book(small.ada.id, small.type.id, openings[0], held=other_type.id)
    other_time = desk.hold(small.type.id, openings[-1])
    with pytest.raises(InvalidValue, match="another time"):
        desk.book(small.ada.id, small.type.id, openings[5], held=other_time.id)
    bens = desk.hold(small.type.id, openings[5], patient=small.ben.id)
    with pytest.raises(InvalidValue, match="another patient"):
        desk.book(small.ada.id, small.type.id, openings[5], held=bens.id)


def test_an_expired_hold_is_in_nobodys_way(desk, small, openings, clock):
    held = desk.hold(small.type.id, openings[0], patient=small.ada.id)
    other = desk.hold(small.type.id, openings[-1])
    clock.pass_(minutes=11)
    desk.book(small.ben.id, small.type.id, openings[0])
    assert [one.id for one in desk.release_expired_holds()] == [other.id]
    with pytest.raises(NotAllowed):
        desk.book(small.ada.id, small.type.id, openings[1], held=held.id)


def test_booking_holding_and_moving_ask_the_same_rules(desk, small, openings, clock):
    visit = desk.book(small.ada.id, small.type.id, openings[-1])
    desk.change_record(evolve(small.ada, active=False))
    desk.offer_visit_type(evolve(small.type, bookable_by={Role.PATIENT}))
    clock.at = openings[0].start + timedelta(hours=1)
    for refusing in (
        lambda: desk.book(small.ada.id, small.type.id, openings[0]),
        lambda: desk.hold(small.type.id, openings[0], patient=small.ada.id),
        lambda: desk.reschedule(visit.id, openings[0]),
    ):
        with pytest.raises(NotAllowed) as error:
            refusing()
        assert refused(error) == {
            "patient_is_active",
            "notice_is_long_enough",
            "role_may_book_the_visit_type",
        }
    with pytest.raises(NotAllowed, match="notice_is_long_enough"):
        desk.hold(small.type.id, openings[0])


@pytest.mark.parametrize(
    "duration", [timedelta(), timedelta(minutes=-5), timedelta(hours=25), timedelta.max]
)
def test_a_hold_lasts_some_time_but_not_for_ever(desk, small, openings, duration):
    with pytest.raises(InvalidValue, match="duration"):
        desk.hold(small.type.id, openings[0], duration=duration)


def test_a_hold_can_be_given_up(desk, small, openings):
    held = desk.hold(small.type.id, openings[0])
    assert desk.release_hold(held.id).status is HoldStatus.RELEASED
    desk.book(small.ben.id, small.type.id, openings[0])


def test_rescheduling_keeps_exactly_one_time(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    moved = desk.reschedule(visit.id, openings[-1], reason="bus")
    assert moved.occupation.period == openings[-1].occupation.period
    assert moved.reschedulings[0].previous == openings[0].occupation.period
    desk.book(small.ben.id, small.type.id, openings[0])
    with pytest.raises(NotAllowed):
        desk.reschedule(visit.id, openings[0])
    assert desk.look_up_visit(visit.id) == moved


def test_a_visit_can_move_into_its_own_time(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    later = evolve(openings[0], start=openings[0].start + timedelta(minutes=15))
    moved = desk.reschedule(visit.id, later)
    assert moved.period.overlaps(visit.period)


def test_two_visits_swap(desk, small, openings):
    one = desk.book(small.ada.id, small.type.id, openings[0])
    other = desk.book(small.ben.id, small.type.id, openings[-1])
    first, second = desk.swap(one.id, other.id)
    assert (first.patient, first.period) == (small.ada.id, other.period)
    assert (second.patient, second.period) == (small.ben.id, one.period)
    with pytest.raises(InvalidValue):
        desk.swap(one.id, one.id)


def test_nobody_is_swapped_into_the_past(desk, small, openings, clock):
    one = desk.book(small.ada.id, small.type.id, openings[0])
    other = desk.book(small.ben.id, small.type.id, openings[-1])
    clock.at = openings[0].start + timedelta(minutes=1)
    with pytest.raises(NotAllowed) as error:
        desk.swap(one.id, other.id)
    assert refused(error) == {"notice_is_long_enough"}
    assert desk.look_up_visit(other.id) == other


def test_nobody_is_swapped_to_where_they_cannot_be(desk, small, openings):
    one = desk.book(small.ada.id, small.type.id, openings[0])
    other = desk.book(small.ben.id, small.type.id, openings[-1])
    desk.book(small.ada.id, small.type.id, openings[-1], overbook_because="urgent")
    desk.change_record(evolve(small.ben, active=False))
    with pytest.raises(NotAllowed) as error:
        desk.swap(one.id, other.id)
    assert refused(error) == {"patient_is_in_one_place_at_a_time", "patient_is_active"}


def test_a_cancelled_time_is_free_at_once(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    gone = desk.cancel(visit.id, CancellationReason.PATIENT, note="has a cold")
    assert gone.status is AppointmentStatus.CANCELLED
    desk.book(small.ben.id, small.type.id, openings[0])
    with pytest.raises(NotAllowed):
        desk.cancel(visit.id, CancellationReason.PATIENT)


def test_the_day_of_the_visit(desk, small, openings, clock):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    with pytest.raises(NotAllowed):
        desk.miss(visit.id)
    clock.at = openings[0].start
    desk.arrive(visit.id)
    desk.check_in(visit.id)
    desk.start(visit.id)
    done = desk.complete(visit.id)
    assert done.encounter.finished_at == clock.at
    assert desk.visits_of(small.ada.id) == (done,)
    assert desk.day_of("dr-wu", small.tuesday) == (done,)


def test_nobody_arrives_on_another_day(desk, small, openings, clock):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    for come in (desk.arrive, desk.check_in):
        assert [one.rule for one in come.may(visit.id).refusals] == ["visit_is_today"]
        with pytest.raises(NotAllowed, match="visit_is_today"):
            come(visit.id)
    # past midnight in Greenwich, still the day before in Chicago
    clock.at = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)
    assert not desk.arrive.may(visit.id)
    clock.at = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
    desk.arrive(visit.id)


def test_a_missed_visit_frees_its_time(desk, small, openings, clock):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    clock.at = openings[0].start + timedelta(minutes=1)
    assert desk.miss(visit.id).status is AppointmentStatus.NO_SHOW
    assert desk.day_of("dr-wu", small.tuesday) == ()


def test_a_block_takes_time_until_it_is_lifted(desk, small, openings):
    blocked = desk.block(openings[0].occupation, "staff meeting")
    with pytest.raises(NotAllowed):
        desk.book(small.ada.id, small.type.id, openings[0])
    with pytest.raises(NotAllowed):
        desk.block(openings[0].occupation, "again")
    desk.lift_block(blocked.id)
    desk.book(small.ada.id, small.type.id, openings[0])


def test_bookings_of_another_sort_are_told_apart(desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    blocked = desk.block(openings[-1].occupation, "staff meeting")
    for wrong in (
        lambda: desk.look_up_visit(blocked.id),
        lambda: desk.release_hold(visit.id),
        lambda: desk.lift_block(visit.id),
    ):
        with pytest.raises(InvalidValue):
            wrong()
    with pytest.raises(NotFound):
        desk.look_up_visit("visit-none")


def test_new_and_established_patients_are_told_apart(desk, small, openings, clock):
    from carecoord.visits import PatientStanding

    desk.offer_visit_type(evolve(small.type, standings={PatientStanding.ESTABLISHED}))
    with pytest.raises(NotAllowed) as error:
        desk.book(small.ada.id, small.type.id, openings[0])
    assert refused(error) == {"patient_standing_suits_the_visit_type"}


def test_a_modality_that_is_not_offered_is_refused(desk, small, openings):
    from carecoord.visits import Modality

    with pytest.raises(InvalidValue, match="modality"):
        desk.book(small.ada.id, small.type.id, openings[0], modality=Modality.TELEHEALTH)


def test_openings_for_a_patient_leave_out_when_the_patient_is_elsewhere(desk, small, openings):
    desk.block(openings[-1].occupation, "staff meeting")
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    found = desk.find_openings(small.type.id, small.tuesday, patient=small.ada.id, limit=50)
    assert all(not one.occupation.period.overlaps(visit.period) for one in found.openings)
    sunday = evolve(
        small.tuesday,
        start=datetime(2026, 3, 8, 15, tzinfo=UTC),
        end=datetime(2026, 3, 8, 20, tzinfo=UTC),
    )
    assert desk.find_openings(small.type.id, sunday).explanation is not None


def test_preferred_openings_come_first_and_hours_are_insisted_on(desk, small, openings):
    afternoon = (Shift(Weekday.weekdays(), time(13), time(17)),)
    by_hours = Preference((Criterion.HOURS,), hours=afternoon)
    liked = desk.find_openings(small.type.id, small.tuesday, prefer=by_hours, limit=2).openings
    assert [one.start.astimezone(CHICAGO).hour for one in liked] == [13, 13]
    only = desk.find_openings(small.type.id, small.tuesday, hours=afternoon, limit=50).openings
    assert only == tuple(one for one in openings if one.start.astimezone(CHICAGO).hour >= 13)
    desk.book(small.ben.id, small.type.id, openings[2])
    snug = Preference((Criterion.LEAST_FRAGMENTATION,))
    tight = desk.find_openings(small.type.id, small.tuesday, prefer=snug, limit=1).openings[0]
    assert tight.start == openings[-1].start  # nothing is left after it
    nights = (Shift(Weekday.weekdays(), time(20), time(23)),)
    found = desk.find_openings(small.type.id, small.tuesday, prefer=by_hours, hours=nights)
    assert found.openings == ()
    assert found.explanation.relaxations[0].constraints == (Constraint.HOURS,)


def test_an_empty_answer_says_what_rules_it_out_and_the_nearest_way(desk, small, openings):
    taken = Period(openings[0].start, openings[0].period.end)
    desk.book(small.ben.id, small.type.id, openings[0])
    explanation = desk.find_openings(small.type.id, taken).explanation
    nearest, *_ = explanation.relaxations
    assert nearest.constraints == (Constraint.BOOKINGS,)
    assert "Without what is booked already" in explanation.in_words()[0]


def test_hours_reserved_for_a_visit_type_are_released_some_days_before(desk, small, clock):
    """Tuesdays until eleven are for procedures, and open to all from two days before."""
    desk.offer_visit_type(evolve(small.type, id="procedure", version=0))
    until_eleven = Shift({Weekday.TUESDAY}, time(9), time(11))
    reserved = Reserved(until_eleven, {"procedure"}, released_days=2)
    wu = Schedule(
        id="schedule-dr-wu",
        location="main",
        zone=CHICAGO,
        resource="dr-wu",
        roles={"physician"},
        templates=(
            WeeklyTemplate((Shift(Weekday.weekdays(), time(9), time(17)),), reserved=(reserved,)),
        ),
    )
    desk.set_schedule(wu)
    tuesday = Period(datetime(2026, 3, 10, tzinfo=CHICAGO), datetime(2026, 3, 11, tzinfo=CHICAGO))

    def first(visit_type):
        (opening,) = desk.find_openings(visit_type, tuesday, limit=1).openings
        return opening.start.astimezone(CHICAGO).time()

    early = desk.find_openings("procedure", tuesday, limit=1).openings[0]
    assert (first("procedure"), first(small.type.id)) == (time(9), time(11))
    with pytest.raises(NotAllowed, match="resources_are_open"):
        desk.book(small.ada.id, small.type.id, early)
    clock.at = datetime(2026, 3, 8, 6, tzinfo=UTC)
    assert first(small.type.id) == time(9)
    assert desk.book(small.ada.id, small.type.id, early)


def test_notice_and_horizon_bound_the_search_as_they_bound_booking(desk, small, openings):
    strict = desk.offer_visit_type(
        evolve(small.type, minimum_notice=timedelta(hours=28), horizon=timedelta(hours=30))
    )
    found = desk.find_openings(strict.id, small.tuesday, limit=50).openings
    assert found
    for one in openings:
        may = desk.book.may(small.ada.id, strict.id, one)
        assert bool(may) is (one in found)


def test_claims_decide_where_the_rules_could_not_see(clinic, desk, small, openings):
    """Two desks that both found the time free: the second to commit is turned away."""
    first, second = clinic.store.work(), clinic.store.work()
    from carecoord.visits import Visit
    from carecoord.visits.repository import Bookings

    for work, patient, id in ((first, small.ada, "v1"), (second, small.ben, "v2")):
        Bookings(work).add(
            Visit(
                id=id,
                patient=patient.id,
                visit_type=small.type.id,
                occupation=openings[0].occupation,
            )
        )
    first.commit()
    with pytest.raises(AlreadyTaken, match="resource"):
        second.commit()


def test_what_happened_is_told_in_order(clinic, desk, small, openings):
    visit = desk.book(small.ada.id, small.type.id, openings[0])
    desk.reschedule(visit.id, openings[-1])
    desk.cancel(visit.id, CancellationReason.PATIENT)
    with clinic.store.work() as work:
        about = [e for e in work.collection(EVENT).each() if e.aggregate_id == visit.id]
    told = [e.name for e in sorted(about, key=lambda e: (e.aggregate_version, e.position))]
    assert told == ["visit_booked", "visit_rescheduled", "visit_cancelled"]


def test_a_key_books_once(desk, small, openings):
    wanted = (small.ada.id, small.type.id, openings[0])
    first = desk.book.once("k1", *wanted)
    assert desk.book.once("k1", *wanted) == first
    with pytest.raises(Conflict):
        desk.book.once("k1", small.ben.id, small.type.id, openings[1])


def test_a_search_is_on_record_as_nobody_elses_business(desk, small, openings, audit, clock):
    desk.book(small.ben.id, small.type.id, openings[0])
    clock.pass_(minutes=1)
    desk.find_openings(small.type.id, small.tuesday, patient=small.ada.id)
    assert small.ben.id not in audit()[-1].patients
    clock.pass_(minutes=1)
    desk.day_of("dr-wu", small.tuesday)
    assert audit()[-1].patients == (small.ben.id,)


def test_wanted_providers_are_searched_and_others_named_where_they_have_no_time(
    desk, small, openings
):
    def found(*providers, **rest):
        return desk.find_openings(
            small.type.id, small.tuesday, providers=providers, limit=50, **rest
        )

    assert found("dr-wu").openings == openings
    assert found("dr-wu", locations=("main",)).openings == openings
    for nobody in (found("dr-else"), found("dr-else", locations=("main",))):
        assert nobody.openings == ()
        (instead,) = nobody.explanation.relaxations
        assert instead.constraints == (Constraint.PROVIDERS,)
        assert instead.opening == openings[0]
