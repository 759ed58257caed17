from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord import (
    Actor,
    Clinic,
    HumanName,
    InvalidValue,
    Money,
    NotAllowed,
    NotFound,
    Purpose,
    Role,
)
from carecoord.accounts import (
    PATIENT,
    EntryKind,
    Instalment,
    Party,
    PaymentPlan,
    Posting,
    Recipient,
    refund,
)
from carecoord.accounts.repository import Accounts, Entries
from carecoord.kernel.time import Period
from carecoord.patients import CoverageType

ADA = HumanName(family="Okafor", given=["Ada"])


@pytest.fixture
def account(desk):
    patient = desk.register(ADA)
    return desk.open_account(patient.id, "Okafor, 2026")


@pytest.fixture
def insured(desk):
    patient = desk.register(ADA)
    patient = desk.add_coverage(patient.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    return desk.open_account(patient.id, "Okafor, 2026")


def test_the_balance_is_the_sum_of_the_entries(desk, account):
    desk.post_charge(account.id, Money.of(120))
    paid = desk.post_payment(account.id, Money.of(50))
    assert desk.balance_of(account.id) == Money.of(70)
    desk.reverse_entry(account.id, paid.id)
    ledger = desk.ledger_of(account.id)
    assert ledger.balance == desk.balance_of(account.id) == Money.of(120)


@given(st.lists(st.tuples(st.sampled_from(["charge", "pay"]), st.integers(1, 100_000)), max_size=8))
def test_whatever_is_posted_adds_up(postings):
    desk = Clinic().desk(Actor("nora", {Role.COORDINATOR}), Purpose.PAYMENT)
    account = desk.open_account(desk.register(ADA).id, "Okafor")
    expected = 0
    for what, cents in postings:
        if what == "charge":
            desk.post_charge(account.id, Money(cents))
            expected += cents
        else:
            desk.post_payment(account.id, Money(cents))
            expected -= cents
    ledger = desk.ledger_of(account.id)
    assert desk.balance_of(account.id).cents == ledger.balance.cents == expected
    assert ledger.patient_responsibility - ledger.credit == ledger.balance


def test_a_payment_pays_the_oldest_charges_first_and_leaves_a_credit(desk, account):
    first = desk.post_charge(account.id, Money.of(30), dated=date(2026, 1, 5))
    second = desk.post_charge(account.id, Money.of(30), dated=date(2026, 2, 5))
    desk.post_payment(account.id, Money.of(40))
    ledger = desk.ledger_of(account.id)
    assert not ledger.item(first.id).parts
    assert ledger.item(second.id).part(PATIENT) == Money.of(20)
    credit = desk.post_payment(account.id, Money.of(25))
    assert desk.ledger_of(account.id).credit == Money.of(5)
    third = desk.post_charge(account.id, Money.of(3))
    desk.apply_credit(account.id, credit.id, ((third.id, Money.of(3)),))
    desk.refund_credit(account.id, credit.id, Money.of(2))
    assert desk.balance_of(account.id) == Money.of(0)
    with pytest.raises(NotAllowed):
        desk.refund_credit(account.id, credit.id, Money.of(1))


def test_a_payer_owes_until_it_has_decided(desk, insured):
    payer = Party.payer(insured.coverages[0])
    charge = desk.post_charge(insured.id, Money.of(200))
    assert desk.ledger_of(insured.id).payer_outstanding == Money.of(200)
    adjustment = EntryKind.CONTRACTUAL_ADJUSTMENT
    desk.adjust(insured.id, charge.id, Money.of(50), adjustment, party=payer)
    desk.transfer_responsibility(insured.id, charge.id, Money.of(30), giver=payer)
    desk.post_payment(insured.id, Money.of(120), by=payer)
    ledger = desk.ledger_of(insured.id)
    assert (ledger.payer_outstanding, ledger.patient_responsibility) == (Money(0), Money.of(30))
    with pytest.raises(NotAllowed):
        desk.adjust(insured.id, charge.id, Money.of(31), EntryKind.CHARITY_WRITE_OFF)


def test_the_parts_of_a_charge_lie_between_nothing_and_the_whole(desk, account, insured):
    desk.post_charge(insured.id, Money.of(100), patient_part=Money.of(20))
    ledger = desk.ledger_of(insured.id)
    assert (ledger.patient_responsibility, ledger.payer_outstanding) == (
        Money.of(20),
        Money.of(80),
    )
    desk.post_charge(insured.id, Money.of(0))
    desk.post_charge(insured.id, Money.of(10), patient_part=Money.of(10))
    for wrong, whose in ((Money.of(-1), insured), (Money.of(101), insured), (Money(0), account)):
        with pytest.raises(InvalidValue, match="patient_part"):
            desk.post_charge(whose.id, Money.of(100), patient_part=wrong)


def test_a_payer_is_one_of_the_coverages_of_the_account(desk, insured):
    payer, nowhere = Party.payer(insured.coverages[0]), Party.payer("coverage-nowhere")
    charge = desk.post_charge(insured.id, Money.of(100))
    with pytest.raises(NotAllowed, match="payer_covers_the_account"):
        desk.transfer_responsibility(
            insured.id, charge.id, Money.of(100), giver=payer, taker=nowhere
        )
    with pytest.raises(NotAllowed, match="payer_covers_the_account"):
        desk.post_payment(insured.id, Money.of(100), by=nowhere)
    assert desk.balance_of(insured.id) == Money.of(100)


def test_an_amount_that_cannot_be_is_named_as_such(desk, account):
    with pytest.raises(InvalidValue, match=r"^amount: must not be below zero"):
        desk.post_charge(account.id, Money.of(-5))
    for amount in (Money.of(-5), Money(0)):
        with pytest.raises(InvalidValue, match=r"^amount: must be above zero"):
            desk.post_payment(account.id, amount)


def test_a_charge_is_for_a_visit_of_the_same_patient(desk, small):
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    visit = desk.book(small.ben.id, small.type.id, opening)
    of_ada = desk.open_account(small.ada.id, "Okafor")
    of_ben = desk.open_account(small.ben.id, "Adler")
    assert desk.post_charge(of_ben.id, Money.of(10), visit=visit.id).visit == visit.id
    with pytest.raises(InvalidValue, match="visit: is of another patient"):
        desk.post_charge(of_ada.id, Money.of(10), visit=visit.id)
    with pytest.raises(NotFound):
        desk.post_charge(of_ada.id, Money.of(10), visit="nowhere")


def test_an_account_on_hold_takes_nothing_and_closes_when_nothing_is_open(desk, account):
    charge = desk.post_charge(account.id, Money.of(10))
    desk.hold_account(account.id, reason="dispute")
    with pytest.raises(NotAllowed, match="account_takes_entries"):
        desk.post_payment(account.id, Money.of(10))
    with pytest.raises(NotAllowed, match="closed_account_has_nothing_open"):
        desk.close_account(account.id)
    desk.reopen_account(account.id)
    desk.post_payment(account.id, Money.of(10), to=((charge.id, Money.of(10)),))
    desk.hold_account(account.id)
    assert desk.close_account(account.id) == desk.accounts_of(account.patient)[0]


def test_a_payment_plan_is_within_what_is_owed(desk, account, clinic):
    desk.post_charge(account.id, Money.of(100))
    plan = PaymentPlan.equal(
        Money.of(100), count=3, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 2)
    )
    assert desk.agree_payment_plan(account.id, plan).plan == plan
    too_much = PaymentPlan.equal(
        Money.of(101), count=3, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 2)
    )
    with pytest.raises(NotAllowed):
        desk.agree_payment_plan(account.id, too_much)


def test_what_was_paid_before_a_plan_was_agreed_is_not_paid_towards_it(desk, account, clock):
    start = clock.at
    desk.post_charge(account.id, Money.of(300))
    desk.post_payment(account.id, Money.of(100))
    plan = PaymentPlan.equal(
        Money.of(200), count=3, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 2)
    )
    desk.agree_payment_plan(account.id, plan)

    def asked_next():
        clock.pass_(minutes=1)
        return desk.statement_of(account.id, Period(start, clock.at)).next_instalment

    assert asked_next() == Instalment(date(2026, 4, 1), Money.of("66.67"))
    desk.post_payment(account.id, Money.of("66.67"))
    assert asked_next() == Instalment(date(2026, 5, 1), Money.of("66.67"))


def test_a_payment_plan_is_agreed_today(desk, account):
    desk.post_charge(account.id, Money.of(100))
    for day in (date(2026, 3, 1), date(2026, 3, 3)):
        plan = PaymentPlan.equal(Money.of(100), count=3, first_due=date(2026, 4, 1), agreed_on=day)
        with pytest.raises(InvalidValue, match="agreed_on"):
            desk.agree_payment_plan(account.id, plan)


def test_a_statement_opens_with_what_the_last_one_closed(desk, account, clock):
    start = clock.at
    desk.post_charge(account.id, Money.of(100))
    clock.pass_(days=31)
    middle = clock.at
    desk.post_payment(account.id, Money.of(40))
    clock.pass_(days=1)
    first = desk.statement_of(account.id, Period(start, middle))
    second = desk.statement_of(account.id, Period(middle, clock.at), recipient=Recipient.GUARANTOR)
    assert first.closing == second.opening == Money.of(100)
    assert second.closing == Money.of(60)


def test_an_account_is_under_coverages_of_its_patient(desk, insured):
    patient = desk.look_up_patient(insured.patient)
    assert insured.coverages == (patient.coverages[0].id,)
    with pytest.raises(Exception, match="no such coverage"):
        desk.open_account(patient.id, "X", coverages=("coverage-none",))
    desk.change_record(evolve(patient, active=False))
    with pytest.raises(NotAllowed):
        desk.open_account(patient.id, "X")


def test_a_payment_in_between_is_seen_when_a_plan_is_agreed(desk, account, monkeypatch):
    """The plan is judged again, by what is owed after the payment."""
    desk.post_charge(account.id, Money.of(300))
    read, others = Entries.ledger, iter([lambda: desk.post_payment(account.id, Money.of(100))])

    def read_and_be_overtaken(entries, account):
        ledger = read(entries, account)
        next(others, lambda: None)()
        return ledger

    def plan_for(amount):
        return PaymentPlan.equal(
            amount, count=3, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 2)
        )

    monkeypatch.setattr(Entries, "ledger", read_and_be_overtaken)
    with pytest.raises(NotAllowed, match="plan_is_within_what_the_patient_owes"):
        desk.agree_payment_plan(account.id, plan_for(Money.of(300)))
    assert desk.accounts_of(account.patient)[0].plan is None
    desk.agree_payment_plan(account.id, plan_for(Money.of(200)))
    ledger = desk.ledger_of(account.id)
    assert ledger.entries[-1].kind is EntryKind.PAYMENT_PLAN
    assert ledger.balance == Money.of(200)


def test_two_desks_cannot_spend_the_same_credit(clinic, desk, account):
    """Who commits second reads again, and is told that it is gone."""
    credit = desk.post_payment(account.id, Money.of(10))
    others = iter([lambda: desk.refund_credit(account.id, credit.id, Money.of(10))])

    def refund_too(work):
        entries, found = Entries(work), Accounts(work).get(account.id)
        ledger = entries.ledger(found)
        next(others, lambda: None)()
        posting = Posting(
            id=work.new_id("entry"),
            account=account.id,
            patient=account.patient,
            date=date(2026, 3, 2),
            posted_at=work.now,
            posted_by="omar",
        )
        entries.post(
            refund(posting, ledger, credit=credit.id, party=PATIENT, amount=Money.of(10)), found
        )

    with pytest.raises(NotAllowed):
        clinic.store.run(refund_too)
    assert desk.balance_of(account.id) == Money(0)
