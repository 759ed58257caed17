"""An index for many searches over the same calendars, such as a year of a whole organization.

    index = OpeningIndex(year, calendars)
    index.openings(search)                  # what find_openings would give, sooner
    index.renew(calendar, day)              # after something was booked or given back

It is laid out by time: for each cell of the span one whole number, in which each calendar has a
bit that says whether a body can be there. So one `and` of a few neighbouring numbers tells of all
calendars at once where a visit can start, and the first openings of any set of providers are found
without touching the bookings of a single one.

Starts, durations and buffers lie on cells here. Hours and busy time need not: a body made of whole
cells fits into them exactly where each of its cells lies wholly within.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_, or_
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, ResourceId
from carecoord.kernel.time import Period
from carecoord.visits.calendars import Calendar
from carecoord.visits.claims import CELL, check_cell
from carecoord.visits.columns import Grid, columns_of, rows_of, write
from carecoord.visits.hours import check_span
from carecoord.visits.limits import body_limits
from carecoord.visits.occupation import LONGEST
from carecoord.visits.search import Opening, Search, found_opening
from carecoord.visits.starts import Starts, assigned, instant, is_on_raster, raster_step

__all__ = ["OpeningIndex"]

_MICROSECOND = timedelta(microseconds=1)
_ANY_ZONE = ZoneInfo("UTC")


@frozen
class _Slot:
    """What a bit stands for: one resource at one location."""

    resource: ResourceId
    location: LocationId
    zone: ZoneInfo
    roles: frozenset[str]


@frozen
class _Group:
    """Providers who need the same number of cells and may start at the same times."""

    mask: int
    duration: timedelta
    starts: Starts
    zone: ZoneInfo


class OpeningIndex:
    """The openings of many calendars over a span, kept ready.

    It is not safe to renew it in one thread while another searches.

    Raises:
        InvalidValue: a resource has two calendars at one location, the span is longer than five
            years, or a cell is not whole minutes that divide an hour.
    """

    def __init__(
        self, span: Period, calendars: Iterable[Calendar], *, cell: timedelta = CELL
    ) -> None:
        self.span = check_span("span", span)
        self.cell = check_cell(cell)
        self._grid = Grid.over(span, self.cell, margin=LONGEST)
        rows = [(_slot(calendar), *rows_of(calendar, self._grid)) for calendar in calendars]
        rows.sort(key=lambda row: (row[0].location, row[0].resource))
        self._slots = [slot for slot, _, _ in rows]
        self._number = {(one.location, one.resource): n for n, one in enumerate(self._slots)}
        if len(self._number) < len(rows):
            raise InvalidValue("calendars", "name a resource twice at one location")
        self._masks()
        self._free = columns_of([free for _, free, _ in rows], self._grid)
        self._spare = columns_of([spare for _, _, spare in rows], self._grid)

    def openings(self, search: Search) -> tuple[Opening, ...]:
        """The first openings, as many as the search asks for; see `iterate`."""
        return tuple(islice(self.iterate(search), search.limit))

    def iterate(self, search: Search) -> Iterator[Opening]:
        """Every opening that starts on a cell, earliest first, then by location and provider.

        Raises:
            InvalidValue: the search looks beyond the span of the index, or its durations or buffers
                are not whole cells.
        """
        self._check(search)
        streams = [self._walk(search, group) for group in self._groups(search)]
        return streams[0] if len(streams) == 1 else merge(*streams, key=_order)

    def renew(self, calendar: Calendar, within: Period) -> None:
        """Take over what the calendar now says of the time within; the rest stays as it was.

        Raises:
            InvalidValue: the index does not have this resource at this location, or has it with
                other roles or another zone.
        """
        slot = _slot(calendar)
        bit = self._number.get((slot.location, slot.resource))
        if bit is None or self._slots[bit] != slot:
            raise InvalidValue("calendar", "is not one of those that the index was made of")
        window = self._grid.cells_touching(within)
        free, spare = rows_of(calendar, self._grid)
        write(self._free, bit, free, window)
        write(self._spare, bit, spare, window)

    def _check(self, search: Search) -> None:
        if not self.span.contains(search.span):
            raise InvalidValue("Search.span", "must lie within the span of the index")
        lengths = [search.duration, search.buffer_before, search.buffer_after]
        if any(one % self.cell for one in (*lengths, *(o.duration for o in search.own_durations))):
            raise InvalidValue("Search.duration", "durations and buffers must be whole cells")

    def _masks(self) -> None:
        self._of_role: dict[str, int] = {}
        self._bits_of: dict[ResourceId, tuple[int, ...]] = {}
        self._at: dict[LocationId, int] = {}
        self._in_zone: dict[ZoneInfo, int] = {}
        for bit, slot in enumerate(self._slots):
            one = 1 << bit
            for role in slot.roles:
                self._of_role[role] = self._of_role.get(role, 0) | one
            self._bits_of[slot.resource] = (*self._bits_of.get(slot.resource, ()), bit)
            self._at[slot.location] = self._at.get(slot.location, 0) | one
            self._in_zone[slot.zone] = self._in_zone.get(slot.zone, 0) | one

    def _groups(self, search: Search) -> Iterator[_Group]:
        mask = self._of_role.get(search.requirements[0].role, 0)
        if search.providers:
            mask &= self._of(search.providers)
        if search.locations:
            mask &= reduce(or_, (self._at.get(one, 0) for one in search.locations), 0)
        for own in search.own_durations:
            theirs = mask & self._of((own.resource,))
            mask &= ~theirs
            yield from self._by_zone(search, theirs, own.duration)
        yield from self._by_zone(search, mask, search.duration)

    def _of(self, resources: Iterable[ResourceId]) -> int:
        mask, bits_of = 0, self._bits_of
        for resource in resources:
            for bit in bits_of.get(resource, ()):
                mask |= 1 << bit
        return mask

    def _by_zone(self, search: Search, mask: int, duration: timedelta) -> Iterator[_Group]:
        """The providers in one group, or in one for each zone where the wall clock matters."""
        zones: Iterable[tuple[ZoneInfo, int]] = self._in_zone.items()
        if not search.hours and self._step(search)[1] is False:
            zones = ((_ANY_ZONE, mask),)
        for zone, there in zones:
            if mask & there:
                limits = body_limits(search, duration, zone)
                starts = Starts(limits, duration // _MICROSECOND, self._grid.cell)
                yield _Group(mask & there, duration, starts, zone)

    def _step(self, search: Search) -> tuple[int, bool]:
        """How many cells from one possible start to the next, and whether clocks must be read."""
        step = raster_step(search.starts_every)
        if step % self._grid.cell:
            return 1, True
        return step // self._grid.cell, step != search.starts_every // _MICROSECOND

    def _walk(self, search: Search, group: _Group) -> Iterator[Opening]:
        free, slots = self._free, self._slots
        mask, duration = group.mask, group.duration
        needs = [self._of_role.get(need.role, 0) for need in search.requirements[1:]]
        wide = reduce(or_, needs, mask)
        first_cell = self._grid.first
        origin = instant(first_cell * self._grid.cell)
        before, after = search.buffer_before, search.buffer_after
        cells, ahead, behind = (one // self.cell for one in (duration, before, after))
        stride, read_clocks = self._step(search)
        for first, last in group.starts.ranges():
            first += -first % stride
            for at in range(first - first_cell, last - first_cell + 1, stride):
                if not free[at] & mask:
                    continue
                here = reduce(and_, free[at : at + cells], wide)
                if ahead or behind:
                    here = self._clear(here, range(at - ahead, at))
                    here = self._clear(here, range(at + cells, at + cells + behind))
                providers = here & mask
                if not providers:
                    continue
                start = origin + at * self.cell
                if read_clocks and not is_on_raster(start, search.starts_every, group.zone):
                    continue
                while providers:
                    one = providers & -providers
                    providers ^= one
                    slot = slots[one.bit_length() - 1]
                    resources = self._with_others(slot, here & ~one, needs)
                    if resources:
                        yield found_opening(
                            start, duration, slot.location, resources, before, after
                        )

    def _clear(self, here: int, cells: range) -> int:
        """Those for whom a buffer can be in all of these cells."""
        for cell in cells:
            here &= self._free[cell] | self._spare[cell]
        return here

    def _with_others(self, slot: _Slot, here: int, needs: list[int]) -> tuple[ResourceId, ...]:
        """The provider, and who else takes part of those that are free here; nobody if too few."""
        if not needs:
            return (slot.resource,)
        near = here & self._at[slot.location]
        if len(needs) == 1:
            # By far the most common case, and the same as below.
            free = near & needs[0]
            if not free:
                return ()
            return slot.resource, self._slots[(free & -free).bit_length() - 1].resource
        pools = [[self._slots[bit].resource for bit in _bits(near & need)] for need in needs]
        others = assigned(pools, ())
        return () if others is None else (slot.resource, *others)


def _order(opening: Opening) -> tuple[datetime, LocationId, ResourceId]:
    return opening.start, opening.location, opening.provider


def _slot(calendar: Calendar) -> _Slot:
    return _Slot(calendar.resource, calendar.location, calendar.zone, calendar.roles)


def _bits(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
