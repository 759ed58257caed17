"""How accounts, entries, ledgers and payment plans are drawn: so that they add up."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from carecoord.accounts.account import Account
from carecoord.accounts.entries import (
    PATIENT,
    Allocation,
    Entry,
    EntryKind,
    Party,
    PaymentMethod,
)
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import Instalment, PaymentPlan
from carecoord.accounts.posting import (
    REDUCTIONS,
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
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.testing.strategies import drawn_by, values_of, values_of_fields

__all__ = ["accounts", "entries", "ledgers", "parties", "payment_plans", "posting"]

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIMARY = Party.payer(CoverageId("primary"))
SECONDARY = Party.payer(CoverageId("secondary"))

_parties = st.sampled_from([PATIENT, PRIMARY, SECONDARY])
_amounts = st.integers(1, 9000).map(Money)
_kinds = st.sampled_from(sorted(REDUCTIONS, key=lambda kind: kind.value))


def parties() -> st.SearchStrategy[Party]:
    """The patient, or the payer of some coverage."""
    return st.just(PATIENT) | values_of(CoverageId).map(Party.payer)


def posting(number: int) -> Posting:
    """What the n-th entry of a drawn ledger says of itself; each is a day after the one before."""
    return Posting(
        id=EntryId(f"entry-{number}"),
        account=AccountId("account-1"),
        patient=PatientId("patient-1"),
        date=DAY + timedelta(days=number),
        posted_at=NOON + timedelta(days=number),
        posted_by=ActorId("biller"),
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Ledgers of one account after a few postings of every kind, some of them refused."""
    ledger = Ledger()
    for number in range(draw(st.integers(0, 12))):
        with suppress(NotAllowed, InvalidValue):
            ledger = Ledger((*ledger.entries, _posted(draw, number, ledger)))
    return ledger


def _posted(draw: st.DrawFn, number: int, ledger: Ledger) -> Entry:
    p = posting(number)
    what = draw(
        st.sampled_from(["charge", "prepayment", "reversal", "plan", "move", "move", "move"])
    )
    if not ledger.entries or what == "charge":
        return charge(p, {draw(_parties): draw(_amounts), draw(_parties): draw(_amounts)})
    if what == "prepayment":
        return payment(p, ledger, by=draw(_parties), amount=draw(_amounts))
    if what == "plan":
        return agreement(p, ledger)
    if what == "reversal":
        return reversal(p, ledger, of=draw(st.sampled_from(ledger.entries)).id)
    return _moved(draw, p, ledger)


def _moved(draw: st.DrawFn, p: Posting, ledger: Ledger) -> Entry:
    item = draw(st.sampled_from(ledger.items))
    party = draw(st.sampled_from([part.party for part in item.parts] or [PATIENT]))
    amount = _some_of(draw, item.part(party))
    move = draw(st.integers(0, 2))
    if item.is_credit:
        to = [one.id for one in ledger.items if not one.is_credit and one.part(party)]
        if not to or not move:
            return refund(p, ledger, credit=item.id, party=party, amount=amount)
        applied = [(draw(st.sampled_from(to)), amount)]
        return application(p, ledger, credit=item.id, party=party, to=applied)
    if move == 0:
        kind = draw(_kinds)
        down = kind is not EntryKind.CONTRACTUAL_ADJUSTMENT or draw(st.booleans())
        amount = amount if down else -amount
        return reduction(p, ledger, kind=kind, of=item.id, party=party, amount=amount)
    if move == 1:
        taker = draw(_parties)
        return transfer(p, ledger, of=item.id, giver=party, taker=taker, amount=amount)
    paid = amount + draw(st.just(Money(0)) | _amounts)
    return payment(p, ledger, by=party, amount=paid, to=[(item.id, amount)])


def _some_of(draw: st.DrawFn, left: Money) -> Money:
    """Mostly what is there or a part of it, at times a cent too much."""
    most = abs(left.cents)
    return Money(draw(st.sampled_from([most, most + 1]) | st.integers(1, max(1, most))))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Entries of every kind, with texts, ids and instants of every sort."""
    entry = draw(ledgers().filter(lambda ledger: ledger.entries).flatmap(_one_of))
    old, id = entry.id, draw(values_of(EntryId))
    moves = (
        Allocation(id if one.item == old else one.item, one.party, one.amount, one.turn)
        for one in entry.allocations
    )
    posted_at = draw(values_of(datetime))
    told: dict[str, Any] = {
        field.name: draw(values_of(field.type))
        for field in attrs.fields(Entry)
        if field.name in ("account", "patient", "posted_by", "visit", "code", "reference", "note")
    }
    return attrs.evolve(
        entry,
        id=id,
        allocations=tuple(moves),
        posted_at=posted_at,
        date=posted_at.date() - timedelta(days=draw(st.integers(0, 400))),
        method=draw(st.sampled_from(PaymentMethod))
        if entry.kind in (EntryKind.PAYMENT, EntryKind.REFUND)
        else None,
        **told,
    )


def _one_of(ledger: Ledger) -> st.SearchStrategy[Entry]:
    return st.sampled_from(ledger.entries)


@st.composite
def payment_plans(draw: st.DrawFn) -> PaymentPlan:
    """Plans whose instalments follow one another and add up to the total."""
    day = draw(st.dates(date(1900, 1, 1), date(2190, 12, 31)))
    agreed_on, instalments = day, []
    for gap in draw(st.lists(st.integers(1, 400), min_size=1, max_size=4)):
        day += timedelta(days=gap)
        instalments.append(Instalment(day, draw(_amounts)))
    down = draw(st.just(Money(0)) | _amounts)
    return PaymentPlan(
        agreed_on=agreed_on,
        total=Money.total(one.amount for one in instalments) + down,
        instalments=tuple(instalments),
        down_payment=down,
        written=draw(st.booleans()),
    )


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Accounts with a payment plan and without; a plan has the instant of its agreement."""
    plan = draw(st.none() | payment_plans())
    agreed_at = st.none() if plan is None else values_of(datetime)
    return draw(values_of_fields(Account, plan=st.just(plan), plan_agreed_at=agreed_at))


drawn_by(Account, accounts)
drawn_by(Party, parties)
drawn_by(Entry, entries)
drawn_by(Ledger, ledgers)
drawn_by(PaymentPlan, payment_plans)
