"""Patient resources, read into patients and written from them.

Not written, for FHIR's Patient has no place for it: whether a contact may discuss care. Coverages
are resources of their own.

Source: HL7 FHIR R4, Patient.
"""

from typing import Any

from carecoord.kernel.ids import PatientId
from carecoord.patients.contacts import Contact, ContactRole
from carecoord.patients.registration import Gender, Patient
from carecoord_exchange.fhir.datatypes import (
    address,
    address_json,
    addresses,
    choice,
    codings,
    human_name,
    identifier_json,
    identifiers,
    instant_text,
    json_all,
    name_json,
    names,
    stated,
    telecom_json,
    telecoms,
)
from carecoord_exchange.fhir.elements import Element

__all__ = ["patient_of", "patient_resource"]

INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_LANGUAGES = "urn:ietf:bcp:47"
_CONTACT_ROLE = "http://terminology.hl7.org/CodeSystem/v2-0131"
_ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_ROLE_CLASS = "http://terminology.hl7.org/CodeSystem/v3-RoleClass"
_ROLES = {
    ContactRole.EMERGENCY: (_CONTACT_ROLE, "C"),
    ContactRole.NEXT_OF_KIN: (_CONTACT_ROLE, "N"),
    ContactRole.GUARDIAN: (_ROLE_CODE, "GUARD"),
    ContactRole.GUARANTOR: (_ROLE_CLASS, "GUAR"),
    ContactRole.HEALTH_CARE_PROXY: (_ROLE_CODE, "HPOWATT"),
    ContactRole.CAREGIVER: (_ROLE_CLASS, "CAREGIVER"),
    ContactRole.OTHER: (_CONTACT_ROLE, "U"),
}
_ROLE_OF = {code: role for role, code in _ROLES.items()}


_SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
"""What FHIR says of a resource that does not hold all that is known."""


def patient_of(resource: Element, id: str) -> Patient | None:
    """The patient that a Patient resource describes, without coverages; None if that cannot be."""
    known = names(resource)
    if not known:
        resource.error("name", "is missing, or none of the names can be taken")
        return None
    record_numbers, others = identifiers(resource)
    language, active = _language(resource), resource.flag("active")
    died_at, died = resource.instant("deceasedDateTime"), resource.flag("deceasedBoolean")
    if died and died_at is None:
        resource.warning("deceasedBoolean", "tells no date of death; taken as inactive")
        active = False
    interpreter = resource.extension(INTERPRETER)
    return resource.build(
        Patient,
        id=PatientId(id),
        name=known[0],
        birth_date=resource.date("birthDate"),
        gender=choice(resource, "gender", Gender) or Gender.UNKNOWN,
        record_numbers=tuple(record_numbers),
        identifiers=tuple(others),
        other_names=known[1:],
        telecoms=telecoms(resource),
        addresses=addresses(resource),
        contacts=_contacts(resource),
        language=language,
        interpreter_needed=None if interpreter is None else interpreter.flag("valueBoolean"),
        deceased_at=died_at,
        active=active is not False,
    )


def _language(resource: Element) -> str | None:
    spoken = resource.elements("communication")
    for communication in sorted(spoken, key=lambda one: one.value.get("preferred") is not True):
        language = communication.element("language")
        for _, code in codings(language):
            return code
        if language is not None and (text := language.text("text")) is not None:
            return text
    return None


def _contacts(resource: Element) -> tuple[Contact, ...]:
    found = []
    for element in resource.elements("contact"):
        named = element.element("name")
        name = None if named is None else human_name(named)
        if name is None:
            element.error("name", "is missing; the contact is not taken")
            continue
        role = ContactRole.OTHER
        for relationship in reversed(element.elements("relationship")):
            for coding in codings(relationship):
                role = _ROLE_OF.get(coding, role)
        place = element.element("address")
        read = element.build(
            Contact,
            role=role,
            name=name,
            telecoms=telecoms(element),
            address=None if place is None else address(place),
        )
        if read is not None:
            found.append(read)
    return tuple(found)


def patient_resource(patient: Patient) -> dict[str, Any]:
    """The Patient resource of a patient; tagged as SUBSETTED if parts are withheld."""
    numbers = [identifier_json(one, record_number=True) for one in patient.record_numbers]
    spoken = patient.language and [
        {
            "language": {"coding": [{"system": _LANGUAGES, "code": patient.language}]},
            "preferred": True,
        }
    ]
    interpreter = [{"url": INTERPRETER, "valueBoolean": patient.interpreter_needed}]
    return stated(
        resourceType="Patient",
        id=patient.id,
        meta={"tag": [_SUBSETTED]} if patient.withheld else None,
        extension=None if patient.interpreter_needed is None else interpreter,
        identifier=[*numbers, *json_all(patient.identifiers, identifier_json)],
        active=patient.active,
        name=json_all((patient.name, *patient.other_names), name_json),
        telecom=json_all(patient.telecoms, telecom_json),
        gender=patient.gender.value,
        birthDate=patient.birth_date and patient.birth_date.isoformat(),
        deceasedDateTime=patient.deceased_at and instant_text(patient.deceased_at),
        address=json_all(patient.addresses, address_json),
        contact=json_all(patient.contacts, _contact_json),
        communication=spoken,
    )


def _contact_json(contact: Contact) -> dict[str, Any]:
    system, code = _ROLES[contact.role]
    return stated(
        relationship=[{"coding": [{"system": system, "code": code}]}],
        name=name_json(contact.name),
        telecom=json_all(contact.telecoms, telecom_json),
        address=contact.address and address_json(contact.address),
    )
