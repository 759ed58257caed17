"""Obligations at the desk: what is checked, what is attested, and who owes what by when."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from carecoord import AccessDenied, Actor, AlreadyTaken, HumanName, InvalidValue, Purpose, Role
from carecoord.compliance.breach_clocks import Residents
from carecoord.compliance.credentials import CredentialKind
from carecoord.compliance.duties import StandingState
from carecoord.compliance.federal_obligations import federal_obligations
from carecoord.compliance.incidents import Finding, Risk, RiskAssessment
from carecoord.compliance.obligations import Owner, Recurring
from carecoord.compliance.request_terms import RestrictionTerms
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.sources import Source, Sureness
from carecoord.compliance.workforce import WorkforceMember, WorkforceRequirement

TODAY = date(2026, 3, 2)
OURS = Source("our own", Sureness.OWN)


@pytest.fixture
def office(clinic):
    desk = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.OPERATIONS)
    for obligation in federal_obligations(first_review=date(2026, 3, 1)):
        desk.enter_obligation(obligation)
    return desk


@pytest.fixture
def ada(desk):
    return desk.register(HumanName(family="Okafor", given=["Ada"]))


def states(desk, **told):
    report = desk.obligation_report(**told)
    return {one.obligation.id: one.state(TODAY) for one in report}


def test_the_report_says_how_every_obligation_stands(office, clock):
    found = states(office)
    assert len(found) == len(federal_obligations(TODAY))
    assert found["us-requests"] is StandingState.MET
    assert found["us-audit"] is StandingState.NOT_KNOWN
    assert found["us-risk-analysis"] is StandingState.OVERDUE
    assert states(office, last_anchor=clock.at)["us-audit"] is StandingState.DUE
    stale = clock.at - timedelta(days=2)
    assert states(office, last_anchor=stale)["us-audit"] is StandingState.OVERDUE


def test_what_is_attested_moves_on_and_is_not_lost(office, clock):
    done = office.attest_obligation("us-risk-analysis", "binder 4")
    assert done.next_due == date(2027, 3, 1)
    monthly = evolve(
        next(one for one in federal_obligations(TODAY) if one.id == done.id),
        due=Recurring(date(2026, 3, 1), 1),
    )
    again = office.enter_obligation(monthly)
    assert (again.attestations, again.next_due) == (done.attestations, date(2026, 4, 1))
    with pytest.raises(InvalidValue):
        office.attest_obligation("us-evaluation", "binder 5", on=date(2026, 3, 3))
    gone = office.retire_obligation(done.id)
    assert gone.id not in states(office)
    assert office.enter_obligation(monthly).status is gone.status


def test_what_is_due_after_an_event_waits_for_it(office):
    assert states(office)["us-complaints"] is StandingState.MET
    office.note_occurrence("us-complaints", "by telephone")
    (duty,) = [one for one in office.duties_coming_due() if one.obligation == "us-complaints"]
    assert duty.due == TODAY + timedelta(days=30)
    office.attest_obligation("us-complaints", "file 7")
    assert states(office)["us-complaints"] is StandingState.MET


def test_patients_requests_notices_and_breaches_are_found_by_the_library(office, desk, ada, clock):
    asked = desk.receive_individual_request(ada.id, RequestKind.ACCESS, "everything")
    desk.receive_individual_request(
        ada.id, RequestKind.RESTRICTION, "this", restriction=RestrictionTerms(frozenset())
    )
    receipt = desk.give_notice(ada.id, "2026-02")
    fresh = desk.report_incident("a fax went astray")
    breach = desk.report_incident("a laptop is gone", residents=(Residents("CO", 1),))
    finding = Finding(Risk.HIGH, "because")
    desk.assess_incident(
        breach.id,
        RiskAssessment(
            on=TODAY, by="nora", nature_of_records=finding, who_received=finding,
            acquired_or_viewed=finding, mitigated=finding, low_probability=False,
        ),
    )  # fmt: skip
    found = {
        (one.obligation, one.about, one.due)
        for one in office.duties_coming_due(within_days=365)
        if one.about
    }
    day = timedelta(days=1)
    assert found == {
        ("us-requests", asked.id, TODAY + 30 * day),
        ("us-notices", receipt.id, TODAY),
        ("us-assessments", fresh.id, TODAY + 60 * day),
        ("us-breaches", breach.id, TODAY + 30 * day),
        ("us-breaches", breach.id, TODAY + 60 * day),
        ("us-breaches", breach.id, date(2027, 3, 1)),
    }
    assert (
        len(office.duties_coming_due(within_days=365, clocks=()))
        == len(office.duties_coming_due(within_days=365)) - 1
    )
    for within in (-1, 3654):
        with pytest.raises(InvalidValue):
            office.duties_coming_due(within_days=within)


def test_training_and_policies_are_owed_by_whoever_is_at_work(office, clinic, clock):
    nora = office.enter_workforce_member(
        WorkforceMember(id="nora", roles={Role.COORDINATOR}, joined_on=TODAY)
    )
    office.enter_workforce_member(
        WorkforceMember(id="max", roles={Role.BILLING}, joined_on=TODAY, left_on=TODAY)
    )
    training = office.enter_requirement(
        WorkforceRequirement(
            id="training", kind=CredentialKind.PRIVACY_TRAINING, since=TODAY, within_days=30,
            source=OURS,
        )
    )  # fmt: skip
    first = office.publish_policy("Sanctions", "2025", source=OURS)
    clock.pass_(days=1)
    assert office.workforce() == (nora,)
    hers = office.duties_coming_due(owner=Owner(actor="nora"))
    assert {(one.obligation, one.about) for one in hers} == {
        ("us-training", training.id),
        ("us-policies", first.id),
    }
    office.record_credential(
        "nora", CredentialKind.PRIVACY_TRAINING, "2026", issued_on=TODAY,
        expires_on=date(2027, 3, 2),
    )  # fmt: skip
    at_her_desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.OPERATIONS)
    assert at_her_desk.policies_to_read() == (first,)
    at_her_desk.acknowledge_policy(first.id)
    with pytest.raises(AlreadyTaken):
        at_her_desk.acknowledge_policy(first.id)
    assert at_her_desk.policies_to_read() == office.duties_coming_due(
        owner=Owner(actor="nora")
    ) == ()  # fmt: skip

    second = office.publish_policy("Sanctions", "2026", source=OURS, instead_of=first.id)
    assert at_her_desk.policies_to_read() == (second,)
    for wrong in (first.id, training.id):
        with pytest.raises(InvalidValue):
            at_her_desk.acknowledge_policy(wrong)
    office.end_requirement(second.id)
    assert at_her_desk.policies_to_read() == ()


def test_coordinators_see_and_attest_but_do_not_write_obligations(office, desk):
    with pytest.raises(AccessDenied):
        desk.retire_obligation("us-audit")
    assert desk.obligation_report()
