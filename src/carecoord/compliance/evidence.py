"""Evidence as files: a folder or a zip, with a manifest of the hash of each.

    digest = write_evidence({"sample.jsonl": b"…"}, Path("evidence.zip"))
    files, problems = read_evidence(Path("evidence.zip"))

Whoever is given the digest of the manifest by another way can tell that it is the same evidence.
"""

import errno
import hashlib
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from carecoord.errors import InvalidValue, Unavailable

__all__ = ["LARGEST_EVIDENCE", "read_evidence", "write_evidence"]

LARGEST_EVIDENCE = 1 << 30
"""How many bytes of evidence are read, unless more are allowed."""

_MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)?\Z")
_UNREADABLE = (
    EOFError, KeyError, TypeError, ValueError, RuntimeError,
    lzma.LZMAError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_OF_DAMAGE = (None, errno.EINVAL)
"""What the system says of bytes that are no archive, or that send it to a place before the file."""
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""When a zip says that its files are from, so that the same evidence is the same file."""


def write_evidence(files: Mapping[str, bytes], path: Path) -> str:
    """Write a new zip, if its name ends so, or else a new folder; gives the manifest's digest.

    Raises:
        InvalidValue: there is something at the path already, or a name is no plain one.
        Unavailable: it cannot be written.
    """
    if path.exists():
        raise InvalidValue("path", "names something that is there already")
    if not all(_NAME.match(name) for name in files) or _MANIFEST in files:
        raise InvalidValue("files", "have names of small letters, digits and . _ -")
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    manifest = json.dumps({"schema": 1, "sha256": hashes}, indent=1).encode()
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as zipped:
                for name, content in {_MANIFEST: manifest, **files}.items():
                    zipped.writestr(zipfile.ZipInfo(name, _BEGINNING), content)
        else:
            for name, content in {_MANIFEST: manifest, **files}.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(content)
    except OSError:
        raise Unavailable("the evidence cannot be written") from None
    return hashlib.sha256(manifest).hexdigest()


def read_evidence(
    path: Path, *, digest: str | None = None, most: int = LARGEST_EVIDENCE
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files that are as the manifest says, and what is wrong with others.

    With a `digest`, the manifest is held against it.

    Raises:
        InvalidValue: it is no evidence, or larger than `most` bytes.
        Unavailable: it cannot be read.
    """
    try:
        there = dict(_zipped(path, most) if path.is_file() else _in_folder(path, most))
        manifest = there.pop(_MANIFEST)
        hashes = dict(json.loads(manifest)["sha256"])
    except (OSError, *_UNREADABLE) as error:
        if isinstance(error, OSError) and error.errno not in _OF_DAMAGE:
            raise Unavailable("the evidence cannot be read") from None
        raise InvalidValue("evidence", "has no manifest that can be read") from None
    problems = []
    if digest is not None and digest != hashlib.sha256(manifest).hexdigest():
        problems.append("the manifest is another one")
    good = {}
    for name in sorted({*hashes, *there}):
        if name not in there:
            problems.append(f"{name} is missing")
        elif name not in hashes:
            problems.append("a file is there that the manifest does not name")
        elif hashlib.sha256(there[name]).hexdigest() != hashes[name]:
            problems.append(f"{name} is not as the manifest says")
        else:
            good[name] = there[name]
    return good, tuple(problems)


def _zipped(path: Path, most: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as zipped:
        found = zipped.infolist()
        if sum(one.file_size for one in found) > most:
            raise InvalidValue("evidence", f"is larger than {most:,} bytes")
        for one in found:
            # What is read is no more than what the list says, which has been added up.
            yield one.filename, zipped.read(one)


def _in_folder(path: Path, most: int) -> Iterator[tuple[str, bytes]]:
    for one in sorted(path.rglob("*")):
        if one.is_file():
            most -= one.stat().st_size
            if most < 0:
                raise InvalidValue("evidence", "is larger than allowed")
            yield one.relative_to(path).as_posix(), one.read_bytes()
