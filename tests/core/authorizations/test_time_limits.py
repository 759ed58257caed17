"""The clocks themselves: hours, days and business days, and the table of federal limits."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.requests import Urgency
from carecoord.authorizations.time_limits import LIMITS, Program, Span, SpanUnit, TimeLimit
from carecoord.errors import InvalidValue
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone, local_date

ZONE = Zone("America/New_York")
WORKDAYS = BusinessDays.federal([2025, 2026])
instants = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(instants, st.integers(1, 60))
def test_days_end_at_midnight_and_the_day_of_receipt_does_not_count(
    received: datetime, count: int
) -> None:
    due = Span(count, SpanUnit.CALENDAR_DAYS).after(received, ZONE, WORKDAYS)
    last = local_date(due - timedelta(microseconds=1), ZONE)
    assert (last - local_date(received, ZONE)).days == count
    assert due.astimezone(ZONE).time().isoformat() == "00:00:00"


@given(instants, st.integers(1, 60), st.sampled_from(SpanUnit))
def test_a_longer_span_never_ends_earlier(received: datetime, count: int, unit: SpanUnit) -> None:
    shorter = Span(count, unit).after(received, ZONE, WORKDAYS)
    assert received < shorter < Span(count + 1, unit).after(received, ZONE, WORKDAYS)


def test_hours_are_elapsed_time_even_when_clocks_change() -> None:
    received = datetime(2026, 3, 7, 17, tzinfo=UTC)
    due = Span(72, SpanUnit.HOURS).after(received, ZONE, WORKDAYS)
    assert due - received == timedelta(hours=72)


def test_two_business_days_leave_out_the_weekend_and_the_holiday() -> None:
    friday = datetime(2026, 7, 2, 15, tzinfo=UTC)  # Thursday; Friday 3 July is observed
    due = Span(2, SpanUnit.BUSINESS_DAYS).after(friday, ZONE, WORKDAYS)
    assert local_date(due - timedelta(seconds=1), ZONE) == date(2026, 7, 7)


def test_time_beyond_the_calendar_is_refused() -> None:
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    for unit in SpanUnit:
        with pytest.raises(InvalidValue):
            Span(1000, unit).after(last, ZONE, WORKDAYS)
    with pytest.raises(InvalidValue):
        Span(1001, SpanUnit.HOURS)


def running(program: Program, urgency: Urgency, drugs: bool, on: date) -> list[TimeLimit]:
    return [
        limit
        for limit in LIMITS
        if (limit.program, limit.urgency, limit.drugs) == (program, urgency, drugs)
        and (limit.since is None or limit.since <= on)
        and (limit.until is None or on < limit.until)
    ]


@given(
    st.sampled_from(Program),
    st.sampled_from(Urgency),
    st.booleans(),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_no_two_federal_clocks_run_at_once(
    program: Program, urgency: Urgency, drugs: bool, on: date
) -> None:
    assert len(running(program, urgency, drugs, on)) <= 1


@pytest.mark.parametrize(
    ("program", "urgency", "drugs", "on", "within"),
    [
        ("medicare_advantage", "standard", False, "2025-12-31", Span(14, SpanUnit.CALENDAR_DAYS)),
        ("medicare_advantage", "standard", False, "2026-01-01", Span(7, SpanUnit.CALENDAR_DAYS)),
        ("medicare_advantage", "expedited", False, "2026-01-01", Span(72, SpanUnit.HOURS)),
        ("medicare_advantage", "standard", True, "2026-01-01", Span(72, SpanUnit.HOURS)),
        ("medicare_advantage", "expedited", True, "2026-01-01", Span(24, SpanUnit.HOURS)),
        ("medicaid_managed_care", "standard", False, "2026-01-01", Span(7, SpanUnit.CALENDAR_DAYS)),
        ("medicaid_fee_for_service", "expedited", False, "2026-01-01", Span(72, SpanUnit.HOURS)),
        ("chip", "standard", False, "2026-01-01", Span(7, SpanUnit.CALENDAR_DAYS)),
        (
            "original_medicare_outpatient", "standard", False, "2026-01-01",
            Span(7, SpanUnit.CALENDAR_DAYS),
        ),
        (
            "original_medicare_outpatient", "expedited", False, "2026-01-01",
            Span(2, SpanUnit.BUSINESS_DAYS),
        ),
        ("part_d", "standard", True, "2026-01-01", Span(72, SpanUnit.HOURS)),
        ("part_d", "expedited", True, "2026-01-01", Span(24, SpanUnit.HOURS)),
        ("erisa", "standard", False, "2026-01-01", Span(15, SpanUnit.CALENDAR_DAYS)),
        ("erisa", "expedited", True, "2026-01-01", Span(72, SpanUnit.HOURS)),
        ("non_grandfathered", "standard", False, "2026-01-01", Span(15, SpanUnit.CALENDAR_DAYS)),
    ],
)  # fmt: skip
def test_the_federal_clocks(program: str, urgency: str, drugs: bool, on: str, within: Span) -> None:
    found = running(Program(program), Urgency(urgency), drugs, date.fromisoformat(on))
    assert [limit.within for limit in found] == [within]
    assert found[0].source


def test_drugs_are_outside_the_interoperability_rule_and_other_plans_have_no_clock() -> None:
    day = date(2026, 2, 1)
    assert running(Program.MEDICAID_MANAGED_CARE, Urgency.STANDARD, True, day) == []
    assert running(Program.OTHER, Urgency.STANDARD, False, day) == []
