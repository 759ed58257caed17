"""Responsibility 3: patient accounts, kept confidentially. Charges, payments, and what is owed."""

from datetime import date

from carecoord.accounts.account import Account, payer_covers_the_account
from carecoord.accounts.entries import PATIENT, Entry, EntryKind, Party, PaymentMethod
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import PaymentPlan
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
from carecoord.accounts.statements import Recipient, Statement, statement
from carecoord.coordination.belonging import check_visit_of
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import AccountId, BookingId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.time import Period
from carecoord.patients.registration import patient_is_active

__all__ = [
    "accounts_of",
    "adjust",
    "agree_payment_plan",
    "apply_credit",
    "balance_of",
    "close_account",
    "hold_account",
    "ledger_of",
    "open_account",
    "post_charge",
    "post_payment",
    "refund_credit",
    "reopen_account",
    "reverse_entry",
    "statement_of",
    "transfer_responsibility",
]

_BOOKS = ("account", "entry")


@use_case("account", reads=("patient",), writes=("account",))
def open_account(
    turn: Turn, patient: PatientId, name: str, *, coverages: tuple[CoverageId, ...] | None = None
) -> Account:
    """Open an account for a patient; unless others are named, it is under the coverages on record.

    Raises:
        NotFound: no such patient, or a coverage that is none of the patient's.
        NotAllowed: the record is inactive.
    """
    record = turn.patients.get(patient)
    insist(patient_is_active(record))
    if coverages is None:
        coverages = tuple(one.id for one in record.coverages_on(turn.today))
    for coverage in coverages:
        record.coverage(coverage)
    return turn.accounts.add(
        Account(
            id=AccountId(turn.new_id("account")),
            patient=patient,
            name=name,
            opened_at=turn.now,
            opened_by=turn.actor.id,
            coverages=coverages,
        )
    )


@use_case("entry", reads=("account", "booking"), writes=("entry",))
def post_charge(
    turn: Turn,
    account: AccountId,
    amount: Money,
    *,
    patient_part: Money | None = None,
    code: Code | None = None,
    visit: BookingId | None = None,
    dated: date | None = None,
    note: str = "",
) -> Entry:
    """Charge a service to an account.

    `patient_part` is what the patient is to pay of it, the rest is the first payer's; if it is not
    given, the payer owes all of it until it has decided, or the patient where there is no payer.

    Raises:
        NotFound: no such account or visit.
        NotAllowed: the account takes no entries.
        InvalidValue: the amount is below zero, the patient's part does not lie between nothing and
            the whole, or the visit is another patient's.
    """
    if amount.cents < 0:
        raise InvalidValue("amount", "must not be below zero")
    found = turn.accounts.get(account)
    check_visit_of(turn, found.patient, visit)
    payer = Party.payer(found.coverages[0]) if found.coverages else None
    if patient_part is None:
        patient_part = amount if payer is None else amount - amount
    rest = amount - patient_part
    if patient_part.cents < 0 or rest.cents < 0 or (rest and payer is None):
        raise InvalidValue("patient_part", "must lie between nothing and what somebody else pays")
    shares = {PATIENT: patient_part} if patient_part or not rest else {}
    if rest and payer is not None:
        shares[payer] = rest
    posting = _posting(turn, found, dated, visit=visit, code=code, note=note)
    return turn.entries.post(charge(posting, shares), found)


@use_case("entry", reads=("account",), writes=("entry",))
def post_payment(
    turn: Turn,
    account: AccountId,
    amount: Money,
    *,
    by: Party = PATIENT,
    to: tuple[tuple[EntryId, Money], ...] | None = None,
    method: PaymentMethod | None = None,
    reference: str | None = None,
    dated: date | None = None,
) -> Entry:
    """Post a payment of the patient or of a payer.

    `to` says which charges it pays, and how much of each; unless it is given, the oldest open
    charges of whoever paid come first. What is left over is a credit.

    Raises:
        InvalidValue: the amount is not above zero.
        NotAllowed: more is applied to a charge than is owed of it, the account takes no entries, or
            it is not under the coverage of the payer.
    """
    if amount.cents <= 0:
        raise InvalidValue("amount", "must be above zero")
    found = turn.accounts.get(account)
    insist(payer_covers_the_account(found, by))
    ledger = turn.entries.ledger(found)
    if to is None:
        to = _oldest_first(ledger, by, amount)
    posting = _posting(turn, found, dated, reference=reference)
    entry = payment(posting, ledger, by=by, amount=amount, to=to, method=method)
    kept = turn.entries.post(entry, found)
    turn.tell("payment_posted", kept)
    return kept


@use_case("entry", reads=("account",), writes=("entry",))
def adjust(
    turn: Turn,
    account: AccountId,
    of: EntryId,
    amount: Money,
    kind: EntryKind,
    *,
    party: Party = PATIENT,
    dated: date | None = None,
    note: str = "",
) -> Entry:
    """Lower what a party owes of a charge: by a contractual adjustment, a discount or a write-off.

    Raises:
        NotAllowed: the party owes less than that.
    """
    found = turn.accounts.get(account)
    posting = _posting(turn, found, dated, note=note)
    ledger = turn.entries.ledger_of(found, [of])
    entry = reduction(posting, ledger, kind=kind, of=of, party=party, amount=amount)
    return turn.entries.post(entry, found)


@use_case("entry", reads=("account",), writes=("entry",))
def transfer_responsibility(
    turn: Turn,
    account: AccountId,
    of: EntryId,
    amount: Money,
    *,
    giver: Party,
    taker: Party = PATIENT,
    dated: date | None = None,
    note: str = "",
) -> Entry:
    """Move a part of a charge from one party to another, as after a payer's decision.

    Raises:
        NotAllowed: the giver owes less than that, or the account is not under the coverage of the
            payer who takes it.
    """
    found = turn.accounts.get(account)
    insist(payer_covers_the_account(found, taker))
    posting = _posting(turn, found, dated, note=note)
    ledger = turn.entries.ledger_of(found, [of])
    entry = transfer(posting, ledger, of=of, giver=giver, taker=taker, amount=amount)
    return turn.entries.post(entry, found)


@use_case("entry", reads=("account",), writes=("entry",))
def apply_credit(
    turn: Turn,
    account: AccountId,
    credit: EntryId,
    to: tuple[tuple[EntryId, Money], ...],
    *,
    party: Party = PATIENT,
) -> Entry:
    """Apply what an earlier payment left over to charges of the same party.

    Raises:
        NotAllowed: the credit, or a charge, has less left than that.
    """
    found = turn.accounts.get(account)
    ledger = turn.entries.ledger_of(found, [credit, *(item for item, _ in to)])
    entry = application(_posting(turn, found, None), ledger, credit=credit, party=party, to=to)
    return turn.entries.post(entry, found)


@use_case("entry", reads=("account",), writes=("entry",))
def refund_credit(
    turn: Turn,
    account: AccountId,
    credit: EntryId,
    amount: Money,
    *,
    party: Party = PATIENT,
    method: PaymentMethod | None = None,
    reference: str | None = None,
) -> Entry:
    """Give back what is left of a credit.

    Raises:
        NotAllowed: the credit has less left than that.
    """
    found = turn.accounts.get(account)
    ledger = turn.entries.ledger_of(found, [credit])
    posting = _posting(turn, found, None, reference=reference)
    entry = refund(posting, ledger, credit=credit, party=party, amount=amount, method=method)
    return turn.entries.post(entry, found)


@use_case("entry", reads=("account",), writes=("entry",))
def reverse_entry(turn: Turn, account: AccountId, of: EntryId, *, note: str = "") -> Entry:
    """Undo an entry by its exact opposite; both stay on record.

    Raises:
        NotAllowed: it was reversed already, or later entries rest on it.
    """
    found = turn.accounts.get(account)
    posting = _posting(turn, found, None, note=note)
    entry = reversal(posting, turn.entries.ledger(found), of=of)
    return turn.entries.post(entry, found)


@use_case("account", writes=_BOOKS)
def agree_payment_plan(turn: Turn, account: AccountId, plan: PaymentPlan) -> Account:
    """Keep a payment plan that the patient agreed to, in place of any earlier one.

    What is paid from now on is paid towards it; what was paid before is not. An entry of its own
    keeps what it was agreed for, and if somebody lowers that in between, it is judged again.

    Raises:
        InvalidValue: it says that it was agreed on another day than today.
        NotAllowed: it is for more than the patient owes, or the account takes no entries.
    """
    if plan.agreed_on != turn.today:
        raise InvalidValue("PaymentPlan.agreed_on", "must be today")
    found = turn.accounts.get(account)
    ledger = turn.entries.ledger(found)
    kept = turn.accounts.replace(found.agreed(plan, ledger, turn.now))
    turn.entries.post(agreement(_posting(turn, found, None), ledger), found)
    return kept


@use_case("account", writes=("account",))
def hold_account(turn: Turn, account: AccountId, *, reason: str = "") -> Account:
    """Put an account on hold: nothing more is posted to it."""
    return turn.accounts.replace(turn.accounts.get(account).held(turn.now, reason))


@use_case("account", writes=("account",))
def reopen_account(turn: Turn, account: AccountId, *, reason: str = "") -> Account:
    """Open an account to postings again."""
    return turn.accounts.replace(turn.accounts.get(account).reopened(turn.now, reason))


@use_case("account", reads=("entry",), writes=("account",))
def close_account(turn: Turn, account: AccountId, *, reason: str = "") -> Account:
    """Close an account that is on hold.

    Raises:
        NotAllowed: it is not on hold, or a charge or credit is still open.
    """
    found = turn.accounts.get(account)
    return turn.accounts.replace(found.closed(turn.entries.ledger(found), turn.now, reason))


@use_case("account", reads=("account",))
def accounts_of(turn: Turn, patient: PatientId) -> tuple[Account, ...]:
    """The accounts of a patient, the oldest first."""
    return turn.accounts.of_patient(patient)


@use_case("entry", reads=_BOOKS)
def ledger_of(turn: Turn, account: AccountId) -> Ledger:
    """All entries of an account, and what is open of them."""
    return turn.entries.ledger(turn.accounts.get(account))


@use_case("entry", reads=_BOOKS)
def balance_of(turn: Turn, account: AccountId) -> Money:
    """The sum of the entries of an account."""
    return turn.entries.balance(turn.accounts.get(account))


@use_case("account", reads=_BOOKS)
def statement_of(
    turn: Turn, account: AccountId, period: Period, *, recipient: Recipient = Recipient.PATIENT
) -> Statement:
    """What was posted to an account within a period, and what is owed at its end.

    Nobody reads more of it than the recipient may.
    """
    found = turn.accounts.get(account)
    return statement(found, turn.entries.ledger(found), period, recipient, turn.practice.zone)


def _posting(
    turn: Turn,
    account: Account,
    dated: date | None,
    *,
    visit: BookingId | None = None,
    code: Code | None = None,
    reference: str | None = None,
    note: str = "",
) -> Posting:
    return Posting(
        id=EntryId(turn.new_id("entry")),
        account=account.id,
        patient=account.patient,
        date=turn.today if dated is None else dated,
        posted_at=turn.now,
        posted_by=turn.actor.id,
        visit=visit,
        code=code,
        reference=reference,
        note=note,
    )


def _oldest_first(ledger: Ledger, by: Party, amount: Money) -> tuple[tuple[EntryId, Money], ...]:
    left, to = amount, []
    for item in ledger.open_items:
        owed = item.part(by)
        if owed.cents > 0 and left.cents > 0:
            part = min(owed, left, key=lambda money: money.cents)
            to.append((item.id, part))
            left -= part
    return tuple(to)
