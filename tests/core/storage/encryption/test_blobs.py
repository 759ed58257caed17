"""Encrypted blobs come back as they were put, and nothing of them is to be read or changed."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotFound, Unavailable
from carecoord.kernel.ids import BlobId
from carecoord.storage.blobs import Blob, BlobFolder, Blobs, MemoryBlobs
from carecoord.storage.encryption.backend import EncryptedBackend
from carecoord.storage.encryption.blobs import EncryptedBlobs
from carecoord.storage.encryption.data_keys import DataKeys
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.memory import MemoryBackend
from carecoord.testing.laws.law import FixedClock

KEYS = KeyRing({"2026": bytes(range(32))}, current="2026")
SEGMENT = 2**18


def data_keys() -> DataKeys:
    backend = EncryptedBackend(MemoryBackend(), KEYS)
    backend.create_schema(())
    return backend.keys


SHARED = data_keys()


def put(blobs: Blobs, content: bytes) -> Blob:
    return blobs.put(io.BytesIO(content))


def read(blobs: Blobs, id: BlobId) -> bytes:
    with blobs.open(id) as content:
        return content.read()


def bytes_of(inner: MemoryBlobs, id: BlobId) -> bytes:
    return inner._kept[id][0]


def replaced(inner: MemoryBlobs, content: bytes) -> BlobId:
    """Put as it is, under its own hash, past the encryption."""
    return inner.put(io.BytesIO(content)).id


class Halting(io.RawIOBase):
    """Gives a few bytes at a time, as a network does."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int = -1) -> bytes:
        size = min(size, 100_003)
        given, self.content = self.content[:size], self.content[size:]
        return given


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=300)
    | st.sampled_from([n * SEGMENT + d for n in (1, 2) for d in (-1, 0, 1)]).map(lambda n: b"x" * n)
)
def test_a_blob_comes_back_as_it_was_put(content: bytes) -> None:
    inner = MemoryBlobs()
    blobs = EncryptedBlobs(inner, SHARED)
    blob = put(blobs, content)
    assert blob.size == len(content)
    assert read(blobs, blob.id) == content
    assert blobs.is_intact(blob.id)
    again = put(blobs, content)
    assert again.id != blob.id
    assert bytes_of(inner, again.id) != bytes_of(inner, blob.id)
    if len(content) > 20:
        assert content[:20] not in bytes_of(inner, blob.id)
    with blobs.open(blob.id) as kept:
        assert kept.readable()
        assert kept.read(7) + kept.read() == content


def test_a_stream_that_halts_is_read_to_its_end() -> None:
    content = bytes(range(256)) * 2_000
    blobs = EncryptedBlobs(MemoryBlobs(), SHARED)
    halting: Any = Halting(content)
    assert read(blobs, blobs.put(halting).id) == content


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10**7), change=st.integers(1, 255))
def test_any_changed_byte_is_noticed(at: int, change: int) -> None:
    inner = MemoryBlobs()
    blobs = EncryptedBlobs(inner, SHARED)
    blob = put(blobs, b"canary" * 60_000)
    kept = bytearray(bytes_of(inner, blob.id))
    kept[at % len(kept)] ^= change
    inner._kept[blob.id] = (bytes(kept), inner._kept[blob.id][1])
    with pytest.raises(InvalidValue, match="altered"):
        read(blobs, blob.id)
    assert not blobs.is_intact(blob.id)
    with pytest.raises(InvalidValue):  # not even if the id is changed with it
        read(blobs, replaced(inner, bytes(kept)))


def test_segments_cannot_be_cut_off_swapped_or_repeated() -> None:
    inner = MemoryBlobs()
    blobs = EncryptedBlobs(inner, SHARED)
    kept = bytes_of(inner, put(blobs, b"a" * SEGMENT + b"b" * SEGMENT + b"c").id)
    header = len(kept) - (2 * SEGMENT + 1 + 3 * 16)
    whole = SEGMENT + 16
    a, b, c = kept[header:][:whole], kept[header + whole :][:whole], kept[header + 2 * whole :]
    assert kept == kept[:header] + a + b + c
    for segments in (b"", a, a + b, b + a + c, a + a + c, a + c, c, a + b + c + c):
        with pytest.raises(InvalidValue):
            read(blobs, replaced(inner, kept[:header] + segments))


def test_blobs_cannot_change_places() -> None:
    inner = MemoryBlobs()
    blobs = EncryptedBlobs(inner, SHARED)
    one, other = put(blobs, b"one"), put(blobs, b"other")
    inner._kept[one.id] = inner._kept[other.id]
    with pytest.raises(InvalidValue, match="another's place"):
        blobs.open(one.id)


def test_a_plain_blob_and_one_of_another_store_are_refused() -> None:
    inner = MemoryBlobs()
    blobs = EncryptedBlobs(inner, SHARED)
    for content in (b"", b"plain", b"carecoord.blob.v1\0"):
        with pytest.raises(InvalidValue, match="plain"):
            blobs.open(replaced(inner, content))
    theirs = put(EncryptedBlobs(inner, data_keys()), b"theirs")
    with pytest.raises(InvalidValue):
        read(blobs, theirs.id)
    with pytest.raises(NotFound):
        blobs.open(BlobId("sha256-" + "0" * 64))


def test_after_a_renewal_both_are_readable() -> None:
    keys = data_keys()
    blobs = EncryptedBlobs(MemoryBlobs(), keys)
    before = put(blobs, b"before")
    keys.renew()
    after = put(blobs, b"after")
    assert (read(blobs, before.id), read(blobs, after.id)) == (b"before", b"after")


def test_limits_and_text_are_refused_and_orphans_swept() -> None:
    clock = FixedClock()
    blobs = EncryptedBlobs(MemoryBlobs(largest=1_000, clock=clock), SHARED)
    with pytest.raises(InvalidValue, match="larger"):
        put(blobs, b"x" * 1_000)
    text: Any = io.StringIO("text")
    with pytest.raises(InvalidValue, match="bytes"):
        blobs.put(text)
    blob = put(blobs, b"x")
    clock.at += timedelta(days=2)
    assert blobs.sweep(lambda id: False) == (blob.id,)


def test_a_folder_holds_nothing_readable(tmp_path: Path) -> None:
    blobs = EncryptedBlobs(BlobFolder(tmp_path), SHARED)
    blob = put(blobs, b"canary" * 1_000)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in file.read_bytes()
    assert read(blobs, blob.id) == b"canary" * 1_000


def test_a_disk_that_fails_is_unavailable() -> None:
    class Failing(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("canary")

    class Broken(MemoryBlobs):
        def open(self, id: BlobId) -> BinaryIO:
            return failing

    failing = Failing()
    with pytest.raises(Unavailable) as caught:
        EncryptedBlobs(Broken(), SHARED).open(BlobId("sha256-" + "0" * 64))
    assert "canary" not in str(caught.value)
    assert failing.closed
