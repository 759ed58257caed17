"""Many processes in a random mix, killed and started anew, on a server that is killed as well."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from attrs import define, field

from carecoord import HumanName, open_store
from carecoord.errors import CarecoordError
from carecoord.storage.conditions import equal, one_of
from carecoord.storage.events import EVENT, EventState
from carecoord.storage.outbox import Outbox
from carecoord.storage.store import Store
from carecoord.visits import Hold, HoldStatus, Opening
from carecoord.visits.repository import Bookings
from tests.soak.checking import violations
from tests.soak.history import Operation, deliveries_in, operations_in
from tests.soak.kept import Kept, kept_in
from tests.soak.mixing import consume, deliver, furnish_the_mix, mix
from tests.soak.places import Place
from tests.soak.practice import desk_of

__all__ = ["Figures", "drain", "mix_and_crash", "stuck_holds"]

_PATIENCE = 120.0
_LOST = ("resources_are_free", "patient_is_in_one_place_at_a_time", "already_taken", "conflict")
"""What whoever comes second is told."""


@define
class Figures:
    """What happened, and what was wrong about it."""

    workers_killed: int = 0
    servers_killed: int = 0
    acknowledged: int = 0
    lost: int = 0
    """Refused because somebody else was faster."""
    refused: int = 0
    """Refused for other reasons."""
    unanswered: int = 0
    unanswered_done: int = 0
    deliveries: int = 0
    expired_holds: int = 0
    by_verb: Counter[str] = field(factory=Counter)
    violations: list[str] = field(factory=list)


def mix_and_crash(
    place: Place, folder: Path, *, processes: int, seconds: float, pause: float, rng: Any
) -> Figures:
    """Let them work, kill one about every `pause` seconds, and check what is left."""
    figures = Figures()
    with open_store(place.url) as store:
        patients = [str(patient) for patient in furnish_the_mix(store)]
    crew = _Crew(place.url, folder, patients)
    try:
        for number in range(processes):
            crew.start(number)
        crew.start(_Crew.CONSUMER)
        crew.wait_until_all_are_at_work()
        _crash(place, crew, time.monotonic() + seconds, pause, rng, figures)
        crew.stop()
    finally:
        crew.kill_all()
    history = crew.history()
    with open_store(place.url, create=False) as store:
        drain(store, folder / "consumer-last")
        kept = kept_in(store, place.url, history, deliveries_in(folder.glob("consumer-*")))
        figures.violations += violations(history, kept)
        figures.violations += stuck_holds(store, figures)
    _count(history, kept, figures)
    return figures


def _crash(
    place: Place, crew: "_Crew", until: float, pause: float, rng: Any, figures: Figures
) -> None:
    turn = 0
    while time.monotonic() < until:
        time.sleep(pause * (0.5 + rng.random() / 2))
        turn += 1
        if place.kill is not None and turn % 4 == 0:
            place.kill()
            place.restart()
            figures.servers_killed += 1
        else:
            crew.restart(rng.choice(crew.numbers))
            figures.workers_killed += 1


class _Crew:
    """The processes; each life of one is an actor of its own, with a history of its own."""

    CONSUMER = -1

    def __init__(self, url: str, folder: Path, patients: list[str]) -> None:
        self.url, self.folder, self.patients = url, folder, patients
        self._stop = folder / "stop"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.soak.mixing"])
        self._running: dict[int, ForkServerProcess] = {}
        self._lives: Counter[int] = Counter()

    def start(self, number: int) -> None:
        self._lives[number] += 1
        life = self._lives[number]
        if number == self.CONSUMER:
            path = self.folder / f"consumer-{life:03}"
            process = self._context.Process(target=consume, args=(self.url, path, self._stop))
        else:
            actor = f"worker-{number}-{life}"
            path = self.folder / f"worker-{number:02}-{life:03}"
            seed = 1_000 * number + life
            process = self._context.Process(
                target=mix, args=(self.url, actor, seed, path, self.patients, self._stop)
            )
        process.start()
        self._running[number] = process

    @property
    def numbers(self) -> list[int]:
        return sorted(self._running)

    def wait_until_all_are_at_work(self) -> None:
        """Each has been answered something."""
        deadline = time.monotonic() + _PATIENCE
        while len({one.actor for one in self.history() if one.answered}) < len(self._running) - 1:
            assert time.monotonic() < deadline, "the processes do not get to work"
            time.sleep(0.05)

    def history(self) -> tuple[Operation, ...]:
        return operations_in(self.folder.glob("worker-*"))

    def restart(self, number: int) -> None:
        """Kill one where it stands, and start another in its place."""
        process = self._running[number]
        assert process.exitcode in (None, 0), "a process has died by itself"
        process.kill()
        process.join(_PATIENCE)
        self.start(number)

    def stop(self) -> None:
        """Let all of them end in order."""
        self._stop.touch()
        for process in self._running.values():
            process.join(_PATIENCE)
            assert process.exitcode == 0, "a process has died by itself, or does not end"

    def kill_all(self) -> None:
        for process in self._running.values():
            process.kill()
            process.join(_PATIENCE)


def drain(store: Store, path: Path) -> None:
    """Deliver what is left, once the leases of consumers that were killed have run out."""
    deadline = time.monotonic() + _PATIENCE
    left = one_of("state", (EventState.PENDING, EventState.LEASED))
    while store.work().collection(EVENT).count(left):
        assert time.monotonic() < deadline, "events are stuck"
        if not deliver(store, path):
            time.sleep(0.1)
    assert not Outbox(store).set_aside(), "events were set aside"


def stuck_holds(store: Store, figures: Figures) -> list[str]:
    """Whether anybody is kept from the time of a hold that has run out."""
    desk = desk_of(store, "checker")
    with store.work() as work:
        held = Bookings(work).all(equal("status", HoldStatus.HELD))
    for hold in held:
        assert isinstance(hold, Hold)
        time.sleep(max((hold.expires_at - store.clock.now()).total_seconds(), 0))
    figures.expired_holds = len(held)
    stuck = []
    for hold in held[::2]:
        assert isinstance(hold, Hold)
        patient = hold.patient or desk.register(HumanName(family="Walk-in")).id
        assert hold.visit_type is not None
        try:
            desk.book(patient, hold.visit_type, Opening.of(hold.occupation))
        except CarecoordError:
            stuck.append(f"{hold.id} has run out, and still keeps its time")
    desk.release_expired_holds()
    with store.work() as work:
        stuck += [f"{one.id} is stuck" for one in Bookings(work).expired_holds(work.now)]
    return stuck


def _count(history: Sequence[Operation], kept: Kept, figures: Figures) -> None:
    figures.deliveries = len(kept.deliveries)
    for one in history:
        if one.is_unanswered:
            figures.unanswered += 1
            figures.unanswered_done += one.key in kept.recorded
        elif one.is_acknowledged:
            figures.acknowledged += 1
            figures.by_verb[one.verb] += 1
        elif any(word in (one.refusal, *one.reason.split()) for word in _LOST):
            figures.lost += 1
        else:
            figures.refused += 1
