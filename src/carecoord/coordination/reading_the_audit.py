"""Reading the audit: all streams as one, in the order of time; who looked at a record, and why.

    for access in desk.accesses_to(patient.id): ...
    for found in desk.unusual_access(span, guarded={patient.id}): ...

These reports are for whoever checks access, and stand in the audit themselves. They read all of it,
page by page.
"""

import heapq
from collections.abc import Iterator, Mapping, Set
from datetime import datetime, timedelta
from operator import attrgetter
from types import MappingProxyType

from carecoord.compliance.access_reports import (
    Access,
    UnusualAccess,
    Usual,
    unusual_accesses,
)
from carecoord.compliance.access_reports import accesses_to as those_to
from carecoord.compliance.audit import AuditEntry
from carecoord.compliance.repository import AccessFacts
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.time import Period, merged
from carecoord.storage.audit import STREAMS
from carecoord.storage.store import Store

__all__ = ["accesses_to", "audit_entries", "unusual_access"]

_LATE = timedelta(hours=1)
"""How far two entries of a stream may have changed places: a use case is kept when it ends, under
the time at which it began, and the clocks of processes differ."""


@use_case("patient", reads=("patient",))
def accesses_to(
    turn: Turn, patient: PatientId, *, within: Period | None = None
) -> tuple[Access, ...]:
    """Who looked at a patient's record or wrote to it: what, why, when, from where, how it ended.

    Refusals that came before any record was read name no patient, and are not among them.

    Raises:
        NotFound: no such patient.
    """
    turn.check_all_records()
    turn.patients.get(patient)
    entries = audit_entries(turn.practice.store, patient=patient, within=within)
    return those_to(patient, entries)


@use_case("patient", reads=("patient", "schedule", "access_fact"))
def unusual_access(
    turn: Turn,
    span: Period,
    *,
    related: Mapping[ActorId, Set[PatientId]] = MappingProxyType({}),
    guarded: Set[PatientId] = frozenset(),
    usual: Usual = Usual(),  # noqa: B008 - an immutable value
) -> tuple[UnusualAccess, ...]:
    """Access within a span that somebody should look into, with reasons.

    Families are known by the relations on record, and guarded are the records that are restricted;
    `related` and `guarded` name further ones, such as actors' own. The practice is open when one of
    its locations is; where none has hours of its own, when somebody's schedule is; where there is
    no schedule, nobody knows.
    """
    turn.check_all_records()
    from_ = span.start - timedelta(days=usual.days + 1)
    entries = audit_entries(turn.practice.store, within=Period(from_, span.end))
    found = unusual_accesses(
        entries,
        span,
        zone=turn.practice.zone,
        related=_related(turn, span, related),
        guarded=guarded | turn.patients.restricted(),
        opened=_opened(turn, span),
        usual=usual,
    )
    return tuple(found)


def _related(
    turn: Turn, span: Period, given: Mapping[ActorId, Set[PatientId]]
) -> dict[ActorId, Set[PatientId]]:
    related = dict(given)
    with turn.work.stage.unnoted():
        for one in turn.kept(AccessFacts).of_families():
            if one.since < span.end and (one.until is None or span.start < one.until):
                related[one.actor] = {*related.get(one.actor, ()), one.patient}
    return related


def _opened(turn: Turn, span: Period) -> tuple[Period, ...] | None:
    wider = Period(span.start - timedelta(days=1), span.end + timedelta(days=1))
    with turn.work.stage.unnoted():
        schedules = tuple(turn.schedules.of_locations().values()) or turn.schedules.all()
    periods = [period for one in schedules for period in one.open_periods(wider)]
    return merged(periods) if schedules else None


def audit_entries(
    store: Store, *, patient: PatientId | None = None, within: Period | None = None
) -> Iterator[AuditEntry]:
    """Every entry, by the time at which its use case began, read page by page.

    With a `patient`, those about this one; with a period `within`, those that began in it. Two that
    were kept more than an hour out of order stay so.

    Raises:
        InvalidValue: what is kept is damaged, or of a newer schema.
        Unavailable: the store cannot answer just now.
    """
    named = b"" if patient is None else f'"{patient}"'.encode()
    streams = (_of_stream(store, stream, named, within) for stream in range(STREAMS))
    waiting: list[tuple[datetime, int, AuditEntry]] = []
    for number, entry in enumerate(heapq.merge(*streams, key=attrgetter("at"))):
        heapq.heappush(waiting, (entry.at, number, entry))
        while waiting[0][0] < entry.at - _LATE:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _of_stream(
    store: Store, stream: int, named: bytes, within: Period | None
) -> Iterator[AuditEntry]:
    """Only what may be wanted is decoded, which takes most of the time."""
    for record in store.audit_trail(stream):
        if named in record.entry and _may_lie_within(record.entry, within):
            yield AuditEntry.decoded(record.entry)


def _may_lie_within(entry: bytes, within: Period | None) -> bool:
    at = None if within is None else AuditEntry.time_in(entry)
    return within is None or at is None or within.contains(at)
