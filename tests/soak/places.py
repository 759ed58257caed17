"""Durable stores that can be killed, each with nothing in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from attrs import frozen

from tests.servers.mongo import Mongo, MongoProcess
from tests.servers.postgres import Postgres, PostgresProcess

__all__ = ["PLACES", "Place"]


@frozen
class Place:
    """A store: its URL, and how its server is killed and started anew, if it has one."""

    url: str
    kill: Callable[[], None] | None = None
    restart: Callable[[], None] = lambda: None


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    yield Place(f"sqlite:///{folder / 'clinic.db'}")


@contextmanager
def postgresql(folder: Path) -> Iterator[Place]:
    process = PostgresProcess.made()
    try:
        process.start()
        with Postgres(process.url).database() as url:
            yield Place(url, process.kill, process.start)
    finally:
        process.stop()


@contextmanager
def mongodb(folder: Path) -> Iterator[Place]:
    # What a killed writer had open is in the way of others until the server gives it up.
    process = MongoProcess(folder, patience=1.0)
    process.start()
    try:
        with Mongo(process.url).database() as url:
            yield Place(url, process.kill, process.start)
    finally:
        process.stop()


PLACES: dict[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "mongodb": mongodb,
}
