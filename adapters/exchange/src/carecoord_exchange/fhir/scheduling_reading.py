"""Reading Appointment, AppointmentResponse, Slot and Schedule resources.

    scheduling = read_scheduling("appointments.json")
    scheduling.appointments, scheduling.problems

Source: HL7 FHIR R4, Scheduling.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from carecoord.kernel.codes import Code
from carecoord.kernel.time import Period
from carecoord.visits.statuses import AppointmentStatus
from carecoord_exchange.fhir.datatypes import choice, code_of
from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.entries import Entries, Entry
from carecoord_exchange.fhir.references import References
from carecoord_exchange.fhir.scheduling import (
    Actor,
    Appointment,
    AppointmentResponse,
    AvailabilitySchedule,
    Participant,
    ParticipantStatus,
    Requirement,
    Scheduling,
    Slot,
    SlotStatus,
)
from carecoord_exchange.sources import Source

__all__ = ["read_scheduling", "read_scheduling_resources"]

T = TypeVar("T")


def read_scheduling(source: Source) -> Scheduling:
    """The appointments, responses, slots and schedules of a bundle, or of a resource by itself.

    Raises:
        FileRefused: it cannot be read, is not strict JSON, or is neither a bundle nor a resource.
    """
    return _read(Entries.of(source))


def read_scheduling_resources(resources: Sequence[Any], *, file: str = "resources") -> Scheduling:
    """The same of resources that came by another way, as parsed JSON."""
    return _read(Entries([{"resource": resource} for resource in resources], file))


def _read(entries: Entries) -> Scheduling:
    appointments: dict[str, Appointment] = {}
    responses: dict[str, AppointmentResponse] = {}
    slots: dict[str, Slot] = {}
    schedules: dict[str, AvailabilitySchedule] = {}
    for entry in entries:
        match entry.type:
            case "Appointment":
                _keep(entry, appointments, _appointment(entry, entries.references))
            case "AppointmentResponse":
                _keep(entry, responses, _response(entry, entries.references))
            case "Slot":
                _keep(entry, slots, _slot(entry, entries.references))
            case "Schedule":
                _keep(entry, schedules, _schedule(entry, entries.references))
    return Scheduling(
        tuple(appointments.values()),
        tuple(responses.values()),
        tuple(slots.values()),
        tuple(schedules.values()),
        entries.problems,
    )


def _keep(entry: Entry, into: dict[str, T], read: T | None) -> None:
    if read is None:
        return
    if entry.id in into and into[entry.id] != read:
        entry.findings.error("id", "is there twice, for two different resources")
    else:
        into[entry.id] = read


def _appointment(entry: Entry, references: References) -> Appointment | None:
    resource = entry.element
    status = choice(resource, "status", AppointmentStatus)
    if status is None:
        resource.error("status", "is missing, or not a code that is known")
        return None
    participants = [_participant(one, references) for one in resource.elements("participant")]
    cancelled = resource.element("cancelationReason")
    kind = resource.element("appointmentType")
    return resource.build(
        Appointment,
        id=entry.id,
        status=status,
        participants=tuple(one for one in participants if one is not None),
        period=_period(resource),
        minutes=resource.whole("minutesDuration"),
        service_types=_codes(resource, "serviceType"),
        appointment_type=None if kind is None else code_of(kind),
        reasons=_codes(resource, "reasonCode"),
        cancellation_reason=None if cancelled is None else code_of(cancelled),
        priority=resource.whole("priority"),
        slots=_references(resource, "slot", references, "Slot"),
        description=resource.text("description") or "",
        comment=resource.text("comment") or "",
        patient_instruction=resource.text("patientInstruction") or "",
    )


def _participant(element: Element, references: References) -> Participant | None:
    status = choice(element, "status", ParticipantStatus)
    if status is None:
        element.error("status", "is missing, or not a code that is known")
        return None
    return element.build(
        Participant,
        status,
        _actor(element, "actor", references),
        _codes(element, "type"),
        choice(element, "required", Requirement),
    )


def _response(entry: Entry, references: References) -> AppointmentResponse | None:
    resource = entry.element
    status = choice(resource, "participantStatus", ParticipantStatus)
    answered = _reference(resource, "appointment", references, "Appointment")
    if status is None or answered is None:
        resource.error("appointment", "does not say which appointment is answered, and how")
        return None
    return resource.build(
        AppointmentResponse,
        id=entry.id,
        appointment=answered,
        status=status,
        actor=_actor(resource, "actor", references),
        types=_codes(resource, "participantType"),
        period=_period(resource),
        comment=resource.text("comment") or "",
    )


def _slot(entry: Entry, references: References) -> Slot | None:
    resource = entry.element
    status, period = choice(resource, "status", SlotStatus), _period(resource)
    schedule = _reference(resource, "schedule", references, "Schedule")
    if status is None or period is None or schedule is None:
        resource.error("", "must have a status, a schedule, a start and an end")
        return None
    return resource.build(
        Slot,
        id=entry.id,
        schedule=schedule,
        status=status,
        period=period,
        service_types=_codes(resource, "serviceType"),
        overbooked=resource.flag("overbooked") is True,
        comment=resource.text("comment") or "",
    )


def _schedule(entry: Entry, references: References) -> AvailabilitySchedule | None:
    resource = entry.element
    horizon = resource.element("planningHorizon")
    actors = [_found(one, references) for one in resource.elements("actor")]
    return resource.build(
        AvailabilitySchedule,
        id=entry.id,
        actors=tuple(actor for actor in actors if actor is not None),
        active=resource.flag("active") is not False,
        horizon=None if horizon is None else _period(horizon),
        service_types=_codes(resource, "serviceType"),
        comment=resource.text("comment") or "",
    )


def _period(element: Element) -> Period | None:
    start, end = element.instant("start"), element.instant("end")
    if start is None and end is None:
        return None
    if start is None or end is None:
        element.error("end" if end is None else "start", "is missing; the time is not taken")
        return None
    return element.build(Period, start, end)


def _codes(element: Element, key: str) -> tuple[Code, ...]:
    found = (code_of(one) for one in element.elements(key))
    return tuple(dict.fromkeys(code for code in found if code is not None))


def _reference(owner: Element, key: str, references: References, type: str) -> str | None:
    element = owner.element(key)
    return None if element is None else references.find(element.text("reference"), type=type)


def _references(owner: Element, key: str, references: References, type: str) -> tuple[str, ...]:
    found = (references.find(one.text("reference"), type=type) for one in owner.elements(key))
    return tuple(id for id in found if id is not None)


def _actor(owner: Element, key: str, references: References) -> Actor | None:
    element = owner.element(key)
    return None if element is None else _found(element, references)


def _found(element: Element, references: References) -> Actor | None:
    found = references.typed(element.text("reference"))
    if found is None:
        return None
    type, id = found
    return element.build(Actor, type, id)
