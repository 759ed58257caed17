"""Key-encryption keys that the deployment hands to the process; needs `carecoord[encryption]`.

    keys = KeyRing({"2026": key}, current="2026")       # 32 bytes, kept apart from the database

Source: NIST SP 800-57 part 1 for the terms, NIST SP 800-38D for AES-GCM.
"""

from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carecoord.errors import InvalidValue
from carecoord.kernel.values import check_id
from carecoord.storage.encryption.vault import WrappedKey
from carecoord.system import random_bytes

__all__ = ["KEY_BYTES", "NONCE_BYTES", "KeyRing"]

KEY_BYTES, NONCE_BYTES = 32, 12
_DOMAIN = b"carecoord.key.v1\0"


class KeyRing:
    """Named key-encryption keys; its repr shows names only.

    Former keys stay on the ring for as long as a data key is wrapped by them. With `organization`,
    what is wrapped for one organization cannot be unwrapped for another under the same key.
    """

    def __init__(self, keys: Mapping[str, bytes], *, current: str, organization: str = "") -> None:
        if current not in keys:
            raise InvalidValue("current", "must be the name of one of the keys")
        for name, key in keys.items():
            check_id("keys", name)
            if len(key) != KEY_BYTES:
                raise InvalidValue("keys", f"each must be {KEY_BYTES} bytes")
        self._current = current
        self._organization = organization.encode()
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(sorted(self._ciphers))}; current={self._current})"

    @property
    def current(self) -> str:
        """See `KeyVault`."""
        return self._current

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """See `KeyVault`."""
        nonce = random_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, key, self._bound(context))
        return WrappedKey(self._current, nonce + sealed)

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """See `KeyVault`."""
        cipher = self._ciphers.get(wrapped.by)
        if cipher is None:
            raise InvalidValue("keys", "the key-encryption key that this store needs is not here")
        nonce, sealed = wrapped.text[:NONCE_BYTES], wrapped.text[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, self._bound(context))
        except (InvalidTag, ValueError):
            raise InvalidValue("keys", "are others than those of this store") from None

    def _bound(self, context: bytes) -> bytes:
        return _DOMAIN + self._organization + b"\0" + context
