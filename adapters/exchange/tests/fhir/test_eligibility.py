"""Eligibility in FHIR: what payers answer, and how they are asked."""

import contextlib
import copy
import json
from datetime import UTC, date, datetime

import pytest
from carecoord_exchange.fhir import eligibility_request_resource, read_eligibility_responses
from carecoord_exchange.x12 import (
    BenefitKind,
    Network,
    TimePeriod,
    benefits_of,
    standings_of,
)

from carecoord.errors import CarecoordError
from carecoord.estimates import Figure, Standing
from carecoord.kernel.ids import CoverageId, OrganizationId, PatientId
from carecoord.kernel.money import Money, Rate


def coding(code, system="http://terminology.hl7.org/CodeSystem/x"):
    return {"coding": [{"system": system, "code": code}]}


def item(category, *benefits, **changes):
    return {
        "category": coding(category), "network": coding("in"), "unit": coding("individual"),
        "term": coding("annual"), "benefit": list(benefits), **changes,
    }  # fmt: skip


def dollars(value):
    return {"value": value, "currency": "USD"}


RESPONSE = {
    "resourceType": "CoverageEligibilityResponse", "id": "r1", "status": "active",
    "patient": {"reference": "Patient/p1"}, "servicedDate": "2026-05-04", "outcome": "complete",
    "insurer": {"reference": "Organization/o1", "display": "Payer"},
    "insurance": [
        {
            "coverage": {"reference": "Coverage/c1"}, "inforce": True,
            "item": [
                item("30", {"type": coding("deductible"), "allowedMoney": dollars(1500),
                            "usedMoney": dollars(1200.5)}),
                item("98", {"type": coding("copay"), "allowedMoney": dollars(25)},
                     authorizationRequired=True),
                item("MH", {"type": coding("copay-percent"), "allowedUnsignedInt": 20}),
                item("35", excluded=True),
            ],
        }
    ],
}  # fmt: skip


def read(resource):
    return read_eligibility_responses(json.dumps(resource).encode())


def test_an_answer_becomes_standings_and_benefits_as_from_x12():
    read_back = read(RESPONSE)
    assert read_back.problems == ()
    (found,) = read_back.found
    assert (found.patient, found.coverage) == ("p1", "c1")
    answer = found.answer
    assert (answer.is_active, answer.payer, answer.first_day) == (True, "Payer", date(2026, 5, 4))
    standings, contradictions = standings_of(answer)
    assert contradictions == ()
    assert standings == (
        Standing(
            Figure.DEDUCTIBLE, False, True, Money.of(1500), Money.of("1200.50"), Money.of("299.50")
        ),
    )
    benefits, _ = benefits_of(answer)
    by_type = {next(iter(benefit.categories)): benefit for benefit in benefits}
    assert by_type["98"].copay == Money.of(25)
    assert by_type["98"].authorization_required is True
    assert by_type["MH"].coinsurance == Rate.percent(20)
    assert by_type["35"].covered is False


def test_published_responses_are_understood(material):
    found = {
        name: read_eligibility_responses(
            material(f"fhir/r4-examples/CoverageEligibilityResponse-{name}.json")
        )
        for name in ("E2500", "E2501", "E2502", "E2503")
    }
    assert all(one.problems == () for one in found.values())
    assert [found[name].found[0].answer.is_active for name in found] == [True, True, True, None]
    statements = found["E2502"].found[0].answer.benefits
    limits = [row for row in statements if row.kind is BenefitKind.LIMITATIONS]
    assert (limits[0].amount, limits[0].period) == (Money.of(500_000), TimePeriod.SERVICE_YEAR)
    assert (limits[1].amount, limits[1].period) == (Money.of(3_748), TimePeriod.YEAR_TO_DATE)
    assert limits[0].network is Network.IN
    assert [one.reason for one in found["E2503"].found[0].answer.rejections] == ["a001"]
    assert found["E2501"].found[0].answer.benefits[1].amount == Money.of(500_000, "SAR")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("patient",), None, "patient"),
        (("patient",), {"reference": "Group/p1"}, "patient"),
        (("status",), "cancelled", "status"),
        (("servicedDate",), "soon", "servicedDate"),
        (("insurance", 0, "inforce"), "yes", "insurance[0].inforce"),
        (("insurance", 0, "item", 0, "network"), coding("moon"), "insurance[0].item[0].network"),
        (("insurance", 0, "item", 0, "benefit", 0, "allowedMoney"), dollars("5"),
         "insurance[0].item[0].benefit[0].allowedMoney.value"),
        (("insurance", 0, "item", 0, "benefit", 0, "allowedMoney"), dollars(-5),
         "insurance[0].item[0].benefit[0].allowedMoney.value"),
        (("insurance", 0, "item", 0, "benefit", 0, "allowedMoney"), dollars(0.001),
         "insurance[0].item[0].benefit[0].allowedMoney"),
        (("insurance", 0, "item", 2, "benefit", 0, "allowedUnsignedInt"), 120,
         "insurance[0].item[2].benefit[0].allowedUnsignedInt"),
    ],
)  # fmt: skip
def test_faults_are_named_by_their_path(path, value, place):
    changed = copy.deepcopy(RESPONSE)
    owner = changed
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = value
    problems = read(changed).problems
    assert {problem.place for problem in problems} == {f"CoverageEligibilityResponse.{place}"}


def test_a_request_asks_in_the_words_of_fhir():
    request = eligibility_request_resource(
        "q1", patient=PatientId("p1"), coverages=[CoverageId("c1")], insurer=OrganizationId("o1"),
        created=datetime(2026, 5, 1, 12, tzinfo=UTC), on=date(2026, 5, 4), service_types=("98",),
    )  # fmt: skip
    assert request["purpose"] == ["validation", "benefits"]
    assert request["insurance"] == [{"coverage": {"reference": "Coverage/c1"}}]
    assert request["item"][0]["category"]["coding"][0]["code"] == "98"
    assert (request["created"], request["servicedDate"]) == ("2026-05-01T12:00:00Z", "2026-05-04")
    assert "provider" not in request


def test_the_json_test_suite_leaves_only_our_own_errors(material):
    inside = json.dumps(RESPONSE).encode()
    for path in sorted(material("hostile/JSONTestSuite").rglob("*.json")):
        data = path.read_bytes()
        for text in (data, inside.replace(b"1500", data), inside.replace(b'"Coverage/c1"', data)):
            with contextlib.suppress(CarecoordError):
                read_eligibility_responses(text)
