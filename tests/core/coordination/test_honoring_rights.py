"""The patient's rights at the desk: requests, consents and notices."""

from datetime import date, timedelta

import pytest

from carecoord import (
    AccessDenied,
    Actor,
    AlreadyTaken,
    HumanName,
    InvalidValue,
    Money,
    NotAllowed,
    Purpose,
    Role,
)
from carecoord.compliance.consents import ConsentKind, Statement
from carecoord.compliance.disclosures import Basis, DisclosureRecipient
from carecoord.compliance.request_terms import AccountingFee, RestrictionTerms
from carecoord.compliance.request_times import DenialGround, RequestKind

TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(desk):
    return desk.register(HumanName(family="Okafor", given=["Ada"]))


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


FORM = {
    "signed_by": "Ada Okafor",
    "what": "the record of 2025",
    "discloser": "Main Street Clinic",
    "recipients": ("Elm Life Insurance",),
    "purpose": "an application",
    "expires_on": date(2026, 6, 30),
    "statements": frozenset(Statement),
}
INSURER = DisclosureRecipient("Elm Life Insurance")
GIVEN = {"what": "record", "purpose": "application", "basis": Basis.AUTHORIZED}


def test_an_authorized_disclosure_rests_on_a_consent_in_force(desk, ada, clock):
    with pytest.raises(NotAllowed, match="authorized_disclosure_rests_on_a_consent"):
        desk.record_disclosure(ada.id, INSURER, **GIVEN)
    consent = desk.record_consent(ada.id, ConsentKind.AUTHORIZATION, **FORM)
    assert desk.record_disclosure(ada.id, INSURER, **GIVEN, consent=consent.id).consent
    with pytest.raises(NotAllowed):
        desk.revoke_consent(consent.id, written=False)
    revoked = desk.revoke_consent(consent.id, written=True)
    with pytest.raises(NotAllowed):
        desk.record_disclosure(ada.id, INSURER, **GIVEN, consent=consent.id)
    clock.pass_(days=200)
    other = desk.record_consent(ada.id, ConsentKind.AUTHORIZATION, **FORM | {"signed_on": TODAY})
    with pytest.raises(NotAllowed, match="ended on 2026-06-30"):
        desk.record_disclosure(ada.id, INSURER, **GIVEN, consent=other.id)
    assert desk.consents_of(ada.id) in ((revoked, other), (other, revoked))
    assert desk.void_consent(other.id).status.value == "entered_in_error"


def test_a_form_that_lacks_something_or_is_dated_ahead_is_not_taken(desk, ada):
    with pytest.raises(NotAllowed, match="lacks: purpose"):
        desk.record_consent(ada.id, ConsentKind.AUTHORIZATION, **FORM | {"purpose": None})
    with pytest.raises(InvalidValue):
        desk.record_consent(
            ada.id, ConsentKind.AUTHORIZATION, **FORM | {"signed_on": date(2026, 3, 3)}
        )


def test_automated_messages_are_agreed_to_by_number(desk, ada):
    assert desk.automated_messages_to(ada.id, "217 555 0117") is None
    consent = desk.record_consent(
        ada.id,
        ConsentKind.AUTOMATED_MESSAGES,
        signed_by="Ada Okafor",
        numbers=frozenset({"+1 (217) 555-0117"}),
    )
    assert desk.automated_messages_to(ada.id, "217 555 0117") is True
    desk.revoke_consent(consent.id, written=False)
    assert desk.automated_messages_to(ada.id, "217 555 0117") is False


def test_a_consent_can_end_with_an_event(desk, ada):
    form = FORM | {"expires_on": None, "expires_with": "the end of the study"}
    consent = desk.record_consent(ada.id, ConsentKind.AUTHORIZATION, **form)
    assert desk.end_consent(consent.id).ended_on == TODAY


def test_the_notice_is_given_once_and_signed_for_or_the_effort_noted(desk, ada):
    receipt = desk.give_notice(ada.id, "2026-02")
    with pytest.raises(AlreadyTaken):
        desk.give_notice(ada.id, "2026-02")
    desk.note_notice_effort(receipt.id, "wanted to read it at home")
    done = desk.acknowledge_notice(receipt.id)
    assert desk.notices_of(ada.id) == (done,)
