from datetime import timedelta

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money, NotAllowed, Period
from carecoord.patients import CoverageType
from carecoord.visits import CancellationReason
from carecoord.visits.attendance import Attendance, AttendancePolicy

PATIENT = CancellationReason.PATIENT
CHARGED = AttendancePolicy(
    notice=timedelta(hours=24), no_show_fee=Money.of("50"), late_fee=Money.of("25")
)


@pytest.fixture
def openings(desk, small):
    return desk.find_openings(small.type.id, small.tuesday, limit=50).openings


@pytest.fixture
def visit(desk, small, openings):
    return desk.book(small.ada.id, small.type.id, openings[0])


@pytest.fixture
def account(desk, small):
    return desk.open_account(small.ada.id, "2026")


def missed(desk, visit, clock):
    clock.at = visit.period.end
    return desk.miss(visit.id)


def test_who_missed_a_visit_is_charged_once_and_owes_it_alone(
    clinic, desk, small, visit, account, clock
):
    clinic.attendance = CHARGED
    assert desk.attendance_fee_of(visit.id) is None
    with pytest.raises(NotAllowed, match="attendance_fee_is_due"):
        desk.charge_attendance_fee(visit.id, account.id)
    missed(desk, visit, clock)
    assert desk.attendance_fee_of(visit.id) == Money.of("50")
    entry = desk.charge_attendance_fee(visit.id, account.id)
    assert (entry.amount, entry.visit, entry.note) == (Money.of("50"), visit.id, "visit noshow")
    assert desk.look_up_visit(visit.id).fee == entry.id
    with pytest.raises(NotAllowed, match="visit_is_charged_once"):
        desk.charge_attendance_fee(visit.id, account.id)
    assert desk.balance_of(account.id) == Money.of("50")
    assert desk.attendance_of(small.ada.id) == Attendance(kept=0, missed=1, late=0)


@pytest.mark.parametrize("type", [CoverageType.MEDICAID, CoverageType.CHIP])
def test_members_of_medicaid_are_never_charged(clinic, desk, small, visit, account, clock, type):
    clinic.attendance = CHARGED
    desk.add_coverage(small.ada.id, type=type, payer_name="State")
    missed(desk, visit, clock)
    assert desk.attendance_fee_of(visit.id) is None
    with pytest.raises(NotAllowed, match="missed_visits_may_be_charged"):
        desk.charge_attendance_fee(visit.id, account.id)


def test_a_coverage_that_had_ended_by_then_exempts_nobody(
    clinic, desk, small, visit, account, clock
):
    clinic.attendance = CHARGED
    ada = desk.add_coverage(small.ada.id, type=CoverageType.MEDICAID, payer_name="State")
    ended = evolve(ada.coverages[0], ends=visit.period.start.date() - timedelta(days=1))
    desk.change_record(ada.with_coverage_changed(ended))
    missed(desk, visit, clock)
    assert desk.charge_attendance_fee(visit.id, account.id).amount == Money.of("50")


def test_a_late_cancellation_costs_less_and_one_by_the_clinic_nothing(
    clinic, desk, small, openings, visit, account, clock
):
    clinic.attendance = CHARGED
    clock.at = visit.period.start - timedelta(hours=23)
    desk.cancel(visit.id, PATIENT)
    other = desk.book(small.ada.id, small.type.id, openings[4])
    desk.cancel(other.id, CancellationReason.PROVIDER)
    assert desk.attendance_fee_of(other.id) is None
    assert desk.charge_attendance_fee(visit.id, account.id).amount == Money.of("25")
    assert desk.attendance_of(small.ada.id).late == 1
    early = Period.starting(openings[0].start - timedelta(days=9), minutes=30)
    assert desk.attendance_of(small.ada.id, early) == Attendance(0, 0, 0)


def test_without_a_fee_nobody_is_charged(desk, small, visit, account, clock):
    missed(desk, visit, clock)
    with pytest.raises(NotAllowed, match="attendance_fee_is_due"):
        desk.charge_attendance_fee(visit.id, account.id)


def test_nobody_pays_for_somebody_else(clinic, desk, small, visit, clock):
    clinic.attendance = CHARGED
    bens = desk.open_account(small.ben.id, "2026")
    missed(desk, visit, clock)
    with pytest.raises(InvalidValue, match="another patient"):
        desk.charge_attendance_fee(visit.id, bens.id)


def test_of_two_who_charge_at_once_one_does(clinic, desk, visit, account, clock):
    clinic.attendance = CHARGED
    missed(desk, visit, clock)
    backend = clinic.store.backend
    commit, late = backend.commit, []

    def somebody_is_faster(changes):
        if not late:
            late.append(desk)
            desk.charge_attendance_fee(visit.id, account.id)
        commit(changes)

    backend.commit = somebody_is_faster
    with pytest.raises(NotAllowed, match="visit_is_charged_once"):
        desk.charge_attendance_fee(visit.id, account.id)
    assert desk.balance_of(account.id) == Money.of("50")
