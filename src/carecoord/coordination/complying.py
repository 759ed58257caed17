"""Responsibility 5: complying. Disclosures, and what the law wants done in time.

These are controls; using them makes nobody compliant.
"""

from datetime import date

from carecoord.compliance.accounting import Accounting, accounting_of
from carecoord.compliance.breach_clocks import (
    STATE_CLOCKS,
    NotificationDue,
    Notified,
    Residents,
    StateClock,
)
from carecoord.compliance.consents import (
    ConsentKind,
    authorized_disclosure_rests_on_a_consent,
    part_2_disclosure_rests_on_a_consent,
)
from carecoord.compliance.disclosures import (
    Basis,
    Disclosure,
    DisclosureRecipient,
    Part2Notice,
    Suspension,
    part_2_disclosure_carries_its_notice,
)
from carecoord.compliance.incidents import (
    Incident,
    Notification,
    RiskAssessment,
    breach_is_told_in_time,
)
from carecoord.compliance.repository import (
    Consents,
    Disclosures,
    Incidents,
    IndividualRequests,
)
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import (
    disclosure_keeps_to_restrictions,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import (
    ConsentId,
    DisclosureId,
    IncidentId,
    IndividualRequestId,
    PatientId,
)

__all__ = [
    "account_for_disclosures",
    "assess_incident",
    "close_incident",
    "count_affected",
    "delay_notification",
    "incidents_affecting",
    "notifications_of",
    "open_incidents",
    "overdue_incidents",
    "record_disclosure",
    "record_notification",
    "report_incident",
    "suspend_accounting",
    "void_disclosure",
]


@use_case("disclosure", reads=("patient", "individual_request", "consent"), writes=("disclosure",))
def record_disclosure(
    turn: Turn,
    patient: PatientId,
    recipient: DisclosureRecipient,
    *,
    what: str,
    purpose: str,
    basis: Basis,
    made_on: date | None = None,
    part_2: bool = False,
    notice: Part2Notice | None = None,
    consent: ConsentId | None = None,
    outside: frozenset[IndividualRequestId] = frozenset(),
) -> Disclosure:
    """Record what was disclosed of a patient's record, to whom, why and on what basis.

    `made_on` is today unless told; `outside` are agreed restrictions that somebody found not to
    concern what is given.

    Raises:
        NotFound: no such patient or consent.
        InvalidValue: it is dated after today.
        NotAllowed: Part 2 records go without their notice or a consent of the patient, an
            authorized disclosure without a valid consent in force, or a restriction stands in the
            way.
    """
    turn.patients.get(patient)
    day = turn.today if made_on is None else made_on
    if day > turn.today:
        raise InvalidValue("made_on", "must not be after today")
    disclosure = Disclosure(
        id=DisclosureId(turn.new_id("disclosure")),
        patient=patient,
        made_on=day,
        recipient=recipient,
        what=what,
        purpose=purpose,
        basis=basis,
        recorded_by=turn.actor.id,
        part_2=part_2,
        notice=notice,
        consent=consent,
        outside=outside,
    )
    restrictions = turn.kept(IndividualRequests).of_patient(patient, RequestKind.RESTRICTION)
    insist(
        part_2_disclosure_carries_its_notice(disclosure),
        authorized_disclosure_rests_on_a_consent(
            disclosure, None if consent is None else turn.kept(Consents).get(consent)
        ),
        part_2_disclosure_rests_on_a_consent(
            disclosure,
            turn.kept(Consents).of_patient(patient, ConsentKind.PART_2) if part_2 else (),
        ),
        disclosure_keeps_to_restrictions(disclosure, restrictions),
    )
    return turn.kept(Disclosures).add(disclosure)


@use_case("disclosure", writes=("disclosure",))
def suspend_accounting(turn: Turn, disclosure: DisclosureId, suspension: Suspension) -> Disclosure:
    """Leave a disclosure out of accountings for as long as an agency or official said.

    Raises:
        NotAllowed: it was not made to oversight or law enforcement, or an oral statement is to hold
            for more than 30 days.
    """
    disclosures = turn.kept(Disclosures)
    return disclosures.replace(disclosures.get(disclosure).suspended(suspension))


@use_case("disclosure", writes=("disclosure",))
def void_disclosure(turn: Turn, disclosure: DisclosureId, reason: str) -> Disclosure:
    """Mark a disclosure as entered in error; it stays on record, and leaves the accounting."""
    disclosures = turn.kept(Disclosures)
    return disclosures.replace(disclosures.get(disclosure).voided(reason))


@use_case("disclosure", reads=("disclosure",))
def account_for_disclosures(
    turn: Turn, patient: PatientId, *, asked_on: date | None = None, since: date | None = None
) -> Accounting:
    """The accounting of a patient's disclosures over six years, or since a later day.

    `asked_on` is the day of the request: today unless told.
    """
    return accounting_of(
        turn.kept(Disclosures).of_patient(patient),
        asked_on=turn.today if asked_on is None else asked_on,
        on=turn.today,
        since=since,
    )


@use_case("incident", writes=("incident",))
def report_incident(
    turn: Turn,
    what: str,
    *,
    discovered_on: date | None = None,
    occurred_on: date | None = None,
    patients: frozenset[PatientId] = frozenset(),
    residents: tuple[Residents, ...] = (),
) -> Incident:
    """Report what may be a breach; the clocks run from its discovery, today unless told.

    Raises:
        InvalidValue: it is dated after today.
    """
    day = turn.today if discovered_on is None else discovered_on
    if day > turn.today:
        raise InvalidValue("discovered_on", "must not be after today")
    incident = Incident(
        id=IncidentId(turn.new_id("incident")),
        discovered_on=day,
        reported_by=turn.actor.id,
        what=what,
        occurred_on=occurred_on,
        patients=patients,
        residents=residents,
    )
    kept = turn.kept(Incidents).add(incident)
    turn.tell("incident_reported", kept)
    return kept


@use_case("incident", writes=("incident",))
def count_affected(
    turn: Turn,
    incident: IncidentId,
    patients: frozenset[PatientId],
    residents: tuple[Residents, ...],
) -> Incident:
    """Keep whom an incident affects, by name and by state, as far as it is known by now."""
    incidents = turn.kept(Incidents)
    return incidents.replace(incidents.get(incident).counted(patients, residents))


@use_case("incident", writes=("incident",))
def assess_incident(turn: Turn, incident: IncidentId, assessment: RiskAssessment) -> Incident:
    """Assess the four factors; it is a breach unless that shows otherwise.

    Raises:
        NotAllowed: it is closed, or a low probability is claimed against a high risk.
    """
    incidents = turn.kept(Incidents)
    kept = incidents.replace(incidents.get(incident).assessed(assessment))
    if assessment.is_breach:
        turn.tell("breach_confirmed", kept)
    return kept


@use_case("incident", writes=("incident",))
def delay_notification(turn: Turn, incident: IncidentId, delay: Suspension) -> Incident:
    """Tell nobody of a breach before law enforcement lets it.

    Raises:
        NotAllowed: it is no breach, or an oral statement is to hold for more than 30 days.
    """
    incidents = turn.kept(Incidents)
    return incidents.replace(incidents.get(incident).delayed(delay))


@use_case("incident", writes=("incident",))
def record_notification(
    turn: Turn,
    incident: IncidentId,
    who: Notified,
    how: str,
    *,
    on: date | None = None,
    state: str | None = None,
) -> Incident:
    """Record that somebody was told of a breach: those of one state, or all of them.

    Raises:
        InvalidValue: it is dated after today.
    """
    day = turn.today if on is None else on
    if day > turn.today:
        raise InvalidValue("on", "must not be after today")
    incidents = turn.kept(Incidents)
    told = incidents.get(incident).notified(Notification(who, day, how, state))
    return incidents.replace(told)


@use_case("incident", writes=("incident",))
def close_incident(
    turn: Turn, incident: IncidentId, *, clocks: tuple[StateClock, ...] = STATE_CLOCKS
) -> Incident:
    """Close an incident that is no breach, or of which everybody was told.

    Raises:
        NotAllowed: it is not assessed, or somebody is still to be told.
    """
    incidents = turn.kept(Incidents)
    return incidents.replace(incidents.get(incident).closed(clocks))


@use_case("incident", reads=("incident",))
def open_incidents(turn: Turn) -> tuple[Incident, ...]:
    """The incidents that are not assessed, and breaches that are not closed."""
    return turn.kept(Incidents).still_open()


@use_case("incident", reads=("incident",))
def incidents_affecting(turn: Turn, patient: PatientId) -> tuple[Incident, ...]:
    """The incidents that affect a patient."""
    return turn.kept(Incidents).affecting(patient)


@use_case("incident", reads=("incident",))
def notifications_of(
    turn: Turn, incident: IncidentId, *, clocks: tuple[StateClock, ...] = STATE_CLOCKS
) -> tuple[NotificationDue, ...]:
    """Who is still to be told of a breach, and by when; the earliest first."""
    return turn.kept(Incidents).get(incident).outstanding(clocks)


@use_case("incident", reads=("incident",))
def overdue_incidents(
    turn: Turn, *, clocks: tuple[StateClock, ...] = STATE_CLOCKS
) -> tuple[Incident, ...]:
    """The breaches of which somebody should have been told before today."""
    return tuple(
        incident
        for incident in turn.kept(Incidents).still_open()
        if not breach_is_told_in_time(incident, turn.today, clocks)
    )
