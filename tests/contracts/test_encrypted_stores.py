"""An encrypted store keeps the same contract, whatever keeps it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from carecoord.kinds import open_store as open_store_at
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.kind import Kind
from carecoord.storage.store import Store
from carecoord.testing.laws import OpenStore, StorageLaws

KEYS = KeyRing({"2026": bytes(range(32))}, current="2026", organization="clinic")


@pytest.fixture(scope="session", params=["memory", "sqlite"])
def open_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> OpenStore:
    @contextmanager
    def opened(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
        file = tmp_path_factory.mktemp("encrypted") / "clinic.db"
        url = "memory:" if request.param == "memory" else f"sqlite:///{file}"
        with open_store_at(url, kinds, keys=KEYS) as store:
            yield store

    return opened


class TestEncryptedStores(StorageLaws):
    pass
