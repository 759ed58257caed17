"""The bytes of a price index: sections one after another, checksums of their pages, a footer.

    MAGIC | sections … | a CRC-32 of each page | footer, JSON | trailer

The trailer, of a fixed size, says where the footer is, the number of the format, and a checksum of
all that follows the pages. A page is checked when something in it is first read, so that opening
takes no longer for a larger index. Checksums find damage; they do not prove who wrote an index.
"""

import contextlib
import json
import mmap
import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Literal

from carecoord_exchange.sources import refused

__all__ = ["FORMAT", "Sections", "SectionsWriter"]

FORMAT = 1
"""The number of the format; one is never read as another."""

_MAGIC = b"carecoord prices"
_TRAILER = struct.Struct("<QQIII4s")
_END = b"prix"
_PAGE = 16_384


class SectionsWriter:
    """Sections that grow side by side in nameless files, put together at the end."""

    def __init__(self, into: str | os.PathLike[str], names: tuple[str, ...]) -> None:
        self._into = Path(into)
        self._open = ExitStack()
        try:
            self.sections: Mapping[str, BinaryIO] = {
                name: self._open.enter_context(_nameless(self._into.parent)) for name in names
            }
        except OSError:
            self._open.close()
            raise refused(self._into.name, "cannot be written") from None

    def close(self) -> None:
        """Let go of the nameless files."""
        self._open.close()

    def finish(self, contents: Mapping[str, Any]) -> None:
        """Write the whole beside its place, and put it there in one step.

        Raises:
            FileRefused: it cannot be written; what was there before is still there.
        """
        target: str | None = None
        try:
            number, target = tempfile.mkstemp(prefix=".prices-", dir=self._into.parent)
            with os.fdopen(number, "wb") as out:
                self._write(out, contents)
                out.flush()
                os.fsync(out.fileno())
            os.replace(target, self._into)
        except OSError:
            raise refused(self._into.name, "cannot be written") from None
        finally:
            if target is not None:
                with contextlib.suppress(OSError):
                    os.unlink(target)

    def _write(self, out: BinaryIO, contents: Mapping[str, Any]) -> None:
        checks = bytearray()
        places: dict[str, tuple[int, int]] = {}
        written, page = 0, b""
        for name, part in (("", None), *self.sections.items()):
            start = written + len(page)
            for block in [_MAGIC] if part is None else _blocks(part):
                page += block
                while len(page) >= _PAGE:
                    out.write(page[:_PAGE])
                    checks += struct.pack("<I", zlib.crc32(page[:_PAGE]))
                    written, page = written + _PAGE, page[_PAGE:]
            places[name] = (start, written + len(page) - start)
        out.write(page)
        checks += struct.pack("<I", zlib.crc32(page))
        footer = json.dumps({**contents, "sections": places}, ensure_ascii=False).encode()
        head = struct.pack("<QQI", written + len(page), len(checks), FORMAT)
        check = zlib.crc32(head, zlib.crc32(footer, zlib.crc32(checks)))
        out.write(checks)
        out.write(footer)
        out.write(_TRAILER.pack(written + len(page), len(checks), FORMAT, len(footer), check, _END))


def _nameless(folder: Path) -> BinaryIO:
    return tempfile.TemporaryFile(dir=folder)


def _blocks(part: BinaryIO) -> Iterator[bytes]:
    part.seek(0)
    while block := part.read(_PAGE):
        yield block


class Sections:
    """The sections of an index, mapped into memory and checked as they are read."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.file = Path(path).name
        try:
            with Path(path).open("rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            raise refused(self.file, "cannot be opened as a price index") from None
        self._view = memoryview(self._map)
        try:
            self.contents, self._pages_end, self._checks = self._footer()
            self._places: Mapping[str, tuple[int, int]] = {
                name: (start, length) for name, (start, length) in self.contents["sections"].items()
            }
        except BaseException:
            self.close()
            raise
        self._checked = bytearray(len(self._checks))

    def close(self) -> None:
        """Let go of the file."""
        self._view.release()
        self._map.close()

    def _footer(self) -> tuple[Mapping[str, Any], int, tuple[int, ...]]:
        if sys.byteorder != "little":
            raise refused(self.file, "is for machines that keep the low byte first")
        size = len(self._view)
        if size < _TRAILER.size or bytes(self._view[:16]) != _MAGIC:
            raise refused(self.file, "is no price index")
        end = size - _TRAILER.size
        pages_end, checks, number, length, check, mark = _TRAILER.unpack_from(self._view, end)
        if mark != _END or pages_end + checks + length != end:
            raise refused(self.file, "is cut short or damaged; build it again")
        head = struct.pack("<QQI", pages_end, checks, number)
        if zlib.crc32(head, zlib.crc32(self._view[pages_end:end])) != check:
            raise refused(self.file, "is damaged; build it again")
        if number != FORMAT:
            raise refused(self.file, f"is of format {number}, not {FORMAT}; build it again")
        sums = struct.unpack_from(f"<{checks // 4}I", self._view, pages_end)
        return json.loads(bytes(self._view[pages_end + checks : end])), pages_end, sums

    def bytes_of(self, name: str, start: int, length: int) -> bytes:
        """Some bytes of a section.

        Raises:
            FileRefused: they are damaged.
        """
        at = self._places[name][0] + start
        self._check(at, length)
        return self._view[at : at + length].tobytes()

    def length(self, name: str) -> int:
        """How many bytes a section has."""
        return self._places[name][1]

    def whole(self, name: str, form: Literal["I", "Q"]) -> memoryview:
        """A section as whole numbers of 4 or 8 bytes; release it after use.

        Raises:
            FileRefused: it is damaged.
        """
        start, length = self._places[name]
        self._check(start, length)
        return self._view[start : start + length].cast(form)

    def verify(self) -> None:
        """Check every page.

        Raises:
            FileRefused: something is damaged.
        """
        self._check(0, self._pages_end)

    def _check(self, at: int, length: int) -> None:
        for page in range(at // _PAGE, (at + length - 1) // _PAGE + 1):
            if not self._checked[page]:
                start = page * _PAGE
                found = zlib.crc32(self._view[start : min(start + _PAGE, self._pages_end)])
                if found != self._checks[page]:
                    raise refused(self.file, "is damaged; build it again", place=f"page {page}")
                self._checked[page] = 1
