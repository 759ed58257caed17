"""The base of every repository: a collection, in the words of its context.

class Patients(Repository[Patient]):
    kind = PATIENT

    def with_record_number(self, number: Identifier) -> Patient | None: ...
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Generic

import attrs

from carecoord.errors import Conflict
from carecoord.storage.collection import Collection, Page
from carecoord.storage.conditions import EVERYTHING, Condition, Cursor, Order
from carecoord.storage.kind import Kind, T
from carecoord.storage.work import Work

__all__ = ["Repository"]


class Repository(Generic[T]):
    """The aggregates of one kind within a unit of work, as far as `scope` lets them be known."""

    kind: ClassVar[Kind[Any]]
    in_order: ClassVar[tuple[Order, ...]] = ()
    """The order in which people expect to see them."""

    def __init__(self, work: Work, scope: Condition = EVERYTHING) -> None:
        self._work = work
        self._kept: Collection[T] = work.collection(self.kind, scope)

    def add(self, aggregate: T) -> T:
        """Keep a new one; see `Collection.add`."""
        return self._kept.add(aggregate)

    def get(self, id: str) -> T:
        """The one with this id; raises NotFound."""
        return self._kept.get(id)

    def get_or_none(self, id: str) -> T | None:
        """The one with this id, or None."""
        return self._kept.get_or_none(id)

    def replace(self, aggregate: T) -> T:
        """Keep the next state of one that was read; see `Collection.replace`."""
        return self._kept.replace(aggregate)

    def erase(self, aggregate: T) -> None:
        """Remove it for good, as retention and the law ask; see `Collection.erase`."""
        self._kept.erase(aggregate)

    def enter(self, aggregate: T) -> T:
        """Keep it as handed in, new or not; what is here already and the same stays as it is.

        At version 0 it comes from elsewhere, and its word is taken. At any other it was read here,
        and must still be current.

        Raises:
            Conflict: it was read here, and somebody else has changed it since.
        """
        here = self._kept.get_or_none(aggregate.id)
        if here is None:
            return self._kept.add(attrs.evolve(aggregate, version=0))  # type: ignore[misc]
        if aggregate.version not in (0, here.version):
            raise Conflict(self.kind.name, aggregate.id)
        wanted = attrs.evolve(aggregate, version=here.version)  # type: ignore[misc]
        return here if wanted == here else self._kept.replace(wanted)

    def require(self, aggregate: T) -> None:
        """Let the work fail with Conflict unless this one is still as it was read."""
        self._work.require(self.kind, aggregate)

    def find(
        self, where: Condition = EVERYTHING, *, limit: int = 200, after: Cursor | None = None
    ) -> Page[T]:
        """Those that match, in the usual order, a page at a time."""
        return self._kept.find(where, order_by=self.in_order, limit=limit, after=after)

    def all(self, where: Condition = EVERYTHING) -> tuple[T, ...]:
        """All that match, in the usual order."""
        return tuple(self._kept.each(where, order_by=self.in_order))

    def by_id(self, ids: Iterable[str]) -> dict[str, T]:
        """Those of these ids that exist."""
        found = ((id, self._kept.get_or_none(id)) for id in dict.fromkeys(ids))
        return {id: one for id, one in found if one is not None}

    def count(self, where: Condition = EVERYTHING) -> int:
        """How many match."""
        return self._kept.count(where)
