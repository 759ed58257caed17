"""Gateways: the ports through which the desk reaches payers and other outside parties."""

from datetime import date
from enum import Enum
from typing import Protocol

from attrs import frozen

from carecoord.kernel.values import checked
from carecoord.patients.coverages import Coverage
from carecoord.patients.registration import Patient

__all__ = ["CoverageStatus", "EligibilityGateway", "Gateways", "Verification", "WouldReachOut"]


class CoverageStatus(Enum):
    """What a payer says of a coverage; the codes are those of X12 271, EB01."""

    ACTIVE = "1"
    INACTIVE = "6"
    CANNOT_PROCESS = "V"


@frozen(field_transformer=checked, kw_only=True)
class Verification:
    """A payer's answer: whether a coverage was active on a day, and the reference of the answer."""

    status: CoverageStatus
    on: date
    reference: str | None = None


class EligibilityGateway(Protocol):
    """Asks a payer whether a coverage is active, as an X12 270 or a FHIR request does."""

    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        """The payer's answer for that day.

        It may be asked again when a use case is tried again.

        Raises:
            Unavailable: the payer cannot be reached.
        """
        ...  # pragma: no cover


@frozen
class Gateways:
    """The outside parties that a clinic is connected to; None where it is not."""

    eligibility: EligibilityGateway | None = None

    def silent(self) -> "Gateways":
        """The same connections, over which nothing is asked: for questions of what may be."""
        return Gateways(None if self.eligibility is None else _Silent())


class WouldReachOut(Exception):
    """A question has come as far as it can without asking the outside world."""


class _Silent:
    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        raise WouldReachOut
