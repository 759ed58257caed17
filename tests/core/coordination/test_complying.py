"""Complying at the desk: disclosures and the individual's rights."""

from datetime import date, timedelta

import pytest

from carecoord import AccessDenied, Actor, HumanName, InvalidValue, Money, NotAllowed, Purpose, Role
from carecoord.compliance.disclosures import Basis, DisclosureRecipient, Part2Notice, Suspension
from carecoord.compliance.request_terms import AccountingFee, RestrictionTerms
from carecoord.compliance.request_times import DenialGround, RequestKind

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
    with pytest.raises(NotAllowed, match="part_2_disclosure_carries_its_notice"):
        disclose(desk, ada, Basis.AUTHORIZED, part_2=True)
    disclose(desk, ada, Basis.AUTHORIZED, part_2=True, notice=Part2Notice("notice", "consent-1"))


def test_who_schedules_sees_no_disclosures(clinic, ada):
    scheduler = clinic.desk(Actor.of("sam", Role.SCHEDULER), Purpose.TREATMENT)
    with pytest.raises(AccessDenied):
        scheduler.account_for_disclosures(ada.id)


def test_a_request_has_a_clock_one_extension_and_an_answer(desk, ada, clock):
    asked = desk.receive_individual_request(ada.id, RequestKind.ACCESS, "all of it")
    clock.pass_(days=30)
    assert desk.overdue_individual_requests() == ()
    asked = desk.extend_individual_request(asked.id, "records are off site")
    clock.pass_(days=31)
    assert desk.overdue_individual_requests() == (asked,)
    assert desk.individual_requests_awaiting_answer() == (asked,)
    denied = desk.deny_individual_request(
        asked.id, DenialGround.REFERS_TO_ANOTHER_PERSON, in_part=True
    )
    assert desk.overdue_individual_requests() == ()
    desk.review_denial(denied.id)
    done = desk.grant_individual_request(denied.id)
    assert desk.individual_requests_of(ada.id) == (done,)
    assert desk.individual_requests_of(ada.id, RequestKind.AMENDMENT) == ()


def test_requests_are_not_dated_ahead_and_need_their_terms(desk, ada):
    with pytest.raises(InvalidValue):
        desk.receive_individual_request(
            ada.id, RequestKind.ACCESS, "all", received_on=TODAY + timedelta(days=1)
        )
    with pytest.raises(NotAllowed):
        desk.receive_individual_request(ada.id, RequestKind.RESTRICTION, "the test")
    asked = desk.receive_individual_request(ada.id, RequestKind.ACCESS, "all of it")
    with pytest.raises(InvalidValue):
        desk.extend_individual_request(asked.id, "late", told_on=TODAY + timedelta(days=1))
    assert desk.withdraw_individual_request(asked.id).status.value == "withdrawn"


def test_what_was_paid_in_full_is_kept_from_the_plan(desk, ada):
    terms = RestrictionTerms(
        frozenset({Basis.PAYMENT, Basis.OPERATIONS}), to_plan=True, paid_in_full=True
    )
    asked = desk.receive_individual_request(
        ada.id, RequestKind.RESTRICTION, "the test of today", restriction=terms
    )
    with pytest.raises(NotAllowed):
        desk.deny_individual_request(asked.id, DenialGround.NOT_AGREED)
    desk.grant_individual_request(asked.id)
    claim = {"what": "claim", "purpose": "payment", "basis": Basis.PAYMENT}
    plan = DisclosureRecipient("Elm Health", coverage="cov-1")
    with pytest.raises(NotAllowed, match="disclosure_keeps_to_restrictions"):
        desk.record_disclosure(ada.id, plan, **claim)
    desk.record_disclosure(ada.id, plan, **claim, outside=frozenset({asked.id}))
    with pytest.raises(NotAllowed):
        desk.end_restriction(asked.id, individual_agrees=False)
    desk.end_restriction(asked.id, individual_agrees=True)
    desk.record_disclosure(ada.id, plan, **claim)


def test_the_second_accounting_in_a_year_may_cost(desk, ada, clock):
    first = desk.receive_individual_request(ada.id, RequestKind.ACCOUNTING, "the last year")
    fee = AccountingFee(Money(1500), TODAY)
    with pytest.raises(NotAllowed):
        desk.grant_individual_request(first.id, fee=fee)
    desk.grant_individual_request(first.id)
    clock.pass_(days=100)
    second = desk.receive_individual_request(ada.id, RequestKind.ACCOUNTING, "again")
    assert desk.grant_individual_request(second.id, fee=fee).fee == fee


def test_a_denied_amendment_keeps_the_disagreement(desk, ada):
    asked = desk.receive_individual_request(ada.id, RequestKind.AMENDMENT, "I never smoked")
    desk.deny_individual_request(asked.id, DenialGround.ACCURATE_AND_COMPLETE)
    assert desk.record_disagreement(asked.id, "I never did").disagreement == "I never did"


def test_patients_see_their_own_requests_only(clinic, desk, ada):
    ben = desk.register(HumanName(family="Adler"))
    own = desk.receive_individual_request(ada.id, RequestKind.ACCESS, "all of it")
    desk.receive_individual_request(ben.id, RequestKind.ACCESS, "all of it")
    actor = Actor.of("ada", Role.PATIENT, patient=ada.id)
    at_home = clinic.desk(actor, Purpose.PATIENT_REQUEST)
    assert at_home.individual_requests_of(ada.id) == (own,)
    assert at_home.individual_requests_of(ben.id) == ()
    with pytest.raises(AccessDenied):
        at_home.grant_individual_request(own.id)
