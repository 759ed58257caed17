"""Appointments in other organizations, tracked until it is known whether they took place.

    asked = OutpatientAppointment(id=…, patient=…, organization=…, service=…, requested_at=now)
    asked = asked.offered((tuesday, friday), at=now).confirmed(friday, at=now)
    asked = asked.occurred(at=after)

Source: the states and their names follow FHIR R4 Appointment and AppointmentResponse; the moves are
carecoord's own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    ActorId,
    OrganizationId,
    OutpatientId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.time import Period
from carecoord.kernel.values import LongText, Text, checked

__all__ = [
    "OUTPATIENT",
    "RULES",
    "WAITING",
    "OutpatientAppointment",
    "OutpatientEvent",
    "OutpatientStatus",
    "appointment_was_offered",
    "outcome_comes_after_the_appointment",
    "outcome_is_asked_for_in_time",
]

ASK_AFTER = timedelta(days=2)
"""How long after the appointment its outcome is to be asked for; a habit, not a standard."""

_OWN_RULE = "carecoord's own rule"


class OutpatientStatus(Enum):
    """How far an appointment elsewhere has come."""

    REQUESTED = "requested"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    OCCURRED = "occurred"
    MISSED = "missed"
    CANCELLED = "cancelled"


OUTPATIENT: Lifecycle[OutpatientStatus] = Lifecycle(
    "outpatient appointment",
    {
        (OutpatientStatus.REQUESTED, "offer"): OutpatientStatus.OFFERED,
        (OutpatientStatus.OFFERED, "offer"): OutpatientStatus.OFFERED,
        (OutpatientStatus.REQUESTED, "confirm"): OutpatientStatus.CONFIRMED,
        (OutpatientStatus.OFFERED, "confirm"): OutpatientStatus.CONFIRMED,
        (OutpatientStatus.CONFIRMED, "confirm"): OutpatientStatus.CONFIRMED,
        (OutpatientStatus.REQUESTED, "decline"): OutpatientStatus.DECLINED,
        (OutpatientStatus.OFFERED, "decline"): OutpatientStatus.DECLINED,
        (OutpatientStatus.CONFIRMED, "occur"): OutpatientStatus.OCCURRED,
        (OutpatientStatus.CONFIRMED, "miss"): OutpatientStatus.MISSED,
        (OutpatientStatus.MISSED, "request"): OutpatientStatus.REQUESTED,
        (OutpatientStatus.DECLINED, "request"): OutpatientStatus.REQUESTED,
        **{
            (status, "cancel"): OutpatientStatus.CANCELLED
            for status in (
                OutpatientStatus.REQUESTED,
                OutpatientStatus.OFFERED,
                OutpatientStatus.CONFIRMED,
                OutpatientStatus.DECLINED,
                OutpatientStatus.MISSED,
            )
        },
    },
)

WAITING = frozenset(
    {OutpatientStatus.REQUESTED, OutpatientStatus.OFFERED, OutpatientStatus.CONFIRMED}
)
"""States in which it is not known yet what became of it."""


@frozen(field_transformer=checked)
class OutpatientEvent:
    """One thing that happened to it, named by its verb."""

    verb: Annotated[str, Text(longest=40)]
    at: datetime
    by: ActorId
    note: LongText = ""


@frozen(field_transformer=checked, kw_only=True)
class OutpatientAppointment:
    """One appointment that another organization gives a patient of ours.

    `offers` are the times that it last offered, `period` the confirmed one. With `referral` it is
    the appointment of that referral.

    Raises:
        InvalidValue: a confirmed time stands without the status, or the other way round.
    """

    id: OutpatientId
    patient: PatientId
    organization: OrganizationId
    service: Code
    requested_at: datetime
    practitioner: PractitionerId | None = None
    referral: ReferralId | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    status: OutpatientStatus = OutpatientStatus.REQUESTED
    offers: tuple[Period, ...] = ()
    period: Period | None = None
    events: tuple[OutpatientEvent, ...] = ()
    note: LongText = ""
    sensitivities: frozenset[Sensitivity] = frozenset()
    withheld: frozenset[str] = frozenset()
    """The parts that an answer leaves out; see `carecoord.compliance.View`. Never kept."""
    version: int = 0

    def __attrs_post_init__(self) -> None:
        timed = (OutpatientStatus.CONFIRMED, OutpatientStatus.OCCURRED, OutpatientStatus.MISSED)
        if self.period is None and self.status in timed:
            raise InvalidValue("OutpatientAppointment.period", "goes with a confirmed appointment")
        first, last = self.not_before, self.not_after
        if first is not None and last is not None and last <= first:
            raise InvalidValue("OutpatientAppointment.not_after", "must be after not_before")

    def offered(
        self, times: Iterable[Period], *, by: ActorId, at: datetime, note: str = ""
    ) -> "OutpatientAppointment":
        """With the times that the other organization offers, in place of earlier ones."""
        offers = tuple(sorted(set(times)))
        if not offers:
            raise InvalidValue("times", "must be at least one")
        return self._moved("offer", by, at, note, offers=offers)

    def confirmed(
        self, period: Period, *, by: ActorId, at: datetime, note: str = ""
    ) -> "OutpatientAppointment":
        """Agreed for this time, or for another one than before.

        Raises:
            NotAllowed: offers were made, and this is none of them.
        """
        insist(OUTPATIENT.may(self.status, "confirm"), appointment_was_offered(self, period))
        return self._moved("confirm", by, at, note, period=period)

    def declined(self, reason: str, *, by: ActorId, at: datetime) -> "OutpatientAppointment":
        """Not given: they have no time, or do not take the patient."""
        return self._moved("decline", by, at, reason)

    def occurred(self, *, by: ActorId, at: datetime, note: str = "") -> "OutpatientAppointment":
        """Known to have taken place.

        Raises:
            NotAllowed: it is not confirmed, or lies ahead.
        """
        return self._ended("occur", by, at, note)

    def missed(self, *, by: ActorId, at: datetime, note: str = "") -> "OutpatientAppointment":
        """Known not to have taken place; it can be asked for again."""
        return self._ended("miss", by, at, note)

    def requested_again(
        self, *, by: ActorId, at: datetime, note: str = ""
    ) -> "OutpatientAppointment":
        """Asked for once more, after it was declined or missed."""
        return self._moved("request", by, at, note, offers=(), period=None)

    def cancelled(self, reason: str, *, by: ActorId, at: datetime) -> "OutpatientAppointment":
        """No longer wanted."""
        return self._moved("cancel", by, at, reason)

    def _ended(self, verb: str, by: ActorId, at: datetime, note: str) -> "OutpatientAppointment":
        insist(OUTPATIENT.may(self.status, verb), outcome_comes_after_the_appointment(self, at))
        return self._moved(verb, by, at, note)

    def _moved(
        self, verb: str, by: ActorId, at: datetime, note: str, **changes: Any
    ) -> "OutpatientAppointment":
        status = OUTPATIENT.after(self.status, verb)
        events = (*self.events, OutpatientEvent(verb, at, by, note))
        return evolve(self, status=status, events=events, **changes)


def appointment_was_offered(appointment: OutpatientAppointment, period: Period) -> Answer:
    """Where times were offered, one of them is confirmed; without offers any time is.

    Source: carecoord's own rule.
    """
    if not appointment.offers or period in appointment.offers:
        return Allowed()
    reason = f"that time is none of those offered for {appointment.id}"
    return Refused(appointment_was_offered.__name__, reason, _OWN_RULE)


def outcome_comes_after_the_appointment(appointment: OutpatientAppointment, at: datetime) -> Answer:
    """Nobody knows the outcome of an appointment that has not begun.

    Source: carecoord's own rule.
    """
    if appointment.period is None or appointment.period.start <= at:
        return Allowed()
    reason = f"{appointment.id} has not begun yet"
    return Refused(outcome_comes_after_the_appointment.__name__, reason, _OWN_RULE)


def outcome_is_asked_for_in_time(appointment: OutpatientAppointment, at: datetime) -> Answer:
    """What became of an appointment elsewhere is asked for within two days of its end.

    Source: carecoord's own rule; a visit that nobody asks about is a loop that stays open.
    """
    period = appointment.period
    if (
        appointment.status is not OutpatientStatus.CONFIRMED
        or period is None
        or at < period.end + ASK_AFTER
    ):
        return Allowed()
    reason = f"nobody has asked what became of {appointment.id}"
    return Refused(outcome_is_asked_for_in_time.__name__, reason, _OWN_RULE)


RULES = (
    appointment_was_offered,
    outcome_comes_after_the_appointment,
    outcome_is_asked_for_in_time,
)
