"""Whether what is kept and what was answered can both be true."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from attrs import frozen

from carecoord.compliance.audit import AuditEntry
from carecoord.visits import (
    Booking,
    Hold,
    Occupation,
    Visit,
    claims_of,
    collide,
)
from tests.soak.history import Operation
from tests.soak.kept import Kept
from tests.soak.mixing import occupation_of
from tests.soak.replaying import KINDS, Effect, Replay, State, effects_by_actor, replayed

__all__ = ["violations"]

_TOLD = {
    "book": "visit_booked",
    "reschedule": "visit_rescheduled",
    "swap": "visit_rescheduled",
    "cancel": "visit_cancelled",
    "accept_offer": "visit_booked",
    "offer_to_waitlist": "opening_offered",
}
"""What each operation tells the outside world about whatever it wrote but holds."""


def violations(history: Sequence[Operation], kept: Kept) -> list[str]:
    """Everything that is wrong, each in words; nothing if all is well."""
    wrong: list[str] = []
    effects = list(_effects(history, kept, wrong))
    replay = replayed(effects)
    wrong += replay.impossible
    wrong += _answers_not_kept(effects)
    wrong += _unlike_the_model(kept, replay)
    wrong += _two_at_once(kept.bookings)
    wrong += _two_at_once_ever(replay)
    wrong += _claims_amiss(kept)
    wrong += _events_amiss(kept, replay)
    wrong += [f"audit stream {stream} does not chain" for stream in kept.broken_streams]
    return wrong


def _effects(history: Sequence[Operation], kept: Kept, wrong: list[str]) -> Iterator[Effect]:
    """Pair what was done with its audit entry: an actor does one thing after the other."""
    for actor, (asked, entries) in effects_by_actor(history, kept.entries).items():
        for one in asked:
            if one.is_acknowledged and one.key not in kept.recorded:
                wrong.append(f"{one.key} was acknowledged, and its record is lost")
            if one.refusal and one.key in kept.recorded:
                wrong.append(f"{one.key} was refused, and yet done")
        recorded = [one for one in asked if one.key in kept.recorded]
        done = [entry for entry in entries if entry.outcome == "done"]
        if [one.verb for one in recorded] != [entry.use_case for entry in done]:
            wrong.append(f"the audit tells otherwise what {actor} did")
            continue
        yield from map(Effect.of, recorded, done)
        wrong += _refusals_not_audited(asked, entries)


def _refusals_not_audited(asked: list[Operation], entries: list[AuditEntry]) -> Iterator[str]:
    answered = Counter((one.verb, one.refusal) for one in asked if one.refusal)
    audited = Counter((entry.use_case, entry.outcome) for entry in entries)
    for (verb, code), count in answered.items():
        if code != "unavailable" and audited[verb, str(code)] < count:
            yield f"the audit lacks a refusal ({code}) of {verb}"


def _answers_not_kept(effects: Iterable[Effect]) -> Iterator[str]:
    for effect in effects:
        for id, version in effect.operation.results or ():
            if not 1 <= effect.written.get(id, 0) <= version:
                yield f"{effect.operation.key} was answered with {id}, which it did not write"


def _unlike_the_model(kept: Kept, replay: Replay) -> Iterator[str]:
    latest = dict(sorted(replay.states))
    here = {one.id: one for one in (*kept.bookings, *kept.waitlist)}
    yield from (f"{id} is lost" for id in latest.keys() - here.keys())
    yield from (f"{id} is of nobody's making" for id in here.keys() - latest.keys())
    for id in here.keys() & latest.keys():
        one, version = here[id], latest[id]
        if one.version != version:
            yield f"{id} is at version {one.version}, and was written as {version}"
        wanted = replay.states[id, version]
        status = one.status.value
        if status != wanted.status:
            yield f"{id} is {status}, and should be {wanted.status}"
        if isinstance(one, Visit | Hold) and _time_of(one) != (
            wanted.start,
            wanted.resources,
            wanted.before,
        ):
            yield f"{id} is not at its time, or was not where it should have been before"


def _time_of(one: Visit | Hold) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    before = one.reschedulings if isinstance(one, Visit) else ()
    starts = tuple(moved.previous.start.isoformat() for moved in before)
    return one.period.start.isoformat(), tuple(one.occupation.resources), starts


def _two_at_once(bookings: Iterable[Booking]) -> Iterator[str]:
    """By the bookings themselves, not by what they claim."""
    standing = [one for one in bookings if one.occupies_time]
    for one, other in _neighbours(standing):
        if collide(one.occupation, other.occupation):
            yield f"{one.id} and {other.id} have the same time"
    of_patients = [one for one in standing if isinstance(one, Visit | Hold) and one.patient]
    of_patients.sort(key=lambda one: (str(one.patient), one.period.start))
    for patient, own in groupby(of_patients, key=lambda one: one.patient):
        together = list(own)
        for one, other in pairwise(together):
            if one.period.overlaps(other.period):
                yield f"{patient} is in two places, for {one.id} and {other.id}"


def _neighbours(bookings: list[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Those that share time, each pair once."""
    bookings.sort(key=lambda one: one.occupation.extended.start)
    for n, one in enumerate(bookings):
        for other in bookings[n + 1 :]:
            if other.occupation.extended.start >= one.occupation.extended.end:
                break
            yield one, other


@frozen
class _Stay:
    """That somebody surely had a time: from being told so, until giving it up was asked for."""

    id: str
    occupation: Occupation
    since: float
    until: float


def _two_at_once_ever(replay: Replay) -> Iterator[str]:
    """Nor did two ever have the same time at once, as far as answers and requests can tell."""
    stays = sorted(_stays(replay), key=lambda one: one.occupation.extended.start)
    for n, one in enumerate(stays):
        for other in stays[n + 1 :]:
            if other.occupation.extended.start >= one.occupation.extended.end:
                break
            together = one.since < other.until and other.since < one.until
            if together and one.id != other.id and collide(one.occupation, other.occupation):
                yield f"{one.id} and {other.id} had the same time at once"


def _stays(replay: Replay) -> Iterator[_Stay]:
    for (id, version), state in replay.states.items():
        since = replay.made_by[id, version].operation.answered
        if since is None or not _has_time(id, state):
            continue
        after = replay.made_by.get((id, version + 1))
        until = float("inf") if after is None else after.operation.invoked
        occupation = occupation_of(state.type, state.start, list(state.resources))
        yield _Stay(id, occupation, since, until)


def _has_time(id: str, state: State) -> bool:
    """Overbooked ones aside, whose lane is the store's choice."""
    of_a_booking = not id.startswith("waitlist")
    return of_a_booking and state.status in ("booked", "held") and not state.overbooked


def _claims_amiss(kept: Kept) -> Iterator[str]:
    implied = {(claim, str(one.id)) for one in kept.bookings for claim in claims_of(one)}
    for claim, owner in sorted(kept.claims - implied):
        yield f"{owner} claims {claim}, and has no right to"
    for claim, owner in sorted(implied - kept.claims):
        yield f"{owner} does not claim {claim}"


def _events_amiss(kept: Kept, replay: Replay) -> Iterator[str]:
    told = Counter(
        (one.about, one.aggregate_version, one.name)
        for one in kept.events
        if one.aggregate_kind in KINDS
    )
    wanted = Counter(
        (f"{_kind_of(id)}|{id}", version, _TOLD[effect.operation.verb])
        for (id, version), effect in replay.made_by.items()
        if effect.operation.verb in _TOLD and not _is_aside(id, effect)
    )
    yield from (f"nobody was to be told {event}" for event in (told - wanted))
    yield from (f"there is no event {event}" for event in (wanted - told))
    first: dict[str, list[int]] = {}
    for about, version in kept.deliveries:
        seen = first.setdefault(about, [])
        if version not in seen:
            seen.append(version)
    for about, versions in first.items():
        if versions != sorted(versions):
            yield f"events about {about} were delivered out of order"
    delivered = {(about, version) for about, versions in first.items() for version in versions}
    for about, version, _ in wanted:
        if (about, version) not in delivered:
            yield f"version {version} of {about} was never delivered"


def _is_aside(id: str, effect: Effect) -> bool:
    """Whether nothing is told about it: holds, and the entry of an offer that was accepted."""
    return id.startswith("hold") or (
        effect.operation.verb == "accept_offer" and id.startswith("waitlist")
    )


def _kind_of(id: str) -> str:
    return "waitlist_entry" if id.startswith("waitlist") else "booking"
