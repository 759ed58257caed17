"""Entries of a patient ledger: posted once, never edited, reversed at most once.

Charges and credits are open items. Every entry says, allocation by allocation, which item it
moves, by how much, and whose part of it; its amount is the sum of its allocations. A charge opens
an item of its own; a payment lowers charges, and what it does not apply opens a credit of its own.
"""

from collections import defaultdict
from datetime import date, datetime
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import AccountId, ActorId, BookingId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Count, LongText, Text, checked

__all__ = [
    "PATIENT",
    "WRITE_OFFS",
    "Allocation",
    "Entry",
    "EntryKind",
    "Party",
    "PaymentMethod",
    "Side",
]


class EntryKind(Enum):
    """What an entry does; a contractual adjustment is none of the write-offs."""

    CHARGE = "charge"
    PAYMENT = "payment"
    CONTRACTUAL_ADJUSTMENT = "contractual_adjustment"
    PROVIDER_LIABILITY = "provider_liability"
    """Denied for what the provider left undone: no authorization, filed too late."""
    DISCOUNT = "discount"
    """Self-pay, prompt-pay or sliding fee discount."""
    CHARITY_WRITE_OFF = "charity_write_off"
    BAD_DEBT_WRITE_OFF = "bad_debt_write_off"
    SMALL_BALANCE_WRITE_OFF = "small_balance_write_off"
    REFUND = "refund"
    TRANSFER = "transfer"
    """From one party's part of a charge to another's, as from the payer to the patient."""
    APPLICATION = "application"
    """Of an earlier credit to charges."""
    PAYMENT_PLAN = "payment_plan"
    """A payment plan was agreed for these charges: it moves nothing, and takes a turn at each."""
    REVERSAL = "reversal"


WRITE_OFFS = frozenset(
    {
        EntryKind.CHARITY_WRITE_OFF,
        EntryKind.BAD_DEBT_WRITE_OFF,
        EntryKind.SMALL_BALANCE_WRITE_OFF,
    }
)

_MUST_FALL = WRITE_OFFS | {EntryKind.PAYMENT, EntryKind.PROVIDER_LIABILITY, EntryKind.DISCOUNT}
_MUST_BALANCE = frozenset({EntryKind.TRANSFER, EntryKind.APPLICATION})


class Side(Enum):
    """Who owes: the patient (or who pays for the patient), or a payer under a coverage."""

    PATIENT = "patient"
    PAYER = "payer"


class PaymentMethod(Enum):
    """How money came in."""

    CASH = "cash"
    CARD = "card"
    CHECK = "check"
    BANK_TRANSFER = "bank_transfer"
    REMITTANCE = "remittance"
    """Paid by a payer together with its remittance advice (X12 835)."""


@frozen(field_transformer=checked)
class Party:
    """Who owes a part of a charge, or holds a credit: the patient, or a payer by its coverage."""

    side: Side
    coverage: CoverageId | None = None

    def __attrs_post_init__(self) -> None:
        if (self.side is Side.PAYER) != (self.coverage is not None):
            raise InvalidValue("Party.coverage", "is given for a payer, and for nobody else")

    @classmethod
    def payer(cls, coverage: CoverageId) -> "Party":
        """The payer of this coverage."""
        return cls(Side.PAYER, coverage)


PATIENT = Party(Side.PATIENT)


@frozen(field_transformer=checked)
class Allocation:
    """What an entry does to one party's part of one open item: above zero raises it.

    `turn` counts the entries that moved the item: 0 is the entry that opened it. No two entries
    of one item have the same turn, so two writers cannot both spend what is there once.
    """

    item: EntryId
    party: Party
    amount: Money
    turn: Count


@frozen(field_transformer=checked, kw_only=True)
class Entry:
    """One posting to an account.

    `date` is the day on which it takes effect (of the service, of the deposit), `posted_at` when
    it was entered. Charges and refunds are above zero, payments and reductions below; a transfer
    and an application move what is there and are zero; a payment plan moves nothing; a contractual
    adjustment may be either, since a case rate can exceed the charges.

    Raises:
        InvalidValue: the allocations do not add up to the amount, or do not suit the kind.
    """

    id: EntryId
    account: AccountId
    patient: PatientId
    kind: EntryKind
    date: date
    posted_at: datetime
    posted_by: ActorId
    amount: Money
    allocations: tuple[Allocation, ...]
    visit: BookingId | None = None
    code: Code | None = None
    method: PaymentMethod | None = None
    reference: Annotated[str, Text(longest=200)] | None = None
    """A number of somebody else's: a check, a remittance trace, a receipt."""
    reverses: EntryId | None = None
    note: LongText = ""
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.allocations:
            raise InvalidValue("Entry.allocations", "must not be empty")
        parts = (allocation.amount for allocation in self.allocations)
        if Money.total(parts) != self.amount:
            raise InvalidValue("Entry.allocations", "must add up to the amount of the entry")
        if (self.date - self.posted_at.date()).days > 1:
            raise InvalidValue("Entry.date", "must not lie after the day of posting")
        if (self.kind is EntryKind.REVERSAL) != (self.reverses is not None):
            raise InvalidValue("Entry.reverses", "is given for a reversal, and for nothing else")
        if self.method is not None and self.kind not in (EntryKind.PAYMENT, EntryKind.REFUND):
            raise InvalidValue("Entry.method", "is given for payments and refunds alone")
        self._check_sign()
        self._check_items()

    def _check_sign(self) -> None:
        parts = [allocation.amount.cents for allocation in self.allocations]
        if self.kind is EntryKind.CHARGE and min(parts) < 0:
            raise InvalidValue("Entry.allocations", "of a charge must not be below zero")
        if self.kind is EntryKind.REFUND and min(parts) <= 0:
            raise InvalidValue("Entry.allocations", "of a refund must be above zero")
        if self.kind in _MUST_FALL and max(parts) >= 0:
            raise InvalidValue("Entry.allocations", f"of a {self.kind.value} must be below zero")
        if self.kind in _MUST_BALANCE and self.amount:
            raise InvalidValue("Entry.amount", f"of a {self.kind.value} must be zero")
        if self.kind is EntryKind.PAYMENT_PLAN and any(parts):
            raise InvalidValue("Entry.allocations", "of a payment plan must be zero")
        if self.kind is EntryKind.CONTRACTUAL_ADJUSTMENT and not self.amount:
            raise InvalidValue("Entry.amount", "of a contractual adjustment must not be zero")

    def _check_items(self) -> None:
        turns: defaultdict[EntryId, set[int]] = defaultdict(set)
        for allocation in self.allocations:
            turns[allocation.item].add(allocation.turn)
        opens = turns.pop(self.id, None)
        if opens not in (None, {0}):
            raise InvalidValue("Entry.allocations", "to the item it opens are its turn 0")
        if any(len(taken) > 1 or 0 in taken for taken in turns.values()):
            raise InvalidValue("Entry.allocations", "to an earlier item share one turn, from 1")
        if self.kind is EntryKind.CHARGE and turns:
            raise InvalidValue("Entry.allocations", "of a charge are all to itself")
        if opens and self.kind not in (EntryKind.CHARGE, EntryKind.PAYMENT):
            raise InvalidValue("Entry.allocations", "only charges and payments open an item")

    @property
    def items(self) -> frozenset[EntryId]:
        """The open items that it moves."""
        return frozenset(allocation.item for allocation in self.allocations)

    @property
    def turns(self) -> frozenset[tuple[EntryId, int]]:
        """The turn it takes at each of its items; unique in the store."""
        return frozenset((allocation.item, allocation.turn) for allocation in self.allocations)
