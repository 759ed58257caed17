"""Checking records against the audit: for whoever operates a store, not for a desk.

for found in records_unlike_the_audit(store):
    print(found)  # RecordFault(kind='patient', id='patient-…', version=3, what='…')

The audit holds a commitment to every body that a desk has written. One that somebody has changed in
the database, past the library, does not agree with it any more.
"""

from collections.abc import Iterator
from typing import Any

from attrs import field, frozen

from carecoord.compliance.audit import AuditEntry
from carecoord.kernel.values import checked
from carecoord.storage.backend import Stored
from carecoord.storage.commitments import ERASED, commitment_to
from carecoord.storage.conditions import EVERYTHING, Cursor
from carecoord.storage.kind import Kind
from carecoord.storage.store import STORE_KINDS, Store

__all__ = ["RecordFault", "records_unlike_the_audit"]

_PAGE = 500


@frozen(field_transformer=checked)
class RecordFault:
    """A record that is not as the audit says, and how it differs."""

    kind: str = field(repr=repr)
    id: str = field(repr=repr)
    version: int
    what: str = field(repr=repr)


def records_unlike_the_audit(
    store: Store, kinds: tuple[Kind[Any], ...] | None = None
) -> Iterator[RecordFault]:
    """Every record of these kinds that is not as the audit says it was last written.

    Without `kinds`, of all that the store has. It reads the whole audit, and then every record;
    what is written meanwhile may be named wrongly. The audit itself is to be verified first.

    Raises:
        InvalidValue: what is kept of the audit is damaged, or of a newer schema.
    """
    last = _last_written(store)
    for kind in store.kinds if kinds is None else kinds:
        if kind not in STORE_KINDS:
            for stored in _each(store, kind):
                written = last.pop((kind.name, stored.id), None)
                what = _differs(kind, stored, written)
                if what is not None:
                    yield RecordFault(kind.name, stored.id, stored.version, what)
    names = {kind.name for kind in store.kinds if kinds is None or kind in kinds}
    for (name, id), (version, commitment) in last.items():
        if name in names and commitment != ERASED:
            yield RecordFault(name, id, version, "is gone, and no desk has erased it")


def _differs(kind: Kind[Any], stored: Stored, written: tuple[int, str] | None) -> str | None:
    if written is None:
        return "was written by no desk"
    version, commitment = written
    if stored.version != version:
        return "is at another version than a desk has written last"
    if commitment != commitment_to(kind.name, stored.id, version, stored.body):
        return "is not what a desk has written"
    return None


def _last_written(store: Store) -> dict[tuple[str, str], tuple[int, str]]:
    """The last version of everything that desks wrote, and the commitment to it."""
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for record in store.audit_records():
        for one in AuditEntry.decoded(record.entry).touched:
            place = (one.kind, one.id)
            if one.commitment is not None and one.version >= last.get(place, (0, ""))[0]:
                last[place] = (one.version, one.commitment)
    return last


def _each(store: Store, kind: Kind[Any]) -> Iterator[Stored]:
    after: Cursor | None = None
    while page := store.backend.select(kind, EVERYTHING, (), _PAGE, after):
        yield from page
        after = Cursor((), page[-1].id)
