"""Belonging: what a use case is told to refer to exists, and is of the same patient."""

from typing import Protocol

from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import (
    AuthorizationId,
    BookingId,
    EstimateId,
    PatientId,
    ReferralId,
)

__all__ = [
    "check_authorization_of",
    "check_estimate_of",
    "check_referral_of",
    "check_visit_of",
]


class _OfAPatient(Protocol):
    @property
    def patient(self) -> PatientId | None: ...


def check_visit_of(
    turn: Turn, patient: PatientId, visit: BookingId | None, field: str = "visit"
) -> None:
    """If a visit is named, it is one of this patient.

    Raises:
        NotFound: there is no such booking.
        InvalidValue: it is no visit, or another patient's.
    """
    if visit is not None:
        _check(visit_with(turn, visit), patient, field)


def check_authorization_of(
    turn: Turn, patient: PatientId, authorization: AuthorizationId | None
) -> None:
    """If an authorization is named, it is one of this patient; raises as `check_visit_of`."""
    if authorization is not None:
        _check(turn.authorizations.get(authorization), patient, "authorization")


def check_referral_of(turn: Turn, patient: PatientId, referral: ReferralId | None) -> None:
    """If a referral is named, it is one of this patient; raises as `check_visit_of`."""
    if referral is not None:
        _check(turn.referrals.get(referral), patient, "referral")


def check_estimate_of(
    turn: Turn, patient: PatientId, estimate: EstimateId | None, field: str
) -> None:
    """If an estimate is named, it is one of this patient; raises as `check_visit_of`."""
    if estimate is not None:
        _check(turn.estimates.get(estimate), patient, field)


def _check(found: _OfAPatient, patient: PatientId, field: str) -> None:
    if found.patient != patient:
        raise InvalidValue(field, "is of another patient")
