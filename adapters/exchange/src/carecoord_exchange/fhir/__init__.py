"""FHIR R4 in and out: bundles of patients, coverages and the provider directory.

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
from carecoord_exchange.fhir.losses import losses
from carecoord_exchange.fhir.patients import patient_resource

__all__ = [
    "BundleContents",
    "CoverageOf",
    "coverage_resource",
    "location_resource",
    "losses",
    "organization_resource",
    "patient_resource",
    "practitioner_resource",
    "practitioner_role_resource",
    "read_bundle",
    "read_resources",
]
