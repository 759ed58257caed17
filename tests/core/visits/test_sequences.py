from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.time import Period
from carecoord.visits import Busy, Calendar, Opening, Requirement, Search
from carecoord.visits.openings import iterate_openings
from carecoord.visits.sequences import Step, find_sequences

NEW_YORK = ZoneInfo("America/New_York")
AUCKLAND = ZoneInfo("Pacific/Auckland")
EIGHT = datetime(2026, 3, 2, 13, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SPAN = Period(EIGHT, EIGHT + 10 * DAY)


def search(role: str, hours: int = 1) -> Search:
    return Search(
        span=SPAN, duration=hours * HOUR, requirements=(Requirement(role),), starts_every=HOUR
    )


def calendar(role: str, *days: int, hours: int = 2, **rest: Any) -> Calendar:
    opens = tuple(Period(EIGHT + n * DAY, EIGHT + n * DAY + hours * HOUR) for n in days)
    facts = {"location": "main", "zone": NEW_YORK, "open": opens, **rest}
    return Calendar(resource=f"r-{role}", roles={role}, **facts)


def by_brute_force(steps: list[Step]) -> list[tuple[Opening, ...]]:
    """A second opinion: every combination, and for each first opening the earliest of them."""
    ways = [list(iterate_openings(step.search, step.calendars)) for step in steps]
    zones = [{c.location: c.zone for c in step.calendars} for step in steps]
    best: dict[Opening, tuple[Opening, ...]] = {}
    for chain in product(*ways):
        days = [
            one.start.astimezone(zone[one.location]).date()
            for one, zone in zip(chain, zones, strict=True)
        ]
        good = all(
            step.least_days <= (days[n + 1] - days[n]).days <= step.most_days
            and chain[n + 1].start >= chain[n].start + chain[n].duration
            for n, step in enumerate(steps[1:])
        )
        if good:
            starts = [(one.start, one.location, one.provider) for one in chain]
            known = best.get(chain[0])
            if known is None or starts < [(o.start, o.location, o.provider) for o in known]:
                best[chain[0]] = chain
    return sorted(best.values(), key=lambda chain: (chain[0].start, chain[0].location))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    least = draw(st.integers(0, 3))
    some = tuple(
        calendar(
            "any",
            *draw(st.lists(st.integers(0, 9), max_size=4, unique=True)),
            location=location,
            zone=draw(st.sampled_from([NEW_YORK, AUCKLAND])),
            hours=draw(st.integers(1, 3)),
        )
        for location in ("main", "north")
    )
    return Step(search("any"), some, least, least + draw(st.integers(0, 3)))


@settings(max_examples=60)
@given(st.lists(steps(), min_size=1, max_size=3), st.integers(1, 5))
def test_sequences_are_the_earliest_of_all_combinations(made: list[Step], limit: int):
    assert list(find_sequences(made, limit=limit)) == by_brute_force(made)[:limit]


def test_a_preparation_three_days_before_and_a_follow_up_within_a_fortnight():
    found = find_sequences(
        [
            Step(search("nurse"), (calendar("nurse", 0, 1, 2),)),
            Step(search("surgeon", 2), (calendar("surgeon", 4),), 3, 3),
            Step(search("doctor"), (calendar("doctor", 5, 9),), 1, 14),
        ]
    )
    days = [[(one.start - EIGHT) // DAY for one in chain] for chain in found]
    assert days == [[1, 4, 5], [1, 4, 5]]


def test_on_one_day_the_next_begins_when_the_one_before_has_ended():
    blood = Step(search("nurse"), (calendar("nurse", 0),))
    busy = Busy(Period(EIGHT + HOUR, EIGHT + 2 * HOUR))
    talk = Step(search("doctor"), (calendar("doctor", 0, hours=3, busy=(busy,)),))
    (first, second) = find_sequences([blood, talk])
    assert [one.start - EIGHT for one in first] == [0 * HOUR, 2 * HOUR]
    assert [one.start - EIGHT for one in second] == [1 * HOUR, 2 * HOUR]


def test_impossible_sequences_are_refused():
    step = Step(search("nurse"), ())
    for wrong in (
        lambda: find_sequences([]),
        lambda: find_sequences([step], limit=0),
        lambda: Step(search("nurse"), (), 3, 2),
    ):
        with pytest.raises(InvalidValue):
            wrong()
