"""Responsibility 2: calls, emails and questions: is a coverage good, what is left, who says so."""

from datetime import date

from attrs import evolve

from carecoord.coordination.gateways import Verification
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, NotAllowed, Refused
from carecoord.estimates.accumulators import Used
from carecoord.estimates.eligibility import CoverageStatus, EligibilityResponse, Standing
from carecoord.kernel.ids import CoverageId, EligibilityResponseId, PatientId
from carecoord.patients.coverages import Coverage
from carecoord.patients.registration import Patient

__all__ = [
    "check_eligibility",
    "eligibility_of",
    "record_eligibility",
    "record_verification",
    "verify_coverage",
]


@use_case("patient", writes=("patient", "eligibility_response"))
def verify_coverage(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, on: date | None = None
) -> Patient:
    """Ask the payer whether a coverage is active on a day, and keep that it was verified today.

    What it states of the benefits is kept too. The payer may be asked again where a use case is
    tried again; asking changes nothing there.

    Raises:
        NotAllowed: no payer can be asked from here, or the payer says that it is not active, or
            that it cannot tell.
        NotFound: no such patient, or the coverage is none of theirs.
        Unavailable: the payer cannot be reached.
    """
    record, held = _held(turn, patient, coverage)
    answer = _asked(turn, record, held, on)
    if answer.status is CoverageStatus.INACTIVE:
        raise NotAllowed(_refused(f"the payer says that coverage {coverage} is not active"))
    if answer.status is CoverageStatus.CANNOT_PROCESS:
        raise NotAllowed(_refused(f"the payer cannot tell whether coverage {coverage} is active"))
    _keep(turn, patient, coverage, answer)
    return _verified(turn, record, held)


@use_case("eligibility_response", writes=("patient", "eligibility_response"))
def check_eligibility(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, on: date | None = None
) -> EligibilityResponse:
    """Ask the payer about a coverage on a day, and keep its answer, whatever it is.

    Where it says that the coverage is active, it counts as verified today. Estimates rest on the
    answer that states the latest day.

    Raises:
        NotAllowed: no payer can be asked from here.
        NotFound: no such patient, or the coverage is none of theirs.
        Unavailable: the payer cannot be reached.
    """
    record, held = _held(turn, patient, coverage)
    answer = _asked(turn, record, held, on)
    if answer.status is CoverageStatus.ACTIVE:
        _verified(turn, record, held)
    return _keep(turn, patient, coverage, answer)


@use_case("eligibility_response", reads=("patient",), writes=("eligibility_response",))
def record_eligibility(
    turn: Turn,
    patient: PatientId,
    coverage: CoverageId,
    *,
    status: CoverageStatus = CoverageStatus.ACTIVE,
    on: date | None = None,
    as_of: date | None = None,
    standings: tuple[Standing, ...] = (),
    used: tuple[Used, ...] = (),
    reference: str | None = None,
) -> EligibilityResponse:
    """Record what a payer stated of a coverage by phone or on its portal.

    `on` is the day that was asked about, `as_of` the day that the figures are of; both are today
    unless they are given.

    Raises:
        InvalidValue: the figures are of a day that is still to come.
        NotFound: no such patient, or the coverage is none of theirs.
    """
    _held(turn, patient, coverage)
    stated = Verification(
        status=status,
        on=turn.today if on is None else on,
        as_of=as_of,
        standings=standings,
        used=used,
        reference=reference,
    )
    return _keep(turn, patient, coverage, stated)


@use_case("eligibility_response", reads=("eligibility_response",))
def eligibility_of(
    turn: Turn, patient: PatientId, coverage: CoverageId
) -> tuple[EligibilityResponse, ...]:
    """What payers answered about a coverage, the answer of the latest day last."""
    return turn.eligibility_responses.of_coverage(patient, coverage)


@use_case("patient", writes=("patient",))
def record_verification(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, ends: date | None = None
) -> Patient:
    """Record that a payer confirmed a coverage today, by phone or on its portal.

    `ends` is its last day, where the payer named one.
    """
    record, held = _held(turn, patient, coverage)
    verified = evolve(held, verified_on=turn.today, ends=held.ends if ends is None else ends)
    return turn.patients.replace(record.with_coverage_changed(verified))


def _held(turn: Turn, patient: PatientId, coverage: CoverageId) -> tuple[Patient, Coverage]:
    record = turn.patients.get(patient)
    return record, record.coverage(coverage)


def _asked(turn: Turn, record: Patient, held: Coverage, on: date | None) -> Verification:
    gateway = turn.gateways.eligibility
    if gateway is None:
        raise NotAllowed(_refused("no payer can be asked from here; ask by phone and record it"))
    return gateway.verify(record, held, turn.today if on is None else on)


def _verified(turn: Turn, record: Patient, held: Coverage) -> Patient:
    verified = record.with_coverage_changed(evolve(held, verified_on=turn.today))
    kept = turn.patients.replace(verified)
    turn.tell("coverage_verified", kept)
    return kept


def _keep(
    turn: Turn, patient: PatientId, coverage: CoverageId, answer: Verification
) -> EligibilityResponse:
    as_of = turn.today if answer.as_of is None else answer.as_of
    if as_of > turn.today:
        raise InvalidValue("as_of", "must not be a day that is still to come")
    return turn.eligibility_responses.add(
        EligibilityResponse(
            id=EligibilityResponseId(turn.new_id("eligibility_response")),
            patient=patient,
            coverage=coverage,
            status=answer.status,
            on=answer.on,
            as_of=as_of,
            answered_at=turn.now,
            standings=answer.standings,
            used=answer.used,
            benefits=answer.benefits,
            contradictions=answer.contradictions,
            reference=answer.reference,
        )
    )


def _refused(reason: str) -> Refused:
    return Refused("coverage_is_active", reason, "the payer's answer (X12 271, EB01)")
