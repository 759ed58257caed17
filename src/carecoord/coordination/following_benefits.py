"""Responsibility 7: what of a coverage's benefits has been used, by whose word and as of when.

What the payer stated last is the beginning; what was recorded here and became known later is added.
"""

from collections.abc import Iterable
from datetime import date

from attrs import evolve, frozen

from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, Refused
from carecoord.estimates.accumulation import (
    Accumulation,
    Entry,
    accumulated,
    carried_over,
)
from carecoord.estimates.accumulators import (
    Accumulators,
    accumulators_are_recent,
    yearly_amounts,
)
from carecoord.estimates.eligibility import CoverageStatus, accumulators_stated, latest
from carecoord.estimates.plans import Plan
from carecoord.kernel.ids import AccumulationId, CoverageId, PatientId
from carecoord.kernel.values import Positive, checked
from carecoord.patients.coverages import Coverage

__all__ = [
    "AmountsUsed",
    "accumulations_of",
    "amounts_used",
    "carry_over_amounts",
    "plan_of",
    "record_accumulation",
    "used_by",
]


@frozen(field_transformer=checked)
class AmountsUsed:
    """What has been used, and what whoever relies on it should be told."""

    accumulators: Accumulators
    cautions: tuple[str, ...] = ()


@use_case(
    "accumulation",
    reads=("patient", "plan", "eligibility_response", "accumulation"),
)
def amounts_used(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, tier: str, on: date | None = None
) -> AmountsUsed:
    """What of the plan's deductibles and limits will have been used by a day, as far as is known.

    In a later benefit year than the payer's answer, yearly amounts are back at zero.

    Raises:
        NotFound: no such patient, coverage or plan.
        InvalidValue: the coverage names no plan, or the plan has no such tier.
    """
    held = turn.patients.get(patient).coverage(coverage)
    day = turn.today if on is None else on
    return used_by(turn, patient, coverage, plan_of(turn, held), tier, day)


@use_case("accumulation", reads=("patient", "plan"), writes=("accumulation",))
def record_accumulation(
    turn: Turn, patient: PatientId, coverage: CoverageId, entry: Entry
) -> Accumulation:
    """Record what counts toward an accumulator: a claim, its reversal, a credit, a carry-over.

    A credit from a prior carrier is how a plan that begins in the middle of a year takes over what
    was paid under the one before.

    Raises:
        NotFound: no such patient, coverage or plan.
        InvalidValue: the coverage names no plan, or the plan has no such accumulator.
    """
    plan = plan_of(turn, turn.patients.get(patient).coverage(coverage))
    if entry.name not in {*yearly_amounts(plan), *(limit.name for limit in plan.limits)}:
        raise InvalidValue("Entry.name", "must be that of an accumulator of the plan")
    return _recorded(turn, patient, coverage, plan, [entry])[0]


@use_case("accumulation", reads=("patient", "plan"), writes=("accumulation",))
def carry_over_amounts(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    *,
    year_of: date,
    months: Positive,
    names: tuple[str, ...],
) -> tuple[Accumulation, ...]:
    """Record what of the last months of a benefit year counts toward the next one, once.

    Raises:
        NotFound: no such patient, coverage or plan.
        InvalidValue: the coverage names no plan.
    """
    plan = plan_of(turn, turn.patients.get(patient).coverage(coverage))
    entries = _entries(turn, patient, coverage, plan)
    carried = carried_over(entries, plan=plan, year_of=year_of, months=months, names=names)
    new = [one for one in carried if one not in entries]
    return _recorded(turn, patient, coverage, plan, new)


@use_case("accumulation", reads=("accumulation",))
def accumulations_of(
    turn: Turn, patient: PatientId, coverage: CoverageId
) -> tuple[Accumulation, ...]:
    """What was recorded to count toward the accumulators of a coverage, by the day of service."""
    return turn.accumulations.of_coverage(patient, coverage)


def plan_of(turn: Turn, held: Coverage) -> Plan:
    """The plan that a coverage names.

    Raises:
        InvalidValue: it names none.
        NotFound: there is no such plan.
    """
    if held.plan is None:
        raise InvalidValue("coverage.plan", "is not known; an estimate needs the plan's benefits")
    return turn.plans.get(held.plan)


def used_by(
    turn: Turn, patient: PatientId, coverage: CoverageId, plan: Plan, tier: str, on: date
) -> AmountsUsed:
    """What will have been used by the day; where the payer has stated nothing, nothing is known."""
    responses = turn.eligibility_responses.of_coverage(patient, coverage)
    last = latest(responses)
    cautions = []
    if last is not None and last.status is not CoverageStatus.ACTIVE:
        what = "is not active" if last.status is CoverageStatus.INACTIVE else "cannot be found"
        cautions.append(f"on {last.as_of} the payer said that the coverage {what}")
    stated = latest(one for one in responses if one.status is CoverageStatus.ACTIVE)
    if stated is None:
        return AmountsUsed(Accumulators(), tuple(cautions))
    begins = accumulators_stated(stated, plan.tier(tier))
    entries = _entries(turn, patient, coverage, plan)
    known = evolve(accumulated(plan, entries, on=on, stated=begins), as_of=stated.as_of)
    recent = accumulators_are_recent(known, turn.today, turn.practice.figures_last)
    if isinstance(recent, Refused):
        cautions.append(recent.reason)
    return AmountsUsed(known, (*cautions, *stated.contradictions))


def _entries(turn: Turn, patient: PatientId, coverage: CoverageId, plan: Plan) -> list[Entry]:
    kept = turn.accumulations.of_coverage(patient, coverage)
    return [one.entry for one in kept if one.plan == plan.id]


def _recorded(
    turn: Turn, patient: PatientId, coverage: CoverageId, plan: Plan, entries: Iterable[Entry]
) -> tuple[Accumulation, ...]:
    return tuple(
        turn.accumulations.add(
            Accumulation(
                id=AccumulationId(turn.new_id("accumulation")),
                patient=patient,
                coverage=coverage,
                plan=plan.id,
                entry=entry,
                recorded_at=turn.now,
                recorded_by=turn.actor.id,
            )
        )
        for entry in entries
    )
