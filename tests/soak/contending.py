"""Many processes want overlapping times of one provider, all at the same moment.

In every group each process asks for a half hour; all of them have the last five minutes of the
shortest offset in common, so that no two can be had together.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from attrs import evolve, frozen

from carecoord import open_store
from carecoord.errors import AlreadyTaken, NotAllowed
from carecoord.kernel.ids import ActorId, BookingId, PatientId
from carecoord.kernel.time import Period
from carecoord.kinds import KINDS
from carecoord.storage.conditions import equal, every, greater, has, less
from carecoord.storage.kind import Kind
from carecoord.storage.store import Store
from carecoord.storage.work import Work
from carecoord.visits.bookings import Block
from carecoord.visits.occupation import Occupation
from carecoord.visits.repository import BOOKING
from tests.soak.practice import (
    CHECK_UP,
    FIRST_DAY,
    HALF_HOUR,
    MAIN,
    desk_of,
    furnish,
    opening,
    provider,
)

__all__ = ["WAYS", "Contest", "contend"]

NAIVE: Kind[Any] = evolve(BOOKING, name="naive_booking", claims=lambda _: (), settings={})
"""Bookings that claim nothing: whoever wants one looks first whether the time is free."""

Take = Callable[[Store, str, datetime], None]
"""Takes half an hour of the provider for the process of this name, or raises that it is taken."""


def _block(name: str, start: datetime) -> Block:
    return Block(
        id=BookingId(f"block-{name}-{start:%Y%m%d%H%M}"),
        occupation=Occupation(Period(start, start + HALF_HOUR), (provider(0),), MAIN),
        reason="contended",
        blocked_by=ActorId("nora"),
    )


def _claim(store: Store, name: str, start: datetime) -> None:
    store.run(lambda work: work.collection(BOOKING).add(_block(name, start)))


def _naively(store: Store, name: str, start: datetime) -> None:
    block = _block(name, start)
    taken = every(
        has("resource_day", f"{provider(0)}|{start.date()}"),
        less("taken_from", block.occupation.period.end),
        greater("taken_until", block.occupation.period.start),
    )

    def look_and_take(work: Work) -> None:
        bookings = work.collection(NAIVE)
        if bookings.count(taken):
            raise AlreadyTaken(NAIVE.name, "resource")
        bookings.add(block)

    store.run(look_and_take)


def _book(store: Store, name: str, start: datetime) -> None:
    desk = desk_of(store, name)
    desk.book(PatientId(name), CHECK_UP, opening(0, start))


WAYS: dict[str, tuple[Take, Kind[Any]]] = {
    "claim": (_claim, BOOKING),
    "book": (_book, BOOKING),
    "naive": (_naively, NAIVE),
}


@frozen
class Contest:
    """How it ended: the winners of each group, and how many commits it took in all."""

    winners: tuple[int, ...]
    commits: int
    retries: int


def _contender(
    url: str, way: str, name: str, starts: Sequence[datetime], barrier: Barrier
) -> tuple[int, int]:
    """One process: how often it committed, and how often for nothing."""
    take, _ = WAYS[way]
    counted: Counter[str] = Counter()
    with open_store(url, (*KINDS, NAIVE), create=False) as store:
        commit = store.backend.commit

        def counting(changes: Any) -> None:
            counted["commits"] += 1
            try:
                commit(changes)
            except Exception as error:
                counted[type(error).__name__] += 1
                raise

        store.backend.commit = counting  # type: ignore[method-assign]
        for start in starts:
            barrier.wait(120)
            try:
                take(store, name, start)
            except (AlreadyTaken, NotAllowed):
                continue
    return counted["commits"], counted["Unavailable"] + counted["Conflict"]


def contend(url: str, way: str, processes: int, groups: int, rng: Any) -> Contest:
    """Let them contend, and count in the store itself who won."""
    with open_store(url, (*KINDS, NAIVE)) as store:
        patients = furnish(store, 1, processes)
    firsts = [FIRST_DAY + timedelta(hours=2 * group) for group in range(groups)]
    starts = [
        [first + timedelta(minutes=5 * rng.randrange(6)) for first in firsts] for _ in patients
    ]
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        barrier = manager.Barrier(processes)
        asked = [
            (url, way, patient, own, barrier) for patient, own in zip(patients, starts, strict=True)
        ]
        counts = pool.starmap(_contender, asked, chunksize=1)
    kind = WAYS[way][1]
    with open_store(url, (*KINDS, NAIVE), create=False) as store, store.work() as work:
        bookings = work.collection(kind)
        winners = tuple(
            bookings.count(
                every(
                    equal("occupying", True),
                    greater("taken_until", first),
                    less("taken_from", first + timedelta(hours=1)),
                )
            )
            for first in firsts
        )
        assert store.broken_audit_streams() == ()
    return Contest(winners, sum(c for c, _ in counts), sum(r for _, r in counts))
