"""Responsibility 9: outpatient appointments elsewhere, from the request to the known outcome."""

from datetime import datetime

from carecoord.coordination.belonging import check_referral_of
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    OrganizationId,
    OutpatientId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period
from carecoord.patients.registration import patient_is_active
from carecoord.visits.elsewhere import OutpatientAppointment

__all__ = [
    "cancel_outpatient_appointment",
    "outpatient_appointments_of",
    "outpatient_appointments_to_ask_about",
    "record_outpatient_confirmed",
    "record_outpatient_declined",
    "record_outpatient_missed",
    "record_outpatient_occurred",
    "record_outpatient_offers",
    "request_outpatient_appointment",
    "request_outpatient_appointment_again",
]


@use_case(
    "outpatient_appointment",
    reads=("patient", "organization", "practitioner", "referral"),
    writes=("outpatient_appointment",),
)
def request_outpatient_appointment(
    turn: Turn,
    patient: PatientId,
    organization: OrganizationId,
    service: Code,
    *,
    practitioner: PractitionerId | None = None,
    referral: ReferralId | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    note: str = "",
    sensitivities: frozenset[Sensitivity] = frozenset(),
) -> OutpatientAppointment:
    """Record that an appointment was asked for in another organization.

    It is as sensitive as `sensitivities` say, and as its referral.

    Raises:
        NotFound: no such patient, organization, practitioner or referral.
        InvalidValue: the referral is another patient's.
        NotAllowed: the record is inactive.
    """
    insist(patient_is_active(turn.patients.get(patient)))
    turn.organizations.get(organization)
    if practitioner is not None:
        turn.practitioners.get(practitioner)
    sensitivities |= check_referral_of(turn, patient, referral)
    kept = turn.outpatient_appointments.add(
        OutpatientAppointment(
            id=OutpatientId(turn.new_id("outpatient")),
            patient=patient,
            organization=organization,
            service=service,
            requested_at=turn.now,
            practitioner=practitioner,
            referral=referral,
            not_before=not_before,
            not_after=not_after,
            note=note,
            sensitivities=sensitivities,
        )
    )
    turn.tell("outpatient_appointment_requested", kept)
    return kept


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def record_outpatient_offers(
    turn: Turn, appointment: OutpatientId, times: tuple[Period, ...], *, note: str = ""
) -> OutpatientAppointment:
    """Record the times that the other organization offers, in place of earlier ones."""
    found = turn.outpatient_appointments.get(appointment)
    offered = found.offered(times, by=turn.actor.id, at=turn.now, note=note)
    return turn.outpatient_appointments.replace(offered)


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def record_outpatient_confirmed(
    turn: Turn, appointment: OutpatientId, period: Period, *, note: str = ""
) -> OutpatientAppointment:
    """Record the agreed time.

    Raises:
        NotAllowed: offers were made, and this is none of them.
    """
    found = turn.outpatient_appointments.get(appointment)
    confirmed = found.confirmed(period, by=turn.actor.id, at=turn.now, note=note)
    kept = turn.outpatient_appointments.replace(confirmed)
    turn.tell("outpatient_appointment_confirmed", kept)
    return kept


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def record_outpatient_declined(
    turn: Turn, appointment: OutpatientId, reason: str
) -> OutpatientAppointment:
    """Record that the other organization gives no appointment, and why."""
    found = turn.outpatient_appointments.get(appointment)
    declined = found.declined(reason, by=turn.actor.id, at=turn.now)
    return turn.outpatient_appointments.replace(declined)


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def record_outpatient_occurred(
    turn: Turn, appointment: OutpatientId, *, note: str = ""
) -> OutpatientAppointment:
    """Record that the appointment took place.

    Raises:
        NotAllowed: it is not confirmed, or lies ahead.
    """
    found = turn.outpatient_appointments.get(appointment)
    occurred = found.occurred(by=turn.actor.id, at=turn.now, note=note)
    return turn.outpatient_appointments.replace(occurred)


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def record_outpatient_missed(
    turn: Turn, appointment: OutpatientId, *, note: str = ""
) -> OutpatientAppointment:
    """Record that the appointment did not take place; it can be asked for again."""
    found = turn.outpatient_appointments.get(appointment)
    missed = found.missed(by=turn.actor.id, at=turn.now, note=note)
    return turn.outpatient_appointments.replace(missed)


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def request_outpatient_appointment_again(
    turn: Turn, appointment: OutpatientId, *, note: str = ""
) -> OutpatientAppointment:
    """Ask once more, after it was declined or missed."""
    found = turn.outpatient_appointments.get(appointment)
    again = found.requested_again(by=turn.actor.id, at=turn.now, note=note)
    return turn.outpatient_appointments.replace(again)


@use_case("outpatient_appointment", writes=("outpatient_appointment",))
def cancel_outpatient_appointment(
    turn: Turn, appointment: OutpatientId, reason: str
) -> OutpatientAppointment:
    """Call an appointment elsewhere off."""
    found = turn.outpatient_appointments.get(appointment)
    cancelled = found.cancelled(reason, by=turn.actor.id, at=turn.now)
    return turn.outpatient_appointments.replace(cancelled)


@use_case("outpatient_appointment", reads=("outpatient_appointment",))
def outpatient_appointments_of(turn: Turn, patient: PatientId) -> tuple[OutpatientAppointment, ...]:
    """The appointments of a patient in other organizations, by when they were asked for."""
    return turn.outpatient_appointments.of_patient(patient)


@use_case("outpatient_appointment", reads=("outpatient_appointment",))
def outpatient_appointments_to_ask_about(turn: Turn) -> tuple[OutpatientAppointment, ...]:
    """The appointments elsewhere that are over, and whose outcome nobody has asked for in time."""
    return turn.outpatient_appointments.to_ask_about(turn.now)
