"""Complying at the desk: disclosures and the individual's rights."""

from datetime import date, timedelta

import pytest
from attrs import evolve

from carecoord import AccessDenied, Actor, HumanName, InvalidValue, NotAllowed, Purpose, Role
from carecoord.compliance.breach_clocks import Notified, Residents
from carecoord.compliance.consents import ConsentKind, Statement
from carecoord.compliance.disclosures import Basis, DisclosureRecipient, Part2Notice, Suspension
from carecoord.compliance.incidents import Finding, Risk, RiskAssessment

COUNTY = DisclosureRecipient("County health department")
TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(desk):
    return desk.register(HumanName(family="Okafor", given=["Ada"]))


def disclose(desk, patient, basis=Basis.PUBLIC_HEALTH, **more):
    told = {"what": "immunizations", "purpose": "outbreak", "basis": basis}
    return desk.record_disclosure(patient.id, COUNTY, **told | more)


def test_an_accounting_sums_up_what_was_disclosed(desk, ada, clock):
    disclose(desk, ada)
    disclose(desk, ada, Basis.TREATMENT)
    clock.pass_(days=1)
    disclose(desk, ada)
    police = disclose(desk, ada, Basis.LAW_ENFORCEMENT)
    desk.suspend_accounting(
        police.id,
        Suspension("Sheriff", True, TODAY, TODAY + timedelta(days=90), "letter-1"),
    )
    wrong = disclose(desk, ada, Basis.REQUIRED_BY_LAW)
    desk.void_disclosure(wrong.id, "another patient's")
    (line,) = desk.account_for_disclosures(ada.id).lines
    assert (line.number, line.first_on, line.last_on) == (2, TODAY, TODAY + timedelta(days=1))
    assert desk.account_for_disclosures(ada.id, asked_on=TODAY).lines[0].number == 1
    clock.pass_(days=90)
    assert len(desk.account_for_disclosures(ada.id).lines) == 2


def test_a_disclosure_is_not_dated_ahead_and_carries_part_2_notices(desk, ada):
    with pytest.raises(InvalidValue):
        disclose(desk, ada, made_on=date(2026, 3, 3))
    told = {"what": "visits", "purpose": "care", "basis": Basis.TREATMENT, "part_2": True}
    with pytest.raises(NotAllowed, match="part_2_disclosure_carries_its_notice"):
        desk.record_disclosure(ada.id, COUNTY, **told)
    notice = Part2Notice("notice", "consent-1")
    with pytest.raises(NotAllowed, match="part_2_disclosure_rests_on_a_consent"):
        desk.record_disclosure(ada.id, COUNTY, **told, notice=notice)
    consent = desk.record_consent(
        ada.id,
        ConsentKind.PART_2,
        signed_by="the patient",
        what="all",
        discloser="the clinic",
        recipients=("those who treat me",),
        purpose="treatment, payment and operations",
        expires_with="the end of treatment",
        statements=frozenset({Statement.RIGHT_TO_REVOKE}),
    )
    desk.record_disclosure(ada.id, COUNTY, **told, notice=notice)
    desk.revoke_consent(consent.id, written=True)
    with pytest.raises(NotAllowed, match="part_2_disclosure_rests_on_a_consent"):
        desk.record_disclosure(ada.id, COUNTY, **told, notice=notice)


def test_who_schedules_sees_no_disclosures(clinic, ada):
    scheduler = clinic.desk(Actor.of("sam", Role.SCHEDULER), Purpose.TREATMENT)
    with pytest.raises(AccessDenied):
        scheduler.account_for_disclosures(ada.id)


def found(risk):
    return Finding(risk, "because")


def assessed(risk=Risk.MEDIUM):
    return RiskAssessment(
        on=TODAY,
        by="nora",
        nature_of_records=found(risk),
        who_received=found(risk),
        acquired_or_viewed=found(risk),
        mitigated=found(risk),
        low_probability=False,
    )


def test_a_breach_runs_its_clocks_until_all_are_told(desk, ada, clock):
    incident = desk.report_incident("a laptop is gone")
    with pytest.raises(InvalidValue):
        desk.report_incident("tomorrow's", discovered_on=TODAY + timedelta(days=1))
    desk.count_affected(incident.id, frozenset({ada.id}), (Residents("CO", 1),))
    breach = desk.assess_incident(incident.id, assessed())
    assert desk.open_incidents() == desk.incidents_affecting(ada.id) == (breach,)
    assert desk.notifications_of(breach.id)[0].due == TODAY + timedelta(days=30)
    desk.delay_notification(
        breach.id, Suspension("Sheriff", False, TODAY, TODAY + timedelta(days=30), "memo")
    )
    clock.pass_(days=31)
    assert [one.id for one in desk.overdue_incidents()] == [breach.id]
    assert desk.overdue_incidents(clocks=()) == ()
    desk.record_notification(breach.id, Notified.INDIVIDUALS, "by letter")
    assert desk.overdue_incidents() == ()
    with pytest.raises(NotAllowed):
        desk.close_incident(breach.id)
    with pytest.raises(InvalidValue):
        desk.record_notification(breach.id, Notified.HHS, "portal", on=date(2027, 1, 1))
    desk.record_notification(breach.id, Notified.HHS, "portal", on=TODAY)
    desk.close_incident(breach.id)
    assert desk.open_incidents() == ()


def test_an_incident_that_is_no_breach_tells_nobody(desk):
    incident = desk.report_incident("a fax to the wrong ward")
    cleared = evolve(assessed(Risk.LOW), low_probability=True)
    desk.assess_incident(incident.id, cleared)
    assert desk.notifications_of(incident.id) == ()
    assert desk.close_incident(incident.id).status.value == "closed"
