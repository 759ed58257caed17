"""How a law is written: a method that is checked on one open store, for many drawn values."""

import functools
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError
from carecoord.kernel.time import Clock
from carecoord.storage.events import Event
from carecoord.storage.kind import Kind
from carecoord.storage.store import Store
from carecoord.testing.things import OWNER, THING, THINGS, Owner, Thing

__all__ = [
    "NOW",
    "FixedClock",
    "OpenStore",
    "all_things",
    "emptied",
    "event_about",
    "keep",
    "law",
    "raised",
    "reopened",
]

OpenStore: TypeAlias = Callable[[Sequence[Kind[Any]]], AbstractContextManager[Store]]
"""Opens a new, empty store whose schema was created for these kinds, and removes it afterwards."""

NOW = datetime(2026, 11, 24, 15, 30, 0, 123456, tzinfo=UTC)

P = ParamSpec("P")
Self = TypeVar("Self")


def law(
    **drawn: st.SearchStrategy[Any],
) -> Callable[[Callable[Concatenate[Self, Store, P], None]], Callable[[Self, OpenStore], None]]:
    """Check the method for many drawn values, on one store that is emptied before each.

    Databases being slower than functions, a quarter of the profile's examples are drawn.
    """

    def decorate(
        holds: Callable[Concatenate[Self, Store, P], None],
    ) -> Callable[[Self, OpenStore], None]:
        @functools.wraps(holds)
        def test(self: Self, open_store: OpenStore) -> None:
            def check(**values: Any) -> None:
                emptied(store)
                holds(self, store, **values)  # type: ignore[call-arg]

            check.__name__ = holds.__name__  # by which Hypothesis keeps failing examples apart
            examples = settings(
                max_examples=max(5, settings().max_examples // 4),
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            )
            with open_store(THINGS) as store:
                examples(given(**drawn)(check))()

        del test.__wrapped__  # pytest would take its arguments
        return test

    return decorate


def emptied(store: Store) -> None:
    """Erase every aggregate of the store's kinds, the last of them first."""
    with store.work() as work:
        for kind in reversed(store.kinds):
            if kind.name != "setting":
                collection = work.collection(kind)
                for aggregate in tuple(collection.each()):
                    collection.erase(aggregate)


def all_things(store: Store) -> dict[str, Thing]:
    """Every thing that is kept, by id."""
    with store.work() as work:
        return {thing.id: thing for thing in work.collection(THING).each()}


def keep(store: Store, *aggregates: Owner | Thing) -> None:
    """Keep these owners and things, all in one work."""
    with store.work() as work:
        for aggregate in aggregates:
            if isinstance(aggregate, Thing):
                work.collection(THING).add(aggregate)
            else:
                work.collection(OWNER).add(aggregate)


def raised(attempt: Callable[[], object]) -> CarecoordError | None:
    """The error of the library that the attempt ends in, if it does; others go through."""
    try:
        attempt()
    except CarecoordError as error:
        return error
    return None


def event_about(thing: Thing, position: int = 0, *, at: datetime = NOW) -> Event:
    """That this version of a thing was made."""
    return Event(
        id=f"event-{thing.id[:100]}-{thing.version}-{position}",
        name="thing_changed",
        aggregate_kind="thing",
        aggregate_id=thing.id,
        aggregate_version=thing.version,
        position=position,
        recorded_at=at,
    )


class FixedClock:
    """A clock that stands still, or is moved by hand."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at


def reopened(
    store: Store, *, kinds: Sequence[Kind[Any]] | None = None, clock: Clock | None = None
) -> Store:
    """Another store over the same backend, with other kinds or another clock."""
    kinds = store.kinds if kinds is None else kinds
    return Store(store.backend, kinds, clock=store.clock if clock is None else clock)


def at_once(count: int, do: Callable[[int], object]) -> list[Any]:
    """Do it in so many threads, each with its number; returns what each gave or raised."""
    begin = threading.Barrier(count)
    results: list[Any] = [None] * count

    def one(number: int) -> None:
        begin.wait(30)
        try:
            results[number] = do(number)
        except Exception as error:  # noqa: BLE001 - handed to the test's own thread
            results[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
