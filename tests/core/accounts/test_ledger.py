"""The ledger adds up, whatever is posted, refused, reversed or shuffled."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.accounts.entries import PATIENT, Allocation, Entry, EntryKind, Side
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.posting import (
    charge,
    payment,
    reduction,
    refund,
    reversal,
    transfer,
)
from carecoord.errors import InvalidValue, NotAllowed, NotFound
from carecoord.kernel.ids import AccountId, EntryId
from carecoord.kernel.money import Money
from carecoord.testing.accounts import DAY, NOON, PRIMARY, SECONDARY, ledgers, posting

BEFORE = NOON - timedelta(days=1)


def dollars(amount: int) -> Money:
    return Money(amount * 100)


def with_entry(ledger: Ledger, entry: Entry) -> Ledger:
    return Ledger((*ledger.entries, entry))


def paid_visit() -> Ledger:
    """A charge of 200: 150 to the payer, who pays 90 and leaves 20; the patient pays 100."""
    one = EntryId("entry-0")
    ledger = Ledger((charge(posting(0), {PRIMARY: dollars(150), PATIENT: dollars(50)}),))
    entry = payment(posting(1), ledger, by=PRIMARY, amount=dollars(90), to=[(one, dollars(90))])
    ledger = with_entry(ledger, entry)
    agreed = EntryKind.CONTRACTUAL_ADJUSTMENT
    entry = reduction(posting(2), ledger, kind=agreed, of=one, party=PRIMARY, amount=dollars(40))
    ledger = with_entry(ledger, entry)
    entry = transfer(posting(3), ledger, of=one, giver=PRIMARY, taker=PATIENT, amount=dollars(20))
    ledger = with_entry(ledger, entry)
    entry = payment(posting(4), ledger, by=PATIENT, amount=dollars(100), to=[(one, dollars(60))])
    return with_entry(ledger, entry)


@given(ledgers())
@settings(max_examples=150)
def test_the_balance_is_the_sum_of_the_entries_and_of_what_is_open(ledger: Ledger) -> None:
    assert ledger.balance.cents == sum(entry.amount.cents for entry in ledger.entries)
    parts = [part.amount.cents for item in ledger.items for part in item.parts]
    assert ledger.balance.cents == sum(parts)
    owed = ledger.patient_responsibility + ledger.payer_outstanding
    assert ledger.balance == owed - ledger.credit
    assert owed == Money.total(
        ledger.owed_by_party(party) for party in (PATIENT, PRIMARY, SECONDARY)
    )


@given(ledgers())
def test_no_charge_falls_below_zero_and_no_credit_rises_above(ledger: Ledger) -> None:
    for item in ledger.items:
        for part in item.parts:
            assert part.amount.cents < 0 if item.is_credit else part.amount.cents > 0


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_read_does_not_matter(
    ledger: Ledger, random: object
) -> None:
    entries = list(ledger.entries)
    random.shuffle(entries)  # type: ignore[attr-defined]
    assert Ledger(tuple(entries)).items == ledger.items


@given(ledgers())
def test_what_others_rest_on_is_reversed_last_and_then_nothing_is_open(ledger: Ledger) -> None:
    number = 100
    for entry in reversed(ledger.entries):
        if entry.kind is not EntryKind.REVERSAL and ledger.reversal_of(entry.id) is None:
            ledger = with_entry(ledger, reversal(posting(number), ledger, of=entry.id))
            number += 1
    assert ledger.open_items == ()
    assert ledger.balance == Money(0)
    assert ledger.received_from(Side.PATIENT, BEFORE) == Money(0)


@given(ledgers(), st.integers(0, 12))
def test_the_items_at_hand_judge_like_the_whole_ledger(ledger: Ledger, number: int) -> None:
    id = EntryId(f"entry-{number}")
    if any(item.id == id for item in ledger.items):
        part = Ledger(tuple(entry for entry in ledger.entries if id in entry.items))
        assert part.item(id) == ledger.item(id)


@given(ledgers(), st.integers(0, 12))
def test_two_writers_who_saw_the_same_ledger_take_the_same_turn(
    ledger: Ledger, number: int
) -> None:
    for item in ledger.open_items[:1]:
        part = item.parts[0]
        one, two = posting(200), posting(201)
        if item.is_credit:
            both = [
                refund(p, ledger, credit=item.id, party=part.party, amount=-part.amount)
                for p in (one, two)
            ]
        else:
            both = [
                payment(p, ledger, by=part.party, amount=part.amount, to=[(item.id, part.amount)])
                for p in (one, two)
            ]
        assert both[0].turns & both[1].turns
        with pytest.raises(InvalidValue, match="share a turn"):
            Ledger((*ledger.entries, *both))


@given(ledgers(), st.integers(0, 13))
def test_a_ledger_of_an_earlier_instant_adds_up_too(ledger: Ledger, days: int) -> None:
    then = ledger.before(NOON + timedelta(days=days))
    assert all(entry.posted_at < NOON + timedelta(days=days) for entry in then.entries)
    assert then.balance == (then.patient_responsibility + then.payer_outstanding - then.credit)


def test_a_paid_visit_leaves_the_patient_a_part_and_a_credit() -> None:
    ledger = paid_visit()
    first, paid = ledger.item(EntryId("entry-0")), ledger.item(EntryId("entry-4"))
    assert first.opened == dollars(200)
    assert first.part(PATIENT) == dollars(10)
    assert first.part(PRIMARY) == Money(0)
    assert paid.is_credit
    assert paid.part(PATIENT) == dollars(-40)
    assert ledger.patient_responsibility == dollars(10)
    assert ledger.payer_outstanding == Money(0)
    assert ledger.credit_of(Side.PATIENT) == dollars(40)
    assert ledger.credit_of(Side.PAYER) == Money(0)
    assert ledger.balance == dollars(-30)
    assert ledger.received_from(Side.PATIENT, BEFORE) == dollars(100)
    assert ledger.received_from(Side.PATIENT, NOON + timedelta(days=9)) == Money(0)
    assert ledger.received_from(Side.PAYER, BEFORE) == dollars(90)


def test_a_part_is_open_since_it_last_rose_from_zero() -> None:
    ledger = Ledger((charge(posting(0), {PRIMARY: dollars(50)}),))
    first = EntryId("entry-0")
    ledger = with_entry(
        ledger,
        transfer(posting(5), ledger, of=first, giver=PRIMARY, taker=PATIENT, amount=dollars(30)),
    )
    since = {part.party: part.since for part in ledger.item(first).parts}
    assert since == {PRIMARY: DAY, PATIENT: DAY + timedelta(days=5)}


def test_a_charge_of_nothing_opens_an_item_of_which_nothing_is_left() -> None:
    ledger = Ledger((charge(posting(0), {PATIENT: Money(0)}),))
    assert ledger.open_items == ()
    assert not ledger.item(EntryId("entry-0")).is_credit


def test_a_ledger_is_of_one_account_in_one_currency_without_doubles() -> None:
    entry = charge(posting(0), {PATIENT: dollars(5)})
    with pytest.raises(InvalidValue, match="one account"):
        Ledger((entry, evolve(entry, account=AccountId("account-2"))))
    with pytest.raises(InvalidValue, match="twice"):
        Ledger((entry, entry))
    with pytest.raises(InvalidValue, match="currency"):
        Ledger((entry,), "EUR")
    assert Ledger((), "EUR").balance == Money(0, "EUR")


def test_an_unknown_entry_or_item_is_not_found() -> None:
    ledger = paid_visit()
    with pytest.raises(NotFound):
        ledger.entry(EntryId("entry-99"))
    with pytest.raises(NotFound):
        ledger.item(EntryId("entry-1"))


def test_the_same_credit_is_not_spent_twice() -> None:
    ledger = paid_visit()
    credit = EntryId("entry-4")
    back = refund(posting(5), ledger, credit=credit, party=PATIENT, amount=dollars(40))
    ledger = with_entry(ledger, back)
    with pytest.raises(NotAllowed, match="more than is left of the credit"):
        refund(posting(6), ledger, credit=credit, party=PATIENT, amount=dollars(1))
    assert ledger.credit == Money(0)
    assert Allocation(credit, PATIENT, dollars(40), 1) in back.allocations


def test_money_that_came_in_before_is_not_counted_nor_its_way_back() -> None:
    """A check of before that bounces, or is paid back, takes nothing from what came after."""
    paid = payment(posting(0), Ledger(), by=PATIENT, amount=dollars(30))
    ledger = Ledger((paid,))
    later = payment(posting(1), ledger, by=PATIENT, amount=dollars(7))
    ledger = with_entry(ledger, later)
    between = paid.posted_at
    for undo in (
        reversal(posting(2), ledger, of=paid.id),
        refund(posting(2), ledger, credit=paid.id, party=PATIENT, amount=dollars(30)),
    ):
        assert with_entry(ledger, undo).received_from(Side.PATIENT, between) == dollars(7)
    back = refund(posting(2), ledger, credit=later.id, party=PATIENT, amount=dollars(5))
    ledger = with_entry(ledger, back)
    assert ledger.received_from(Side.PATIENT, between) == dollars(2)
    ledger = with_entry(ledger, reversal(posting(3), ledger, of=back.id))
    assert ledger.received_from(Side.PATIENT, between) == dollars(7)


@given(ledgers())
def test_a_repr_says_how_many_entries_there_are(ledger: Ledger) -> None:
    assert repr(ledger) == f"Ledger(entries=<{len(ledger.entries)}>, currency=USD)"
