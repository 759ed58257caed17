"""What is on record about somebody's access, besides the roles: the facts a policy asks for.

A relation to a patient (the care team, the own family), a delegation for some time, and a glass
that was broken in an emergency.

    fact_holds(fact, now)
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, TypeAlias

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import AccessFactId, ActorId, LocationId, PatientId
from carecoord.kernel.people import Role
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import LongText, Text, checked

__all__ = [
    "LONGEST_EMERGENCY",
    "REVIEW",
    "RULES",
    "AccessFact",
    "Delegation",
    "EmergencyAccess",
    "PatientRelation",
    "Relation",
    "Review",
    "ReviewStatus",
    "access_is_delegated_for_some_time",
    "emergency_access_is_short",
    "fact_holds",
    "nobody_decides_on_their_own_access",
]

Reason = Annotated[str, Text(longest=1000)]

LONGEST_EMERGENCY = timedelta(hours=24)
"""How long a glass may stay broken; who needs longer breaks it again."""


class Relation(Enum):
    """How somebody at work stands to a patient."""

    CARE_TEAM = "care_team"
    FAMILY = "family"
    """The own family: their records are closed to whoever works here."""
    APPROVED = "approved"
    """Of the own family, and somebody else let them work on the record all the same."""
    EMERGENCY = "emergency"
    """The glass was broken."""


@frozen(field_transformer=checked, kw_only=True)
class PatientRelation:
    """A relation that somebody recorded, from an instant until another, or without an end.

    Raises:
        InvalidValue: it ends before it begins, or is an emergency, which has a record of its own.
    """

    id: AccessFactId
    actor: ActorId
    patient: PatientId
    relation: Relation
    since: datetime
    recorded_by: ActorId
    until: datetime | None = None
    reason: LongText = ""
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.relation is Relation.EMERGENCY:
            raise InvalidValue("PatientRelation.relation", "of an emergency is no lasting one")
        if self.until is not None and self.until < self.since:
            raise InvalidValue("PatientRelation.until", "must not be before it began")

    def ended(self, at: datetime) -> "PatientRelation":
        """No longer so."""
        return evolve(self, until=max(self.since, _earlier(self.until, at)))


@frozen(field_transformer=checked, kw_only=True)
class Delegation:
    """What `delegator` may do by these roles, `actor` may do too, for some time.

    `responsibilities` bound it, by their names or those of use cases. It gives away what the
    delegator's own roles gave, never what was delegated to them: there are no chains.
    """

    id: AccessFactId
    actor: ActorId
    delegator: ActorId
    roles: frozenset[Role]
    responsibilities: frozenset[Annotated[str, Text(longest=100)]]
    since: datetime
    until: datetime
    reason: Reason
    sites: frozenset[LocationId] = frozenset()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.until < self.since:
            raise InvalidValue("Delegation.until", "must not be before it began")
        if not self.roles or not self.responsibilities:
            raise InvalidValue("Delegation.responsibilities", "must name something, by some role")

    def revoked(self, at: datetime) -> "Delegation":
        """Taken back."""
        return evolve(self, until=max(self.since, _earlier(self.until, at)))


class ReviewStatus(Enum):
    """What was found when somebody looked at an emergency access afterwards."""

    PENDING = "pending"
    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


REVIEW = Lifecycle(
    "review of an emergency access",
    {
        (ReviewStatus.PENDING, "justify"): ReviewStatus.JUSTIFIED,
        (ReviewStatus.PENDING, "reject"): ReviewStatus.NOT_JUSTIFIED,
    },
)


@frozen(field_transformer=checked)
class Review:
    """Who looked at it, when, and what they noted."""

    by: ActorId
    at: datetime
    note: LongText = ""


@frozen(field_transformer=checked, kw_only=True)
class EmergencyAccess:
    """A broken glass: somebody reached one patient's record beyond what they may, and said why."""

    id: AccessFactId
    actor: ActorId
    patient: PatientId
    reason: Reason
    since: datetime
    until: datetime
    status: ReviewStatus = ReviewStatus.PENDING
    review: Review | None = None
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.until < self.since:
            raise InvalidValue("EmergencyAccess.until", "must not be before it began")
        if (self.status is ReviewStatus.PENDING) is not (self.review is None):
            raise InvalidValue("EmergencyAccess.review", "goes with a status other than pending")

    @property
    def relation(self) -> Relation:
        """To the patient whose record it opens."""
        return Relation.EMERGENCY

    def reviewed(self, review: Review, *, justified: bool) -> "EmergencyAccess":
        """Looked at by somebody else; where it was not justified, it ends at once.

        Raises:
            NotAllowed: it was reviewed before, or by whoever broke the glass.
        """
        verb = "justify" if justified else "reject"
        insist(REVIEW.may(self.status, verb), nobody_decides_on_their_own_access(self, review.by))
        until = self.until if justified else max(self.since, _earlier(self.until, review.at))
        return evolve(self, status=REVIEW.after(self.status, verb), review=review, until=until)


AccessFact: TypeAlias = PatientRelation | Delegation | EmergencyAccess


def _earlier(end: datetime | None, at: datetime) -> datetime:
    return at if end is None else min(end, at)


def fact_holds(fact: AccessFact, at: datetime) -> bool:
    """Whether it has begun, and has not ended."""
    return fact.since <= at and (fact.until is None or at < fact.until)


def access_is_delegated_for_some_time(delegation: Delegation, at: datetime) -> Answer:
    """A delegation ends in the future, within a year, and is to somebody else.

    Source: carecoord's own rule; a role that lasts is assigned, not delegated.
    """
    if delegation.actor == delegation.delegator:
        reason = "nobody delegates to themselves"
    elif not at < delegation.until <= at + timedelta(days=366):
        reason = "it must end in the future, within a year"
    else:
        return Allowed()
    return _refused(access_is_delegated_for_some_time.__name__, reason)


def emergency_access_is_short(access: EmergencyAccess, at: datetime) -> Answer:
    """A glass stays broken for at most 24 hours.

    Source: carecoord's own rule; 45 CFR 164.312(a)(2)(ii) asks for a procedure, not for hours.
    """
    if at < access.until <= at + LONGEST_EMERGENCY:
        return Allowed()
    return _refused(emergency_access_is_short.__name__, "it must last above 0 and up to 24 hours")


def nobody_decides_on_their_own_access(
    fact: PatientRelation | EmergencyAccess, by: ActorId
) -> Answer:
    """Access to the own family's record is approved, and a broken glass is reviewed, by another.

    Nor does anybody but another end the relation that closes a record.

    Source: carecoord's own rule.
    """
    if fact.actor != by:
        return Allowed()
    reason = f"{fact.actor} must not decide on their own access"
    return _refused(nobody_decides_on_their_own_access.__name__, reason)


def _refused(rule: str, reason: str) -> Refused:
    return Refused(rule, reason, "carecoord's own rule")


RULES = (
    access_is_delegated_for_some_time,
    emergency_access_is_short,
    nobody_decides_on_their_own_access,
)
