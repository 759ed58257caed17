"""The readiness list of a visit: what must be settled before it, what blocks and what only warns.

    facts = PreVisitFacts(identity=Fact.YES, coverage=Fact.NO, interpreter=Fact.NOT_NEEDED)
    for finding in open_items(facts):
        finding.item, finding.severity

The facts come from whoever knows them; here is only what follows. Unknown is not settled.
"""

from datetime import datetime
from enum import Enum

from attrs import frozen

from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import LongText, checked

__all__ = [
    "Fact",
    "Finding",
    "PreVisitFacts",
    "ReadinessItem",
    "ReadinessPolicy",
    "Settled",
    "Severity",
    "is_ready",
    "open_items",
]


class ReadinessItem(Enum):
    """What is on the list; the value says it in plain words."""

    IDENTITY = "identity confirmed"
    COVERAGE = "coverage verified for the date"
    ESTIMATE = "estimate given"
    AUTHORIZATION = "authorization in place for date and units"
    REFERRAL = "referral received"
    FORMS = "forms filled in"
    INSTRUCTIONS = "instructions for the visit given"
    INTERPRETER = "qualified interpreter arranged"
    TRANSPORT = "transport arranged"
    CONSENT = "consent to treatment signed"
    PRIVACY_NOTICE = "notice of privacy practices acknowledged"
    SECONDARY_PAYER = "Medicare secondary payer questions answered"
    ACCIDENT = "accident or injury asked about"
    COPAY = "copay known and announced"


class Fact(Enum):
    """What is known of an item."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self in (Fact.YES, Fact.NOT_NEEDED)


class Severity(Enum):
    """What an open item does to the visit."""

    BLOCKS = "blocks"
    WARNS = "warns"


@frozen(field_transformer=checked, kw_only=True)
class PreVisitFacts:
    """What is known of each item before a visit, one field for each of `ReadinessItem`."""

    identity: Fact = Fact.UNKNOWN
    coverage: Fact = Fact.UNKNOWN
    estimate: Fact = Fact.UNKNOWN
    authorization: Fact = Fact.UNKNOWN
    referral: Fact = Fact.UNKNOWN
    forms: Fact = Fact.UNKNOWN
    instructions: Fact = Fact.UNKNOWN
    interpreter: Fact = Fact.UNKNOWN
    transport: Fact = Fact.UNKNOWN
    consent: Fact = Fact.UNKNOWN
    privacy_notice: Fact = Fact.UNKNOWN
    secondary_payer: Fact = Fact.UNKNOWN
    accident: Fact = Fact.UNKNOWN
    copay: Fact = Fact.UNKNOWN

    def of(self, item: ReadinessItem) -> Fact:
        """What is known of this item."""
        fact = getattr(self, item.name.lower())
        assert isinstance(fact, Fact)
        return fact


@frozen(field_transformer=checked)
class Settled:
    """What somebody found out about an item, and when."""

    item: ReadinessItem
    fact: Fact
    by: ActorId
    at: datetime
    note: LongText = ""


@frozen(field_transformer=checked)
class ReadinessPolicy:
    """Which open items block a visit; all others only warn.

    In an emergency nothing blocks: examination and stabilizing treatment do not wait for coverage,
    authorization or payment.

    Source: 42 CFR 489.24(d)(4) for emergency departments (from memory; not checked against the
    primary text); otherwise the clinic's own rule.
    """

    blocking: frozenset[ReadinessItem] = frozenset(
        {ReadinessItem.IDENTITY, ReadinessItem.AUTHORIZATION, ReadinessItem.CONSENT}
    )
    emergency: bool = False

    def severity(self, item: ReadinessItem) -> Severity:
        """What this item does while it is open."""
        blocks = item in self.blocking and not self.emergency
        return Severity.BLOCKS if blocks else Severity.WARNS


@frozen
class Finding:
    """An item that is still open."""

    item: ReadinessItem
    fact: Fact
    severity: Severity


def open_items(
    facts: PreVisitFacts, policy: ReadinessPolicy = ReadinessPolicy()
) -> tuple[Finding, ...]:
    """The open items: those that block first, then in the order of the list."""
    found = [
        Finding(item, facts.of(item), policy.severity(item))
        for item in ReadinessItem
        if not facts.of(item).is_settled
    ]
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.BLOCKS))


def is_ready(facts: PreVisitFacts, policy: ReadinessPolicy = ReadinessPolicy()) -> bool:
    """Whether nothing blocks the visit."""
    return all(one.severity is not Severity.BLOCKS for one in open_items(facts, policy))
