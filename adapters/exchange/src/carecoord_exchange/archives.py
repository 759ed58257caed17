"""Compressed files, read with limits: gzip, and zip archives of one file or of many.

    with open_hospital_prices("prices.csv.gz") as prices: ...       # unpacked as it is read
    for name, content in files_in("bundles.zip"):
        take_in(desk, read_bundle(content))

What unpacks to far more than it should is refused, as is an archive in an archive, an encrypted
one, and one whose names lead out of it. Nothing is ever written to a disk.

Source: RFC 1952 and PKWARE's APPNOTE for the formats (from memory); the limits are our own.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from carecoord_exchange.problems import FileRefused, Problem

__all__ = ["LARGEST_RATIO", "MOST_FILES", "SMALL", "unpacked", "unpacked_files"]

LARGEST_RATIO = 250
"""How many bytes may come of each byte of an archive; price files come to 100 at most."""
SMALL = 64_000_000
"""Bytes to which anything may unpack, whatever the ratio."""
MOST_FILES = 10_000
"""How many files an archive may have."""

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error)


def _refused(file: str, reason: str) -> FileRefused:
    return FileRefused([Problem(file, None, "file", reason)])


@contextmanager
def unpacked(stream: BinaryIO, file: str) -> Iterator[BinaryIO]:
    """The stream itself, or what it holds if that is one compressed file; it stays where it was.

    A stream that cannot be read again from its start is taken as it is.

    Raises:
        FileRefused: a limit is crossed, or it is damaged; also while it is read.
    """
    start = _peeked(stream)
    if not _is_packed(start):
        yield stream
        return
    at = stream.tell()
    with ExitStack() as stack:
        stack.callback(stream.seek, at)
        limit = _limit(stream, at)
        if start.startswith(_GZIP):
            inner = cast(BinaryIO, stack.enter_context(gzip.GzipFile(fileobj=stream, mode="rb")))
        else:
            archive, files = _opened(stack, stream, file)
            if len(files) != 1:
                raise _refused(file, "is an archive that does not hold exactly one file")
            inner = cast(BinaryIO, stack.enter_context(_member(archive, files[0], file)))
        bounded = cast(BinaryIO, _Bounded(inner, limit, file))
        if _is_packed(bounded.read(4)):
            raise _refused(file, "is an archive within an archive")
        bounded.seek(0)
        yield bounded


def unpacked_files(stream: BinaryIO, file: str) -> Iterator[tuple[str, bytes]]:
    """The name and content of every file of a zip archive, in their order.

    Raises:
        FileRefused: it is no zip archive, a limit is crossed, or it is damaged.
    """
    if not _peeked(stream).startswith(_ZIP):
        raise _refused(file, "is no zip archive")
    with ExitStack() as stack:
        left = _limit(stream, stream.tell())
        archive, files = _opened(stack, stream, file)
        for one in files:
            with _member(archive, one, file) as inner:
                content = _Bounded(cast(BinaryIO, inner), left, file).readall()
            left -= len(content)
            if _is_packed(content[:4]):
                raise _refused(file, "is an archive within an archive")
            yield one.filename, content


def _peeked(stream: BinaryIO) -> bytes:
    try:
        if not stream.seekable():
            return b""
        at = stream.tell()
        start = stream.read(4)
        stream.seek(at)
    except (OSError, EOFError, ValueError, AttributeError, zlib.error):
        return b""
    return start


def _is_packed(start: bytes) -> bool:
    return start.startswith((_GZIP, *_ZIP))


def _limit(stream: BinaryIO, at: int) -> int:
    size = stream.seek(0, io.SEEK_END) - at
    stream.seek(at)
    return max(SMALL, LARGEST_RATIO * size)


def _opened(
    stack: ExitStack, stream: BinaryIO, file: str
) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
        there = archive.infolist()
    except (*_BROKEN, zipfile.BadZipFile):
        raise _refused(file, "is a damaged archive") from None
    if len(there) > MOST_FILES:
        raise _refused(file, f"is an archive of more than {MOST_FILES:,} files")
    for one in there:
        path = PurePosixPath(one.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in one.filename:
            raise _refused(file, "is an archive with a name that leads out of it")
    # macOS keeps what it knows of each file beside it.
    return archive, [
        one for one in there if not one.is_dir() and not one.filename.startswith("__MACOSX/")
    ]


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo, file: str) -> Any:
    if one.flag_bits & _ENCRYPTED:
        raise _refused(file, "is an archive that is encrypted")
    if one.compress_type not in _METHODS:
        raise _refused(file, "is compressed in a way that is not read here")
    try:
        return archive.open(one)
    except (*_BROKEN, zipfile.BadZipFile):
        raise _refused(file, "is a damaged archive") from None


class _Bounded(io.RawIOBase):
    """Reads no more than a limit of what is unpacked, and tells damage as a refusal."""

    def __init__(self, inner: BinaryIO, limit: int, file: str) -> None:
        self._inner, self._limit, self._file = inner, limit, file
        self._gone = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It can be read again from its start."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go back to the start."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise OSError("only the start can be gone back to")
        self._gone = 0
        return self._inner.seek(0)

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes, or all."""
        if size < 0:
            return self.readall()
        try:
            data = self._inner.read(size)
        except (*_BROKEN, zipfile.BadZipFile):
            raise _refused(self._file, "is a damaged archive") from None
        self._gone += len(data)
        if self._gone > self._limit:
            raise _refused(self._file, "unpacks to far more than it should")
        return data

    def readall(self) -> bytes:
        """All that is left."""
        pieces = []
        while piece := self.read(1_000_000):
            pieces.append(piece)
        return b"".join(pieces)
