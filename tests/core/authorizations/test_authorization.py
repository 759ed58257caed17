"""An authorization's way from its request to its last use."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.appeals import Appeal, AppealOutcome
from carecoord.authorizations.authorization import (
    Authorization,
    authorization_is_in_force,
    missed_deadline_counts_as_denied,
)
from carecoord.authorizations.deadlines import Deadline, decision_deadline
from carecoord.authorizations.decisions import Action, Decision, LineDecision
from carecoord.authorizations.requests import Channel, RequestedLine, Submission, Urgency
from carecoord.authorizations.status import (
    ACTIONS,
    AUTHORIZATION_LIFECYCLE,
    IN_FORCE,
    WAITING,
    AuthorizationStatus,
)
from carecoord.authorizations.time_limits import Program
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import (
    ActorId,
    AuthorizationId,
    BookingId,
    CoverageId,
    PatientId,
)
from carecoord.kernel.time import Zone

ZONE, WORKDAYS = Zone("America/Chicago"), BusinessDays.federal([2026])
THERAPY, IMAGING = Code(CPT, "97110"), Code(CPT, "70551")
NOW = datetime(2026, 2, 2, 16, tzinfo=UTC)
FIRST, LAST = date(2026, 2, 10), date(2026, 4, 30)
VISIT, OTHER = BookingId("visit-1"), BookingId("visit-2")
DRAFT = Authorization(
    id=AuthorizationId("authorization-1"),
    patient=PatientId("patient-1"),
    coverage=CoverageId("coverage-1"),
    program=Program.MEDICARE_ADVANTAGE,
    lines=(RequestedLine(1, THERAPY, 2), RequestedLine(2, IMAGING, 1)),
)


def sent(at: datetime = NOW, channel: Channel = Channel.PORTAL) -> Submission:
    return Submission(channel, at, ActorId("desk"), "R-1")


def seven_days(at: datetime = NOW) -> Deadline:
    found = decision_deadline(
        DRAFT.program, Urgency.STANDARD, (False,), at, zone=ZONE, business_days=WORKDAYS
    )
    assert found is not None
    return found


def decision(action: Action, *lines: LineDecision, number: str | None = "A-77") -> Decision:
    return Decision(
        action=action,
        decided_at=NOW + timedelta(days=1),
        channel=Channel.PHONE,
        recorded_by=ActorId("desk"),
        number=number,
        first=FIRST,
        last=LAST,
        lines=lines,
    )


REQUESTED = DRAFT.submitted(sent(), seven_days())
APPROVED = REQUESTED.decided(decision(Action.CERTIFIED_IN_TOTAL))


def test_a_total_certification_approves_every_line_in_full() -> None:
    assert APPROVED.status is AuthorizationStatus.APPROVED
    assert APPROVED.number == "A-77"
    assert APPROVED.approval is not None
    assert [(one.code, one.units) for one in APPROVED.approval.lines] == [
        (THERAPY, 2),
        (IMAGING, 1),
    ]
    assert {(one.first, one.last) for one in APPROVED.approval.lines} == {(FIRST, LAST)}


def test_a_modified_line_has_its_own_service_units_and_days() -> None:
    day = date(2026, 3, 1)
    modified = REQUESTED.decided(
        decision(
            Action.MODIFIED,
            LineDecision(1, Action.MODIFIED, 1, code=IMAGING, first=day, last=day),
        )
    )
    assert modified.status is AuthorizationStatus.MODIFIED
    assert modified.approval is not None
    (line,) = modified.approval.lines
    assert (line.number, line.code, line.units, line.first, line.last) == (1, IMAGING, 1, day, day)


@given(st.lists(st.sampled_from(["submit", "pend", "call"]), max_size=8))
def test_neither_a_pending_answer_nor_another_submission_restarts_the_clock(
    steps: list[str],
) -> None:
    asked = REQUESTED
    for days, step in enumerate(steps, start=1):
        at = NOW + timedelta(days=days)
        if step == "submit":
            asked = asked.submitted(sent(at, Channel.FAX), seven_days(at))
        else:
            action = Action.PENDED if step == "pend" else Action.CONTACT_PAYER
            asked = asked.decided(decision(action, number=None))
        assert asked.deadline == REQUESTED.deadline
        assert asked.submitted_at == NOW
        assert asked.status in WAITING


@given(
    st.sampled_from(AuthorizationStatus),
    st.sampled_from(sorted({verb for _, verb in AUTHORIZATION_LIFECYCLE.moves})),
)
def test_an_approved_state_is_reached_by_an_approving_action_alone(
    status: AuthorizationStatus, verb: str
) -> None:
    after = AUTHORIZATION_LIFECYCLE.moves.get((status, verb))
    approving = {verb for verb, state in ACTIONS.values() if state in IN_FORCE}
    if after in IN_FORCE and after is not status:
        assert verb in approving
    if status in (
        AuthorizationStatus.CANCELLED,
        AuthorizationStatus.REPLACED,
        AuthorizationStatus.ENTERED_IN_ERROR,
    ):
        assert after is None


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Action.NOT_CERTIFIED, AuthorizationStatus.DENIED),
        (Action.NO_ACTION_REQUIRED, AuthorizationStatus.NOT_REQUIRED),
        (Action.CANCELLED, AuthorizationStatus.CANCELLED),
        (Action.CONTACT_PAYER, AuthorizationStatus.PENDED),
    ],
)
def test_other_actions_approve_nothing(action: Action, status: AuthorizationStatus) -> None:
    answered = REQUESTED.decided(decision(action))
    assert answered.status is status
    assert answered.approval is None
    refusals = answered.may_be_used(VISIT, THERAPY, units=1, on=FIRST)
    assert [one.rule for one in refusals] == ["authorization_is_in_force"]
    with pytest.raises(NotAllowed):
        answered.used(VISIT, THERAPY, units=1, on=FIRST, at=NOW)
    assert answered.released(VISIT) is answered


def test_a_contradictory_or_unasked_decision_is_refused() -> None:
    with pytest.raises(NotAllowed) as caught:
        DRAFT.decided(decision(Action.CERTIFIED_IN_PART))
    assert [one.rule for one in caught.value.refusals] == [
        "authorization_can_certify_in_part",
        "decision_agrees_with_its_lines",
    ]


def test_units_are_used_moved_and_given_back() -> None:
    assert APPROVED.may_be_used(VISIT, THERAPY, units=2, on=FIRST) == ()
    used = APPROVED.used(VISIT, THERAPY, units=2, on=FIRST, at=NOW)
    assert used.may_be_used(OTHER, THERAPY, units=1, on=FIRST)
    moved = used.moved(VISIT, on=LAST, at=NOW)
    assert moved.approval is not None
    assert [use.on for use in moved.approval.uses] == [LAST]
    with pytest.raises(NotAllowed, match="approved from"):
        used.moved(VISIT, on=LAST + timedelta(days=1), at=NOW)
    assert moved.released(VISIT) == APPROVED


def test_a_cancelled_authorization_leaves_its_visits_uncovered() -> None:
    used = APPROVED.used(VISIT, THERAPY, units=1, on=FIRST, at=NOW)
    for cancelled in (used.cancelled(), used.decided(decision(Action.CANCELLED))):
        assert cancelled.status is AuthorizationStatus.CANCELLED
        assert cancelled.approval is not None
        assert [use.visit for use in cancelled.approval.uncovered] == [VISIT]
    assert DRAFT.cancelled().approval is None


def test_a_denied_part_can_be_appealed_and_decided_anew() -> None:
    part = decision(Action.CERTIFIED_IN_PART, LineDecision(1, Action.CERTIFIED_IN_PART, 1))
    partly = REQUESTED.decided(part).used(VISIT, THERAPY, units=1, on=FIRST, at=NOW)
    appealed = partly.appealed(Appeal(1, NOW, ActorId("desk")))
    assert not authorization_is_in_force(DRAFT)
    assert authorization_is_in_force(appealed)
    won = appealed.appeal_ended(AppealOutcome.OVERTURNED, NOW + timedelta(days=9))
    assert won.appeals[0].outcome is AppealOutcome.OVERTURNED
    with pytest.raises(NotAllowed, match="no appeal is open"):
        won.appeal_ended(AppealOutcome.UPHELD, NOW)
    whole = won.decided(decision(Action.CERTIFIED_IN_TOTAL, number=None))
    assert whole.number == "A-77"
    assert whole.approval is not None
    assert [use.visit for use in whole.approval.uses] == [VISIT]
    with pytest.raises(NotAllowed):
        APPROVED.appealed(Appeal(1, NOW, ActorId("desk")))
    with pytest.raises(NotAllowed, match="no appeal is open"):
        partly.appeal_ended(AppealOutcome.UPHELD, NOW)


def test_silence_beyond_the_deadline_is_a_denial_for_medicare_advantage() -> None:
    due = seven_days().due_at
    assert not missed_deadline_counts_as_denied(REQUESTED, due - timedelta(seconds=1))
    denied = REQUESTED.lapsed(due)
    assert denied.status is AuthorizationStatus.DENIED
    assert denied.appealed(Appeal(1, due, ActorId("desk"))).appeals
    with pytest.raises(NotAllowed, match="missed_deadline_counts_as_denied"):
        DRAFT.submitted(sent()).lapsed(due)


def test_time_is_extended_while_a_decision_is_awaited() -> None:
    longer = REQUESTED.extended(NOW, ZONE, WORKDAYS)
    assert longer.deadline is not None
    assert longer.deadline.due_at == seven_days().due_at + timedelta(days=14)
    without = DRAFT.submitted(sent())
    assert without.extended(NOW, ZONE, WORKDAYS) is without
    with pytest.raises(NotAllowed):
        APPROVED.extended(NOW, ZONE, WORKDAYS)


def test_expired_and_ended_ones_are_hidden() -> None:
    assert DRAFT.is_shown(LAST)
    assert DRAFT.submitted_at is None
    assert REQUESTED.is_shown(LAST)
    assert APPROVED.is_shown(LAST)
    assert not APPROVED.is_shown(LAST + timedelta(days=1))
    assert not APPROVED.cancelled().is_shown(FIRST)
    assert not REQUESTED.voided().is_shown(FIRST)


def test_lines_are_some_each_with_its_number() -> None:
    for lines in ((), (DRAFT.lines[0], DRAFT.lines[0])):
        with pytest.raises(InvalidValue):
            evolve(DRAFT, lines=lines)
    with pytest.raises(InvalidValue):
        evolve(DRAFT, status=AuthorizationStatus.APPROVED)
