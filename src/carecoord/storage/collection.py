"""A collection: all aggregates of one kind, as one unit of work sees and changes them.

visits = work.collection(BOOKING)
page = visits.find(equal("status", "booked"), order_by=(Order("start"),), limit=20)
"""

from collections.abc import Iterator
from heapq import merge
from typing import Generic, cast

from attrs import field, frozen

from carecoord.errors import Conflict, InvalidValue, NotFound
from carecoord.kernel.values import is_id
from carecoord.storage.backend import Backend, Row, Stored, Version
from carecoord.storage.conditions import (
    EVERYTHING,
    Condition,
    Cursor,
    Every,
    Order,
    fields_of,
    matches,
    prepared,
    prepared_cursor,
    prepared_order,
    single_valued,
    sort_key,
)
from carecoord.storage.kind import Kind, Scalar, T
from carecoord.storage.stage import Stage
from carecoord.storage.wire import Codec

__all__ = ["Collection", "Page"]

_PAGE, _LARGEST_PAGE = 200, 12_800
_LARGEST_LIMIT = 1_000_000


@frozen
class Page(Generic[T]):
    """Some of what was found, and where to go on; `next` is None where nothing is left."""

    items: tuple[T, ...]
    next: Cursor | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@frozen
class Collection(Generic[T]):
    """The aggregates of a kind that fall within `scope`; others do not exist for it.

    It reads what its own unit of work has written. Reads see what is committed at the moment of
    each read, not one snapshot: what a decision rests on is guarded by versions, `Work.require` and
    claims, which are judged when the work is done.
    """

    kind: Kind[T] = field(repr=False)
    _codec: Codec[T] = field(repr=False)
    _backend: Backend = field(repr=False)
    _stage: Stage = field(repr=False)
    _scope: Condition = field(repr=False, default=EVERYTHING)

    def add(self, aggregate: T) -> T:
        """Keep a new one; returns it as version 1.

        Raises:
            Conflict: when the work is done, if the id exists already.
            AlreadyTaken: when the work is done, if another one holds a claim of it.
            InvalidValue: it was kept before, is of another class than the kind's, or was narrowed.
            NotFound: it lies outside the scope.
        """
        if aggregate.version != 0 or self._stage.row(self.kind, aggregate.id) is not None:
            raise InvalidValue(f"{self.kind.name}.version", "a new one is at version 0")
        return self._put(aggregate, 1)

    def get(self, id: str) -> T:
        """The one with this id.

        Raises:
            NotFound: there is none within the scope.
        """
        found = self.get_or_none(id)
        if found is None:
            raise NotFound(self.kind.name, id)
        return found

    def get_or_none(self, id: str) -> T | None:
        """The one with this id, or None."""
        staged = self._stage.row(self.kind, id)
        if isinstance(staged, Version):
            return None
        if staged is not None:
            stored = Stored(staged.id, staged.version, dict(staged.body))
        else:
            fetched = self._backend.fetch(self.kind, id) if is_id(id) else None
            if fetched is None:
                return None
            stored = fetched
        aggregate = self._codec.aggregate(stored)
        if self._scope is not EVERYTHING and not self._in_scope(aggregate):
            self._stage.withhold(self.kind, aggregate)
            return None
        self._stage.read(self.kind, aggregate)
        return aggregate

    def replace(self, aggregate: T) -> T:
        """Keep the next state of one that was read; returns it at its new version.

        Raises:
            Conflict: when the work is done, if it is no longer at `aggregate.version`; at once, if
                this unit of work has replaced it already, from another state.
            NotFound: it lies outside the scope.
        """
        staged = self._stage.row(self.kind, aggregate.id)
        if isinstance(staged, Version):
            raise NotFound(self.kind.name, aggregate.id)
        if staged is not None:
            if staged.version != aggregate.version:
                raise Conflict(self.kind.name, aggregate.id)
            return self._put(aggregate, staged.version)
        if aggregate.version < 1:
            raise InvalidValue(f"{self.kind.name}.version", "was never kept; add it")
        if self._scope is not EVERYTHING:
            self.get(aggregate.id)
        return self._put(aggregate, aggregate.version + 1)

    def erase(self, aggregate: T) -> None:
        """Remove it for good: for retention schedules and the law only.

        Raises:
            Conflict: when the work is done, if it is at another version or still referenced.
        """
        staged = self._stage.row(self.kind, aggregate.id)
        if staged is not None or aggregate.version < 1:
            raise InvalidValue(f"{self.kind.name}.version", "was changed in this unit of work")
        if self._scope is not EVERYTHING:
            self.get(aggregate.id)
        self._stage.saw(self.kind, aggregate)
        self._stage.erase(Version(self.kind, aggregate.id, aggregate.version))

    def find(
        self,
        where: Condition = EVERYTHING,
        *,
        order_by: tuple[Order, ...] = (),
        limit: int = _PAGE,
        after: Cursor | None = None,
    ) -> Page[T]:
        """Those that match, sorted, at most `limit`, from where an earlier page ended.

        Raises:
            InvalidValue: a field that is not declared, a limit below 1 or above a million, or a
                cursor of another order.
        """
        where, order_by, after = self._asked(where, order_by, limit, after)
        rows = self._stage.rows(self.kind)
        stored = self._backend.select(self.kind, where, order_by, limit + 1 + len(rows), after)
        found = [self._codec.aggregate(one) for one in stored if one.id not in rows]
        if rows:
            staged = [
                self._codec.aggregate(Stored(row.id, row.version, dict(row.body)))
                for row in rows.values()
                if isinstance(row, Row) and self._matching(row, where, order_by, after)
            ]
            found = sorted([*found, *staged], key=lambda one: self._key(one, order_by))
        for aggregate in found[:limit]:
            self._stage.read(self.kind, aggregate)
        more = len(found) > limit
        next_ = self._cursor(found[limit - 1], order_by) if more else None
        return Page(tuple(found[:limit]), next_)

    def each(
        self, where: Condition = EVERYTHING, *, order_by: tuple[Order, ...] = ()
    ) -> Iterator[T]:
        """All that match, read page by page.

        The pages grow, for a store may have to sort all that is left for each of them.
        """
        after, limit = None, _PAGE
        while True:
            page = self.find(where, order_by=order_by, limit=limit, after=after)
            yield from page.items
            if page.next is None:
                return
            after, limit = page.next, min(2 * limit, _LARGEST_PAGE)

    def count(self, where: Condition = EVERYTHING) -> int:
        """How many match."""
        where, _, _ = self._asked(where, (), None, None)
        rows = self._stage.rows(self.kind)
        if not rows:
            return self._backend.count(self.kind, where)
        return len(self.values((), where))

    def values(
        self,
        fields: tuple[str, ...],
        where: Condition = EVERYTHING,
        *,
        order_by: tuple[Order, ...] = (),
        limit: int | None = None,
        after: Cursor | None = None,
    ) -> list[tuple[Scalar, ...]]:
        """Of those that match, the id and these searched fields, without reading their bodies.

        Raises:
            InvalidValue: as `find`.
        """
        where, order_by, after = self._asked(where, order_by, limit, after)
        for name in fields:
            single_valued(self.kind, name)
        rows = self._stage.rows(self.kind)
        if not rows:
            return self._backend.project(self.kind, fields, where, order_by, limit, after)
        sorted_by = tuple(order.field for order in order_by)
        wide = (*fields, *sorted_by)
        asked = None if limit is None else limit + len(rows)
        kept = self._backend.project(self.kind, wide, where, order_by, asked, after)
        staged = [
            (row.id, *(_searched(row, name) for name in wide))
            for row in rows.values()
            if isinstance(row, Row) and self._matching(row, where, order_by, after)
        ]

        def key(line: tuple[Scalar, ...]) -> tuple[object, ...]:
            return sort_key(order_by, line[1 + len(fields) :], str(line[0]))

        both = merge(
            (line for line in kept if line[0] not in rows), sorted(staged, key=key), key=key
        )
        return [line[: 1 + len(fields)] for line in both][:limit]

    def _put(self, aggregate: T, version: int) -> T:
        if getattr(aggregate, "withheld", None):
            raise InvalidValue(
                f"{self.kind.name}.withheld", "names parts that are not here to keep"
            )
        row = self._codec.row(aggregate, version)
        searched = {**row.searched, "id": row.id}
        if self._scope is not EVERYTHING and not matches(self._scope, searched):
            self._stage.withhold(self.kind, aggregate)
            raise NotFound(self.kind.name, aggregate.id)
        kept = self._codec.at_version(aggregate, version)
        self._stage.saw(self.kind, kept)
        self._stage.put(row)
        return kept

    def _asked(
        self,
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> tuple[Condition, tuple[Order, ...], Cursor | None]:
        if limit is not None and not 1 <= limit <= _LARGEST_LIMIT:
            raise InvalidValue("limit", f"must be from 1 to {_LARGEST_LIMIT:,}")
        where = prepared(self.kind, where)
        if self._scope is not EVERYTHING:
            where = Every((where, self._scope))  # what is cheap to see through comes first
        order_by = prepared_order(self.kind, order_by)
        if after is not None:
            after = prepared_cursor(self.kind, order_by, after)
        return where, order_by, after

    def _in_scope(self, aggregate: T) -> bool:
        names = fields_of(self._scope)
        return matches(
            self._scope, {name: self.kind.field_named(name).value(aggregate) for name in names}
        )

    def _matching(
        self, row: Row, where: Condition, order_by: tuple[Order, ...], after: Cursor | None
    ) -> bool:
        if not matches(where, {**row.searched, "id": row.id}):
            return False
        if after is None:
            return True
        values = tuple(_searched(row, order.field) for order in order_by)
        last = sort_key(order_by, after.values, after.id)
        return last < sort_key(order_by, values, row.id)

    def _cursor(self, aggregate: T, order_by: tuple[Order, ...]) -> Cursor:
        values = (self.kind.field_named(order.field).value(aggregate) for order in order_by)
        return Cursor(tuple(cast(Scalar, value) for value in values), aggregate.id)

    def _key(self, aggregate: T, order_by: tuple[Order, ...]) -> tuple[object, ...]:
        cursor = self._cursor(aggregate, order_by)
        return sort_key(order_by, cursor.values, cursor.id)


def _searched(row: Row, name: str) -> Scalar:
    return row.id if name == "id" else cast(Scalar, row.searched[name])
