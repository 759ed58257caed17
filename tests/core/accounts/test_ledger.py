"""The ledger adds up, whatever is posted, refused, reversed or shuffled."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.accounts.entries import PATIENT, Allocation, Entry, EntryKind, Party, Side
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.posting import (
    REDUCTIONS,
    Posting,
    application,
    charge,
    payment,
    reduction,
    refund,
    reversal,
    transfer,
)
from carecoord.errors import InvalidValue, NotAllowed, NotFound
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIMARY = Party.payer(CoverageId("primary"))
SECONDARY = Party.payer(CoverageId("secondary"))


def dollars(amount: int) -> Money:
    return Money(amount * 100)


def posting(number: int, *, day: date | None = None) -> Posting:
    return Posting(
        id=EntryId(f"entry-{number}"),
        account=AccountId("account-1"),
        patient=PatientId("patient-1"),
        date=day or DAY + timedelta(days=number),
        posted_at=NOON + timedelta(days=number),
        posted_by=ActorId("biller"),
    )


def with_entry(ledger: Ledger, entry: Entry) -> Ledger:
    return Ledger((*ledger.entries, entry))


parties = st.sampled_from([PATIENT, PRIMARY, SECONDARY])
amounts = st.integers(1, 9000).map(Money)
kinds = st.sampled_from(sorted(REDUCTIONS, key=lambda kind: kind.value))


def some_of(draw: st.DrawFn, left: Money) -> Money:
    """Mostly what is there or a part of it, at times a cent too much."""
    most = abs(left.cents)
    return Money(draw(st.sampled_from([most, most + 1]) | st.integers(1, max(1, most))))


def posted(draw: st.DrawFn, number: int, ledger: Ledger) -> Entry:
    p = posting(number)
    opened = draw(st.sampled_from(["charge", "prepayment", "reversal", "move", "move", "move"]))
    if not ledger.entries or opened == "charge":
        return charge(p, {draw(parties): draw(amounts), draw(parties): draw(amounts)})
    if opened == "prepayment":
        return payment(p, ledger, by=draw(parties), amount=draw(amounts))
    if opened == "reversal":
        return reversal(p, ledger, of=draw(st.sampled_from(ledger.entries)).id)
    item = draw(st.sampled_from(ledger.items))
    party = draw(st.sampled_from([part.party for part in item.parts] or [PATIENT]))
    amount = some_of(draw, item.part(party))
    move = draw(st.integers(0, 2))
    if item.is_credit:
        to = [one.id for one in ledger.items if not one.is_credit and one.part(party)]
        if not to or not move:
            return refund(p, ledger, credit=item.id, party=party, amount=amount)
        return application(
            p, ledger, credit=item.id, party=party, to=[(draw(st.sampled_from(to)), amount)]
        )
    if move == 0:
        kind = draw(kinds)
        down = kind is not EntryKind.CONTRACTUAL_ADJUSTMENT or draw(st.booleans())
        amount = amount if down else -amount
        return reduction(p, ledger, kind=kind, of=item.id, party=party, amount=amount)
    if move == 1:
        taker = draw(parties)
        return transfer(p, ledger, of=item.id, giver=party, taker=taker, amount=amount)
    paid = amount + draw(st.just(Money(0)) | amounts)
    return payment(p, ledger, by=party, amount=paid, to=[(item.id, amount)])


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    ledger = Ledger()
    for number in range(draw(st.integers(0, 12))):
        with suppress(NotAllowed, InvalidValue):
            ledger = with_entry(ledger, posted(draw, number, ledger))
    return ledger


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
    assert ledger.received_from(Side.PATIENT, DAY) == Money(0)


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
    assert ledger.received_from(Side.PATIENT, DAY) == dollars(100)
    assert ledger.received_from(Side.PATIENT, DAY + timedelta(days=9)) == Money(0)
    assert ledger.received_from(Side.PAYER, DAY) == dollars(90)


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
