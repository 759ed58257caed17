"""Blobs: scanned pages and other large content, kept apart from aggregates and named by content.

    blobs = BlobFolder(Path("/srv/clinic/blobs"))
    with open("referral.pdf", "rb") as page:
        blob = blobs.put(page)      # its id goes into an aggregate, in a unit of work after this
    with blobs.open(blob.id) as content:
        content.read()

The name is the SHA-256 of the content, so that the same page is kept once, a changed one is
noticed, and no name leads anywhere else. A blob is put before the work that refers to it is done;
one that nothing came to refer to is an orphan, and swept away after a time of grace.
"""

import hashlib
import io
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from attrs import frozen

from carecoord.errors import InvalidValue, NotFound, Unavailable
from carecoord.kernel.ids import BlobId
from carecoord.kernel.time import Clock
from carecoord.kernel.values import Count, checked
from carecoord.system import SystemClock

__all__ = ["GRACE", "LARGEST_BLOB", "Blob", "BlobFolder", "Blobs", "MemoryBlobs"]

LARGEST_BLOB = 100 * 2**20
"""How many bytes a blob may have, where nobody says otherwise."""
GRACE = timedelta(days=1)
"""How long an orphan is kept, since the work that is to refer to it may still be on its way."""

_CHUNK = 2**18
_BLOB_ID = re.compile(r"sha256-([0-9a-f]{64})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(field_transformer=checked)
class Blob:
    """What was put: its id, and how many bytes it has."""

    id: BlobId
    size: Count


class Blobs(Protocol):
    """A place that keeps blobs. Safe for threads and processes."""

    def put(self, content: BinaryIO) -> Blob:
        """Keep the content, durably, reading it piece by piece; the same content is kept once.

        Raises:
            InvalidValue: it is larger than this place takes, or no bytes.
            Unavailable: it could not be kept, and nothing was.
        """
        ...  # pragma: no cover

    def open(self, id: BlobId) -> BinaryIO:
        """The content, to be read and closed.

        Raises:
            NotFound: there is none of this id.
            Unavailable: it cannot be read just now.
        """
        ...  # pragma: no cover

    def is_intact(self, id: BlobId) -> bool:
        """Whether the content is still the one that was put."""
        ...  # pragma: no cover

    def sweep(
        self, is_referred_to: Callable[[BlobId], bool], *, grace: timedelta = GRACE
    ) -> tuple[BlobId, ...]:
        """Remove what nothing refers to and nobody has put within the grace; returns their ids.

        What is put again starts its grace anew, also while it is being swept.
        """
        ...  # pragma: no cover


def _pieces(content: BinaryIO, largest: int) -> Iterator[bytes]:
    """The content in pieces, as long as it is not too large."""
    size = 0
    while piece := content.read(_CHUNK):
        if not isinstance(piece, bytes):
            raise InvalidValue("blob", "must be read as bytes")
        size += len(piece)
        if size > largest:
            raise InvalidValue("blob", f"must not be larger than {largest:,} bytes")
        yield piece


def _digits(id: object) -> str:
    """The hexadecimal digits of an id; nothing else can ever be part of a path."""
    match = _BLOB_ID.match(id) if isinstance(id, str) else None
    if match is None:
        raise NotFound("blob", "that is none")
    return match[1]


def _is_intact(blobs: Blobs, id: BlobId) -> bool:
    with blobs.open(id) as content:
        digest = hashlib.sha256()
        while piece := content.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest() == _digits(id)


class MemoryBlobs:
    """Keeps blobs in this process, for as long as it runs; for tests and examples."""

    def __init__(self, *, largest: int = LARGEST_BLOB, clock: Clock | None = None) -> None:
        self._largest = largest
        self._clock = SystemClock() if clock is None else clock
        self._lock = threading.Lock()
        self._kept: dict[BlobId, tuple[bytes, datetime]] = {}

    def put(self, content: BinaryIO) -> Blob:
        """See `Blobs`."""
        whole = b"".join(_pieces(content, self._largest))
        id = BlobId(f"sha256-{hashlib.sha256(whole).hexdigest()}")
        with self._lock:
            self._kept[id] = (whole, self._clock.now())
        return Blob(id, len(whole))

    def open(self, id: BlobId) -> BinaryIO:
        """See `Blobs`."""
        kept = self._kept.get(BlobId(f"sha256-{_digits(id)}"))
        if kept is None:
            raise NotFound("blob", id)
        return io.BytesIO(kept[0])

    def is_intact(self, id: BlobId) -> bool:
        """See `Blobs`."""
        return _is_intact(self, id)

    def sweep(
        self, is_referred_to: Callable[[BlobId], bool], *, grace: timedelta = GRACE
    ) -> tuple[BlobId, ...]:
        """See `Blobs`."""
        before, gone = self._clock.now() - grace, []
        for id in tuple(self._kept):
            if not is_referred_to(id):
                with self._lock:
                    kept = self._kept.get(id)  # gone if another sweep was faster
                    if kept is not None and kept[1] < before:
                        del self._kept[id]
                        gone.append(id)
        return tuple(gone)


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise Unavailable("the blob could not be read or written") from None


class BlobFolder:
    """Keeps blobs as files below a folder, readable by the owner alone.

    A file is written beside, synced and then moved to its place, so that it is there whole or not
    at all. What is swept is moved aside first and looked at again: had it been put again meanwhile,
    it is moved back, and readers find it all along.
    """

    def __init__(
        self, folder: Path, *, largest: int = LARGEST_BLOB, clock: Clock | None = None
    ) -> None:
        self._largest = largest
        self._clock = SystemClock() if clock is None else clock
        self._kept, self._coming, self._going = (
            folder / name for name in ("kept", "coming", "going")
        )
        with _available():
            for part in (self._kept, self._coming, self._going):
                part.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: BinaryIO) -> Blob:
        """See `Blobs`."""
        with _available():
            handle, name = tempfile.mkstemp(dir=self._coming)
            try:
                with os.fdopen(handle, "wb") as file:
                    digest, size = hashlib.sha256(), 0
                    for piece in _pieces(content, self._largest):
                        digest.update(piece)
                        size += file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                self._settle(Path(name), digest.hexdigest())
            finally:
                Path(name).unlink(missing_ok=True)
        return Blob(BlobId(f"sha256-{digest.hexdigest()}"), size)

    def open(self, id: BlobId) -> BinaryIO:
        """See `Blobs`."""
        digits = _digits(id)
        # A blob on its way out is looked for last, and again where it belongs if it came back.
        for path in (self._place(digits), self._going / digits, self._place(digits)):
            with _available(), suppress(FileNotFoundError):
                return path.open("rb")
        raise NotFound("blob", id)

    def is_intact(self, id: BlobId) -> bool:
        """See `Blobs`."""
        with _available():
            return _is_intact(self, id)

    def sweep(
        self, is_referred_to: Callable[[BlobId], bool], *, grace: timedelta = GRACE
    ) -> tuple[BlobId, ...]:
        """See `Blobs`; also removes what was left of a `put` or `sweep` that was cut off."""
        before, gone = self._clock.now() - grace, []
        with _available():
            for left in self._coming.iterdir():
                with suppress(FileNotFoundError):  # it has just arrived
                    if _put_at(left) < before:
                        left.unlink()
            for path in (*self._going.iterdir(), *self._kept.glob("*/*")):
                id = BlobId(f"sha256-{path.name}")
                with suppress(FileNotFoundError):  # another sweep was faster
                    if is_referred_to(id):
                        self._back(path)
                    elif _put_at(path) < before and self._removed(path, before):
                        gone.append(id)
        return tuple(dict.fromkeys(gone))

    def _place(self, digits: str) -> Path:
        return self._kept / digits[:2] / digits

    def _settle(self, written: Path, digits: str) -> None:
        """Move a file that is written whole to its place, and note when it was put."""
        place = self._place(digits)
        _note_time(written, self._clock.now())
        place.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(written, place)
        _sync(place.parent)
        _sync(self._kept)

    def _removed(self, path: Path, before: datetime) -> bool:
        """Whether it is gone: it was moved aside, and nobody had put it again by then."""
        aside = self._going / path.name
        if path != aside:
            os.replace(path, aside)
        if _put_at(aside) >= before:
            self._back(aside)
            return False
        aside.unlink()
        return not self._place(path.name).exists()

    def _back(self, path: Path) -> None:
        """Bring what was moved aside back to its place, unless it is there."""
        place = self._place(path.name)
        if path != place:
            if place.exists():
                path.unlink()
            else:
                os.replace(path, place)
                _sync(place.parent)


def _put_at(path: Path) -> datetime:
    return _EPOCH + timedelta(microseconds=path.stat().st_mtime_ns // 1_000)


def _note_time(path: Path, at: datetime) -> None:
    nanoseconds = (at - _EPOCH) // timedelta(microseconds=1) * 1_000
    os.utime(path, ns=(nanoseconds, nanoseconds))


def _sync(folder: Path) -> None:
    """Make sure that the names in a folder survive; where a system cannot, it does so by itself."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
