"""What a statement says, and no more than its reader needs.

The patient sees services and codes; a guarantor who is somebody else sees days and amounts. An
entry and its reversal within the same period cancel, and both stay out.
"""

from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.accounts.account import Account
from carecoord.accounts.aging import AgedFrom, Aging, aging_of
from carecoord.accounts.entries import Entry, EntryKind, Side
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import Instalment
from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import AccountId, BookingId
from carecoord.kernel.money import Money
from carecoord.kernel.time import Period, Zone, local_date
from carecoord.kernel.values import checked

__all__ = ["Recipient", "Statement", "StatementLine", "statement"]


class Recipient(Enum):
    """Who reads the statement."""

    PATIENT = "patient"
    GUARANTOR = "guarantor"
    """Somebody else who answers for the bill."""


@frozen(field_transformer=checked)
class StatementLine:
    """One entry as its reader sees it; `code` and `visit` are for the patient alone."""

    date: date
    kind: EntryKind
    amount: Money
    code: Code | None = None
    visit: BookingId | None = None


@frozen(field_transformer=checked, kw_only=True)
class Statement:
    """An account over a period: `opening` and the lines add up to `closing`.

    `patient_owes` is what the patient's part comes to at the end, `credit` what the patient has
    paid ahead, `payers_owe` what is pending with payers and not to be paid by the patient, and
    `next_instalment` what the payment plan asks for next.
    """

    account: AccountId
    recipient: Recipient
    period: Period
    opening: Money
    lines: tuple[StatementLine, ...]
    closing: Money
    patient_owes: Money
    payers_owe: Money
    credit: Money
    next_instalment: Instalment | None
    aging: Aging


def statement(
    account: Account, ledger: Ledger, period: Period, recipient: Recipient, zone: Zone
) -> Statement:
    """What was posted within the period, and what is owed at its end.

    Statements of periods that touch join: one closes with what the next opens with.

    Source: 45 CFR 164.502(b), minimum necessary, from which disclosures to the individual are
    exempt (from memory; not checked against the primary text).

    Raises:
        InvalidValue: the ledger is another account's.
    """
    if any(entry.account != account.id for entry in ledger.entries[:1]):
        raise InvalidValue("ledger", "must be of this account")
    before, until = ledger.before(period.start), ledger.before(period.end)
    posted = [entry for entry in until.entries if entry.posted_at >= period.start]
    undone = {entry.reverses for entry in posted} & {entry.id for entry in posted}
    shown = (one for one in posted if one.id not in undone and one.reverses not in undone)
    lines = tuple(
        _line(entry, recipient)
        for entry in sorted(shown, key=lambda one: (one.date, one.posted_at, one.id))
        if entry.amount
    )
    return Statement(
        account=account.id,
        recipient=recipient,
        period=period,
        opening=before.balance,
        lines=lines,
        closing=until.balance,
        patient_owes=until.patient_responsibility,
        payers_owe=until.payer_outstanding,
        credit=until.credit_of(Side.PATIENT),
        next_instalment=_next_instalment(account, until),
        aging=aging_of(
            until,
            local_date(period.end, zone),
            Side.PATIENT,
            aged_from=AgedFrom.RESPONSIBILITY,
        ),
    )


def _next_instalment(account: Account, ledger: Ledger) -> Instalment | None:
    if account.plan is None or account.plan_agreed_at is None:
        return None
    return account.plan.next_due(ledger.received_from(Side.PATIENT, account.plan_agreed_at))


def _line(entry: Entry, recipient: Recipient) -> StatementLine:
    if recipient is Recipient.PATIENT:
        return StatementLine(entry.date, entry.kind, entry.amount, entry.code, entry.visit)
    return StatementLine(entry.date, entry.kind, entry.amount)
