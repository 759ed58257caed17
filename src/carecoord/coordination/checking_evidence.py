"""Checking evidence again: by whoever it was given to, with the public key and nothing else.

found = check_evidence(Path("evidence-2026-03.zip"), verifier, log="clinic", digest=digest)
print(found)  # 812 entries between anchors 3 and 7 proven, 7 anchors, 0 problems
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from carecoord.compliance.anchors import Anchor, SignedAnchor, Verifier
from carecoord.compliance.evidence import LARGEST_EVIDENCE, read_evidence
from carecoord.compliance.verification import verified_anchors
from carecoord.coordination.gathering_evidence import drawn_by_lot
from carecoord.errors import InvalidValue
from carecoord.kernel.values import Count, checked
from carecoord.storage.audit import STREAMS, chained, start_of_stream

__all__ = ["EvidenceCheck", "check_evidence"]


@frozen(field_transformer=checked, kw_only=True)
class EvidenceCheck:
    """How many entries are proven, between which anchors, and every problem that was found."""

    entries: Count
    after: Count
    up_to: Count
    anchors: Count
    problems: tuple[str, ...]

    def __bool__(self) -> bool:
        """Refuses: whether evidence is well is not a yes or a no.

        Raises:
            InvalidValue: always.
        """
        raise InvalidValue("evidence", "is no yes or no: look at entries and problems")

    def __str__(self) -> str:
        return (
            f"{self.entries} entries between anchors {self.after} and {self.up_to} proven,"
            f" {self.anchors} anchors, {len(self.problems)} problems"
        )


def check_evidence(
    path: Path,
    verifier: Verifier,
    *,
    log: str,
    digest: str | None = None,
    most: int = LARGEST_EVIDENCE,
) -> EvidenceCheck:
    """Check what was written: hashes, signatures, the chain between the anchors, and the sample.

    Proven are entries whose chain agrees with the anchors before and after them. With the `digest`
    of the manifest that was given by another way, it is the same evidence.

    Raises:
        InvalidValue: it is no evidence, or larger than `most` bytes.
        Unavailable: it cannot be read.
    """
    files, problems = read_evidence(path, digest=digest, most=most)
    try:
        return _checked(files, list(problems), verifier, log)
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError):
        raise InvalidValue("evidence", "lacks a file, or has one that cannot be read") from None


def _checked(
    files: Mapping[str, bytes], problems: list[str], verifier: Verifier, log: str
) -> EvidenceCheck:
    kept = [files[name] for name in sorted(files) if name.startswith("anchors/")]
    anchors, faults = verified_anchors(kept, verifier, log=log)
    problems += [f"anchor {fault.anchor}: {fault.what}" for fault in faults]
    span = json.loads(files["span.json"])
    after, up_to = (_anchor(anchors, int(span[name])) for name in ("after", "up_to"))
    found: dict[tuple[int, int], str] = {}
    for stream in range(STREAMS):
        lines = list(_lines(files.get(f"audit/stream-{stream}.jsonl", b"")))
        problem = _wrong_with(stream, lines, after, up_to, anchors)
        if problem is None:
            found |= {(stream, int(one["sequence"])): str(one["entry"]) for one in lines}
        else:
            problems.append(f"stream {stream}: {problem}")
    problems += _wrong_with_sample(files, kept, up_to, found)
    problems += [
        f"{name} is not the policy that it is named after"
        for name in sorted(files)
        if name.startswith("policy/") and name != f"policy/{_sha256(files[name])}.json"
    ]
    return EvidenceCheck(
        entries=len(found),
        after=0 if after is None else after.number,
        up_to=0 if up_to is None else up_to.number,
        anchors=len(anchors),
        problems=tuple(problems),
    )


def _anchor(anchors: tuple[Anchor, ...], number: int) -> Anchor | None:
    return None if number == 0 else anchors[number - 1]


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.splitlines():
        yield json.loads(line)


def _wrong_with(
    stream: int,
    lines: list[dict[str, Any]],
    after: Anchor | None,
    up_to: Anchor | None,
    anchors: tuple[Anchor, ...],
) -> str | None:
    """What is wrong with the entries of a stream, if anything."""
    first = None if after is None else after.head(stream)
    last = None if up_to is None else up_to.head(stream)
    wanted = {head.sequence: head.digest for one in anchors if (head := one.head(stream))}
    sequence = 0 if first is None else first.sequence
    digest = start_of_stream(stream) if first is None else bytes.fromhex(first.digest)
    for line in lines:
        sequence += 1
        digest = chained(digest, stream, sequence, str(line["entry"]).encode("latin-1"))
        if (line["sequence"], line["digest"]) != (sequence, digest.hex()):
            return f"entry {sequence} does not follow the one before it"
        if wanted.get(sequence, digest.hex()) != digest.hex():
            return f"entry {sequence} is not the one that was anchored"
    if sequence != (0 if last is None else last.sequence):
        return "entries are missing at the end"
    return None


def _wrong_with_sample(
    files: Mapping[str, bytes],
    kept: list[bytes],
    up_to: Anchor | None,
    found: Mapping[tuple[int, int], str],
) -> list[str]:
    if up_to is None:
        return []
    sample = {
        (int(one["stream"]), int(one["sequence"])): one["entry"]
        for one in _lines(files["sample.jsonl"])
    }
    lot = SignedAnchor.decoded(kept[up_to.number - 1]).signature
    drawn = drawn_by_lot(lot, found, len(sample))
    same = sorted(sample) == drawn and all(found[place] == sample[place] for place in drawn)
    return [] if same else ["the sample is not the one that was drawn by lot"]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
