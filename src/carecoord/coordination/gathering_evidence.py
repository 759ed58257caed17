"""Gathering evidence for an auditor: the audit of a span, and what proves it, as files.

    evidence = desk.gather_evidence(sink, verifier, log="clinic", span=march)
    digest = evidence.write(Path("evidence-2026-03.zip"))

The entries hold ids and no details. Whoever has the files and the public key can check them again
with `carecoord.coordination.checking_evidence`, without the database, and without trust in whoever
gathered them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from attrs import field, frozen

from carecoord.compliance.access import AccessPolicy, AccessRequest
from carecoord.compliance.anchors import Anchor, SignedAnchor, Sink, Verifier
from carecoord.compliance.audit import AuditEntry
from carecoord.compliance.evidence import write_evidence
from carecoord.compliance.verification import Verification, verified_anchors
from carecoord.coordination.anchoring import verify_audit
from carecoord.coordination.arguments import encoded_arguments, fingerprint_of
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import registered, use_case
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import PatientId
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.time import Period
from carecoord.kernel.values import how_many
from carecoord.storage.store import Store

__all__ = ["Evidence", "EvidenceEntry", "drawn_by_lot", "gather_evidence"]

_READ_ME = b"""\
Evidence of an audit

manifest.json       the SHA-256 of every other file
verification.json   what verifying the whole audit gave when this was gathered
anchors/            signed statements of how far every stream of the audit had come
span.json           the two anchors between which the entries lie; 0 is the beginning
audit.jsonl         every entry between them as it is kept: stream, sequence, digest and text
sample.jsonl        entries drawn by lot; the lot follows from the later anchor's signature
policies.json       how many of the entries were decided by which access policy
policy/             those policies that are known, each named by its SHA-256
access-matrix.json  what the present policy allows, by use case, role and purpose

The digest of an entry is the SHA-256 of "carecoord.audit.v1 sha-256", a zero byte, "entry", a zero
byte, the digest before it, its stream in 4 bytes, its sequence in 8, and its text.
"""


class EvidenceEntry(TypedDict):
    """An entry of the audit in a file of evidence: its place, its digest in hex, and its text."""

    stream: int
    sequence: int
    digest: str
    entry: str


@frozen
class Evidence:
    """What was gathered; it is kept nowhere until it is written."""

    verification: Verification
    files: Mapping[str, bytes] = field(repr=how_many)

    def write(self, path: Path) -> str:
        """Write it as `write_evidence` does; gives the digest of its manifest."""
        return write_evidence(self.files, path)


@use_case("patient")
def gather_evidence(
    turn: Turn,
    sink: Sink,
    verifier: Verifier,
    *,
    log: str,
    span: Period,
    sample: int = 50,
    former_policies: Sequence[AccessPolicy] = (),
) -> Evidence:
    """The audit of a span with its proof, the policies that decided, the matrix, and a sample.

    The entries reach from the last anchor before the span to the first after it, or to the last
    there is: what no anchor covers is no evidence. All of it is held in memory; take a long span in
    parts. `former_policies` are those that were in force, where the present one was not always.
    """
    turn.check_all_records()
    store, kept = turn.practice.store, tuple(sink.anchors())
    anchors, _ = verified_anchors(kept, verifier, log=log)
    verification = verify_audit(store, sink, verifier, log=log)
    after = next((one for one in reversed(anchors) if one.at <= span.start), None)
    up_to = next((one for one in anchors if one.at >= span.end), anchors[-1] if anchors else None)
    entries = tuple(_between(store, after, up_to))
    files = {
        "readme.txt": _READ_ME,
        "verification.json": _json(_told(verification)),
        "span.json": _json({"after": _number(after), "log": log, "up_to": _number(up_to)}),
        "audit.jsonl": _lines(entries),
        "access-matrix.json": _json(_matrix(turn.practice.policy)),
        **{f"anchors/{number:012d}.anchor": one for number, one in enumerate(kept, start=1)},
        **_policies(entries, (turn.practice.policy, *former_policies)),
    }
    if up_to is not None:
        lot = SignedAnchor.decoded(kept[up_to.number - 1]).signature
        files["sample.jsonl"] = _lines(drawn_by_lot(lot, entries, sample))
    return Evidence(verification, files)


def drawn_by_lot(lot: str, entries: Iterable[EvidenceEntry], count: int) -> list[EvidenceEntry]:
    """So many of these entries, by a lot that nobody could choose."""

    def rank(one: EvidenceEntry) -> str:
        return hashlib.sha256(f"{lot} {one['stream']} {one['sequence']}".encode()).hexdigest()

    return sorted(entries, key=rank)[:count]


def _number(anchor: Anchor | None) -> int:
    return 0 if anchor is None else anchor.number


def _between(store: Store, after: Anchor | None, up_to: Anchor | None) -> Iterator[EvidenceEntry]:
    for head in () if up_to is None else up_to.heads:
        first = None if after is None else after.head(head.stream)
        for record in store.audit_trail(head.stream, after=first.sequence if first else 0):
            if record.sequence > head.sequence:
                break
            yield {
                "stream": record.stream,
                "sequence": record.sequence,
                "digest": record.digest.hex(),
                # Any byte is a character, should it be damaged.
                "entry": record.entry.decode("latin-1"),
            }


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()


def _lines(entries: Iterable[EvidenceEntry]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in entries)


def _told(found: Verification) -> dict[str, Any]:
    return {
        "summary": str(found),
        "streams": [[one.stream, one.verified, one.tail] for one in found.streams],
        "faults": [[one.what, one.stream, one.sequence, one.anchor] for one in found.faults],
    }


def _policies(
    entries: Iterable[EvidenceEntry], policies: Sequence[AccessPolicy]
) -> dict[str, bytes]:
    """The policies as data, and how many entries each has decided."""
    decided = Counter(_decided_by(one["entry"].encode("latin-1")) for one in entries)
    known = {fingerprint_of(policy): policy for policy in policies}
    files = {
        f"policy/{name}.json": encoded_arguments((policy,), {})
        for name, policy in known.items()
        if name is not None
    }
    return {**files, "policies.json": _json(decided)}


def _decided_by(entry: bytes) -> str:
    try:
        return AuditEntry.decoded(entry).policy or "unknown"
    except InvalidValue:
        return "damaged"


def _matrix(policy: AccessPolicy) -> dict[str, dict[str, list[str]]]:
    """What the policy allows; a cell that would be empty is left out."""
    matrix: dict[str, dict[str, list[str]]] = {}
    for one in registered():
        for role in Role:
            patient = PatientId("somebody") if role is Role.PATIENT else None
            actor = Actor.of("somebody", role, patient=patient)
            allowed = [
                purpose.name.lower()
                for purpose in Purpose
                if policy.decide(
                    AccessRequest(actor, purpose, one.name, one.responsibility)
                ).allowed
            ]
            if allowed:
                matrix.setdefault(one.name, {})[role.value] = allowed
    return matrix
