"""Writing Appointment, AppointmentResponse, Slot and Schedule resources; visits as appointments.

Not written of a visit, for an Appointment has no place for it: buffers and lanes, the encounter,
and who moved it when.

Source: HL7 FHIR R4, Scheduling.
"""

from collections.abc import Iterable
from typing import Any

from carecoord.kernel.codes import Code
from carecoord.kernel.ids import LocationId, PractitionerId
from carecoord.visits.statuses import AppointmentStatus
from carecoord.visits.visit import Visit
from carecoord_exchange.fhir.datatypes import instant_text, stated
from carecoord_exchange.fhir.scheduling import (
    Actor,
    Appointment,
    AppointmentResponse,
    AvailabilitySchedule,
    Participant,
    ParticipantStatus,
    Slot,
)

__all__ = [
    "appointment_of",
    "appointment_resource",
    "appointment_response_resource",
    "schedule_resource",
    "slot_resource",
]

CANCELLATION_REASONS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
_UNDECIDED = frozenset({AppointmentStatus.PROPOSED, AppointmentStatus.PENDING})


def appointment_of(
    visit: Visit,
    *,
    practitioners: Iterable[PractitionerId] = (),
    location: LocationId | None = None,
    service_type: Code | None = None,
) -> Appointment:
    """A visit in the words of FHIR; who of its resources is a practitioner, the caller says."""
    status = ParticipantStatus.ACCEPTED
    if visit.status in _UNDECIDED:
        status = ParticipantStatus.NEEDS_ACTION
    place = visit.occupation.location if location is None else location
    actors = [
        Actor("Patient", visit.patient),
        *(Actor("Practitioner", one) for one in practitioners),
        Actor("Location", place),
    ]
    reason = visit.cancellation and Code(CANCELLATION_REASONS, visit.cancellation.reason.value)
    return Appointment(
        id=visit.id,
        status=visit.status,
        participants=tuple(Participant(status, actor) for actor in actors),
        period=visit.period,
        service_types=() if service_type is None else (service_type,),
        cancellation_reason=reason or None,
    )


def appointment_resource(appointment: Appointment) -> dict[str, Any]:
    """The Appointment resource."""
    period = appointment.period
    return stated(
        resourceType="Appointment",
        id=appointment.id,
        status=appointment.status.value,
        cancelationReason=_concept(appointment.cancellation_reason),
        serviceType=_concepts(appointment.service_types),
        appointmentType=_concept(appointment.appointment_type),
        reasonCode=_concepts(appointment.reasons),
        priority=appointment.priority,
        description=appointment.description or None,
        start=period and instant_text(period.start),
        end=period and instant_text(period.end),
        minutesDuration=appointment.minutes,
        slot=[{"reference": f"Slot/{slot}"} for slot in appointment.slots],
        comment=appointment.comment or None,
        patientInstruction=appointment.patient_instruction or None,
        participant=[_participant(one) for one in appointment.participants],
    )


def appointment_response_resource(response: AppointmentResponse) -> dict[str, Any]:
    """The AppointmentResponse resource."""
    period = response.period
    return stated(
        resourceType="AppointmentResponse",
        id=response.id,
        appointment={"reference": f"Appointment/{response.appointment}"},
        start=period and instant_text(period.start),
        end=period and instant_text(period.end),
        participantType=_concepts(response.types),
        actor=_actor(response.actor),
        participantStatus=response.status.value,
        comment=response.comment or None,
    )


def slot_resource(slot: Slot) -> dict[str, Any]:
    """The Slot resource."""
    return stated(
        resourceType="Slot",
        id=slot.id,
        serviceType=_concepts(slot.service_types),
        schedule={"reference": f"Schedule/{slot.schedule}"},
        status=slot.status.value,
        start=instant_text(slot.period.start),
        end=instant_text(slot.period.end),
        overbooked=slot.overbooked or None,
        comment=slot.comment or None,
    )


def schedule_resource(schedule: AvailabilitySchedule) -> dict[str, Any]:
    """The Schedule resource."""
    horizon = schedule.horizon
    return stated(
        resourceType="Schedule",
        id=schedule.id,
        active=schedule.active,
        serviceType=_concepts(schedule.service_types),
        actor=[_actor(actor) for actor in schedule.actors],
        planningHorizon=horizon
        and {"start": instant_text(horizon.start), "end": instant_text(horizon.end)},
        comment=schedule.comment or None,
    )


def _participant(participant: Participant) -> dict[str, Any]:
    required = participant.required
    return stated(
        type=_concepts(participant.types),
        actor=_actor(participant.actor),
        required=None if required is None else required.value,
        status=participant.status.value,
    )


def _actor(actor: Actor | None) -> dict[str, Any] | None:
    return None if actor is None else {"reference": f"{actor.type}/{actor.id}"}


def _concept(code: Code | None) -> dict[str, Any] | None:
    return None if code is None else {"coding": [{"system": code.system, "code": code.value}]}


def _concepts(codes: Iterable[Code]) -> list[dict[str, Any] | None]:
    return [_concept(code) for code in codes]
