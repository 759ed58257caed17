"""Deadlines of good-faith estimates, counted in business days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.estimates.good_faith_deadlines import (
    PayingWith,
    estimate_is_owed,
    keep_until,
    reissue_is_due,
    requested_estimate_is_due,
    scheduled_estimate_is_due,
)
from carecoord.kernel.business_days import BusinessDays

DAYS = BusinessDays.federal([2026, 2027])
near = st.dates(date(2026, 1, 1), date(2027, 11, 1))


@given(near, st.integers(0, 40))
def test_the_deadline_leaves_time_before_the_service(scheduled: date, ahead: int) -> None:
    service = scheduled + timedelta(days=ahead)
    due = scheduled_estimate_is_due(scheduled, service, DAYS)
    days = DAYS.between(scheduled, service)
    if days < 3:
        assert due is None
    else:
        assert due is not None
        assert DAYS.includes(due)
        assert DAYS.between(scheduled, due) == (3 if days >= 10 else 1)
        assert due < service


@pytest.mark.parametrize(
    ("scheduled", "service", "due"),
    [
        (date(2026, 5, 4), date(2026, 5, 18), date(2026, 5, 7)),
        (date(2026, 5, 4), date(2026, 5, 15), date(2026, 5, 5)),
        (date(2026, 5, 4), date(2026, 5, 7), date(2026, 5, 5)),
        (date(2026, 5, 4), date(2026, 5, 6), None),
        (date(2026, 7, 2), date(2026, 7, 20), date(2026, 7, 8)),
    ],
)
def test_ten_and_three_business_days_ahead(
    scheduled: date, service: date, due: date | None
) -> None:
    assert scheduled_estimate_is_due(scheduled, service, DAYS) == due


def test_requests_reissues_and_copies() -> None:
    assert requested_estimate_is_due(date(2026, 5, 8), DAYS) == date(2026, 5, 13)
    assert reissue_is_due(date(2026, 5, 26), DAYS) == date(2026, 5, 22), "Memorial Day between"
    assert keep_until(date(2026, 5, 4)) == date(2032, 5, 4)
    assert keep_until(date(2028, 2, 29)) == date(2034, 3, 1)
    assert keep_until(date(9998, 1, 1)) == date.max


def test_who_is_owed_one() -> None:
    assert estimate_is_owed(PayingWith.NO_COVERAGE)
    assert estimate_is_owed(PayingWith.OWN_MONEY)
    assert not estimate_is_owed(PayingWith.COVERAGE)
