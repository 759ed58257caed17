"""Ed25519 for anchors; needs `carecoord[anchors]`.

signer = Ed25519Signer("2026", private_key)      # 32 bytes, kept elsewhere
verifier = Ed25519Verifier({"2026": signer.public_key})

Source: RFC 8032.
"""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from carecoord.errors import InvalidValue

__all__ = ["Ed25519Signer", "Ed25519Verifier"]


class Ed25519Signer:
    """Signs with one key; its repr shows the key's name only."""

    def __init__(self, key: str, private_key: bytes) -> None:
        try:
            self._private = Ed25519PrivateKey.from_private_bytes(private_key)
        except (ValueError, TypeError):
            raise InvalidValue("private_key", "must be the 32 bytes of an Ed25519 key") from None
        self._key = key

    def __repr__(self) -> str:
        return f"Ed25519Signer({self._key!r})"

    @property
    def key(self) -> str:
        """The name of the key."""
        return self._key

    @property
    def public_key(self) -> bytes:
        """The half that verifies, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._private.sign(message)


class Ed25519Verifier:
    """Verifies with public keys by name; former ones stay, for the anchors that they made."""

    def __init__(self, public_keys: Mapping[str, bytes]) -> None:
        try:
            self._keys = {
                name: Ed25519PublicKey.from_public_bytes(key) for name, key in public_keys.items()
            }
        except (ValueError, TypeError):
            raise InvalidValue("public_keys", "must be the 32 bytes of Ed25519 keys") from None

    def holds(self, key: str, message: bytes, signature: bytes) -> bool:
        """Whether the key with this name made the signature."""
        known = self._keys.get(key)
        if known is None:
            return False
        try:
            known.verify(signature, message)
        except InvalidSignature:
            return False
        return True
