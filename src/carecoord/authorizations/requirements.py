"""Whether an authorization is needed: a payer's list of services, read in its order.

The first entry of the list that matches decides; where none matches the answer is to ask the
payer, since what nobody stated is unknown and not "no". An emergency needs none.
"""

from datetime import date
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.authorizations.requests import RequestedLine
from carecoord.authorizations.time_limits import Program
from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import PlanId
from carecoord.kernel.values import Count, Positive, Text, checked

__all__ = [
    "RULES",
    "CodeRange",
    "LineNeed",
    "Need",
    "Requirement",
    "needs",
    "visit_has_the_authorization_it_needs",
]


class Need(Enum):
    """Whether a service waits for an authorization."""

    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    ASK_PAYER = "ask_payer"
    EMERGENCY = "emergency"


@frozen(field_transformer=checked)
class CodeRange:
    """Codes of one system from `first` to `last`, both inclusive and equally long."""

    system: Annotated[str, Text(longest=300)]
    first: Annotated[str, Text(longest=100)]
    last: Annotated[str, Text(longest=100)]

    def __attrs_post_init__(self) -> None:
        if len(self.first) != len(self.last) or self.last < self.first:
            raise InvalidValue("CodeRange.last", "must be as long as the first, and not before it")

    @classmethod
    def only(cls, code: Code) -> "CodeRange":
        """This code alone."""
        return cls(code.system, code.value, code.value)

    def includes(self, code: Code) -> bool:
        """Whether the code lies within the range."""
        return (
            code.system == self.system
            and len(code.value) == len(self.first)
            and self.first <= code.value <= self.last
        )


@frozen(field_transformer=checked, kw_only=True)
class Requirement:
    """One entry of a payer's list; no plan, program or codes: any.

    `above_units` asks for an authorization only beyond so many units. `until` is the first day on
    which the entry no longer holds.
    """

    needed: bool
    source: Annotated[str, Text(longest=500)]
    plan: PlanId | None = None
    program: Program | None = None
    codes: tuple[CodeRange, ...] = ()
    above_units: Count | None = None
    since: date | None = None
    until: date | None = None

    def matches(self, line: RequestedLine, plan: PlanId | None, program: Program, on: date) -> bool:
        """Whether it speaks of this service, plan and day."""
        return (
            self.plan in (None, plan)
            and self.program in (None, program)
            and (not self.codes or any(codes.includes(line.code) for codes in self.codes))
            and (self.since is None or self.since <= on)
            and (self.until is None or on < self.until)
        )

    def asks_for(self, line: RequestedLine) -> bool:
        """Whether so much of the service needs an authorization."""
        return self.needed and (self.above_units is None or line.units > self.above_units)


@frozen(field_transformer=checked)
class LineNeed:
    """Whether one line needs an authorization, and who says so."""

    line: Positive
    need: Need
    source: Annotated[str, Text(longest=500)]


def needs(
    lines: tuple[RequestedLine, ...],
    requirements: tuple[Requirement, ...],
    *,
    plan: PlanId | None,
    program: Program,
    on: date,
    emergency: bool = False,
) -> tuple[LineNeed, ...]:
    """Line by line, whether the plan asks for an authorization of a service on this day."""
    if emergency:
        source = visit_has_the_authorization_it_needs.__name__
        return tuple(LineNeed(line.number, Need.EMERGENCY, source) for line in lines)
    found = []
    for line in lines:
        for requirement in requirements:
            if requirement.matches(line, plan, program, on):
                need = Need.NEEDED if requirement.asks_for(line) else Need.NOT_NEEDED
                found.append(LineNeed(line.number, need, requirement.source))
                break
        else:
            found.append(LineNeed(line.number, Need.ASK_PAYER, "nothing is known of this service"))
    return tuple(found)


def visit_has_the_authorization_it_needs(need: Need, authorized: bool) -> Answer:
    """What needs an authorization waits for it; an emergency never does.

    Screening and stabilizing in an emergency department are not delayed to ask for authorization
    or payment.

    Source: 42 CFR 489.24(d)(4) for emergencies (from memory; not checked against the primary
    text); otherwise the plan's own terms.
    """
    if authorized or need in (Need.EMERGENCY, Need.NOT_NEEDED):
        return Allowed()
    reason = (
        "the plan asks for an authorization, and there is none"
        if need is Need.NEEDED
        else "whether the plan asks for an authorization is not known: ask the payer"
    )
    return Refused(
        visit_has_the_authorization_it_needs.__name__, reason, "the plan; 42 CFR 489.24(d)(4)"
    )


RULES = (visit_has_the_authorization_it_needs,)
