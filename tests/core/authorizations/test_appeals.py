"""Appeals: terms by the day of the denial, filed in time, ended once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.appeals import (
    Appeal,
    AppealOutcome,
    appeal_is_filed_in_time,
    appeal_level,
)
from carecoord.authorizations.requests import Urgency
from carecoord.authorizations.time_limits import Program, Span, SpanUnit
from carecoord.errors import InvalidValue, Refused
from carecoord.kernel.ids import ActorId

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.sampled_from(Program), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_an_appeal_is_in_time_up_to_its_last_day(program: Program, denied_on: date) -> None:
    level = appeal_level(program, 1, denied_on)
    if level is None:
        assert appeal_is_filed_in_time(level, denied_on, denied_on + timedelta(days=9999))
    else:
        last = level.last_day(denied_on)
        assert appeal_is_filed_in_time(level, denied_on, last)
        late = appeal_is_filed_in_time(level, denied_on, last + timedelta(days=1))
        assert isinstance(late, Refused)
        assert last.isoformat() in late.reason


@pytest.mark.parametrize(
    ("program", "denied_on", "days"),
    [
        (Program.MEDICARE_ADVANTAGE, date(2024, 12, 31), 60),
        (Program.MEDICARE_ADVANTAGE, date(2025, 1, 1), 65),
        (Program.ERISA, DAY, 180),
        (Program.NON_GRANDFATHERED, DAY, 180),
    ],
)
def test_days_to_file(program: Program, denied_on: date, days: int) -> None:
    level = appeal_level(program, 1, denied_on)
    assert level is not None
    assert level.file_within_days == days


def test_days_to_decide() -> None:
    plan = appeal_level(Program.MEDICARE_ADVANTAGE, 1, DAY)
    erisa = appeal_level(Program.ERISA, 1, DAY)
    assert plan is not None
    assert erisa is not None
    assert plan.decided_within(Urgency.STANDARD) == Span(30, SpanUnit.CALENDAR_DAYS)
    assert plan.decided_within(Urgency.STANDARD, drug=True) == Span(7, SpanUnit.CALENDAR_DAYS)
    assert plan.decided_within(Urgency.EXPEDITED, drug=True) == Span(72, SpanUnit.HOURS)
    assert erisa.decided_within(Urgency.STANDARD, drug=True) == Span(30, SpanUnit.CALENDAR_DAYS)


def test_unknown_levels_have_no_terms() -> None:
    assert appeal_level(Program.ERISA, 9, DAY) is None
    assert appeal_level(Program.OTHER, 1, DAY) is None


def test_a_time_beyond_the_calendar_is_refused() -> None:
    level = appeal_level(Program.ERISA, 1, DAY)
    with pytest.raises(InvalidValue):
        appeal_is_filed_in_time(level, date(9999, 12, 31), DAY)


def test_an_outcome_has_its_time() -> None:
    appeal = Appeal(1, NOW, ActorId("desk"))
    assert appeal.decided(AppealOutcome.UPHELD, NOW).decided_at == NOW
    with pytest.raises(InvalidValue):
        Appeal(1, NOW, ActorId("desk"), outcome=AppealOutcome.WITHDRAWN)
