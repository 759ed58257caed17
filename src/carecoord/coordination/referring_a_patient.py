"""Responsibility 14: referrals, sent and followed until the report closes the loop."""

from carecoord.coordination.belonging import check_authorization_of, check_visit_of
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    AuthorizationId,
    BookingId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period
from carecoord.patients.registration import patient_is_active
from carecoord.referrals.history import Report
from carecoord.referrals.orders import Category, Recipient, Urgency
from carecoord.referrals.referral import Referral

__all__ = [
    "close_referral",
    "note_on_referral",
    "open_referrals",
    "overdue_referrals",
    "record_referral_accepted",
    "record_referral_declined",
    "record_referral_missed",
    "record_referral_report",
    "record_referral_scheduled",
    "record_referral_seen",
    "redirect_referral",
    "refer",
    "referrals_of",
    "revoke_referral",
]


@use_case(
    "referral",
    reads=("patient", "practitioner", "organization", "authorization"),
    writes=("referral",),
)
def refer(
    turn: Turn,
    patient: PatientId,
    recipient: Recipient,
    *,
    service: Code,
    reason: Code,
    requester: PractitionerId,
    category: Category = Category.SPECIALIST,
    urgency: Urgency = Urgency.ROUTINE,
    question: str = "",
    authorization: AuthorizationId | None = None,
    sensitivities: frozenset[Sensitivity] = frozenset(),
) -> Referral:
    """Refer a patient to a specialist or a community resource, and send the referral.

    It is as sensitive as `sensitivities` say, and as the authorization that it rests on.

    Raises:
        NotFound: no such patient, practitioner, organization or authorization.
        InvalidValue: the authorization is another patient's.
        NotAllowed: the record is inactive.
    """
    insist(patient_is_active(turn.patients.get(patient)))
    turn.practitioners.get(requester)
    _check_recipient(turn, recipient)
    sensitivities |= check_authorization_of(turn, patient, authorization)
    draft = Referral(
        id=ReferralId(turn.new_id("referral")),
        patient=patient,
        category=category,
        service=service,
        reason=reason,
        requester=requester,
        ordered_at=turn.now,
        urgency=urgency,
        question=question,
        recipient=recipient,
        authorization=authorization,
        sensitivities=sensitivities,
    )
    kept = turn.referrals.add(draft.sent(by=turn.actor.id, at=turn.now))
    turn.tell("referral_sent", kept)
    return kept


@use_case("referral", writes=("referral",))
def record_referral_accepted(turn: Turn, referral: ReferralId, *, note: str = "") -> Referral:
    """Record that the recipient took the referral on."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.accepted(by=turn.actor.id, at=turn.now, note=note))


@use_case("referral", writes=("referral",))
def record_referral_declined(turn: Turn, referral: ReferralId, reason: str) -> Referral:
    """Record that the recipient turned the referral down, and why."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.declined(reason, by=turn.actor.id, at=turn.now))


@use_case("referral", reads=("practitioner", "organization"), writes=("referral",))
def redirect_referral(
    turn: Turn, referral: ReferralId, recipient: Recipient, *, note: str = ""
) -> Referral:
    """Send a referral to another recipient.

    Raises:
        NotAllowed: the patient was seen already, or it goes to the same recipient.
    """
    _check_recipient(turn, recipient)
    found = turn.referrals.get(referral)
    kept = turn.referrals.replace(
        found.redirected(recipient, by=turn.actor.id, at=turn.now, note=note)
    )
    turn.tell("referral_sent", kept)
    return kept


@use_case("referral", reads=("booking",), writes=("referral",))
def record_referral_scheduled(
    turn: Turn,
    referral: ReferralId,
    appointment: Period,
    *,
    booking: BookingId | None = None,
    note: str = "",
) -> Referral:
    """Record when the recipient will see the patient; `booking` where it is a visit of ours.

    Raises:
        NotFound: no such referral or booking.
        InvalidValue: the booking is no visit, or another patient's.
        NotAllowed: it is not with a recipient, or the appointment lies before its order.
    """
    found = turn.referrals.get(referral)
    check_visit_of(turn, found.patient, booking, "booking")
    moved = found.scheduled(appointment, by=turn.actor.id, at=turn.now, booking=booking, note=note)
    return turn.referrals.replace(moved)


@use_case("referral", writes=("referral",))
def record_referral_missed(turn: Turn, referral: ReferralId, *, note: str = "") -> Referral:
    """Record that the appointment did not take place: it is to be made anew."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.missed(by=turn.actor.id, at=turn.now, note=note))


@use_case("referral", writes=("referral",))
def record_referral_seen(turn: Turn, referral: ReferralId, *, note: str = "") -> Referral:
    """Record that the recipient has seen the patient."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.seen(by=turn.actor.id, at=turn.now, note=note))


@use_case("referral", writes=("referral",))
def record_referral_report(turn: Turn, referral: ReferralId, report: Report) -> Referral:
    """Record the recipient's report, or a further one."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.reported(report, by=turn.actor.id, at=turn.now))


@use_case("referral", writes=("referral",))
def close_referral(turn: Turn, referral: ReferralId, *, note: str = "") -> Referral:
    """Close the loop: the report has come and was read.

    Raises:
        NotAllowed: there is no report.
    """
    found = turn.referrals.get(referral)
    kept = turn.referrals.replace(found.closed(by=turn.actor.id, at=turn.now, note=note))
    turn.tell("referral_closed", kept)
    return kept


@use_case("referral", writes=("referral",))
def revoke_referral(turn: Turn, referral: ReferralId, reason: str) -> Referral:
    """Give a referral up: no longer wanted, or without a report."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.revoked(reason, by=turn.actor.id, at=turn.now))


@use_case("referral", writes=("referral",))
def note_on_referral(turn: Turn, referral: ReferralId, message: str) -> Referral:
    """Add a message to the history of a referral."""
    found = turn.referrals.get(referral)
    return turn.referrals.replace(found.noted(message, by=turn.actor.id, at=turn.now))


@use_case("referral", reads=("referral",))
def referrals_of(turn: Turn, patient: PatientId) -> tuple[Referral, ...]:
    """All referrals of a patient, the longest in their state first."""
    return turn.referrals.of_patient(patient)


@use_case("referral", reads=("referral",))
def open_referrals(turn: Turn) -> tuple[Referral, ...]:
    """The referrals whose loop is not closed."""
    return turn.referrals.still_open()


@use_case("referral", reads=("referral",))
def overdue_referrals(turn: Turn) -> tuple[Referral, ...]:
    """The open referrals whose next step should have been done, the longest overdue first."""
    found = turn.referrals.overdue(
        turn.now, zone=turn.practice.zone, business_days=turn.practice.business_days
    )
    return tuple(referral for referral, _ in found)


def _check_recipient(turn: Turn, recipient: Recipient) -> None:
    if recipient.practitioner is not None:
        turn.practitioners.get(recipient.practitioner)
    if recipient.organization is not None:
        turn.organizations.get(recipient.organization)
