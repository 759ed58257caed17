"""Finding the openings that a search looks for.

Each provider's possible starts are walked in order, jumping to where all the other required
resources are free as well, and the walks of all providers are merged; so the first few openings
of a year cost no more than it takes to reach them.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import merge
from itertools import groupby, islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.kernel.ids import LocationId, ResourceId
from carecoord.kernel.time import Period
from carecoord.visits.calendars import Calendar
from carecoord.visits.explanation import Explanation, explained
from carecoord.visits.limits import body_limits
from carecoord.visits.occupation import LONGEST
from carecoord.visits.search import Opening, Search, found_opening
from carecoord.visits.starts import (
    Starts,
    assigned,
    instant,
    is_on_raster,
    microseconds,
    raster_step,
    stretch,
    taken,
)
from carecoord.visits.stretches import Stretch, common, cut, joined

__all__ = ["Found", "find_openings", "iterate_openings"]

_MICROSECOND = timedelta(microseconds=1)


@frozen
class Found:
    """The first openings; where there are none, what rules them out."""

    openings: tuple[Opening, ...]
    explanation: Explanation | None = None


def find_openings(search: Search, calendars: Iterable[Calendar]) -> Found:
    """The first openings, as many as the search asks for, or why there is none."""
    known = tuple(calendars)
    openings = tuple(islice(iterate_openings(search, known), search.limit))
    return Found(openings, None if openings else explained(search, known, iterate_openings))


def iterate_openings(search: Search, calendars: Iterable[Calendar]) -> Iterator[Opening]:
    """Every opening, earliest first, then by location and provider; found as it is asked for.

    The order of the calendars makes no difference.
    """
    plan = _Plan(search, calendars)
    previous: tuple[object, ...] | None = None
    for step, location, provider, others in merge(*plan.streams()):
        if (step, location, provider) == previous:
            continue
        previous = (step, location, provider)
        yield found_opening(
            instant(step * plan.step),
            search.duration_with(provider),
            location,
            (provider, *others),
            search.buffer_before,
            search.buffer_after,
        )


_Found: TypeAlias = tuple[int, LocationId, ResourceId, tuple[ResourceId, ...]]


class _Plan:
    """One search under way: the calendars in order, and where each can start, found once."""

    def __init__(self, search: Search, calendars: Iterable[Calendar]) -> None:
        self.search = search
        self.step = raster_step(search.starts_every)
        # No buffer reaches further, and a calendar may hold much more than is looked for.
        self._near = Period(search.span.start - LONGEST, search.span.end + LONGEST)
        self.calendars = sorted(
            (
                calendar
                for calendar in calendars
                if not search.locations or calendar.location in search.locations
            ),
            key=lambda calendar: (calendar.location, calendar.resource),
        )
        self._limits: dict[tuple[timedelta, ZoneInfo], list[Stretch]] = {}
        self._free: dict[int, list[Stretch]] = {}
        self._starts: dict[tuple[int, timedelta], Starts] = {}

    def streams(self) -> Iterator[Iterator[_Found]]:
        """The openings of each provider at each location, earliest first."""
        role = self.search.requirements[0].role
        for _, group in groupby(self.calendars, key=lambda calendar: calendar.location):
            here = list(group)
            for calendar in here:
                if role in calendar.roles and (
                    not self.search.providers or calendar.resource in self.search.providers
                ):
                    yield self._stream(calendar, here)

    def _stream(self, calendar: Calendar, here: list[Calendar]) -> Iterator[_Found]:
        duration = self.search.duration_with(calendar.resource)
        own = self._provider_starts(calendar, duration)
        pools = [
            [
                (other.resource, self.starts(other, duration))
                for other in here
                if need.role in other.roles and other.resource != calendar.resource
            ]
            for need in self.search.requirements[1:]
        ]
        step = own.from_(microseconds(self.search.span.start) // self.step)
        while step is not None:
            soonest = [_soonest(pool, step) for pool in pools]
            known = [one for one in soonest if one is not None]
            if len(known) < len(soonest):
                return
            latest = max(known, default=step)
            if latest > step:
                step = own.from_(latest)
                continue
            if self._is_on_raster(step, calendar.zone):
                free = [[other for other, starts in pool if starts.has(step)] for pool in pools]
                others = assigned(free, ())
                if others is not None:
                    yield step, calendar.location, calendar.resource, others
            step = own.from_(step + 1)

    def _is_on_raster(self, step: int, zone: ZoneInfo) -> bool:
        return is_on_raster(instant(step * self.step), self.search.starts_every, zone)

    def starts(self, calendar: Calendar, duration: timedelta) -> Starts:
        """Where a body of this duration can start, as far as this resource is concerned."""
        key = (id(calendar), duration)
        if key not in self._starts:
            self._starts[key] = Starts(self.free(calendar), duration // _MICROSECOND, self.step)
        return self._starts[key]

    def free(self, calendar: Calendar) -> list[Stretch]:
        """Where a body can be, of the resource's open time."""
        key = id(calendar)
        if key not in self._free:
            search, near = self.search, self._near
            hours = joined(stretch(one) for one in calendar.open if one.overlaps(near))
            busy = (one for one in calendar.busy if one.period.overlaps(near))
            out_of_reach = taken(busy, search.buffer_before, search.buffer_after)
            self._free[key] = cut(common(hours, [stretch(search.span)]), out_of_reach)
        return self._free[key]

    def _provider_starts(self, calendar: Calendar, duration: timedelta) -> Starts:
        key = (duration, calendar.zone)
        if key not in self._limits:
            self._limits[key] = body_limits(self.search, duration, calendar.zone)
        free = common(self.free(calendar), self._limits[key])
        return Starts(free, duration // _MICROSECOND, self.step)


def _soonest(pool: list[tuple[ResourceId, Starts]], step: int) -> int | None:
    later = (starts.from_(step) for _, starts in pool)
    return min((one for one in later if one is not None), default=None)
