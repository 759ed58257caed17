"""What a patient agreed to in writing: authorizations, Part 2 consents, and automated messages.

    consent_is_in_force(consent, today)
    authorized_disclosure_rests_on_a_consent(disclosure, consent)
    automated_messages_agreed(consents, "+1 217 555 0117", today)   # True, False or None

A revocation holds from its day on; what was done before in reliance on the consent stands.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Basis, Disclosure, Line
from carecoord.errors import Allowed, Answer, Refused, insist
from carecoord.kernel.contact import phone_digits
from carecoord.kernel.ids import ActorId, ConsentId, PatientId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import checked

__all__ = [
    "CONSENT_LIFECYCLE",
    "RULES",
    "Consent",
    "ConsentKind",
    "ConsentStatus",
    "Revocation",
    "Statement",
    "authorization_is_revoked_in_writing",
    "authorized_disclosure_rests_on_a_consent",
    "automated_messages_agreed",
    "consent_has_what_makes_it_valid",
    "consent_is_in_force",
    "part_2_disclosure_rests_on_a_consent",
]


class ConsentKind(Enum):
    """What sort of agreement it is."""

    AUTHORIZATION = "authorization"
    """To use or disclose beyond treatment, payment and operations (45 CFR 164.508)."""
    PART_2 = "part_2"
    """To disclose records of substance use treatment (42 CFR 2.31)."""
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    """An authorization for psychotherapy notes, which stands alone (164.508(b)(3)(ii))."""
    AUTOMATED_MESSAGES = "automated_messages"
    """To automated calls and texts to certain numbers (47 CFR 64.1200)."""


class Statement(Enum):
    """What the form has to tell the individual."""

    RIGHT_TO_REVOKE = "right_to_revoke"
    NOT_A_CONDITION = "not_a_condition"
    REDISCLOSURE = "redisclosure"


_OF_RECORDS = frozenset(
    {ConsentKind.AUTHORIZATION, ConsentKind.PART_2, ConsentKind.PSYCHOTHERAPY_NOTES}
)
_STATEMENTS = {
    ConsentKind.AUTHORIZATION: frozenset(Statement),
    ConsentKind.PSYCHOTHERAPY_NOTES: frozenset(Statement),
    ConsentKind.PART_2: frozenset({Statement.RIGHT_TO_REVOKE}),
    ConsentKind.AUTOMATED_MESSAGES: frozenset(),
}


class ConsentStatus(Enum):
    """Where a consent stands; that its last day is over is judged by the date."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    """The event with which it was to end has come."""
    ENTERED_IN_ERROR = "entered_in_error"


_S = ConsentStatus
CONSENT_LIFECYCLE = Lifecycle(
    "consent",
    {
        (_S.ACTIVE, "revoke"): _S.REVOKED,
        (_S.ACTIVE, "expire"): _S.EXPIRED,
        **{(state, "void"): _S.ENTERED_IN_ERROR for state in (_S.ACTIVE, _S.REVOKED, _S.EXPIRED)},
    },
)


@frozen(field_transformer=checked)
class Revocation:
    """When and how somebody took a consent back, and who noted it."""

    on: date
    written: bool
    noted_by: ActorId


@frozen(field_transformer=checked, kw_only=True)
class Consent:
    """One signed form; what it does not say is None or empty.

    `signed_by` is the individual, or a representative with the authority to act. `numbers` are the
    telephones that automated messages may reach. It ends after `expires_on`, or with the event that
    `expires_with` describes.
    """

    id: ConsentId
    patient: PatientId
    kind: ConsentKind
    signed_on: date
    signed_by: Line
    what: Line | None = None
    discloser: Line | None = None
    recipients: tuple[Line, ...] = ()
    purpose: Line | None = None
    expires_on: date | None = None
    expires_with: Line | None = None
    statements: frozenset[Statement] = frozenset()
    numbers: frozenset[Line] = frozenset()
    filed: Line | None = None
    ended_on: date | None = None
    revocation: Revocation | None = None
    status: ConsentStatus = ConsentStatus.ACTIVE
    version: int = 0

    def revoked(self, revocation: Revocation) -> "Consent":
        """Taken back.

        Raises:
            NotAllowed: it does not hold any more, or the law wants it in writing.
        """
        insist(
            CONSENT_LIFECYCLE.may(self.status, "revoke"),
            authorization_is_revoked_in_writing(self, revocation),
        )
        status = CONSENT_LIFECYCLE.after(self.status, "revoke")
        return evolve(self, status=status, revocation=revocation, ended_on=revocation.on)

    def expired(self, on: date) -> "Consent":
        """Ended by the event that it names."""
        return evolve(self, status=CONSENT_LIFECYCLE.after(self.status, "expire"), ended_on=on)

    def voided(self) -> "Consent":
        """Entered in error: it never was."""
        return evolve(self, status=CONSENT_LIFECYCLE.after(self.status, "void"))


def consent_has_what_makes_it_valid(consent: Consent) -> Answer:
    """A form has every element that the law wants, or it allows nothing.

    Of records: what, by whom, to whom, what for, until when; for automated messages: the numbers.
    And the statements of its kind.

    Source: 45 CFR 164.508(c)(1) and (2); 42 CFR 2.31(a) (both from memory; not checked against the
    primary texts). For automated messages: 47 CFR 64.1200 (from memory).
    """
    missing = []
    if consent.kind in _OF_RECORDS:
        parts = {
            "what": consent.what,
            "who discloses": consent.discloser,
            "recipients": consent.recipients,
            "purpose": consent.purpose,
            "end": consent.expires_on or consent.expires_with,
        }
        missing = [name for name, part in parts.items() if not part]
    elif not consent.numbers:
        missing = ["numbers"]
    left = _STATEMENTS[consent.kind] - consent.statements
    missing += sorted(statement.value.replace("_", " ") for statement in left)
    if not missing:
        return Allowed()
    reason = f"consent {consent.id} lacks: {', '.join(missing)}"
    return Refused(consent_has_what_makes_it_valid.__name__, reason, "45 CFR 164.508(c)")


def consent_is_in_force(consent: Consent, on: date) -> Answer:
    """It was signed, and has neither run out nor been taken back.

    Source: 45 CFR 164.508(b)(2) and (b)(5) (from memory; not checked against the primary text).
    """
    why = None
    if consent.status is ConsentStatus.ENTERED_IN_ERROR:
        why = "was entered in error"
    elif on < consent.signed_on:
        why = f"was signed on {consent.signed_on}"
    elif consent.expires_on is not None and on > consent.expires_on:
        why = f"ended on {consent.expires_on}"
    elif consent.ended_on is not None and on >= consent.ended_on:
        why = f"does not hold from {consent.ended_on}"
    if why is None:
        return Allowed()
    reason = f"consent {consent.id} {why}"
    return Refused(consent_is_in_force.__name__, reason, "45 CFR 164.508(b)")


def authorization_is_revoked_in_writing(consent: Consent, revocation: Revocation) -> Answer:
    """An authorization is revoked in writing; automated messages in any reasonable way.

    Source: 45 CFR 164.508(b)(5); 42 CFR 2.31; 47 CFR 64.1200(a)(10) (from memory; not checked
    against the primary texts).
    """
    if revocation.written or consent.kind not in _OF_RECORDS:
        return Allowed()
    reason = f"consent {consent.id} is to be revoked in writing"
    return Refused(authorization_is_revoked_in_writing.__name__, reason, "45 CFR 164.508(b)(5)")


def authorized_disclosure_rests_on_a_consent(
    disclosure: Disclosure, consent: Consent | None
) -> Answer:
    """What is disclosed as authorized rests on the patient's own consent, in force on that day.

    Psychotherapy notes and Part 2 records need a consent of their own kind; that what is given is
    within the form's words is for a person to judge.

    Source: 45 CFR 164.508(a) and 42 CFR 2.31.
    """
    if disclosure.basis is not Basis.AUTHORIZED:
        return Allowed()
    rule = authorized_disclosure_rests_on_a_consent.__name__
    allowed = {ConsentKind.PART_2} if disclosure.part_2 else _OF_RECORDS
    if consent is None or consent.patient != disclosure.patient or consent.kind not in allowed:
        reason = f"disclosure {disclosure.id} names no consent of this patient that covers it"
        return Refused(rule, reason, "45 CFR 164.508(a)")
    for answer in (
        consent_has_what_makes_it_valid(consent),
        consent_is_in_force(consent, disclosure.made_on),
    ):
        if isinstance(answer, Refused):
            return Refused(rule, answer.reason, answer.source)
    return Allowed()


def part_2_disclosure_rests_on_a_consent(
    disclosure: Disclosure, consents: Iterable[Consent]
) -> Answer:
    """Records of substance use treatment go out for treatment, payment or operations by consent.

    One consent for all of these is enough; it is of the patient, and in force on that day.

    Source: 42 CFR 2.31(a) and 2.33 (in force since 2026-02-16; primary and secondary sources).
    """
    ordinary = {Basis.TREATMENT, Basis.PAYMENT, Basis.OPERATIONS}
    if not disclosure.part_2 or disclosure.basis not in ordinary:
        return Allowed()
    for one in consents:
        if (
            one.patient == disclosure.patient
            and one.kind is ConsentKind.PART_2
            and consent_has_what_makes_it_valid(one)
            and consent_is_in_force(one, disclosure.made_on)
        ):
            return Allowed()
    reason = f"disclosure {disclosure.id} holds Part 2 records, and no consent to it is in force"
    return Refused(part_2_disclosure_rests_on_a_consent.__name__, reason, "42 CFR 2.33")


def automated_messages_agreed(consents: Iterable[Consent], number: str, on: date) -> bool | None:
    """Whether the patient agreed to automated calls and texts to a number; None if never asked.

    False where every consent to it has ended. Numbers are compared by their digits, without the
    country code of North America.

    Source: 47 CFR 64.1200(a)(1) and (a)(10) (from memory; not checked against the primary text). It
    lets ten business days pass until a revocation is honored; here it is honored at once.
    """
    wanted = phone_digits(number)
    found = [
        consent
        for consent in consents
        if consent.kind is ConsentKind.AUTOMATED_MESSAGES
        and consent.status is not ConsentStatus.ENTERED_IN_ERROR
        and wanted in {phone_digits(one) for one in consent.numbers}
    ]
    if not found:
        return None
    return any(consent_is_in_force(consent, on) for consent in found)


RULES = (
    consent_has_what_makes_it_valid,
    consent_is_in_force,
    authorization_is_revoked_in_writing,
    authorized_disclosure_rests_on_a_consent,
    part_2_disclosure_rests_on_a_consent,
)
