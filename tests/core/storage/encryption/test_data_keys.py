"""Data keys are renewed and wrapped anew, and everything stays readable at every step."""

import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, InvalidValue, Unavailable
from carecoord.storage.backend import Changes
from carecoord.storage.encryption.backend import EncryptedBackend, data_keys
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.encryption.vault import KeyVault, WrappedKey
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.faults import Fault, FaultyBackend
from carecoord.testing.things import OWNER, Owner, OwnerId

KEKS = {name: bytes([n]) * 32 for n, name in enumerate(("k0", "k1", "k2", "k3"))}


def ring(current: str, *former: str) -> KeyRing:
    return KeyRing({name: KEKS[name] for name in (current, *former)}, current=current)


def opened(backend: Any, vault: KeyVault) -> Store:
    store = Store(EncryptedBackend(backend, vault), (OWNER,))
    store.create_schema()
    return store


def put(store: Store, *ids: str) -> None:
    with store.work() as work:
        for id in ids:
            work.collection(OWNER).add(Owner(id=OwnerId(id), name=f"name of {id}"))


def read(store: Store) -> dict[str, str]:
    with store.work() as work:
        return {owner.id: owner.name for owner in work.collection(OWNER).each()}


def sealed_by(inner: MemoryBackend) -> list[int]:
    return [json.loads(kept.text)["key"] for kept in inner._kept["owner"].values()]


def wrapped_by(inner: MemoryBackend) -> set[str]:
    return {json.loads(kept.text)["wrapped_by"] for kept in inner._kept["data_key"].values()}


def test_a_new_key_encryption_key_touches_no_body() -> None:
    inner = MemoryBackend()
    put(opened(inner, ring("k0")), "a", "b")
    bodies = repr([kept.text for kept in inner._kept["owner"].values()])
    store = opened(inner, ring("k1", "k0"))
    assert read(store) == {"a": "name of a", "b": "name of b"}
    assert data_keys(store).rewrap() == 2
    assert data_keys(store).rewrap() == 0
    assert wrapped_by(inner) == {"k1"}
    assert repr([kept.text for kept in inner._kept["owner"].values()]) == bodies
    assert read(opened(inner, ring("k1"))) == {"a": "name of a", "b": "name of b"}
    with pytest.raises(InvalidValue, match="is not here"):
        opened(inner, ring("k0"))


def test_a_new_data_key_is_for_what_is_written_from_now_on() -> None:
    inner = MemoryBackend()
    store, other = opened(inner, ring("k0")), opened(inner, ring("k0"))
    put(store, "a")
    put(other, "b")
    data_keys(store).renew()
    put(store, "c")
    put(other, "d")  # has not met the new key yet
    assert sealed_by(inner) == [1, 1, 2, 1]
    assert len(read(other)) == 4
    put(other, "e")
    assert sealed_by(inner) == [1, 1, 2, 1, 2]
    for _ in store.reindex(OWNER):
        pass
    assert sealed_by(inner) == [2] * 5
    assert read(opened(inner, ring("k0"))) == read(store) == {id: f"name of {id}" for id in "abcde"}
    assert {kept.row.version for kept in inner._kept["owner"].values()} == {1}


@given(
    steps=st.lists(st.sampled_from(("put", "renew", "rewrap", "reseal", "reopen")), max_size=12),
    faults=st.lists(st.sampled_from(Fault), max_size=12),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_everything_stays_readable_wherever_it_is_cut_off(
    steps: list[str], faults: list[Fault]
) -> None:
    inner = MemoryBackend()
    store, kek, kept = opened(inner, ring("k0")), 0, 0
    for number, step in enumerate(steps):
        plan = faults[number : number + 1]
        cut = Store(EncryptedBackend(FaultyBackend(inner, plan), store_vault(kek)), (OWNER,))
        try:
            match step:
                case "put":
                    put(cut, f"owner-{number}")
                case "renew":
                    data_keys(cut).renew()
                case "rewrap":
                    data_keys(cut).rewrap()
                case "reseal":
                    for _ in cut.reindex(OWNER):
                        pass
                case "reopen":
                    kek = min(kek + 1, 3)
                    store = opened(inner, store_vault(kek))
        except CarecoordError as error:
            assert error.code in ("unavailable", "outcome_unknown")
        found = read(store)
        assert found == read(opened(inner, store_vault(kek)))
        assert all(name == f"name of {id}" for id, name in found.items())
        assert len(found) >= kept
        kept = len(found)


def store_vault(kek: int) -> KeyRing:
    """All keys so far, the last of them current."""
    return ring(f"k{kek}", *(f"k{n}" for n in range(kek)))


def test_two_can_do_the_same_at_once() -> None:
    class Raced(MemoryBackend):
        """Before a commit, somebody else does the same."""

        rival: Any = None

        def commit(self, changes: Changes) -> None:
            rival, self.rival = self.rival, None
            if rival is not None:
                rival()
            super().commit(changes)

    inner = Raced()
    inner.rival = lambda: opened(inner, ring("k0"))
    store = opened(inner, ring("k0"))
    put(store, "a")
    inner.rival = lambda: data_keys(opened(inner, ring("k0"))).renew()
    data_keys(store).renew()
    put(store, "b")
    assert sealed_by(inner) == [1, 2]
    later = opened(inner, ring("k1", "k0"))
    inner.rival = lambda: data_keys(opened(inner, ring("k1", "k0"))).rewrap()
    assert data_keys(later).rewrap() == 0
    assert wrapped_by(inner) == {"k1"}
    assert len(read(later)) == 2


def test_a_lost_data_key_is_told_and_nothing_is_guessed() -> None:
    inner = MemoryBackend()
    store = opened(inner, ring("k0"))
    put(store, "a")
    data_keys(store).renew()
    put(store, "b")
    del inner._kept["data_key"]["body-1"]
    with pytest.raises(InvalidValue, match="is gone"):
        read(Store(EncryptedBackend(inner, ring("k0")), (OWNER,)))
    for lost in ("search", "body-2"):
        inner._kept["data_key"].pop(lost)
        with pytest.raises(InvalidValue, match="is gone"):
            data_keys(Store(EncryptedBackend(inner, ring("k0")), (OWNER,))).hashed("x")
    with pytest.raises(InvalidValue, match="is gone"):
        opened(inner, ring("k0"))
    with pytest.raises(InvalidValue, match="is gone"):
        Store(EncryptedBackend(MemoryBackend(), ring("k0")), (OWNER,)).backend.keys.seal(b"", b"")  # type: ignore[attr-defined]


def test_wrapped_keys_cannot_change_places() -> None:
    inner = MemoryBackend()
    store = opened(inner, ring("k0"))
    put(store, "a")
    keys = inner._kept["data_key"]
    keys["search"] = evolve(keys["search"], text=keys["body-1"].text.replace("body-1", "search"))
    with pytest.raises(InvalidValue, match="others than those"):
        opened(inner, ring("k0"))
    keys["search"] = evolve(
        keys["search"], text=json.dumps({"schema": 1, "id": "search", "wrapped_by": "k0",
                                         "wrapped": "no base 64"})
    )  # fmt: skip
    with pytest.raises(InvalidValue, match="altered"):
        opened(inner, ring("k0"))


def test_a_vault_that_is_away_makes_the_store_unavailable() -> None:
    class Away:
        """A key management service that cannot be reached."""

        current = "k0"

        def wrap(self, key: bytes, context: bytes) -> WrappedKey:
            raise Unavailable("the vault cannot be reached")

        def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
            raise Unavailable("the vault cannot be reached")

    with pytest.raises(Unavailable):
        opened(MemoryBackend(), Away())
    inner = MemoryBackend()
    put(opened(inner, ring("k0")), "a")
    with pytest.raises(Unavailable):
        read(Store(EncryptedBackend(inner, Away()), (OWNER,)))


def test_keys_show_in_no_repr() -> None:
    inner = MemoryBackend()
    keys = data_keys(opened(inner, ring("k0")))
    keys.seal(b"", b"")
    shown = f"{keys!r} {keys._bodies!r} {inner._kept['data_key']!r}"
    assert str(KEKS["k0"]) not in shown
    assert str(keys._bodies[1].blobs) not in shown
