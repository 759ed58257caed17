"""Every kind of the library survives, is found by what it is searched by, and refers to others."""

from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, Phase, given, reject, settings

from carecoord.errors import AlreadyTaken
from carecoord.kinds import KINDS
from carecoord.storage.conditions import equal, has, is_none
from carecoord.storage.kind import Kind
from carecoord.storage.store import STORE_KINDS, Store
from carecoord.testing.laws.law import OpenStore, emptied
from carecoord.testing.strategies import families_of

__all__ = ["KnowingLaws"]

DOMAIN_KINDS = KINDS[len(STORE_KINDS) :]


def _survives(store: Store, family: list[tuple[Kind[Any], Any]]) -> None:
    try:
        with store.work() as work:
            for kind, aggregate in family:
                work.collection(kind).add(aggregate)
    except AlreadyTaken:
        reject()
    with store.work() as work:
        for kind, aggregate in family:
            kept, whole = work.collection(kind), evolve(aggregate, version=1)
            assert kept.get(aggregate.id) == whole
            for field in kind.fields.values():
                value = field.value(aggregate)
                many = value if isinstance(value, tuple) else ()
                for one in many:
                    assert whole in kept.find(has(field.name, one)).items
                if not field.many:
                    where = is_none(field.name) if value is None else equal(field.name, value)
                    assert (aggregate.id, value) in kept.values((field.name,), where)
    with store.work() as work:
        for kind, aggregate in reversed(family):
            work.collection(kind).erase(evolve(aggregate, version=1))


class KnowingLaws:
    """The kinds of the library itself."""

    def test_every_kind_of_the_library_survives(self, open_store: OpenStore) -> None:
        """Whatever it holds, with all that it refers to; and goes together with it."""
        with open_store(KINDS) as store:
            for kind in DOMAIN_KINDS:
                emptied(store)

                @settings(
                    max_examples=max(3, settings().max_examples // 20),
                    deadline=None,
                    phases=[Phase.reuse, Phase.generate],  # so large a family shrinks for minutes
                    suppress_health_check=list(HealthCheck),
                )
                @given(families_of(kind, KINDS))
                def survives(family: list[tuple[Kind[Any], Any]]) -> None:
                    _survives(store, family)

                survives()
