"""Responsibility 2: calls, emails and questions: is a coverage good, and who says so."""

from datetime import date

from attrs import evolve

from carecoord.coordination.gateways import CoverageStatus
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import NotAllowed, Refused
from carecoord.kernel.ids import CoverageId, PatientId
from carecoord.patients.registration import Patient

__all__ = ["record_verification", "verify_coverage"]


@use_case("patient", writes=("patient",))
def verify_coverage(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, on: date | None = None
) -> Patient:
    """Ask the payer whether a coverage is active on a day, and keep that it was verified today.

    The payer may be asked again where a use case is tried again; asking changes nothing there.

    Raises:
        NotAllowed: no payer can be asked from here, or the payer says that it is not active, or
            that it cannot tell.
        NotFound: no such patient, or the coverage is none of theirs.
        Unavailable: the payer cannot be reached.
    """
    record = turn.patients.get(patient)
    held = record.coverage(coverage)
    gateway = turn.gateways.eligibility
    if gateway is None:
        raise NotAllowed(_refused("no payer can be asked from here; ask by phone and record it"))
    answer = gateway.verify(record, held, turn.today if on is None else on)
    if answer.status is CoverageStatus.INACTIVE:
        raise NotAllowed(_refused(f"the payer says that coverage {coverage} is not active"))
    if answer.status is CoverageStatus.CANNOT_PROCESS:
        raise NotAllowed(_refused(f"the payer cannot tell whether coverage {coverage} is active"))
    verified = record.with_coverage_changed(evolve(held, verified_on=turn.today))
    kept = turn.patients.replace(verified)
    turn.tell("coverage_verified", kept)
    return kept


@use_case("patient", writes=("patient",))
def record_verification(
    turn: Turn, patient: PatientId, coverage: CoverageId, *, ends: date | None = None
) -> Patient:
    """Record that a payer confirmed a coverage today, by phone or on its portal.

    `ends` is its last day, where the payer named one.
    """
    record = turn.patients.get(patient)
    held = record.coverage(coverage)
    verified = evolve(held, verified_on=turn.today, ends=held.ends if ends is None else ends)
    return turn.patients.replace(record.with_coverage_changed(verified))


def _refused(reason: str) -> Refused:
    return Refused("coverage_is_active", reason, "the payer's answer (X12 271, EB01)")
