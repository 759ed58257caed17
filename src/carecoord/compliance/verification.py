"""Verifying the audit against its anchors: how far it is proven, and what is not.

    found = verified_stream(0, links, anchors, chain=chained, start=start_of_stream(0))
    found.verified, found.tail, found.faults

The answer is never a bare yes. What came after the last anchor chains well or not, but is proven
by nobody: it is the *tail*, and can be cut off or rewritten unseen.

Where `time_of` tells when an entry was written, a clock that was set back by over an hour is seen
as well. That breaks no proof, and is a fault of its own.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, TypeAlias

from attrs import frozen

from carecoord.compliance.anchors import Anchor, SignedAnchor, Verifier
from carecoord.errors import InvalidValue
from carecoord.kernel.values import Count, Text, checked

__all__ = [
    "Chain",
    "Fault",
    "StreamVerification",
    "Verification",
    "verified_anchors",
    "verified_stream",
]

Chain: TypeAlias = Callable[[bytes, int, int, bytes], bytes]
"""The digest of an entry, over the digest before it, its stream, its sequence and its bytes."""
Link: TypeAlias = tuple[int, bytes, bytes]
"""An entry as it is kept: its sequence, its digest, its bytes."""
TimeOf: TypeAlias = Callable[[bytes], datetime | None]
"""When an entry says that it was written, if it does."""

_LATE = timedelta(hours=1)
"""A use case is kept when it ends, under the time at which it began; and clocks differ."""


@frozen(field_transformer=checked)
class Fault:
    """What does not agree, and where: at this entry of a stream, or at this anchor."""

    what: Annotated[str, Text(longest=200)]
    stream: Count | None = None
    sequence: Count | None = None
    anchor: Count | None = None


@frozen(field_transformer=checked)
class StreamVerification:
    """One stream: proven up to entry `verified`, and `tail` entries after it that are not.

    `faults` are the first of the chain and the first of the clock, where there are any.
    """

    stream: Count
    verified: Count
    tail: Count
    faults: tuple[Fault, ...] = ()


@frozen(field_transformer=checked)
class Verification:
    """The whole log: every stream, the anchors that were good, and every fault."""

    streams: tuple[StreamVerification, ...]
    anchors: Count
    anchor_faults: tuple[Fault, ...] = ()

    @property
    def verified(self) -> int:
        """How many entries are proven."""
        return sum(one.verified for one in self.streams)

    @property
    def tail(self) -> int:
        """How many entries are kept that no anchor proves."""
        return sum(one.tail for one in self.streams)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that does not agree."""
        return (*self.anchor_faults, *(fault for one in self.streams for fault in one.faults))

    def __bool__(self) -> bool:
        """Refuses: whether the audit is well is not a yes or a no.

        Raises:
            InvalidValue: always.
        """
        raise InvalidValue("verification", "is no yes or no: look at verified, tail and faults")

    def __str__(self) -> str:
        found = [
            f"{self.verified} entries verified by {self.anchors} anchors",
            f"{self.tail} unanchored",
            f"{len(self.faults)} faults",
        ]
        return ", ".join(found)


def verified_anchors(
    kept: Iterable[bytes], verifier: Verifier, *, log: str, at_least: int = 0
) -> tuple[tuple[Anchor, ...], tuple[Fault, ...]]:
    """The anchors up to the first that is not good, and what is wrong with that one.

    A good one is of this log, signed, next in number, names the one before, and does not contradict
    it: it goes back neither in time nor in any stream, and says nothing else of the same entry.
    That the last ones were taken away cannot be seen in them: whoever remembers how many there were
    says so with `at_least`.
    """
    good: list[Anchor] = []
    previous: SignedAnchor | None = None
    for number, encoded in enumerate(kept, start=1):
        try:
            signed = SignedAnchor.decoded(encoded)
        except InvalidValue as error:
            return tuple(good), (Fault(f"an anchor {error.reason}", anchor=number),)
        anchor = signed.anchor
        before = None if previous is None else previous.anchor
        wrong = _wrong_with(signed, previous, number, log)
        if wrong is None and not signed.held_by(verifier):
            wrong = "is not signed by a known key"
        if wrong is None and before is not None and _contradicts(anchor, before):
            wrong = "contradicts the one before it"
        if wrong is not None:
            return tuple(good), (Fault(f"the anchor {wrong}", anchor=number),)
        good.append(anchor)
        previous = signed
    if len(good) < at_least:
        return tuple(good), (Fault("anchors are missing at the end", anchor=len(good) + 1),)
    return tuple(good), ()


def _wrong_with(
    signed: SignedAnchor, previous: SignedAnchor | None, number: int, log: str
) -> str | None:
    if signed.anchor.log != log:
        return "is of another log"
    if signed.anchor.number != number:
        return "is out of turn"
    if signed.anchor.previous != (None if previous is None else previous.digest):
        return "does not follow the one before it"
    return None


def _contradicts(after: Anchor, before: Anchor) -> bool:
    """Whether it goes back in time or in a stream, or says otherwise of the same entry."""
    heads = {head.stream: head for head in after.heads}
    for head in before.heads:
        later = heads.get(head.stream)
        if later is None or later.sequence < head.sequence:
            return True
        if later.sequence == head.sequence and later.digest != head.digest:
            return True
    return after.at < before.at


def verified_stream(
    stream: int,
    links: Iterable[Link],
    anchors: Iterable[Anchor],
    *,
    chain: Chain,
    start: bytes,
    time_of: TimeOf | None = None,
) -> StreamVerification:
    """One stream against good anchors: proven up to the last one that agrees, before any fault."""
    wanted = {
        head.sequence: (head.digest, anchor.at)
        for anchor in anchors
        if (head := anchor.head(stream)) is not None
    }
    clock = None if time_of is None else _Clock(stream, time_of)
    verified, kept, digest = 0, 0, start
    fault: Fault | None = None
    for expected, (sequence, stored, entry) in enumerate(links, start=1):
        kept += 1
        if fault is not None:
            continue
        digest = chain(digest, stream, expected, entry)
        anchored = wanted.get(expected)
        if sequence != expected:
            fault = Fault("an entry is missing or added", stream, expected)
        elif stored != digest:
            fault = Fault("an entry does not follow the one before it", stream, expected)
        elif anchored is not None and anchored[0] != digest.hex():
            fault = Fault("an entry is not the one that was anchored", stream, expected)
        else:
            if clock is not None:
                clock.look_at(expected, entry, None if anchored is None else anchored[1])
            if anchored is not None:
                verified = expected
    if fault is None and wanted and kept < max(wanted):
        fault = Fault("entries that were anchored are missing at the end", stream, kept + 1)
    faults = (fault, None if clock is None else clock.fault)
    return StreamVerification(
        stream, verified, kept - verified, tuple(one for one in faults if one is not None)
    )


class _Clock:
    """Watches whether time goes on in a stream."""

    def __init__(self, stream: int, time_of: TimeOf) -> None:
        self._stream = stream
        self._time_of = time_of
        self._latest: datetime | None = None
        self._earliest: datetime | None = None
        self.fault: Fault | None = None

    def look_at(self, sequence: int, entry: bytes, anchored: datetime | None) -> None:
        """See whether an entry is dated where it stands, before the anchor that was made there."""
        at = self._time_of(entry)
        if at is not None:
            if self._earliest is not None and at < self._earliest:
                self._note("an entry is dated over an hour before what it follows", sequence)
            self._go_on_to(at)
        if anchored is not None:
            if self._earliest is not None and anchored < self._earliest:
                self._note("an entry is dated over an hour after its anchor", sequence)
            self._go_on_to(anchored)

    def _go_on_to(self, at: datetime) -> None:
        if self._latest is None or at > self._latest:
            self._latest, self._earliest = at, at - _LATE

    def _note(self, what: str, sequence: int) -> None:
        self.fault = self.fault or Fault(what, self._stream, sequence)
