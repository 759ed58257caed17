"""Every store keeps the contract: all laws, on all of them, bound in this one place."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest

from carecoord.kinds import open_store as open_store_at
from carecoord.storage.kind import Kind
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.laws import OpenStore, StorageLaws


@contextmanager
def memory(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
    with Store(MemoryBackend(), kinds) as store:
        store.create_schema()
        yield store


@pytest.fixture(scope="session", params=["memory", "sqlite", "postgresql", "mongodb"])
def open_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> OpenStore:
    if request.param == "memory":
        return memory

    def database() -> AbstractContextManager[str]:
        if request.param == "sqlite":
            return nullcontext(f"sqlite:///{tmp_path_factory.mktemp('store') / 'clinic.db'}")
        server = {"postgresql": "postgres", "mongodb": "mongo"}[request.param]
        found: AbstractContextManager[str] = request.getfixturevalue(server).database()
        return found

    @contextmanager
    def opened(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
        with database() as url, open_store_at(url, kinds) as store:
            yield store

    return opened


class TestStores(StorageLaws):
    pass
