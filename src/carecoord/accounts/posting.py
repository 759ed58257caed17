"""Posting: how each kind of entry is made from what is open.

    at_desk = Posting(id=…, account=…, patient=…, date=…, posted_at=…, posted_by=…)
    charge(at_desk, {PATIENT: Money.of("120.00")})
    payment(at_desk, ledger, by=PATIENT, amount=Money.of("50.00"), to=[(charge_id, fifty)])

Every function takes a ledger of the account, or at least of the items it names, and returns the
entry to keep; it raises NotAllowed with every rule that is against it. Reductions are given as
the amount by which what is owed falls.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from attrs import frozen

from carecoord.accounts.entries import (
    PATIENT,
    Allocation,
    Entry,
    EntryKind,
    Party,
    PaymentMethod,
)
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.open_items import RULES
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import AccountId, ActorId, BookingId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.values import LongText, Text, checked

__all__ = [
    "REDUCTIONS",
    "Posting",
    "agreement",
    "application",
    "charge",
    "payment",
    "reduction",
    "refund",
    "reversal",
    "transfer",
]

REDUCTIONS = frozenset(
    {
        EntryKind.CONTRACTUAL_ADJUSTMENT,
        EntryKind.PROVIDER_LIABILITY,
        EntryKind.DISCOUNT,
        EntryKind.CHARITY_WRITE_OFF,
        EntryKind.BAD_DEBT_WRITE_OFF,
        EntryKind.SMALL_BALANCE_WRITE_OFF,
    }
)
"""Entries that lower what is owed without any money coming in."""


@frozen(field_transformer=checked, kw_only=True)
class Posting:
    """What every entry says of itself: which account, when, by whom, and for what."""

    id: EntryId
    account: AccountId
    patient: PatientId
    date: date
    posted_at: datetime
    posted_by: ActorId
    visit: BookingId | None = None
    code: Code | None = None
    reference: Annotated[str, Text(longest=200)] | None = None
    note: LongText = ""


def charge(posting: Posting, shares: Mapping[Party, Money]) -> Entry:
    """A charge, owed by one party or by several; all of it by the patient who pays alone."""
    parts = tuple(Allocation(posting.id, party, share, 0) for party, share in shares.items())
    return _entry(posting, EntryKind.CHARGE, parts)


def payment(
    posting: Posting,
    ledger: Ledger,
    *,
    by: Party,
    amount: Money,
    to: Iterable[tuple[EntryId, Money]] = (),
    method: PaymentMethod | None = None,
) -> Entry:
    """A payment towards charges; what is not applied is a credit of the one who paid.

    Raises:
        InvalidValue: more is applied than was paid.
        NotAllowed: more is applied to a charge than this party owes of it.
    """
    applied = _applied(ledger, by, to)
    left = amount + Money.total((move.amount for move in applied), amount.currency)
    if left.cents < 0:
        raise InvalidValue("payment.to", "must not come to more than was paid")
    credit = (Allocation(posting.id, by, -left, 0),) if left else ()
    return _judged(ledger, _entry(posting, EntryKind.PAYMENT, applied + credit, method=method))


def reduction(
    posting: Posting, ledger: Ledger, *, kind: EntryKind, of: EntryId, party: Party, amount: Money
) -> Entry:
    """An adjustment, discount or write-off that lowers one party's part of a charge.

    Only a contractual adjustment may be below zero, and then raises it.

    Raises:
        InvalidValue: `kind` is none of REDUCTIONS, or the amount does not suit it.
        NotAllowed: the party owes less than that.
    """
    if kind not in REDUCTIONS:
        raise InvalidValue("reduction.kind", "must be an adjustment, a discount or a write-off")
    moves = (_move(ledger, of, party, -amount),)
    return _judged(ledger, _entry(posting, kind, moves))


def transfer(
    posting: Posting, ledger: Ledger, *, of: EntryId, giver: Party, taker: Party, amount: Money
) -> Entry:
    """Moves a part of a charge from one party to another, as after a payer's decision.

    Raises:
        NotAllowed: the giver owes less than that.
    """
    if amount.cents <= 0 or giver == taker:
        raise InvalidValue("transfer.amount", "must be above zero, from one party to another")
    moves = (_move(ledger, of, giver, -amount), _move(ledger, of, taker, amount))
    return _judged(ledger, _entry(posting, EntryKind.TRANSFER, moves))


def application(
    posting: Posting,
    ledger: Ledger,
    *,
    credit: EntryId,
    party: Party,
    to: Iterable[tuple[EntryId, Money]],
) -> Entry:
    """Applies a credit that an earlier payment left to charges of the same party.

    Raises:
        NotAllowed: the credit, or a charge, has less left than that.
    """
    applied = _applied(ledger, party, to)
    if not applied:
        raise InvalidValue("application.to", "must not be empty")
    drawn = -Money.total(move.amount for move in applied)
    moves = (_move(ledger, credit, party, drawn), *applied)
    return _judged(ledger, _entry(posting, EntryKind.APPLICATION, moves))


def agreement(posting: Posting, ledger: Ledger) -> Entry:
    """That a payment plan was agreed for all that the patient owes, and what that was.

    It moves nothing. By the turn that it takes at every charge, nobody can lower what is owed of
    one in between; a posting that does is seen, and the plan is judged again.

    Raises:
        InvalidValue: the patient owes nothing.
    """
    owed = (item for item in ledger.open_items if item.part(PATIENT).cents > 0)
    moves = tuple(_move(ledger, one.id, PATIENT, one.opened - one.opened) for one in owed)
    return _judged(ledger, _entry(posting, EntryKind.PAYMENT_PLAN, moves))


def refund(
    posting: Posting,
    ledger: Ledger,
    *,
    credit: EntryId,
    party: Party,
    amount: Money,
    method: PaymentMethod | None = None,
) -> Entry:
    """Gives back what is left of a credit.

    Raises:
        NotAllowed: the credit has less left than that.
    """
    moves = (_move(ledger, credit, party, amount),)
    return _judged(ledger, _entry(posting, EntryKind.REFUND, moves, method=method))


def reversal(posting: Posting, ledger: Ledger, *, of: EntryId) -> Entry:
    """Undoes an entry by its exact opposite; the entry itself stays.

    Raises:
        NotAllowed: it is a reversal, it was reversed, or later entries rest on it.
    """
    undone = ledger.entry(of)
    moves = tuple(
        _move(ledger, allocation.item, allocation.party, -allocation.amount)
        for allocation in undone.allocations
    )
    entry = _entry(posting, EntryKind.REVERSAL, moves, reverses=of)
    return _judged(ledger, entry)


def _move(ledger: Ledger, item: EntryId, party: Party, amount: Money) -> Allocation:
    return Allocation(item, party, amount, ledger.item(item).next_turn)


def _applied(
    ledger: Ledger, party: Party, to: Iterable[tuple[EntryId, Money]]
) -> tuple[Allocation, ...]:
    moves = tuple(_move(ledger, item, party, -amount) for item, amount in to)
    if any(move.amount.cents >= 0 for move in moves):
        raise InvalidValue("to", "must be amounts above zero")
    if len({move.item for move in moves}) < len(moves):
        raise InvalidValue("to", "must name every charge once")
    return moves


def _entry(
    posting: Posting,
    kind: EntryKind,
    allocations: tuple[Allocation, ...],
    *,
    method: PaymentMethod | None = None,
    reverses: EntryId | None = None,
) -> Entry:
    return Entry(
        id=posting.id,
        account=posting.account,
        patient=posting.patient,
        kind=kind,
        date=posting.date,
        posted_at=posting.posted_at,
        posted_by=posting.posted_by,
        amount=Money.total(allocation.amount for allocation in allocations),
        allocations=allocations,
        visit=posting.visit,
        code=posting.code,
        method=method,
        reference=posting.reference,
        reverses=reverses,
        note=posting.note,
    )


def _judged(ledger: Ledger, entry: Entry) -> Entry:
    if any(known.account != entry.account for known in ledger.entries):
        raise InvalidValue("Posting.account", "must be the account of the ledger")
    insist(*(rule(ledger, entry) for rule in RULES))
    return entry
