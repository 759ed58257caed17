"""Visits that were missed or called off late: what a clinic may charge, and to whom.

charge = attendance_charge(visit, policy, programs={"commercial"})
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.money import Money
from carecoord.kernel.values import Text, checked
from carecoord.visits.hours import LONGEST_SPAN
from carecoord.visits.statuses import AppointmentStatus, CancellationReason
from carecoord.visits.visit import Visit

__all__ = [
    "RULES",
    "Attendance",
    "AttendancePolicy",
    "attendance_charge",
    "attendance_fee_is_due",
    "attendance_of",
    "cancellation_is_in_time",
    "missed_visits_may_be_charged",
]

_OWN_RULE = "the clinic's own rule, set in its attendance policy"
_BY_PATIENT = frozenset(
    {
        CancellationReason.PATIENT,
        CancellationReason.PATIENT_FEELING_BETTER,
        CancellationReason.PATIENT_LACKS_TRANSPORT,
        CancellationReason.PATIENT_MOVED,
        CancellationReason.PATIENT_CHANGED_PROVIDER,
    }
)


@frozen(field_transformer=checked, kw_only=True)
class AttendancePolicy:
    """A clinic's rules for missed and late-cancelled visits; a fee of None is no fee.

    `notice` is how long before its start a visit is still called off in time. `never_charged` are
    programs whose members pay no such fee, whatever the clinic would like.

    Raises:
        InvalidValue: a negative fee or notice, or one beyond five years.
    """

    notice: timedelta
    no_show_fee: Money | None = None
    late_fee: Money | None = None
    never_charged: frozenset[Annotated[str, Text(longest=100)]] = frozenset({"medicaid", "chip"})

    def __attrs_post_init__(self) -> None:
        if not timedelta() <= self.notice <= LONGEST_SPAN:
            raise InvalidValue("AttendancePolicy.notice", "must be from 0 to five years")
        for fee in (self.no_show_fee, self.late_fee):
            if fee is not None and fee.cents < 0:
                raise InvalidValue("AttendancePolicy.no_show_fee", "must not be negative")


@frozen(field_transformer=checked)
class Attendance:
    """How often a patient came, did not come, and called off late."""

    kept: int
    missed: int
    late: int


def cancellation_is_in_time(visit: Visit, policy: AttendancePolicy, at: datetime) -> Answer:
    """A visit that is called off in time costs nothing and can be given to somebody else.

    Source: the clinic's own rule, set in its attendance policy.
    """
    if visit.period.start - at >= policy.notice:
        return Allowed()
    hours = policy.notice // timedelta(hours=1)
    reason = f"it is called off less than {hours} hours before it starts"
    return Refused("cancellation_is_in_time", reason, _OWN_RULE)


def missed_visits_may_be_charged(policy: AttendancePolicy, programs: Iterable[str]) -> Answer:
    """Members of Medicaid pay no fee for a visit that they missed, nor whoever else is exempt.

    `programs` are those that cover the patient.

    Source: 42 CFR 447.15, as CMS reads it (from memory; not checked against the primary text);
    other programs by the clinic's contracts.
    """
    exempt = sorted(policy.never_charged & frozenset(programs))
    if not exempt:
        return Allowed()
    reason = f"not under {', '.join(exempt)}"
    return Refused("missed_visits_may_be_charged", reason, "42 CFR 447.15 and contracts")


def attendance_charge(
    visit: Visit, policy: AttendancePolicy, programs: Iterable[str]
) -> Money | None:
    """The fee for this visit, None where there is none.

    Only a no-show or a cancellation by the patient that came too late costs anything.
    """
    fee = None
    if visit.status is AppointmentStatus.NO_SHOW:
        fee = policy.no_show_fee
    elif _is_late(visit, policy):
        fee = policy.late_fee
    return fee if fee is not None and missed_visits_may_be_charged(policy, programs) else None


def attendance_fee_is_due(
    visit: Visit, policy: AttendancePolicy, programs: Iterable[str]
) -> Answer:
    """Only who missed a visit, or called it off late, pays a fee, and only where there is one.

    Source: the clinic's own rule, set in its attendance policy.
    """
    covered = tuple(programs)
    exempt = missed_visits_may_be_charged(policy, covered)
    if isinstance(exempt, Refused):
        return exempt
    if attendance_charge(visit, policy, covered):
        return Allowed()
    reason = "the visit was neither missed nor called off late, or that costs nothing here"
    return Refused("attendance_fee_is_due", reason, _OWN_RULE)


def attendance_of(visits: Iterable[Visit], policy: AttendancePolicy) -> Attendance:
    """How a patient kept these visits."""
    kept = missed = late = 0
    for visit in visits:
        kept += visit.status is AppointmentStatus.FULFILLED
        missed += visit.status is AppointmentStatus.NO_SHOW
        late += _is_late(visit, policy)
    return Attendance(kept, missed, late)


def _is_late(visit: Visit, policy: AttendancePolicy) -> bool:
    cancelled = visit.cancellation
    return (
        visit.status is AppointmentStatus.CANCELLED
        and cancelled is not None
        and cancelled.reason in _BY_PATIENT
        and not cancellation_is_in_time(visit, policy, cancelled.at)
    )


RULES = (cancellation_is_in_time, missed_visits_may_be_charged, attendance_fee_is_due)
