"""An encrypted store hands on nothing readable, and takes nothing that was altered."""

import json
from datetime import date
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecoord.errors import AlreadyTaken, InvalidValue
from carecoord.kernel.contact import HumanName
from carecoord.kernel.values import checked
from carecoord.kinds import KINDS, open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT, Patients
from carecoord.storage.backend import Stored
from carecoord.storage.conditions import (
    Order,
    at_least,
    equal,
    every,
    is_none,
    negated,
    one_of,
    some,
    starts_with,
)
from carecoord.storage.encryption.backend import EncryptedBackend, data_keys
from carecoord.storage.encryption.data_keys import DATA_KEY
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, ThingId, holding

KEYS = KeyRing({"2026": bytes(range(32))}, current="2026")


@frozen(field_transformer=checked, kw_only=True)
class Guest:
    """Somebody whose name is nobody's business, and sorted by it."""

    id: OwnerId
    name: str | None = None
    age: int = 0
    version: int = 0


GUEST = Kind(
    "guest",
    Guest,
    (
        Searched("name", lambda it: it.name, sensitive=True),
        Searched("age", lambda it: it.age, "integer"),
    ),
)


def opened(*kinds: Kind[Any]) -> tuple[Store, MemoryBackend]:
    inner = MemoryBackend()
    store = Store(EncryptedBackend(inner, KEYS), kinds)
    store.create_schema()
    return store, inner


def raw(inner: MemoryBackend, kind: str, id: str) -> Any:
    return inner._kept[kind][id]


def alter(inner: MemoryBackend, kind: str, id: str, **body: Any) -> None:
    kept = raw(inner, kind, id)
    inner._kept[kind][id] = evolve(kept, text=json.dumps({**json.loads(kept.text), **body}))


def guests(store: Store, *names: str | None) -> None:
    with store.work() as work:
        for n, name in enumerate(names):
            work.collection(GUEST).add(Guest(id=OwnerId(f"guest-{n}"), name=name, age=n))


def names(store: Store, *where: Any, **more: Any) -> list[Any]:
    with store.work() as work:
        return [one.name for one in work.collection(GUEST).find(*where, **more)]


def test_nothing_marked_reaches_the_backend() -> None:
    store, inner = opened(*THINGS)
    one = frozenset({"canary"})
    with store.work() as work:
        work.collection(THING).add(
            Thing(id=ThingId("one"), label="public", secret="canary", badges=one)
        )
        work.collection(OWNER).add(Owner(id=OwnerId("o"), name="known"))
    kept = f"{inner._kept} {inner._holders}"
    assert "public" in kept  # a searched field that is not sensitive
    assert "canary" not in kept
    assert "red" not in raw(inner, "thing", "one").text
    ((_, claim),) = [holder for holder in inner._holders if holder[0] == "thing"]
    assert claim.startswith("badge|")
    assert len(claim) == len("badge|") + 43


def test_equal_values_of_different_fields_look_different() -> None:
    store, inner = opened(PATIENT)
    same = HumanName(family="Same", given=("Same",))
    with store.work() as work:
        work.collection(PATIENT).add(Patient(id="p", name=same))  # type: ignore[arg-type]
    searched = raw(inner, "patient", "p").searched
    assert searched["family"] != searched["given"]
    assert searched["birth_date"] is None


def test_plain_claims_stay_as_they_are() -> None:
    inner = MemoryBackend()
    kind = evolve(THING, plain_claims=frozenset({"badge"}))
    store = Store(EncryptedBackend(inner, KEYS), (OWNER, kind))
    store.create_schema()
    with store.work() as work:
        work.collection(kind).add(holding("one", "x"))
    assert ("thing", "badge|x") in inner._holders
    with pytest.raises(AlreadyTaken, match="badge"), store.work() as work:
        work.collection(kind).add(holding("two", "x"))


def test_a_sensitive_field_is_found_by_whole_values_only() -> None:
    store, _ = opened(GUEST)
    guests(store, "bob", "ada", None, "bob")
    assert names(store, equal("name", "bob")) == ["bob", "bob"]
    assert names(store, one_of("name", ("ada", "eve"))) == ["ada"]
    assert names(store, is_none("name")) == [None]
    assert store.work().collection(GUEST).count(equal("name", "bob")) == 2
    assert names(store, negated(some(equal("name", "bob"), is_none("name")))) == ["ada"]
    for where in (starts_with("name", "a"), at_least("name", "a")):
        with pytest.raises(InvalidValue, match="encrypted"):
            names(store, every(at_least("age", 0), where))
        with pytest.raises(InvalidValue), store.work() as work:
            work.collection(GUEST).count(where)


@given(
    drawn=st.lists(st.none() | st.sampled_from(("a", "b", "ab", "B")), max_size=8),
    order_by=st.sampled_from(
        [("name",), ("name", "age"), ("age", "name"), ("age",), ()],
    ),
    down=st.booleans(),
    limit=st.integers(1, 5),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_sorted_by_a_sensitive_field_it_answers_as_a_plain_store(
    drawn: list[str | None], order_by: tuple[str, ...], down: bool, limit: int
) -> None:
    store, _ = opened(GUEST)
    plain = Store(MemoryBackend(), (GUEST,))
    plain.create_schema()
    order = tuple(Order(name, down) for name in order_by)
    pages: list[list[Any]] = []
    for one in (store, plain):
        guests(one, *drawn)
        pages.append([])
        with one.work() as work:
            kept, after = work.collection(GUEST), None
            while True:
                page = kept.find(order_by=order, limit=limit, after=after)
                pages[-1].append(page)
                if page.next is None:
                    break
                after = page.next
            pages[-1].append(kept.values(("age", "name"), order_by=order))
            pages[-1].append(kept.values(("age",), order_by=order, limit=limit))
    assert pages[0] == pages[1]


def test_patients_are_found_by_their_whole_names() -> None:
    store, _ = opened(PATIENT)
    born = date(1980, 5, 17)
    name = HumanName(family="Okafor", given=("Ada", "Maria"))
    with store.work() as work:
        ada = Patients(work).add(
            Patient(id="p", name=name, birth_date=born)  # type: ignore[arg-type]
        )
    with store.work() as work:
        patients = Patients(work)
        assert patients.named("OKAFOR", born=born, whole=True) == (ada,)
        assert patients.named("okafor", "ada maria", whole=True) == (ada,)
        assert patients.named("okafor", "ada", whole=True) == ()
        assert patients.named("oka", whole=True) == ()
        assert patients.resembling(evolve(ada, id="other")) == (ada,)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match="family is kept encrypted"):
            patients.named("oka")


@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_any_changed_byte_of_a_body_is_noticed(at: int, change: int) -> None:
    import base64

    store, inner = opened(GUEST)
    guests(store, "canary")
    sealed = bytearray(base64.b64decode(json.loads(raw(inner, "guest", "guest-0").text)["sealed"]))
    sealed[at % len(sealed)] ^= change
    alter(inner, "guest", "guest-0", sealed=base64.b64encode(sealed).decode())
    with pytest.raises(InvalidValue) as caught:
        names(store)
    assert caught.value.field == "guest guest-0"
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {"sealed": "no base 64"}, {"sealed": ""}, {"sealed": 7}, {"sealed": "\u00e9"},
        {"key": "1"}, {"key": True}, {"key": 9}, {"key": None},
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    store, inner = opened(GUEST)
    guests(store, "ada")
    alter(inner, "guest", "guest-0", **body)
    with pytest.raises(InvalidValue):
        names(store)


def test_bodies_cannot_change_places() -> None:
    store, inner = opened(GUEST, OWNER)
    guests(store, "ada", "bob")
    one, other = (raw(inner, "guest", f"guest-{n}") for n in (0, 1))
    inner._kept["guest"]["guest-0"] = evolve(one, text=other.text)
    with pytest.raises(InvalidValue, match="another place"):
        store.work().collection(GUEST).get("guest-0")
    inner._kept["guest"]["guest-0"] = one
    with store.work() as work:
        kept = work.collection(GUEST)
        kept.replace(evolve(kept.get("guest-0"), name="eve"))
        work.collection(OWNER).add(Owner(id=OwnerId("guest-0")))
    later = raw(inner, "guest", "guest-0")
    inner._kept["guest"]["guest-0"] = evolve(later, text=one.text)  # put back, at its new version
    with pytest.raises(InvalidValue, match="another place"):
        store.work().collection(GUEST).get("guest-0")
    inner._kept["owner"]["guest-0"] = evolve(raw(inner, "owner", "guest-0"), text=later.text)
    with pytest.raises(InvalidValue, match="another place"):
        store.work().collection(OWNER).get("guest-0")


def test_a_whole_row_that_is_put_back_is_not_noticed() -> None:
    """The stated limit: encryption knows no time; the audit and its anchors do."""
    store, inner = opened(GUEST)
    guests(store, "before")
    earlier = raw(inner, "guest", "guest-0")
    with store.work() as work:
        kept = work.collection(GUEST)
        kept.replace(evolve(kept.get("guest-0"), name="after"))
    inner._kept["guest"]["guest-0"] = earlier
    assert names(store) == ["before"]


def test_bodies_of_another_store_are_refused() -> None:
    (one, mine), (_, theirs) = opened(GUEST), opened(GUEST)
    guests(one, "ada")
    guests(Store(EncryptedBackend(theirs, KEYS), (GUEST,)), "bob")
    mine._kept["guest"] = theirs._kept["guest"]
    with pytest.raises(InvalidValue):
        names(one)


def test_a_plain_body_is_not_taken() -> None:
    store, inner = opened(GUEST)
    guests(store, "ada")
    kept = raw(inner, "guest", "guest-0")
    inner._kept["guest"]["guest-0"] = evolve(kept, text='{"schema": 1, "name": "forged"}')
    with pytest.raises(InvalidValue, match="plain"):
        names(store)


def test_a_store_opens_as_it_was_created() -> None:
    store, inner = opened(GUEST)
    guests(store, "ada")
    plain = Store(inner, (GUEST,))
    for open_plain in (plain.create_schema, plain.check_settings):
        with pytest.raises(InvalidValue, match="kept encrypted"):
            open_plain()
    with pytest.raises(InvalidValue, match="kept encrypted"):
        names(plain)
    store.check_settings()

    bare = MemoryBackend()
    Store(bare, (GUEST,)).create_schema()
    before = repr(bare._kept["setting"])
    sealed = Store(EncryptedBackend(bare, KEYS), (GUEST,))
    for open_sealed in (sealed.create_schema, sealed.check_settings):
        with pytest.raises(InvalidValue, match="kept plain"):
            open_sealed()
    assert repr(bare._kept["setting"]) == before
    assert not bare._kept["data_key"]


@pytest.mark.parametrize(
    "ring",
    [
        KeyRing({"2026": bytes(32)}, current="2026"),
        KeyRing({"2027": bytes(range(32))}, current="2027"),
        KeyRing({"2026": bytes(range(32))}, current="2026", organization="another"),
    ],
)
def test_with_other_keys_it_does_not_open(ring: KeyRing) -> None:
    store, inner = opened(GUEST)
    guests(store, "ada")
    other = Store(EncryptedBackend(inner, ring), (GUEST,))
    for attempt in (other.create_schema, other.check_settings, lambda: names(other)):
        with pytest.raises(InvalidValue) as caught:
            attempt()
        assert caught.value.field == "keys"


def test_it_is_opened_by_its_url_and_keys() -> None:
    with open_store("memory:", keys=KEYS) as store:
        assert store.kinds == KINDS
        assert repr(store.backend).startswith("EncryptedBackend(")
        assert repr(data_keys(store)) == "DataKeys(KeyRing(2026; current=2026))"
        assert store.broken_audit_streams() == ()
        assert DATA_KEY not in store.kinds
    with open_store("memory:") as store, pytest.raises(InvalidValue, match="kept plain"):
        data_keys(store)


def test_a_sensitive_field_is_text_and_refers_to_nothing() -> None:
    for field in (
        Searched[Any]("age", lambda it: it.age, "integer", sensitive=True),
        Searched[Any]("name", lambda it: it.name, references="owner", sensitive=True),
    ):
        with pytest.raises(InvalidValue, match="sensitive"):
            Kind("guest", Guest, (field,))


def test_another_kind_of_the_same_name_is_read_by_its_own_words() -> None:
    store, inner = opened(GUEST)
    guests(store, "Ada")
    loud = evolve(
        GUEST, searched=(Searched("name", lambda it: (it.name or "").upper(), sensitive=True),)
    )
    backend = store.backend
    assert backend.project(GUEST, ("name",), every(), (), None, None) == [("guest-0", "Ada")]
    assert backend.project(GUEST, ("age",), every(), (), None, None) == [("guest-0", 0)]
    assert backend.project(loud, ("name",), every(), (), None, None) == [("guest-0", "ADA")]
    assert isinstance(inner.fetch(GUEST, "guest-0"), Stored)


def test_the_audit_is_kept_as_it_is() -> None:
    store, inner = opened(*THINGS)
    with store.work() as work:
        work.audit(b'{"actor":"nora"}')
    assert store.backend.audit_streams() == inner.audit_streams() != []
    assert store.broken_audit_streams() == ()
    assert [one.entry for one in store.audit_records()] == [b'{"actor":"nora"}']
