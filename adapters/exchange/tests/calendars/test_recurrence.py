"""Recurrence against python-dateutil as an oracle; published examples are in the core's tests."""

from datetime import datetime
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.visits.recurrence import Rule


def at(year, month, day, hour=9, minute=0):
    return datetime(year, month, day, hour, minute)


def starts(text, first, *, before):
    return list(Rule.parse(text).starts(first, before=before))


@st.composite
def rules(draw):
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]

    def some(key, values, most=3):
        if draw(st.booleans()):
            chosen = draw(st.lists(values, min_size=1, max_size=most, unique=True))
            parts.append(f"{key}=" + ",".join(map(str, chosen)))

    some("BYMONTH", st.integers(1, 12))
    weekday = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        # dateutil reads MO,1MO as the first Monday alone; RFC 5545 has every Monday in it.
        place = st.sampled_from(["1", "2", "-1", "4", "5", "-5"])
        weekday = st.builds(lambda which, day: which + day, place, weekday)
    some("BYDAY", weekday)
    if frequency != "WEEKLY":
        some("BYMONTHDAY", st.integers(1, 31) | st.integers(-31, -1))
    if frequency == "YEARLY":
        some("BYYEARDAY", st.integers(1, 366) | st.integers(-366, -1))
    some("BYHOUR", st.integers(0, 23), 2)
    # dateutil cuts the first week at the start before it counts positions; RFC 5545 does not.
    if len(parts) > 2 and frequency != "WEEKLY":
        some("BYSETPOS", st.integers(1, 6) | st.integers(-6, -1), 2)
    parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 40))}")
    return ";".join(parts)


@settings(max_examples=200, deadline=None)
@given(rules(), st.datetimes(at(1990, 1, 1), at(2010, 1, 1)))
def test_expansion_agrees_with_dateutil(text, first):
    first = first.replace(microsecond=0)
    found = starts(text, first, before=first.replace(year=first.year + 9, day=1))[:15]
    # dateutil searches to the year 9999 for what never comes, so it is asked only for what came.
    assert list(islice(rrulestr(text, dtstart=first).xafter(first, inc=True), len(found))) == found
