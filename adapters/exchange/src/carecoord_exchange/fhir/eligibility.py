"""CoverageEligibilityResponse read and CoverageEligibilityRequest written.

    for found in read_eligibility_responses("response.json").found:
        found.patient, found.answer.is_active, found.answer.benefits

What a payer answers is the same in FHIR and in X12, and so are the values it is read into: the
functions of `carecoord_exchange.x12` that make accumulators and benefits take both.

Source: HL7 FHIR R4, CoverageEligibilityRequest and CoverageEligibilityResponse; its benefit
categories are the service types of X12.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from attrs import frozen

from carecoord.kernel.ids import CoverageId, OrganizationId, PatientId
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.fhir.datatypes import codings, instant_text, stated
from carecoord_exchange.fhir.elements import Element
from carecoord_exchange.fhir.entries import Entries
from carecoord_exchange.fhir.references import References
from carecoord_exchange.problems import Problem
from carecoord_exchange.sources import Source
from carecoord_exchange.x12.benefit_codes import BenefitKind, Level, Network, TimePeriod
from carecoord_exchange.x12.statements import (
    BenefitStatement,
    EligibilityAnswer,
    Person,
    Rejection,
)

__all__ = [
    "CoverageAnswer",
    "CoverageAnswers",
    "eligibility_request_resource",
    "read_eligibility_responses",
]

T = TypeVar("T")

_CATEGORIES = "http://terminology.hl7.org/CodeSystem/ex-benefitcategory"
_KINDS = {
    "deductible": BenefitKind.DEDUCTIBLE,
    "copay": BenefitKind.COPAY,
    "copay-percent": BenefitKind.COINSURANCE,
    "benefit": BenefitKind.LIMITATIONS,
}
_NETWORKS = {"in": Network.IN, "out": Network.OUT}
_LEVELS = {"individual": Level.INDIVIDUAL, "family": Level.FAMILY}
_TERMS = {
    "annual": TimePeriod.SERVICE_YEAR,
    "day": TimePeriod.DAY,
    "lifetime": TimePeriod.LIFETIME,
}


@frozen
class CoverageAnswer:
    """What a payer says of one coverage of a patient; of none where it says only why not."""

    patient: PatientId
    coverage: CoverageId | None
    answer: EligibilityAnswer


@frozen
class CoverageAnswers:
    """The answers of a bundle, and what of it could not be read."""

    found: tuple[CoverageAnswer, ...]
    problems: tuple[Problem, ...]


def read_eligibility_responses(source: Source) -> CoverageAnswers:
    """The answers of a bundle, or of a response by itself.

    Raises:
        FileRefused: it cannot be read, is not strict JSON, or is neither a bundle nor a resource.
    """
    entries = Entries.of(source)
    found = [
        answer
        for entry in entries
        if entry.type == "CoverageEligibilityResponse"
        for answer in _answers(entry.element, entries.references)
    ]
    return CoverageAnswers(tuple(found), entries.problems)


def _answers(resource: Element, references: References) -> Iterator[CoverageAnswer]:
    if resource.text("status") not in (None, "active"):
        resource.warning("status", "is not active; the answer is not taken")
        return
    patient = _id(resource, "patient", references, "Patient")
    if patient is None:
        resource.error("patient", "does not say whom the answer is about")
        return
    rejections = tuple(
        Rejection(code, "", False)
        for error in resource.elements("error")
        for _, code in codings(error.element("code"))
    )
    payer = _id(resource, "insurer", references, "Organization")
    insurer = resource.element("insurer")
    name = None if insurer is None else insurer.text("display")
    days = _serviced(resource)
    insurances = resource.elements("insurance")
    for insurance in insurances:
        period = insurance.element("benefitPeriod")
        first, last = days if period is None else (period.date("start"), period.date("end"))
        answer = EligibilityAnswer(
            name, payer, Person(), Person(), False, (), tuple(_statements(insurance)), rejections,
            first, last,
        )  # fmt: skip
        coverage = _id(insurance, "coverage", references, "Coverage")
        yield CoverageAnswer(
            PatientId(patient), None if coverage is None else CoverageId(coverage), answer
        )
    if not insurances and rejections:
        answer = EligibilityAnswer(
            name, payer, Person(), Person(), False, (), (), rejections, *days
        )
        yield CoverageAnswer(PatientId(patient), None, answer)


def _serviced(resource: Element) -> tuple[date | None, date | None]:
    period = resource.element("servicedPeriod")
    if period is not None:
        return period.date("start"), period.date("end")
    day = resource.date("servicedDate")
    return day, day


def _statements(insurance: Element) -> Iterator[BenefitStatement]:
    in_force = insurance.flag("inforce")
    if in_force is not None:
        yield BenefitStatement(BenefitKind.ACTIVE if in_force else BenefitKind.INACTIVE)
    for item in insurance.elements("item"):
        types = tuple(code for _, code in codings(item.element("category")))[:1]
        network = _code(item, "network", _NETWORKS)
        authorization = item.flag("authorizationRequired")
        if item.flag("excluded"):
            yield BenefitStatement(BenefitKind.NON_COVERED, service_types=types, network=network)
        for benefit in item.elements("benefit"):
            kinds = [code for _, code in codings(benefit.element("type"))]
            kind = _KINDS.get(kinds[0] if kinds else "", BenefitKind.BENEFIT_DESCRIPTION)
            for period, amount, share in _figures(benefit, kind, _code(item, "term", _TERMS)):
                yield BenefitStatement(
                    kind, _code(item, "unit", _LEVELS), types, period=period, amount=amount,
                    percentage=share, authorization_required=authorization, network=network,
                    plan=item.text("name"),
                )  # fmt: skip


def _figures(
    benefit: Element, kind: BenefitKind, term: TimePeriod | None
) -> Iterator[tuple[TimePeriod | None, Money | None, Rate | None]]:
    """What is allowed in the term, and what of it is used."""
    if kind is BenefitKind.COINSURANCE:
        percent = benefit.whole("allowedUnsignedInt")
        if percent is not None and 0 <= percent <= 100:
            yield term, None, Rate.percent(percent)
        else:
            benefit.error("allowedUnsignedInt", "must be a percentage from 0 to 100")
        return
    allowed, used = _money(benefit, "allowedMoney"), _money(benefit, "usedMoney")
    if allowed is not None:
        yield (TimePeriod.VISIT if kind is BenefitKind.COPAY else term), allowed, None
    if used is not None:
        yield TimePeriod.YEAR_TO_DATE, used, None


def _money(owner: Element, key: str) -> Money | None:
    element = owner.element(key)
    if element is None:
        return None
    value = element.value.get("value")
    currency = element.text("currency") or "USD"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        element.error("value", "must be a number")
        return None
    exact = Decimal(str(value)) if isinstance(value, float) else value
    amount = element.build(Money.of, exact, currency)
    if amount is not None and amount.cents < 0:
        element.error("value", "must not be negative")
        return None
    return amount


def _code(item: Element, key: str, known: dict[str, T]) -> T | None:
    for _, code in codings(item.element(key)):
        if code in known:
            return known[code]
        item.warning(key, "is not a code that is known; not taken")
        return None
    return None


def _id(owner: Element, key: str, references: References, type: str) -> str | None:
    element = owner.element(key)
    return None if element is None else references.find(element.text("reference"), type=type)


def eligibility_request_resource(
    id: str,
    *,
    patient: PatientId,
    coverages: Iterable[CoverageId],
    insurer: OrganizationId,
    created: datetime,
    on: date,
    provider: OrganizationId | None = None,
    service_types: Sequence[str] = (),
) -> dict[str, Any]:
    """The CoverageEligibilityRequest that asks whether coverages are in force and what they pay.

    `service_types` are those of X12, such as 98 for an office visit; none asks about the plan.
    """
    insurance = [{"coverage": {"reference": f"Coverage/{one}"}} for one in coverages]
    items = [
        {"category": {"coding": [{"system": _CATEGORIES, "code": code}]}} for code in service_types
    ]
    return stated(
        resourceType="CoverageEligibilityRequest",
        id=id,
        status="active",
        purpose=["validation", "benefits"],
        patient={"reference": f"Patient/{patient}"},
        servicedDate=on.isoformat(),
        created=instant_text(created),
        provider=provider and {"reference": f"Organization/{provider}"},
        insurer={"reference": f"Organization/{insurer}"},
        insurance=insurance,
        item=items,
    )
