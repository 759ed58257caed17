from datetime import date, timedelta

import pytest
from attrs import evolve

from carecoord import Money, NotAllowed, NotFound
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.compliance.request_terms import ReachAt
from carecoord.compliance.request_times import RequestKind
from carecoord.coordination.discussing_costs import Service
from carecoord.directory import Organization, Practitioner
from carecoord.kernel.codes import CPT, ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.contact import Address, HumanName
from carecoord.patients import CoverageType
from carecoord.referrals import Recipient
from carecoord.visits import CancellationReason, Modality, Requirement
from carecoord.visits.attendance import AttendancePolicy
from carecoord.visits.readiness import (
    Fact,
    PreVisitFacts,
    ReadinessItem,
    ReadinessPolicy,
    Severity,
)

MRI = Code(CPT, "70551")


@pytest.fixture
def visit(desk, small):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    return desk.book(small.ada.id, small.type.id, opening)


def open_of(findings):
    return {one.item for one in findings}


def test_nothing_known_is_nothing_settled_and_what_blocks_comes_first(desk, visit):
    findings = desk.readiness_of(visit.id)
    assert open_of(findings) == set(ReadinessItem) - {ReadinessItem.INSTRUCTIONS}
    severities = [one.severity for one in findings]
    assert severities == sorted(severities, key=lambda one: one is not Severity.BLOCKS)
    emergency = desk.readiness_of(visit.id, policy=ReadinessPolicy(emergency=True))
    assert {one.severity for one in emergency} == {Severity.WARNS}


def test_what_the_record_shows_is_settled_and_what_is_told_wins(desk, small, visit):
    record = desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    coverage = record.coverages[0].id
    desk.record_verification(record.id, coverage)
    desk.change_record(evolve(desk.look_up_patient(record.id), interpreter_needed=False))
    desk.estimate_for_cash(record.id, (Service(MRI),), visit=visit.id)
    asked = desk.request_authorization(
        record.id, coverage, (RequestedLine(1, MRI, 1),),
        program=Program.ERISA, channel=Channel.FHIR_PAS,
    )  # fmt: skip
    desk.record_decision(
        asked.id, Action.CERTIFIED_IN_TOTAL, channel=Channel.FHIR_PAS, first=date(2026, 3, 1)
    )
    desk.use_authorization(asked.id, visit.id, MRI)
    desk.enter_practitioner(Practitioner(id="wu", name=HumanName(family="Wu")))
    desk.enter_organization(Organization(id="heart", name="Heart Clinic"))
    referral = desk.refer(
        record.id, Recipient(organization="heart"), service=Code(SNOMED_CT, "183519002"),
        reason=Code(ICD_10_CM, "I48.91"), requester="wu",
    )  # fmt: skip
    desk.record_referral_accepted(referral.id)
    desk.record_referral_scheduled(referral.id, visit.period, booking=visit.id)
    settled = set(ReadinessItem) - open_of(desk.readiness_of(visit.id))
    assert settled == {
        ReadinessItem.COVERAGE,
        ReadinessItem.ESTIMATE,
        ReadinessItem.AUTHORIZATION,
        ReadinessItem.REFERRAL,
        ReadinessItem.INTERPRETER,
        ReadinessItem.INSTRUCTIONS,
        ReadinessItem.SECONDARY_PAYER,
        ReadinessItem.COPAY,
    }
    answers = {one.question: one.answer for one in desk.pre_visit_packet(visit.id).answers}
    assert answers["Do I need an authorization or a referral?"] == (
        "We have the authorization and the referral on file for this visit."
    )
    told = PreVisitFacts(identity=Fact.YES, coverage=Fact.NO)
    left = open_of(desk.readiness_of(visit.id, told))
    assert ReadinessItem.IDENTITY not in left
    assert ReadinessItem.COVERAGE in left


def test_a_coverage_that_was_verified_long_ago_is_verified_no_more(desk, small, visit, clock):
    record = desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    old = evolve(record.coverages[0], verified_on=date(2026, 1, 1))
    desk.change_record(record.with_coverage_changed(old))
    assert ReadinessItem.COVERAGE in open_of(desk.readiness_of(visit.id))


def test_the_packet_answers_the_usual_questions(desk, small, visit):
    packet = desk.pre_visit_packet(visit.id)
    answers = {one.question: one.answer for one in packet.answers}
    assert answers["When is it?"] == (
        "Tuesday, 03 March 2026, at 09:00; it takes about 30 minutes."
    )
    assert answers["Where is it?"] == "At Main Street."
    assert "nothing special" in answers["How do I prepare?"]
    assert "ask us" in answers["What will it cost me?"]
    assert "pay yourself" in answers["Who pays?"]
    assert answers["Do I need an authorization or a referral?"].startswith("We know of none")
    assert answers["How do I get there, and who interprets?"].startswith("If you need a ride")


def test_the_packet_takes_the_one_way_that_the_patient_asked_for(desk, small, visit):
    assert desk.pre_visit_packet(visit.id).only_at is None
    elsewhere = ReachAt(address=Address(lines=("12 Elm St",), city="Springfield"))
    asked = desk.receive_individual_request(
        visit.patient, RequestKind.CONFIDENTIAL_COMMUNICATION, "not at home", reach_at=elsewhere
    )
    assert desk.agreed_way_to_reach(visit.patient) is None
    desk.grant_individual_request(asked.id)
    assert desk.pre_visit_packet(visit.id).only_at == elsewhere
    assert desk.agreed_way_to_reach(visit.patient) == elsewhere


def test_the_packet_knows_what_the_record_knows(desk, small):
    desk.offer_visit_type(
        evolve(
            small.type,
            instructions="Eat nothing for six hours.",
            modalities={Modality.TELEHEALTH},
        )
    )
    desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    opening = desk.find_openings(
        small.type.id, small.tuesday, modality=Modality.TELEHEALTH
    ).openings[0]
    visit = desk.book(small.ada.id, small.type.id, opening, modality=Modality.TELEHEALTH)
    desk.estimate_for_cash(small.ada.id, (Service(MRI),), visit=visit.id)
    answers = {one.question: one.answer for one in desk.pre_visit_packet(visit.id).answers}
    assert answers["How do I prepare?"] == "Eat nothing for six hours."
    assert answers["Where is it?"].startswith("By video")
    assert answers["Who pays?"] == "We will bill Acme first."
    assert answers["What will it cost me?"].startswith("We expect")
    assert ReadinessItem.TRANSPORT not in open_of(desk.readiness_of(visit.id))
    with pytest.raises(NotFound):
        desk.pre_visit_packet("visit-none")


def of(desk, visit, item):
    found = {one.item: one.fact for one in desk.readiness_of(visit.id)}
    return found.get(item)


def test_what_somebody_found_out_is_kept_with_who_and_when(desk, small, visit, clock):
    for item in ReadinessItem:
        desk.settle_readiness(visit.id, item, Fact.YES, note="by phone")
    assert desk.readiness_of(visit.id) == ()
    kept = desk.look_up_visit(visit.id).settled
    assert {one.item for one in kept} == set(ReadinessItem)
    assert {(one.by, one.at, one.note) for one in kept} == {("nora", clock.at, "by phone")}
    desk.settle_readiness(visit.id, ReadinessItem.TRANSPORT, Fact.NO)
    assert open_of(desk.readiness_of(visit.id)) == {ReadinessItem.TRANSPORT}
    told = PreVisitFacts(transport=Fact.NOT_NEEDED)
    assert desk.readiness_of(visit.id, told) == ()
    desk.cancel(visit.id, CancellationReason.PATIENT)
    with pytest.raises(NotAllowed, match="visit_still_stands"):
        desk.settle_readiness(visit.id, ReadinessItem.TRANSPORT, Fact.YES)


def test_the_notice_of_privacy_practices_is_looked_up(desk, small, visit):
    item = ReadinessItem.PRIVACY_NOTICE
    assert of(desk, visit, item) is Fact.UNKNOWN
    receipt = desk.give_notice(small.ada.id, "2026-02")
    assert of(desk, visit, item) is Fact.NO
    desk.acknowledge_notice(receipt.id)
    assert of(desk, visit, item) is None
    later = desk.give_notice(small.ada.id, "2026-03")
    desk.note_notice_effort(later.id, "did not want to sign")
    assert of(desk, visit, item) is None


@pytest.mark.parametrize(
    ("type", "questions", "accident", "copay"),
    [
        (CoverageType.MEDICARE, Fact.UNKNOWN, Fact.UNKNOWN, Fact.UNKNOWN),
        (CoverageType.COMMERCIAL, None, Fact.UNKNOWN, Fact.UNKNOWN),
        (CoverageType.WORKERS_COMPENSATION, None, None, Fact.UNKNOWN),
        (CoverageType.SELF_PAY, None, Fact.UNKNOWN, None),
    ],
)
def test_a_coverage_says_which_questions_are_left(
    desk, small, visit, type, questions, accident, copay
):
    desk.add_coverage(small.ada.id, type=type, payer_name="Acme")
    assert of(desk, visit, ReadinessItem.SECONDARY_PAYER) is questions
    assert of(desk, visit, ReadinessItem.ACCIDENT) is accident
    assert of(desk, visit, ReadinessItem.COPAY) is copay


def test_an_interpreter_who_is_needed_is_there_only_if_one_is_booked(desk, small, visit):
    desk.change_record(evolve(small.ada, interpreter_needed=True))
    assert of(desk, visit, ReadinessItem.INTERPRETER) is Fact.NO
    with_one = (*small.type.requirements, Requirement("interpreter"))
    desk.offer_visit_type(evolve(small.type, requirements=with_one))
    assert of(desk, visit, ReadinessItem.INTERPRETER) is None
    answers = {one.question: one.answer for one in desk.pre_visit_packet(visit.id).answers}
    assert (
        "We arrange a qualified interpreter" in answers["How do I get there, and who interprets?"]
    )


def test_the_packet_says_what_it_costs_not_to_come(clinic, desk, visit):
    clinic.attendance = AttendancePolicy(
        notice=timedelta(hours=24), no_show_fee=Money.of("50"), late_fee=Money.of("25")
    )
    answers = {one.question: one.answer for one in desk.pre_visit_packet(visit.id).answers}
    assert answers["What if I cannot come?"].endswith(
        "Later than 24 hours before, or if you do not come, it may cost up to $50.00;"
        " members of Medicaid pay nothing."
    )
