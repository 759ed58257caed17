"""The checker of the soak finds what is wrong: every history here was made wrong on purpose."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from attrs import evolve

from carecoord import open_store
from carecoord.coordination import openness
from carecoord.kernel.time import Period
from carecoord.visits import AppointmentStatus, Visit
from tests.soak.checking import violations
from tests.soak.crashing import Figures, drain, stuck_holds
from tests.soak.history import HistoryFile, Operation, deliveries_in, operations_in
from tests.soak.kept import Kept, kept_in
from tests.soak.mixing import MIX, Worker, furnish_the_mix
from tests.soak.practice import CHECK_UP, desk_of, opening, start_of

Told: TypeAlias = tuple[list[Operation], Kept]
Corruption: TypeAlias = Callable[[list[Operation], Kept], Told]

pytestmark = pytest.mark.xdist_group("soak-checking")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A history of two who did each sort of thing, and what was kept of it."""
    folder = tmp_path_factory.mktemp("sound")
    url = f"sqlite:///{folder / 'clinic.db'}"
    with open_store(url) as store:
        patients = [str(patient) for patient in furnish_the_mix(store)]
        workers = [
            Worker(
                store,
                f"worker-{n}",
                random.Random(n),
                HistoryFile(folder / f"worker-{n}"),
                patients,
            )
            for n in range(2)
        ]
        history: tuple[Operation, ...] = ()
        while not _is_rich(history):
            for _ in range(60):
                for worker in workers:
                    worker.act()
            history = operations_in(folder.glob("worker-*"))
        drain(store, folder / "consumer")
        return list(history), kept_in(store, url, history, deliveries_in([folder / "consumer"]))


def _is_rich(history: tuple[Operation, ...]) -> bool:
    done = Counter(one.verb for one in history if one.is_acknowledged)
    return all(done[verb] for verb in MIX)


def test_a_sound_history_is_found_sound(sound: Told) -> None:
    assert violations(*sound) == []


def _acknowledged(history: list[Operation], verb: str) -> Operation:
    return next(one for one in history if one.verb == verb and one.is_acknowledged)


def _standing(kept: Kept, count: int = 1) -> list[Visit]:
    visits = [one for one in kept.bookings if isinstance(one, Visit) and one.occupies_time]
    alone = [one for one in visits if not one.overbooking]
    return alone[:count]


def _instead(kept: Kept, old: Any, *new: Any) -> Kept:
    return evolve(kept, bookings=(*(one for one in kept.bookings if one.id != old.id), *new))


def acknowledged_without_a_record(history: list[Operation], kept: Kept) -> Told:
    key = _acknowledged(history, "book").key
    return history, evolve(kept, recorded=kept.recorded - {key})


def refused_and_yet_recorded(history: list[Operation], kept: Kept) -> Told:
    refused = next(one for one in history if one.refusal)
    return history, evolve(kept, recorded=kept.recorded | {refused.key})


def never_answered_and_done_by_half(history: list[Operation], kept: Kept) -> Told:
    """Its changes are there, its record is not."""
    one = _acknowledged(history, "cancel")
    done = [evolve(it, results=None, answered=None) if it is one else it for it in history]
    return done, evolve(kept, recorded=kept.recorded - {one.key})


def never_answered_and_without_effect(history: list[Operation], kept: Kept) -> Told:
    """Its record is there, its changes are not."""
    one = _acknowledged(history, "hold")
    assert one.results is not None
    (id, _), *_ = one.results
    done = [evolve(it, results=None, answered=None) if it is one else it for it in history]
    kept = evolve(kept, claims=frozenset(pair for pair in kept.claims if pair[1] != id))
    return done, evolve(kept, bookings=tuple(it for it in kept.bookings if it.id != id))


def answered_with_another_result(history: list[Operation], kept: Kept) -> Told:
    one, other = _acknowledged(history, "book"), _acknowledged(history, "hold")
    return [evolve(it, results=other.results) if it is one else it for it in history], kept


def without_an_audit_entry(history: list[Operation], kept: Kept) -> Told:
    gone = next(one for one in kept.entries if one.use_case == "book" and one.outcome == "done")
    return history, evolve(kept, entries=tuple(one for one in kept.entries if one is not gone))


def without_the_audit_of_a_refusal(history: list[Operation], kept: Kept) -> Told:
    refused = next(one for one in history if one.refusal)
    left = (
        one
        for one in kept.entries
        if (one.actor, one.use_case, one.outcome) != (refused.actor, refused.verb, refused.refusal)
    )
    return history, evolve(kept, entries=tuple(left))


def with_a_broken_chain(history: list[Operation], kept: Kept) -> Told:
    return history, evolve(kept, broken_streams=(3,))


def with_a_lost_visit(history: list[Operation], kept: Kept) -> Told:
    return history, _instead(kept, _standing(kept)[0])


def with_a_visit_of_nobody(history: list[Operation], kept: Kept) -> Told:
    visit = _standing(kept)[0]
    return history, _instead(kept, visit, visit, evolve(visit, id="visit-ghost"))


def with_a_visit_elsewhere(history: list[Operation], kept: Kept) -> Told:
    visit = _standing(kept)[0]
    return history, _instead(kept, visit, _moved(visit, timedelta(days=9)))


def with_a_forgotten_move(history: list[Operation], kept: Kept) -> Told:
    visit = next(one for one in kept.bookings if isinstance(one, Visit) and one.reschedulings)
    return history, _instead(kept, visit, evolve(visit, reschedulings=()))


def with_a_cancelled_visit_that_stands(history: list[Operation], kept: Kept) -> Told:
    visit = next(
        one
        for one in kept.bookings
        if isinstance(one, Visit) and one.status is AppointmentStatus.CANCELLED
    )
    standing = evolve(visit, status=AppointmentStatus.BOOKED, cancellation=None)
    return history, _instead(kept, visit, standing)


def with_a_version_too_many(history: list[Operation], kept: Kept) -> Told:
    visit = _standing(kept)[0]
    return history, _instead(kept, visit, evolve(visit, version=visit.version + 1))


def with_two_visits_at_once(history: list[Operation], kept: Kept) -> Told:
    one, other = _standing(kept, 2)
    return history, _instead(kept, other, evolve(other, occupation=one.occupation))


def with_a_patient_in_two_places(history: list[Operation], kept: Kept) -> Told:
    one, other = _standing(kept, 2)
    elsewhere = evolve(one.occupation, resources=("provider-of-none",))
    return history, _instead(kept, other, evolve(other, patient=one.patient, occupation=elsewhere))


def with_two_at_once_for_a_while(history: list[Operation], kept: Kept) -> Told:
    """Nothing of it is left, but both were told that they have it."""
    alone = (it for it in history if it.verb == "book" and it.is_acknowledged)
    one, other = [it for it in alone if not it.given["overbooked"]][:2]
    place = {name: one.given[name] for name in ("type", "start", "resources")}
    same = evolve(other, given={**other.given, **place}, invoked=0.0, answered=0.0)
    first = evolve(one, invoked=0.0, answered=0.0)
    return [same if it is other else first if it is one else it for it in history], kept


def with_a_claim_too_few(history: list[Operation], kept: Kept) -> Told:
    return history, evolve(kept, claims=frozenset(sorted(kept.claims)[1:]))


def with_a_claim_of_old(history: list[Operation], kept: Kept) -> Told:
    owner = _standing(kept)[0].id
    old = ("resource|provider-0|0|1|p", owner)
    return history, evolve(kept, claims=kept.claims | {old})


def without_an_event(history: list[Operation], kept: Kept) -> Told:
    gone = next(one for one in kept.events if one.name == "visit_cancelled")
    return history, evolve(kept, events=tuple(one for one in kept.events if one is not gone))


def with_an_event_twice(history: list[Operation], kept: Kept) -> Told:
    again = next(one for one in kept.events if one.name == "visit_cancelled")
    return history, evolve(kept, events=(*kept.events, again))


def delivered_backwards(history: list[Operation], kept: Kept) -> Told:
    return history, evolve(kept, deliveries=kept.deliveries[::-1])


def never_delivered(history: list[Operation], kept: Kept) -> Told:
    return history, evolve(kept, deliveries=kept.deliveries[:-1])


def with_an_offer_accepted_twice(history: list[Operation], kept: Kept) -> Told:
    """By somebody else as well, who was told so too, with the record and the audit to go with."""
    accepted = _acknowledged(history, "accept_offer")
    mine = [one for one in history if one.actor == accepted.actor and one.key in kept.recorded]
    entries = [one for one in kept.entries if one.actor == accepted.actor and one.outcome == "done"]
    entry = entries[mine.index(accepted)]
    twin = evolve(accepted, key="rival.1", actor="rival")
    kept = evolve(
        kept,
        recorded=kept.recorded | {twin.key},
        entries=(*kept.entries, evolve(entry, actor="rival")),
    )
    return [*history, twin], kept


@pytest.mark.parametrize(
    ("corrupt", "found"),
    [
        (acknowledged_without_a_record, "its record is lost"),
        (refused_and_yet_recorded, "was refused, and yet done"),
        (never_answered_and_done_by_half, "the audit tells otherwise"),
        (never_answered_and_without_effect, "is lost"),
        (answered_with_another_result, "which it did not write"),
        (without_an_audit_entry, "the audit tells otherwise"),
        (without_the_audit_of_a_refusal, "the audit lacks a refusal"),
        (with_a_broken_chain, "does not chain"),
        (with_a_lost_visit, "is lost"),
        (with_a_visit_of_nobody, "of nobody's making"),
        (with_a_visit_elsewhere, "is not at its time"),
        (with_a_forgotten_move, "was not where it should have been before"),
        (with_a_cancelled_visit_that_stands, "should be cancelled"),
        (with_a_version_too_many, "and was written as"),
        (with_two_visits_at_once, "have the same time"),
        (with_a_patient_in_two_places, "is in two places"),
        (with_two_at_once_for_a_while, "had the same time at once"),
        (with_a_claim_too_few, "does not claim"),
        (with_a_claim_of_old, "has no right to"),
        (without_an_event, "there is no event"),
        (with_an_event_twice, "nobody was to be told"),
        (delivered_backwards, "out of order"),
        (never_delivered, "was never delivered"),
        (with_an_offer_accepted_twice, "was written twice"),
    ],
)
def test_a_corrupted_history_is_found_out(sound: Told, corrupt: Corruption, found: str) -> None:
    wrong = violations(*corrupt(*sound))
    assert any(found in one for one in wrong), wrong


def test_a_hold_that_still_keeps_its_time_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(f"sqlite:///{tmp_path / 'clinic.db'}") as store:
        furnish_the_mix(store)
        desk = desk_of(store)
        desk.hold(CHECK_UP, opening(0, start_of(0, 0)), duration=timedelta(microseconds=1))
        assert stuck_holds(store, Figures()) == []
        desk.hold(CHECK_UP, opening(0, start_of(0, 1)), duration=timedelta(microseconds=1))
        monkeypatch.setattr(openness, "expired_in_the_way", lambda *_: ())
        (stuck,) = stuck_holds(store, Figures())
        assert "still keeps its time" in stuck


def _moved(visit: Visit, by: timedelta) -> Visit:
    period = Period(visit.period.start + by, visit.period.end + by)
    return evolve(visit, occupation=evolve(visit.occupation, period=period))
