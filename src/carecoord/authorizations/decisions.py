"""What a payer decided, in the actions of X12 278, whatever the channel.

A decision says that a service is found necessary; it does not promise payment.
"""

from datetime import date, datetime
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.authorizations.requests import Channel, RequestedLine
from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import Count, LongText, Positive, Text, checked

__all__ = [
    "NO_GUARANTEE",
    "RULES",
    "WARNINGS",
    "Action",
    "Decision",
    "LineDecision",
    "decision_agrees_with_its_lines",
    "denial_gives_its_reason",
]

NO_GUARANTEE = (
    "An authorization says that the plan finds the service necessary. It is no promise of payment: "
    "coverage on the day, benefits and the claim itself still decide."
)


class Action(Enum):
    """The action codes of X12 278 HCR01."""

    CERTIFIED_IN_TOTAL = "A1"
    CERTIFIED_IN_PART = "A2"
    NOT_CERTIFIED = "A3"
    PENDED = "A4"
    MODIFIED = "A6"
    CANCELLED = "C"
    CONTACT_PAYER = "CT"
    NO_ACTION_REQUIRED = "NA"


APPROVALS = frozenset({Action.CERTIFIED_IN_TOTAL, Action.CERTIFIED_IN_PART, Action.MODIFIED})


@frozen(field_transformer=checked)
class LineDecision:
    """What was decided of one line: its approved units, and what was changed about it.

    `code` is the service approved in place of the one asked for; `first` and `last` are days of
    its own, both inclusive, where they differ from the decision's.
    """

    line: Positive
    action: Action
    units: Count
    reason: Annotated[str, Text(longest=2000)] | None = None
    code: Code | None = None
    first: date | None = None
    last: date | None = None

    def __attrs_post_init__(self) -> None:
        if (self.action in APPROVALS) != (self.units > 0):
            raise InvalidValue("LineDecision.units", "are above zero where approved, else zero")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InvalidValue("LineDecision.last", "must not lie before the first day")


@frozen(field_transformer=checked, kw_only=True)
class Decision:
    """A payer's answer, with when and how it came, and what shows it.

    `number` is the authorization number. `first` and `last` are the days on which approved
    services may be given, both inclusive; no last day was stated: None. A certification in total
    needs no lines of its own, a denial of everything neither.

    Raises:
        InvalidValue: an approval without a first day, a last day before it, or a line twice.
    """

    action: Action
    decided_at: datetime
    channel: Channel
    recorded_by: ActorId
    number: Annotated[str, Text(longest=100)] | None = None
    representative: Annotated[str, Text(longest=200)] | None = None
    first: date | None = None
    last: date | None = None
    lines: tuple[LineDecision, ...] = ()
    reason: Annotated[str, Text(longest=2000)] | None = None
    note: LongText = ""

    def __attrs_post_init__(self) -> None:
        if self.action in APPROVALS and self.first is None:
            raise InvalidValue("Decision.first", "says from when approved services may be given")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InvalidValue("Decision.last", "must not lie before the first day")
        if len({one.line for one in self.lines}) < len(self.lines):
            raise InvalidValue("Decision.lines", "must not name a line twice")

    def on_line(self, line: RequestedLine) -> LineDecision:
        """What it says of a line; one it does not name shares the action of the whole."""
        for one in self.lines:
            if one.line == line.number:
                return one
        if self.action is Action.CERTIFIED_IN_TOTAL:
            return LineDecision(line.number, self.action, line.units)
        action = Action.NOT_CERTIFIED if self.action in APPROVALS else self.action
        return LineDecision(line.number, action, 0, self.reason)


def decision_agrees_with_its_lines(
    decision: Decision, requested: tuple[RequestedLine, ...]
) -> Answer:
    """In total means every line in full; in part some but not all; modified, something changed.

    Source: X12 005010X217 278, HCR01 (A1, A3, A4 and A6 read in public texts, the rest quoted by
    public projects, which differ on A2 and A3; the implementation guide decides).
    """
    asked = {line.number: line for line in requested}
    unknown = [str(one.line) for one in decision.lines if one.line not in asked]
    problem = None
    if unknown:
        problem = "it names lines that were not asked for: " + ", ".join(unknown)
    elif decision.action in APPROVALS or decision.action is Action.NOT_CERTIFIED:
        answers = [(line, decision.on_line(line)) for line in requested]
        problem = _disagreement(decision.action, answers)
    if problem is None:
        return Allowed()
    return Refused(decision_agrees_with_its_lines.__name__, problem, "X12 005010X217 278, HCR01")


def _disagreement(action: Action, answers: list[tuple[RequestedLine, LineDecision]]) -> str | None:
    in_full = all(
        one.units >= line.units and one.code in (None, line.code) for line, one in answers
    )
    some = any(one.units for _, one in answers)
    changed = any(one.action is Action.MODIFIED for _, one in answers)
    match action:
        case Action.CERTIFIED_IN_TOTAL if not in_full:
            return "it certifies in total, yet some line gets less than was asked for"
        case Action.CERTIFIED_IN_PART if in_full or not some:
            return "it certifies in part, yet its lines get all or nothing"
        case Action.MODIFIED if not changed or not some:
            return "it modifies the request, yet no line is modified"
        case Action.NOT_CERTIFIED if some:
            return "it denies the request, yet some line gets units"
        case _:
            return None


def denial_gives_its_reason(decision: Decision, requested: tuple[RequestedLine, ...]) -> Answer:
    """A specific reason is owed for whatever is denied, whatever the channel.

    It warns: the denial is recorded without, and the payer is asked for its reason.

    Source: 42 CFR 457.732 (CHIP); 42 CFR 431.80 (Medicaid fee for service; secondary source) and
    42 CFR 422.122 (Medicare Advantage; from memory, not checked against the primary text).
    """
    answers = [decision.on_line(line) for line in requested]
    silent = [
        str(one.line)
        for one in answers
        if one.action is Action.NOT_CERTIFIED and one.reason is None and decision.reason is None
    ]
    if not silent:
        return Allowed()
    return Refused(
        denial_gives_its_reason.__name__,
        "no reason was given for the denial of lines " + ", ".join(silent),
        "42 CFR 422.122, 431.80, 457.732",
    )


RULES = (decision_agrees_with_its_lines, denial_gives_its_reason)
WARNINGS = frozenset({denial_gives_its_reason.__name__})
"""Rules whose refusal is shown and does not forbid."""
