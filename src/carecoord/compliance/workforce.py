"""The workforce, and what each of its members has to hold: licences, training, policies read.

    requirement = WorkforceRequirement(
        id=…, kind=CredentialKind.PRIVACY_TRAINING, within_days=30, since=date(2026, 1, 1), source=…
    )
    required_by(requirement, nora, credentials)     # the last day until which that is settled

How long a credential lasts is written on it: what has to be repeated every year ends after one.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.compliance.credentials import Credential, CredentialKind, CredentialStatus
from carecoord.compliance.disclosures import Line
from carecoord.compliance.sources import Source
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ActorId, WorkforceRequirementId
from carecoord.kernel.people import Role
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Range, Text, checked

__all__ = [
    "REQUIREMENT_LIFECYCLE",
    "RequirementStatus",
    "WorkforceMember",
    "WorkforceRequirement",
    "required_by",
]


@frozen(field_transformer=checked, kw_only=True)
class WorkforceMember:
    """Somebody at work here, under the id by which the audit knows them.

    Raises:
        InvalidValue: they left before they joined.
    """

    id: ActorId
    roles: frozenset[Role]
    joined_on: date
    left_on: date | None = None
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.left_on is not None and self.left_on < self.joined_on:
            raise InvalidValue("WorkforceMember.left_on", "must not be before they joined")

    def at_work(self, on: date) -> bool:
        """Whether they belong to the workforce on a day; the day on which they leave is one."""
        return self.joined_on <= on and (self.left_on is None or on <= self.left_on)


class RequirementStatus(Enum):
    """Whether it still has to be held."""

    ACTIVE = "active"
    ENDED = "ended"


REQUIREMENT_LIFECYCLE = Lifecycle(
    "requirement", {(RequirementStatus.ACTIVE, "end"): RequirementStatus.ENDED}
)


@frozen(field_transformer=checked, kw_only=True)
class WorkforceRequirement:
    """That everybody of these roles, or everybody, holds a good credential of a kind.

    Without `what` any of the kind will do; an edition of a policy is told from others by it. It is
    to be held `within_days` of `since`, or of joining.

    Raises:
        InvalidValue: it is about a policy, and does not say which.
    """

    id: WorkforceRequirementId
    kind: CredentialKind
    since: date
    within_days: Annotated[int, Range(least=0, most=3653)]
    source: Source
    what: Annotated[str, Text(longest=200)] | None = None
    roles: frozenset[Role] | None = None
    filed: Line | None = None
    status: RequirementStatus = RequirementStatus.ACTIVE
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.kind is CredentialKind.POLICY_ACKNOWLEDGEMENT and self.what is None:
            raise InvalidValue("WorkforceRequirement.what", "must name the policy and its edition")

    def concerns(self, member: WorkforceMember) -> bool:
        """Whether a member has to hold it."""
        return self.status is RequirementStatus.ACTIVE and (
            self.roles is None or bool(self.roles & member.roles)
        )

    def met_by(self, credential: Credential) -> bool:
        """Whether a credential is what it asks for, while it lasts."""
        return credential.kind is self.kind and self.what in (None, credential.what)

    def ended(self) -> "WorkforceRequirement":
        """It has to be held no longer, as when a newer edition takes its place."""
        return evolve(self, status=REQUIREMENT_LIFECYCLE.after(self.status, "end"))


def required_by(
    requirement: WorkforceRequirement, member: WorkforceMember, credentials: Iterable[Credential]
) -> date | None:
    """The last day until which a member's credentials settle it; None if without end.

    Without any, that is the last day for getting one. What is suspended or revoked counts for
    nothing.
    """
    first = max(requirement.since, member.joined_on) + timedelta(days=requirement.within_days)
    held = [
        one.expires_on
        for one in credentials
        if one.holder == member.id
        and one.status is CredentialStatus.ACTIVE
        and requirement.met_by(one)
    ]
    if None in held:
        return None
    return max([first, *(day for day in held if day is not None)])
