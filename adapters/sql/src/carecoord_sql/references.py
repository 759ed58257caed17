"""Which reference it was: what the contract names, where the database says only that one broke."""

from collections.abc import Callable, Sequence
from typing import Any

from carecoord.errors import CarecoordError, Conflict, Unavailable
from carecoord.storage.backend import Changes, Row
from carecoord_sql.engines import Engine, quoted

__all__ = ["broken_reference"]

Ask = Callable[[str, Sequence[Any]], list[Any]]
Referring = Callable[[str], list[tuple[str, str]]]
"""The tables and columns that refer to a table."""


def broken_reference(
    engine: Engine, ask: Ask, referring: Referring, changes: Changes
) -> CarecoordError:
    """The error of changes that were refused for a reference, found by looking again."""
    return (
        _missing(engine, ask, changes)
        or _still_referenced(engine, ask, referring, changes)
        or Unavailable("a reference has just been changed by another")
    )


def _missing(engine: Engine, ask: Ask, changes: Changes) -> Conflict | None:
    reindexed = (row for row in changes.reindexed if _still_at_version(engine, ask, row))
    rows = (*changes.adds, *changes.replaces, *reindexed)
    wanted: dict[str, set[Any]] = {}
    pointing = [
        (row, one.references, row.searched[one.name])
        for row in rows
        for one in row.kind.fields.values()
        if one.references is not None and row.searched[one.name] is not None
    ]
    for _, to, id in pointing:
        wanted.setdefault(to, set()).add(id)
    there = {(row.kind.name, row.id) for row in changes.adds}
    for to, ids in wanted.items():
        sql = f"SELECT id FROM {quoted(to)} WHERE {engine.one_of('id')}"
        there.update((to, id) for (id,) in ask(sql, (engine.listed(sorted(ids)),)))
    there -= {(one.kind.name, one.id) for one in changes.erases}
    for row, to, id in pointing:
        if (to, id) not in there:
            return Conflict(row.kind.name, row.id, "missing_reference")
    return None


def _still_at_version(engine: Engine, ask: Ask, row: Row) -> bool:
    sql = f"SELECT version FROM {quoted(row.kind.name)} WHERE id = {engine.mark}"
    return [(row.version,)] == ask(sql, (row.id,))


def _still_referenced(
    engine: Engine, ask: Ask, referring: Referring, changes: Changes
) -> Conflict | None:
    changed = {(row.kind.name, row.id) for row in changes.replaces}
    changed |= {(one.kind.name, one.id) for one in changes.erases}
    for erased in changes.erases:
        for table, column in referring(erased.kind.name):
            sql = f"SELECT id FROM {quoted(table)} WHERE {quoted(column)} = {engine.mark}"
            if any((table, id) not in changed for (id,) in ask(sql, (erased.id,))):
                return Conflict(erased.kind.name, erased.id, "still_referenced")
    return None
