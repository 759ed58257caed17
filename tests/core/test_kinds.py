"""The list of everything that is kept, and stores opened by their URL."""

import sys
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import carecoord.kinds
from carecoord.errors import InvalidValue
from carecoord.kinds import KINDS, open_store
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.settings import SETTING
from carecoord.storage.store import STORE_KINDS
from carecoord.testing.things import THING, THINGS, Thing, ThingId


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


class Ids:
    def new(self, kind: str) -> str:
        return f"{kind}-1"


def test_each_kind_comes_after_those_it_refers_to() -> None:
    seen = set()
    for kind in KINDS:
        seen.add(kind.name)
        assert {field.references for field in kind.fields.values()} - {None} <= seen
    assert len(seen) == len(KINDS)
    assert KINDS[: len(STORE_KINDS)] == STORE_KINDS


def test_a_store_opens_ready_for_use() -> None:
    with open_store("memory:") as store:
        assert store.kinds == KINDS
        for kind in KINDS:
            with store.work() as work:
                assert work.collection(kind).count() in (0, 2)


def test_clock_and_ids_can_be_given() -> None:
    with open_store("memory:", THINGS, clock=Clock(), ids=Ids()) as store, store.work() as work:
        assert work.now == Clock().now()
        assert work.new_id("thing") == "thing-1"
        work.collection(THING).add(Thing(id=ThingId("one")))


def test_a_deployment_can_create_the_schema_by_itself() -> None:
    with open_store("memory:", THINGS, create=False) as store:
        store.create_schema()
        with store.work() as work:
            assert work.collection(SETTING).count() == 2


@pytest.mark.parametrize(
    ("url", "hint"),
    [("sqlite:///x.db", "carecoord[sql]"), ("postgresql+psycopg://x", "carecoord[sql]"),
     ("mongodb://x", "carecoord[mongo]"), ("oracle://x", None), ("", None), ("canary", None)],
)  # fmt: skip
def test_a_scheme_without_an_adapter_is_refused_with_a_hint(
    url: str, hint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carecoord.kinds, "entry_points", lambda **_: [])
    with pytest.raises(InvalidValue) as caught:
        open_store(url)
    assert caught.value.field == "url"
    assert ("; install" in caught.value.reason) is (hint is not None)
    assert (hint or "") in caught.value.reason
    assert "canary" not in str(caught.value)


def test_an_adapter_of_a_third_party_is_found_by_its_scheme(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def installed(group: str, name: str) -> list[Any]:
        assert (group, name) == ("carecoord.stores", "other")
        return [EntryPoint("other", "carecoord.storage.memory:open_memory", group)]

    monkeypatch.setattr(carecoord.kinds, "entry_points", installed)
    with open_store("other+tls://somewhere") as store:
        assert store.kinds == KINDS


def test_a_store_that_does_not_open_is_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(MemoryBackend, "close", lambda backend: closed.append(backend))
    with pytest.raises(InvalidValue, match="same name"):
        open_store("memory:", (THING, THING))
    assert len(closed) == 1


def test_keys_need_encryption_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "carecoord.storage.encryption.backend", None)
    vault: Any = object()
    with pytest.raises(InvalidValue) as caught:
        open_store("memory:", keys=vault)
    assert caught.value.field == "keys"
    assert "carecoord[encryption]" in caught.value.reason


def test_a_password_opens_nothing_in_memory() -> None:
    with pytest.raises(InvalidValue) as caught:
        open_store("memory:", password="canary")
    assert "canary" not in repr(caught.value)
