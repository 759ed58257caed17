"""Coverage resources, read into the coverages of patients and written from them.

Not written, for FHIR's Coverage has no place for it: our plan, and the day of verification.

Source: HL7 FHIR R4, Coverage; the Source of Payment Typology of the Public Health Data Standards
Consortium (a few of its codes, from memory; not checked against the primary text).
"""

from typing import Any

from attrs import frozen

from carecoord.kernel.ids import CoverageId, OrganizationId, PatientId
from carecoord.patients.coverages import Coverage, CoverageType, Relationship
from carecoord_exchange.fhir.datatypes import codings, stated
from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.references import References

__all__ = ["CoverageOf", "coverage_of", "coverage_resource"]

_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_SELF_PAY = "http://terminology.hl7.org/CodeSystem/coverage-selfpay"
_SOURCE_OF_PAYMENT = "https://nahdo.org/sopt"
_CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class"
_RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
_TYPE_OF = {
    **dict.fromkeys(
        ((_ACT_CODE, code) for code in ("EHCPOL", "HIP", "HMO", "PPO", "POS", "MCPOL")),
        CoverageType.COMMERCIAL,
    ),
    (_ACT_CODE, "WCBPOL"): CoverageType.WORKERS_COMPENSATION,
    (_ACT_CODE, "AUTOPOL"): CoverageType.AUTO,
    (_ACT_CODE, "DENTPRG"): CoverageType.DENTAL,
    (_ACT_CODE, "VISPOL"): CoverageType.VISION,
    (_SELF_PAY, "pay"): CoverageType.SELF_PAY,
    (_SOURCE_OF_PAYMENT, "1"): CoverageType.MEDICARE,
    (_SOURCE_OF_PAYMENT, "2"): CoverageType.MEDICAID,
    (_SOURCE_OF_PAYMENT, "5"): CoverageType.COMMERCIAL,
    (_SOURCE_OF_PAYMENT, "81"): CoverageType.SELF_PAY,
}
_CODED = {
    CoverageType.COMMERCIAL: (_SOURCE_OF_PAYMENT, "5"),
    CoverageType.MEDICARE: (_SOURCE_OF_PAYMENT, "1"),
    CoverageType.MEDICAID: (_SOURCE_OF_PAYMENT, "2"),
    CoverageType.SELF_PAY: (_SELF_PAY, "pay"),
    CoverageType.WORKERS_COMPENSATION: (_ACT_CODE, "WCBPOL"),
    CoverageType.AUTO: (_ACT_CODE, "AUTOPOL"),
}
_BY_WORD = {
    "private": CoverageType.COMMERCIAL,
    "no_insurance": CoverageType.SELF_PAY,
    **{member.value: member for member in CoverageType},
}
_NOT_IN_USE = {"cancelled", "draft", "entered-in-error"}
_NO_ORDER = 10**6


@frozen
class CoverageOf:
    """A coverage, whose it is, and where it stands in the order of payment, lowest first."""

    patient: PatientId
    coverage: Coverage
    order: int = _NO_ORDER


def coverage_of(
    resource: Element, id: str, references: References, payers: dict[str, str]
) -> CoverageOf | None:
    """The coverage that a Coverage resource describes; None if that cannot be.

    `payers` are the names of the organizations of the bundle by their ids.
    """
    status = resource.text("status")
    if status in _NOT_IN_USE:
        resource.warning("status", f"is {status}; the coverage is not taken")
        return None
    beneficiary = resource.element("beneficiary")
    patient = None
    if beneficiary is not None:
        patient = references.find(beneficiary.text("reference"), type="Patient")
    if patient is None:
        resource.error("beneficiary", "does not say whose coverage it is")
        return None
    type = _type(resource)
    payer, payer_name = _payer(resource, references, payers, type)
    if payer_name is None:
        resource.error("payor", "does not say who pays")
        return None
    period = resource.element("period")
    order = resource.whole("order")
    coverage = resource.build(
        Coverage,
        id=CoverageId(id),
        type=type,
        payer_name=payer_name,
        payer=None if payer is None else OrganizationId(payer),
        member_id=resource.text("subscriberId") or _first_identifier(resource),
        group_number=_class(resource, "group"),
        relationship=_relationship(resource),
        starts=None if period is None else period.date("start"),
        ends=None if period is None else period.date("end"),
    )
    if coverage is None:
        return None
    return CoverageOf(PatientId(patient), coverage, _NO_ORDER if order is None else order)


def _type(resource: Element) -> CoverageType:
    concept = resource.element("type")
    for coding in codings(concept):
        if coding in _TYPE_OF:
            return _TYPE_OF[coding]
    word = None if concept is None else concept.text("text")
    known = _BY_WORD.get((word or "").strip().lower())
    if known is None:
        resource.warning("type", "is not a type of coverage that is known; taken as other")
    return known or CoverageType.OTHER


def _payer(
    resource: Element, references: References, payers: dict[str, str], type: CoverageType
) -> tuple[str | None, str | None]:
    for payor in resource.elements("payor"):
        reference = payor.text("reference")
        id = references.find(reference, type="Organization")
        name = payor.text("display") or payers.get(id or "")
        if id is not None:
            return id, name or id
        identifier = payor.element("identifier")
        if name is None and identifier is not None:
            name = identifier.text("value")
        if name is not None:
            return None, name
    return None, "self" if type is CoverageType.SELF_PAY else None


def _first_identifier(resource: Element) -> str | None:
    for identifier in resource.elements("identifier"):
        if (value := identifier.text("value")) is not None:
            return value
    return None


def _class(resource: Element, wanted: str) -> str | None:
    for element in resource.elements("class"):
        if any(code == wanted for _, code in codings(element.element("type"))):
            return element.text("value")
    return None


def _relationship(resource: Element) -> Relationship:
    concept = resource.element("relationship")
    for _, code in codings(concept):
        try:
            return Relationship(code)
        except ValueError:
            resource.warning("relationship", "is not a code that is known; taken as other")
            return Relationship.OTHER
    return Relationship.SELF


def coverage_resource(
    coverage: Coverage, patient: PatientId, *, order: int | None = None
) -> dict[str, Any]:
    """The Coverage resource of a patient's coverage; `order` is its place in payment, from 1."""
    coded = _CODED.get(coverage.type)
    coding = coded and [{"system": coded[0], "code": coded[1]}]
    payer = coverage.payer and f"Organization/{coverage.payer}"
    group = coverage.group_number and [
        {"type": {"coding": [{"system": _CLASS, "code": "group"}]}, "value": coverage.group_number}
    ]
    starts, ends = coverage.starts, coverage.ends
    return stated(
        resourceType="Coverage",
        id=coverage.id,
        status="active",
        type=stated(coding=coding, text=coverage.type.value),
        subscriberId=coverage.member_id,
        beneficiary={"reference": f"Patient/{patient}"},
        relationship={"coding": [{"system": _RELATIONSHIP, "code": coverage.relationship.value}]},
        period=stated(start=starts and starts.isoformat(), end=ends and ends.isoformat()),
        payor=[stated(reference=payer, display=coverage.payer_name)],
        class_=group,
        order=order,
    )
