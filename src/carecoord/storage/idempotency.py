"""What makes a repeated request harmless: a record of what the first one gave."""

import hashlib
import hmac
from datetime import datetime, timedelta

from attrs import frozen

from carecoord.kernel.values import checked
from carecoord.storage.kind import Kind, Searched

__all__ = ["KEPT_FOR", "ONCE", "Once", "fingerprint_of", "once_id"]

KEPT_FOR = timedelta(days=1)
"""How long a key is remembered; after that it may be used anew."""


@frozen(field_transformer=checked, kw_only=True)
class Once:
    """That a use case was done under a key: with which arguments, and which aggregates it gave.

    Neither the key nor the arguments can be read from it, and the results are ids.
    """

    id: str
    fingerprint: str
    results: tuple[tuple[str, str], ...]
    single: bool
    expires_at: datetime
    version: int = 0


def once_id(*scope: str) -> str:
    """The id under which a key is remembered, within its scope: an actor and a use case."""
    return "once-" + hashlib.sha256("\0".join(scope).encode()).hexdigest()


def fingerprint_of(key: str, arguments: bytes) -> str:
    """What tells the same arguments from others, without giving them away."""
    return hmac.new(key.encode(), arguments, hashlib.sha256).hexdigest()


ONCE = Kind("once", Once, (Searched("expires_at", lambda once: once.expires_at),))
