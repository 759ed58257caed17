"""Incidents: from the first report, through the risk assessment, until everybody is told.

incident = incident.assessed(assessment)        # a breach, unless it is shown not to be one
incident.outstanding(STATE_CLOCKS)              # who is still to be told, and by when
incident.notified(notification).closed(STATE_CLOCKS)
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum

from attrs import evolve, frozen

from carecoord.compliance.breach_clocks import (
    NotificationDue,
    Notified,
    Residents,
    State,
    StateClock,
    notifications_due,
)
from carecoord.compliance.disclosures import Line, Suspension, oral_suspension_lasts_thirty_days
from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import ActorId, IncidentId, PatientId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import checked

__all__ = [
    "INCIDENT_LIFECYCLE",
    "OPEN_INCIDENTS",
    "RULES",
    "BreachException",
    "Finding",
    "Incident",
    "IncidentStatus",
    "Notification",
    "Risk",
    "RiskAssessment",
    "breach_closes_when_all_are_told",
    "breach_is_told_in_time",
    "low_probability_is_shown_by_every_factor",
]


class IncidentStatus(Enum):
    """Where an incident stands."""

    REPORTED = "reported"
    BREACH = "breach"
    NO_BREACH = "no_breach"
    """Excepted, secured, or of low probability that records were compromised, as assessed."""
    CLOSED = "closed"


_S = IncidentStatus
OPEN_INCIDENTS = frozenset({_S.REPORTED, _S.BREACH})
"""States in which somebody still has to do something."""

INCIDENT_LIFECYCLE = Lifecycle(
    "incident",
    {
        **{(state, "confirm"): _S.BREACH for state in (_S.REPORTED, _S.BREACH, _S.NO_BREACH)},
        **{(state, "clear"): _S.NO_BREACH for state in (_S.REPORTED, _S.BREACH, _S.NO_BREACH)},
        (_S.BREACH, "notify"): _S.BREACH,
        (_S.BREACH, "delay"): _S.BREACH,
        (_S.BREACH, "close"): _S.CLOSED,
        (_S.NO_BREACH, "close"): _S.CLOSED,
    },
    source="carecoord's own table, after 45 CFR 164.402 to 164.414",
)


class Risk(Enum):
    """How much a factor speaks for a compromise."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class BreachException(Enum):
    """What is no breach by definition (45 CFR 164.402(1); from memory)."""

    UNINTENTIONAL_BY_WORKFORCE = "unintentional_by_workforce"
    INADVERTENT_WITHIN = "inadvertent_within"
    COULD_NOT_RETAIN = "could_not_retain"
    SECURED = "secured"
    """Encrypted or destroyed as the guidance says: not unsecured records (164.402)."""


@frozen(field_transformer=checked)
class Finding:
    """What was found of one factor, and why."""

    risk: Risk
    why: Line


@frozen(field_transformer=checked, kw_only=True)
class RiskAssessment:
    """The four factors, and what follows: a breach, unless a low probability is shown.

    Source: 45 CFR 164.402(2) (secondary sources; not checked against the primary text).
    """

    on: date
    by: ActorId
    nature_of_records: Finding
    who_received: Finding
    acquired_or_viewed: Finding
    mitigated: Finding
    low_probability: bool
    exception: BreachException | None = None

    @property
    def factors(self) -> tuple[Finding, ...]:
        """All four."""
        return (
            self.nature_of_records,
            self.who_received,
            self.acquired_or_viewed,
            self.mitigated,
        )

    @property
    def is_breach(self) -> bool:
        """Whether it is presumed to be a breach."""
        return not (self.low_probability or self.exception is not None)


@frozen(field_transformer=checked)
class Notification:
    """Who was told, when and how; without a `state`, all of them everywhere."""

    who: Notified
    on: date
    how: Line
    state: State | None = None

    def answers(self, due: NotificationDue) -> bool:
        """Whether it does what was due."""
        return self.who is due.who and self.state in (None, due.state)


@frozen(field_transformer=checked, kw_only=True)
class Incident:
    """What happened, whom it affects, how it was assessed, and who was told.

    `discovered_on` is the first day on which it was known, or would have been with reasonable
    diligence. `residents` count those affected by state, unnamed ones included.
    """

    id: IncidentId
    discovered_on: date
    reported_by: ActorId
    what: Line
    occurred_on: date | None = None
    patients: frozenset[PatientId] = frozenset()
    residents: tuple[Residents, ...] = ()
    assessments: tuple[RiskAssessment, ...] = ()
    delay: Suspension | None = None
    notifications: tuple[Notification, ...] = ()
    status: IncidentStatus = IncidentStatus.REPORTED
    version: int = 0

    def __attrs_post_init__(self) -> None:
        states = [group.state for group in self.residents]
        if len(set(states)) != len(states):
            raise InvalidValue("Incident.residents", "count a state twice")

    def counted(
        self, patients: frozenset[PatientId], residents: tuple[Residents, ...]
    ) -> "Incident":
        """With those whom it affects, as far as they are known by now."""
        return evolve(self, patients=patients, residents=residents)

    def assessed(self, assessment: RiskAssessment) -> "Incident":
        """Assessed, or assessed anew when more is known; earlier assessments stay.

        Raises:
            NotAllowed: it is closed, or a low probability is claimed against a high risk.
        """
        verb = "confirm" if assessment.is_breach else "clear"
        insist(
            INCIDENT_LIFECYCLE.may(self.status, verb),
            low_probability_is_shown_by_every_factor(assessment),
        )
        status = INCIDENT_LIFECYCLE.after(self.status, verb)
        return evolve(self, status=status, assessments=(*self.assessments, assessment))

    def delayed(self, delay: Suspension) -> "Incident":
        """Not told before law enforcement lets it: an oral statement holds for 30 days at most.

        Source: 45 CFR 164.412 (from memory; not checked against the primary text).
        """
        insist(
            INCIDENT_LIFECYCLE.may(self.status, "delay"), oral_suspension_lasts_thirty_days(delay)
        )
        return evolve(self, delay=delay)

    def notified(self, notification: Notification) -> "Incident":
        """Somebody was told."""
        status = INCIDENT_LIFECYCLE.after(self.status, "notify")
        return evolve(self, status=status, notifications=(*self.notifications, notification))

    def closed(self, clocks: Iterable[StateClock]) -> "Incident":
        """Nothing is left to do.

        Raises:
            NotAllowed: it is not assessed, or somebody is still to be told.
        """
        insist(
            INCIDENT_LIFECYCLE.may(self.status, "close"),
            breach_closes_when_all_are_told(self, clocks),
        )
        return evolve(self, status=INCIDENT_LIFECYCLE.after(self.status, "close"))

    def outstanding(self, clocks: Iterable[StateClock]) -> tuple[NotificationDue, ...]:
        """What a breach still asks for, the earliest first."""
        if self.status is not _S.BREACH:
            return ()
        end = None if self.delay is None else self.delay.ends_on
        dues = notifications_due(self.discovered_on, self.residents, clocks, not_before=end)
        return tuple(
            due for due in dues if not any(done.answers(due) for done in self.notifications)
        )


def low_probability_is_shown_by_every_factor(assessment: RiskAssessment) -> Answer:
    """It is presumed to be a breach; a low probability is not claimed against a high risk.

    Source: 45 CFR 164.402(2) for the presumption (secondary sources); that no factor be high is
    carecoord's own rule.
    """
    high = any(factor.risk is Risk.HIGH for factor in assessment.factors)
    if not (assessment.low_probability and high):
        return Allowed()
    reason = "a factor speaks strongly for a compromise"
    rule = low_probability_is_shown_by_every_factor.__name__
    return Refused(rule, reason, "45 CFR 164.402(2)")


def breach_closes_when_all_are_told(incident: Incident, clocks: Iterable[StateClock]) -> Answer:
    """A breach is closed once everybody who is to be told was told.

    Source: 45 CFR 164.404 to 164.408.
    """
    left = incident.outstanding(clocks)
    if not left:
        return Allowed()
    reason = f"incident {incident.id}: {left[0].who.value} to be told by {left[0].due}"
    return Refused(breach_closes_when_all_are_told.__name__, reason, left[0].source)


def breach_is_told_in_time(incident: Incident, today: date, clocks: Iterable[StateClock]) -> Answer:
    """Nobody waits longer to be told of a breach than the shortest clock lets them.

    Source: 45 CFR 164.404(b), and the laws of states.
    """
    left = incident.outstanding(clocks)
    if not left or today <= left[0].due:
        return Allowed()
    reason = f"incident {incident.id}: {left[0].who.value} had to be told by {left[0].due}"
    return Refused(breach_is_told_in_time.__name__, reason, left[0].source)


RULES = (
    low_probability_is_shown_by_every_factor,
    breach_closes_when_all_are_told,
    breach_is_told_in_time,
)
