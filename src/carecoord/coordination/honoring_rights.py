"""Responsibility 5, towards the patient: requests, consents, and the notice of privacy."""

from datetime import date

from carecoord.compliance.consents import (
    Consent,
    ConsentKind,
    Revocation,
    Statement,
    automated_messages_agreed,
    consent_has_what_makes_it_valid,
)
from carecoord.compliance.individual_requests import (
    IndividualRequest,
    accounting_is_free_once_in_twelve_months,
    request_says_what_its_kind_needs,
)
from carecoord.compliance.notices import NoticeReceipt
from carecoord.compliance.repository import (
    Consents,
    IndividualRequests,
    NoticeReceipts,
)
from carecoord.compliance.request_terms import AccountingFee, ReachAt, RestrictionTerms
from carecoord.compliance.request_times import DenialGround, RequestKind
from carecoord.compliance.restrictions import (
    other_way_to_reach,
    restriction_ends_as_the_law_lets_it,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import (
    ConsentId,
    IndividualRequestId,
    NoticeReceiptId,
    PatientId,
)

__all__ = [
    "acknowledge_notice",
    "agreed_way_to_reach",
    "automated_messages_to",
    "consents_of",
    "deny_individual_request",
    "end_consent",
    "end_restriction",
    "extend_individual_request",
    "give_notice",
    "grant_individual_request",
    "individual_requests_awaiting_answer",
    "individual_requests_of",
    "note_notice_effort",
    "notices_of",
    "overdue_individual_requests",
    "receive_individual_request",
    "record_consent",
    "record_disagreement",
    "review_denial",
    "revoke_consent",
    "void_consent",
    "withdraw_individual_request",
]


@use_case("individual_request", reads=("patient",), writes=("individual_request",))
def receive_individual_request(
    turn: Turn,
    patient: PatientId,
    kind: RequestKind,
    what: str,
    *,
    received_on: date | None = None,
    restriction: RestrictionTerms | None = None,
    reach_at: ReachAt | None = None,
) -> IndividualRequest:
    """Record what a patient asks for: access, amendment, accounting, restriction or another way.

    The clock runs from `received_on`, which is today unless told.

    Raises:
        NotFound: no such patient.
        InvalidValue: it is dated after today.
        NotAllowed: a restriction without terms, or the like.
    """
    turn.patients.get(patient)
    day = turn.today if received_on is None else received_on
    if day > turn.today:
        raise InvalidValue("received_on", "must not be after today")
    request = IndividualRequest(
        id=IndividualRequestId(turn.new_id("individual_request")),
        patient=patient,
        kind=kind,
        received_on=day,
        received_by=turn.actor.id,
        what=what,
        restriction=restriction,
        reach_at=reach_at,
    )
    insist(request_says_what_its_kind_needs(request))
    return turn.kept(IndividualRequests).add(request)


@use_case("individual_request", writes=("individual_request",))
def extend_individual_request(
    turn: Turn, request: IndividualRequestId, reason: str, *, told_on: date | None = None
) -> IndividualRequest:
    """Take the one extension, of which the patient was told in writing (today unless told).

    Raises:
        NotAllowed: it was extended before, has no days set by law, or its first days are over.
    """
    requests = turn.kept(IndividualRequests)
    day = turn.today if told_on is None else told_on
    if day > turn.today:
        raise InvalidValue("told_on", "must not be after today")
    return requests.replace(requests.get(request).extended(reason, told_on=day))


@use_case("individual_request", writes=("individual_request",))
def grant_individual_request(
    turn: Turn, request: IndividualRequestId, *, note: str = "", fee: AccountingFee | None = None
) -> IndividualRequest:
    """Answer a request as the patient asked; `fee` for a second accounting within twelve months.

    Raises:
        NotAllowed: it is answered already, or is to be free of charge.
    """
    requests = turn.kept(IndividualRequests)
    found = requests.get(request)
    earlier = requests.of_patient(found.patient, RequestKind.ACCOUNTING)
    insist(accounting_is_free_once_in_twelve_months(found, earlier, fee))
    return requests.replace(found.granted(by=turn.actor.id, on=turn.today, note=note, fee=fee))


@use_case("individual_request", writes=("individual_request",))
def deny_individual_request(
    turn: Turn,
    request: IndividualRequestId,
    ground: DenialGround,
    *,
    in_part: bool = False,
    note: str = "",
) -> IndividualRequest:
    """Deny a request, or grant it but for a part, on a ground that the law knows for it.

    Raises:
        NotAllowed: the ground is none of its kind, or it has to be granted.
    """
    requests = turn.kept(IndividualRequests)
    denied = requests.get(request).denied(
        ground, by=turn.actor.id, on=turn.today, note=note, in_part=in_part
    )
    return requests.replace(denied)


@use_case("individual_request", writes=("individual_request",))
def withdraw_individual_request(turn: Turn, request: IndividualRequestId) -> IndividualRequest:
    """Record that the patient took a request back."""
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).withdrawn())


@use_case("individual_request", writes=("individual_request",))
def review_denial(turn: Turn, request: IndividualRequestId) -> IndividualRequest:
    """Have a denial of access looked at again by somebody who did not decide, as the patient asked.

    Raises:
        NotAllowed: its ground is not one that is reviewed, or it was reviewed before.
    """
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).under_review())


@use_case("individual_request", writes=("individual_request",))
def record_disagreement(
    turn: Turn, request: IndividualRequestId, statement: str
) -> IndividualRequest:
    """Keep the patient's statement of disagreement with a denial."""
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).disagreed(statement))


@use_case("individual_request", writes=("individual_request",))
def end_restriction(
    turn: Turn, request: IndividualRequestId, *, individual_agrees: bool
) -> IndividualRequest:
    """End a restriction, or another way of reaching the patient, that was agreed to.

    Raises:
        NotAllowed: the patient does not agree, and it cannot be ended without.
    """
    requests = turn.kept(IndividualRequests)
    found = requests.get(request)
    insist(restriction_ends_as_the_law_lets_it(found, individual_agrees=individual_agrees))
    return requests.replace(found.ended())


@use_case("individual_request", reads=("individual_request",))
def individual_requests_of(
    turn: Turn, patient: PatientId, kind: RequestKind | None = None
) -> tuple[IndividualRequest, ...]:
    """The requests of a patient, or those of one kind."""
    return turn.kept(IndividualRequests).of_patient(patient, kind)


@use_case("individual_request", reads=("individual_request",))
def agreed_way_to_reach(turn: Turn, patient: PatientId) -> ReachAt | None:
    """The one way in which a patient may be reached, by statements too; None where any will do."""
    requests = turn.kept(IndividualRequests)
    return other_way_to_reach(requests.of_patient(patient, RequestKind.CONFIDENTIAL_COMMUNICATION))


@use_case("individual_request", reads=("individual_request",))
def individual_requests_awaiting_answer(turn: Turn) -> tuple[IndividualRequest, ...]:
    """The requests without an answer, those without a clock first, then by due day."""
    return turn.kept(IndividualRequests).awaiting_answer()


@use_case("individual_request", reads=("individual_request",))
def overdue_individual_requests(turn: Turn) -> tuple[IndividualRequest, ...]:
    """The requests that should have been answered, the longest overdue first."""
    return turn.kept(IndividualRequests).overdue(turn.today)


@use_case("consent", reads=("patient",), writes=("consent",))
def record_consent(
    turn: Turn,
    patient: PatientId,
    kind: ConsentKind,
    *,
    signed_by: str,
    signed_on: date | None = None,
    what: str | None = None,
    discloser: str | None = None,
    recipients: tuple[str, ...] = (),
    purpose: str | None = None,
    expires_on: date | None = None,
    expires_with: str | None = None,
    statements: frozenset[Statement] = frozenset(),
    numbers: frozenset[str] = frozenset(),
    filed: str | None = None,
) -> Consent:
    """Record a form that the patient, or a representative, signed; today unless told.

    Raises:
        NotFound: no such patient.
        InvalidValue: it is dated after today.
        NotAllowed: the form lacks what makes it valid.
    """
    turn.patients.get(patient)
    day = turn.today if signed_on is None else signed_on
    if day > turn.today:
        raise InvalidValue("signed_on", "must not be after today")
    consent = Consent(
        id=ConsentId(turn.new_id("consent")),
        patient=patient,
        kind=kind,
        signed_on=day,
        signed_by=signed_by,
        what=what,
        discloser=discloser,
        recipients=recipients,
        purpose=purpose,
        expires_on=expires_on,
        expires_with=expires_with,
        statements=statements,
        numbers=numbers,
        filed=filed,
    )
    insist(consent_has_what_makes_it_valid(consent))
    return turn.kept(Consents).add(consent)


@use_case("consent", writes=("consent",))
def revoke_consent(turn: Turn, consent: ConsentId, *, written: bool) -> Consent:
    """Record that the patient took a consent back; it holds no longer from today on.

    Raises:
        NotAllowed: it does not hold any more, or the law wants it in writing.
    """
    consents = turn.kept(Consents)
    revocation = Revocation(turn.today, written, turn.actor.id)
    return consents.replace(consents.get(consent).revoked(revocation))


@use_case("consent", writes=("consent",))
def end_consent(turn: Turn, consent: ConsentId) -> Consent:
    """Record that the event with which a consent was to end has come."""
    consents = turn.kept(Consents)
    return consents.replace(consents.get(consent).expired(turn.today))


@use_case("consent", writes=("consent",))
def void_consent(turn: Turn, consent: ConsentId) -> Consent:
    """Mark a consent as entered in error; it stays on record, and allows nothing."""
    consents = turn.kept(Consents)
    return consents.replace(consents.get(consent).voided())


@use_case("consent", reads=("consent",))
def consents_of(
    turn: Turn, patient: PatientId, kind: ConsentKind | None = None
) -> tuple[Consent, ...]:
    """The consents of a patient, or those of one kind, those that ended among them."""
    return turn.kept(Consents).of_patient(patient, kind)


@use_case("consent", reads=("consent",))
def automated_messages_to(turn: Turn, patient: PatientId, number: str) -> bool | None:
    """Whether a patient agreed to automated calls and texts to a number; None if never asked."""
    consents = turn.kept(Consents).of_patient(patient, ConsentKind.AUTOMATED_MESSAGES)
    return automated_messages_agreed(consents, number, turn.today)


@use_case("notice_receipt", reads=("patient",), writes=("notice_receipt",))
def give_notice(turn: Turn, patient: PatientId, edition: str) -> NoticeReceipt:
    """Record that a patient was given this edition of the notice of privacy practices.

    Raises:
        NotFound: no such patient.
        AlreadyTaken: it was given before.
    """
    turn.patients.get(patient)
    receipt = NoticeReceipt(
        id=NoticeReceiptId(turn.new_id("notice_receipt")),
        patient=patient,
        edition=edition,
        given_on=turn.today,
    )
    return turn.kept(NoticeReceipts).add(receipt)


@use_case("notice_receipt", writes=("notice_receipt",))
def acknowledge_notice(turn: Turn, receipt: NoticeReceiptId) -> NoticeReceipt:
    """Record that the patient signed for the notice today."""
    receipts = turn.kept(NoticeReceipts)
    return receipts.replace(receipts.get(receipt).acknowledged(turn.today))


@use_case("notice_receipt", writes=("notice_receipt",))
def note_notice_effort(turn: Turn, receipt: NoticeReceiptId, effort: str) -> NoticeReceipt:
    """Note what was done to have the notice signed for, and why the patient did not."""
    receipts = turn.kept(NoticeReceipts)
    return receipts.replace(receipts.get(receipt).not_acknowledged(effort))


@use_case("notice_receipt", reads=("notice_receipt",))
def notices_of(turn: Turn, patient: PatientId) -> tuple[NoticeReceipt, ...]:
    """The notices that a patient was given, and whether they were signed for."""
    return turn.kept(NoticeReceipts).of_patient(patient)
