"""Practitioner, PractitionerRole, Organization and Location resources, both ways.

Source: HL7 FHIR R4, Administration module.
"""

from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization, OrganizationType
from carecoord.directory.practitioners import Practitioner
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import LocationId, OrganizationId, PractitionerId
from carecoord.kernel.time import Zone
from carecoord_exchange.fhir.datatypes import (
    address,
    address_json,
    addresses,
    code_of,
    codings,
    identifier_json,
    identifiers,
    json_all,
    name_json,
    names,
    stated,
    telecom_json,
    telecoms,
)
from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.references import References

__all__ = [
    "RoleOf",
    "location_of",
    "location_resource",
    "organization_of",
    "organization_resource",
    "practitioner_of",
    "practitioner_resource",
    "practitioner_role_resource",
    "role_of",
]

ORGANIZATION_TYPES = "http://terminology.hl7.org/CodeSystem/organization-type"
TIME_ZONE = "http://hl7.org/fhir/StructureDefinition/timezone"


@frozen
class RoleOf:
    """What a PractitionerRole adds to a practitioner: an organization and specialties."""

    practitioner: str
    organization: str | None
    specialties: tuple[Code, ...]


def practitioner_of(resource: Element, id: str) -> Practitioner | None:
    """The practitioner that a Practitioner resource describes; None if that cannot be."""
    known = names(resource)
    if not known:
        resource.error("name", "is missing, or none of the names can be taken")
        return None
    record_numbers, others = identifiers(resource)
    return resource.build(
        Practitioner,
        id=PractitionerId(id),
        name=known[0],
        identifiers=(*record_numbers, *others),
        telecoms=telecoms(resource),
        addresses=addresses(resource),
        active=resource.flag("active") is not False,
    )


def role_of(resource: Element, references: References) -> RoleOf | None:
    """What a PractitionerRole says of whom; None where it names no practitioner or is over."""
    found = {}
    for key, type in (("practitioner", "Practitioner"), ("organization", "Organization")):
        element = resource.element(key)
        reference = None if element is None else element.text("reference")
        found[key] = references.find(reference, type=type)
    if found["practitioner"] is None:
        resource.error("practitioner", "does not say who has the role")
        return None
    if resource.flag("active") is False:
        return None
    specialties = [code_of(element) for element in resource.elements("specialty")]
    return RoleOf(
        found["practitioner"],
        found["organization"],
        tuple(dict.fromkeys(code for code in specialties if code is not None)),
    )


def organization_of(resource: Element, id: str, references: References) -> Organization | None:
    """The organization that an Organization resource describes; None if that cannot be."""
    name = resource.text("name") or next(iter(resource.texts("alias")), None)
    if name is None:
        resource.error("name", "is missing")
        return None
    record_numbers, others = identifiers(resource)
    return resource.build(
        Organization,
        id=OrganizationId(id),
        name=name,
        type=_organization_type(resource),
        identifiers=(*record_numbers, *others),
        telecoms=telecoms(resource),
        addresses=addresses(resource),
        part_of=_organization(resource, "partOf", references),
        active=resource.flag("active") is not False,
    )


def _organization(resource: Element, key: str, references: References) -> OrganizationId | None:
    element = resource.element(key)
    if element is None:
        return None
    id = references.find(element.text("reference"), type="Organization")
    return None if id is None else OrganizationId(id)


def _organization_type(resource: Element) -> OrganizationType:
    for concept in resource.elements("type"):
        for system, code in codings(concept):
            if system == ORGANIZATION_TYPES:
                try:
                    return OrganizationType(code)
                except ValueError:
                    concept.warning("coding", "is not a code that is known; not taken")
    return OrganizationType.OTHER


def location_of(
    resource: Element, id: str, references: References, zone: Zone | None
) -> Location | None:
    """The place that a Location resource describes, in its own zone or else in `zone`."""
    name = resource.text("name") or resource.text("description")
    if name is None:
        resource.error("name", "is missing")
        return None
    extension = resource.extension(TIME_ZONE)
    if extension is not None:
        zone = _zone(extension) or zone
    if zone is None:
        resource.error("extension", "does not say in which time zone it lies; give one for all")
        return None
    place = resource.element("address")
    return resource.build(
        Location,
        id=LocationId(id),
        name=name,
        zone=zone,
        organization=_organization(resource, "managingOrganization", references),
        telecoms=telecoms(resource),
        address=None if place is None else address(place),
        active=resource.text("status") in (None, "active"),
    )


def _zone(extension: Element) -> Zone | None:
    name = extension.text("valueCode")
    try:
        return None if name is None else ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        extension.error("valueCode", "is no IANA time zone")
        return None


def practitioner_resource(practitioner: Practitioner) -> dict[str, Any]:
    """The Practitioner resource; organization and specialties are in the PractitionerRole."""
    return stated(
        resourceType="Practitioner",
        id=practitioner.id,
        identifier=json_all(practitioner.identifiers, identifier_json),
        active=practitioner.active,
        name=[name_json(practitioner.name)],
        telecom=json_all(practitioner.telecoms, telecom_json),
        address=json_all(practitioner.addresses, address_json),
    )


def practitioner_role_resource(practitioner: Practitioner) -> dict[str, Any] | None:
    """The PractitionerRole with the organization and specialties; None if there is neither."""
    if practitioner.organization is None and not practitioner.specialties:
        return None
    organization = practitioner.organization and {
        "reference": f"Organization/{practitioner.organization}"
    }
    return stated(
        resourceType="PractitionerRole",
        id=f"{practitioner.id[:56]}-role",
        active=True,
        practitioner={"reference": f"Practitioner/{practitioner.id}"},
        organization=organization,
        specialty=[
            {"coding": [{"system": code.system, "code": code.value}]}
            for code in practitioner.specialties
        ],
    )


def organization_resource(organization: Organization) -> dict[str, Any]:
    """The Organization resource of an organization."""
    part_of = organization.part_of and {"reference": f"Organization/{organization.part_of}"}
    type = {"coding": [{"system": ORGANIZATION_TYPES, "code": organization.type.value}]}
    return stated(
        resourceType="Organization",
        id=organization.id,
        identifier=json_all(organization.identifiers, identifier_json),
        active=organization.active,
        type=[type],
        name=organization.name,
        telecom=json_all(organization.telecoms, telecom_json),
        address=json_all(organization.addresses, address_json),
        partOf=part_of,
    )


def location_resource(location: Location) -> dict[str, Any]:
    """The Location resource of a place, with its time zone as an extension."""
    organization = location.organization and {"reference": f"Organization/{location.organization}"}
    return stated(
        resourceType="Location",
        id=location.id,
        extension=[{"url": TIME_ZONE, "valueCode": location.zone.key}],
        status="active" if location.active else "inactive",
        name=location.name,
        telecom=json_all(location.telecoms, telecom_json),
        address=location.address and address_json(location.address),
        managingOrganization=organization,
    )
