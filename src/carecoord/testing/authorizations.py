"""How authorizations and their parts are drawn: so that they agree with themselves."""

from datetime import date, timedelta
from typing import Any

import attrs
from hypothesis import strategies as st

from carecoord.authorizations.appeals import Appeal, AppealOutcome
from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.decisions import APPROVALS, Action, Decision, LineDecision
from carecoord.authorizations.requests import RequestedLine, UnitOfMeasure
from carecoord.authorizations.requirements import CodeRange
from carecoord.authorizations.status import IN_FORCE, AuthorizationStatus
from carecoord.authorizations.units import Approval, ApprovedLine, Use
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import ActorId, BookingId
from carecoord.storage.kind import BESIDE_THE_BODY
from carecoord.testing.strategies import drawn_by, instants, values_of

__all__ = ["approvals", "authorizations", "code_ranges", "decisions", "requested_lines"]

Drawn = dict[str, st.SearchStrategy[Any]]

_days = st.dates(date(1900, 1, 1), date(2190, 12, 31))


@st.composite
def spans_of_days(draw: st.DrawFn) -> tuple[date, date | None]:
    """A first day, and a last one or none."""
    first = draw(_days)
    return first, draw(st.none() | st.integers(0, 800).map(lambda n: first + timedelta(days=n)))


@st.composite
def requested_lines(draw: st.DrawFn) -> tuple[RequestedLine, ...]:
    """One to three lines, each with its number."""
    numbers = draw(st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True))
    return tuple(
        RequestedLine(
            number,
            draw(values_of(Code)),
            draw(st.integers(1, 60)),
            draw(st.sampled_from(UnitOfMeasure)),
            draw(st.booleans()),
        )
        for number in numbers
    )


@st.composite
def line_decisions(draw: st.DrawFn, number: int | None = None) -> LineDecision:
    """What was decided of a line."""
    action = draw(st.sampled_from(Action))
    first, last = draw(st.just((None, None)) | spans_of_days())
    return LineDecision(
        draw(st.integers(1, 99)) if number is None else number,
        action,
        draw(st.integers(1, 60)) if action in APPROVALS else 0,
        draw(values_of(str | None)),
        draw(values_of(Code | None)),
        first,
        last,
    )


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """Decisions of every action; whether they fit a request is another matter."""
    first, last = draw(spans_of_days())
    numbers = draw(st.lists(st.integers(1, 99), max_size=3, unique=True))
    fields = draw(st.fixed_dictionaries(_decision_fields()))
    lines = tuple(draw(line_decisions(number)) for number in numbers)
    return Decision(first=first, last=last, lines=lines, **fields)


def _decision_fields() -> Drawn:
    names = ("action", "decided_at", "channel", "recorded_by", "number", "representative", "note")
    return {
        field.name: values_of(field.type) for field in attrs.fields(Decision) if field.name in names
    }


@st.composite
def approvals(draw: st.DrawFn) -> Approval:
    """Approvals with visits that use them, within the approved units and days."""
    lines, uses = [], []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        first, last = draw(spans_of_days())
        units = draw(st.integers(1, 20))
        line = ApprovedLine(
            number,
            draw(values_of(Code)),
            units,
            draw(st.sampled_from(UnitOfMeasure)),
            first,
            last,
        )
        lines.append(line)
        if draw(st.booleans()):
            visit = draw(values_of(BookingId))
            uses.append(Use(visit, number, draw(st.integers(1, units)), first, draw(instants())))
    return Approval(tuple(lines), tuple(uses), draw(values_of(tuple[Use, ...])))


@st.composite
def code_ranges(draw: st.DrawFn) -> CodeRange:
    """Ranges of codes of five digits."""
    first = draw(st.integers(0, 99_998))
    last = draw(st.integers(first, 99_999))
    return CodeRange(draw(values_of(Code)).system, f"{first:05}", f"{last:05}")


def _appeal_ends() -> st.SearchStrategy[Appeal]:
    open_ = st.builds(Appeal, st.integers(1, 5), instants(), values_of(ActorId))
    return open_ | st.builds(Appeal.decided, open_, st.sampled_from(AppealOutcome), instants())


@st.composite
def authorizations(draw: st.DrawFn) -> Authorization:
    """Authorizations in every state; those in force have an approval."""
    fixed = {"lines", "status", "approval", *BESIDE_THE_BODY}
    told = {
        field.name: draw(values_of(field.type))
        for field in attrs.fields(Authorization)
        if field.name not in fixed
    }
    status = draw(st.sampled_from(AuthorizationStatus))
    approval = draw(approvals() if status in IN_FORCE else st.none() | approvals())
    lines = draw(requested_lines())
    return Authorization(lines=lines, status=status, approval=approval, **told)


drawn_by(LineDecision, line_decisions)
drawn_by(Decision, decisions)
drawn_by(Approval, approvals)
drawn_by(CodeRange, code_ranges)
drawn_by(Appeal, _appeal_ends)
drawn_by(Authorization, authorizations)
