"""Where a visit can start, in whole numbers: the arithmetic below the search.

Instants are microseconds since the epoch, so that hours off any grid stay exact; starts are
counted in steps of the raster.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import gcd
from zoneinfo import ZoneInfo

from carecoord.kernel.ids import ResourceId
from carecoord.kernel.time import Period
from carecoord.visits.calendars import Busy
from carecoord.visits.stretches import Stretch, joined

__all__ = [
    "Starts",
    "assigned",
    "instant",
    "is_on_raster",
    "microseconds",
    "raster_step",
    "stretch",
    "taken",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_QUARTER = timedelta(minutes=15)


def microseconds(instant: datetime) -> int:
    """Microseconds since the epoch."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime:
    """The instant so many microseconds after the epoch."""
    return _EPOCH + timedelta(microseconds=microseconds)


def stretch(period: Period) -> Stretch:
    """The period in microseconds."""
    return microseconds(period.start), microseconds(period.end)


def taken(busy: Iterable[Busy], before: timedelta, after: timedelta) -> list[Stretch]:
    """Where no body with these buffers can be: what is busy, and the larger buffer of each gap."""
    return joined(
        (
            microseconds(one.period.start - max(one.buffer_before, after)),
            microseconds(one.period.end + max(one.buffer_after, before)),
        )
        for one in busy
    )


def raster_step(every: timedelta) -> int:
    """The step of starts, in microseconds, that hits every time of the raster in every zone.

    Clocks differ from UTC by whole quarters of an hour, in all zones since 1972.
    """
    return gcd(every // _MICROSECOND, _QUARTER // _MICROSECOND)


def is_on_raster(start: datetime, every: timedelta, zone: ZoneInfo) -> bool:
    """Whether the wall clock shows a time of the raster, which begins at midnight."""
    shown = start.astimezone(zone)
    since = timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second)
    return not since % every and not shown.microsecond


class Starts:
    """The steps at which a body of some length can start within free stretches."""

    __slots__ = ("_first", "_last")

    def __init__(self, free: Iterable[Stretch], length: int, step: int) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for start, end in free:
            first, last = -(-start // step), (end - length) // step
            if first <= last:
                self._first.append(first)
                self._last.append(last)

    def from_(self, step: int) -> int | None:
        """The first step at which it can start, from this one on; None if there is none."""
        index = bisect_left(self._last, step)
        return None if index == len(self._last) else max(self._first[index], step)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """The runs of steps, in order, first and last included."""
        return zip(self._first, self._last, strict=True)

    def has(self, step: int) -> bool:
        """Whether it can start at this step."""
        return self.from_(step) == step


def assigned(
    pools: Sequence[Sequence[ResourceId]], besides: tuple[ResourceId, ...]
) -> tuple[ResourceId, ...] | None:
    """One resource from each pool, no resource twice, in order of preference; None if impossible.

    `besides` are resources that are in use already.
    """
    if not pools:
        return ()
    for resource in pools[0]:
        if resource not in besides:
            rest = assigned(pools[1:], (*besides, resource))
            if rest is not None:
                return (resource, *rest)
    return None
