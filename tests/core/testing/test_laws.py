"""The laws can fail: each of these stores breaks one promise, and is found out."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, Conflict
from carecoord.storage.audit import chained, start_of_stream
from carecoord.storage.backend import AuditRecord, Changes, Row, Stored, Version
from carecoord.storage.conditions import Condition, Cursor, Every, Order, Some, Test
from carecoord.storage.kind import Kind
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.laws import StorageLaws
from carecoord.testing.laws.law import OpenStore, keep, law
from carecoord.testing.things import OWNER, Owner, OwnerId


class Honest(MemoryBackend):
    """Breaks nothing."""


class TruncatesInstants(MemoryBackend):
    """To milliseconds, as some databases do."""

    def fetch(self, kind: Kind[Any], id: str) -> Stored | None:
        stored = super().fetch(kind, id)
        return stored and evolve(stored, body=_truncated(stored.body))


def _truncated(value: Any) -> Any:
    match value:
        case dict():
            return {name: _truncated(one) for name, one in value.items()}
        case list():
            return [_truncated(one) for one in value]
        case str() if len(value) == 27 and value.endswith("Z"):
            return value[:23] + "000Z"
    return value


class TrimsText(MemoryBackend):
    """Keeps no spaces at the end."""

    def commit(self, changes: Changes) -> None:
        adds = tuple(
            evolve(row, searched={n: _trimmed(v) for n, v in row.searched.items()})
            for row in changes.adds
        )
        super().commit(evolve(changes, adds=adds))


def _trimmed(value: Any) -> Any:
    return value.rstrip(" ") if isinstance(value, str) else value


class IgnoresNegation(MemoryBackend):
    """Of comparisons with nothing, as SQL does where nobody takes care."""

    def select(self, kind: Kind[Any], where: Condition, *rest: Any) -> list[Stored]:
        return super().select(kind, _sql(where), *rest)


def _sql(where: Condition) -> Condition:
    match where:
        case Every(parts):
            return Every(tuple(map(_sql, parts)))
        case Some(parts):
            return Some(tuple(map(_sql, parts)))
        case Test(field, operator, _, True) if operator not in ("is_none", "has", "has_any"):
            return Every((where, Test(field, "is_none", None, True)))
    return where


class SortsNothingLast(MemoryBackend):
    """As PostgreSQL does by itself."""

    def select(
        self,
        kind: Kind[Any],
        where: Condition,
        order_by: tuple[Order, ...],
        limit: int | None,
        after: Cursor | None,
    ) -> list[Stored]:
        found = super().select(kind, where, order_by, None, after)
        if order_by and not order_by[0].descending:
            empty = Test(order_by[0].field, "is_none", None)
            nothing = {one.id for one in super().select(kind, empty, (), None, None)}
            found.sort(key=lambda one: one.id in nothing)
        return found[:limit]


class ForgetsTheCursor(MemoryBackend):
    """Begins every page anew, half of the time."""

    def project(self, *given: Any) -> Any:
        return super().project(*given[:-1], None)


class ChecksNoVersion(MemoryBackend):
    """The last writer wins."""

    def commit(self, changes: Changes) -> None:
        replaces = tuple(
            evolve(row, version=kept.version + 1)
            for row in changes.replaces
            if (kept := self.fetch(row.kind, row.id)) is not None
        )
        super().commit(evolve(changes, replaces=replaces))


class ForgetsRequirements(MemoryBackend):
    """Write skew."""

    def commit(self, changes: Changes) -> None:
        super().commit(evolve(changes, requires=()))


class OverwritesWhatIsThere(MemoryBackend):
    """An insert that is an upsert."""

    def commit(self, changes: Changes) -> None:
        there = [row for row in changes.adds if self.fetch(row.kind, row.id) is not None]
        gone = tuple(Version(row.kind, row.id, self._version(row)) for row in there)
        super().commit(Changes(erases=gone))
        super().commit(changes)

    def _version(self, row: Row) -> int:
        stored = self.fetch(row.kind, row.id)
        assert stored is not None
        return stored.version


class TakesBeforeItLetsGo(MemoryBackend):
    """Row by row, so that nobody can swap."""

    def commit(self, changes: Changes) -> None:
        for row in changes.replaces:
            super().commit(Changes(replaces=(row,)))
        super().commit(evolve(changes, replaces=()))


class KeepsHalf(MemoryBackend):
    """No transaction around it."""

    def commit(self, changes: Changes) -> None:
        for row in changes.adds:
            super().commit(Changes(adds=(row,)))
        super().commit(evolve(changes, adds=()))


class ClaimsNothing(MemoryBackend):
    """Double bookings."""

    def commit(self, changes: Changes) -> None:
        adds = tuple(evolve(row, claims=()) for row in changes.adds)
        super().commit(evolve(changes, adds=adds))


class ChecksNoReference(MemoryBackend):
    """Whatever is referred to."""

    def _check_references(self, *_: Any) -> None:
        """Nothing is looked at."""

    _check_erased = _check_references


class NamesTheLastErased(MemoryBackend):
    """Of several that are still referred to."""

    def _check_erased(self, erases: Any, *more: Any) -> None:
        super()._check_erased(tuple(erases)[::-1], *more)


class NamesTheWrongOne(MemoryBackend):
    """In its conflicts."""

    def commit(self, changes: Changes) -> None:
        try:
            super().commit(changes)
        except Conflict as conflict:
            raise Conflict(conflict.kind, "somebody", conflict.reason) from None


class QuotesTheDriver(MemoryBackend):
    """Whose messages hold values."""

    def commit(self, changes: Changes) -> None:
        try:
            super().commit(changes)
        except CarecoordError as error:
            raise error from ValueError(repr([row.searched for row in changes.adds]))


class AuditsFirst(MemoryBackend):
    """Outside of the transaction."""

    def commit(self, changes: Changes) -> None:
        super().commit(Changes(stream=changes.stream, audit=changes.audit))
        super().commit(evolve(changes, audit=()))


class LeavesGaps(MemoryBackend):
    """A sequence that counts what was rolled back."""

    def _append(self, stream: int, entry: bytes) -> None:
        records = self._audit.setdefault(stream, [])
        digest = records[-1].digest if records else start_of_stream(stream)
        sequence = 2 * len(records) + 1
        done = AuditRecord(stream, sequence, chained(digest, stream, sequence, entry), entry)
        records.append(done)


class ReindexesBlindly(MemoryBackend):
    """Over what was changed meanwhile."""

    def commit(self, changes: Changes) -> None:
        there = ((row, self.fetch(row.kind, row.id)) for row in changes.reindexed)
        rows = tuple(evolve(row, version=kept.version) for row, kept in there if kept is not None)
        super().commit(evolve(changes, reindexed=rows))


FOUND_OUT = (AssertionError, CarecoordError, ExceptionGroup, pytest.fail.Exception)

BROKEN = {
    TruncatesInstants: "test_what_is_kept_comes_back_as_it_was",
    TrimsText: "test_hostile_text_is_mere_text",
    IgnoresNegation: "test_conditions_find_what_they_say",
    SortsNothingLast: "test_pages_cover_everything_once_and_in_order",
    ForgetsTheCursor: "test_pages_cover_everything_once_and_in_order",
    ChecksNoVersion: "test_a_stale_replacement_is_a_conflict",
    ForgetsRequirements: "test_what_a_work_requires_must_be_as_it_was_read",
    OverwritesWhatIsThere: "test_an_id_is_given_once",
    TakesBeforeItLetsGo: "test_two_can_swap_in_one_work",
    KeepsHalf: "test_one_bad_change_leaves_nothing_of_the_work",
    ClaimsNothing: "test_a_claim_has_one_holder",
    ChecksNoReference: "test_a_reference_must_lead_somewhere",
    NamesTheLastErased: "test_the_first_broken_reference_is_named",
    NamesTheWrongOne: "test_a_stale_replacement_is_a_conflict",
    QuotesTheDriver: "test_no_error_shows_what_is_kept",
    AuditsFirst: "test_one_bad_change_leaves_nothing_of_the_work",
    LeavesGaps: "test_audit_entries_are_appended_in_order",
    ReindexesBlindly: "test_reindexing_passes_over_what_has_changed",
}
ON_ITS_OWN = (
    ChecksNoVersion, OverwritesWhatIsThere, TakesBeforeItLetsGo, KeepsHalf, ClaimsNothing,
    ChecksNoReference,
)  # fmt: skip
"""Those that the stateful law finds without being told what to look for."""


def opener(backend: type[MemoryBackend]) -> OpenStore:
    @contextmanager
    def opened(kinds: Sequence[Kind[Any]]) -> Iterator[Store]:
        with Store(backend(), kinds) as store:
            store.create_schema()
            yield store

    return opened


@pytest.fixture(autouse=True)
def without_shrinking() -> Iterator[None]:
    """What is found need not be made small, nor remembered."""
    before = os.environ.get("HYPOTHESIS_PROFILE", "ordinary")
    settings.register_profile(
        "finding",
        max_examples=200,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
    )
    settings.load_profile("finding")
    yield
    settings.load_profile(before)


@pytest.mark.parametrize("backend", BROKEN, ids=lambda cls: cls.__name__)
def test_a_store_that_breaks_its_promise_is_found_out(backend: type[MemoryBackend]) -> None:
    check = getattr(StorageLaws(), BROKEN[backend])
    check(opener(Honest))
    with pytest.raises(FOUND_OUT):
        check(opener(backend))


@pytest.mark.parametrize("backend", ON_ITS_OWN, ids=lambda cls: cls.__name__)
def test_the_stateful_law_finds_it_by_itself(backend: type[MemoryBackend]) -> None:
    with pytest.raises(FOUND_OUT):
        StorageLaws().test_it_behaves_as_the_memory_store_does(opener(backend))


def test_a_law_takes_one_store_and_many_values() -> None:
    opened: list[Store] = []
    drawn: list[int] = []

    class Laws:
        @law(number=st.integers())
        def test_it(self, store: Store, number: int) -> None:
            """Something about a store."""
            opened.append(store)
            drawn.append(number)
            assert store.work().collection(OWNER).count() == 0
            keep(store, Owner(id=OwnerId("left-behind")))

    Laws().test_it(opener(Honest))
    assert len({id(store) for store in opened}) == 1
    assert len(drawn) == 50
