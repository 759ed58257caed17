"""Accounts and entries in a store: sums, turns, and closing while others post."""

import json
from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hypothesis import given, settings

from carecoord.accounts.account import Account, AccountStatus
from carecoord.accounts.entries import PATIENT, Entry
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.posting import Posting, charge, payment, refund, reversal
from carecoord.accounts.repository import ACCOUNT, ENTRY, Accounts, Entries
from carecoord.errors import AlreadyTaken, Conflict, InvalidValue, NotAllowed
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import AccountId, ActorId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.kinds import open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.storage.backend import Stored
from carecoord.storage.wire import Codec
from carecoord.testing.accounts import ledgers
from carecoord.testing.strategies import aggregates_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACCOUNT_1 = Account(
    id=AccountId("account-1"),
    patient=PatientId("patient-1"),
    name="Office visits",
    opened_at=NOON,
    opened_by=ActorId("desk"),
)


def posting(id: str, account: str = "account-1") -> Posting:
    return Posting(
        id=EntryId(id),
        account=AccountId(account),
        patient=PatientId("patient-1"),
        date=date(2026, 3, 2),
        posted_at=NOON,
        posted_by=ActorId("biller"),
    )


CHARGE = charge(posting("c"), {PATIENT: Money(5000)})
PREPAID = payment(posting("p"), Ledger(), by=PATIENT, amount=Money(3000))


@pytest.fixture
def store():
    with open_store("memory:") as opened:
        with opened.work() as work:
            Patients(work).add(Patient(id="patient-1", name=HumanName(family="Okafor")))
            Accounts(work).add(ACCOUNT_1)
        yield opened


def post(store, *entries: Entry) -> None:
    with store.work() as work:
        account = Accounts(work).get("account-1")
        for entry in entries:
            Entries(work).post(entry, account)


@given(aggregates_of(ENTRY))
@settings(max_examples=60)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    codec = Codec(ENTRY)
    row = codec.row(entry, 1)
    body = json.loads(json.dumps(dict(row.body)))
    assert codec.aggregate(Stored(row.id, 1, body)) == evolve(entry, version=1)


@given(aggregates_of(ACCOUNT))
@settings(max_examples=60)
def test_an_account_is_read_as_it_was_written(account: Account) -> None:
    codec = Codec(ACCOUNT)
    row = codec.row(account, 1)
    body = json.loads(json.dumps(dict(row.body)))
    assert codec.aggregate(Stored(row.id, 1, body)) == evolve(account, version=1)


@given(ledgers())
@settings(max_examples=40)
def test_the_stored_balance_is_the_ledgers(ledger: Ledger) -> None:
    with open_store("memory:") as store:
        with store.work() as work:
            Patients(work).add(Patient(id="patient-1", name=HumanName(family="Okafor")))
            account = Accounts(work).add(ACCOUNT_1)
            for entry in ledger.entries:
                Entries(work).post(entry, account)
            assert Entries(work).balance(account) == ledger.balance
        with store.work() as work:
            entries = Entries(work)
            kept = entries.ledger(ACCOUNT_1)
            assert entries.balance(ACCOUNT_1) == ledger.balance
            assert kept.items == ledger.items
            for item in ledger.items:
                assert entries.ledger_of(ACCOUNT_1, [item.id]).item(item.id) == item


def test_the_same_credit_cannot_be_refunded_by_two(store):
    post(store, PREPAID)
    with store.work() as work:
        ledger = Entries(work).ledger_of(ACCOUNT_1, [PREPAID.id])
    one, two = (
        refund(posting(id), ledger, credit=PREPAID.id, party=PATIENT, amount=Money(3000))
        for id in ("r1", "r2")
    )
    post(store, one)
    with pytest.raises(AlreadyTaken) as caught:
        post(store, two)
    assert caught.value.what == "turn"
    with store.work() as work:
        assert Entries(work).balance(ACCOUNT_1) == Money(0)


def test_postings_to_different_charges_do_not_meet(store):
    other = charge(posting("c2"), {PATIENT: Money(700)})
    post(store, CHARGE, other)
    with store.work() as first, store.work() as second:
        for work, item, id in ((first, CHARGE, "p1"), (second, other, "p2")):
            account = Accounts(work).get("account-1")
            ledger = Entries(work).ledger_of(account, [item.id])
            paid = payment(
                posting(id), ledger, by=PATIENT, amount=Money(100), to=[(item.id, Money(100))]
            )
            Entries(work).post(paid, account)
    with store.work() as work:
        assert Entries(work).balance(ACCOUNT_1) == Money(5500)


def test_nothing_slips_into_an_account_that_is_being_closed(store):
    late = store.work()
    account = Accounts(late).get("account-1")
    Entries(late).post(CHARGE, account)
    with store.work() as work:
        accounts = Accounts(work)
        accounts.replace(accounts.get("account-1").held(NOON))
    with pytest.raises(Conflict):
        late.commit()
    with pytest.raises(NotAllowed, match="account_takes_entries"):
        post(store, CHARGE)
    with store.work() as work:
        accounts = Accounts(work)
        held = accounts.get("account-1")
        closed = accounts.replace(held.closed(Entries(work).ledger(held), NOON))
    assert closed.status is AccountStatus.INACTIVE


def test_an_account_is_opened_and_posted_to_in_one_work(store):
    with store.work() as work:
        account = Accounts(work).add(evolve(ACCOUNT_1, id=AccountId("account-2")))
        Entries(work).post(charge(posting("c", "account-2"), {PATIENT: Money(1)}), account)
    with store.work() as work:
        assert [one.id for one in Accounts(work).of_patient(PatientId("patient-1"))] == [
            "account-1",
            "account-2",
        ]
        assert len(Accounts(work).active_of(PatientId("patient-1"))) == 2


def test_an_entry_belongs_to_the_account_it_is_posted_to(store):
    with store.work() as work:
        entries = Entries(work)
        for account in (
            evolve(ACCOUNT_1, id=AccountId("account-2")),
            evolve(ACCOUNT_1, patient=PatientId("patient-2")),
            evolve(ACCOUNT_1, currency="EUR"),
        ):
            with pytest.raises(InvalidValue):
                entries.post(CHARGE, account)


def test_an_entry_is_never_edited_but_may_be_handed_in_again(store):
    post(store, CHARGE)
    with store.work() as work:
        entries = Entries(work)
        kept = entries.get("c")
        assert entries.enter(CHARGE) == kept
        assert entries.enter(PREPAID).version == 1
        with pytest.raises(NotAllowed, match="entry_is_never_edited"):
            entries.enter(evolve(CHARGE, note="other"))
        with pytest.raises(NotAllowed, match="reverse it"):
            entries.replace(kept)


def test_entries_are_found_by_day_and_visit(store):
    undone = reversal(posting("r"), Ledger((CHARGE,)), of=CHARGE.id)
    post(store, CHARGE, undone)
    with store.work() as work:
        entries = Entries(work)
        assert len(entries.dated(AccountId("account-1"), date(2026, 3, 2), date(2026, 3, 3))) == 2
        assert entries.dated(AccountId("account-1"), date(2026, 3, 3), date(2026, 3, 4)) == ()
        assert entries.of_visit("visit-1") == ()
