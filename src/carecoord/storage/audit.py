"""The chain that ties each audit entry to the one before it in its stream."""

import functools
import hashlib

__all__ = ["STREAMS", "chained", "start_of_stream", "stream_of"]

STREAMS = 8
"""How many streams a store has: writers of different streams never wait for each other's entry."""

_DOMAIN = b"carecoord.audit.v1 sha-256"
"""What is chained, in which form, and by which algorithm; the entry holds its schema number."""


def start_of_stream(stream: int) -> bytes:
    """The digest before a stream's first entry."""
    return hashlib.sha256(_DOMAIN + b"\0start\0%d" % stream).digest()


def chained(previous: bytes, stream: int, sequence: int, entry: bytes) -> bytes:
    """The digest of an entry at its place, over the digest before it and its stored bytes.

    SHA-256; every part has a fixed length or stands last, so that none can be read as another.
    """
    place = stream.to_bytes(4, "big") + sequence.to_bytes(8, "big")
    return hashlib.sha256(_DOMAIN + b"\0entry\0" + previous + place + entry).digest()


@functools.lru_cache(maxsize=1_000)
def stream_of(writer: str, detour: int = 0) -> int:
    """The stream of a writer, the same every time; on a detour, one so many further on."""
    return (hashlib.sha256(writer.encode()).digest()[0] + detour) % STREAMS
