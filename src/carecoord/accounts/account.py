"""A patient's account, as FHIR Account has it: whose, under which coverages, and open or not.

Entries are a kind of their own and no part of the account. An account lives for years and takes
thousands of entries: kept inside, each posting would rewrite all of them, and two desks that post
to one account would always collide. As their own kind they are only ever added, and the balance
has no second copy that could differ: it is the sum of the entries, read when asked. What must not
happen twice is guarded where it could: an entry takes one turn at each charge or credit it moves,
and no turn is taken twice, so only writers that spend the same money meet. The agreement of a
payment plan takes a turn at each charge that the patient owes, so a payment in between is not
overlooked. An account is closed in two steps, since a sum that was read cannot hold back what is
posted a moment later: first it is put on hold, after which nothing is posted; then it is closed if
nothing is open.
"""

from datetime import datetime
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.accounts.entries import Party
from carecoord.accounts.ledger import Ledger
from carecoord.accounts.payment_plans import (
    PaymentPlan,
    plan_is_within_what_the_patient_owes,
)
from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import AccountId, ActorId, CoverageId, OrganizationId, PatientId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import LongText, Text, checked

__all__ = [
    "ACCOUNT_LIFECYCLE",
    "RULES",
    "Account",
    "AccountStatus",
    "account_takes_entries",
    "closed_account_has_nothing_open",
    "payer_covers_the_account",
]


class AccountStatus(Enum):
    """The states of a FHIR Account."""

    ACTIVE = "active"
    ON_HOLD = "on-hold"
    INACTIVE = "inactive"
    ENTERED_IN_ERROR = "entered-in-error"


ACCOUNT_LIFECYCLE = Lifecycle(
    "account",
    {
        (AccountStatus.ACTIVE, "post"): AccountStatus.ACTIVE,
        (AccountStatus.ACTIVE, "hold"): AccountStatus.ON_HOLD,
        (AccountStatus.ON_HOLD, "reopen"): AccountStatus.ACTIVE,
        (AccountStatus.ON_HOLD, "close"): AccountStatus.INACTIVE,
        (AccountStatus.ON_HOLD, "void"): AccountStatus.ENTERED_IN_ERROR,
        (AccountStatus.INACTIVE, "reopen"): AccountStatus.ACTIVE,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Account:
    """Where one patient's charges and payments are gathered.

    `coverages` stand in their order of payment; none means that the patient pays alone. What was
    paid after `plan_agreed_at` is paid towards the plan, and nothing that was paid before.
    """

    id: AccountId
    patient: PatientId
    name: Annotated[str, Text(longest=200)]
    opened_at: datetime
    opened_by: ActorId
    coverages: tuple[CoverageId, ...] = ()
    owner: OrganizationId | None = None
    currency: Annotated[str, Text(longest=3)] = "USD"
    status: AccountStatus = AccountStatus.ACTIVE
    status_since: datetime | None = None
    status_reason: LongText = ""
    plan: PaymentPlan | None = None
    plan_agreed_at: datetime | None = None
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if len(set(self.coverages)) < len(self.coverages):
            raise InvalidValue("Account.coverages", "must not name a coverage twice")
        if (self.plan is None) != (self.plan_agreed_at is None):
            raise InvalidValue("Account.plan_agreed_at", "is given with a plan, and only then")

    def covered_by(self, coverages: tuple[CoverageId, ...]) -> "Account":
        """With these coverages, the first to pay first."""
        return evolve(self, coverages=coverages)

    def held(self, at: datetime, reason: str = "") -> "Account":
        """On hold: nothing is posted to it."""
        return self._moved("hold", at, reason)

    def reopened(self, at: datetime, reason: str = "") -> "Account":
        """Open to postings again."""
        return self._moved("reopen", at, reason)

    def closed(self, ledger: Ledger, at: datetime, reason: str = "") -> "Account":
        """Done with; `ledger` is the whole one.

        Raises:
            NotAllowed: it is not on hold, or something is open.
        """
        return self._settled("close", ledger, at, reason)

    def voided(self, ledger: Ledger, at: datetime, reason: str) -> "Account":
        """Opened in error; every entry must have been reversed, so nothing is open.

        Raises:
            NotAllowed: it is not on hold, or something is open.
        """
        return self._settled("void", ledger, at, reason)

    def agreed(self, plan: PaymentPlan, ledger: Ledger, at: datetime) -> "Account":
        """With a payment plan, in place of any earlier one; `ledger` is the whole one.

        It was agreed on what is in the ledger, so never before the last of that was posted.

        Raises:
            NotAllowed: the account takes no entries, or the plan is for more than is owed.
        """
        insist(
            account_takes_entries(self),
            plan_is_within_what_the_patient_owes(plan, ledger.patient_responsibility),
        )
        at = max((at, *(entry.posted_at for entry in ledger.entries)))
        return evolve(self, plan=plan, plan_agreed_at=at)

    def without_plan(self) -> "Account":
        """With no payment plan."""
        return evolve(self, plan=None, plan_agreed_at=None)

    def _settled(self, verb: str, ledger: Ledger, at: datetime, reason: str) -> "Account":
        may = ACCOUNT_LIFECYCLE.may(self.status, verb)
        insist(may, closed_account_has_nothing_open(ledger))
        return self._moved(verb, at, reason)

    def _moved(self, verb: str, at: datetime, reason: str) -> "Account":
        status = ACCOUNT_LIFECYCLE.after(self.status, verb)
        return evolve(self, status=status, status_since=at, status_reason=reason)


def account_takes_entries(account: Account) -> Answer:
    """Entries are posted to active accounts alone.

    Source: FHIR R4 Account.status.
    """
    answer = ACCOUNT_LIFECYCLE.may(account.status, "post")
    if isinstance(answer, Allowed):
        return answer
    return Refused(account_takes_entries.__name__, answer.reason, "FHIR R4 Account.status")


def closed_account_has_nothing_open(ledger: Ledger) -> Answer:
    """An account is closed when every charge is settled and every credit applied or refunded.

    A balance of zero alone would let a credit hide an unpaid charge.

    Source: carecoord's own rule.
    """
    left = len(ledger.open_items)
    if not left:
        return Allowed()
    reason = f"charges or credits that are still open: {left}"
    return Refused(closed_account_has_nothing_open.__name__, reason, "carecoord's own rule")


def payer_covers_the_account(account: Account, party: Party) -> Answer:
    """A payer pays, or is asked to pay, under one of the account's coverages.

    Source: carecoord's own rule.
    """
    if party.coverage is None or party.coverage in account.coverages:
        return Allowed()
    reason = f"account {account.id} is not under coverage {party.coverage}"
    return Refused(payer_covers_the_account.__name__, reason, "carecoord's own rule")


RULES = (account_takes_entries, closed_account_has_nothing_open, payer_covers_the_account)
