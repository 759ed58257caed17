from datetime import UTC, date, datetime
from itertools import count

import pytest
from carecoord_exchange.x12 import Party, X12Eligibility, read_interchange
from carecoord_exchange.x12.interchange import write_interchange

from carecoord import Actor, Clinic, Gateways, Purpose, Role
from carecoord.coordination.gateways import CoverageStatus
from carecoord.errors import InvalidValue, Unavailable
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import CoverageId, PatientId
from carecoord.patients.coverages import Coverage, CoverageType
from carecoord.patients.registration import Patient

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = date(2026, 5, 4)
COVERAGE = Coverage(
    id=CoverageId("c1"), type=CoverageType.COMMERCIAL, payer_name="Payer", member_id="M1"
)
PATIENT = Patient(
    id=PatientId("p1"), name=HumanName(family="OKAFOR", given=("ADA",)), coverages=(COVERAGE,)
)


class At:
    def now(self):
        return NOW


def payer(*rows, trace=None, type="271"):
    """A payer that answers every request with these rows."""

    def send(request):
        (asked,) = read_interchange(request.encode()).transactions
        (traced,) = [one[2] for one in asked.segments if one.tag == "TRN"]
        said = traced if trace is None else trace
        segments = [
            ["BHT", "0022", "11", "1"], ["HL", "1", "", "20", "1"],
            ["NM1", "PR", "2", "PAYER", "", "", "", "", "PI", "1"], ["HL", "2", "1", "21", "1"],
            ["HL", "3", "2", "22", "0"], *([["TRN", "2", said]] if said else []),
            ["NM1", "IL", "1", "OKAFOR", "ADA", "", "", "", "MI", "M1"],
            *[row.split("*") for row in rows],
        ]  # fmt: skip
        return write_interchange(
            segments, type=type, functional_id="HB", guide="005010X279A1", sender=("30", "PAYER"),
            receiver=("30", "CLINIC"), sent=NOW, control=7,
        ).encode()  # fmt: skip

    return send


def gateway(send):
    numbers = count(41)
    return X12Eligibility(
        send, clock=At(), numbers=lambda: next(numbers),
        provider=Party("WEST CLINIC", "XX", "1234567893"),
        payer_of=lambda coverage: Party(coverage.payer_name.upper(), "PI", "12345"),
        sender=("30", "CLINIC"), receiver=("30", "CLEARING"), originator="9123456789",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        (["EB*1**30", "EB*B**98****25"], CoverageStatus.ACTIVE),
        (["EB*6**30"], CoverageStatus.INACTIVE),
        (["EB*V"], CoverageStatus.CANNOT_PROCESS),
        (["AAA*N**75*C"], CoverageStatus.CANNOT_PROCESS),
        (["EB*1**30", "AAA*N**75*C"], CoverageStatus.CANNOT_PROCESS),
    ],
)
def test_what_the_payer_says_is_the_status(rows, status):
    found = gateway(payer(*rows)).verify(PATIENT, COVERAGE, DAY)
    assert (found.status, found.on, found.reference) == (status, DAY, "000000041")


def test_every_question_has_a_number_of_its_own():
    asked = []
    answer = payer("EB*1**30")
    clearing = gateway(lambda request: (asked.append(request), answer(request))[1])
    for _ in range(2):
        clearing.ask(PATIENT, COVERAGE, DAY, ("98",))
    controls = [read_interchange(request.encode()).control for request in asked]
    assert controls == ["000000041", "000000042"]
    assert all("EQ*98" in request for request in asked)


def refuse(_):
    raise ConnectionResetError


@pytest.mark.parametrize(
    "send",
    [
        refuse, lambda _: b"<html>", payer("EB*1**30", trace="another"), payer("EB*1", type="999"),
        lambda request: payer("EB*1")(request).replace(b"SE*", b"SE*1"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_is_as_good_as_none(send):
    with pytest.raises(Unavailable):
        gateway(send).verify(PATIENT, COVERAGE, DAY)


def test_an_answer_without_a_trace_is_taken_if_it_is_the_only_one():
    found = gateway(payer("EB*1**30", trace="")).verify(PATIENT, COVERAGE, DAY)
    assert (found.status, found.reference) == (CoverageStatus.ACTIVE, None)


def test_a_coverage_without_a_member_id_cannot_be_asked_about():
    nameless = Coverage(id=CoverageId("c"), type=CoverageType.OTHER, payer_name="Payer")
    with pytest.raises(InvalidValue):
        gateway(payer("EB*1")).verify(PATIENT, nameless, DAY)


def test_the_desk_verifies_coverage_through_it():
    clinic = Clinic(gateways=Gateways(eligibility=gateway(payer("EB*1**30"))))
    desk = clinic.desk(Actor("nora", {Role.COORDINATOR}), Purpose.OPERATIONS)
    desk.take_over_patient(PATIENT)
    desk.verify_coverage(PATIENT.id, COVERAGE.id, on=DAY)
    assert desk.look_up_patient(PATIENT.id).coverages[0].verified_on is not None
