"""The model: what bookings and waitlist entries must be, told from the history alone.

Each operation that had an effect is paired with its entry in the audit, which says what versions
of what it wrote. Versions put the operations in an order that all processes could agree on; done
one after the other in that order, on plain values, they give what must be kept.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import evolve, frozen

from carecoord.compliance.audit import AuditEntry
from tests.soak.history import Operation

__all__ = ["KINDS", "Effect", "Replay", "State", "effects_by_actor", "replayed"]

Place: TypeAlias = tuple[str, int]
"""An id and a version of it."""

KINDS = ("booking", "waitlist_entry")
"""What the model knows."""


@frozen
class State:
    """What the model knows of a booking or an entry; `before` are the starts that it had."""

    status: str
    type: str = ""
    start: str = ""
    resources: tuple[str, ...] = ()
    overbooked: bool = False
    before: tuple[str, ...] = ()

    def taking(self, other: "State", *, overbooked: bool = False) -> "State":
        """The same at the time and with the resources of another."""
        return evolve(
            self,
            start=other.start,
            resources=other.resources,
            overbooked=overbooked,
            before=(*self.before, self.start),
        )

    @classmethod
    def given(cls, status: str, given: Mapping[str, Any]) -> "State":
        """As an operation wants it."""
        overbooked = given.get("overbooked", False)
        return cls(status, given["type"], given["start"], tuple(given["resources"]), overbooked)


@frozen
class Effect:
    """An operation that was done, its audit entry, and the versions that it wrote by id."""

    operation: Operation
    entry: AuditEntry
    written: Mapping[str, int]

    @classmethod
    def of(cls, operation: Operation, entry: AuditEntry) -> "Effect":
        written = {
            one.id: one.version
            for one in entry.touched
            if one.commitment is not None and one.kind in KINDS
        }
        return cls(operation, entry, written)


@frozen
class Replay:
    """Every state of everything, which effect made it, and what could not be."""

    states: Mapping[Place, State]
    made_by: Mapping[Place, Effect]
    impossible: tuple[str, ...]


def replayed(effects: Sequence[Effect]) -> Replay:
    """Do them all, each after those whose versions it builds on."""
    states: dict[Place, State] = {}
    made_by: dict[Place, Effect] = {}
    impossible: list[str] = []
    waiting: dict[Place, list[Effect]] = {}
    ready = deque(effects)
    while ready:
        effect = ready.popleft()
        needs = [(id, version - 1) for id, version in effect.written.items() if version > 1]
        missing = [place for place in needs if place not in states]
        if missing:
            waiting.setdefault(missing[0], []).append(effect)
            continue
        try:
            after = _after(effect, {id: states[id, n] for id, n in needs})
        except (KeyError, ValueError) as error:
            impossible.append(f"{effect.operation.key} cannot have been done: {error!r}")
            after = {}
        for id, version in effect.written.items():
            if (id, version) in states:
                impossible.append(f"version {version} of {id} was written twice")
            states[id, version] = after.get(id, State("unknown"))
            made_by[id, version] = effect
            ready.extend(waiting.pop((id, version), ()))
    for place, left in waiting.items():
        impossible.append(f"{len(left)} operations rest on {place}, which nobody wrote")
    return Replay(states, made_by, tuple(impossible))


def _after(effect: Effect, before: Mapping[str, State]) -> dict[str, State]:
    """What the effect makes of what was there."""
    operation = effect.operation
    given, verb = operation.given, operation.verb
    new = [id for id, version in effect.written.items() if version == 1]
    after: dict[str, State] = {}
    match verb:
        case "book":
            (visit,) = new
            after[visit] = State.given("booked", given)
            if given["held"]:
                held = _in(before, given["held"], "held")
                after[given["held"]] = evolve(held, status="confirmed")
        case "hold":
            (hold,) = new
            after[hold] = State.given("held", given)
        case "release_hold":
            after[given["hold"]] = evolve(_in(before, given["hold"], "held"), status="released")
        case "reschedule":
            visit = given["visit"]
            after[visit] = _in(before, visit, "booked").taking(State.given("", given))
        case "swap":
            one, other = given["visits"]
            first, second = _in(before, one, "booked"), _in(before, other, "booked")
            after[one] = first.taking(second, overbooked=second.overbooked)
            after[other] = second.taking(first, overbooked=first.overbooked)
        case "cancel":
            visit = given["visit"]
            after[visit] = evolve(_in(before, visit, "booked"), status="cancelled")
        case "join_waitlist":
            (entry,) = new
            after[entry] = State("waiting", given["type"])
        case "offer_to_waitlist":
            for entry in effect.written:
                _in(before, entry, "waiting", "offered")
                after[entry] = State.given("offered", given)
        case "accept_offer":
            entry = given["entry"]
            (visit,) = new
            offered = _in(before, entry, "offered")
            after[visit] = evolve(offered, status="booked")
            after[entry] = evolve(offered, status="booked")
        case "decline_offer":
            after[given["entry"]] = evolve(_in(before, given["entry"], "offered"), status="waiting")
        case "leave_waitlist":
            waited = _in(before, given["entry"], "waiting", "offered")
            after[given["entry"]] = evolve(waited, status="withdrawn")
    for id in set(effect.written) - set(after):
        # Whoever takes time releases the expired holds in the way.
        after[id] = evolve(_in(before, id, "held"), status="released")
    if set(after) != set(effect.written):
        raise ValueError("it wrote less than it was to")
    return after


def _in(before: Mapping[str, State], id: str, *statuses: str) -> State:
    found = before[id]
    if found.status not in statuses:
        raise ValueError(f"{id} was {found.status}")
    return found


def effects_by_actor(
    history: Iterable[Operation], entries: Iterable[AuditEntry]
) -> dict[str, tuple[list[Operation], list[AuditEntry]]]:
    """For each actor, its operations and its audit entries, both in its own order."""
    found: dict[str, tuple[list[Operation], list[AuditEntry]]] = {}
    for operation in history:
        found.setdefault(operation.actor, ([], []))[0].append(operation)
    for entry in sorted(entries, key=lambda one: one.at):
        if entry.actor in found:
            found[entry.actor][1].append(entry)
    return found
