from datetime import UTC, datetime, timedelta

import pytest

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money
from carecoord.kernel.time import Period
from carecoord.visits import CancellationReason, Occupation, Visit
from carecoord.visits.attendance import (
    Attendance,
    AttendancePolicy,
    attendance_charge,
    attendance_of,
    cancellation_is_in_time,
    missed_visits_may_be_charged,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = AttendancePolicy(notice=24 * HOUR, no_show_fee=Money.of("50"), late_fee=Money.of("25"))
BOOKED = Visit(
    id="v-1", patient="p-1", visit_type="check",
    occupation=Occupation(Period.starting(EIGHT, minutes=30), ("dr-a",), "main"),
)  # fmt: skip


def cancelled(ahead: timedelta, reason: CancellationReason = CancellationReason.PATIENT) -> Visit:
    return BOOKED.cancelled(reason, by="desk", at=EIGHT - ahead)


MISSED = BOOKED.no_show(EIGHT + HOUR)
SEEN = BOOKED.checked_in(EIGHT).started(EIGHT)


@pytest.mark.parametrize(
    ("visit", "fee"),
    [
        (MISSED, Money.of("50")),
        (cancelled(24 * HOUR), None),
        (cancelled(23 * HOUR), Money.of("25")),
        (cancelled(HOUR, CancellationReason.PROVIDER), None),
        (cancelled(HOUR, CancellationReason.PATIENT_DECEASED), None),
        (cancelled(HOUR).entered_in_error(), None),
        (BOOKED, None),
        (SEEN, None),
    ],
)
def test_only_what_the_patient_missed_or_called_off_late_costs(visit: Visit, fee: Money | None):
    assert attendance_charge(visit, POLICY, {"commercial"}) == fee
    assert attendance_charge(visit, POLICY, {"medicaid", "commercial"}) is None
    assert attendance_charge(visit, AttendancePolicy(notice=24 * HOUR), ()) is None


def test_the_refusals_say_why():
    assert cancellation_is_in_time(BOOKED, POLICY, EIGHT - 24 * HOUR)
    refused = cancellation_is_in_time(BOOKED, POLICY, EIGHT)
    assert refused.reason == "it is called off less than 24 hours before it starts"
    assert missed_visits_may_be_charged(POLICY, ())
    assert missed_visits_may_be_charged(POLICY, {"medicaid"}).reason == "not under medicaid"


def test_attendance_is_counted():
    visits = [MISSED, MISSED, SEEN, BOOKED, cancelled(HOUR), cancelled(48 * HOUR)]
    assert attendance_of(visits, POLICY) == Attendance(kept=1, missed=2, late=1)


def test_impossible_policies_are_refused():
    for wrong in (
        {"notice": -HOUR},
        {"notice": timedelta.max},
        {"notice": HOUR, "late_fee": Money.of("-1")},
    ):
        with pytest.raises(InvalidValue):
            AttendancePolicy(**wrong)
