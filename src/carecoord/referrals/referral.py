"""A referral: a patient sent to a specialist or a community resource, until the report is back.

    sent = draft.sent(by=desk, at=now)
    booked = sent.accepted(by=desk, at=now).scheduled(when, by=desk, at=now)
    done = booked.seen(by=desk, at=now).reported(report, by=desk, at=now).closed(by=desk, at=now)

Every move leaves an event, so that its history says who did what and when. What a FHIR
ServiceRequest says stays as it was ordered; what happens to it is what a FHIR Task would tell.
"""

from datetime import datetime

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, Refused, insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    ActorId,
    AuthorizationId,
    BookingId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period
from carecoord.kernel.values import LongText, checked
from carecoord.referrals.history import ReferralEvent, Report
from carecoord.referrals.orders import Category, Recipient, Urgency
from carecoord.referrals.status import REFERRAL_LIFECYCLE, ReferralStatus

__all__ = [
    "RULES",
    "Referral",
    "appointment_follows_the_referral",
    "redirected_referral_goes_to_another",
    "referral_closes_with_a_report",
    "sent_referral_names_its_recipient",
]


@frozen(field_transformer=checked, kw_only=True)
class Referral:
    """One referral and its history; `appointment` and `booking` are the recipient's date for it."""

    id: ReferralId
    patient: PatientId
    category: Category
    service: Code
    reason: Code
    requester: PractitionerId
    ordered_at: datetime
    urgency: Urgency = Urgency.ROUTINE
    question: LongText = ""
    """What the recipient is asked, in words."""
    recipient: Recipient | None = None
    authorization: AuthorizationId | None = None
    status: ReferralStatus = ReferralStatus.DRAFT
    appointment: Period | None = None
    booking: BookingId | None = None
    reports: tuple[Report, ...] = ()
    events: tuple[ReferralEvent, ...] = ()
    sensitivities: frozenset[Sensitivity] = frozenset()
    withheld: frozenset[str] = frozenset()
    """The parts that an answer leaves out; see `carecoord.compliance.View`. Never kept."""
    version: int = 0

    @property
    def status_since(self) -> datetime:
        """When it came into its state; a message and a new date of one kind do not change that."""
        since = self.ordered_at
        before = ReferralStatus.DRAFT
        for event in self.events:
            if event.status is not before or event.verb == "redirect":
                since, before = event.at, event.status
        return since

    def addressed(self, recipient: Recipient) -> "Referral":
        """A draft for this recipient."""
        insist(REFERRAL_LIFECYCLE.may(self.status, "send"))
        return evolve(self, recipient=recipient)

    def authorized(self, authorization: AuthorizationId | None) -> "Referral":
        """With the payer's authorization that it rests on."""
        return evolve(self, authorization=authorization)

    def sent(self, *, by: ActorId, at: datetime, note: str = "") -> "Referral":
        """Sent to its recipient.

        Raises:
            NotAllowed: it is no draft, or nobody is named.
        """
        insist(REFERRAL_LIFECYCLE.may(self.status, "send"), sent_referral_names_its_recipient(self))
        return self._moved("send", by, at, note)

    def accepted(self, *, by: ActorId, at: datetime, note: str = "") -> "Referral":
        """Taken on by the recipient."""
        return self._moved("accept", by, at, note)

    def declined(self, reason: str, *, by: ActorId, at: datetime) -> "Referral":
        """Turned down by the recipient, who says why."""
        return self._moved("decline", by, at, reason)

    def redirected(
        self, recipient: Recipient, *, by: ActorId, at: datetime, note: str = ""
    ) -> "Referral":
        """Sent to another recipient; an appointment with the former one is no more.

        Raises:
            NotAllowed: the patient was seen already, or it goes to the same recipient.
        """
        insist(
            REFERRAL_LIFECYCLE.may(self.status, "redirect"),
            redirected_referral_goes_to_another(self, recipient),
        )
        moved = self._moved("redirect", by, at, note)
        return evolve(moved, recipient=recipient, appointment=None, booking=None)

    def scheduled(
        self,
        appointment: Period,
        *,
        by: ActorId,
        at: datetime,
        booking: BookingId | None = None,
        note: str = "",
    ) -> "Referral":
        """With an appointment, or another one; `booking` where it is one of ours.

        Raises:
            NotAllowed: it is not with a recipient, or the appointment lies before its order.
        """
        insist(
            REFERRAL_LIFECYCLE.may(self.status, "schedule"),
            appointment_follows_the_referral(self, appointment),
        )
        moved = self._moved("schedule", by, at, note)
        return evolve(moved, appointment=appointment, booking=booking)

    def missed(self, *, by: ActorId, at: datetime, note: str = "") -> "Referral":
        """The appointment did not take place: it is to be made anew."""
        return evolve(self._moved("miss", by, at, note), appointment=None, booking=None)

    def seen(self, *, by: ActorId, at: datetime, note: str = "") -> "Referral":
        """The recipient has seen the patient, with or without an appointment."""
        return self._moved("see", by, at, note)

    def reported(self, report: Report, *, by: ActorId, at: datetime) -> "Referral":
        """With the recipient's report, or a further one."""
        return evolve(self._moved("report", by, at, ""), reports=(*self.reports, report))

    def closed(self, *, by: ActorId, at: datetime, note: str = "") -> "Referral":
        """The loop is closed: the report has come and was read.

        Raises:
            NotAllowed: there is no report.
        """
        insist(REFERRAL_LIFECYCLE.may(self.status, "close"), referral_closes_with_a_report(self))
        return self._moved("close", by, at, note)

    def revoked(self, reason: str, *, by: ActorId, at: datetime) -> "Referral":
        """No longer wanted, or given up without a report; the reason says which."""
        return self._moved("revoke", by, at, reason)

    def voided(self, reason: str, *, by: ActorId, at: datetime) -> "Referral":
        """Entered in error."""
        return self._moved("void", by, at, reason)

    def noted(self, message: str, *, by: ActorId, at: datetime) -> "Referral":
        """With a message in its history."""
        return self._with_event("note", self.status, by, at, message)

    def _moved(self, verb: str, by: ActorId, at: datetime, note: str) -> "Referral":
        status = REFERRAL_LIFECYCLE.after(self.status, verb)
        return evolve(self._with_event(verb, status, by, at, note), status=status)

    def _with_event(
        self, verb: str, status: ReferralStatus, by: ActorId, at: datetime, note: str
    ) -> "Referral":
        return evolve(self, events=(*self.events, ReferralEvent(verb, at, by, status, note)))


def sent_referral_names_its_recipient(referral: Referral) -> Answer:
    """A referral is sent to somebody.

    Source: carecoord's own rule; FHIR R4 ServiceRequest.performer.
    """
    if referral.recipient is not None:
        return Allowed()
    reason = f"referral {referral.id} names nobody to see the patient"
    return Refused(sent_referral_names_its_recipient.__name__, reason, "carecoord's own rule")


def redirected_referral_goes_to_another(referral: Referral, recipient: Recipient) -> Answer:
    """Whoever has it already is not sent it again, unless they declined.

    Source: carecoord's own rule.
    """
    if recipient != referral.recipient or referral.status is ReferralStatus.DECLINED:
        return Allowed()
    reason = f"referral {referral.id} is with this recipient already"
    return Refused(redirected_referral_goes_to_another.__name__, reason, "carecoord's own rule")


def appointment_follows_the_referral(referral: Referral, appointment: Period) -> Answer:
    """The appointment lies after the referral was ordered.

    Source: carecoord's own rule.
    """
    if appointment.start >= referral.ordered_at:
        return Allowed()
    reason = f"the appointment lies before referral {referral.id} was ordered"
    return Refused(appointment_follows_the_referral.__name__, reason, "carecoord's own rule")


def referral_closes_with_a_report(referral: Referral) -> Answer:
    """The loop is closed by the recipient's report, not by the appointment.

    Source: CMS50 (Closing the Referral Loop: Receipt of Specialist Report), as commonly described;
    not checked against the primary text.
    """
    if referral.reports:
        return Allowed()
    reason = f"no report has come back on referral {referral.id}"
    return Refused(referral_closes_with_a_report.__name__, reason, "CMS50")


RULES = (
    sent_referral_names_its_recipient,
    redirected_referral_goes_to_another,
    appointment_follows_the_referral,
    referral_closes_with_a_report,
)
