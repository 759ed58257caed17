"""What the library finds out by itself: the duties that are open under each check.

duties_found(turn, obligation, clocks, last_anchor=None)    # None where it cannot be told
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from carecoord.compliance.breach_clocks import INDIVIDUALS_WITHIN, StateClock
from carecoord.compliance.credentials import CredentialKind
from carecoord.compliance.duties import Duty, attested_duties, workforce_duties
from carecoord.compliance.incidents import IncidentStatus
from carecoord.compliance.obligations import Check, Obligation
from carecoord.compliance.repository import (
    Credentials,
    Incidents,
    IndividualRequests,
    NoticeReceipts,
    Workforce,
    WorkforceRequirements,
)
from carecoord.coordination.turn import Turn
from carecoord.kernel.time import local_date

__all__ = ["ANCHORED_WITHIN", "CHECKED_KINDS", "duties_found"]

ANCHORED_WITHIN = timedelta(days=1)
"""How old the last anchor of the audit may become."""

CHECKED_KINDS = (
    "individual_request",
    "notice_receipt",
    "incident",
    "credential",
    "workforce_member",
    "workforce_requirement",
)
"""What the checks read."""


def duties_found(
    turn: Turn,
    obligation: Obligation,
    clocks: tuple[StateClock, ...],
    *,
    last_anchor: datetime | None,
) -> tuple[Duty, ...] | None:
    """The open duties of an obligation, the first due first; None if they cannot be told.

    The anchors of the audit are kept outside of the store, so that `last_anchor` is told.
    """
    match obligation.check:
        case None:
            return attested_duties(obligation)
        case Check.AUDIT_ANCHORED:
            return None if last_anchor is None else _anchoring(turn, obligation, last_anchor)
        case Check.BREACHES_TOLD:
            found = _breaches(turn, obligation, clocks)
        case check:
            found = _CHECKS[check](turn, obligation)
    return tuple(sorted(found, key=lambda duty: (duty.due, duty.about)))


def _anchoring(turn: Turn, obligation: Obligation, last: datetime) -> tuple[Duty, ...]:
    due = local_date(last + ANCHORED_WITHIN, turn.practice.zone)
    return (Duty(obligation.id, obligation.owner, due),)


def _requests(turn: Turn, obligation: Obligation) -> Iterable[Duty]:
    for one in turn.kept(IndividualRequests).awaiting_answer():
        if one.due is not None:
            yield _about(obligation, one.due, "individual_request", one.id)


def _notices(turn: Turn, obligation: Obligation) -> Iterable[Duty]:
    for one in turn.kept(NoticeReceipts).not_signed_for():
        yield _about(obligation, one.given_on, "notice_receipt", one.id)


def _assessments(turn: Turn, obligation: Obligation) -> Iterable[Duty]:
    """An incident is assessed while those affected can still be told in time."""
    for one in turn.kept(Incidents).still_open():
        if one.status is IncidentStatus.REPORTED:
            due = one.discovered_on + INDIVIDUALS_WITHIN
            yield _about(obligation, due, "incident", one.id)


def _breaches(turn: Turn, obligation: Obligation, clocks: tuple[StateClock, ...]) -> Iterable[Duty]:
    for one in turn.kept(Incidents).still_open():
        for due in {told.due for told in one.outstanding(clocks)}:
            yield _about(obligation, due, "incident", one.id)


def _workforce(
    kinds: frozenset[CredentialKind], turn: Turn, obligation: Obligation
) -> Iterable[Duty]:
    return workforce_duties(
        obligation.id,
        kinds,
        turn.kept(WorkforceRequirements).active(),
        turn.kept(Workforce).all(),
        turn.kept(Credentials).of_kinds(kinds),
        turn.today,
    )


def _about(obligation: Obligation, due: date, kind: str, id: str) -> Duty:
    return Duty(obligation.id, obligation.owner, due, kind, id)


_K = CredentialKind
_CHECKS: Mapping[Check, Callable[[Turn, Obligation], Iterable[Duty]]] = {
    Check.INDIVIDUAL_REQUESTS_ANSWERED: _requests,
    Check.NOTICES_SIGNED_FOR: _notices,
    Check.INCIDENTS_ASSESSED: _assessments,
    Check.LICENSES_CURRENT: partial(
        _workforce, frozenset({_K.LICENSE, _K.CERTIFICATION, _K.OTHER})
    ),
    Check.TRAINING_CURRENT: partial(
        _workforce, frozenset({_K.PRIVACY_TRAINING, _K.SECURITY_TRAINING})
    ),
    Check.POLICIES_ACKNOWLEDGED: partial(_workforce, frozenset({_K.POLICY_ACKNOWLEDGEMENT})),
    Check.INTERPRETERS_QUALIFIED: partial(_workforce, frozenset({_K.QUALIFIED_INTERPRETER})),
}
