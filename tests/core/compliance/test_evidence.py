"""Evidence is written once, read as it was written, and says what is wrong with it."""

import errno
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.compliance.evidence import read_evidence, write_evidence
from carecoord.errors import InvalidValue, Unavailable

FILES = {"a.txt": b"one", "b/c.json": b"[2]"}


@pytest.fixture(params=["evidence.zip", "evidence"])
def path(request, tmp_path):
    return tmp_path / request.param


def test_it_is_read_as_it_was_written(path):
    digest = write_evidence(FILES, path)
    assert read_evidence(path, digest=digest) == (FILES, ())
    assert read_evidence(path, digest="0" * 64) == (FILES, ("the manifest is another one",))


def test_the_same_evidence_is_the_same_zip(tmp_path):
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    assert write_evidence(FILES, one) == write_evidence(FILES, other)
    assert one.read_bytes() == other.read_bytes()


def test_nothing_is_written_over(path):
    write_evidence(FILES, path)
    with pytest.raises(InvalidValue, match="there already"):
        write_evidence(FILES, path)


@pytest.mark.parametrize("name", ["", "../a", "/a", "a/b/c", "A", "manifest.json", "a\n", ".a"])
def test_only_plain_names_are_written(path, name):
    with pytest.raises(InvalidValue, match="names"):
        write_evidence({name: b""}, path)
    assert not path.exists()


def test_where_it_cannot_be_written_or_read(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(Unavailable):
        write_evidence(FILES, file / "evidence")
    with pytest.raises(InvalidValue, match="manifest"):
        read_evidence(tmp_path / "nothing")
    for content in (b"", b"PK\x05\x06", b"no zip"):
        file.write_bytes(content)
        with pytest.raises(InvalidValue, match="manifest"):
            read_evidence(file)

    class Gone(type(Path())):
        def rglob(self, _):
            raise OSError(errno.EIO, "away")

    with pytest.raises(Unavailable):
        read_evidence(Gone(tmp_path))


@pytest.mark.parametrize("manifest", ["[]", "{}", '{"sha256": 1}', "{"])
def test_a_manifest_that_is_none_is_refused(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InvalidValue, match="manifest"):
        read_evidence(tmp_path)


def test_what_is_changed_missing_or_added_is_told(tmp_path):
    path = tmp_path / "evidence"
    write_evidence({**FILES, "d": b"4"}, path)
    (path / "a.txt").write_bytes(b"another")
    (path / "d").unlink()
    (path / "e").write_bytes(b"5")
    good, problems = read_evidence(path)
    assert good == {"b/c.json": b"[2]"}
    assert problems == (
        "a.txt is not as the manifest says",
        "d is missing",
        "a file is there that the manifest does not name",
    )


def test_no_more_is_read_than_is_allowed(path):
    write_evidence({"zeros": bytes(100_000)}, path)
    with pytest.raises(InvalidValue, match="larger"):
        read_evidence(path, most=100_000)
    assert read_evidence(path, most=101_000)[1] == ()


@settings(max_examples=30)
@given(st.data())
def test_a_changed_byte_of_a_zip_is_told_or_makes_no_difference(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("evidence") / "evidence.zip"
    digest = write_evidence(FILES, path)
    whole = bytearray(path.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    try:
        good, problems = read_evidence(path, digest=digest)
    except InvalidValue:
        return
    assert problems or good == FILES


@pytest.mark.parametrize("method", [12, 14, 99])
def test_a_zip_that_lies_about_its_method_is_no_evidence(tmp_path, method):
    path = tmp_path / "evidence.zip"
    write_evidence(FILES, path)
    whole = bytearray(path.read_bytes())
    whole[8] = method
    place = whole.index(b"PK\x01\x02")
    whole[place + 10] = method
    path.write_bytes(whole)
    with pytest.raises(InvalidValue):
        read_evidence(path)


@pytest.mark.parametrize("flipped", [1, 64, 255])
def test_no_changed_byte_of_a_zip_leaves_as_an_error_of_another(tmp_path, flipped):
    path = tmp_path / "evidence.zip"
    digest = write_evidence({"a.json": b"{}"}, path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= flipped
        path.write_bytes(changed)
        try:
            good, problems = read_evidence(path, digest=digest)
        except InvalidValue:
            continue
        assert problems or good == {"a.json": b"{}"}


def test_the_manifest_can_be_checked_by_other_tools(tmp_path):
    path = tmp_path / "evidence.zip"
    write_evidence(FILES, path)
    with zipfile.ZipFile(path) as zipped:
        assert set(json.loads(zipped.read("manifest.json"))["sha256"]) == set(FILES)
