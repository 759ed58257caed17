from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, Refused
from carecoord.patients.coverages import Coverage, CoverageType, coverage_is_in_force

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def coverage(starts: date | None, ends: date | None) -> Coverage:
    return Coverage(
        id="c1", type=CoverageType.COMMERCIAL, payer_name="Acme", starts=starts, ends=ends
    )


@given(DAYS, st.integers(0, 4000), DAYS)
def test_a_coverage_is_in_force_on_its_first_and_last_day_and_between(start, length, day):
    held = coverage(start, start + timedelta(days=length))
    assert held.in_force(day) == (start <= day <= start + timedelta(days=length))
    assert bool(coverage_is_in_force(held, day)) == held.in_force(day)


@given(DAYS, DAYS)
def test_an_unknown_end_is_open(start, day):
    assert coverage(start, None).in_force(day) == (start <= day)
    assert coverage(None, start).in_force(day) == (day <= start)
    assert coverage(None, None).in_force(day)


@given(DAYS, st.integers(1, 4000))
def test_an_end_before_the_start_is_refused(start, days):
    with pytest.raises(InvalidValue, match=r"Coverage\.ends"):
        coverage(start, start - timedelta(days=days))


def test_the_refusal_names_the_coverage_and_nothing_else():
    answer = coverage_is_in_force(coverage(date(2026, 1, 1), None), date(2025, 1, 1))
    assert isinstance(answer, Refused)
    assert "c1" in answer.reason
    assert "Acme" not in answer.reason
