"""Accounts: opened, held, closed when nothing is open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from carecoord.accounts.account import (
    Account,
    AccountStatus,
    account_takes_entries,
    payer_covers_the_account,
)
from carecoord.accounts.entries import PATIENT, Party
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import PaymentPlan
from carecoord.accounts.posting import Posting, charge, payment
from carecoord.errors import InvalidValue, NotAllowed, Refused
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACCOUNT = Account(
    id=AccountId("account-1"),
    patient=PatientId("patient-1"),
    name="Office visits",
    opened_at=NOON,
    opened_by=ActorId("desk"),
)


def posting(id: str) -> Posting:
    return Posting(
        id=EntryId(id),
        account=ACCOUNT.id,
        patient=ACCOUNT.patient,
        date=date(2026, 3, 2),
        posted_at=NOON,
        posted_by=ActorId("biller"),
    )


OWED = Ledger((charge(posting("c"), {PATIENT: Money(5000)}),))


def plan(cents: int) -> PaymentPlan:
    return PaymentPlan.equal(
        Money(cents), count=2, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 2)
    )


def test_an_account_on_hold_takes_no_entries_and_can_be_reopened() -> None:
    held = ACCOUNT.held(NOON, "moving to collections review")
    assert held.status is AccountStatus.ON_HOLD
    assert held.status_since == NOON
    answer = account_takes_entries(held)
    assert isinstance(answer, Refused)
    assert answer.reason == "an account that is on-hold cannot post"
    assert account_takes_entries(held.reopened(NOON))


def test_it_is_closed_from_hold_when_nothing_is_open() -> None:
    held = ACCOUNT.held(NOON)
    assert held.closed(Ledger(), NOON).status is AccountStatus.INACTIVE
    assert held.voided(Ledger(), NOON, "opened twice").status is AccountStatus.ENTERED_IN_ERROR
    assert held.closed(Ledger(), NOON).reopened(NOON).status is AccountStatus.ACTIVE


def test_a_credit_does_not_hide_an_unpaid_charge() -> None:
    prepaid = payment(posting("p"), OWED, by=PATIENT, amount=Money(5000))
    ledger = Ledger((*OWED.entries, prepaid))
    assert ledger.balance == Money(0)
    with pytest.raises(NotAllowed) as caught:
        ACCOUNT.closed(ledger, NOON)
    assert [one.rule for one in caught.value.refusals] == [
        "account_can_close",
        "closed_account_has_nothing_open",
    ]


def test_a_plan_is_agreed_within_what_is_owed() -> None:
    agreed = ACCOUNT.agreed(plan(5000), OWED, NOON)
    assert (agreed.plan, agreed.plan_agreed_at) == (plan(5000), NOON)
    earlier = NOON - timedelta(minutes=1)
    assert ACCOUNT.agreed(plan(5000), OWED, earlier).plan_agreed_at == NOON
    assert agreed.without_plan() == ACCOUNT
    with pytest.raises(NotAllowed, match="more than the patient owes"):
        ACCOUNT.agreed(plan(5001), OWED, NOON)
    with pytest.raises(NotAllowed, match="account_takes_entries"):
        ACCOUNT.held(NOON).agreed(plan(5000), OWED, NOON)


def test_coverages_stand_in_order_and_once() -> None:
    one, two = CoverageId("one"), CoverageId("two")
    assert ACCOUNT.covered_by((two, one)).coverages == (two, one)
    with pytest.raises(InvalidValue):
        ACCOUNT.covered_by((one, one))


def test_a_plan_has_the_instant_of_its_agreement() -> None:
    for half in ({"plan": plan(5000)}, {"plan_agreed_at": NOON}):
        with pytest.raises(InvalidValue, match="plan_agreed_at"):
            evolve(ACCOUNT, **half)


def test_a_payer_pays_under_a_coverage_of_the_account() -> None:
    one, other = CoverageId("one"), CoverageId("other")
    account = ACCOUNT.covered_by((one,))
    assert payer_covers_the_account(account, PATIENT)
    assert payer_covers_the_account(account, Party.payer(one))
    assert not payer_covers_the_account(account, Party.payer(other))
