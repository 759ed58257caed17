"""Belonging: what a use case is told to refer to exists, and is of the same patient.

What rests on it is as sensitive as it is.
"""

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
from carecoord.kernel.sensitivity import Sensitivity

__all__ = [
    "check_authorization_of",
    "check_estimate_of",
    "check_referral_of",
    "check_visit_of",
]

_NOTHING: frozenset[Sensitivity] = frozenset()


class _OfAPatient(Protocol):
    @property
    def patient(self) -> PatientId | None: ...

    @property
    def sensitivities(self) -> frozenset[Sensitivity]: ...


def check_visit_of(
    turn: Turn, patient: PatientId, visit: BookingId | None, field: str = "visit"
) -> frozenset[Sensitivity]:
    """If a visit is named, it is one of this patient; gives how sensitive it is.

    Raises:
        NotFound: there is no such booking.
        InvalidValue: it is no visit, or another patient's.
    """
    return _NOTHING if visit is None else _checked(visit_with(turn, visit), patient, field)


def check_authorization_of(
    turn: Turn, patient: PatientId, authorization: AuthorizationId | None
) -> frozenset[Sensitivity]:
    """If an authorization is named, it is one of this patient; raises as `check_visit_of`."""
    if authorization is None:
        return _NOTHING
    return _checked(turn.authorizations.get(authorization), patient, "authorization")


def check_referral_of(
    turn: Turn, patient: PatientId, referral: ReferralId | None
) -> frozenset[Sensitivity]:
    """If a referral is named, it is one of this patient; raises as `check_visit_of`."""
    if referral is None:
        return _NOTHING
    return _checked(turn.referrals.get(referral), patient, "referral")


def check_estimate_of(
    turn: Turn, patient: PatientId, estimate: EstimateId | None, field: str
) -> frozenset[Sensitivity]:
    """If an estimate is named, it is one of this patient; raises as `check_visit_of`."""
    return _NOTHING if estimate is None else _checked(turn.estimates.get(estimate), patient, field)


def _checked(found: _OfAPatient, patient: PatientId, field: str) -> frozenset[Sensitivity]:
    if found.patient != patient:
        raise InvalidValue(field, "is of another patient")
    return found.sensitivities
