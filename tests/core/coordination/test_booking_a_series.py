from datetime import UTC, date, datetime, time, timedelta

import pytest
from attrs import evolve

from carecoord import InvalidValue, NotAllowed, Zone
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.kernel.codes import CPT, Code
from carecoord.patients import CoverageType
from carecoord.visits import (
    AppointmentStatus,
    CancellationReason,
    Modality,
    Opening,
    Requirement,
)

CHICAGO = Zone("America/Chicago")
TUESDAYS = {"zone": CHICAGO, "first": date(2026, 3, 3), "at": time(10), "rule": "FREQ=WEEKLY"}
UNTIL = date(2026, 4, 30)
PROVIDER = CancellationReason.PROVIDER


def local(visit):
    return visit.period.start.astimezone(CHICAGO)


@pytest.fixture
def series(desk, small):
    return desk.book_series(small.ada.id, small.type.id, **TUESDAYS, count=6, until=UNTIL)


def at_ten(small, day):
    start = datetime.combine(day, time(10), tzinfo=CHICAGO)
    return Opening.of(small.type.occupation(start.astimezone(UTC), ("dr-wu", "room-1"), "main"))


def test_a_series_is_booked_on_every_day_at_the_same_time_on_the_wall(desk, series):
    report = desk.series_report(series.id, until=UNTIL)
    assert [one.day for one in report] == [date(2026, 3, 3) + timedelta(weeks=n) for n in range(6)]
    # clocks change on 8 March
    assert {local(one.visit).time() for one in report} == {time(10)}
    assert {local(one.visit).date() for one in report} == {one.day for one in report}


def test_all_or_nothing_names_every_day_that_does_not_fit(desk, small):
    for day in (date(2026, 3, 10), date(2026, 3, 24)):
        desk.book(small.ben.id, small.type.id, at_ten(small, day))
    with pytest.raises(NotAllowed) as error:
        desk.book_series(small.ada.id, small.type.id, **TUESDAYS, count=6, until=UNTIL)
    assert [one.reason[-10:] for one in error.value.refusals] == ["2026-03-10", "2026-03-24"]
    assert desk.series_of(small.ada.id) == desk.visits_of(small.ada.id) == ()


def test_as_many_as_fit_are_booked_and_the_report_shows_the_gaps(desk, small):
    desk.book(small.ben.id, small.type.id, at_ten(small, date(2026, 3, 10)))
    series = desk.book_series(
        small.ada.id, small.type.id, **TUESDAYS, count=3, until=UNTIL, as_many_as_fit=True
    )
    report = desk.series_report(series.id, until=UNTIL)
    assert [one.visit is not None for one in report] == [True, False, True]
    sundays = {**TUESDAYS, "first": date(2026, 3, 8)}
    with pytest.raises(NotAllowed):
        desk.book_series(
            small.ada.id, small.type.id, **sundays, count=3, until=UNTIL, as_many_as_fit=True
        )


def test_one_occurrence_moves_alone(desk, small, series):
    second = desk.series_report(series.id, until=UNTIL)[1].visit
    wednesday = at_ten(small, date(2026, 3, 11))
    moved = desk.reschedule(second.id, wednesday)
    report = desk.series_report(series.id, until=UNTIL)
    assert report[1].visit == moved
    assert [local(one.visit).weekday() for one in report] == [1, 2, 1, 1, 1, 1]


def test_one_occurrence_is_left_out(desk, series):
    left = desk.leave_out_of_series(series.id, date(2026, 3, 10), CancellationReason.PATIENT)
    assert date(2026, 3, 10) not in left.days(UNTIL)
    report = desk.series_report(series.id, until=UNTIL)
    assert len(report) == 5
    assert all(one.visit is not None for one in report)


def test_this_and_the_following_change_together(desk, series):
    new = desk.change_series_from(series.id, date(2026, 3, 24), PROVIDER, until=UNTIL, at=time(14))
    before = desk.series_report(series.id, until=UNTIL)
    after = desk.series_report(new.id, until=UNTIL)
    assert [local(one.visit).hour for one in before] == [10, 10, 10]
    assert [local(one.visit).hour for one in after] == [14, 14, 14]
    cancelled = [
        one for one in desk.visits_of(series.patient) if one.status is AppointmentStatus.CANCELLED
    ]
    assert [one.cancellation.reason for one in cancelled] == [PROVIDER] * 3


def test_a_day_that_has_begun_is_not_booked_a_second_time(desk, series, clock):
    fourth = desk.series_report(series.id, until=UNTIL)[3].visit
    clock.at = fourth.period.start
    desk.check_in(fourth.id)
    desk.start(fourth.id)
    day = fourth.occurrence.day
    new = desk.change_series_from(series.id, day, PROVIDER, until=UNTIL, at=time(14))
    report = desk.series_report(new.id, until=UNTIL)
    assert [local(one.visit).hour for one in report] == [10, 14, 14]
    assert report[0].visit.status is AppointmentStatus.FULFILLED
    on_that_day = [one for one in desk.visits_of(series.patient) if local(one).date() == day]
    assert [one.id for one in on_that_day] == [fourth.id]


@pytest.mark.parametrize("verb", ["arrive", "check_in"])
def test_a_patient_who_is_here_keeps_the_visit_whatever_becomes_of_the_series(
    desk, series, clock, verb
):
    fourth = desk.series_report(series.id, until=UNTIL)[3].visit
    clock.at = fourth.period.start
    here = getattr(desk, verb)(fourth.id)
    day = fourth.occurrence.day
    new = desk.change_series_from(series.id, day, PROVIDER, until=UNTIL, at=time(14))
    report = desk.series_report(new.id, until=UNTIL)
    assert [local(one.visit).hour for one in report] == [10, 14, 14]
    assert report[0].visit.status is here.status
    desk.leave_out_of_series(new.id, day, PROVIDER)
    desk.cancel_series_from(new.id, report[1].day, PROVIDER)
    assert desk.look_up_visit(fourth.id).status is here.status
    assert not any(one.visit for one in desk.series_report(new.id, until=UNTIL))


def test_a_series_by_telehealth_takes_no_room(desk, small):
    desk.offer_visit_type(
        evolve(
            small.type,
            requirements=(Requirement("physician"), Requirement("room", in_person_only=True)),
            modalities=frozenset(Modality),
        )
    )
    series = desk.book_series(
        small.ada.id, small.type.id, **TUESDAYS, count=2, until=UNTIL, modality=Modality.TELEHEALTH
    )
    report = desk.series_report(series.id, until=UNTIL)
    assert [one.visit.occupation.resources for one in report] == [("dr-wu",)] * 2
    assert {one.visit.modality for one in report} == {Modality.TELEHEALTH}


def test_a_last_day_that_has_begun_leaves_nothing_to_book(desk, series, clock):
    last = desk.series_report(series.id, until=UNTIL)[-1].visit
    clock.at = last.period.start
    desk.check_in(last.id)
    desk.start(last.id)
    new = desk.change_series_from(
        series.id, last.occurrence.day, PROVIDER, until=UNTIL, at=time(14)
    )
    (only,) = desk.series_report(new.id, until=UNTIL)
    assert only.visit.id == last.id


@pytest.mark.parametrize(
    ("rule", "until", "carried"),
    [
        ("FREQ=WEEKLY", UNTIL, 3),
        ("FREQ=WEEKLY;INTERVAL=2", UNTIL, 2),
        ("FREQ=WEEKLY", date(2026, 3, 31), 2),
    ],
    ids=["all are covered", "the last is beyond", "only two are booked"],
)
def test_authorized_units_go_along_where_the_new_day_is_covered(
    desk, small, series, rule, until, carried
):
    therapy = Code(CPT, "97110")
    ada = desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    asked = desk.request_authorization(
        ada.id,
        ada.coverages[0].id,
        (RequestedLine(1, therapy, 6),),
        program=Program.MEDICARE_ADVANTAGE,
        channel=Channel.PORTAL,
        reference="R-1",
    )
    desk.record_decision(
        asked.id,
        Action.CERTIFIED_IN_TOTAL,
        channel=Channel.PORTAL,
        number="A-1",
        first=date(2026, 3, 1),
        last=date(2026, 4, 10),
    )
    for one in desk.series_report(series.id, until=UNTIL):
        desk.use_authorization(asked.id, one.visit.id, therapy)
    new = desk.change_series_from(
        series.id, date(2026, 3, 24), PROVIDER, until=until, rule=rule, at=time(14)
    )
    uses = {use.visit: use.on for use in desk.current_authorization(asked.id).approval.uses}
    assert len(uses) == 3 + carried
    anew = [one for one in desk.series_report(new.id, until=until) if one.visit.id in uses]
    assert [uses[one.visit.id] for one in anew] == [one.day for one in anew]
    assert len(anew) == carried


def test_a_change_that_does_not_fit_leaves_all_as_it_was(desk, series):
    before = desk.series_report(series.id, until=UNTIL)
    with pytest.raises(NotAllowed):
        desk.change_series_from(series.id, date(2026, 3, 24), PROVIDER, until=UNTIL, at=time(23))
    assert desk.series_report(series.id, until=UNTIL) == before


def test_a_series_ends_before_a_day(desk, series):
    desk.cancel_series_from(series.id, date(2026, 3, 17), CancellationReason.PATIENT_MOVED)
    assert len(desk.series_report(series.id, until=UNTIL)) == 2
    with pytest.raises(InvalidValue):
        desk.cancel_series_from(series.id, date(2026, 3, 3), CancellationReason.PATIENT)


def test_a_series_that_has_begun_keeps_what_took_place(desk, series, clock):
    third = desk.series_report(series.id, until=UNTIL)[2].visit
    clock.at = third.period.start
    desk.check_in(third.id)
    desk.start(third.id)
    desk.leave_out_of_series(series.id, third.occurrence.day, CancellationReason.PATIENT)
    assert desk.look_up_visit(third.id).status is AppointmentStatus.FULFILLED


def test_a_series_with_no_day_near_enough_is_refused(desk, small):
    with pytest.raises(NotAllowed, match="near enough"):
        desk.book_series(small.ada.id, small.type.id, **TUESDAYS, until=date(2026, 3, 2))
    desk.change_record(evolve(small.ada, active=False))
    with pytest.raises(NotAllowed, match="patient_is_active"):
        desk.book_series(small.ada.id, small.type.id, **TUESDAYS, count=1, until=UNTIL)
