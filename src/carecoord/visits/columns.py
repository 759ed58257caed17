"""Calendars as columns of bits: for each cell of time a whole number, with a bit per calendar.

A body made of whole cells fits into free time, off any grid as it may be, exactly where each of
its cells lies wholly within; so free time is rounded inward, to whole cells.
"""

from array import array
from collections.abc import Sequence
from datetime import timedelta

from attrs import frozen

from carecoord.kernel.time import Period
from carecoord.visits.calendars import Calendar
from carecoord.visits.starts import stretch, taken
from carecoord.visits.stretches import Stretch, common, cut, joined

__all__ = ["Grid", "Row", "columns_of", "rows_of", "write"]

_MICROSECOND = timedelta(microseconds=1)
_NONE = timedelta()
_WITH_BIT = [bytes(byte | 1 << bit for byte in range(256)) for bit in range(8)]

Row = array
"""First and end of each run of cells, one after the other."""


@frozen
class Grid:
    """The cells of a span: each `cell` microseconds long, `count` of them from cell `first` on."""

    cell: int
    first: int
    count: int

    @classmethod
    def over(cls, span: Period, cell: timedelta, *, margin: timedelta) -> "Grid":
        """The cells that touch the span or the margin around it."""
        length = cell // _MICROSECOND
        start, end = stretch(span)
        around = margin // _MICROSECOND
        first = (start - around) // length
        return cls(length, first, -(-(end + around) // length) - first)

    @property
    def whole(self) -> Stretch:
        """All of it, in microseconds."""
        return self.first * self.cell, (self.first + self.count) * self.cell

    def cells_within(self, stretches: list[Stretch]) -> list[Stretch]:
        """The runs of cells that lie wholly within the stretches, counted from the first."""
        return joined(
            (-(-start // self.cell) - self.first, end // self.cell - self.first)
            for start, end in stretches
        )

    def cells_touching(self, span: Period) -> range:
        """The cells that share time with the span, counted from the first."""
        start, end = stretch(span)
        last = -(-end // self.cell) - self.first
        return range(max(start // self.cell - self.first, 0), min(last, self.count))


def rows_of(calendar: Calendar, grid: Grid) -> tuple["Row[int]", "Row[int]"]:
    """The cells in which a body can be, and those in which only a buffer can."""
    hours = common(joined(stretch(period) for period in calendar.open), [grid.whole])
    free = grid.cells_within(cut(hours, taken(calendar.busy, _NONE, _NONE)))
    bodies = joined(stretch(busy.period) for busy in calendar.busy)
    spare = cut(grid.cells_within(cut([grid.whole], bodies)), free)
    return _row(free), _row(spare)


def _row(runs: list[Stretch]) -> "Row[int]":
    return array("l", [edge for run in runs for edge in run])


def _runs(row: "Row[int]") -> "zip[tuple[int, int]]":
    return zip(row[::2], row[1::2], strict=True)


def columns_of(rows: Sequence["Row[int]"], grid: Grid) -> list[int]:
    """One number for each cell, with the bits of the rows that have it; equal ones are shared."""
    width = max(-(-len(rows) // 8), 1)
    matrix = bytearray(width * grid.count)
    for byte in range(width):
        line = bytearray(grid.count)
        for bit, row in enumerate(rows[8 * byte : 8 * byte + 8]):
            for first, end in _runs(row):
                line[first:end] = line[first:end].translate(_WITH_BIT[bit])
        matrix[byte::width] = line
    same: dict[int, int] = {}
    columns = []
    for at in range(0, width * grid.count, width):
        number = int.from_bytes(matrix[at : at + width], "little")
        columns.append(same.setdefault(number, number))
    return columns


def write(columns: list[int], bit: int, row: "Row[int]", window: range) -> None:
    """Let the bit of the columns within the window be what the row says."""
    one = 1 << bit
    for cell in window:
        columns[cell] &= ~one
    for first, end in _runs(row):
        for cell in range(max(first, window.start), min(end, window.stop)):
            columns[cell] |= one
