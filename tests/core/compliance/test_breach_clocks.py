"""Breach clocks: sixty days, five hundred people, and states that wait less long."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.breach_clocks import (
    STATE_CLOCKS,
    Notified,
    Residents,
    StateClock,
    notifications_due,
)

FOUND = date(2026, 3, 2)
FAST = StateClock("IL", Notified.INDIVIDUALS, 10, "a law of this test", 3)


@pytest.mark.parametrize(
    ("number", "hhs", "media"),
    [
        (499, date(2027, 3, 1), False),
        (500, date(2026, 5, 1), False),
        (501, date(2026, 5, 1), True),
    ],
)
def test_hhs_is_told_at_once_from_500_and_media_above(number, hhs, media):
    dues = notifications_due(FOUND, [Residents("IL", number)], ())
    by_whom = {due.who: due.due for due in dues}
    assert by_whom[Notified.INDIVIDUALS] == date(2026, 5, 1)
    assert by_whom[Notified.HHS] == hhs
    assert (Notified.MEDIA in by_whom) is media


def test_media_count_by_state_and_hhs_in_all():
    dues = notifications_due(FOUND, [Residents("IL", 300), Residents("IA", 300)], ())
    assert {due.who for due in dues} == {Notified.INDIVIDUALS, Notified.HHS}
    assert {due.due for due in dues} == {FOUND + timedelta(days=60)}


groups = st.dictionaries(
    st.sampled_from(["IL", "CO", "FL", "TX"]), st.integers(1, 2000), max_size=4
).map(lambda found: [Residents(state, number) for state, number in found.items()])


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), groups, st.none() | st.integers(0, 400))
def test_individuals_never_wait_longer_than_sixty_days_unless_police_ask(found, residents, delay):
    end = None if delay is None else found + timedelta(days=delay)
    dues = notifications_due(found, residents, (*STATE_CLOCKS, FAST), not_before=end)
    assert [due.due for due in dues] == sorted(due.due for due in dues)
    limit = max(found + timedelta(days=60), end or date.min)
    for due in dues:
        assert end is None or due.due >= end
        if due.who is not Notified.HHS:
            assert due.due <= limit
    wanted = {
        (clock.who, clock.state)
        for clock in (*STATE_CLOCKS, FAST)
        for group in residents
        if clock.state == group.state and clock.at_least <= group.number
    }
    assert wanted <= {(due.who, due.state) for due in dues}
