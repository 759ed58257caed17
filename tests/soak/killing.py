"""Writers, and servers, killed amid their writes; and what must be true of the store afterwards."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from attrs import define, field

from carecoord import AlreadyTaken, open_store
from carecoord.coordination.reading_the_audit import audit_entries
from carecoord.kernel.ids import ActorId, BookingId
from carecoord.storage.conditions import equal, every, has
from carecoord.storage.events import EVENT
from carecoord.storage.store import Store
from carecoord.visits.bookings import Block
from carecoord.visits.occupation import Occupation
from carecoord.visits.repository import BOOKING
from carecoord.visits.visit import Visit
from tests.soak.places import Place
from tests.soak.practice import MAIN, desk_of, furnish, provider, start_of
from tests.soak.writing import book, call_off

__all__ = ["Tally", "kill_amid_writes"]

WRITERS = 2
_ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 120.0


@define
class Tally:
    """What happened in all rounds."""

    kills: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    kept: int = 0
    """How many of the unanswered were kept after all."""


@define
class Writer:
    """A writing process, and what it said so far."""

    number: int
    round: int
    patient: str
    process: "subprocess.Popen[str]"
    said: list[list[str]] = field(factory=list)
    _reader: threading.Thread | None = None

    @classmethod
    def started(cls, place: Place, number: int, round_: int, patient: str) -> "Writer":
        command = [sys.executable, "-m", "tests.soak.writing", place.url]
        process = subprocess.Popen(
            [*command, str(number), str(round_), patient],
            cwd=_ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        writer = cls(number, round_, patient, process)
        writer._reader = threading.Thread(target=writer._listen)
        writer._reader.start()
        return writer

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.said.append(line.split())

    def heard(self, word: str) -> dict[str, str]:
        """By key, what was said with this word."""
        return {line[1]: line[-1] for line in list(self.said) if line[0] == word}

    def acknowledged(self) -> int:
        return len(self.heard("booked")) + len(self.heard("cancelled"))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self._reader is not None
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def kill_amid_writes(place: Place, rounds: int, rng: Any) -> Tally:
    """Let writers write, kill, look at what is left, and again."""
    tally = Tally()
    with open_store(place.url) as store:
        patients = furnish(store, WRITERS, WRITERS)
    for round_ in range(rounds):
        writers = [Writer.started(place, n, round_, patients[n]) for n in range(WRITERS)]
        try:
            _wait_for(writers, rng.randrange(4, 30))
            time.sleep(rng.random() / 100)
            if place.kill is not None:
                place.kill()
                if round_ % 2:
                    # The writers live on, and find out by themselves what became of their writes.
                    place.restart()
                    _wait_for(writers, 10)
        finally:
            for writer in writers:
                writer.kill()
        if place.kill is not None and not round_ % 2:
            place.restart()
        tally.kills += 1
        with open_store(place.url, create=False) as store:
            for writer in writers:
                _check_writer(store, writer, tally)
            _check_whole(store)
    return tally


def _wait_for(writers: list[Writer], more: int) -> None:
    """Until each of them was acknowledged so many more."""
    wanted = [writer.acknowledged() + more for writer in writers]
    deadline = time.monotonic() + _PATIENCE
    while any(w.acknowledged() < count for w, count in zip(writers, wanted, strict=True)):
        assert time.monotonic() < deadline, "the writers do not get on"
        assert all(writer.process.poll() is None for writer in writers), "a writer has died"
        time.sleep(0.002)


def _visits_at(store: Store, writer: Writer, key: str) -> list[Visit]:
    start = start_of(writer.round, int(key.rpartition(".")[2]))
    with store.work() as work:
        where = every(
            has("resource_day", f"{provider(writer.number)}|{start.date()}"), equal("start", start)
        )
        return [one for one in work.collection(BOOKING).each(where) if isinstance(one, Visit)]


def _check_writer(store: Store, writer: Writer, tally: Tally) -> None:
    """What was acknowledged is there; what was not can be asked for again, and is there once."""
    desk = desk_of(store)
    booked, cancelled = writer.heard("booked"), writer.heard("cancelled")
    tally.acknowledged += len(booked) + len(cancelled)
    for key in writer.heard("book"):
        found = _visits_at(store, writer, key)
        assert len(found) <= 1, "a write was done twice"
        if key in booked:
            assert [visit.id for visit in found] == [booked[key]], "an acknowledged visit is lost"
        else:
            tally.unanswered += 1
            tally.kept += len(found)
        number = int(key.rpartition(".")[2])
        start = start_of(writer.round, number)
        id = book(desk, key, writer.patient, writer.number, start)
        assert not found or id == found[0].id, "the key tells of another visit"
        (visit,) = _visits_at(store, writer, key)
        if key in cancelled:
            assert not visit.occupies_time, "an acknowledged cancellation is lost"
        elif key in writer.heard("cancel"):
            tally.unanswered += 1
            tally.kept += not visit.occupies_time
            call_off(desk, key, id)
            (visit,) = _visits_at(store, writer, key)
            assert not visit.occupies_time
        _check_claims(store, visit)


def _check_claims(store: Store, visit: Visit) -> None:
    """Its time is taken exactly if it occupies it."""
    occupation = Occupation(visit.period, visit.occupation.resources, MAIN)
    block = Block(
        id=BookingId(f"probe-{visit.id}"),
        occupation=occupation,
        reason="probe",
        blocked_by=ActorId("nora"),
    )
    taken = False
    try:
        probe = store.run(lambda work: work.collection(BOOKING).add(block))
        store.run(lambda work: work.collection(BOOKING).erase(probe))
    except AlreadyTaken:
        taken = True
    assert taken is visit.occupies_time, "claims and visit disagree"


def _check_whole(store: Store) -> None:
    """Every state of every visit has its event and its audit entry, and there are no others."""
    with store.work() as work:
        visits = [one for one in work.collection(BOOKING).each() if isinstance(one, Visit)]
        events = Counter(
            (event.aggregate_id, event.aggregate_version)
            for event in work.collection(EVENT).each()
            if event.aggregate_kind == "booking"
        )
    states = {(visit.id, version) for visit in visits for version in range(1, visit.version + 1)}
    assert set(events) == states
    assert set(events.values()) <= {1}
    audited = {
        (touched.id, touched.version)
        for entry in audit_entries(store)
        if entry.outcome == "done"
        for touched in entry.touched
        if touched.kind == "booking"
    }
    assert audited == states
    assert store.broken_audit_streams() == ()
