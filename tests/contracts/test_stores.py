"""Every store keeps the contract: all laws, on all of them, bound in this one place."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from carecoord.kinds import open_store as open_store_at
from carecoord.storage.kind import Kind
from carecoord.storage.store import Store
from carecoord.testing.laws import OpenStore, StorageLaws
from tests.servers.stores import NewUrl


@pytest.fixture(scope="session")
def open_store(new_url: NewUrl) -> OpenStore:
    @contextmanager
    def opened(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
        with new_url() as url, open_store_at(url, kinds) as store:
            yield store

    return opened


class TestStores(StorageLaws):
    pass
