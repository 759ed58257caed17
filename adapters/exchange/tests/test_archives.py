"""Compressed files: read as if they were not, within limits, and refused beyond them."""

import gzip
import io
import zipfile

import pytest
from carecoord_exchange import archives
from carecoord_exchange.problems import FileRefused
from carecoord_exchange.sources import files_in, opened, read_whole
from hypothesis import given
from hypothesis import strategies as st

TEXT = b"code,price\n" * 50


def zipped(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@given(st.binary(max_size=300), st.sampled_from(["gzip", "zip", "stored"]))
def test_what_is_packed_reads_as_if_it_were_not(content, how):
    if content.startswith((b"\x1f\x8b", b"PK")):
        return
    if how == "gzip":
        data = gzip.compress(content)
    else:
        method = zipfile.ZIP_DEFLATED if how == "zip" else zipfile.ZIP_STORED
        data = zipped({"a.csv": content, "__MACOSX/a.csv": b"x", "folder/": b""}, method)
    assert read_whole(data, largest=1000) == content
    stream = io.BytesIO(data)
    for _ in range(2):
        with opened(stream) as plain:
            assert plain.read() == content
            plain.seek(0)
            assert plain.read(3) == content[:3]
        assert stream.tell() == 0


@given(st.dictionaries(st.sampled_from(["a.json", "b/c.json", "d.json"]), st.just(TEXT)))
def test_every_file_of_an_archive_comes_once(files):
    assert dict(files_in(zipped(files))) == files


@given(st.integers(0, 200), st.integers(0, 255), st.sampled_from(["gzip", "zip"]))
def test_a_damaged_archive_is_refused_or_reads_the_same(at, byte, how):
    data = bytearray(gzip.compress(TEXT, mtime=0) if how == "gzip" else zipped({"a": TEXT}))
    data[at % len(data)] = byte
    try:
        found = read_whole(bytes(data), largest=100_000)
    except FileRefused:
        return
    assert found in (TEXT, bytes(data))


@pytest.mark.parametrize("cut", [5, 20])
def test_what_is_cut_off_is_refused(cut):
    with pytest.raises(FileRefused):
        read_whole(gzip.compress(TEXT)[:-cut], largest=100_000)
    with pytest.raises(FileRefused):
        read_whole(zipped({"a": TEXT})[:-cut], largest=100_000)


@pytest.mark.parametrize("name", ["../a", "/a", "b/../../a", "..\\a", "C:\\a", "\\a"])
def test_names_that_lead_out_are_refused(name):
    with pytest.raises(FileRefused, match="leads out"):
        list(files_in(zipped({name: TEXT})))


def test_limits_are_kept(monkeypatch):
    monkeypatch.setattr(archives, "SMALL", 1_000)
    bomb = bytes(1_000_000)
    for data in (gzip.compress(bomb), zipped({"a": bomb})):
        with pytest.raises(FileRefused, match="far more"):
            read_whole(data, largest=10**7)
    monkeypatch.setattr(archives, "LARGEST_RATIO", 2)
    with pytest.raises(FileRefused, match="far more"):
        list(files_in(zipped({str(n): bytes(400) for n in range(9)})))
    monkeypatch.setattr(archives, "MOST_FILES", 2)
    with pytest.raises(FileRefused, match="more than 2 files"):
        list(files_in(zipped({"a": b"", "b": b"", "c": b""})))


def test_archives_of_several_or_of_archives_are_no_one_file():
    for files in ({}, {"a": TEXT, "b": TEXT}):
        with pytest.raises(FileRefused, match="exactly one"):
            read_whole(zipped(files), largest=1000)
    inner = zipped({"a": TEXT})
    for data in (gzip.compress(gzip.compress(TEXT)), zipped({"a": inner})):
        with pytest.raises(FileRefused, match="within an archive"):
            read_whole(data, largest=1000)
    with pytest.raises(FileRefused, match="within an archive"):
        list(files_in(zipped({"a": inner})))
    with pytest.raises(FileRefused, match="no zip"):
        list(files_in(TEXT))


def test_what_is_encrypted_or_packed_otherwise_is_refused():
    with pytest.raises(FileRefused, match="in a way"):
        read_whole(zipped({"a": TEXT}, zipfile.ZIP_BZIP2), largest=1000)
    data = bytearray(zipped({"a": TEXT}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with pytest.raises(FileRefused, match="encrypted"):
        read_whole(bytes(data), largest=1000)


class _OnlyOnce(io.BytesIO):
    def seekable(self):
        return False


def test_a_stream_that_cannot_go_back_is_taken_as_it_is():
    with opened(_OnlyOnce(TEXT)) as plain:
        assert plain.read() == TEXT
