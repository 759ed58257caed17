"""The data keys of a store: kept in it, wrapped by a key-encryption key that is not.

    keys = data_keys(store)
    keys.rewrap()           # the vault has a new key-encryption key: no body is touched
    keys.renew()            # a new data key for what is written from now on

There is one search key, and any number of body keys of which the last is written with. Each body
key gives two, one for bodies and one for blobs, so that no key serves two purposes.

Source: NIST SP 800-57 part 1 (terms), NIST SP 800-38D (AES-GCM), FIPS 198-1 (HMAC).
"""

import base64
import hmac
import threading
from typing import Annotated

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carecoord.errors import Conflict, InvalidValue
from carecoord.kernel.values import Text, checked
from carecoord.storage.backend import Backend, Changes
from carecoord.storage.conditions import EVERYTHING
from carecoord.storage.encryption.ring import KEY_BYTES, NONCE_BYTES
from carecoord.storage.encryption.vault import KeyVault, WrappedKey
from carecoord.storage.kind import Kind
from carecoord.storage.settings import SETTING
from carecoord.storage.wire import SEALED, Codec
from carecoord.system import random_bytes

__all__ = ["DATA_KEY", "PLAIN", "Altered", "DataKey", "DataKeys"]

_SEARCH, _BODY = "search", "body-"
_GONE = "open nothing here: a data key of this store is gone, or was never made"
PLAIN = "open nothing here: the store was created without keys, and is kept plain"
_DOMAIN = b"carecoord.data-key.v1\0"


class Altered(Exception):
    """What was sealed was changed since, or was sealed for another place."""


@frozen(field_transformer=checked, kw_only=True)
class DataKey:
    """A wrapped data key: `search`, or `body-` and its number."""

    id: Annotated[str, Text(longest=100)]
    wrapped_by: str
    wrapped: Annotated[str, Text(longest=20_000)]
    version: int = 0


DATA_KEY = Kind("data_key", DataKey)
"""Kept beside the kinds of an encrypted store, and by no unit of work."""

_codec = Codec(DATA_KEY)


@frozen
class _BodyKey:
    """What one data key gives: a cipher for bodies, and the key that blobs are derived from."""

    cipher: AESGCM = field(repr=False)
    blobs: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "_BodyKey":
        bodies, blobs = (_derived(key, label) for label in (b"bodies", b"blobs"))
        return cls(AESGCM(bodies), blobs)


def _derived(key: bytes, label: bytes) -> bytes:
    return hmac.digest(key, _DOMAIN + label, "sha256")


class DataKeys:
    """Seals with the data keys of one store; they are unwrapped once, and stay in this process.

    Safe for threads, and for processes that renew or rewrap at the same time. A process seals with
    the key that was the last when it opened the store, or when it met one that it did not know.
    """

    def __init__(self, backend: Backend, vault: KeyVault) -> None:
        self._backend = backend
        self._vault = vault
        self._lock = threading.Lock()
        self._bodies: dict[int, _BodyKey] = {}
        self._search = b""

    def __repr__(self) -> str:
        return f"DataKeys({self._vault!r})"

    def create(self) -> None:
        """Make the first keys of a new store; where there are keys, nothing.

        Raises:
            InvalidValue: the store was created without keys.
        """
        if self._kept():
            return
        settings = self._backend.select(SETTING, EVERYTHING, (), 1, None)
        if settings:
            raise InvalidValue("keys", _GONE if SEALED in settings[0].body else PLAIN)
        self._add(_SEARCH, f"{_BODY}1")

    def renew(self) -> None:
        """Let there be a new body key, for what is written from now on."""
        self._load()
        self._add(f"{_BODY}{max(self._bodies) + 1}")
        self._load()

    def rewrap(self) -> int:
        """Wrap every data key by the vault's current key-encryption key; returns how many.

        Once it is through, the former key-encryption keys are not needed any more. If it is cut
        off, it can be done again.
        """
        done = 0
        for key in self._kept():
            if key.wrapped_by != self._vault.current:
                again = self._wrapped(key.id, self._unwrapped(key))
                row = _codec.row(again, key.version + 1)
                try:
                    self._backend.commit(Changes(replaces=(row,)))
                except Conflict:
                    continue  # another process does the same
                done += 1
        return done

    def seal(self, text: bytes, place: bytes) -> tuple[int, bytes]:
        """The number of the key, and the text sealed by it for this place and no other."""
        number = self.current
        nonce = random_bytes(NONCE_BYTES)
        return number, nonce + self._bodies[number].cipher.encrypt(nonce, text, place)

    def unseal(self, number: int, sealed: bytes, place: bytes) -> bytes:
        """The text.

        Raises:
            Altered: it was changed, or sealed for another place.
            InvalidValue: the store has no such data key any more.
        """
        cipher = self._body_key(number).cipher
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise Altered from None

    def blob_key(self, number: int, salt: bytes) -> bytes:
        """The key of one blob."""
        return hmac.digest(self._body_key(number).blobs, salt, "sha256")

    def hashed(self, *parts: str) -> str:
        """A keyed hash: the same parts give the same, and nobody without the key can tell which."""
        if not self._search:
            self._load()
        message = "\0".join(parts).encode()
        digest = hmac.digest(self._search, message, "sha256")
        return base64.urlsafe_b64encode(digest)[:-1].decode()

    @property
    def current(self) -> int:
        """The number of the key that seals."""
        if not self._bodies:
            self._load()
        return max(self._bodies)

    def _body_key(self, number: int) -> _BodyKey:
        found = self._bodies.get(number)
        if found is None:
            self._load()
            found = self._bodies.get(number)
        if found is None:
            raise InvalidValue("keys", _GONE)
        return found

    def _load(self) -> None:
        """Unwrap the keys that are not known yet."""
        with self._lock:
            for key in self._kept():
                if key.id == _SEARCH:
                    self._search = self._search or self._unwrapped(key)
                    continue
                number = int(key.id.removeprefix(_BODY))
                if number not in self._bodies:
                    # A new dictionary, for others may be looking through this one.
                    opened = _BodyKey.of(self._unwrapped(key))
                    self._bodies = {**self._bodies, number: opened}
        if not (self._search and self._bodies):
            raise InvalidValue("keys", _GONE)

    def _kept(self) -> list[DataKey]:
        kept = self._backend.select(DATA_KEY, EVERYTHING, (), None, None)
        return [_codec.aggregate(one) for one in kept]

    def _add(self, *ids: str) -> None:
        new = (self._wrapped(id, random_bytes(KEY_BYTES)) for id in ids)
        try:
            self._backend.commit(Changes(adds=tuple(_codec.row(key, 1) for key in new)))
        except Conflict:
            return  # another process has just done the same

    def _wrapped(self, id: str, key: bytes) -> DataKey:
        wrapped = self._vault.wrap(key, id.encode())
        text = base64.b64encode(wrapped.text).decode()
        return DataKey(id=id, wrapped_by=wrapped.by, wrapped=text)

    def _unwrapped(self, key: DataKey) -> bytes:
        try:
            text = base64.b64decode(key.wrapped, validate=True)
        except ValueError:
            raise InvalidValue("keys", "a data key of this store was altered") from None
        return self._vault.unwrap(WrappedKey(key.wrapped_by, text), key.id.encode())
