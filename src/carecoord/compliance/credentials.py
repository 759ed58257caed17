"""What members of the workforce have to hold: licences, certifications, training, policies signed.

    renewals_due(credentials, by=today + timedelta(days=60))
    workforce_holds_what_is_required(who, {CredentialKind.PRIVACY_TRAINING}, credentials, today)

How long a credential lasts is what its issuer wrote on it; what each role has to hold is the
clinic's own list.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Line
from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import ActorId, CredentialId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Text, checked

__all__ = [
    "CREDENTIAL_LIFECYCLE",
    "RULES",
    "Credential",
    "CredentialKind",
    "CredentialStatus",
    "renewal_lasts_longer",
    "renewals_due",
    "workforce_holds_what_is_required",
]


class CredentialKind(Enum):
    """What it shows."""

    LICENSE = "license"
    CERTIFICATION = "certification"
    PRIVACY_TRAINING = "privacy_training"
    SECURITY_TRAINING = "security_training"
    POLICY_ACKNOWLEDGEMENT = "policy_acknowledgement"
    QUALIFIED_INTERPRETER = "qualified_interpreter"
    OTHER = "other"


class CredentialStatus(Enum):
    """Whether its issuer lets it stand; that its last day is over is judged by the date."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


_S = CredentialStatus
CREDENTIAL_LIFECYCLE = Lifecycle(
    "credential",
    {
        (_S.ACTIVE, "renew"): _S.ACTIVE,
        (_S.ACTIVE, "suspend"): _S.SUSPENDED,
        (_S.SUSPENDED, "reinstate"): _S.ACTIVE,
        (_S.ACTIVE, "revoke"): _S.REVOKED,
        (_S.SUSPENDED, "revoke"): _S.REVOKED,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Credential:
    """One credential of somebody at work; without `expires_on` it does not end by itself.

    `what` tells one of its kind from another: the state and type of a licence, the edition of a
    policy. `filed` is where the evidence is.
    """

    id: CredentialId
    holder: ActorId
    kind: CredentialKind
    what: Annotated[str, Text(longest=200)]
    issued_on: date
    expires_on: date | None = None
    filed: Line | None = None
    status: CredentialStatus = CredentialStatus.ACTIVE
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.expires_on is not None and self.expires_on < self.issued_on:
            raise InvalidValue("Credential.expires_on", "must not be before it is issued")

    def holds(self, on: date) -> bool:
        """Whether it is good on a day; its last day is one."""
        ended = self.expires_on is not None and on > self.expires_on
        return self.status is CredentialStatus.ACTIVE and self.issued_on <= on and not ended

    def renewed(self, expires_on: date, *, filed: str | None = None) -> "Credential":
        """Good for longer.

        Raises:
            NotAllowed: it is suspended or revoked, or would not last longer.
        """
        insist(
            CREDENTIAL_LIFECYCLE.may(self.status, "renew"), renewal_lasts_longer(self, expires_on)
        )
        return evolve(self, expires_on=expires_on, filed=filed or self.filed)

    def suspended(self) -> "Credential":
        """Not good for now, as its issuer said."""
        return evolve(self, status=CREDENTIAL_LIFECYCLE.after(self.status, "suspend"))

    def reinstated(self) -> "Credential":
        """Good again, as its issuer said."""
        return evolve(self, status=CREDENTIAL_LIFECYCLE.after(self.status, "reinstate"))

    def revoked(self) -> "Credential":
        """Taken away for good by its issuer."""
        return evolve(self, status=CREDENTIAL_LIFECYCLE.after(self.status, "revoke"))


def renewals_due(credentials: Iterable[Credential], by: date) -> tuple[Credential, ...]:
    """Those not revoked that have ended or will have by that day, the first to end first."""
    ending = [
        (one.expires_on, one.id, one)
        for one in credentials
        if one.expires_on is not None
        and one.expires_on <= by
        and one.status is not CredentialStatus.REVOKED
    ]
    return tuple(one for *_, one in sorted(ending, key=lambda row: row[:2]))


def renewal_lasts_longer(credential: Credential, expires_on: date) -> Answer:
    """A renewal ends later than what it renews.

    Source: carecoord's own rule.
    """
    if credential.expires_on is not None and expires_on > credential.expires_on:
        return Allowed()
    reason = f"credential {credential.id} does not last longer by this"
    return Refused(renewal_lasts_longer.__name__, reason, "carecoord's own rule")


def workforce_holds_what_is_required(
    who: ActorId,
    required: frozenset[CredentialKind],
    credentials: Iterable[Credential],
    on: date,
) -> Answer:
    """Somebody at work holds, on that day, a good credential of every kind that is required.

    Source: the clinic's own list; training of the workforce: 45 CFR 164.530(b) and 164.308(a)(5);
    qualified interpreters: 45 CFR 92 (all from memory; not checked against the primary texts).
    """
    held = {one.kind for one in credentials if one.holder == who and one.holds(on)}
    missing = sorted(kind.value for kind in required - held)
    if not missing:
        return Allowed()
    reason = f"{who} holds no good credential on {on} for: {', '.join(missing)}"
    return Refused(workforce_holds_what_is_required.__name__, reason, "the clinic's own list")


RULES = (renewal_lasts_longer, workforce_holds_what_is_required)
