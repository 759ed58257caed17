"""FHIR R4 in and out: patients, coverages, the provider directory, appointments and slots.

from carecoord_exchange.fhir import patient_resource, read_bundle

contents = read_bundle("bundle.json")
[patient_resource(patient) for patient in contents.patients]
"""

from carecoord_exchange.fhir.bundle import BundleContents, read_bundle, read_resources
from carecoord_exchange.fhir.coverages import CoverageOf, coverage_resource
from carecoord_exchange.fhir.directory import (
    location_resource,
    organization_resource,
    practitioner_resource,
    practitioner_role_resource,
)
from carecoord_exchange.fhir.eligibility import (
    CoverageAnswer,
    CoverageAnswers,
    eligibility_request_resource,
    read_eligibility_responses,
)
from carecoord_exchange.fhir.losses import losses
from carecoord_exchange.fhir.patients import patient_resource
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
from carecoord_exchange.fhir.scheduling_reading import read_scheduling, read_scheduling_resources
from carecoord_exchange.fhir.scheduling_writing import (
    appointment_of,
    appointment_resource,
    appointment_response_resource,
    schedule_resource,
    slot_resource,
)

__all__ = [
    "Actor",
    "Appointment",
    "AppointmentResponse",
    "AvailabilitySchedule",
    "BundleContents",
    "CoverageAnswer",
    "CoverageAnswers",
    "CoverageOf",
    "Participant",
    "ParticipantStatus",
    "Requirement",
    "Scheduling",
    "Slot",
    "SlotStatus",
    "appointment_of",
    "appointment_resource",
    "appointment_response_resource",
    "coverage_resource",
    "eligibility_request_resource",
    "location_resource",
    "losses",
    "organization_resource",
    "patient_resource",
    "practitioner_resource",
    "practitioner_role_resource",
    "read_bundle",
    "read_eligibility_responses",
    "read_resources",
    "read_scheduling",
    "read_scheduling_resources",
    "schedule_resource",
    "slot_resource",
]
