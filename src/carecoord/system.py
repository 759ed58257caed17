"""The outside world: the only module that reads the clock, makes ids or draws randomness."""

import os
import random
import secrets
import threading
import time
from datetime import UTC, datetime

__all__ = ["RandomIds", "SystemClock", "jitter", "new_salt", "pause", "random_bytes", "writer_name"]


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids that sort by when they were made; 74 bits of each are random (the layout of UUIDv7)."""

    def new(self, kind: str) -> str:
        """A new id, such as `visit-0198c2f2d1d07e4c9a2b1c3d4e5f6071`."""
        stamp = (time.time_ns() // 1_000_000) << 80
        drawn = secrets.randbits(74)
        return f"{kind}-{stamp | 7 << 76 | drawn >> 62 << 64 | 2 << 62 | drawn & (2**62 - 1):032x}"


def random_bytes(count: int) -> bytes:
    """So many bytes that nobody can foresee."""
    return secrets.token_bytes(count)


def jitter(most: float) -> float:
    """A random number of seconds, from a half of `most` up to it."""
    return most * (0.5 + random.random() / 2)  # noqa: S311 - spreads retries, guards no secret


def new_salt() -> str:
    """A salt that nobody can guess: 128 random bits."""
    return secrets.token_hex(16)


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def writer_name() -> str:
    """The name of this process and thread, by which an audit stream is picked."""
    return f"{os.getpid()}.{threading.get_ident()}"
