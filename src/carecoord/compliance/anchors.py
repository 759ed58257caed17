"""Anchors of the audit: signed statements of how far every stream had come, kept elsewhere.

    signed = sign(Anchor(log="clinic", number=1, at=now, heads=heads, key=signer.key), signer)
    sink.append(signed.number, signed.encoded())

Whoever holds the database can rewrite a chain from any place on; whoever does not hold the signing
key cannot make an anchor that agrees with it. A keyed hash would not do: whoever can verify it can
forge it too.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Protocol

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Count, Positive, Text, checked

__all__ = [
    "Anchor",
    "AnchorPolicy",
    "Head",
    "SignedAnchor",
    "Signer",
    "Sink",
    "Verifier",
    "sign",
]

_DOMAIN = b"carecoord.audit.anchor.v1\0"
SCHEMA = 1

Name = Annotated[str, Text(longest=100)]
Hex = Annotated[str, Text(longest=256)]


class Signer(Protocol):
    """Signs with a private key; Ed25519 in `carecoord.compliance.ed25519`."""

    @property
    def key(self) -> str:
        """The name of the key, by which a verifier finds its public half."""
        ...  # pragma: no cover

    def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        ...  # pragma: no cover


class Verifier(Protocol):
    """Knows public keys by name, former ones too."""

    def holds(self, key: str, message: bytes, signature: bytes) -> bool:
        """Whether the key with this name made the signature; False for an unknown key."""
        ...  # pragma: no cover


class Sink(Protocol):
    """Where anchors are kept: outside of the database, and of its administrators' reach."""

    def append(self, number: int, anchor: bytes) -> None:
        """Keep an anchor, durably.

        Raises:
            AlreadyTaken: there is one with this number; it stays as it is.
        """
        ...  # pragma: no cover

    def anchors(self) -> Iterator[bytes]:
        """All anchors, by number."""
        ...  # pragma: no cover


@frozen(field_transformer=checked)
class Head:
    """The last entry of a stream: its sequence, and the digest that chains all before it."""

    stream: Count
    sequence: Positive
    digest: Hex


@frozen(field_transformer=checked, kw_only=True)
class Anchor:
    """How far the streams of a log had come at an instant.

    `number` counts from 1; `previous` is the digest of the anchor before, so that none can be taken
    out from between.
    """

    log: Name
    number: Positive
    at: datetime
    heads: tuple[Head, ...]
    key: Name
    previous: Hex | None = None

    def head(self, stream: int) -> Head | None:
        """The head of a stream, if it had one."""
        return next((head for head in self.heads if head.stream == stream), None)

    @property
    def message(self) -> bytes:
        """The bytes that are signed, with the tag of their domain."""
        return _DOMAIN + self._body()

    def _body(self) -> bytes:
        body = {
            "schema": SCHEMA,
            "log": self.log,
            "number": self.number,
            "at": self.at.isoformat(timespec="microseconds"),
            "heads": [[head.stream, head.sequence, head.digest] for head in self.heads],
            "key": self.key,
            "previous": self.previous,
        }
        return json.dumps(body, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


@frozen(field_transformer=checked)
class SignedAnchor:
    """An anchor and its signature, in hexadecimal digits."""

    anchor: Anchor
    signature: Hex

    @property
    def digest(self) -> str:
        """What the next anchor names as the one before it."""
        signed = self.anchor.message + b"\0" + bytes.fromhex(self.signature)
        return hashlib.sha256(signed).hexdigest()

    def held_by(self, verifier: Verifier) -> bool:
        """Whether its own key signed it."""
        signature = bytes.fromhex(self.signature)
        return verifier.holds(self.anchor.key, self.anchor.message, signature)

    def encoded(self) -> bytes:
        """The bytes that a sink keeps."""
        body = self.anchor._body().decode()
        return json.dumps({"anchor": body, "signature": self.signature}).encode()

    @classmethod
    def decoded(cls, kept: bytes) -> "SignedAnchor":
        """The anchor that these bytes keep.

        Raises:
            InvalidValue: they keep none, or one of a newer schema.
        """
        try:
            outer = json.loads(kept)
            body = json.loads(outer["anchor"])
            if body["schema"] != SCHEMA:
                raise InvalidValue("anchor", "is of another schema than this release reads")
            bytes.fromhex(outer["signature"])
            anchor = Anchor(
                log=body["log"],
                number=body["number"],
                at=datetime.fromisoformat(body["at"]),
                heads=tuple(Head(*head) for head in body["heads"]),
                key=body["key"],
                previous=body["previous"],
            )
            return cls(anchor, outer["signature"])
        except (ValueError, KeyError, TypeError):
            raise InvalidValue("anchor", "is damaged") from None


def sign(anchor: Anchor, signer: Signer) -> SignedAnchor:
    """The anchor, signed by the key that it names."""
    if anchor.key != signer.key:
        raise InvalidValue("anchor", "names another key than the signer's")
    return SignedAnchor(anchor, signer.sign(anchor.message).hex())


@frozen(field_transformer=checked)
class AnchorPolicy:
    """An anchor is made after so many entries, or when the last one is so old, if there is any new.

    What came after the last anchor can be cut off or rewritten unseen: this is how much.
    """

    entries: Positive = 1000
    every: timedelta = timedelta(minutes=15)

    def due(self, last: Anchor | None, heads: tuple[Head, ...], now: datetime) -> bool:
        """Whether it is time for another anchor."""
        anchored = 0 if last is None else sum(head.sequence for head in last.heads)
        new = sum(head.sequence for head in heads) - anchored
        if new <= 0:
            return False
        return last is None or new >= self.entries or now - last.at >= self.every
