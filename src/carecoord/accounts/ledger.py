"""The ledger: what is open, who owes it, and that it all adds up.

    ledger = Ledger(entries)
    ledger.balance                   # the sum of the entries, always
    ledger.patient_responsibility    # what the patient owes
    ledger.payer_outstanding         # what payers still owe
    ledger.credit                    # paid but not applied to any charge, above zero

balance = patient responsibility + payer outstanding - credit, whatever was posted.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from attrs import field, frozen

from carecoord.accounts.entries import Allocation, Entry, EntryKind, Party, Side
from carecoord.errors import InvalidValue, NotFound
from carecoord.kernel.ids import BookingId, EntryId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Count, checked, how_many

__all__ = ["Ledger", "OpenItem", "Part"]


@frozen(field_transformer=checked)
class Part:
    """What one party owes of a charge, above zero, or holds as a credit, below.

    `since` is the day from which it has not been zero.
    """

    party: Party
    amount: Money
    since: date


@frozen(field_transformer=checked)
class OpenItem:
    """A charge, above zero, or a credit, below; its parts are what is left of it.

    `opened` is what it came to at first, `next_turn` is the turn that the next posting takes.
    """

    id: EntryId
    date: date
    visit: BookingId | None
    opened: Money
    parts: tuple[Part, ...]
    next_turn: Count

    @property
    def is_credit(self) -> bool:
        """Whether a payment opened it, by what it did not apply."""
        return self.opened.cents < 0

    def part(self, party: Party) -> Money:
        """What is left of this party's part."""
        left = (part.amount for part in self.parts if part.party == party)
        return next(left, Money(0, self.opened.currency))


@frozen(field_transformer=checked)
class Ledger:
    """Entries of one account: all of them, or all that move the items at hand.

    A ledger of some entries can judge postings to their items; sums need all of them.

    Raises:
        InvalidValue: entries of several accounts or of another currency, one entry twice, or two
            that took one turn.
    """

    entries: tuple[Entry, ...] = field(default=(), repr=how_many)
    currency: str = field(default="USD", repr=str)

    def __attrs_post_init__(self) -> None:
        if len({entry.account for entry in self.entries}) > 1:
            raise InvalidValue("Ledger.entries", "must be of one account")
        if len({entry.id for entry in self.entries}) < len(self.entries):
            raise InvalidValue("Ledger.entries", "must not hold an entry twice")
        if any(entry.amount.currency != self.currency for entry in self.entries):
            raise InvalidValue("Ledger.entries", "must be in the currency of the account")
        turns = [turn for entry in self.entries for turn in entry.turns]
        if len(set(turns)) < len(turns):
            raise InvalidValue("Ledger.entries", "must not share a turn at an item")

    def entry(self, id: EntryId) -> Entry:
        """The entry with this id.

        Raises:
            NotFound: it is not in this ledger.
        """
        found = self._by_id.get(id)
        if found is None:
            raise NotFound("entry", id)
        return found

    def item(self, id: EntryId) -> OpenItem:
        """The open item that this entry opened.

        Raises:
            NotFound: the entry is not here, or opened none.
        """
        found = self._items.get(id)
        if found is None:
            raise NotFound("entry", id)
        return found

    @property
    def items(self) -> tuple[OpenItem, ...]:
        """Every item, the oldest first, settled ones included."""
        return tuple(sorted(self._items.values(), key=lambda item: (item.date, item.id)))

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        """The items of which something is left."""
        return tuple(item for item in self.items if item.parts)

    @property
    def balance(self) -> Money:
        """The sum of the entries."""
        return Money.total((entry.amount for entry in self.entries), self.currency)

    def owed_by(self, side: Side) -> Money:
        """What this side owes of the charges; credits are not taken off."""
        return self._total(part for part in self._parts if part.party.side is side)

    @property
    def patient_responsibility(self) -> Money:
        """What the patient owes of the charges."""
        return self.owed_by(Side.PATIENT)

    @property
    def payer_outstanding(self) -> Money:
        """What payers owe of the charges."""
        return self.owed_by(Side.PAYER)

    def owed_by_party(self, party: Party) -> Money:
        """What the patient, or one payer, owes of the charges."""
        return self._total(part for part in self._parts if part.party == party)

    def credit_of(self, side: Side) -> Money:
        """What this side has paid that is applied to no charge, from zero up."""
        held = (part for part in self._parts if part.amount.cents < 0 and part.party.side is side)
        return -Money.total((part.amount for part in held), self.currency)

    @property
    def credit(self) -> Money:
        """What anybody has paid that is applied to no charge, from zero up."""
        return self.credit_of(Side.PATIENT) + self.credit_of(Side.PAYER)

    def received_from(self, side: Side, after: datetime) -> Money:
        """What this side has paid after this instant, less what was reversed and refunded of it."""
        flows = (
            -allocation.amount
            for entry in self.entries
            for allocation in entry.allocations
            if allocation.party.side is side and self._came_in(entry, allocation, after)
        )
        return Money.total(flows, self.currency)

    def _came_in(self, entry: Entry, allocation: Allocation, after: datetime) -> bool:
        """Whether it is about money that came in after this instant, be it to give it back."""
        if entry.reverses is not None:
            entry = self.entry(entry.reverses)
        if entry.kind is EntryKind.REFUND:
            entry = self.entry(allocation.item)
        return entry.kind is EntryKind.PAYMENT and entry.posted_at > after

    def reversal_of(self, id: EntryId) -> Entry | None:
        """The entry that reverses this one, if any does."""
        return next((entry for entry in self.entries if entry.reverses == id), None)

    def before(self, instant: datetime) -> "Ledger":
        """The ledger as it stood: what was posted before this instant."""
        kept = tuple(entry for entry in self.entries if entry.posted_at < instant)
        return Ledger(kept, self.currency)

    def _total(self, parts: Iterable[Part]) -> Money:
        return Money.total((part.amount for part in parts if part.amount.cents > 0), self.currency)

    @property
    def _parts(self) -> Iterable[Part]:
        return (part for item in self._items.values() for part in item.parts)

    @cached_property
    def _by_id(self) -> dict[EntryId, Entry]:
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def _items(self) -> dict[EntryId, OpenItem]:
        moves: defaultdict[EntryId, list[tuple[Allocation, Entry]]] = defaultdict(list)
        for entry in self.entries:
            for allocation in entry.allocations:
                moves[allocation.item].append((allocation, entry))
        opened = (entry for entry in self.entries if entry.id in entry.items)
        return {entry.id: _item(entry, moves[entry.id]) for entry in opened}


def _item(opened_by: Entry, moves: list[tuple[Allocation, Entry]]) -> OpenItem:
    moves.sort(key=lambda move: move[0].turn)
    parts: dict[Party, Part] = {}
    for allocation, entry in moves:
        before = parts.get(allocation.party)
        if before is None or not before.amount:
            parts[allocation.party] = Part(allocation.party, allocation.amount, entry.date)
        else:
            after = before.amount + allocation.amount
            parts[allocation.party] = Part(allocation.party, after, before.since)
    return OpenItem(
        id=opened_by.id,
        date=opened_by.date,
        visit=opened_by.visit,
        opened=Money.total(move.amount for move, entry in moves if entry is opened_by),
        parts=tuple(part for part in parts.values() if part.amount),
        next_turn=moves[-1][0].turn + 1,
    )
