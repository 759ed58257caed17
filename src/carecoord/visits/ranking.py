"""Openings in order of preference, rather than of time alone.

    wishes = Preference((Criterion.PROVIDER, Criterion.HOURS), providers=("dr-oak",), hours=(…,))
    preferred_openings(search, calendars, wishes)

Criteria count in the order in which they are named; what they leave alike is in order of time, so
that with none at all the answer is that of a plain search.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from heapq import nsmallest

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, ResourceId
from carecoord.kernel.values import checked
from carecoord.visits.calendars import Calendar
from carecoord.visits.hours import Shift, lies_within
from carecoord.visits.openings import iterate_openings
from carecoord.visits.search import Opening, Search
from carecoord.visits.starts import microseconds, stretch, taken
from carecoord.visits.stretches import Stretch, cut, joined

__all__ = ["Criterion", "Preference", "preferred_openings"]

_NONE = timedelta()
_MICROSECOND = timedelta(microseconds=1)


class Criterion(Enum):
    """By what openings are preferred."""

    PROVIDER = "provider"
    HOURS = "hours"
    LEAST_FRAGMENTATION = "least_fragmentation"


@frozen(field_transformer=checked)
class Preference:
    """What somebody would rather have, but does not insist on.

    `providers` come in this order, and before all others; `hours` are preferred times of day on the
    wall of the place. Least fragmentation prefers openings that leave little of the provider's free
    time in pieces too short for another visit of the same length, and then few pieces.

    Raises:
        InvalidValue: a criterion is named twice, or one that says nothing for want of providers or
            hours.
    """

    by: tuple[Criterion, ...]
    providers: tuple[ResourceId, ...] = ()
    hours: tuple[Shift, ...] = ()

    def __attrs_post_init__(self) -> None:
        if len(set(self.by)) < len(self.by):
            raise InvalidValue("Preference.by", "must name each criterion once")
        if Criterion.PROVIDER in self.by and not self.providers:
            raise InvalidValue("Preference.providers", "must be given to prefer by them")
        if Criterion.HOURS in self.by and not self.hours:
            raise InvalidValue("Preference.hours", "must be given to prefer by them")


def preferred_openings(
    search: Search, calendars: Iterable[Calendar], preference: Preference
) -> tuple[Opening, ...]:
    """As many openings as the search asks for, the most preferred of all within its span first."""
    known = tuple(calendars)
    rank = _Rank(search, known, preference)
    return tuple(nsmallest(search.limit, iterate_openings(search, known), key=rank.of))


class _Rank:
    def __init__(
        self, search: Search, calendars: Sequence[Calendar], preference: Preference
    ) -> None:
        self._preference = preference
        self._length = search.duration
        self._places = {provider: n for n, provider in enumerate(preference.providers)}
        self._calendars: dict[tuple[LocationId, ResourceId], list[Calendar]] = {}
        for calendar in calendars:
            key = (calendar.location, calendar.resource)
            self._calendars.setdefault(key, []).append(calendar)
        self._free: dict[tuple[LocationId, ResourceId], list[Stretch]] = {}

    def of(self, opening: Opening) -> tuple[tuple[int, ...], datetime, LocationId, ResourceId]:
        """What openings are sorted by."""
        ranks: list[int] = []
        for criterion in self._preference.by:
            match criterion:
                case Criterion.PROVIDER:
                    ranks.append(self._places.get(opening.provider, len(self._places)))
                case Criterion.HOURS:
                    ranks.append(not self._is_preferred_time(opening))
                case _:
                    ranks += self._fragments(opening)
        return tuple(ranks), opening.start, opening.location, opening.provider

    def _is_preferred_time(self, opening: Opening) -> bool:
        zone = self._calendars[opening.location, opening.provider][0].zone
        return lies_within(opening.period, self._preference.hours, zone)

    def _fragments(self, opening: Opening) -> tuple[int, int]:
        """Microseconds left in pieces that are too short, and how many pieces are left."""
        start = microseconds(opening.start)
        end = start + opening.duration // _MICROSECOND
        around = next(
            free
            for free in self._free_time(opening.location, opening.provider)
            if free[0] <= start and end <= free[1]
        )
        pieces = [piece for piece in (start - around[0], around[1] - end) if piece]
        useful = self._length // _MICROSECOND
        return sum(piece for piece in pieces if piece < useful), len(pieces)

    def _free_time(self, location: LocationId, provider: ResourceId) -> list[Stretch]:
        key = (location, provider)
        if key not in self._free:
            calendars = self._calendars[key]
            hours = joined(stretch(period) for one in calendars for period in one.open)
            busy = taken((busy for one in calendars for busy in one.busy), _NONE, _NONE)
            self._free[key] = cut(hours, busy)
        return self._free[key]
