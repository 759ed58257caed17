"""Where a file comes from: a path, its bytes, or an open binary stream; read with limits.

One that is compressed, by gzip or as the one file of a zip archive, is unpacked as it is read.
"""

import codecs
import io
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from carecoord_exchange.archives import unpacked, unpacked_files
from carecoord_exchange.problems import FileRefused, Problem

__all__ = [
    "UNREADABLE",
    "ByteLines",
    "Source",
    "files_in",
    "name_of",
    "opened",
    "read_whole",
    "refused",
    "text_lines",
]

Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""A path (text or path object), the bytes of a file, or a binary stream that is open."""

UNREADABLE = (OSError, ValueError, EOFError, zlib.error)
"""What a stream raises that cannot be read, one that is packed and damaged among them."""

_BLOCK = 1_000_000
_LONGEST_LINE = 4_000_000
"""Bytes of one line; a longer one is not a table but an attack."""


def name_of(source: Source) -> str:
    """What the file is called in problems: its last name, or `bytes`, or `stream`."""
    if isinstance(source, bytes):
        return "bytes"
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else "stream"


def refused(
    file: str, reason: str, *, place: str = "file", entry: int | None = None
) -> FileRefused:
    """The refusal of a whole file for one reason."""
    return FileRefused([Problem(file, entry, place, reason)])


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The source as a binary stream, unpacked; what was opened here is closed again.

    Raises:
        FileRefused: there is no such file, it cannot be read, or is compressed beyond the limits.
    """
    with _as_it_is(source) as stream, unpacked(stream, name_of(source)) as plain:
        yield plain


def files_in(source: Source) -> Iterator[tuple[str, bytes]]:
    """The name and content of every file of a zip archive, such as one of bundles.

    Raises:
        FileRefused: it cannot be read, is no zip archive, or crosses a limit.
    """
    with _as_it_is(source) as stream:
        yield from unpacked_files(stream, name_of(source))


@contextmanager
def _as_it_is(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    if not isinstance(source, str | os.PathLike):
        yield source
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(source).open("rb"))
        except (OSError, ValueError):
            raise refused(name_of(source), "cannot be opened") from None
        yield stream


def read_whole(source: Source, *, largest: int) -> bytes:
    """All bytes of the source.

    Raises:
        FileRefused: it cannot be read, or is larger than `largest` bytes.
    """
    with opened(source) as stream:
        try:
            data = _up_to(stream, largest + 1)
        except UNREADABLE:
            raise refused(name_of(source), "cannot be read") from None
    if len(data) > largest:
        raise refused(name_of(source), f"is larger than {largest:,} bytes")
    return data


def _up_to(stream: BinaryIO, size: int) -> bytes:
    """At most so many bytes; asked for in blocks, since what is asked for at once is set aside."""
    blocks, left = [], size
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


class ByteLines:
    """The lines of a text file as bytes, and what is not yet taken of them in blocks too.

    A line ends with a line feed, a carriage return or both; `number` counts the lines taken.
    """

    def __init__(self, stream: BinaryIO, *, file: str) -> None:
        self.file = file
        self.number = 0
        self._stream = stream
        self._rest = b""
        self._waiting: deque[bytes] = deque()

    def __iter__(self) -> Iterator[bytes]:
        """The lines, their endings kept.

        Raises:
            FileRefused: the file cannot be read, or has a line of millions of bytes.
        """
        while True:
            while self._waiting:
                self.number += 1
                yield self._waiting.popleft()
            block = self._read()
            lines = (self._rest + block).splitlines(keepends=True)
            self._rest = b"" if not block or lines[-1].endswith(b"\n") else lines.pop()
            if not lines and not block:
                return
            self._waiting.extend(lines)
            if len(self._rest) > _LONGEST_LINE:
                raise refused(self.file, "has a line that is far too long")

    def block(self, size: int = _BLOCK) -> bytes:
        """What comes next, `size` bytes or a little more, up to the end of a line or of the file.

        It is empty at the end. Its lines count as taken once `number` is brought up to date by
        who looks into it.
        """
        parts: list[bytes | memoryview] = [*self._waiting, self._rest]
        self._waiting.clear()
        self._rest = b""
        length = sum(map(len, parts))
        while read := self._read():
            length += len(read)
            if length >= size and (end := read.rfind(b"\n") + 1):
                self._rest = read[end:]
                return b"".join([*parts, memoryview(read)[:end]])
            parts.append(read)
            if length > size + _LONGEST_LINE:
                raise refused(self.file, "has a line that is far too long")
        return b"".join(parts)

    def give_back(self, block: bytes) -> None:
        """Put back the end of what was taken last, to be taken again as lines or as a block."""
        self._waiting.extendleft(reversed(block.splitlines(keepends=True)))

    def _read(self) -> bytes:
        try:
            return self._stream.read(_BLOCK)
        except UNREADABLE:
            raise refused(self.file, "cannot be read") from None


def text_lines(lines: ByteLines, *, not_utf_8: Callable[[int], None]) -> Iterator[str]:
    """The lines as text, a byte order mark taken off, line endings of any kind kept.

    A line that is not UTF-8 is read as Windows-1252, which published files also use, and
    `not_utf_8` is told its number, which counts from 1.

    Raises:
        FileRefused: in neither of the two, NUL characters, or a line of millions of characters.
    """
    for line in lines:
        number = lines.number
        if number == 1 and line.startswith(codecs.BOM_UTF8):
            line = line[len(codecs.BOM_UTF8) :]
        if b"\0" in line:
            raise refused(lines.file, "is not UTF-8 text: it holds NUL characters", entry=number)
        try:
            yield line.decode("utf-8")
            continue
        except UnicodeDecodeError:
            not_utf_8(number)
        try:
            text = line.decode("cp1252")
        except UnicodeDecodeError:
            raise refused(lines.file, "is not UTF-8 text", entry=number) from None
        yield text
