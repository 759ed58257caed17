"""Visits that belong together, searched as one: a preparation, the procedure, the follow-up.

    find_sequences([
        Step(preparation, calendars),
        Step(procedure, calendars, least_days=3, most_days=3),
        Step(follow_up, calendars, least_days=1, most_days=14),
    ], limit=3)

Days are counted on the calendar of the place, from the day of the visit before.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.ids import LocationId
from carecoord.kernel.values import Count, checked
from carecoord.visits.calendars import Calendar
from carecoord.visits.openings import iterate_openings
from carecoord.visits.search import Opening, Search

__all__ = ["RULES", "Step", "days_between", "find_sequences", "sequence_keeps_its_days"]


@frozen(field_transformer=checked)
class Step:
    """One visit of a sequence, at least and at most so many days after the one before.

    On the same day it begins when the one before has ended, or later. The days of the first step
    have no meaning: its search bounds it.

    Raises:
        InvalidValue: at most less than at least.
    """

    search: Search
    calendars: tuple[Calendar, ...]
    least_days: Count = 0
    most_days: Count = 0

    def __attrs_post_init__(self) -> None:
        if self.most_days < self.least_days:
            raise InvalidValue("Step.most_days", "must not be less than least_days")


def find_sequences(steps: Iterable[Step], *, limit: int = 10) -> tuple[tuple[Opening, ...], ...]:
    """For each opening of the first step, earliest first, the earliest ones that complete it.

    Openings of the first step that cannot be completed are left out.

    Raises:
        InvalidValue: no step at all, or a limit below 1.
    """
    known = tuple(steps)
    if not known:
        raise InvalidValue("steps", "must be at least one")
    if limit < 1:
        raise InvalidValue("limit", "must be at least 1")
    chains = _Chains(known)
    first = iterate_openings(known[0].search, known[0].calendars)
    complete = ((one, *rest) for one in first if (rest := chains.after(0, one)) is not None)
    return tuple(islice(complete, limit))


def days_between(
    openings: Sequence[Opening], zones: Mapping[LocationId, ZoneInfo]
) -> tuple[int, ...]:
    """The days from each opening to the next, on the calendars of their places."""
    days = [one.start.astimezone(zones[one.location]).date() for one in openings]
    return tuple((later - day).days for day, later in pairwise(days))


def sequence_keeps_its_days(
    openings: Sequence[Opening],
    between: Sequence[tuple[int, int]],
    zones: Mapping[LocationId, ZoneInfo],
) -> Answer:
    """Each visit of a sequence comes after the one before, so many days later as it has to.

    `between` are the least and the most days from each opening to the next.

    Source: the clinic's own rule, set in the steps of the sequence.
    """
    days = days_between(openings, zones)
    wrong = [
        place
        for place, ((before, after), passed, (least, most)) in enumerate(
            zip(pairwise(openings), days, between, strict=True), start=2
        )
        if not least <= passed <= most or after.start < before.start + before.duration
    ]
    if not wrong:
        return Allowed()
    reason = f"out of its days or too early: step {', '.join(map(str, wrong))}"
    return Refused(
        sequence_keeps_its_days.__name__,
        reason,
        "the clinic's own rule, set in the steps of the sequence",
    )


RULES = (sequence_keeps_its_days,)


class _Chains:
    """The earliest way to go on from an opening, found once for each day and end."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._zones = [
            {calendar.location: calendar.zone for calendar in step.calendars} for step in steps
        ]
        self._openings: dict[int, list[Opening]] = {}
        self._known: dict[tuple[int, date, datetime], tuple[Opening, ...] | None] = {}

    def after(self, step: int, opening: Opening) -> tuple[Opening, ...] | None:
        """The rest of the sequence after this opening of a step; None if it has no end."""
        if step + 1 == len(self._steps):
            return ()
        day, end = self._day(step, opening), opening.start + opening.duration
        key = (step, day, end)
        if key not in self._known:
            self._known[key] = self._searched(step + 1, day, end)
        return self._known[key]

    def _searched(self, step: int, day: date, end: datetime) -> tuple[Opening, ...] | None:
        wanted = self._steps[step]
        openings = self._of(step)
        for opening in openings[bisect_left(openings, end, key=_start) :]:
            days = (self._day(step, opening) - day).days
            # Places may be in different zones, where later is not always a later day.
            if days > wanted.most_days + 1:
                return None
            if wanted.least_days <= days <= wanted.most_days:
                rest = self.after(step, opening)
                if rest is not None:
                    return (opening, *rest)
        return None

    def _of(self, step: int) -> list[Opening]:
        if step not in self._openings:
            wanted = self._steps[step]
            self._openings[step] = list(iterate_openings(wanted.search, wanted.calendars))
        return self._openings[step]

    def _day(self, step: int, opening: Opening) -> date:
        zones: dict[LocationId, ZoneInfo] = self._zones[step]
        return opening.start.astimezone(zones[opening.location]).date()


def _start(opening: Opening) -> datetime:
    return opening.start
