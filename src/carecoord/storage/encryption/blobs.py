"""Blobs that are kept encrypted, whatever keeps them; needs `carecoord[encryption]`.

    blobs = EncryptedBlobs(BlobFolder(Path("/srv/clinic/blobs")), data_keys(store))

What is kept is a header (the number of the data key, and a salt) and the content in segments, each
sealed under a key of this blob alone, with its place and whether it is the last. The id is the
hash of what is kept, not of the content, so that nobody can tell by it which page it is; the same
page put twice is therefore kept twice.

Source: Hoang, Reyhanitabar, Rogaway and Vizár, Online authenticated-encryption and its nonce-reuse
misuse-resistance (2015), for sealing a stream in segments.
"""

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carecoord.errors import CarecoordError, InvalidValue, Unavailable
from carecoord.kernel.ids import BlobId
from carecoord.storage.blobs import GRACE, Blob, Blobs
from carecoord.storage.encryption.data_keys import DataKeys
from carecoord.system import random_bytes

__all__ = ["EncryptedBlobs"]

_MAGIC = b"carecoord.blob.v1\0"
_NUMBER, _SALT = 4, 32
_HEADER = len(_MAGIC) + _NUMBER + _SALT
_SEGMENT, _TAG = 2**18, 16


def _nonce(place: int, last: bool) -> bytes:
    """The key is this blob's alone, so that a segment's place is nonce enough."""
    return place.to_bytes(11, "big") + bytes([last])


class _Pieces(io.RawIOBase):
    """A stream to be read, of pieces that are made as they are asked for."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], None]) -> None:
        self._pieces = pieces
        self._left = b""
        self._end = close

    def readable(self) -> bool:
        return True

    def readinto(self, into: object) -> int:
        room = memoryview(into)  # type: ignore[arg-type]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        given, self._left = self._left[: len(room)], self._left[len(room) :]
        room[: len(given)] = given
        return len(given)

    def close(self) -> None:
        self._end()
        super().close()


class EncryptedBlobs:
    """Keeps blobs in another place, encrypted; see `Blobs`.

    That place limits what is kept, which is larger than the content by 16 bytes for every 256 KiB
    and a header. Its streams must be seekable: a blob is looked through before anything of it is
    given out. A blob stays under the data key with which it was put.
    """

    def __init__(self, blobs: Blobs, keys: DataKeys) -> None:
        self._blobs = blobs
        self._keys = keys

    def put(self, content: BinaryIO) -> Blob:
        """See `Blobs`."""
        size = 0

        def read(count: int) -> bytes:
            nonlocal size
            piece = content.read(count)
            if not isinstance(piece, bytes):
                raise InvalidValue("blob", "must be read as bytes")
            size += len(piece)
            return piece

        sealed = _Pieces(self._sealed(_segments(read, _SEGMENT)), lambda: None)
        kept = self._blobs.put(io.BufferedReader(sealed, _SEGMENT))
        return Blob(kept.id, size)

    def open(self, id: BlobId) -> BinaryIO:
        """See `Blobs`.

        Raises:
            InvalidValue: it was altered, put in another's place, or never sealed.
            NotFound, Unavailable: see `Blobs`.
        """
        kept = self._blobs.open(id)
        try:
            if _digest(kept) != id.removeprefix("sha256-"):
                raise InvalidValue("blob", "was altered, or put in another's place")
            kept.seek(0)
            number, salt = _header(kept.read(_HEADER))
            cipher = AESGCM(self._keys.blob_key(number, salt))
            return io.BufferedReader(_Pieces(_opened(kept, cipher), kept.close), _SEGMENT)
        except OSError:
            kept.close()
            raise Unavailable("the blob could not be read") from None
        except CarecoordError:
            kept.close()
            raise

    def is_intact(self, id: BlobId) -> bool:
        """See `Blobs`."""
        return self._blobs.is_intact(id)

    def sweep(
        self, is_referred_to: Callable[[BlobId], bool], *, grace: timedelta = GRACE
    ) -> tuple[BlobId, ...]:
        """See `Blobs`."""
        return self._blobs.sweep(is_referred_to, grace=grace)

    def _sealed(self, segments: Iterator[bytes]) -> Iterator[bytes]:
        number, salt = self._keys.current, random_bytes(_SALT)
        cipher = AESGCM(self._keys.blob_key(number, salt))
        yield _MAGIC + number.to_bytes(_NUMBER, "big") + salt
        place, segment = 0, next(segments, b"")
        for following in segments:
            yield cipher.encrypt(_nonce(place, False), segment, None)
            place, segment = place + 1, following
        yield cipher.encrypt(_nonce(place, True), segment, None)


def _segments(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """What is read, in segments that are full but for the last."""
    waiting = b""
    while piece := read(size - len(waiting)):
        waiting += piece
        if len(waiting) == size:
            yield waiting
            waiting = b""
    if waiting:
        yield waiting


def _digest(kept: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := kept.read(_SEGMENT):
        digest.update(piece)
    return digest.hexdigest()


def _header(header: bytes) -> tuple[int, bytes]:
    if len(header) != _HEADER or not header.startswith(_MAGIC):
        raise InvalidValue("blob", "was put without keys, and is kept plain")
    rest = header[len(_MAGIC) :]
    return int.from_bytes(rest[:_NUMBER], "big"), rest[_NUMBER:]


def _opened(kept: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    segments = _segments(kept.read, _SEGMENT + _TAG)
    place, segment = 0, next(segments, b"")
    for following in segments:
        yield _unsealed(cipher, _nonce(place, False), segment)
        place, segment = place + 1, following
    yield _unsealed(cipher, _nonce(place, True), segment)


def _unsealed(cipher: AESGCM, nonce: bytes, segment: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, segment, None)
    except (InvalidTag, ValueError):
        raise InvalidValue("blob", "was altered") from None
