"""Postings: what the functions make, and what they refuse."""

from datetime import UTC, date, datetime

import pytest

from carecoord.accounts.entries import PATIENT, Entry, EntryKind, Party, PaymentMethod
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.posting import (
    Posting,
    agreement,
    application,
    charge,
    payment,
    reduction,
    refund,
    reversal,
    transfer,
)
from carecoord.errors import InvalidValue, NotAllowed, NotFound
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import AccountId, ActorId, BookingId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money

PLAN = Party.payer(CoverageId("coverage-1"))
VISIT = BookingId("visit-1")


def posting(id: str, account: str = "account-1") -> Posting:
    return Posting(
        id=EntryId(id),
        account=AccountId(account),
        patient=PatientId("patient-1"),
        date=date(2026, 3, 2),
        posted_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        posted_by=ActorId("biller"),
        visit=VISIT,
        code=Code(CPT, "99213"),
        reference="receipt 7",
        note="at the desk",
    )


CHARGED = Ledger((charge(posting("c"), {PLAN: Money(8000), PATIENT: Money(2000)}),))
C = EntryId("c")


def prepaid() -> Ledger:
    made = payment(posting("p"), CHARGED, by=PATIENT, amount=Money(3000))
    return Ledger((*CHARGED.entries, made))


def test_an_entry_says_what_its_posting_said() -> None:
    made = payment(
        posting("p"),
        CHARGED,
        by=PATIENT,
        amount=Money(2000),
        to=[(C, Money(2000))],
        method=PaymentMethod.CARD,
    )
    assert (made.visit, made.reference, made.note) == (VISIT, "receipt 7", "at the desk")
    assert made.code == Code(CPT, "99213")
    assert made.method is PaymentMethod.CARD
    assert made.amount == Money(-2000)
    assert made.items == {C}
    assert made.version == 0


def test_an_agreement_takes_a_turn_at_what_the_patient_owes_and_moves_nothing() -> None:
    ledger = Ledger((*prepaid().entries, charge(posting("d"), {PLAN: Money(100)})))
    made = agreement(posting("a"), ledger)
    assert (made.turns, made.amount) == ({(C, 1)}, Money(0))
    after = Ledger((*ledger.entries, made))
    assert [one.parts for one in after.items] == [one.parts for one in ledger.items]
    with pytest.raises(InvalidValue):
        agreement(posting("a"), Ledger())


def test_a_case_rate_above_the_charge_raises_it() -> None:
    kind = EntryKind.CONTRACTUAL_ADJUSTMENT
    made = reduction(posting("a"), CHARGED, kind=kind, of=C, party=PLAN, amount=Money(-500))
    assert made.amount == Money(500)


@pytest.mark.parametrize("amount", [Money(0), Money(-1)])
def test_a_write_off_lowers(amount: Money) -> None:
    kind = EntryKind.BAD_DEBT_WRITE_OFF
    with pytest.raises(InvalidValue):
        reduction(posting("a"), CHARGED, kind=kind, of=C, party=PATIENT, amount=amount)


def test_a_payment_is_no_reduction() -> None:
    with pytest.raises(InvalidValue):
        reduction(
            posting("a"), CHARGED, kind=EntryKind.PAYMENT, of=C, party=PATIENT, amount=Money(1)
        )


def test_more_is_not_applied_than_was_paid() -> None:
    with pytest.raises(InvalidValue, match="more than was paid"):
        payment(posting("p"), CHARGED, by=PATIENT, amount=Money(1), to=[(C, Money(2))])


def test_a_charge_is_named_once_with_an_amount_above_zero() -> None:
    with pytest.raises(InvalidValue, match="above zero"):
        payment(posting("p"), CHARGED, by=PATIENT, amount=Money(1), to=[(C, Money(0))])
    with pytest.raises(InvalidValue, match="once"):
        payment(
            posting("p"), CHARGED, by=PATIENT, amount=Money(2), to=[(C, Money(1)), (C, Money(1))]
        )


def test_a_payment_of_nothing_is_none() -> None:
    with pytest.raises(InvalidValue):
        payment(posting("p"), CHARGED, by=PATIENT, amount=Money(0))


def test_a_transfer_goes_from_one_party_to_another() -> None:
    with pytest.raises(InvalidValue):
        transfer(posting("t"), CHARGED, of=C, giver=PLAN, taker=PLAN, amount=Money(1))
    with pytest.raises(InvalidValue):
        transfer(posting("t"), CHARGED, of=C, giver=PLAN, taker=PATIENT, amount=Money(-1))


def test_a_credit_is_applied_to_charges() -> None:
    ledger = prepaid()
    made = application(
        posting("a"), ledger, credit=EntryId("p"), party=PATIENT, to=[(C, Money(2000))]
    )
    after = Ledger((*ledger.entries, made))
    assert after.patient_responsibility == Money(0)
    assert after.credit == Money(1000)
    assert after.balance == ledger.balance
    with pytest.raises(InvalidValue):
        application(posting("a"), ledger, credit=EntryId("p"), party=PATIENT, to=[])


def test_an_unknown_item_is_not_found() -> None:
    with pytest.raises(NotFound):
        refund(posting("r"), CHARGED, credit=EntryId("none"), party=PATIENT, amount=Money(1))


def test_a_ledger_of_another_account_is_no_use() -> None:
    with pytest.raises(InvalidValue, match="account"):
        reversal(posting("r", "account-2"), CHARGED, of=C)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(InvalidValue, match="currenc"):
        payment(posting("p"), CHARGED, by=PLAN, amount=Money(5, "EUR"), to=[(C, Money(5, "EUR"))])


def refused(make: object, *rules: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        make()  # type: ignore[operator]
    assert tuple(one.rule for one in caught.value.refusals) == rules


def test_every_rule_is_asked() -> None:
    ledger = prepaid()
    p = EntryId("p")

    def entries() -> tuple[Entry, ...]:
        return ledger.entries

    refused(
        lambda: refund(posting("r"), ledger, credit=p, party=PATIENT, amount=Money(3001)),
        "entry_stands_within_its_items",
    )
    refused(
        lambda: refund(posting("r"), ledger, credit=C, party=PATIENT, amount=Money(1)),
        "entry_moves_the_right_items",
    )
    refused(
        lambda: payment(posting("r"), ledger, by=PATIENT, amount=Money(5), to=[(p, Money(5))]),
        "entry_moves_the_right_items",
    )
    undone = Ledger((*entries(), reversal(posting("r"), ledger, of=p)))
    refused(
        lambda: reversal(posting("s"), undone, of=p),
        "entry_stands_within_its_items",
        "entry_is_reversed_at_most_once",
    )
    refused(
        lambda: reversal(posting("s"), undone, of=EntryId("r")),
        "reversal_is_not_reversed",
    )
