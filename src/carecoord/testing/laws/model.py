"""Any store beside the memory store: the same operations, in any order, come to the same."""

from collections.abc import Callable
from typing import Any

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from carecoord.errors import CarecoordError, Conflict, InvalidValue
from carecoord.storage.conditions import Order
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.storage.work import Work
from carecoord.testing.laws.asking import Asked, asked, orders
from carecoord.testing.laws.law import NOW, OpenStore, emptied
from carecoord.testing.things import OWNER, THING, THINGS, Owner, OwnerId, Thing, things

__all__ = ["ModelLaws", "StoreBesideMemory"]

_IDS = st.sampled_from("abAB")
_OWNER_IDS = (OwnerId("o"), OwnerId("p"))
_OWNERS = st.sampled_from(_OWNER_IDS)
_WORKS = st.integers(0, 2)


@st.composite
def _things(draw: st.DrawFn) -> Thing:
    thing = draw(things(_IDS))
    held = draw(st.frozensets(st.sampled_from("xyz"), max_size=2))
    return evolve(thing, badges=held, owner=draw(st.none() | _OWNERS))


class StoreBesideMemory(RuleBasedStateMachine):
    """Three units of work are open at any time, on a store and on the memory store alike."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        emptied(store)
        self.store = store
        self.model = Store(MemoryBackend(), THINGS)
        self.model.create_schema()
        self.audited = self._entries(store)
        self.works = [self._begin() for _ in range(3)]

    def _begin(self) -> tuple[Work, Work]:
        return self.store.work(now=NOW), self.model.work(now=NOW)

    def _entries(self, store: Store) -> int:
        return sum(1 for _ in store.audit_records())

    def _both(self, number: int, do: Callable[[Work], object], then_commit: bool = False) -> None:
        """Do it in both, and see that it comes to the same."""
        ours, right = (_come_to(do, work) for work in self.works[number])
        assert ours == right
        if then_commit:
            self.commit(number)

    @initialize(some=st.lists(_things(), max_size=6))
    def begin(self, some: list[Thing]) -> None:
        """There are things already, of which some claim what another has."""
        for id in _OWNER_IDS:
            self.add_owner(0, id, True)
        for thing in some:
            self.add(0, thing, True)

    @rule(number=_WORKS, thing=_things(), then_commit=st.booleans())
    def add(self, number: int, thing: Thing, then_commit: bool) -> None:
        """Add a thing, which may be there already."""
        self._both(number, lambda work: work.collection(THING).add(thing), then_commit)

    @rule(number=_WORKS, id=_OWNERS, then_commit=st.booleans())
    def add_owner(self, number: int, id: OwnerId, then_commit: bool) -> None:
        """Add an owner, to whom things may refer."""
        self._both(number, lambda work: work.collection(OWNER).add(Owner(id=id)), then_commit)

    @rule(number=_WORKS, thing=_things(), version=st.integers(0, 3))
    def replace(self, number: int, thing: Thing, version: int) -> None:
        """Replace a thing at some version, which may be stale."""
        state = evolve(thing, version=version)
        self._both(number, lambda work: work.collection(THING).replace(state))

    @rule(number=_WORKS, thing=_things(), then_commit=st.booleans())
    def change(self, number: int, thing: Thing, then_commit: bool) -> None:
        """Replace a thing as it was just read."""

        def do(work: Work) -> Thing:
            seen = work.collection(THING).get(thing.id)
            return work.collection(THING).replace(evolve(thing, version=seen.version))

        self._both(number, do, then_commit)

    @rule(number=_WORKS, ids=st.lists(_IDS, min_size=2, max_size=3, unique=True))
    def swap(self, number: int, ids: list[str]) -> None:
        """Let things claim what the others claimed, all round."""

        def do(work: Work) -> tuple[Thing, ...]:
            kept = work.collection(THING)
            seen = [kept.get(id) for id in ids]
            pairs = zip(seen, (*seen[1:], seen[0]), strict=True)
            return tuple(kept.replace(evolve(one, badges=next_.badges)) for one, next_ in pairs)

        self._both(number, do, then_commit=True)

    @rule(number=_WORKS, id=_IDS, then_commit=st.booleans())
    def erase(self, number: int, id: str, then_commit: bool) -> None:
        """Erase a thing as it was just read."""

        def do(work: Work) -> None:
            work.collection(THING).erase(work.collection(THING).get(id))

        self._both(number, do, then_commit)

    @rule(number=_WORKS, id=_OWNERS, then_commit=st.booleans())
    def erase_owner(self, number: int, id: OwnerId, then_commit: bool) -> None:
        """Erase an owner, to whom things may still refer."""
        gone = Owner(id=id, version=1)
        self._both(number, lambda work: work.collection(OWNER).erase(gone), then_commit)

    @rule(number=_WORKS, id=_IDS)
    def require(self, number: int, id: str) -> None:
        """Rest on a thing as it was just read."""

        def do(work: Work) -> None:
            work.require(THING, work.collection(THING).get(id))
            work.audit(id.encode())

        self._both(number, do)

    @rule(number=_WORKS, entry=st.binary(max_size=8))
    def audit(self, number: int, entry: bytes) -> None:
        """Leave a trail."""
        self._both(number, lambda work: work.audit(entry))

    @rule(number=_WORKS, id=_IDS)
    def get(self, number: int, id: str) -> None:
        """Read one thing."""
        self._both(number, lambda work: work.collection(THING).get(id))

    @rule(number=_WORKS, one=asked(), order_by=orders(), limit=st.integers(1, 5))
    def find(self, number: int, one: Asked, order_by: tuple[Order, ...], limit: int) -> None:
        """Search things, and follow to the next page."""

        def do(work: Work) -> tuple[object, ...]:
            kept = work.collection(THING)
            page = kept.find(one.where, order_by=order_by, limit=limit)
            if page.next is None:
                return (page, kept.count(one.where))
            return page, kept.find(one.where, order_by=order_by, limit=limit, after=page.next)

        self._both(number, do)

    @rule(number=_WORKS)
    def commit(self, number: int) -> None:
        """Keep it all, or nothing."""
        self._both(number, lambda work: work.commit())
        self.works[number] = self._begin()

    @rule(number=_WORKS)
    def abandon(self, number: int) -> None:
        """Keep nothing."""
        self.works[number] = self._begin()

    @invariant()
    def the_same_is_kept(self) -> None:
        """Every thing and owner, and as many audit entries."""
        ours, right = self.store.work(now=NOW), self.model.work(now=NOW)
        assert list(ours.collection(THING).each()) == list(right.collection(THING).each())
        assert list(ours.collection(OWNER).each()) == list(right.collection(OWNER).each())

    def teardown(self) -> None:
        """The trails hold, and are equally long."""
        assert self._entries(self.store) == self.audited + self._entries(self.model)
        assert self.store.broken_audit_streams() == ()


def _come_to(do: Callable[[Work], object], work: Work) -> object:
    """What it gave, or which error it ended in.

    Where several things are wrong in one commit, the port says in which order they are judged, but
    not which of several equally wrong aggregates is named.
    """
    try:
        return do(work)
    except Conflict as error:
        return "raised", error.code, error.kind, error.reason
    except InvalidValue as error:
        return "raised", error.code, error.field, error.reason
    except CarecoordError as error:
        return "raised", error.code


class ModelLaws:
    """The stateful law."""

    def test_it_behaves_as_the_memory_store_does(self, open_store: OpenStore) -> None:
        """Whatever is done, in whatever order, in units of work that cross each other."""
        with open_store(THINGS) as store:

            class Machine(StoreBesideMemory):
                def __init__(self) -> None:
                    super().__init__(store)

            given: Any = settings(
                max_examples=max(5, settings().max_examples // 4),
                stateful_step_count=30,
                deadline=None,
            )
            run_state_machine_as_test(Machine, settings=given)
