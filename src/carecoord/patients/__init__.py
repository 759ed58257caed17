"""Patients: who they are, how they are reached, and how they are insured."""

from carecoord.patients.contacts import Contact, ContactRole
from carecoord.patients.coverages import (
    Coverage,
    CoverageType,
    Relationship,
    coverage_is_in_force,
)
from carecoord.patients.registration import (
    Gender,
    Patient,
    birth_date_is_possible,
    not_registered_already,
    patient_is_active,
)

__all__ = [
    "Contact",
    "ContactRole",
    "Coverage",
    "CoverageType",
    "Gender",
    "Patient",
    "Relationship",
    "birth_date_is_possible",
    "coverage_is_in_force",
    "not_registered_already",
    "patient_is_active",
]
