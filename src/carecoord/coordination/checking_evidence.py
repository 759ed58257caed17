"""Checking evidence again: by whoever it was given to, with the public key and nothing else.

found = check_evidence(Path("evidence-2026-03.zip"), verifier, log="clinic", digest=digest)
print(found)  # 812 entries between anchors 3 and 7 proven, 7 anchors, 0 problems
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from carecoord.compliance.anchors import Anchor, SignedAnchor, Verifier
from carecoord.compliance.evidence import LARGEST_EVIDENCE, read_evidence
from carecoord.compliance.verification import verified_anchors
from carecoord.coordination.gathering_evidence import EvidenceEntry, drawn_by_lot
from carecoord.errors import InvalidValue
from carecoord.kernel.values import Count, checked
from carecoord.storage.audit import chained, start_of_stream

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
    by_stream: dict[int, list[EvidenceEntry]] = {}
    for one in _entries(files["audit.jsonl"]):
        by_stream.setdefault(one["stream"], []).append(one)
    proven: list[EvidenceEntry] = []
    for stream in sorted({*by_stream, *(head.stream for one in anchors for head in one.heads)}):
        entries = by_stream.get(stream, [])
        problem = _wrong_with(stream, entries, after, up_to, anchors)
        if problem is None:
            proven += entries
        else:
            problems.append(f"stream {stream}: {problem}")
    if up_to is not None:
        sample = list(_entries(files["sample.jsonl"]))
        lot = SignedAnchor.decoded(kept[up_to.number - 1]).signature
        if sample != drawn_by_lot(lot, proven, len(sample)):
            problems.append("the sample is not the one that was drawn by lot")
    problems += [
        f"{name} is not the policy that it is named after"
        for name in sorted(files)
        if name.startswith("policy/") and name != f"policy/{_sha256(files[name])}.json"
    ]
    return EvidenceCheck(
        entries=len(proven),
        after=0 if after is None else after.number,
        up_to=0 if up_to is None else up_to.number,
        anchors=len(anchors),
        problems=tuple(problems),
    )


def _anchor(anchors: tuple[Anchor, ...], number: int) -> Anchor | None:
    return None if number == 0 else anchors[number - 1]


def _entries(content: bytes) -> Iterator[EvidenceEntry]:
    for line in content.splitlines():
        one = json.loads(line)
        yield EvidenceEntry(
            stream=int(one["stream"]),
            sequence=int(one["sequence"]),
            digest=str(one["digest"]),
            entry=str(one["entry"]),
        )


def _wrong_with(
    stream: int,
    entries: list[EvidenceEntry],
    after: Anchor | None,
    up_to: Anchor | None,
    anchors: tuple[Anchor, ...],
) -> str | None:
    """What is wrong with the entries of a stream, if anything."""
    first = None if after is None else after.head(stream)
    last = None if up_to is None else up_to.head(stream)
    wanted = {head.sequence: head.digest for anchor in anchors if (head := anchor.head(stream))}
    sequence = 0 if first is None else first.sequence
    digest = start_of_stream(stream) if first is None else bytes.fromhex(first.digest)
    for one in entries:
        sequence += 1
        digest = chained(digest, stream, sequence, one["entry"].encode("latin-1"))
        if (one["sequence"], one["digest"]) != (sequence, digest.hex()):
            return f"entry {sequence} does not follow the one before it"
        if wanted.get(sequence, digest.hex()) != digest.hex():
            return f"entry {sequence} is not the one that was anchored"
    if sequence != (0 if last is None else last.sequence):
        return "entries are missing at the end"
    return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
