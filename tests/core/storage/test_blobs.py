"""Blobs come back as they were put, are named by their content, and are swept when orphaned."""

import hashlib
import io
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotFound, Unavailable
from carecoord.kernel.ids import BlobId
from carecoord.kernel.values import is_id
from carecoord.storage import blobs as module
from carecoord.storage.blobs import GRACE, Blob, BlobFolder, Blobs, MemoryBlobs
from carecoord.testing.laws.law import FixedClock

Open = Callable[..., Blobs]
UNKNOWN = BlobId("sha256-" + "0" * 64)


@pytest.fixture(params=["memory", "folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "memory":
        return MemoryBlobs
    return lambda **given: BlobFolder(tmp_path / "blobs", **given)


def put(blobs: Blobs, content: bytes = b"a page") -> Blob:
    return blobs.put(io.BytesIO(content))


def read(blobs: Blobs, id: BlobId) -> bytes:
    with blobs.open(id) as content:
        return content.read()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2_000) | st.integers(0, 2**19).map(lambda n: b"x" * n))
def test_a_blob_comes_back_as_it_was_put(place: Open, content: bytes) -> None:
    blobs = place()
    blob = put(blobs, content)
    assert blob == Blob(BlobId("sha256-" + hashlib.sha256(content).hexdigest()), len(content))
    assert is_id(blob.id)
    assert read(blobs, blob.id) == content
    assert blobs.is_intact(blob.id)
    assert put(blobs, content) == blob


def test_a_stream_is_read_piece_by_piece(place: Open) -> None:
    class Endless(io.RawIOBase):
        """What a careless reader would never come back from."""

        def __init__(self) -> None:
            self.asked = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 2**20
            self.asked += 1
            return b"x" * size

    blobs, endless = place(largest=3 * 2**20), Endless()
    with pytest.raises(InvalidValue):
        blobs.put(endless)  # type: ignore[arg-type]
    assert endless.asked < 20


@pytest.mark.parametrize("size", [10, 11])
def test_a_blob_has_a_size_limit(place: Open, tmp_path: Path, size: int) -> None:
    blobs = place(largest=10)
    if size == 10:
        assert put(blobs, b"x" * size).size == 10
    else:
        with pytest.raises(InvalidValue):
            put(blobs, b"x" * size)
        assert files(tmp_path) == []


def test_text_is_no_blob(place: Open) -> None:
    text: Any = io.StringIO("text")
    with pytest.raises(InvalidValue):
        place().put(text)


@pytest.mark.parametrize(
    "id",
    [
        UNKNOWN, "", "sha256-", "../../etc/passwd", "sha256-../../../etc/passwd", "/etc/passwd",
        "sha256-" + "0" * 63, "sha256-" + "0" * 65, "sha256-" + "A" * 64, "md5-" + "0" * 64,
        "sha256-" + "0" * 64 + "\n", "sha256-" + "\u0660" * 64, "sha256-" + "0" * 63 + "\0", None,
    ],
)  # fmt: skip
def test_an_id_leads_to_a_blob_or_nowhere(place: Open, id: Any) -> None:
    blobs = place()
    put(blobs)
    for look in (blobs.open, blobs.is_intact):
        with pytest.raises(NotFound):
            look(id)


def test_orphans_are_swept_after_their_grace(place: Open) -> None:
    clock = FixedClock()
    blobs = place(clock=clock)
    kept, orphan = put(blobs, b"kept"), put(blobs, b"orphan")
    clock.at += GRACE
    late = put(blobs, b"late")
    assert blobs.sweep(lambda id: id == kept.id) == ()
    clock.at += timedelta(microseconds=1)
    assert blobs.sweep(lambda id: id == kept.id) == (orphan.id,)
    with pytest.raises(NotFound):
        blobs.open(orphan.id)
    assert read(blobs, kept.id) == b"kept"
    assert read(blobs, late.id) == b"late"
    assert put(blobs, b"orphan") == orphan
    assert blobs.sweep(lambda id: False, grace=timedelta(0)) != ()


def test_what_is_put_again_starts_its_grace_anew(place: Open) -> None:
    clock = FixedClock()
    blobs = place(clock=clock)
    blob = put(blobs)
    clock.at += 2 * GRACE
    put(blobs)
    assert blobs.sweep(lambda id: False) == ()

    def put_meanwhile(id: BlobId) -> bool:
        put(blobs)
        return False

    clock.at += 2 * GRACE
    assert blobs.sweep(put_meanwhile) == ()
    assert read(blobs, blob.id) == b"a page"


def test_many_can_put_the_same_at_once(place: Open) -> None:
    blobs = place()
    done: list[Blob] = []
    threads = [
        threading.Thread(target=lambda: done.append(put(blobs, b"x" * 10**6))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(done)) == 1
    assert len(done) == 6
    assert blobs.is_intact(done[0].id)


# What only a folder can do.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def test_a_folder_outlives_the_process_and_is_readable_by_its_owner_alone(folder: Path) -> None:
    blob = put(BlobFolder(folder))
    assert read(BlobFolder(folder), blob.id) == b"a page"
    for path in files(folder):
        assert path.stat().st_mode & 0o077 == 0
    assert (folder / "kept").stat().st_mode & 0o077 == 0


def test_a_changed_file_is_noticed(folder: Path) -> None:
    blobs = BlobFolder(folder)
    blob = put(blobs)
    (path,) = files(folder)
    path.write_bytes(b"another page")
    assert not blobs.is_intact(blob.id)
    put(blobs)
    assert blobs.is_intact(blob.id)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_nothing_half_done(
    folder: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = BlobFolder(folder)

    def full(*_: object) -> None:
        raise OSError(28, "canary")

    with monkeypatch.context() as patched:
        patched.setattr(module.os, call, full)
        with pytest.raises(Unavailable) as caught:
            put(blobs)
    assert "canary" not in f"{caught.value!r}"
    assert files(folder) == []
    assert put(blobs).size == 6


def test_a_file_is_synced_before_it_is_there_and_its_folder_after(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, steps = BlobFolder(folder), []
    fsync, replace = os.fsync, os.replace

    def syncing(handle: int) -> None:
        steps.append("sync a folder" if Path(f"/dev/fd/{handle}").is_dir() else "sync a file")
        fsync(handle)

    def replacing(one: Path, other: Path) -> None:
        steps.append("replace")
        replace(one, other)

    monkeypatch.setattr(module.os, "fsync", syncing)
    monkeypatch.setattr(module.os, "replace", replacing)
    put(blobs)
    assert steps == ["sync a file", "replace", "sync a folder", "sync a folder"]


def test_a_system_that_cannot_sync_folders_is_served_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = BlobFolder(folder)
    opened = os.open

    def refusing(path: Any, flags: int, *rest: Any) -> int:
        if Path(path).is_dir():
            raise PermissionError
        return opened(path, flags, *rest)

    monkeypatch.setattr(module.os, "open", refusing)
    assert read(blobs, put(blobs).id) == b"a page"


def test_a_folder_that_cannot_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        BlobFolder(tmp_path / "file")


def test_what_a_cut_off_put_left_is_removed_after_the_grace(folder: Path) -> None:
    clock = FixedClock()
    blobs = BlobFolder(folder, clock=clock)
    put(blobs)
    left, new = folder / "coming" / "left", folder / "coming" / "new"
    for path, age in ((left, 2 * GRACE), (new, timedelta(0))):
        path.write_bytes(b"half a")
        at = (clock.at - age).timestamp()
        os.utime(path, (at, at))
    blobs.sweep(lambda id: True)
    assert not left.exists()
    assert new.exists()


@pytest.mark.parametrize("referred_to", [True, False])
@pytest.mark.parametrize("there", [True, False])
def test_what_a_cut_off_sweep_left_aside_is_readable_and_decided_anew(
    folder: Path, referred_to: bool, there: bool
) -> None:
    clock = FixedClock()
    blobs = BlobFolder(folder, clock=clock)
    blob = put(blobs)
    (path,) = files(folder / "kept")
    os.replace(path, folder / "going" / path.name)
    assert read(blobs, blob.id) == b"a page"
    clock.at += 2 * GRACE
    if there:
        put(blobs)
    gone = blobs.sweep(lambda id: referred_to)
    assert gone == (() if referred_to or there else (blob.id,))
    assert list((folder / "going").iterdir()) == []
    if referred_to or there:
        assert read(blobs, blob.id) == b"a page"
        assert len(files(folder)) == 1
    else:
        assert files(folder) == []


def test_what_is_put_while_it_is_moved_aside_comes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    blobs = BlobFolder(folder, clock=clock)
    blob = put(blobs)
    clock.at += 2 * GRACE
    replace = os.replace

    for again_after in (False, True):

        def replacing(one: Path, other: Path, again_after: bool = again_after) -> None:
            monkeypatch.setattr(module.os, "replace", replace)
            put(blobs)
            replace(one, other)
            if again_after:
                put(blobs)

        monkeypatch.setattr(module.os, "replace", replacing)
        assert blobs.sweep(lambda id: False) == ()
        assert read(blobs, blob.id) == b"a page"
        assert len(files(folder)) == 1
        clock.at += 2 * GRACE


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_two_sweeps_at_once_do_not_disturb_each_other(folder: Path, kind: str) -> None:
    clock = FixedClock()
    blobs: Blobs = MemoryBlobs(clock=clock) if kind == "memory" else BlobFolder(folder, clock=clock)
    orphans = {put(blobs, b"%d" % n).id for n in range(3)}
    clock.at += 2 * GRACE
    swept: list[BlobId] = []

    def other_first(id: BlobId) -> bool:
        swept.extend(blobs.sweep(lambda id: False))
        return False

    assert blobs.sweep(other_first) == ()
    assert set(swept) == orphans
    assert kind == "memory" or files(folder) == []


def test_a_blob_that_cannot_be_read_is_unavailable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = BlobFolder(folder)
    blob = put(blobs)

    def failing(self: Path, mode: str) -> BinaryIO:
        raise PermissionError

    monkeypatch.setattr(Path, "open", failing)
    for look in (blobs.open, blobs.is_intact):
        with pytest.raises(Unavailable):
            look(blob.id)
