"""The port of key-encryption keys: they wrap the data keys of a store, and never leave their place.

A key management service, a hardware module or a secret of the deployment is put behind it; see
`KeyRing` for the simplest one.
"""

from typing import Protocol

from attrs import field, frozen

__all__ = ["KeyVault", "WrappedKey"]


@frozen
class WrappedKey:
    """A data key that only the key-encryption key of this name can unwrap."""

    by: str
    text: bytes = field(repr=False)


class KeyVault(Protocol):
    """Holds the key-encryption keys of one organization. Safe for threads."""

    @property
    def current(self) -> str:
        """The name of the key that wraps from now on; former ones still unwrap."""
        ...  # pragma: no cover

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a data key under the current key-encryption key.

        `context` is authenticated with it: it can be unwrapped with the same context only.

        Raises:
            Unavailable: the vault cannot answer just now.
        """
        ...  # pragma: no cover

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """The data key.

        Raises:
            InvalidValue: the vault holds no key of this name, or it does not open this one.
            Unavailable: the vault cannot answer just now.
        """
        ...  # pragma: no cover
