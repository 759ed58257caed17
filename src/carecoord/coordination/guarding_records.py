"""Responsibility 3, confidentially: who stands how to whose record, and what opens it all the same.

Relations and delegations are facts that the access policy asks for. In an emergency somebody breaks
the glass: that is told to the outside world at once, and somebody else reviews it afterwards.
"""

from datetime import datetime, timedelta

from attrs import evolve

from carecoord.compliance.access import AccessRequest
from carecoord.compliance.access_explanation import Explanation, explained
from carecoord.compliance.access_facts import (
    AccessFact,
    Delegation,
    EmergencyAccess,
    PatientRelation,
    Relation,
    Review,
    access_is_delegated_for_some_time,
    emergency_access_is_short,
    nobody_decides_on_their_own_access,
)
from carecoord.compliance.repository import AccessFacts, Consents
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import registered, use_case
from carecoord.errors import InvalidValue, NotAllowed, NotFound, Refused, insist
from carecoord.kernel.ids import AccessFactId, ActorId, PatientId
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.patients.registration import Patient

__all__ = [
    "GLASS_STAYS_BROKEN",
    "approve_access",
    "break_glass",
    "delegate",
    "emergency_accesses_to_review",
    "end_relation",
    "explain_access",
    "label_record",
    "note_relation",
    "relations_to",
    "review_emergency_access",
    "revoke_delegation",
]

GLASS_STAYS_BROKEN = timedelta(hours=1)
"""How long a glass stays broken when nobody says otherwise."""

_NOTED = frozenset({Relation.CARE_TEAM, Relation.FAMILY})


@use_case("access_fact", reads=("patient",), writes=("access_fact",))
def note_relation(
    turn: Turn,
    actor: ActorId,
    patient: PatientId,
    relation: Relation,
    *,
    until: datetime | None = None,
    reason: str = "",
) -> PatientRelation:
    """Note that somebody at work is of a patient's care team, or of the family.

    Raises:
        NotFound: no such patient.
        InvalidValue: another relation, which has a use case of its own; or it ends in the past.
        NotAllowed: somebody notes that they are of the care team themselves.
    """
    if relation not in _NOTED:
        raise InvalidValue("relation", "must be care_team or family")
    turn.patients.get(patient)
    fact = _relation(turn, actor, patient, relation, until, reason)
    if relation is Relation.CARE_TEAM:
        insist(nobody_decides_on_their_own_access(fact, turn.actor.id))
    return turn.kept(AccessFacts).add(fact)


@use_case("access_fact", writes=("access_fact",))
def approve_access(
    turn: Turn, actor: ActorId, patient: PatientId, *, until: datetime, reason: str
) -> PatientRelation:
    """Let somebody work on the record of their own family, until then and for this reason.

    Raises:
        NotAllowed: nobody approves for themselves.
        InvalidValue: it ends in the past.
        Conflict: no such patient.
    """
    fact = _relation(turn, actor, patient, Relation.APPROVED, until, reason)
    insist(nobody_decides_on_their_own_access(fact, turn.actor.id))
    return turn.kept(AccessFacts).add(fact)


@use_case("access_fact", writes=("access_fact",))
def end_relation(turn: Turn, fact: AccessFactId) -> PatientRelation:
    """Note that a relation is no more.

    Raises:
        NotAllowed: it is one's own, and another has to say so.
        InvalidValue: it is no relation.
    """
    found = turn.kept(AccessFacts).get(fact)
    if not isinstance(found, PatientRelation):
        raise InvalidValue("fact", "is no relation")
    insist(nobody_decides_on_their_own_access(found, turn.actor.id))
    return turn.kept(AccessFacts).replace(found.ended(turn.now))


@use_case("access_fact", reads=("access_fact",))
def relations_to(turn: Turn, patient: PatientId) -> tuple[AccessFact, ...]:
    """Who stands how to a patient, and who broke the glass, past ones included."""
    return turn.kept(AccessFacts).about(patient)


@use_case("access_fact", writes=("access_fact",))
def delegate(
    turn: Turn, to: ActorId, responsibilities: frozenset[str], *, until: datetime, reason: str
) -> Delegation:
    """Let somebody do what one may do oneself, within these responsibilities, until then.

    It passes on what the own roles and facts allow, and never what was delegated before.

    Raises:
        NotAllowed: to oneself, or not for some time that ends within a year.
        InvalidValue: no responsibility is named.
    """
    delegation = Delegation(
        id=AccessFactId(turn.new_id("access_fact")),
        actor=to,
        delegator=turn.actor.id,
        roles=turn.actor.roles - {Role.PATIENT},
        responsibilities=responsibilities,
        since=turn.now,
        until=until,
        reason=reason,
        sites=turn.actor.sites,
    )
    insist(access_is_delegated_for_some_time(delegation, turn.now))
    return turn.kept(AccessFacts).add(delegation)


@use_case("access_fact", writes=("access_fact",))
def revoke_delegation(turn: Turn, delegation: AccessFactId) -> Delegation:
    """Take a delegation back at once: the delegator can, and so can a compliance officer.

    Raises:
        NotAllowed: somebody else's delegation.
        InvalidValue: it is no delegation.
    """
    found = turn.kept(AccessFacts).get(delegation)
    if not isinstance(found, Delegation):
        raise InvalidValue("delegation", "is another fact")
    if found.delegator != turn.actor.id and Role.COMPLIANCE_OFFICER not in turn.actor.roles:
        reason = "only the delegator or a compliance officer can revoke it"
        raise NotAllowed(Refused("delegation_is_ones_own", reason, "carecoord's own rule"))
    return turn.kept(AccessFacts).replace(found.revoked(turn.now))


@use_case("access_fact", writes=("access_fact",))
def break_glass(
    turn: Turn, patient: PatientId, reason: str, *, lasts: timedelta = GLASS_STAYS_BROKEN
) -> EmergencyAccess:
    """Open one patient's record in an emergency, for a while and for a reason that is reviewed.

    What it opens is what the policy grants for the relation `emergency`. The outside world is told
    at once, as `glass_broken`.

    Raises:
        NotAllowed: it would last longer than 24 hours.
        Conflict: no such patient.
    """
    access = EmergencyAccess(
        id=AccessFactId(turn.new_id("access_fact")),
        actor=turn.actor.id,
        patient=patient,
        reason=reason,
        since=turn.now,
        until=turn.now + max(lasts, timedelta()),
    )
    insist(emergency_access_is_short(access, turn.now))
    kept = turn.kept(AccessFacts).add(access)
    turn.tell("glass_broken", kept)
    return kept


@use_case("access_fact", reads=("access_fact",))
def emergency_accesses_to_review(turn: Turn) -> tuple[EmergencyAccess, ...]:
    """The emergency accesses that nobody has reviewed yet, the earliest first."""
    return turn.kept(AccessFacts).to_review()


@use_case("access_fact", writes=("access_fact",))
def review_emergency_access(
    turn: Turn, access: AccessFactId, *, justified: bool, note: str = ""
) -> EmergencyAccess:
    """Say whether breaking the glass was justified; where it was not, it ends at once.

    Raises:
        NotAllowed: it was reviewed before, or by whoever broke the glass.
        InvalidValue: it is no emergency access.
    """
    found = turn.kept(AccessFacts).get(access)
    if not isinstance(found, EmergencyAccess):
        raise InvalidValue("access", "is no emergency access")
    reviewed = found.reviewed(Review(turn.actor.id, turn.now, note), justified=justified)
    kept = turn.kept(AccessFacts).replace(reviewed)
    turn.tell("emergency_access_reviewed", kept)
    return kept


@use_case("patient", writes=("patient",))
def label_record(turn: Turn, patient: PatientId, sensitivities: frozenset[Sensitivity]) -> Patient:
    """Say how sensitive a patient's record is; `RESTRICTED` closes all that is kept of the patient.

    Raises:
        NotFound: no such patient.
    """
    record = turn.patients.get(patient)
    return turn.patients.replace(evolve(record, sensitivities=sensitivities))


@use_case("access_fact", reads=("access_fact", "patient", "consent"))
def explain_access(
    turn: Turn,
    actor: Actor,
    use_case: str,
    purpose: Purpose,
    *,
    patient: PatientId | None = None,
    sensitivities: frozenset[Sensitivity] = frozenset(),
) -> Explanation:
    """Why somebody may do something now, or may not: to what is so sensitive of a patient.

    It is judged by the policy and the facts of today; why it was so before is in the audit's entry.

    Raises:
        NotFound: no such use case, or no such patient.
    """
    wanted = next((one for one in registered() if one.name == use_case), None)
    if wanted is None:
        raise NotFound("use_case", use_case)
    decision = turn.practice.policy.decide(
        AccessRequest(
            actor,
            purpose,
            wanted.name,
            wanted.responsibility,
            lambda who: turn.kept(AccessFacts).holding_for(who, turn.now),
        )
    )
    record = None if patient is None else turn.patients.get(patient)
    return explained(
        decision,
        patient=patient,
        sensitivities=sensitivities,
        restricted=record is not None and Sensitivity.RESTRICTED in record.sensitivities,
        consents=() if patient is None else turn.kept(Consents).of_patient(patient),
        on=turn.today,
    )


def _relation(
    turn: Turn,
    actor: ActorId,
    patient: PatientId,
    relation: Relation,
    until: datetime | None,
    reason: str,
) -> PatientRelation:
    if until is not None and until <= turn.now:
        raise InvalidValue("until", "must be in the future")
    return PatientRelation(
        id=AccessFactId(turn.new_id("access_fact")),
        actor=actor,
        patient=patient,
        relation=relation,
        since=turn.now,
        recorded_by=turn.actor.id,
        until=until,
        reason=reason,
    )
