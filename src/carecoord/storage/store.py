"""A store: where units of work begin, and where they are tried again.

    store = open_store("sqlite:///clinic.db")
    with store.work() as work:
        ...
    store.run(use_case)

What is promised, whatever the backend:

- A work is kept whole or not at all, and what `commit` acknowledged survives the process.
- Of two works that claim the same, one wins and the other gets `AlreadyTaken`.
- Of two works that change the same state, one wins and the other gets `Conflict`.
- A store may be used by many threads, a work by one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from attrs import evolve, field, frozen

from carecoord.errors import (
    AlreadyTaken,
    CarecoordError,
    Conflict,
    InvalidValue,
    OutcomeUnknown,
    Unavailable,
)
from carecoord.kernel.ids import Ids
from carecoord.kernel.time import Clock
from carecoord.kernel.values import check_instant, check_text
from carecoord.storage.audit import STREAMS, chained, start_of_stream
from carecoord.storage.backend import AuditRecord, Backend, Changes, Row, Stored
from carecoord.storage.conditions import EVERYTHING, Condition, Cursor, at_most
from carecoord.storage.events import EVENT
from carecoord.storage.idempotency import KEPT_FOR, ONCE, Once, once_id
from carecoord.storage.kind import Kind
from carecoord.storage.settings import SETTING, Setting, check_settings
from carecoord.storage.wire import Codec, codec_of
from carecoord.storage.work import Work
from carecoord.system import RandomIds, SystemClock, jitter, pause

__all__ = ["ATTEMPTS", "STORE_KINDS", "Key", "Store"]

STORE_KINDS: tuple[Kind[Any], ...] = (SETTING, ONCE, EVENT)
"""What every store keeps of its own."""

ATTEMPTS = 12
"""How often a use case is tried in all while the store is unavailable."""
_PATIENT = 6
"""How many tries go to the writer's own audit stream; the later ones go to others."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.5
_PAGE = 500

R = TypeVar("R")


@frozen
class Key:
    """An idempotency key within its scope, and what tells its arguments from others."""

    scope: tuple[str, ...] = field(repr=False)
    value: str = field(repr=False)
    fingerprint: str = field(repr=False)

    def __attrs_post_init__(self) -> None:
        check_text("key", self.value)


def _derived_anew(codec: Codec[Any], stored: Stored) -> Row:
    """The row with its body as it is, and what is derived from it as it should be."""
    body = dict(stored.body)
    return evolve(codec.row(codec.aggregate(stored), stored.version), body=body)


def _wait(attempt: int) -> None:
    pause(jitter(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))


def _again(error: CarecoordError, work: Work, key: Key | None, attempt: int) -> bool:
    """Whether another try can end otherwise, and cannot do anything twice."""
    if isinstance(error, Unavailable):
        return True
    if isinstance(error, AlreadyTaken):
        # Whoever was faster can be seen now: the rules may find another way, or say why not.
        return attempt == 1
    if isinstance(error, OutcomeUnknown):
        # The next try looks for the record that went with the changes; without any, it reads anew.
        written = work.stage.written()
        return ONCE.name in written or not written
    if not isinstance(error, Conflict):
        return False
    if error.kind == SETTING.name:
        return True  # somebody else creates the same store, and has noted it meanwhile
    if key is not None and error.kind == ONCE.name:
        return error.reason != "idempotency_key_reused"
    return error.reason == "stale_version" and work.stage.rests_on_own_read(error.kind, error.id)


def _references(work: Work, result: object) -> tuple[tuple[str, str], ...] | None:
    """The kinds and ids of the aggregates that a use case returned; None if it was no such."""
    given = () if result is None else result if isinstance(result, tuple) else (result,)
    try:
        return tuple((work.kind_of(one).name, one.id) for one in given)
    except InvalidValue:
        return None


def _note_outcome(
    work: Work, id: str, key: Key | None, record: Once | None, result: object
) -> None:
    """Let the record of what a use case gave be kept together with what it changed."""
    if key is None and not work.stage.written():
        return
    results = _references(work, result)
    if results is None:
        if key is None:
            return
        raise InvalidValue("key", "goes with use cases that return aggregates")
    done = Once(
        id=id,
        fingerprint="of one run" if key is None else key.fingerprint,
        results=results,
        single=not isinstance(result, tuple),
        expires_at=work.now + KEPT_FOR,
        version=0 if record is None else record.version,
    )
    records = work.collection(ONCE)
    records.add(done) if record is None else records.replace(done)


class _SameIds:
    """Gives the same ids again when a use case is tried again."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._given: list[tuple[str, str]] = []
        self._next = 0

    def again(self) -> Self:
        self._next = 0
        return self

    def new(self, kind: str) -> str:
        if self._next < len(self._given) and self._given[self._next][0] == kind:
            id = self._given[self._next][1]
        else:
            del self._given[self._next :]
            id = self._ids.new(kind)
            self._given.append((kind, id))
        self._next += 1
        return id


class Store:
    """Keeps the aggregates of its kinds in a backend; one store holds one organization."""

    def __init__(
        self,
        backend: Backend,
        kinds: Sequence[Kind[Any]],
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
    ) -> None:
        kinds = (*STORE_KINDS, *(kind for kind in kinds if kind not in STORE_KINDS))
        names = {kind.name for kind in kinds}
        if len(names) != len(kinds):
            raise InvalidValue("kinds", "two of them have the same name")
        for kind in kinds:
            missing = {one.references for one in kind.fields.values()} - names - {None}
            if missing:
                raise InvalidValue("kinds", f"{kind.name} refers to a kind that is not among them")
        self.backend = backend
        self.kinds = kinds
        self.clock = SystemClock() if clock is None else clock
        self.ids = RandomIds() if ids is None else ids
        self._codecs = {kind.name: codec_of(kind) for kind in kinds}

    def create_schema(self) -> None:
        """Make room for the kinds and note their settings; safe to call again, also from a deploy.

        Raises:
            InvalidValue: a setting differs from what the store was created with.
        """
        self.backend.create_schema(self.kinds)

        def note(work: Work) -> int:
            new = self._new_settings(work)
            for setting in new:
                work.collection(SETTING).add(setting)
            return len(new)

        self.run(note)

    def check_settings(self) -> None:
        """See that the store was created as this one would create it; for one that does not.

        Raises:
            InvalidValue: with other settings, without the keys that this one has, or with keys that
                this one does not have.
            Unavailable: there is no schema yet, or the store cannot answer just now.
        """
        self._new_settings(self.work())

    def _new_settings(self, work: Work) -> tuple[Setting, ...]:
        kept = {setting.id: setting.value for setting in work.collection(SETTING).each()}
        return check_settings(kept, self.kinds)

    def work(self, *, now: datetime | None = None, ids: Ids | None = None) -> Work:
        """A new unit of work; see `Work`."""
        at = check_instant("now", self.clock.now() if now is None else now)
        return Work(self.backend, self._codecs, at, self.ids if ids is None else ids)

    def run(
        self,
        use_case: Callable[[Work], R],
        *,
        key: Key | None = None,
        before_repeat: Callable[[Work], None] | None = None,
    ) -> R:
        """Do the use case in a unit of work of its own, and try again while nothing was kept.

        Time, ids and a record of the outcome are fixed once, so that every try is the same. It is
        tried again when the store is `Unavailable`, when the connection broke while committing and
        the record shows that nothing was kept, when somebody else changed what it had read itself,
        and once when a claim was lost, since the rules can then see who holds it. Later tries
        append their audit entries to other streams, in case the writer's own is held up.

        With a `key` it is done at most once: done again, it answers with what the first one gave,
        as it is now; the use case then returns aggregates, a tuple of them, or None.
        `before_repeat` sees the work with what is about to be given again, and can object or note
        it.

        Raises:
            Conflict: the key was used with other arguments; or as `Work.commit`.
            Unavailable: every try met an unavailable store.
            OutcomeUnknown: the connection broke while committing, and either no try could learn
                what became of it, or the use case returned what cannot be given again.
            InvalidValue: it was done under a key, and returned what cannot be given again.
        """
        now, ids = self.clock.now(), _SameIds(self.ids)
        id = self.ids.new(ONCE.name) if key is None else once_id(*key.scope, key.value)
        unknown: OutcomeUnknown | None = None
        for attempt in range(1, ATTEMPTS + 1):
            work = self.work(now=now, ids=ids.again())
            work.stage.detour = max(0, attempt - _PATIENT)
            try:
                record = None
                if key is not None or attempt > 1:
                    record = work.collection(ONCE).get_or_none(id)
                unknown = None  # now it is known: kept, if there is a record, else not
                if record is not None and record.expires_at > work.now:
                    return cast(R, self._repeated(work, record, key, before_repeat))
                result = use_case(work)
                _note_outcome(work, id, key, record, result)
                work.commit()
                return result
            except CarecoordError as error:
                if isinstance(error, OutcomeUnknown):
                    unknown = error
                last = attempt == ATTEMPTS
                if last or not (_again(error, work, key, attempt) or self._done_meanwhile(key)):
                    if unknown is not None:
                        raise unknown from None
                    raise
            _wait(attempt)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _done_meanwhile(self, key: Key | None) -> bool:
        """Whether what failed here was refused only because its twin has just succeeded."""
        if key is None:
            return False
        work = self.work()
        record = work.collection(ONCE).get_or_none(once_id(*key.scope, key.value))
        return (
            record is not None
            and record.expires_at > work.now
            and record.fingerprint == key.fingerprint
        )

    def _repeated(
        self,
        work: Work,
        record: Once,
        key: Key | None,
        before_repeat: Callable[[Work], None] | None,
    ) -> Any:
        if key is not None and record.fingerprint != key.fingerprint:
            raise Conflict(ONCE.name, record.id, "idempotency_key_reused")
        given = tuple(
            work.collection(self._codecs[kind].kind).get(id) for kind, id in record.results
        )
        if key is not None and before_repeat is not None:
            before_repeat(work)
        work.commit()
        if not record.single:
            return given
        return given[0] if given else None

    def forget_expired_keys(self) -> int:
        """Erase idempotency records that have expired, a page at a time; returns how many."""
        return self.forget(ONCE, at_most("expires_at", self.clock.now()))

    def forget(self, kind: Kind[Any], where: Condition) -> int:
        """Erase whatever of a kind matches, in units of work of a page each; returns how many.

        For what nobody needs any more, however much of it there is. It is not one unit of work:
        if it raises, the pages before are erased, and it can be done again.

        Raises:
            Conflict, Unavailable, OutcomeUnknown: as `run`.
        """

        def erase_page(work: Work) -> int:
            kept = work.collection(kind)
            page = kept.find(where, limit=_PAGE).items
            for one in page:
                kept.erase(one)
            return len(page)

        gone = 0
        while page := self.run(erase_page):
            gone += page
        return gone

    def reindex(self, kind: Kind[Any], *, after: str | None = None) -> Iterator[str]:
        """Derive the searched fields and claims of every aggregate anew, page by page.

        Needed when a kind gets a searched field or claims otherwise. In an encrypted store it also
        seals every body with the current data key. Yields the last id of each page that is done,
        with which it can be resumed. A page is tried again as `run` tries.

        Raises:
            AlreadyTaken: two claim the same; what is done stays so.
            Unavailable, OutcomeUnknown: every try met an unavailable store.
        """
        while (after := self._reindexed(kind, after)) is not None:
            yield after

    def _reindexed(self, kind: Kind[Any], after: str | None) -> str | None:
        """Derive one page anew; its last id, or None after the last page."""
        codec = self._codecs[kind.name]
        cursor = None if after is None else Cursor((), after)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                page = self.backend.select(kind, EVERYTHING, (), _PAGE, cursor)
                rows = tuple(_derived_anew(codec, one) for one in page)
                if rows:
                    self.backend.commit(Changes(reindexed=rows))
                return page[-1].id if page else None
            except (Unavailable, OutcomeUnknown):  # done twice, it comes to the same
                if attempt == ATTEMPTS:
                    raise
            _wait(attempt)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def audit_trail(self, stream: int, *, after: int = 0) -> Iterator[AuditRecord]:
        """The audit records of a stream with a sequence above `after`, in order."""
        while page := self.backend.audit_records(stream, after, _PAGE):
            yield from page
            after = page[-1].sequence

    def audit_records(self) -> Iterator[AuditRecord]:
        """The audit records of all streams, one stream after the other."""
        for stream in range(STREAMS):
            yield from self.audit_trail(stream)

    def broken_audit_streams(self) -> tuple[int, ...]:
        """Streams whose records do not chain: one was changed, removed, added or moved.

        A tail that was cut off whole cannot be seen from within the store.
        """
        return tuple(stream for stream in range(STREAMS) if not self._chains(stream))

    def _chains(self, stream: int) -> bool:
        digest = start_of_stream(stream)
        for sequence, record in enumerate(self.audit_trail(stream), start=1):
            digest = chained(digest, stream, sequence, record.entry)
            if record.sequence != sequence or record.digest != digest:
                return False
        return True

    def close(self) -> None:
        """Let go of connections."""
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _error: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()
