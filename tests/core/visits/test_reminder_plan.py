from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.visits.reminder_plan import (
    Channel,
    PlannedReminder,
    QuietHours,
    ReminderPolicy,
    ReminderWishes,
    channel_has_consent,
    reminder_plan,
)

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = ReminderPolicy((7 * 24 * HOUR, 24 * HOUR, 2 * HOUR))
BY_MAIL = ReminderWishes((Channel.EMAIL,))

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
spans = st.integers(1, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def _is_night(pair: tuple[time, time]) -> bool:
    start, end = pair
    return 0 < ((end.hour - start.hour) * 60 + end.minute - start.minute) % 1440 <= 1200


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    st.lists(spans, max_size=4),
    st.tuples(times, times).filter(_is_night),
    st.sampled_from([NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
    spans,
)
def test_nobody_is_disturbed_in_quiet_hours_nor_too_late(
    start: datetime,
    before: list[timedelta],
    quiet: tuple[time, time],
    zone: ZoneInfo,
    ahead: timedelta,
):
    hours = QuietHours(*quiet)
    at = start - ahead
    wishes = ReminderWishes((Channel.EMAIL,), hours)
    plan = reminder_plan(start, ReminderPolicy(tuple(before)), wishes, zone, at=at)
    assert list(plan) == sorted(set(plan))
    assert len(plan) <= len(before)
    for reminder in plan:
        assert at <= reminder.at < start
        assert hours.quiet_around(reminder.at, zone) is None


def test_a_reminder_in_quiet_hours_comes_before_them():
    plan = reminder_plan(START, POLICY, BY_MAIL, NEW_YORK, at=NOW)
    shown = [f"{one.at.astimezone(NEW_YORK):%d %H:%M}" for one in plan]
    assert shown == ["03 08:30", "09 09:30", "09 20:59"]


def test_where_the_evening_before_is_past_it_comes_when_they_end():
    at = datetime(2026, 3, 10, 6, tzinfo=UTC)
    plan = reminder_plan(START, POLICY, BY_MAIL, NEW_YORK, at=at)
    assert plan == (PlannedReminder(datetime(2026, 3, 10, 12, tzinfo=UTC), Channel.EMAIL),)


def test_quiet_hours_within_a_day():
    noon = QuietHours(time(12), time(14))
    wishes = ReminderWishes((Channel.PORTAL,), noon)
    plan = reminder_plan(
        datetime(2026, 3, 10, 18, tzinfo=UTC), ReminderPolicy((HOUR,)), wishes, NEW_YORK, at=NOW
    )
    assert [f"{one.at.astimezone(NEW_YORK):%H:%M}" for one in plan] == ["11:59"]


def test_automated_calls_and_texts_need_consent():
    wishes = ReminderWishes((Channel.TEXT, Channel.LETTER))
    assert not channel_has_consent(Channel.TEXT, wishes)
    assert channel_has_consent(Channel.LETTER, wishes)
    (first, *_) = reminder_plan(START, POLICY, wishes, NEW_YORK, at=NOW)
    assert first.channel is Channel.LETTER
    agreed = ReminderWishes((Channel.TEXT, Channel.LETTER), automated_by_phone=True)
    assert reminder_plan(START, POLICY, agreed, NEW_YORK, at=NOW)[0].channel is Channel.TEXT
    assert reminder_plan(START, POLICY, ReminderWishes(()), NEW_YORK, at=NOW) == ()
    assert reminder_plan(START, POLICY, ReminderWishes((Channel.CALL,)), NEW_YORK, at=NOW) == ()


def test_impossible_wishes_and_policies_are_refused():
    for wrong in (
        lambda: QuietHours(time(8), time(8)),
        lambda: QuietHours(time(8), time(5)),
        lambda: ReminderPolicy((timedelta(),)),
        lambda: ReminderPolicy((timedelta.max,)),
    ):
        with pytest.raises(InvalidValue):
            wrong()
