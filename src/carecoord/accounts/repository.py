"""What the context of accounts asks of storage."""

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from attrs import evolve

from carecoord.accounts.account import Account, AccountStatus, account_takes_entries
from carecoord.accounts.entries import Entry
from carecoord.accounts.ledger import Ledger
from carecoord.errors import InvalidValue, NotAllowed, Refused, insist
from carecoord.kernel.ids import AccountId, BookingId, EntryId, PatientId
from carecoord.kernel.money import Money
from carecoord.storage.conditions import Order, between, equal, every, has, some
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["ACCOUNT", "ENTRY", "Accounts", "Entries"]

ACCOUNT = Kind(
    "account",
    Account,
    (
        Searched("status", lambda it: it.status),
        Searched("coverage", lambda it: it.coverages, many=True),
        Searched("owner", lambda it: it.owner, references="organization"),
        Searched("opened_at", lambda it: it.opened_at),
    ),
    patient_of=lambda it: it.patient,
)

ENTRY = Kind(
    "entry",
    Entry,
    (
        Searched("account", lambda it: it.account, references="account"),
        Searched("kind", lambda it: it.kind),
        Searched("date", lambda it: it.date),
        Searched("posted_at", lambda it: it.posted_at),
        Searched("cents", lambda it: it.amount.cents, "integer"),
        Searched("item", lambda it: it.items, many=True),
        Searched("visit", lambda it: it.visit, references="booking"),
        Searched("reverses", lambda it: it.reverses, references="entry"),
    ),
    patient_of=lambda it: it.patient,
    claims=lambda it: (
        *(f"turn|{item}|{turn}" for item, turn in it.turns),
        *([] if it.reverses is None else [f"reversal|{it.reverses}"]),
    ),
)


class Accounts(Repository[Account]):
    """Patients' accounts, the oldest first."""

    kind = ACCOUNT
    in_order = (Order("opened_at"),)

    def of_patient(self, patient: PatientId) -> tuple[Account, ...]:
        """All accounts of a patient."""
        return self.all(equal("patient", patient))

    def active_of(self, patient: PatientId) -> tuple[Account, ...]:
        """The accounts of a patient that take entries."""
        return self.all(every(equal("patient", patient), equal("status", AccountStatus.ACTIVE)))


class Entries(Repository[Entry]):
    """Entries of accounts, in the order of their posting; they are added and never changed."""

    kind = ENTRY
    in_order = (Order("posted_at"),)

    def post(self, entry: Entry, account: Account) -> Entry:
        """Keep a new entry of this account.

        The account must still be as it was read when the work is done, so nothing slips into one
        that is being closed. `AlreadyTaken` for a turn, when the work is done, means that somebody
        else moved the same charge or credit meanwhile: read the ledger and judge again.

        Raises:
            InvalidValue: the entry is of another account, patient or currency.
            NotAllowed: the account takes no entries.
        """
        if (entry.account, entry.patient) != (account.id, account.patient):
            raise InvalidValue("Entry.account", "must be the account that it is posted to")
        if entry.amount.currency != account.currency:
            raise InvalidValue("Entry.amount", "must be in the currency of the account")
        insist(account_takes_entries(account))
        if self._work.stage.row(ACCOUNT, account.id) is None:
            self._work.require(ACCOUNT, account)
        return self.add(entry)

    def ledger(self, account: Account) -> Ledger:
        """All entries of the account."""
        return Ledger(self.all(equal("account", account.id)), account.currency)

    def ledger_of(self, account: Account, items: Iterable[EntryId]) -> Ledger:
        """The entries that move these charges and credits: enough to judge a posting to them."""
        wanted = some(*(has("item", item) for item in items))
        return Ledger(self.all(every(equal("account", account.id), wanted)), account.currency)

    def balance(self, account: Account) -> Money:
        """The sum of the account's entries, without reading their bodies."""
        rows = self._kept.values(("cents",), equal("account", account.id))
        return Money(sum(int(cents) for _, cents in rows if cents is not None), account.currency)

    def of_visit(self, visit: BookingId) -> tuple[Entry, ...]:
        """Everything that was posted for a visit."""
        return self.all(equal("visit", visit))

    def dated(self, account: AccountId, first: date, until: date) -> tuple[Entry, ...]:
        """Entries of an account dated from a day on and before another."""
        return self.all(every(equal("account", account), between("date", first, until)))

    def replace(self, aggregate: Entry) -> NoReturn:
        """Never: what was posted is reversed.

        Raises:
            NotAllowed: always.
        """
        reason = f"entry {aggregate.id} was posted: reverse it"
        raise NotAllowed(Refused("entry_is_never_edited", reason, "carecoord's own rule"))

    def enter(self, aggregate: Entry) -> Entry:
        """Keep it as handed in, if it is new; the same again stays as it is.

        Raises:
            NotAllowed: it is here already, and different.
        """
        here = self.get_or_none(aggregate.id)
        if here is not None and evolve(aggregate, version=here.version) != here:
            self.replace(aggregate)
        return super().enter(aggregate)
