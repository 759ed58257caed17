"""Coverages: how a patient is insured, and which of several pays first."""

from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.ids import CoverageId, OrganizationId, PlanId
from carecoord.kernel.values import checked

__all__ = ["RULES", "Coverage", "CoverageType", "Relationship", "coverage_is_in_force"]


class CoverageType(Enum):
    """What sort of program pays."""

    COMMERCIAL = "commercial"
    MARKETPLACE = "marketplace"
    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    CHIP = "chip"
    TRICARE = "tricare"
    VETERANS = "veterans"
    WORKERS_COMPENSATION = "workers_compensation"
    AUTO = "auto"
    DENTAL = "dental"
    VISION = "vision"
    SELF_PAY = "self_pay"
    OTHER = "other"


class Relationship(Enum):
    """What the patient is to the subscriber."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    COMMON_LAW = "common"
    INJURED = "injured"
    OTHER = "other"


@frozen(field_transformer=checked, kw_only=True)
class Coverage:
    """One insurance of a patient; their order in `Patient.coverages` is the order of payment.

    `starts` and `ends` are both inclusive, None where unknown or open. `verified_on` is the day on
    which the payer last confirmed it.
    """

    id: CoverageId
    type: CoverageType
    payer_name: str
    payer: OrganizationId | None = None
    plan: PlanId | None = None
    member_id: str | None = None
    group_number: str | None = None
    relationship: Relationship = Relationship.SELF
    starts: date | None = None
    ends: date | None = None
    verified_on: date | None = None

    def __attrs_post_init__(self) -> None:
        if self.starts is not None and self.ends is not None and self.ends < self.starts:
            raise InvalidValue("Coverage.ends", "must not be before the start")

    def in_force(self, day: date) -> bool:
        """Whether it covers the day, as far as its dates are known."""
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )


def coverage_is_in_force(coverage: Coverage, day: date) -> Answer:
    """A coverage can be used on days from its start to its end, both included.

    Source: the terms of the coverage.
    """
    if coverage.in_force(day):
        return Allowed()
    reason = f"coverage {coverage.id} is not in force on that day"
    return Refused("coverage_is_in_force", reason, "the terms of the coverage")


RULES = (coverage_is_in_force,)
