"""A process that does all that a desk does with time, in a random mix, until its time is up.

Everything is contended: all processes share a few providers, rooms and patients, and move, swap and
cancel what others have booked. Each use case is done under a key of its own.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from carecoord.errors import CarecoordError, NotAllowed, OutcomeUnknown, Unavailable
from carecoord.kernel.ids import BookingId, PatientId, ResourceId, VisitTypeId, WaitlistEntryId
from carecoord.storage.conditions import equal
from carecoord.storage.events import Event
from carecoord.storage.kind import Kind
from carecoord.storage.outbox import Outbox
from carecoord.storage.store import Store
from carecoord.visits import (
    CancellationReason,
    Occupation,
    Opening,
    Requirement,
    ResourceKind,
    VisitType,
)
from carecoord.visits.repository import BOOKING, WAITLIST_ENTRY
from tests.soak.history import HistoryFile
from tests.soak.practice import (
    CHECK_UP,
    FIRST_DAY,
    HALF_HOUR,
    MAIN,
    desk_of,
    furnish,
    is_always_there,
    opened,
    provider,
)

__all__ = [
    "MIX",
    "TYPES",
    "Worker",
    "consume",
    "deliver",
    "furnish_the_mix",
    "mix",
    "occupation_of",
]

PROVIDERS, ROOMS, PATIENTS = 3, 2, 12
_LEASE = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_FIVE_MINUTES = 5 * _MINUTE
_LAST_START = timedelta(hours=20) // _FIVE_MINUTES

TREATMENT = VisitType(
    id=VisitTypeId("treatment"),
    name="Treatment",
    duration=HALF_HOUR,
    buffer_before=10 * _MINUTE,
    buffer_after=_FIVE_MINUTES,
    starts_every=_FIVE_MINUTES,
    requirements=(Requirement("physician"), Requirement("room")),
)
TYPES = {CHECK_UP: (timedelta(), timedelta()), TREATMENT.id: (10 * _MINUTE, _FIVE_MINUTES)}
"""The types of visits, and their buffers."""

MIX = {
    "book": 6, "hold": 4, "reschedule": 4, "swap": 3, "cancel": 4,
    "join_waitlist": 1, "offer_to_waitlist": 2, "accept_offer": 3,
    "decline_offer": 0.5, "leave_waitlist": 0.3,
}  # fmt: skip


def furnish_the_mix(store: Store) -> tuple[PatientId, ...]:
    """A practice of some providers and rooms; gives its patients."""
    patients = furnish(store, PROVIDERS, PATIENTS)
    desk = desk_of(store)
    for number in range(ROOMS):
        room = _room(number)
        is_always_there(desk, f"room-schedule-{number}", room, ResourceKind.ROOM, "room")
    desk.offer_visit_type(TREATMENT)
    return patients


def occupation_of(type: str, start: str, resources: list[str]) -> Occupation:
    """The time that a visit of this type takes."""
    begin, (before, after) = datetime.fromisoformat(start), TYPES[VisitTypeId(type)]
    return Opening(
        begin, HALF_HOUR, MAIN, tuple(map(ResourceId, resources)), before, after
    ).occupation


def mix(url: str, actor: str, seed: int, path: Path, patients: list[str], stop: Path) -> None:
    """Be such a process, until there is a file to stop at."""
    with opened(url) as store:
        worker = Worker(store, actor, random.Random(seed), HistoryFile(path), patients)
        while not stop.exists():
            worker.act()


def consume(url: str, path: Path, stop: Path) -> None:
    """Take the events of the store and write them down, until there is a file to stop at."""
    with opened(url) as store:
        while not stop.exists():
            try:
                delivered = deliver(store, path)
            except (Unavailable, OutcomeUnknown):
                delivered = 0
            if not delivered:
                time.sleep(0.05)


def deliver(store: Store, path: Path) -> int:
    """Write down events that are due; gives how many."""
    history = HistoryFile(path)

    def told(event: Event) -> None:
        history.write("delivered", about=event.about, version=event.aggregate_version)

    with history:
        return Outbox(store, lease=_LEASE).deliver(told).delivered


def _room(number: int) -> ResourceId:
    return ResourceId(f"room-{number}")


class Worker:
    """Somebody who does one thing after the other, and writes down each."""

    def __init__(
        self, store: Store, actor: str, rng: Any, history: HistoryFile, patients: list[str]
    ) -> None:
        self.store = store
        self.actor = actor
        self.rng = rng
        self.history = history
        self.patients = patients
        self.desk = desk_of(store, actor)
        self.asked = 0

    def act(self) -> None:
        """Do something, if there is something to do it with."""
        (verb,) = self.rng.choices(list(MIX), list(MIX.values()))
        try:
            getattr(self, f"_{verb}")()
        except (Unavailable, OutcomeUnknown):
            time.sleep(0.01)  # while it looked for what to do

    def _do(self, verb: str, given: dict[str, Any], *arguments: Any, **named: Any) -> Any:
        """Do it once under a key, and write down what was asked and answered."""
        self.asked += 1
        key = f"{self.actor}.{self.asked}"
        use_case: Callable[..., Any] = getattr(self.desk, verb).once
        self.history.write(
            "asked", key=key, actor=self.actor, verb=verb, given=given, invoked=time.monotonic()
        )
        answer: dict[str, Any] = {"results": None}
        done = None
        try:
            done = use_case(key, *arguments, **named)
            all_done = done if isinstance(done, tuple) else (done,)
            answer = {"results": [(one.id, one.version) for one in all_done]}
        except OutcomeUnknown:
            return None
        except NotAllowed as error:
            answer = {"refusal": error.code, "reason": " ".join(r.rule for r in error.refusals)}
        except CarecoordError as error:
            answer = {"refusal": error.code, "reason": type(error).__name__}
        self.history.write("answered", key=key, answered=time.monotonic(), **answer)
        return done

    def _somewhere(self, type: str) -> dict[str, Any]:
        """A time that somebody may want."""
        start = FIRST_DAY + self.rng.randrange(_LAST_START) * _FIVE_MINUTES
        resources = [provider(self.rng.randrange(PROVIDERS))]
        if type == TREATMENT.id:
            resources.append(_room(self.rng.randrange(ROOMS)))
        return {"type": type, "start": start.isoformat(), "resources": resources}

    def _anywhere(self) -> dict[str, Any]:
        return self._somewhere(self.rng.choice(list(TYPES)))

    def _kept(self, kind: Kind[Any], status: str) -> list[tuple[str, str]]:
        """Ids and types of what is in this state just now."""
        kept = self.store.work().collection(kind)
        return kept.values(("visit_type",), equal("status", status))  # type: ignore[return-value]

    def _one(self, kind: Kind[Any], status: str) -> tuple[str, str] | None:
        found = self._kept(kind, status)
        return self.rng.choice(found) if found else None

    def _book(self, held: str | None = None, given: dict[str, Any] | None = None) -> None:
        place = given or self._anywhere()
        overbooked = held is None and self.rng.random() < 0.05
        given = {"patient": self.rng.choice(self.patients), **place}
        self._do(
            "book", {**given, "held": held, "overbooked": overbooked},
            PatientId(given["patient"]), VisitTypeId(given["type"]), _opening(place),
            held=held, overbook_because="urgent" if overbooked else None,
        )  # fmt: skip

    def _hold(self) -> None:
        given = self._anywhere()
        patient = self.rng.choice([None, *self.patients])
        hold = self._do(
            "hold", given, VisitTypeId(given["type"]), _opening(given),
            patient=patient, duration=timedelta(seconds=self.rng.choice((0.3, 1, 3))),
        )  # fmt: skip
        if hold is not None:
            then = self.rng.random()
            if then < 0.4:
                self._book(hold.id, {"patient": patient, **given} if patient else given)
            elif then < 0.7:
                self._do("release_hold", {"hold": hold.id}, hold.id)

    def _reschedule(self) -> None:
        if found := self._one(BOOKING, "booked"):
            given = {"visit": found[0], **self._somewhere(found[1])}
            self._do("reschedule", given, BookingId(found[0]), _opening(given))

    def _swap(self) -> None:
        type = self.rng.choice(list(TYPES))
        found = [id for id, of in self._kept(BOOKING, "booked") if of == type]
        if len(found) > 1:
            one, other = self.rng.sample(found, 2)
            self._do("swap", {"visits": [one, other]}, BookingId(one), BookingId(other))

    def _cancel(self) -> None:
        if found := self._one(BOOKING, "booked"):
            self._do("cancel", {"visit": found[0]}, BookingId(found[0]), CancellationReason.PATIENT)

    def _join_waitlist(self) -> None:
        patient, type = self.rng.choice(self.patients), self.rng.choice(list(TYPES))
        self._do("join_waitlist", {"type": type}, PatientId(patient), VisitTypeId(type))

    def _offer_to_waitlist(self) -> None:
        given = self._anywhere()
        self._do(
            "offer_to_waitlist", given, VisitTypeId(given["type"]), _opening(given),
            limit=3, lasts=timedelta(seconds=2),
        )  # fmt: skip

    def _accept_offer(self) -> None:
        self._with_offer("accept_offer")

    def _decline_offer(self) -> None:
        self._with_offer("decline_offer")

    def _with_offer(self, verb: str) -> None:
        if found := self._one(WAITLIST_ENTRY, "offered"):
            self._do(verb, {"entry": found[0]}, WaitlistEntryId(found[0]))

    def _leave_waitlist(self) -> None:
        if found := self._one(WAITLIST_ENTRY, "waiting"):
            self._do("leave_waitlist", {"entry": found[0]}, WaitlistEntryId(found[0]))


def _opening(given: dict[str, Any]) -> Opening:
    start = datetime.fromisoformat(given["start"])
    return Opening(start, HALF_HOUR, MAIN, tuple(given["resources"]))
