"""How the entries of a ledger are drawn: their allocations add up, and suit what they do."""

from hypothesis import strategies as st

from carecoord.accounts.entries import Allocation, Entry, EntryKind, Party, PaymentMethod, Side
from carecoord.kernel.ids import CoverageId, EntryId
from carecoord.kernel.money import Money
from carecoord.testing.domain.kernel import money
from carecoord.testing.strategies import dates, drawn_by, instants, values_of, values_of_fields

__all__ = ["entries"]

_BALANCED = (EntryKind.TRANSFER, EntryKind.APPLICATION)
_RISING = (EntryKind.CHARGE, EntryKind.REFUND)
_MONEY_MOVES = (EntryKind.PAYMENT, EntryKind.REFUND)


def _parties() -> st.SearchStrategy[Party]:
    payers = values_of(CoverageId).map(Party.payer)
    return st.just(Party(Side.PATIENT)) | payers


@st.composite
def _allocations(draw: st.DrawFn, kind: EntryKind, own: EntryId) -> tuple[Allocation, ...]:
    others = values_of(EntryId).filter(lambda id: id != own)
    if kind is EntryKind.CHARGE:
        items = [own] * draw(st.integers(1, 2))
    else:
        items = draw(st.lists(others, min_size=1, max_size=3, unique=True))
        if kind is EntryKind.PAYMENT and draw(st.booleans()):
            items[0] = own
    amounts = [draw(money(1, 10**9)) for _ in items]
    if kind in _BALANCED:
        items, amounts = [items[0]] * 2, [amounts[0], -amounts[0]]
    elif kind not in _RISING:
        amounts = [-amount for amount in amounts]
    turn = draw(st.integers(1, 50))
    return tuple(
        Allocation(item, draw(_parties()), amount, 0 if item == own else turn)
        for item, amount in zip(items, amounts, strict=True)
    )


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Entries of every kind."""
    kind, id = draw(st.sampled_from(EntryKind)), draw(values_of(EntryId))
    allocations = draw(_allocations(kind, id))
    posted_at = draw(instants())
    return draw(
        values_of_fields(
            Entry,
            id=st.just(id),
            kind=st.just(kind),
            posted_at=st.just(posted_at),
            date=dates().map(lambda day: min(day, posted_at.date())),
            amount=st.just(Money.total(allocation.amount for allocation in allocations)),
            allocations=st.just(allocations),
            reverses=values_of(EntryId) if kind is EntryKind.REVERSAL else st.none(),
            method=st.none() | st.sampled_from(PaymentMethod)
            if kind in _MONEY_MOVES
            else st.none(),
        )
    )


drawn_by(Entry, entries)
drawn_by(Party, _parties)
