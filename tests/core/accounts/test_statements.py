"""Statements join, add up, and tell each reader no more than they need."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.accounts.account import Account
from carecoord.accounts.entries import PATIENT, Entry, EntryKind
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import Instalment, PaymentPlan
from carecoord.accounts.posting import Posting, charge, payment, reversal
from carecoord.accounts.statements import Recipient, StatementLine, statement
from carecoord.errors import InvalidValue
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import AccountId, ActorId, BookingId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.time import Period, Zone

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
ZONE = Zone("America/Chicago")
ACCOUNT = Account(
    id=AccountId("account-1"),
    patient=PatientId("patient-1"),
    name="Office visits",
    opened_at=START,
    opened_by=ActorId("desk"),
)
CODE, VISIT = Code(CPT, "99213"), BookingId("visit-1")


def posting(id: str, days: int) -> Posting:
    return Posting(
        id=EntryId(id),
        account=ACCOUNT.id,
        patient=ACCOUNT.patient,
        date=date(2026, 3, 1) + timedelta(days=days),
        posted_at=START + timedelta(days=days),
        posted_by=ActorId("biller"),
        visit=VISIT,
        code=CODE,
    )


def days(first: int, last: int) -> Period:
    return Period(START + timedelta(days=first), START + timedelta(days=last))


rows = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=6)


@given(rows, st.integers(1, 20), st.sampled_from(Recipient))
def test_statements_of_periods_that_touch_join_and_add_up(
    rows: list[tuple[int, bool]], cut: int, recipient: Recipient
) -> None:
    entries: list[Entry] = []
    for number, (day, undone) in enumerate(rows):
        made = charge(posting(f"c{number}", day), {PATIENT: Money(100 + number)})
        entries.append(made)
        if undone:
            again = posting(f"r{number}", day + number)
            entries.append(reversal(again, Ledger((made,)), of=made.id))
    ledger = Ledger(tuple(entries))
    first = statement(ACCOUNT, ledger, days(0, cut), recipient, ZONE)
    second = statement(ACCOUNT, ledger, days(cut, 40), recipient, ZONE)
    whole = statement(ACCOUNT, ledger, days(0, 40), recipient, ZONE)
    assert first.opening == Money(0)
    assert first.closing == second.opening
    assert whole.closing == second.closing == ledger.balance
    for one in (first, second, whole):
        assert one.opening + Money.total(line.amount for line in one.lines) == one.closing
        assert one.aging.owed == one.patient_owes
    assert all(line.kind is EntryKind.CHARGE for line in whole.lines)


def test_the_patient_sees_services_and_a_guarantor_days_and_amounts() -> None:
    ledger = Ledger((charge(posting("c", 1), {PATIENT: Money(5000)}),))
    own = statement(ACCOUNT, ledger, days(0, 30), Recipient.PATIENT, ZONE)
    other = statement(ACCOUNT, ledger, days(0, 30), Recipient.GUARANTOR, ZONE)
    day = date(2026, 3, 2)
    assert own.lines == (StatementLine(day, EntryKind.CHARGE, Money(5000), CODE, VISIT),)
    assert other.lines == (StatementLine(day, EntryKind.CHARGE, Money(5000)),)
    assert own.patient_owes == other.patient_owes == Money(5000)


def test_a_plan_says_what_is_asked_next() -> None:
    plan = PaymentPlan.equal(
        Money(5000), count=2, first_due=date(2026, 4, 1), agreed_on=date(2026, 3, 3)
    )
    owed = Ledger((charge(posting("c", 1), {PATIENT: Money(5000)}),))
    paid = payment(
        posting("p", 3), owed, by=PATIENT, amount=Money(2600), to=[(EntryId("c"), Money(2600))]
    )
    ledger = Ledger((*owed.entries, paid))
    account = evolve(ACCOUNT, plan=plan, plan_agreed_at=START + timedelta(days=2))
    one = statement(account, ledger, days(0, 30), Recipient.PATIENT, ZONE)
    assert one.next_instalment == Instalment(date(2026, 5, 1), Money(2400))
    assert one.patient_owes == Money(2400)
    assert statement(ACCOUNT, ledger, days(0, 30), Recipient.PATIENT, ZONE).next_instalment is None


def test_an_account_without_entries_owes_nothing_in_its_currency() -> None:
    one = statement(
        evolve(ACCOUNT, currency="EUR"), Ledger((), "EUR"), days(0, 30), Recipient.PATIENT, ZONE
    )
    assert one.opening == one.closing == one.credit == Money(0, "EUR")


def test_the_ledger_is_the_accounts_own() -> None:
    ledger = Ledger((charge(posting("c", 1), {PATIENT: Money(5000)}),))
    with pytest.raises(InvalidValue):
        statement(
            evolve(ACCOUNT, id=AccountId("account-2")),
            ledger,
            days(0, 30),
            Recipient.PATIENT,
            ZONE,
        )
