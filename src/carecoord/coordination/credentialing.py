"""Responsibility 5, towards the workforce: licences, training and policies that must not lapse.

edition = desk.publish_policy("Sanctions", "2026-02", in_force_from=date(2026, 3, 1), source=…)
desk.policies_to_read()             # by whoever is at this desk, and has not acknowledged them
desk.acknowledge_policy(edition.id)
"""

from datetime import date, timedelta

from carecoord.compliance.credentials import (
    Credential,
    CredentialKind,
    renewals_due,
    workforce_holds_what_is_required,
)
from carecoord.compliance.interpreters import Interpreter, interpreter_may_interpret
from carecoord.compliance.repository import Credentials, Workforce, WorkforceRequirements
from carecoord.compliance.sources import Source
from carecoord.compliance.workforce import (
    RequirementStatus,
    WorkforceMember,
    WorkforceRequirement,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import Answer, InvalidValue
from carecoord.kernel.ids import ActorId, CredentialId, WorkforceRequirementId
from carecoord.kernel.people import Role

__all__ = [
    "acknowledge_policy",
    "credentials_of",
    "end_requirement",
    "enter_requirement",
    "enter_workforce_member",
    "holds_required_credentials",
    "may_interpret",
    "policies_to_read",
    "publish_policy",
    "record_credential",
    "reinstate_credential",
    "renew_credential",
    "renewals_coming_due",
    "revoke_credential",
    "suspend_credential",
    "workforce",
]

_POLICY = CredentialKind.POLICY_ACKNOWLEDGEMENT


@use_case("credential", writes=("credential",))
def record_credential(
    turn: Turn,
    holder: ActorId,
    kind: CredentialKind,
    what: str,
    *,
    issued_on: date,
    expires_on: date | None = None,
    filed: str | None = None,
) -> Credential:
    """Record what somebody at work holds.

    Raises:
        InvalidValue: it ends before it is issued.
        AlreadyTaken: this one is recorded already; it is renewed instead.
    """
    credential = Credential(
        id=CredentialId(turn.new_id("credential")),
        holder=holder,
        kind=kind,
        what=what,
        issued_on=issued_on,
        expires_on=expires_on,
        filed=filed,
    )
    return turn.kept(Credentials).add(credential)


@use_case("credential", writes=("credential",))
def renew_credential(
    turn: Turn, credential: CredentialId, expires_on: date, *, filed: str | None = None
) -> Credential:
    """Record that a credential is good for longer.

    Raises:
        NotAllowed: it is suspended or revoked, or would not last longer.
    """
    credentials = turn.kept(Credentials)
    return credentials.replace(credentials.get(credential).renewed(expires_on, filed=filed))


@use_case("credential", writes=("credential",))
def suspend_credential(turn: Turn, credential: CredentialId) -> Credential:
    """Record that the issuer suspended a credential."""
    credentials = turn.kept(Credentials)
    return credentials.replace(credentials.get(credential).suspended())


@use_case("credential", writes=("credential",))
def reinstate_credential(turn: Turn, credential: CredentialId) -> Credential:
    """Record that the issuer lets a suspended credential stand again."""
    credentials = turn.kept(Credentials)
    return credentials.replace(credentials.get(credential).reinstated())


@use_case("credential", writes=("credential",))
def revoke_credential(turn: Turn, credential: CredentialId) -> Credential:
    """Record that the issuer took a credential away for good."""
    credentials = turn.kept(Credentials)
    return credentials.replace(credentials.get(credential).revoked())


@use_case("credential", reads=("credential",))
def credentials_of(turn: Turn, holder: ActorId) -> tuple[Credential, ...]:
    """What somebody at work holds, also what has ended."""
    return turn.kept(Credentials).of_holder(holder)


@use_case("credential", reads=("credential",))
def renewals_coming_due(turn: Turn, *, within_days: int = 60) -> tuple[Credential, ...]:
    """The credentials that have ended or will within so many days, the first to end first.

    Raises:
        InvalidValue: the days are fewer than none or more than ten years.
    """
    if not 0 <= within_days <= 3653:
        raise InvalidValue("within_days", "must be from 0 to 3653")
    last = turn.today + timedelta(days=within_days)
    return renewals_due(turn.kept(Credentials).ending_by(last), last)


@use_case("credential", reads=("credential",))
def holds_required_credentials(
    turn: Turn, holder: ActorId, required: frozenset[CredentialKind]
) -> Answer:
    """Whether somebody at work holds today what is required, and if not, what is missing."""
    held = turn.kept(Credentials).of_holder(holder)
    return workforce_holds_what_is_required(holder, required, held, turn.today)


@use_case("credential", reads=("credential",))
def may_interpret(turn: Turn, interpreter: Interpreter) -> Answer:
    """Whether somebody may interpret for a patient today, and if not, why."""
    who = interpreter.actor
    held = () if who is None else turn.kept(Credentials).of_holder(who)
    return interpreter_may_interpret(interpreter, held, turn.today)


@use_case("workforce_member", writes=("workforce_member",))
def enter_workforce_member(turn: Turn, member: WorkforceMember) -> WorkforceMember:
    """Keep who is at work here, in which roles, from when until when."""
    return turn.kept(Workforce).enter(member)


@use_case("workforce_member", reads=("workforce_member",))
def workforce(turn: Turn) -> tuple[WorkforceMember, ...]:
    """Everybody who is at work here today, by when they joined."""
    return tuple(one for one in turn.kept(Workforce).all() if one.at_work(turn.today))


@use_case("workforce_requirement", writes=("workforce_requirement",))
def enter_requirement(turn: Turn, requirement: WorkforceRequirement) -> WorkforceRequirement:
    """Keep what everybody of some roles has to hold."""
    return turn.kept(WorkforceRequirements).enter(requirement)


@use_case("workforce_requirement", writes=("workforce_requirement",))
def end_requirement(turn: Turn, requirement: WorkforceRequirementId) -> WorkforceRequirement:
    """Something has to be held no longer."""
    requirements = turn.kept(WorkforceRequirements)
    return requirements.replace(requirements.get(requirement).ended())


@use_case("workforce_requirement", writes=("workforce_requirement",))
def publish_policy(
    turn: Turn,
    name: str,
    edition: str,
    *,
    source: Source,
    in_force_from: date | None = None,
    within_days: int = 30,
    roles: frozenset[Role] | None = None,
    filed: str | None = None,
    instead_of: WorkforceRequirementId | None = None,
) -> WorkforceRequirement:
    """Let everybody of these roles, or everybody, read and acknowledge an edition of a policy.

    It is in force from today unless told; `instead_of` is the edition whose place it takes.

    Raises:
        NotAllowed: the edition before has ended already.
    """
    requirements = turn.kept(WorkforceRequirements)
    if instead_of is not None:
        requirements.replace(requirements.get(instead_of).ended())
    return requirements.add(
        WorkforceRequirement(
            id=WorkforceRequirementId(turn.new_id("workforce_requirement")),
            kind=_POLICY,
            what=f"{name}, {edition}",
            since=turn.today if in_force_from is None else in_force_from,
            within_days=within_days,
            roles=roles,
            source=source,
            filed=filed,
        )
    )


@use_case(
    "workforce_requirement", reads=("workforce_requirement", "workforce_member", "credential")
)
def policies_to_read(turn: Turn) -> tuple[WorkforceRequirement, ...]:
    """The policies that whoever asks has yet to acknowledge, the earliest first."""
    me = turn.kept(Workforce).get(turn.actor.id)
    mine = turn.kept(Credentials).of_holder(me.id)
    return tuple(
        one
        for one in turn.kept(WorkforceRequirements).active()
        if one.kind is _POLICY
        and one.concerns(me)
        and not any(one.met_by(held) and held.holds(turn.today) for held in mine)
    )


@use_case("credential", reads=("workforce_requirement",), writes=("credential",))
def acknowledge_policy(turn: Turn, policy: WorkforceRequirementId) -> Credential:
    """Whoever is at this desk has read a policy, and will keep to it.

    Raises:
        InvalidValue: it is no edition of a policy that is in force.
        AlreadyTaken: it was acknowledged before.
    """
    edition = turn.kept(WorkforceRequirements).get(policy)
    if edition.kind is not _POLICY or edition.status is RequirementStatus.ENDED:
        raise InvalidValue("policy", "must be an edition that is in force")
    assert edition.what is not None
    credential = Credential(
        id=CredentialId(turn.new_id("credential")),
        holder=turn.actor.id,
        kind=_POLICY,
        what=edition.what,
        issued_on=turn.today,
    )
    return turn.kept(Credentials).add(credential)
