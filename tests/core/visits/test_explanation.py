from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from carecoord.kernel.time import Period
from carecoord.visits import (
    Busy,
    Calendar,
    Constraint,
    Explanation,
    Requirement,
    Search,
    Shift,
    Weekday,
    find_openings,
)

NEW_YORK = ZoneInfo("America/New_York")
EIGHT = datetime(2026, 3, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = Period(EIGHT, EIGHT + 2 * HOUR)
SEARCH = Search(span=SPAN, duration=HOUR, requirements=(Requirement("doctor"),))


def calendar(resource: str = "dr-a", role: str = "doctor", **rest: object) -> Calendar:
    facts = {"location": "main", "zone": NEW_YORK, "open": (SPAN,), **rest}
    return Calendar(resource=resource, roles=frozenset({role}), **facts)


def explain(search: Search, *calendars: Calendar) -> Explanation:
    explanation = find_openings(search, calendars).explanation
    assert explanation is not None
    return explanation


def ways(explanation: Explanation) -> list[tuple[Constraint, ...]]:
    return [relaxation.constraints for relaxation in explanation.relaxations]


def test_each_constraint_is_named_when_it_alone_stands_in_the_way():
    wide = Period(EIGHT - 5 * HOUR, EIGHT + 5 * HOUR)
    night = (Shift(Weekday.every(), time(0), time(1)),)
    full = (Busy(SPAN),)
    room = calendar("room-1", "room", busy=full)
    cases = {
        Constraint.NOTICE: (evolve(SEARCH, earliest=SPAN.end), [calendar()]),
        Constraint.HORIZON: (evolve(SEARCH, latest=EIGHT - HOUR), [calendar()]),
        Constraint.HOURS: (evolve(SEARCH, hours=night), [calendar()]),
        Constraint.PATIENT_BUSY: (evolve(SEARCH, patient_busy=(SPAN,)), [calendar()]),
        Constraint.PROVIDERS: (evolve(SEARCH, providers={"dr-z"}), [calendar()]),
        Constraint.LOCATIONS: (evolve(SEARCH, locations={"moon"}), [calendar()]),
        Constraint.SPAN: (evolve(SEARCH, span=Period(EIGHT, EIGHT + HOUR / 2)),
                          [calendar(open=(wide,))]),
        Constraint.BUFFERS: (evolve(SEARCH, buffer_before=3 * HOUR, starts_every=HOUR),
                             [calendar(busy=(Busy(Period(EIGHT - HOUR, EIGHT)),))]),
        Constraint.BOOKINGS: (SEARCH, [calendar(busy=full)]),
    }  # fmt: skip
    for constraint, (search, calendars) in cases.items():
        explanation = explain(search, *calendars)
        assert (constraint,) in ways(explanation)
        assert all(len(way) == 1 for way in ways(explanation))
        if constraint is not Constraint.LOCATIONS:
            assert explanation.unfilled == ()
    with_room = evolve(SEARCH, requirements=(Requirement("doctor"), Requirement("room")))
    assert ways(explain(with_room, calendar(), room)) == [
        (Constraint.OTHER_RESOURCES,),
        (Constraint.BOOKINGS,),
    ]


def test_what_must_give_way_together_is_named_together():
    search = evolve(
        SEARCH, providers={"dr-a"}, earliest=SPAN.end + HOUR, patient_busy=(SPAN,),
        locations={"main"},
    )  # fmt: skip
    (only,) = explain(search, calendar()).relaxations
    assert only.constraints == (Constraint.NOTICE, Constraint.PATIENT_BUSY)
    assert only.opening.start == EIGHT
    assert explain(search, calendar()).in_words() == (
        "Without the minimum notice and the patient's other visits there is an opening at "
        "2026-03-09T12:00+00:00.",
    )


def test_the_nearest_way_comes_first():
    search = evolve(SEARCH, earliest=SPAN.end, latest=SPAN.end)
    ahead = calendar(open=(SPAN, Period(SPAN.end + HOUR, SPAN.end + 3 * HOUR)))
    explanation = explain(evolve(search, latest=None), ahead)
    assert ways(explanation) == [(Constraint.NOTICE,), (Constraint.SPAN,)]
    starts = [relaxation.opening.start for relaxation in explanation.relaxations]
    assert starts == sorted(starts)


def test_a_role_that_nobody_fills_is_named():
    search = evolve(SEARCH, requirements=(Requirement("doctor"), Requirement("interpreter")))
    explanation = explain(search, calendar())
    assert explanation.unfilled == ("interpreter",)
    assert explanation.in_words()[0] == "Nobody fills the role interpreter."


def test_where_nothing_helps_it_says_so():
    explanation = explain(SEARCH, calendar(open=(Period(EIGHT, EIGHT + HOUR / 4),)))
    assert explanation.relaxations == ()
    assert explanation.in_words() == ("Nobody is open for long enough.",)


def test_a_span_as_long_as_can_be_is_widened_no_further():
    years = Period(EIGHT, EIGHT + timedelta(days=1830))
    beyond = calendar(open=(Period(EIGHT - HOUR, EIGHT), Period(years.end, years.end + HOUR)))
    assert explain(evolve(SEARCH, span=years), beyond).relaxations == ()
