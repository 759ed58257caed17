"""Decisions mean what their action codes say, line by line."""

from datetime import UTC, date, datetime

import pytest

from carecoord.authorizations.decisions import (
    NO_GUARANTEE,
    WARNINGS,
    Action,
    Decision,
    LineDecision,
    decision_agrees_with_its_lines,
    denial_gives_its_reason,
)
from carecoord.authorizations.requests import Channel, RequestedLine
from carecoord.errors import InvalidValue, Refused
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import ActorId

THERAPY, IMAGING = Code(CPT, "97110"), Code(CPT, "70551")
ASKED = (RequestedLine(1, THERAPY, 12), RequestedLine(2, IMAGING, 1))


def decision(action: str, *lines: LineDecision, **fields: object) -> Decision:
    given: dict[str, object] = {
        "action": Action(action),
        "decided_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
        "channel": Channel.PHONE,
        "recorded_by": ActorId("desk"),
        "first": date(2026, 3, 1),
        "lines": lines,
        **fields,
    }
    return Decision(**given)  # type: ignore[arg-type]


def on(line: int, action: str, units: int = 0, **fields: object) -> LineDecision:
    return LineDecision(line, Action(action), units, **fields)  # type: ignore[arg-type]


def test_the_codes_are_those_of_hcr01() -> None:
    assert {action.value for action in Action} == {"A1", "A2", "A3", "A4", "A6", "C", "CT", "NA"}
    assert "no promise of payment" in NO_GUARANTEE


@pytest.mark.parametrize(
    ("action", "lines", "agrees"),
    [
        ("A1", (), True),
        ("A1", (on(1, "A1", 12),), True),
        ("A1", (on(1, "A1", 11),), False),
        ("A1", (on(1, "A1", 12, code=IMAGING),), False),
        ("A2", (on(1, "A1", 12), on(2, "A3")), True),
        ("A2", (on(1, "A2", 6), on(2, "A1", 1)), True),
        ("A2", (), False),
        ("A2", (on(1, "A1", 12), on(2, "A1", 1)), False),
        ("A3", (), True),
        ("A3", (on(1, "A1", 12),), False),
        ("A6", (on(1, "A6", 8), on(2, "A1", 1)), True),
        ("A6", (on(1, "A6", 12, code=IMAGING), on(2, "A1", 1)), True),
        ("A6", (on(1, "A1", 12), on(2, "A1", 1)), False),
        ("A4", (), True),
        ("CT", (), True),
        ("NA", (on(3, "A3"),), False),
    ],
)
def test_the_whole_agrees_with_its_lines(
    action: str, lines: tuple[LineDecision, ...], agrees: bool
) -> None:
    answer = decision_agrees_with_its_lines(decision(action, *lines), ASKED)
    assert bool(answer) is agrees
    if isinstance(answer, Refused):
        assert "HCR01" in answer.source


def test_a_line_that_is_not_named_shares_the_action_of_the_whole() -> None:
    line = ASKED[0]
    assert decision("A1").on_line(line) == on(1, "A1", 12)
    assert decision("A2", on(2, "A1", 1)).on_line(line) == on(1, "A3")
    assert decision("A4", reason="more notes").on_line(line) == on(1, "A4", reason="more notes")
    assert decision("A3", reason="no need").on_line(line) == on(1, "A3", reason="no need")


def test_a_denial_owes_its_reason() -> None:
    assert denial_gives_its_reason.__name__ in WARNINGS
    assert denial_gives_its_reason(decision("A1"), ASKED)
    assert denial_gives_its_reason(decision("A4"), ASKED)
    assert denial_gives_its_reason(decision("A3", reason="not necessary"), ASKED)
    assert denial_gives_its_reason(
        decision("A2", on(1, "A1", 12), on(2, "A3", reason="not covered")), ASKED
    )
    answer = denial_gives_its_reason(decision("A2", on(1, "A1", 12)), ASKED)
    assert isinstance(answer, Refused)
    assert answer.reason == "no reason was given for the denial of lines 2"


@pytest.mark.parametrize(
    "fields",
    [
        {"first": None},
        {"last": date(2026, 2, 28)},
        {"lines": (on(1, "A1", 12), on(1, "A1", 12))},
    ],
)
def test_an_approval_says_from_when_and_names_a_line_once(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        decision("A1", **fields)


def test_units_are_approved_or_zero() -> None:
    for action, units in (("A1", 0), ("A3", 1), ("A4", 1)):
        with pytest.raises(InvalidValue):
            on(1, action, units)
    with pytest.raises(InvalidValue):
        on(1, "A1", 1, first=date(2026, 3, 2), last=date(2026, 3, 1))


def test_a_denial_needs_no_days() -> None:
    assert decision("A3", first=None).first is None
