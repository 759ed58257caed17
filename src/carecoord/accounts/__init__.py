"""Accounts: what was charged, paid and adjusted for a patient, and who owes the rest.

An *account* gathers the *entries* of one patient; its *balance* is their sum. Charges and credits
are *open items*; a *party*, the patient or a payer, owes each *part* of a charge. A *contractual
adjustment* is agreed with a payer; a *write-off* is for charity, bad debt or a small balance.
"""

from carecoord.accounts.account import (
    ACCOUNT_LIFECYCLE,
    Account,
    AccountStatus,
    account_takes_entries,
    closed_account_has_nothing_open,
    payer_covers_the_account,
)
from carecoord.accounts.aging import AGING_LIMITS, AgedFrom, Aging, AgingBucket, aging_of
from carecoord.accounts.entries import (
    PATIENT,
    WRITE_OFFS,
    Allocation,
    Entry,
    EntryKind,
    Party,
    PaymentMethod,
    Side,
)
from carecoord.accounts.ledger import Ledger, OpenItem, Part
from carecoord.accounts.open_items import (
    entry_is_reversed_at_most_once,
    entry_moves_the_right_items,
    entry_stands_within_its_items,
    reversal_is_not_reversed,
)
from carecoord.accounts.payment_plans import (
    Instalment,
    PaymentPlan,
    plan_is_within_what_the_patient_owes,
    plan_stays_clear_of_regulation_z,
)
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
from carecoord.accounts.statements import Recipient, Statement, StatementLine, statement

__all__ = [
    "ACCOUNT_LIFECYCLE",
    "AGING_LIMITS",
    "PATIENT",
    "REDUCTIONS",
    "WRITE_OFFS",
    "Account",
    "AccountStatus",
    "AgedFrom",
    "Aging",
    "AgingBucket",
    "Allocation",
    "Entry",
    "EntryKind",
    "Instalment",
    "Ledger",
    "OpenItem",
    "Part",
    "Party",
    "PaymentMethod",
    "PaymentPlan",
    "Posting",
    "Recipient",
    "Side",
    "Statement",
    "StatementLine",
    "account_takes_entries",
    "aging_of",
    "agreement",
    "application",
    "charge",
    "closed_account_has_nothing_open",
    "entry_is_reversed_at_most_once",
    "entry_moves_the_right_items",
    "entry_stands_within_its_items",
    "payer_covers_the_account",
    "payment",
    "plan_is_within_what_the_patient_owes",
    "plan_stays_clear_of_regulation_z",
    "reduction",
    "refund",
    "reversal",
    "reversal_is_not_reversed",
    "statement",
    "transfer",
]
