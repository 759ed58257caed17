"""The rows of a CSV with their numbers: all of them, or those with a word, found at full speed.

Where rows end is found in whole blocks by NumPy, if it is installed, but only where that is sure
to be as the `csv` module has it: UTF-8, line feeds, quotes around whole cells. From the first block
on that is not so, every row is read. The answer is the same.
"""

import csv
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, BinaryIO

from carecoord_exchange.sources import ByteLines, refused, text_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

try:
    import numpy as np
except ImportError:
    HAS_NUMPY = False
else:
    HAS_NUMPY = True

__all__ = ["CsvRows", "row_ends", "row_of"]

_LINE_FEED, _RETURN, _QUOTE = b'\n\r"'


class CsvRows:
    """The rows of a CSV that are not yet taken; `number` is that of the last one, from 1."""

    def __init__(self, stream: BinaryIO, *, file: str, not_utf_8: Callable[[int], None]) -> None:
        self.file = file
        self.number = 0
        self.lines = ByteLines(stream, file=file)
        self._text = text_lines(self.lines, not_utf_8=not_utf_8)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Every row with its number.

        Raises:
            FileRefused: the text is not well-formed from some place on.
        """
        try:
            for row in csv.reader(self._text, strict=True):
                self.number += 1
                yield self.number, row
        except csv.Error:
            reason = "is not well-formed CSV"
            raise refused(self.file, reason, entry=self.number + 1) from None

    def blocks(self, size: int) -> "Iterator[tuple[bytes, NDArray[np.intp]]]":
        """Blocks that start with a row, and where each row in it ends, as long as that is sure.

        Before each, `number` is that of the row before it. What is left then is for `__iter__`.
        """
        while HAS_NUMPY and (block := self.lines.block(size)):
            found = row_ends(block)
            if found is None:
                self.lines.give_back(block)
                return
            ends, lines = found
            self.lines.give_back(block[int(ends[-1]) :])
            yield block, ends
            self.number += len(ends)
            self.lines.number += lines

    def holding(
        self, words: Collection[str], others: Collection[str] | None = None
    ) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold one of the words and, if given, one of the others; perhaps some more.

        Raises:
            FileRefused: as `__iter__`.
        """
        needles = [_needle(word) for word in words]
        and_one_of = [b""] if others is None else [_needle(word) for word in others]
        for block, ends in self.blocks(_BLOCK):
            for place in _places(block, ends, needles):
                record = block[ends[place - 1] if place else 0 : ends[place]]
                if _holds(record, needles) and _holds(record, and_one_of):
                    yield self.number + 1 + int(place), row_of(record)
        yield from self


_BLOCK = 1_000_000


def row_of(record: bytes) -> list[str]:
    """The cells of a row whose end is sure."""
    return next(csv.reader([record.decode()], strict=True))


def row_ends(block: bytes) -> "tuple[NDArray[np.intp], int] | None":
    """Behind which byte each row of a block ends that starts with one, and their line feeds.

    None if it is not sure.
    """
    if b"\0" in block or not _is_utf_8(block):
        return None
    octets = np.frombuffer(block, np.uint8)
    feeds = ends = np.flatnonzero(octets == _LINE_FEED)
    returns = np.count_nonzero(octets == _RETURN)
    if returns and returns != np.count_nonzero(octets[feeds[feeds > 0] - 1] == _RETURN):
        return None
    closed = True
    if b'"' in block:
        quotes = np.flatnonzero(octets == _QUOTE)
        if not _around_cells(octets, quotes):
            return None
        ends = feeds[np.searchsorted(quotes, feeds) % 2 == 0]
        closed = len(quotes) % 2 == 0
    ends = ends + 1
    if closed and not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    if not len(ends) or np.diff(ends, prepend=0).max() > csv.field_size_limit():
        return None
    return ends, int(np.searchsorted(feeds, ends[-1]))


def _is_utf_8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _around_cells(octets: "NDArray[np.uint8]", quotes: "NDArray[np.intp]") -> bool:
    """Whether every quote opens a cell, closes one, or is one of two within a cell.

    Source: RFC 4180, section 2; elsewhere a quote is a character like any other.
    """
    boundary = np.zeros(256, bool)
    boundary[list(b",\r\n")] = True
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = opening[1:] == closing[: len(opening) - 1] + 1
    starts = boundary[octets[opening - 1]]
    starts[1:] |= doubled
    stops = boundary[octets[np.minimum(closing + 1, len(octets) - 1)]]
    stops[: len(doubled)] |= doubled
    return bool(starts.all() and stops.all())


def _needle(word: str) -> bytes:
    """Bytes that a row with the word holds; quotes are doubled in a file, so without them."""
    return max(word.split('"'), key=len).encode()


def _holds(record: bytes, needles: list[bytes]) -> bool:
    return any(needle in record for needle in needles)


def _places(block: bytes, ends: "NDArray[np.intp]", needles: list[bytes]) -> "NDArray[np.intp]":
    """The rows of a block that may hold one of the needles, by their place in it, in order."""
    found = [at for needle in needles for at in _hits(block, needle)]
    places: NDArray[np.intp] = np.unique(np.searchsorted(ends, found, side="right"))
    return places[places < len(ends)]


def _hits(block: bytes, needle: bytes) -> Iterator[int]:
    """Where a needle may be: its last four bytes are looked for, all at once."""
    if len(needle) < 4:
        at = block.find(needle)
        while at >= 0:
            yield at
            at = block.find(needle, at + 1)
        return
    wanted = np.frombuffer(needle[-4:], np.uint32)
    for offset in range(min(4, len(block) - 3)):
        words = np.frombuffer(block, np.uint32, (len(block) - offset) // 4, offset)
        yield from (np.flatnonzero(words == wanted) * 4 + offset).tolist()
