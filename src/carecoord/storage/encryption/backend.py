"""A backend that hands on nothing readable: bodies sealed, sensitive fields and claims hashed.

What a backend can still see: ids, versions, references, fields that are not sensitive, whether a
sensitive field is empty, which sensitive values are equal, how long a body is, and who reads what.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any, assert_never

from attrs import evolve

from carecoord.errors import InvalidValue
from carecoord.storage.backend import AuditRecord, Backend, Body, Changes, Row, Stored
from carecoord.storage.conditions import (
    WHOLE,
    Condition,
    Cursor,
    Every,
    Order,
    Some,
    Test,
    sort_key,
)
from carecoord.storage.encryption.data_keys import DATA_KEY, PLAIN, Altered, DataKeys
from carecoord.storage.encryption.vault import KeyVault
from carecoord.storage.kind import Kind, Scalar
from carecoord.storage.store import Store
from carecoord.storage.wire import SEALED, codec_of

__all__ = ["EncryptedBackend", "data_keys"]

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decoded = json.JSONDecoder().decode
_DOMAIN = "carecoord.body.v1"


class EncryptedBackend:
    """Keeps everything in another backend, encrypted; see `Backend` for what is promised.

    A body is bound to its kind, id and version: moved to another row, or put back from an earlier
    version, it is refused. A whole row that is put back as it was, version and all, is not noticed
    here.
    """

    def __init__(self, backend: Backend, vault: KeyVault) -> None:
        self.keys = DataKeys(backend, vault)
        self._backend = backend

    def __repr__(self) -> str:
        return f"EncryptedBackend({self._backend!r})"

    def create_schema(self, kinds: Sequence[Kind[Any]]) -> None:
        """See `Backend`; a new store gets its data keys."""
        self._backend.create_schema((*kinds, DATA_KEY))
        self.keys.create()

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        """See `Backend`."""
        found = self._backend.fetch(kind, id)
        return None if found is None else self._opened(kind, found)

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        """See `Backend`; sorted by a sensitive field, it reads all that match to sort them here."""
        where = self._hidden(kind, where)
        if not _any_sensitive(kind, (order.field for order in order_by)):
            found = self._backend.select(kind, where, order_by, limit, after)
            return [self._opened(kind, one) for one in found]
        return [one for one, _ in self._sorted(kind, where, order_by, limit, after)]

    def project(
        self,
        kind: Kind[Any],
        fields: tuple[str, ...],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[tuple[Scalar, ...]]:
        """See `Backend`; a sensitive field is read from the body."""
        where = self._hidden(kind, where)
        if not _any_sensitive(kind, (*fields, *(order.field for order in order_by))):
            return self._backend.project(kind, fields, where, order_by, limit, after)
        found = self._sorted(kind, where, order_by, limit, after)
        return [(one.id, *(values[name] for name in fields)) for one, values in found]

    def count(self, kind: Kind[Any], where: Condition) -> int:
        """See `Backend`."""
        return self._backend.count(kind, self._hidden(kind, where))

    def commit(self, changes: Changes) -> None:
        """See `Backend`."""
        self._backend.commit(
            evolve(
                changes,
                adds=tuple(map(self._sealed, changes.adds)),
                replaces=tuple(map(self._sealed, changes.replaces)),
                reindexed=tuple(map(self._sealed, changes.reindexed)),
            )
        )

    def audit_streams(self) -> list[AuditRecord]:
        """See `Backend`; audit entries hold no details, and are kept as they are."""
        return self._backend.audit_streams()

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """See `Backend`."""
        return self._backend.audit_records(stream, after, limit)

    def close(self) -> None:
        """See `Backend`."""
        self._backend.close()

    def _sealed(self, row: Row) -> Row:
        kind, searched = row.kind, row.searched
        text = _encoded(row.body).encode()
        number, sealed = self.keys.seal(text, _place(kind, row.id, row.version))
        body = {"key": number, SEALED: base64.b64encode(sealed).decode()}
        hidden = {
            name: self._hashed(kind, name, searched[name])
            for name, one in kind.fields.items()
            if one.sensitive
        }
        if hidden:
            searched = {**searched, **hidden}
        claims = tuple(sorted(self._claim(kind, claim) for claim in row.claims))
        return Row(kind, row.id, row.version, body, searched, claims)

    def _opened(self, kind: Kind[Any], stored: Stored) -> Stored:
        return Stored(stored.id, stored.version, _decoded(self._text(kind, stored)))

    def _text(self, kind: Kind[Any], stored: Stored) -> str:
        """The text of a body.

        Raises:
            InvalidValue: it was altered, is in another's place, or was never sealed.
        """
        number, sealed = stored.body.get("key"), stored.body.get(SEALED)
        if sealed is None:
            raise InvalidValue("keys", PLAIN)
        place = _place(kind, stored.id, stored.version)
        try:
            if type(number) is not int:
                raise Altered
            return self.keys.unseal(number, base64.b64decode(sealed, validate=True), place).decode()
        except (Altered, TypeError, ValueError):
            reason = "its stored body was altered, or belongs to another place"
        raise InvalidValue(f"{kind.name} {stored.id}", reason)

    def _hashed(self, kind: Kind[Any], field: str, value: Any) -> Any:
        """The keyed hash of each value; nothing stays nothing."""
        if isinstance(value, tuple):
            return tuple(sorted(self._hashed(kind, field, one) for one in value))
        return None if value is None else self.keys.hashed("field", kind.name, field, value)

    def _claim(self, kind: Kind[Any], claim: str) -> str:
        """The claim with all but its first word hashed, unless the kind keeps it plain."""
        word, bar, rest = claim.partition("|")
        if not bar or word in kind.plain_claims:
            return claim
        return f"{word}|{self.keys.hashed('claim', kind.name, word, rest)}"

    def _hidden(self, kind: Kind[Any], where: Condition) -> Condition:
        """The condition with hashes in place of sensitive values.

        Raises:
            InvalidValue: it compares a sensitive field otherwise than by whole values.
        """
        match where:
            case Every(parts):
                return Every(tuple(self._hidden(kind, part) for part in parts))
            case Some(parts):
                return Some(tuple(self._hidden(kind, part) for part in parts))
            case Test(name, operator, value):
                if operator == "is_none" or not kind.field_named(name).sensitive:
                    return where
                if operator not in WHOLE:
                    reason = f"{name} is kept encrypted, and can only be found by its whole value"
                    raise InvalidValue("where", reason)
                return evolve(where, value=self._hashed(kind, name, value))
            case _ as unreachable:
                assert_never(unreachable)

    def _sorted(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[tuple[Stored, dict[str, Any]]]:
        """Those that match with their searched fields, read from the bodies and sorted by them."""
        keyed = []
        for stored in self._backend.select(kind, where, (), None, None):
            text = self._text(kind, stored)
            values = self._searched(kind, stored, _decoded(text))
            key = sort_key(order_by, tuple(values[order.field] for order in order_by), stored.id)
            keyed.append((key, Stored(stored.id, stored.version, _decoded(text)), values))
        keyed.sort(key=lambda one: one[0])
        if after is not None:
            last = sort_key(order_by, after.values, after.id)
            keyed = [one for one in keyed if last < one[0]]
        return [(stored, values) for _, stored, values in keyed[:limit]]

    def _searched(self, kind: Kind[Any], stored: Stored, body: Body) -> dict[str, Any]:
        aggregate = codec_of(kind).aggregate(Stored(stored.id, stored.version, body))
        return {**kind.searched_of(aggregate), "id": stored.id}


def data_keys(store: Store) -> DataKeys:
    """The data keys of a store that was opened with keys, to renew and to rewrap them.

    Raises:
        InvalidValue: it is kept plain.
    """
    if not isinstance(store.backend, EncryptedBackend):
        raise InvalidValue("store", "is kept plain, and has no data keys")
    return store.backend.keys


def _place(kind: Kind[Any], id: str, version: int) -> bytes:
    """Where a body belongs; no name or id holds a NUL, so that none can be read as another."""
    return f"{_DOMAIN}\0{kind.name}\0{id}\0{version}".encode()


def _any_sensitive(kind: Kind[Any], names: Any) -> bool:
    return any(kind.field_named(name).sensitive for name in names)
