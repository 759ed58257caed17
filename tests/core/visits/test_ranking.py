from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import (
    Busy,
    Calendar,
    Criterion,
    Preference,
    Requirement,
    Search,
    Shift,
    Weekday,
    find_openings,
    iterate_openings,
    preferred_openings,
)

NEW_YORK = ZoneInfo("America/New_York")
EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPAN = Period(EIGHT, EIGHT + timedelta(hours=4))
SEARCH = Search(span=SPAN, duration=30 * MINUTE, requirements=(Requirement("doctor"),), limit=5)
LATE = Shift(Weekday.every(), time(10), time(11))


def later(count: int) -> datetime:
    return EIGHT + count * MINUTE


def busy(start: int, minutes: int) -> Busy:
    return Busy(Period.starting(later(start), minutes=minutes))


def calendar(resource: str, *taken: Busy, **rest: Any) -> Calendar:
    facts = {"location": "main", "zone": NEW_YORK, "open": (SPAN,), **rest}
    return Calendar(resource=resource, roles={"doctor"}, busy=taken, **facts)


calendars = st.lists(st.builds(busy, st.integers(0, 220), st.integers(5, 60)), max_size=5).flatmap(
    lambda taken: st.just((calendar("dr-a", *taken[:3]), calendar("dr-b", *taken[2:])))
)
preferences = st.lists(st.sampled_from(Criterion), unique=True).map(
    lambda by: Preference(tuple(by), ("dr-b",), (LATE,))
)


@given(calendars, preferences, st.randoms())
def test_preferring_changes_the_order_and_nothing_else(
    calendars: tuple[Calendar, ...], preference: Preference, random: Any
):
    everything = evolve(SEARCH, limit=1000)
    shuffled = random.sample(calendars, len(calendars))
    found = preferred_openings(everything, shuffled, preference)
    assert sorted(found, key=lambda o: (o.start, o.provider)) == list(
        iterate_openings(SEARCH, calendars)
    )
    assert preferred_openings(SEARCH, calendars, preference) == found[:5]


@given(calendars)
def test_without_criteria_it_is_a_plain_search(calendars: tuple[Calendar, ...]):
    found = preferred_openings(SEARCH, calendars, Preference(()))
    assert found == find_openings(SEARCH, calendars).openings


def test_preferred_providers_come_first_and_others_after():
    both = (calendar("dr-a"), calendar("dr-b", busy(30, 180)), calendar("dr-c"))
    wish = Preference((Criterion.PROVIDER,), ("dr-b", "dr-c"))
    found = preferred_openings(SEARCH, both, wish)
    assert [(o.provider, o.start) for o in found[:4]] == [
        ("dr-b", later(0)), ("dr-b", later(210)), ("dr-c", later(0)), ("dr-c", later(15)),
    ]  # fmt: skip


def test_preferred_hours_come_first_the_whole_visit_within():
    found = preferred_openings(
        SEARCH, [calendar("dr-a")], Preference((Criterion.HOURS,), (), (LATE,))
    )
    assert [o.start for o in found] == [later(120), later(135), later(150), later(0), later(15)]
    night = Shift({Weekday.SUNDAY}, time(20), time(8, 30))
    found = preferred_openings(
        evolve(SEARCH, limit=2),
        [calendar("dr-a", busy(0, 0 + 15))],
        Preference((Criterion.HOURS,), (), (night,)),
    )
    assert found[0].start == later(15), "no preferred time is left, so the earliest is first"
    found = preferred_openings(
        SEARCH, [calendar("dr-a")], Preference((Criterion.HOURS,), (), (night,))
    )
    assert found[0].start == later(0)


def test_least_fragmentation_fills_gaps_that_fit():
    # Free: 0-45, 75-105 and 135-240; only the second is filled without a rest.
    one = calendar("dr-a", busy(45, 30), busy(105, 30))
    wish = Preference((Criterion.LEAST_FRAGMENTATION,))
    found = preferred_openings(SEARCH, [one], wish)
    assert [o.start for o in found] == [later(n) for n in (75, 135, 210, 165, 180)]


def test_least_fragmentation_sees_all_hours_of_a_provider_at_a_place():
    halves = [
        calendar("dr-a", open=(Period(later(0), later(60)),)),
        calendar("dr-a", open=(Period(later(60), later(90)),)),
    ]
    found = preferred_openings(SEARCH, halves, Preference((Criterion.LEAST_FRAGMENTATION,)))
    assert [o.start for o in found][:2] == [later(0), later(60)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Preference((Criterion.LEAST_FRAGMENTATION,) * 2),
        lambda: Preference((Criterion.PROVIDER,)),
        lambda: Preference((Criterion.HOURS,)),
    ],
)
def test_preferences_that_say_nothing_are_refused(wrong: Callable[[], Preference]):
    with pytest.raises(InvalidValue):
        wrong()
