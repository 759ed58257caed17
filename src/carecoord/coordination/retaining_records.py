"""Responsibility 5: how long records are kept, what is held for a court, and how the rest goes.

    desk.set_retention_rules(retention_rules("US", "US-TX"))
    page = desk.records_due_for_disposal()
    disposal = desk.begin_disposal(page.due[0].patient)
    while disposal.status is DisposalStatus.BEGUN:
        disposal = desk.continue_disposal(disposal.id)

Each step is a unit of work of its own, of no more than `AT_ONCE` aggregates; what is interrupted is
continued from where it was. The audit stays: it holds ids alone.
"""

from datetime import date

from attrs import evolve, frozen

from carecoord.compliance.disposals import DISPOSAL_LIFECYCLE, Disposal, DisposalMethod
from carecoord.compliance.legal_holds import (
    LegalHold,
    RetentionSchedule,
    record_is_under_no_legal_hold,
)
from carecoord.compliance.repository import Disposals, RetentionSchedules
from carecoord.compliance.retention import (
    Keeping,
    RecordFacts,
    RetentionRule,
    every_kind_has_a_retention_rule,
    keeping,
    record_tells_how_old_it_is,
    record_was_kept_long_enough,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.coordination.whole_records import (
    RECORD_KINDS,
    WholeRecord,
    blobs_named_by,
    facts_of,
    in_order_to_go,
    repository_of,
    whole_record,
)
from carecoord.errors import Answer, InvalidValue, insist
from carecoord.kernel.ids import DisposalId, LegalHoldId, PatientId
from carecoord.kernel.values import checked
from carecoord.patients.repository import PATIENT
from carecoord.storage.conditions import Cursor

__all__ = [
    "AT_ONCE",
    "DueForDisposal",
    "DueForDisposalPage",
    "begin_disposal",
    "continue_disposal",
    "disposals_of",
    "place_legal_hold",
    "records_due_for_disposal",
    "release_legal_hold",
    "retention_schedule",
    "set_retention_rules",
    "stop_disposal",
    "unfinished_disposals",
]

AT_ONCE = 200
"""How many aggregates go in one unit of work."""


@frozen(field_transformer=checked)
class DueForDisposal:
    """A record that may go, and how long it had to be there."""

    patient: PatientId
    kept: Keeping


@frozen(field_transformer=checked)
class DueForDisposalPage:
    """What may go among the patients that were looked at, and after whom to look on, if anybody."""

    due: tuple[DueForDisposal, ...]
    next: PatientId | None


@use_case("retention_schedule", writes=("retention_schedule",))
def set_retention_rules(turn: Turn, rules: tuple[RetentionRule, ...]) -> RetentionSchedule:
    """Adopt these rules of retention in the place of all before; holds stay.

    Raises:
        InvalidValue: two of them have the same name.
    """
    schedules = turn.kept(RetentionSchedules)
    return schedules.keep(schedules.current().with_rules(rules))


@use_case("retention_schedule", reads=("patient",), writes=("retention_schedule",))
def place_legal_hold(
    turn: Turn,
    matter: str,
    *,
    patients: frozenset[PatientId] | None = None,
    kinds: frozenset[str] | None = None,
) -> RetentionSchedule:
    """Hold the records of these patients, or of all; because they have these kinds in them, or any.

    The new hold is the last on the schedule. A disposal that was begun goes no further.

    Raises:
        NotFound: no such patient.
        InvalidValue: it names nothing, or a kind of which no record is made.
    """
    if patients == frozenset() or kinds == frozenset():
        raise InvalidValue("hold", "must hold something")
    if kinds is not None and not kinds <= set(RECORD_KINDS):
        raise InvalidValue("kinds", "must be kinds of which a patient's record is made")
    for patient in sorted(patients or ()):
        turn.patients.get(patient)
    hold = LegalHold(
        id=LegalHoldId(turn.new_id("legal_hold")),
        matter=matter,
        placed_on=turn.today,
        placed_by=turn.actor.id,
        patients=patients,
        kinds=kinds,
    )
    schedules = turn.kept(RetentionSchedules)
    return schedules.keep(schedules.current().holding(hold))


@use_case("retention_schedule", writes=("retention_schedule",))
def release_legal_hold(turn: Turn, hold: LegalHoldId) -> RetentionSchedule:
    """Release a hold today; it stays on the schedule.

    Raises:
        NotFound: there is no such hold.
        NotAllowed: it was released before.
    """
    schedules = turn.kept(RetentionSchedules)
    released = schedules.current().releasing(hold, by=turn.actor.id, on=turn.today)
    return schedules.keep(released)


@use_case("retention_schedule", reads=("retention_schedule",))
def retention_schedule(turn: Turn) -> RetentionSchedule:
    """The rules of retention and the legal holds, released ones among them."""
    return turn.kept(RetentionSchedules).current()


@use_case("retention_schedule", reads=(*RECORD_KINDS, "retention_schedule"))
def records_due_for_disposal(
    turn: Turn, *, after: PatientId | None = None, limit: int = 100
) -> DueForDisposalPage:
    """The records that may go today, among so many patients after one, by id.

    Those under a hold, or of which no rule or no day is known, are not among them.

    Raises:
        InvalidValue: the limit is below 1 or above 1,000.
    """
    if not 1 <= limit <= 1_000:
        raise InvalidValue("limit", "must be from 1 to 1,000")
    schedule = turn.kept(RetentionSchedules).current()
    with turn.work.stage.unnoted():
        cursor = None if after is None else Cursor((), after)
        page = repository_of(turn, PATIENT).find(limit=limit, after=cursor)
    due = []
    for patient in page:
        record = whole_record(turn, patient.id)
        facts = facts_of(patient, record, turn.practice.zone, turn.today)
        kept = keeping(schedule.rules, facts)
        if kept is not None and all(_against_beginning(schedule, facts, record, turn.today)):
            due.append(DueForDisposal(turn.patients.get(patient.id).id, kept))
    return DueForDisposalPage(tuple(due), None if page.next is None else PatientId(page.next.id))


@use_case("disposal", reads=(*RECORD_KINDS, "retention_schedule"), writes=("patient", "disposal"))
def begin_disposal(
    turn: Turn, patient: PatientId, *, method: DisposalMethod = DisposalMethod.CLEAR
) -> Disposal:
    """Begin to dispose of a patient's record, which is inactive from now on; nothing is gone yet.

    Raises:
        NotFound: no such patient.
        NotAllowed: a rule keeps it, a hold covers it, or nothing tells how old it is.
        AlreadyTaken: it was begun before.
    """
    found = turn.patients.get(patient)
    schedule = turn.kept(RetentionSchedules).current()
    record = whole_record(turn, patient)
    facts = facts_of(found, record, turn.practice.zone, turn.today)
    insist(*_against_beginning(schedule, facts, record, turn.today))
    kept = keeping(schedule.rules, facts)
    assert kept is not None
    turn.kept(RetentionSchedules).require(schedule)
    if found.active:
        turn.patients.replace(evolve(found, active=False))
    return turn.kept(Disposals).add(
        Disposal(
            id=DisposalId(turn.new_id("disposal")),
            patient=patient,
            rule=kept.rule.name,
            source=kept.rule.source.citation,
            kept_until=kept.until,
            method=method,
            begun_by=turn.actor.id,
            begun_at=turn.now,
        )
    )


@use_case("disposal", reads=("retention_schedule",), writes=(*RECORD_KINDS, "disposal"))
def continue_disposal(turn: Turn, disposal: DisposalId) -> Disposal:
    """Erase the next part of a record; the last part completes the disposal.

    Raises:
        NotAllowed: it is completed or stopped, a hold was placed meanwhile, or what came to the
            record meanwhile has to be kept.
        Conflict: somebody else changed the record just now, or another's record refers to it.
    """
    disposals, schedules = turn.kept(Disposals), turn.kept(RetentionSchedules)
    found = disposals.get(disposal)
    insist(DISPOSAL_LIFECYCLE.may(found.status, "continue"))
    schedule = schedules.current()
    record = whole_record(turn, found.patient)
    patient = turn.patients.get(found.patient)
    facts = facts_of(patient, record, turn.practice.zone, turn.today)
    kinds = {kind.name for kind, _ in record}
    insist(
        record_is_under_no_legal_hold(schedule, found.patient, kinds),
        every_kind_has_a_retention_rule(schedule.rules, facts),
        record_was_kept_long_enough(schedule.rules, facts, turn.today),
    )
    schedules.require(schedule)
    going: WholeRecord = ()
    for part in in_order_to_go(record):
        if going and len(going) + len(part) > AT_ONCE:
            break
        going += part
    for kind, one in going:
        repository_of(turn, kind).erase(one)
    blobs = {blob for _, one in going for blob in blobs_named_by(one)}
    next_ = found.erasing(((kind.name, one.id) for kind, one in going), blobs)
    if len(going) == len(record):
        next_ = next_.completed(turn.now)
    return disposals.replace(next_)


@use_case("disposal", writes=("disposal",))
def stop_disposal(turn: Turn, disposal: DisposalId) -> Disposal:
    """Give a disposal up; what it had erased is gone, and the patient stays inactive."""
    disposals = turn.kept(Disposals)
    return disposals.replace(disposals.get(disposal).stopped(turn.now))


@use_case("disposal", reads=("disposal",))
def disposals_of(turn: Turn, patient: PatientId) -> tuple[Disposal, ...]:
    """The disposals of a patient's record, the certificates of what is gone."""
    return turn.kept(Disposals).of_record(patient)


@use_case("disposal", reads=("disposal",))
def unfinished_disposals(turn: Turn) -> tuple[Disposal, ...]:
    """The disposals that were begun and are to be continued, or stopped; the oldest first."""
    return turn.kept(Disposals).unfinished()


def _against_beginning(
    schedule: RetentionSchedule, facts: RecordFacts, record: WholeRecord, today: date
) -> tuple[Answer, ...]:
    kinds = {kind.name for kind, _ in record}
    return (
        record_is_under_no_legal_hold(schedule, facts.patient, kinds),
        record_tells_how_old_it_is(facts),
        every_kind_has_a_retention_rule(schedule.rules, facts),
        record_was_kept_long_enough(schedule.rules, facts, today),
    )
