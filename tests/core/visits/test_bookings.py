from datetime import UTC, datetime, timedelta

import pytest

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.time import Period
from carecoord.visits import (
    Block,
    BlockStatus,
    Deliberate,
    GroupSession,
    Hold,
    HoldStatus,
    Occupation,
    SessionStatus,
    hold_is_still_good,
    occupies_time,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = Occupation(Period.starting(EIGHT, minutes=30), ("dr-a",), "main")
LATER = Occupation(Period.starting(EIGHT + 60 * MINUTE, minutes=30), ("dr-a",), "main")
BOTH = Occupation(
    Period.starting(EIGHT, minutes=30), ("dr-a",), "main", lane=1, overbooked=("dr-a",)
)
ON_PURPOSE = Deliberate("dr-a", "a short talk", EIGHT)
HOLD = Hold(id="h-1", occupation=HERE, expires_at=EIGHT, held_by="desk")
BLOCK = Block(id="b-1", occupation=HERE, reason="a meeting", blocked_by="desk")
SESSION = GroupSession(id="g-1", visit_type="class", occupation=HERE, seats=8)


def test_a_hold_is_good_until_the_instant_it_expires():
    before = EIGHT - timedelta(microseconds=1)
    assert hold_is_still_good(HOLD, before)
    assert not hold_is_still_good(HOLD, EIGHT)
    assert occupies_time(HOLD, before)
    assert not occupies_time(HOLD, EIGHT)
    assert HOLD.occupies_time, "its claims stay until it is released"


def test_a_hold_can_be_extended_confirmed_and_released():
    longer = HOLD.extended(EIGHT + MINUTE, at=EIGHT - MINUTE)
    confirmed = longer.confirmed("v-1", at=EIGHT)
    assert (confirmed.status, confirmed.became) == (HoldStatus.CONFIRMED, "v-1")
    assert not confirmed.occupies_time
    assert not HOLD.released().occupies_time
    assert not HOLD.released().is_expired(EIGHT)
    assert HOLD.period == HERE.period


def test_an_expired_or_ended_hold_gives_no_right():
    for act in (
        lambda: HOLD.extended(EIGHT + MINUTE, at=EIGHT),
        lambda: HOLD.confirmed("v-1", at=EIGHT),
        lambda: HOLD.released().released(),
        lambda: HOLD.released().confirmed("v-1", at=EIGHT - MINUTE),
        lambda: HOLD.released().extended(EIGHT, at=EIGHT - MINUTE),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_block_can_be_moved_and_lifted():
    moved = BLOCK.rescheduled(LATER)
    assert moved.period == LATER.period
    assert BLOCK.rescheduled(BOTH, overbooking=ON_PURPOSE).overbooking == ON_PURPOSE
    lifted = moved.lifted()
    assert lifted.status is BlockStatus.LIFTED
    assert not occupies_time(lifted, EIGHT)
    with pytest.raises(NotAllowed):
        lifted.lifted()


def test_a_group_session_is_planned_and_then_held_or_cancelled():
    planned = SESSION.resized(10).rescheduled(LATER)
    assert (planned.seats, planned.period) == (10, LATER.period)
    held = planned.completed()
    assert held.status is SessionStatus.HELD
    assert held.occupies_time
    assert not planned.cancelled().occupies_time
    with pytest.raises(NotAllowed):
        held.cancelled()


@pytest.mark.parametrize("occupation", [Occupation(HERE.period, (), "main"), BOTH])
def test_what_occupies_time_names_whose_and_why(occupation: Occupation):
    for make in (
        lambda: Hold(id="h", occupation=occupation, expires_at=EIGHT, held_by="desk"),
        lambda: Block(id="b", occupation=occupation, reason="x", blocked_by="desk"),
        lambda: GroupSession(id="g", visit_type="class", occupation=occupation, seats=1),
    ):
        with pytest.raises(InvalidValue):
            make()
