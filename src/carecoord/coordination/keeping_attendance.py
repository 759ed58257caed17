"""Responsibility 4: how patients keep their visits, and what it costs them not to.

Members of Medicaid and CHIP pay no such fee, nor do those whom the practice's policy exempts.
"""

from carecoord.accounts.entries import Entry
from carecoord.coordination.keeping_accounts import post_charge
from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import local_day_of
from carecoord.coordination.use_case import use_case
from carecoord.errors import insist
from carecoord.kernel.ids import AccountId, BookingId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.time import Period
from carecoord.visits import attendance
from carecoord.visits.attendance import Attendance, attendance_charge, attendance_fee_is_due
from carecoord.visits.visit import Visit, visit_is_charged_once

__all__ = ["attendance_fee_of", "attendance_of", "charge_attendance_fee"]

_KNOWN_BY = ("booking", "patient", "location")


@use_case("booking", reads=("booking",))
def attendance_of(turn: Turn, patient: PatientId, span: Period | None = None) -> Attendance:
    """How often a patient came, did not come, and called off late, ever or within a span."""
    found = turn.bookings.of_patient(patient, span)
    visits = (one for one in found if isinstance(one, Visit))
    return attendance.attendance_of(visits, turn.practice.attendance)


@use_case("booking", reads=_KNOWN_BY)
def attendance_fee_of(turn: Turn, visit: BookingId) -> Money | None:
    """What a visit costs for being missed or called off late, None where it costs nothing."""
    found = visit_with(turn, visit)
    return attendance_charge(found, turn.practice.attendance, _programs(turn, found))


@use_case("entry", reads=(*_KNOWN_BY, "account"), writes=("booking", "entry"))
def charge_attendance_fee(turn: Turn, visit: BookingId, account: AccountId) -> Entry:
    """Charge the patient what it costs to have missed a visit, or to have called it off late.

    Of two who do so at once, one does.

    Raises:
        NotAllowed: it was kept or called off in time, nothing is asked for that here or of a member
            of this program, or it was charged before.
        InvalidValue: the account is another patient's.
    """
    found = visit_with(turn, visit)
    policy, programs = turn.practice.attendance, _programs(turn, found)
    insist(attendance_fee_is_due(found, policy, programs), visit_is_charged_once(found))
    fee = attendance_charge(found, policy, programs)
    assert fee is not None
    entry = post_charge.function(
        turn, account, fee, patient_part=fee, visit=visit, note=f"visit {found.status.value}"
    )
    turn.bookings.replace(found.charged(entry.id))
    return entry


def _programs(turn: Turn, visit: Visit) -> tuple[str, ...]:
    """The programs that cover the patient on the day of the visit."""
    patient = turn.patients.get(visit.patient)
    return tuple(one.type.value for one in patient.coverages_on(local_day_of(turn, visit)))
