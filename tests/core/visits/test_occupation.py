from datetime import UTC, datetime, timedelta

import pytest

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import Occupation, collide

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


def occupied(start: int, end: int, *resources: str, **rest: object) -> Occupation:
    return Occupation(
        Period(EIGHT + timedelta(minutes=start), EIGHT + timedelta(minutes=end)),
        resources or ("dr-a",), "main", **rest,
    )  # fmt: skip


def test_buffers_may_overlap_each_other_but_no_body():
    first = occupied(0, 30, buffer_after=TEN_MINUTES)
    assert not collide(first, occupied(40, 60, buffer_before=TEN_MINUTES))
    assert collide(first, occupied(35, 60))


def test_only_what_shares_a_resource_and_lane_collides():
    ordinary = occupied(0, 30, "dr-a", "room-1")
    over = occupied(0, 30, "dr-a", "room-1", lane=1, overbooked=("dr-a",))
    assert collide(ordinary, over), "the room is not overbooked"
    assert not collide(ordinary, occupied(0, 30, "dr-a", lane=1, overbooked=("dr-a",)))
    assert not collide(ordinary, occupied(0, 30, "dr-b"))


def test_the_longest_is_a_day_with_buffers():
    occupied(0, 24 * 60)
    with pytest.raises(InvalidValue, match="24 hours"):
        occupied(0, 24 * 60, buffer_after=TEN_MINUTES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"buffer_before": -TEN_MINUTES},
        {"buffer_after": -TEN_MINUTES},
        {"buffer_after": timedelta.max},
        {"lane": 1},
        {"overbooked": ("dr-a",)},
        {"lane": 1, "overbooked": ("dr-z",)},
    ],
)
def test_impossible_occupations_are_refused(wrong: dict[str, object]):
    with pytest.raises(InvalidValue):
        occupied(0, 30, **wrong)


def test_a_resource_is_named_once():
    with pytest.raises(InvalidValue, match="once"):
        occupied(0, 30, "dr-a", "dr-a")


def test_years_beyond_all_calendars_are_refused():
    for year in (1, 9999):
        period = Period.starting(datetime(year, 12, 31, tzinfo=UTC), minutes=5)
        with pytest.raises(InvalidValue, match="years"):
            Occupation(period, ("dr-a",), "main", TEN_MINUTES)
