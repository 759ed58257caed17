"""Duties: what an obligation asks of somebody by a day, and how the obligation stands by them.

    standing = Standing(obligation, duties)
    standing.state(today)           # met, due or overdue

An obligation that people attest has one duty at a time; one that the library checks has as many as
it finds: a request without an answer, a licence that ends.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.compliance.credentials import Credential, CredentialKind, CredentialStatus
from carecoord.compliance.obligations import Obligation, Owner
from carecoord.compliance.workforce import WorkforceMember, WorkforceRequirement, required_by
from carecoord.kernel.ids import ObligationId
from carecoord.kernel.values import Text, checked

__all__ = ["Duty", "Standing", "StandingState", "attested_duties", "workforce_duties"]


@frozen(field_transformer=checked)
class Duty:
    """What is to be done by the end of a day, by whom, and about which aggregate, if about one."""

    obligation: ObligationId
    owner: Owner
    due: date
    kind: Annotated[str, Text(longest=50)] | None = None
    about: Annotated[str, Text(longest=200)] | None = None

    def overdue(self, today: date) -> bool:
        """Whether its day is over."""
        return today > self.due


class StandingState(Enum):
    """How an obligation stands."""

    MET = "met"
    DUE = "due"
    """Something is to be done, and its day has not passed."""
    OVERDUE = "overdue"
    NOT_KNOWN = "not_known"
    """It is checked, and what the check needs was not told."""


@frozen(field_transformer=checked)
class Standing:
    """An obligation and its open duties, the first due first; None if they could not be found."""

    obligation: Obligation
    duties: tuple[Duty, ...] | None

    def state(self, today: date) -> StandingState:
        """How it stands on a day: overdue if any duty is."""
        if self.duties is None:
            return StandingState.NOT_KNOWN
        if any(duty.overdue(today) for duty in self.duties):
            return StandingState.OVERDUE
        return StandingState.DUE if self.duties else StandingState.MET


def attested_duties(obligation: Obligation) -> tuple[Duty, ...]:
    """What people are to attest next of an obligation, if anything."""
    due = obligation.next_due
    return () if due is None else (Duty(obligation.id, obligation.owner, due),)


def workforce_duties(
    obligation: ObligationId,
    kinds: frozenset[CredentialKind],
    requirements: Iterable[WorkforceRequirement],
    members: Iterable[WorkforceMember],
    credentials: Iterable[Credential],
    today: date,
) -> tuple[Duty, ...]:
    """Who has to get or renew which credentials of these kinds, and by when; none without end.

    What is required of a member is one duty each. A credential that nothing requires is to be
    renewed all the same before it ends, unless it is revoked or its holder has left.
    """
    known = tuple(members)
    there = [member for member in known if member.at_work(today)]
    gone = {member.id for member in known} - {member.id for member in there}
    held = [one for one in credentials if one.kind in kinds and one.holder not in gone]
    duties, required = [], set()
    for requirement in requirements:
        if requirement.kind not in kinds:
            continue
        for member in filter(requirement.concerns, there):
            required |= {
                one.id for one in held if one.holder == member.id and requirement.met_by(one)
            }
            due = required_by(requirement, member, held)
            if due is not None:
                owner = Owner(actor=member.id)
                duties.append(Duty(obligation, owner, due, "workforce_requirement", requirement.id))
    for one in held:
        ends = one.expires_on is not None and one.status is not CredentialStatus.REVOKED
        if ends and one.id not in required:
            assert one.expires_on is not None
            owner = Owner(actor=one.holder)
            duties.append(Duty(obligation, owner, one.expires_on, "credential", one.id))
    return tuple(sorted(duties, key=lambda duty: (duty.due, duty.owner.actor, duty.about)))
