"""Anchoring the audit of a store, and verifying it: for whoever operates it, not for a desk.

anchor_audit(store, sink, signer, log="clinic")
print(verify_audit(store, sink, verifier, log="clinic"))
# 1204 entries verified by 3 anchors, 17 unanchored, 0 faults
"""

from collections.abc import Iterator

from carecoord.compliance.anchors import (
    Anchor,
    AnchorPolicy,
    Head,
    SignedAnchor,
    Signer,
    Sink,
    Verifier,
    sign,
)
from carecoord.compliance.audit import AuditEntry
from carecoord.compliance.verification import Verification, verified_anchors, verified_stream
from carecoord.errors import InvalidValue
from carecoord.storage.audit import STREAMS, chained, start_of_stream
from carecoord.storage.store import Store

__all__ = ["anchor_audit", "verify_audit"]


def anchor_audit(
    store: Store, sink: Sink, signer: Signer, *, log: str, policy: AnchorPolicy | None = None
) -> Anchor | None:
    """Sign how far every stream has come, and keep that in the sink.

    Only what follows the last anchor is read, and has to chain from it. With a `policy`, nothing is
    done before it is due; nothing is ever done without new entries.

    Raises:
        InvalidValue: the audit does not continue from its last anchor, or that cannot be read, or
            was made later than it is now; it is to be verified, and nothing is signed.
        AlreadyTaken: somebody else has anchored it meanwhile.
        Unavailable: the store or the sink cannot answer just now.
    """
    last: SignedAnchor | None = None
    for kept in sink.anchors():
        last = SignedAnchor.decoded(kept)
    before = None if last is None else last.anchor
    now = store.clock.now()
    if before is not None and now < before.at:
        raise InvalidValue("clock", "shows a time before the last anchor")
    heads = tuple(
        head
        for stream in _streams(before)
        if (head := _head(store, stream, None if before is None else before.head(stream)))
    )
    if not (policy or AnchorPolicy(entries=1)).due(before, heads, now):
        return None
    anchor = Anchor(
        log=log,
        number=1 if before is None else before.number + 1,
        at=now,
        heads=heads,
        key=signer.key,
        previous=None if last is None else last.digest,
    )
    sink.append(anchor.number, sign(anchor, signer).encoded())
    return anchor


def verify_audit(
    store: Store, sink: Sink, verifier: Verifier, *, log: str, at_least: int = 0
) -> Verification:
    """Read the whole audit, and hold it against its anchors.

    `at_least` is how many anchors there were when somebody last looked.
    """
    anchors, faults = verified_anchors(sink.anchors(), verifier, log=log, at_least=at_least)
    last = anchors[-1] if anchors else None
    streams = tuple(
        verified_stream(
            stream,
            _links(store, stream),
            anchors,
            chain=chained,
            start=start_of_stream(stream),
            time_of=AuditEntry.time_in,
        )
        for stream in _streams(last)
    )
    return Verification(streams, len(anchors), faults)


def _streams(last: Anchor | None) -> list[int]:
    anchored = () if last is None else last.heads
    return sorted({*range(STREAMS), *(head.stream for head in anchored)})


def _links(store: Store, stream: int) -> Iterator[tuple[int, bytes, bytes]]:
    for record in store.audit_trail(stream):
        yield record.sequence, record.digest, record.entry


def _head(store: Store, stream: int, last: Head | None) -> Head | None:
    """The head of a stream, which continues from the last anchored one."""
    after = 0 if last is None else last.sequence
    digest = start_of_stream(stream)
    if last is not None:
        there = store.backend.audit_records(stream, after - 1, 1)
        digest = bytes.fromhex(last.digest)
        if [(one.sequence, one.digest) for one in there] != [(after, digest)]:
            raise InvalidValue("audit", f"stream {stream} does not hold what was anchored")
    for record in store.audit_trail(stream, after=after):
        after += 1
        digest = chained(digest, stream, after, record.entry)
        if (record.sequence, record.digest) != (after, digest):
            raise InvalidValue("audit", f"stream {stream} does not chain at entry {after}")
    return Head(stream, after, digest.hex()) if after else None
