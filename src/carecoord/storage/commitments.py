"""Commitments: what lets somebody show later that a body is the one that was written.

A commitment is a digest over a body and a salt. The salt is drawn anew for every body that is
written, and kept within it and nowhere else. Whoever has the body, from the store, a backup or an
export, can show that it is the one that the audit speaks of. Whoever has the commitment alone
learns nothing, not even by trying out guesses; so it may stay when the body is erased, and its salt
with it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["ERASED", "SALT", "commitment_to"]

SALT = "_salt"
"""Where the salt is within a body."""
ERASED = "erased"
"""What stands in the place of a commitment where a body was erased."""

_DOMAIN = b"carecoord.body.v1 sha-256"
_encoded = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode


def commitment_to(kind: str, id: str, version: int, body: Mapping[str, Any]) -> str:
    """The digest that stands for this body at this version, in hexadecimal digits."""
    whole = [kind, id, version, body]
    return hashlib.sha256(_DOMAIN + b"\0" + _encoded(whole).encode()).hexdigest()
