"""Open items: what an entry may do to the charges and credits of a ledger.

Every rule takes the ledger before the entry, of the whole account or at least of the items that
the entry moves, and the entry.
"""

from carecoord.accounts.entries import Entry, EntryKind
from carecoord.accounts.ledger import Ledger
from carecoord.errors import Allowed, Answer, Refused

__all__ = [
    "RULES",
    "entry_is_reversed_at_most_once",
    "entry_moves_the_right_items",
    "entry_stands_within_its_items",
    "reversal_is_not_reversed",
]


def entry_stands_within_its_items(ledger: Ledger, entry: Entry) -> Answer:
    """No part of a charge falls below zero, and no credit rises above it.

    So nothing is paid twice, refunded twice or written off beyond what is owed, and what others
    rest on is reversed last. A credit is known by the payment that opened it.

    Source: open-item accounting, as accounts receivable are commonly kept; not law.
    """
    rule = entry_stands_within_its_items.__name__
    source = "open-item accounting"
    for allocation in entry.allocations:
        if allocation.item == entry.id:
            continue
        item = ledger.item(allocation.item)
        after = item.part(allocation.party) + allocation.amount
        if not item.is_credit and after.cents < 0:
            return Refused(rule, f"more than is open of charge {item.id}", source)
        if item.is_credit and after.cents > 0:
            return Refused(rule, f"more than is left of the credit of payment {item.id}", source)
    return Allowed()


def entry_is_reversed_at_most_once(ledger: Ledger, entry: Entry) -> Answer:
    """What was reversed cannot be reversed again.

    Source: carecoord's own rule: entries are never edited, only reversed once.
    """
    before = ledger.reversal_of(entry.reverses) if entry.reverses else None
    if before is None:
        return Allowed()
    reason = f"entry {entry.reverses} was reversed by {before.id}"
    return Refused(entry_is_reversed_at_most_once.__name__, reason, "carecoord's own rule")


def reversal_is_not_reversed(ledger: Ledger, entry: Entry) -> Answer:
    """A reversal stands; who reversed by mistake posts the entry anew.

    Source: carecoord's own rule: entries are never edited, only reversed once.
    """
    if entry.reverses is None or ledger.entry(entry.reverses).kind is not EntryKind.REVERSAL:
        return Allowed()
    reason = f"entry {entry.reverses} is a reversal: post what it undid anew"
    return Refused(reversal_is_not_reversed.__name__, reason, "carecoord's own rule")


def entry_moves_the_right_items(ledger: Ledger, entry: Entry) -> Answer:
    """Only refunds and applications draw on credits; everything else moves charges.

    Source: open-item accounting, as accounts receivable are commonly kept; not law.
    """
    rule = entry_moves_the_right_items.__name__
    if entry.kind is EntryKind.REVERSAL:
        return Allowed()
    for allocation in entry.allocations:
        draws = entry.kind in (EntryKind.REFUND, EntryKind.APPLICATION)
        draws = draws and allocation.amount.cents > 0
        if allocation.item != entry.id and ledger.item(allocation.item).is_credit != draws:
            noun = "credit" if draws else "charge"
            return Refused(rule, f"{allocation.item} is no {noun}", "open-item accounting")
    return Allowed()


RULES = (
    entry_moves_the_right_items,
    entry_stands_within_its_items,
    entry_is_reversed_at_most_once,
    reversal_is_not_reversed,
)
