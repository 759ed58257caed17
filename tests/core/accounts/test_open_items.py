"""The rules of open items, each at its boundary."""

from datetime import UTC, date, datetime

from carecoord.accounts.entries import PATIENT, Allocation, Entry, EntryKind
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.open_items import (
    RULES,
    entry_is_reversed_at_most_once,
    entry_moves_the_right_items,
    entry_stands_within_its_items,
    reversal_is_not_reversed,
)
from carecoord.errors import Refused
from carecoord.kernel.ids import AccountId, ActorId, EntryId, PatientId
from carecoord.kernel.money import Money


def entry(
    id: str, kind: EntryKind, *rows: tuple[str, int, int], reverses: str | None = None
) -> Entry:
    moves = tuple(Allocation(EntryId(item), PATIENT, Money(c), turn) for item, c, turn in rows)
    return Entry(
        id=EntryId(id),
        account=AccountId("account-1"),
        patient=PatientId("patient-1"),
        kind=kind,
        date=date(2026, 3, 2),
        posted_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        posted_by=ActorId("biller"),
        amount=Money.total(move.amount for move in moves),
        allocations=moves,
        reverses=EntryId(reverses) if reverses else None,
    )


CHARGE = entry("c", EntryKind.CHARGE, ("c", 100, 0))
CREDIT = entry("p", EntryKind.PAYMENT, ("p", -60, 0))
LEDGER = Ledger((CHARGE, CREDIT))


def test_a_charge_is_lowered_to_zero_and_no_further() -> None:
    for cents, fits in ((-100, True), (-101, False)):
        made = entry("d", EntryKind.DISCOUNT, ("c", cents, 1))
        assert bool(entry_stands_within_its_items(LEDGER, made)) is fits


def test_a_credit_is_drawn_to_zero_and_no_further() -> None:
    for cents, fits in ((60, True), (61, False)):
        made = entry("r", EntryKind.REFUND, ("p", cents, 1))
        assert bool(entry_stands_within_its_items(LEDGER, made)) is fits


def test_what_an_entry_opens_itself_stands_by_itself() -> None:
    assert entry_stands_within_its_items(Ledger(), CHARGE)
    assert entry_moves_the_right_items(Ledger(), CREDIT)


def test_only_refunds_and_applications_draw_on_credits() -> None:
    applied = entry("a", EntryKind.APPLICATION, ("p", 5, 1), ("c", -5, 1))
    backward = entry("a", EntryKind.APPLICATION, ("c", 5, 1), ("p", -5, 1))
    assert entry_moves_the_right_items(LEDGER, applied)
    answer = entry_moves_the_right_items(LEDGER, backward)
    assert isinstance(answer, Refused)
    assert answer.reason == "c is no credit"
    discount = entry_moves_the_right_items(LEDGER, entry("d", EntryKind.DISCOUNT, ("p", -5, 1)))
    assert isinstance(discount, Refused)
    assert discount.reason == "p is no charge"


def test_an_entry_is_reversed_once_and_a_reversal_never() -> None:
    undo = entry("r", EntryKind.REVERSAL, ("c", -100, 1), reverses="c")
    assert all(rule(LEDGER, undo) for rule in RULES)
    after = Ledger((*LEDGER.entries, undo))
    again = entry("s", EntryKind.REVERSAL, ("c", -100, 2), reverses="c")
    back = entry("s", EntryKind.REVERSAL, ("c", 100, 2), reverses="r")
    assert not entry_is_reversed_at_most_once(after, again)
    assert entry_is_reversed_at_most_once(after, back)
    assert not reversal_is_not_reversed(after, back)
    assert reversal_is_not_reversed(after, again)
