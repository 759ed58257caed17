"""What a payer states about a member's eligibility and benefits, as values.

Source: ASC X12N/005010X279A1; a percentage (EB08) is a fraction there, and the patient's share.
"""

from datetime import date, datetime

from attrs import field, frozen

from carecoord.kernel.money import Money, Rate
from carecoord_exchange.problems import Problem
from carecoord_exchange.x12.benefit_codes import (
    ACTIVE,
    INACTIVE,
    WHOLE_PLAN,
    BenefitKind,
    Level,
    Network,
    TimePeriod,
)

__all__ = ["Answers", "BenefitStatement", "EligibilityAnswer", "Person", "Rejection"]


@frozen
class Person:
    """Of whom the payer speaks, as far as it says; None is not stated."""

    member_id: str | None = field(default=None, repr=False)
    family: str | None = field(default=None, repr=False)
    given: str | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)


@frozen
class BenefitStatement:
    """One row of a payer's answer (an EB segment with what belongs to it).

    `percentage` is the patient's share. `service_types` are X12 codes, such as 30 for the plan as
    a whole or 98 for an office visit.
    """

    kind: BenefitKind
    level: Level | None = None
    service_types: tuple[str, ...] = ()
    insurance_type: str | None = None
    plan: str | None = field(default=None, repr=False)
    period: TimePeriod | None = None
    amount: Money | None = None
    percentage: Rate | None = None
    quantity: str | None = None
    authorization_required: bool | None = None
    network: Network | None = None
    procedure: str | None = None
    messages: tuple[str, ...] = field(default=(), repr=False)
    first_day: date | None = None
    last_day: date | None = None


@frozen
class Rejection:
    """Why the payer does not answer (AAA): its reason and what it asks to be done, as X12 codes."""

    reason: str
    follow_up: str
    may_try_again: bool


@frozen
class EligibilityAnswer:
    """What a payer says of one person on one day."""

    payer: str | None
    payer_id: str | None
    subscriber: Person
    person: Person
    is_dependent: bool
    traces: tuple[str, ...]
    benefits: tuple[BenefitStatement, ...]
    rejections: tuple[Rejection, ...]
    first_day: date | None = None
    last_day: date | None = None

    @property
    def is_active(self) -> bool | None:
        """Whether the plan as a whole is in force; None where the payer does not say."""
        states = [
            row.kind
            for row in self.benefits
            if row.kind in ACTIVE | INACTIVE
            and (not row.service_types or WHOLE_PLAN in row.service_types)
        ]
        return all(kind in ACTIVE for kind in states) if states else None


@frozen
class Answers:
    """The answers of an interchange, and what of it could not be read."""

    sent: datetime | None
    answers: tuple[EligibilityAnswer, ...]
    problems: tuple[Problem, ...]
