"""An authorization from its request to its last use: a payer's consent to services of a patient.

    asked = draft.submitted(submission, deadline)
    approved = asked.decided(decision)
    booked = approved.used(visit, code, units=1, on=day, at=now)

Its states follow the payer's actions; what a repeated submission or a pending answer never does is
start the payer's clock anew.
"""

from datetime import date, datetime
from typing import Annotated

from attrs import evolve, frozen

from carecoord.authorizations.appeals import Appeal, AppealOutcome
from carecoord.authorizations.deadlines import Deadline
from carecoord.authorizations.decisions import (
    Decision,
    LineDecision,
    decision_agrees_with_its_lines,
)
from carecoord.authorizations.requests import RequestedLine, Submission, Urgency
from carecoord.authorizations.status import (
    ACTIONS,
    AUTHORIZATION_LIFECYCLE,
    IN_FORCE,
    WAITING,
    AuthorizationStatus,
)
from carecoord.authorizations.time_limits import Program
from carecoord.authorizations.units import Approval, ApprovedLine
from carecoord.errors import Allowed, Answer, InvalidValue, NotAllowed, Refused, insist
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    AuthorizationId,
    BookingId,
    CoverageId,
    OrganizationId,
    PatientId,
    PractitionerId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Zone
from carecoord.kernel.values import LongText, Text, checked

__all__ = [
    "RULES",
    "Authorization",
    "authorization_is_in_force",
    "missed_deadline_counts_as_denied",
]


@frozen(field_transformer=checked, kw_only=True)
class Authorization:
    """A request for a payer's approval, its decisions, and the use of what was approved.

    `replaces` is the authorization that this one updates; `replaced_by` the one that updates it,
    which there can be only one of. `deadline` is when the first decision is due.
    """

    id: AuthorizationId
    patient: PatientId
    coverage: CoverageId
    program: Program
    lines: tuple[RequestedLine, ...]
    urgency: Urgency = Urgency.STANDARD
    diagnoses: tuple[Code, ...] = ()
    requester: PractitionerId | None = None
    performer: PractitionerId | None = None
    facility: OrganizationId | None = None
    status: AuthorizationStatus = AuthorizationStatus.DRAFT
    submissions: tuple[Submission, ...] = ()
    deadline: Deadline | None = None
    number: Annotated[str, Text(longest=100)] | None = None
    decisions: tuple[Decision, ...] = ()
    approval: Approval | None = None
    appeals: tuple[Appeal, ...] = ()
    replaces: AuthorizationId | None = None
    replaced_by: AuthorizationId | None = None
    note: LongText = ""
    sensitivities: frozenset[Sensitivity] = frozenset()
    withheld: frozenset[str] = frozenset()
    """The parts that an answer leaves out; see `carecoord.compliance.View`. Never kept."""
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.lines or len({line.number for line in self.lines}) < len(self.lines):
            raise InvalidValue("Authorization.lines", "must be some, each with its own number")
        if self.status in IN_FORCE and self.approval is None:
            raise InvalidValue("Authorization.approval", "is what makes it approved")

    @property
    def submitted_at(self) -> datetime | None:
        """When it was first sent; the payer's clock runs from here."""
        return self.submissions[0].at if self.submissions else None

    def submitted(
        self, submission: Submission, deadline: Deadline | None = None
    ) -> "Authorization":
        """Sent to the payer, or sent again; only the first time sets the deadline."""
        status = AUTHORIZATION_LIFECYCLE.after(self.status, "submit")
        return evolve(
            self,
            status=status,
            submissions=(*self.submissions, submission),
            deadline=self.deadline if self.submissions else deadline,
        )

    def extended(self, at: datetime, zone: Zone, business_days: BusinessDays) -> "Authorization":
        """With the payer's time extended, as far as the law lets it be.

        Raises:
            NotAllowed: no decision is awaited, or its clock cannot be extended now.
        """
        insist(AUTHORIZATION_LIFECYCLE.may(self.status, "pend"))
        if self.deadline is None:
            return self
        return evolve(self, deadline=self.deadline.extended(at, zone, business_days))

    def decided(self, decision: Decision) -> "Authorization":
        """With the payer's answer; pending answers leave the deadline as it is.

        Raises:
            NotAllowed: no answer is awaited, or it contradicts its own lines.
        """
        verb, status = ACTIONS[decision.action]
        insist(
            AUTHORIZATION_LIFECYCLE.may(self.status, verb),
            decision_agrees_with_its_lines(decision, self.lines),
        )
        uses = () if self.approval is None else self.approval.uses
        approval = None if self.approval is None else self.approval.withdrawn()
        if status in IN_FORCE:
            approval = Approval(_approved_lines(decision, self.lines)).taking_over(uses)
        return evolve(
            self,
            status=status,
            decisions=(*self.decisions, decision),
            number=decision.number or self.number,
            approval=approval,
        )

    def lapsed(self, now: datetime) -> "Authorization":
        """Denied by silence, where a missed deadline counts as a denial.

        Raises:
            NotAllowed: no decision is awaited, it is not overdue, or silence means nothing here.
        """
        insist(
            AUTHORIZATION_LIFECYCLE.may(self.status, "deny"),
            missed_deadline_counts_as_denied(self, now),
        )
        return evolve(self, status=AuthorizationStatus.DENIED)

    def used(
        self, visit: BookingId, code: Code, *, units: int, on: date, at: datetime
    ) -> "Authorization":
        """With approved units taken by a visit.

        Raises:
            NotAllowed: it is not in force, or its approval does not cover the visit.
        """
        return evolve(self, approval=self._in_force().used(visit, code, units=units, on=on, at=at))

    def may_be_used(
        self, visit: BookingId, code: Code, *, units: int, on: date
    ) -> tuple[Refused, ...]:
        """Everything that keeps a visit from using it; nothing if it may."""
        answer = authorization_is_in_force(self)
        if isinstance(answer, Refused):
            return (answer,)
        return self._in_force().refusals(visit, code, units=units, on=on)

    def released(self, visit: BookingId) -> "Authorization":
        """With the units of a visit given back, whatever state it is in."""
        if self.approval is None:
            return self
        return evolve(self, approval=self.approval.released(visit))

    def moved(self, visit: BookingId, *, on: date, at: datetime) -> "Authorization":
        """With the visit's units used on another day.

        Raises:
            NotAllowed: it is not in force, or does not cover that day.
        """
        return evolve(self, approval=self._in_force().moved(visit, on=on, at=at))

    def appealed(self, appeal: Appeal) -> "Authorization":
        """With an appeal against what was denied."""
        insist(AUTHORIZATION_LIFECYCLE.may(self.status, "appeal"))
        return evolve(self, appeals=(*self.appeals, appeal))

    def appeal_ended(self, outcome: AppealOutcome, at: datetime) -> "Authorization":
        """With the outcome of the latest appeal; what it grants comes as a decision of its own."""
        if not self.appeals or self.appeals[-1].outcome is not None:
            raise NotAllowed(Refused("appeal_is_open", "no appeal is open", "carecoord's own rule"))
        ended = self.appeals[-1].decided(outcome, at)
        return evolve(self, appeals=(*self.appeals[:-1], ended))

    def cancelled(self) -> "Authorization":
        """Withdrawn by whoever asked; the visits that used it stand among the uncovered."""
        status = AUTHORIZATION_LIFECYCLE.after(self.status, "cancel")
        approval = None if self.approval is None else self.approval.withdrawn()
        return evolve(self, status=status, approval=approval)

    def voided(self) -> "Authorization":
        """Entered in error."""
        return evolve(self, status=AUTHORIZATION_LIFECYCLE.after(self.status, "void"))

    def is_shown(self, on: date) -> bool:
        """Whether it is worth showing on this day: waiting, or in force and not expired."""
        if self.status in IN_FORCE and self.approval is not None:
            return not self.approval.has_expired(on)
        return self.status in WAITING or self.status is AuthorizationStatus.DRAFT

    def _in_force(self) -> Approval:
        insist(authorization_is_in_force(self))
        assert self.approval is not None
        return self.approval


def authorization_is_in_force(authorization: Authorization) -> Answer:
    """Units are used of an approval that stands: not denied, cancelled or replaced.

    Source: the payer's decision.
    """
    if authorization.status in IN_FORCE:
        return Allowed()
    reason = f"authorization {authorization.id} is {authorization.status.value}"
    return Refused(authorization_is_in_force.__name__, reason, "the payer's decision")


def missed_deadline_counts_as_denied(authorization: Authorization, now: datetime) -> Answer:
    """Where the law says so, silence beyond the law's deadline is a denial that can be appealed.

    Source: 42 CFR 422.568(f), Medicare Advantage (quoted by public projects; not checked against
    the primary text).
    """
    deadline = authorization.deadline
    if deadline is not None and deadline.counts_as_denied(now):
        return Allowed()
    reason = "the law's time has not run out, or silence is no denial under this program"
    return Refused(missed_deadline_counts_as_denied.__name__, reason, "42 CFR 422.568(f)")


RULES = (
    authorization_is_in_force,
    missed_deadline_counts_as_denied,
)


def _approved_lines(
    decision: Decision, requested: tuple[RequestedLine, ...]
) -> tuple[ApprovedLine, ...]:
    answers = ((line, decision.on_line(line)) for line in requested)
    return tuple(_approved_line(decision, line, one) for line, one in answers if one.units)


def _approved_line(decision: Decision, line: RequestedLine, one: LineDecision) -> ApprovedLine:
    first = one.first or decision.first
    assert first is not None
    last = one.last or decision.last
    return ApprovedLine(line.number, one.code or line.code, one.units, line.measure, first, last)
