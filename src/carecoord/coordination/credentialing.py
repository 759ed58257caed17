"""Responsibility 5, towards the workforce: licences, training and policies that must not lapse."""

from datetime import date, timedelta

from carecoord.compliance.credentials import (
    Credential,
    CredentialKind,
    renewals_due,
    workforce_holds_what_is_required,
)
from carecoord.compliance.repository import Credentials
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import Answer, InvalidValue
from carecoord.kernel.ids import ActorId, CredentialId

__all__ = [
    "credentials_of",
    "holds_required_credentials",
    "record_credential",
    "reinstate_credential",
    "renew_credential",
    "renewals_coming_due",
    "revoke_credential",
    "suspend_credential",
]


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
