"""A unit of work: everything in it is kept together, or nothing is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast

from carecoord.errors import Conflict, InvalidValue
from carecoord.kernel.ids import Ids
from carecoord.storage.backend import Backend, Version
from carecoord.storage.collection import Collection
from carecoord.storage.conditions import EVERYTHING, Condition, prepared
from carecoord.storage.kind import Aggregate, Kind, T
from carecoord.storage.stage import Stage
from carecoord.storage.wire import Codec
from carecoord.system import new_salt

__all__ = ["Work"]


class Work:
    """Reads and changes that belong together.

        with store.work() as work:
            patients = work.collection(PATIENT)
            patients.replace(patients.get(id).renamed(name))

    Changes are gathered and committed when the block ends; an exception throws them away. It reads
    its own writes. Versions and claims are judged at the end, so one work can swap two bookings.
    One thread uses it.
    """

    def __init__(
        self,
        backend: Backend,
        codecs: Mapping[str, Codec[Any]],
        now: datetime,
        ids: Ids,
    ) -> None:
        self.now = now
        """The instant at which all of it happens."""
        self.stage = Stage()
        """What it has read and is going to change."""
        self._backend = backend
        self._codecs = codecs
        self._ids = ids
        self._done = False

    def new_id(self, kind: str) -> str:
        """A new id; a work that is tried again gets the same ones."""
        return self._ids.new(kind)

    def collection(self, kind: Kind[T], scope: Condition = EVERYTHING) -> Collection[T]:
        """The aggregates of this kind; those outside `scope` do not exist for it.

        Raises:
            InvalidValue: the store was opened without this kind.
        """
        codec = self._codecs.get(kind.name)
        if codec is None or codec.kind is not kind:
            raise InvalidValue("kind", f"the store was opened without this {kind.name}")
        if scope is not EVERYTHING:
            scope = prepared(kind, scope)
        return Collection(kind, cast(Codec[T], codec), self._backend, self.stage, scope)

    def require(self, kind: Kind[T], aggregate: T) -> None:
        """Let the work fail with `Conflict` unless this one is still as it was read.

        One that the work changes itself is guarded already.
        """
        staged = self.stage.row(kind, aggregate.id)
        if staged is not None:
            if staged.version != aggregate.version:
                raise Conflict(kind.name, aggregate.id)
            return
        self.stage.require(Version(kind, aggregate.id, aggregate.version))

    def committed(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Of these kinds and ids, commitments to the bodies written since this was last asked.

        They can stand in the audit, where they say nothing; see `carecoord.storage.commitments`.
        """
        return self.stage.committed(places, new_salt)

    def audit(self, entry: bytes) -> None:
        """Append an audit entry, if and when the work is done."""
        self.stage.append(entry)

    def kind_of(self, aggregate: Aggregate) -> Kind[Any]:
        """The kind that keeps aggregates of this class."""
        for codec in self._codecs.values():
            if isinstance(aggregate, codec.classes):
                return codec.kind
        raise InvalidValue("aggregate", f"a {type(aggregate).__name__} is of no kind of this store")

    def commit(self) -> None:
        """Keep everything now; the end of a `with` block does it.

        Raises:
            Conflict, AlreadyTaken, Unavailable, OutcomeUnknown: see `Backend.commit`.
        """
        if self._done:
            raise InvalidValue("work", "is done already")
        self._end()
        changes = self.stage.changes()
        if changes:
            self._backend.commit(changes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if error is None and not self._done:
            self.commit()
        self._end()

    def _end(self) -> None:
        self._done = True
        self.stage.close()
