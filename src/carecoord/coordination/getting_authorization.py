"""Responsibility 10: prior authorizations. Needed or not, asked for, decided, used, appealed."""

from datetime import date, datetime

from carecoord.authorizations.appeals import (
    Appeal,
    AppealOutcome,
    appeal_is_filed_in_time,
    appeal_level,
)
from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.chain import ENDED, kept, superseded, update_of
from carecoord.authorizations.deadlines import Deadline, decision_deadline
from carecoord.authorizations.decisions import Action, Decision, LineDecision
from carecoord.authorizations.requests import Channel, RequestedLine, Submission, Urgency
from carecoord.authorizations.requirements import LineNeed, needs
from carecoord.authorizations.status import IN_FORCE
from carecoord.authorizations.time_limits import Program, Span
from carecoord.compliance.repository import IndividualRequests
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import plan_is_asked_for_nothing_restricted
from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import local_day_of
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import (
    AuthorizationId,
    BookingId,
    CoverageId,
    IndividualRequestId,
    OrganizationId,
    PatientId,
    PractitionerId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import local_date
from carecoord.patients.registration import patient_is_active
from carecoord.visits.visit import visit_still_stands

__all__ = [
    "appeal",
    "authorization_needed",
    "authorizations_of",
    "current_authorization",
    "overdue_authorizations",
    "record_appeal_outcome",
    "record_decision",
    "record_missed_deadline",
    "request_authorization",
    "update_authorization",
    "use_authorization",
    "withdraw_authorization",
]


@use_case("authorization", reads=("patient",))
def authorization_needed(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    lines: tuple[RequestedLine, ...],
    *,
    program: Program,
    on: date | None = None,
    emergency: bool = False,
) -> tuple[LineNeed, ...]:
    """Line by line, whether a coverage asks for an authorization, by the payers' lists on file.

    Where no list speaks of a service, the answer is to ask the payer.

    Raises:
        NotFound: no such patient, or the coverage is none of theirs.
    """
    held = turn.patients.get(patient).coverage(coverage)
    return needs(
        lines,
        turn.practice.requirements,
        plan=held.plan,
        program=program,
        on=turn.today if on is None else on,
        emergency=emergency,
    )


@use_case("authorization", reads=("patient", "individual_request"), writes=("authorization",))
def request_authorization(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    lines: tuple[RequestedLine, ...],
    *,
    program: Program,
    channel: Channel,
    urgency: Urgency = Urgency.STANDARD,
    diagnoses: tuple[Code, ...] = (),
    requester: PractitionerId | None = None,
    performer: PractitionerId | None = None,
    facility: OrganizationId | None = None,
    reference: str | None = None,
    representative: str | None = None,
    payer_days: Span | None = None,
    sensitivities: frozenset[Sensitivity] = frozenset(),
    outside: frozenset[IndividualRequestId] = frozenset(),
) -> Authorization:
    """Record that an authorization was asked for; its deadline follows from the program.

    `payer_days` is what the payer itself promises, which counts only where it is shorter. `outside`
    are agreed restrictions that somebody found not to concern what is asked for.

    Raises:
        NotFound: no such patient, or the coverage is none of theirs.
        NotAllowed: the record is inactive, or the plan is not to know of it.
    """
    record = turn.patients.get(patient)
    restrictions = turn.kept(IndividualRequests).of_patient(patient, RequestKind.RESTRICTION)
    insist(
        patient_is_active(record),
        plan_is_asked_for_nothing_restricted(patient, coverage, restrictions, outside),
    )
    draft = Authorization(
        id=AuthorizationId(turn.new_id("authorization")),
        patient=patient,
        coverage=record.coverage(coverage).id,
        program=program,
        lines=lines,
        urgency=urgency,
        diagnoses=diagnoses,
        requester=requester,
        performer=performer,
        facility=facility,
        sensitivities=sensitivities,
    )
    submission = Submission(channel, turn.now, turn.actor.id, reference, representative)
    asked = turn.authorizations.add(draft.submitted(submission, _deadline(turn, draft, payer_days)))
    turn.tell("authorization_requested", asked)
    return asked


@use_case("authorization", writes=("authorization",))
def record_decision(
    turn: Turn,
    authorization: AuthorizationId,
    action: Action,
    *,
    channel: Channel,
    decided_at: datetime | None = None,
    number: str | None = None,
    representative: str | None = None,
    first: date | None = None,
    last: date | None = None,
    lines: tuple[LineDecision, ...] = (),
    reason: str | None = None,
    note: str = "",
) -> Authorization:
    """Record the payer's answer; an approved update takes the place of what it updates.

    Raises:
        NotAllowed: no answer is awaited, or it contradicts its own lines.
    """
    decision = Decision(
        action=action,
        decided_at=turn.now if decided_at is None else decided_at,
        channel=channel,
        recorded_by=turn.actor.id,
        number=number,
        representative=representative,
        first=first,
        last=last,
        lines=lines,
        reason=reason,
        note=note,
    )
    decided = turn.authorizations.get(authorization).decided(decision)
    return _settled(turn, decided, "authorization_decided")


@use_case("authorization", writes=("authorization",))
def record_missed_deadline(turn: Turn, authorization: AuthorizationId) -> Authorization:
    """Record that the payer stayed silent beyond the law's time, where that counts as a denial.

    Raises:
        NotAllowed: no decision is awaited, it is not overdue, or silence means nothing here.
    """
    lapsed = turn.authorizations.get(authorization).lapsed(turn.now)
    return _settled(turn, lapsed, "authorization_decided")


@use_case("authorization", writes=("authorization",))
def update_authorization(
    turn: Turn,
    authorization: AuthorizationId,
    lines: tuple[RequestedLine, ...],
    *,
    channel: Channel,
    reference: str | None = None,
    representative: str | None = None,
    payer_days: Span | None = None,
) -> Authorization:
    """Ask for an approved authorization to be changed; until then the old one stays in force.

    Raises:
        NotAllowed: it is not in force, or is being updated already.
    """
    new_id = AuthorizationId(turn.new_id("authorization"))
    old, draft = update_of(turn.authorizations.get(authorization), id=new_id, lines=lines)
    submission = Submission(channel, turn.now, turn.actor.id, reference, representative)
    turn.authorizations.replace(old)
    asked = turn.authorizations.add(draft.submitted(submission, _deadline(turn, draft, payer_days)))
    turn.tell("authorization_requested", asked)
    return asked


@use_case("authorization", reads=("booking", "location"), writes=("authorization",))
def use_authorization(
    turn: Turn, authorization: AuthorizationId, visit: BookingId, code: Code, *, units: int = 1
) -> Authorization:
    """Let a visit use approved units, on its day by the clocks of its location.

    Raises:
        NotAllowed: it is not in force, or does not cover the service, the day or the units; or the
            visit stands no longer.
        InvalidValue: the visit is another patient's.
    """
    found, booked = turn.authorizations.get(authorization), visit_with(turn, visit)
    if booked.patient != found.patient:
        raise InvalidValue("visit", "is of another patient than the authorization")
    insist(visit_still_stands(booked))
    on = local_day_of(turn, booked)
    return turn.authorizations.replace(found.used(visit, code, units=units, on=on, at=turn.now))


@use_case("authorization", writes=("authorization",))
def withdraw_authorization(turn: Turn, authorization: AuthorizationId) -> Authorization:
    """Withdraw a request or an authorization; visits that used it stand uncovered."""
    return _settled(turn, turn.authorizations.get(authorization).cancelled(), None)


@use_case("authorization", writes=("authorization",))
def appeal(
    turn: Turn, authorization: AuthorizationId, *, level: int = 1, reference: str | None = None
) -> Authorization:
    """Appeal a denial.

    Raises:
        NotAllowed: nothing was denied, or the time for it has passed; both are named.
    """
    found = turn.authorizations.get(authorization)
    silence = turn.now if found.deadline is None else found.deadline.due_at
    denied_at = found.decisions[-1].decided_at if found.decisions else silence
    denied_on = local_date(denied_at, turn.practice.zone)
    terms = appeal_level(found.program, level, denied_on)
    insist(appeal_is_filed_in_time(terms, denied_on, turn.today))
    filed = Appeal(level, turn.now, turn.actor.id, reference)
    return turn.authorizations.replace(found.appealed(filed))


@use_case("authorization", writes=("authorization",))
def record_appeal_outcome(
    turn: Turn, authorization: AuthorizationId, outcome: AppealOutcome
) -> Authorization:
    """Record how the latest appeal ended; what it grants is recorded as a decision of its own.

    Raises:
        NotAllowed: no appeal is open.
    """
    found = turn.authorizations.get(authorization)
    return turn.authorizations.replace(found.appeal_ended(outcome, turn.now))


@use_case("authorization", reads=("authorization",))
def authorizations_of(turn: Turn, patient: PatientId) -> tuple[Authorization, ...]:
    """A patient's authorizations that matter today: ended and expired ones are hidden."""
    return turn.authorizations.shown(patient, turn.today)


@use_case("authorization", reads=("authorization",))
def current_authorization(turn: Turn, authorization: AuthorizationId) -> Authorization:
    """The authorization that holds today in the chain of updates of this one.

    Raises:
        NotFound: it, or a link of the chain, is not here.
    """
    return turn.authorizations.current(authorization)


@use_case("authorization", reads=("authorization",))
def overdue_authorizations(turn: Turn) -> tuple[Authorization, ...]:
    """The authorizations on which a payer owes a decision that was due before now."""
    return turn.authorizations.overdue(turn.now)


def _deadline(turn: Turn, draft: Authorization, payer_days: Span | None) -> Deadline | None:
    return decision_deadline(
        draft.program,
        draft.urgency,
        (line.drug for line in draft.lines),
        turn.now,
        zone=turn.practice.zone,
        business_days=turn.practice.business_days,
        payer_days=payer_days,
    )


def _settled(turn: Turn, decided: Authorization, event: str | None) -> Authorization:
    """Keep it, and what that means for the authorization that it updates."""
    if decided.replaces is not None:
        old = turn.authorizations.get(decided.replaces)
        if decided.status in IN_FORCE and old.status in IN_FORCE:
            old, decided = superseded(old, decided)
            turn.authorizations.replace(old)
        elif decided.status in ENDED and old.replaced_by == decided.id:
            turn.authorizations.replace(kept(old, decided))
    settled = turn.authorizations.replace(decided)
    if event is not None:
        turn.tell(event, settled)
    return settled
