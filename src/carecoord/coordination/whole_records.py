"""A patient's whole record: everything of every kind that is of one patient, in an order to go.

The kinds are those of the library, in the order of `KINDS`, in which each comes after those that it
refers to; so the record is erased from its end.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, TypeAlias, cast

import attrs

from carecoord.compliance.retention import RecordFacts
from carecoord.coordination.turn import Turn
from carecoord.kernel.ids import BlobId, PatientId
from carecoord.kernel.time import Zone, local_date
from carecoord.kinds import KINDS
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT
from carecoord.storage.conditions import equal
from carecoord.storage.kind import Aggregate, Kind
from carecoord.storage.repository import Repository
from carecoord.visits.repository import BOOKING
from carecoord.visits.visit import Visit

__all__ = [
    "RECORD_KINDS",
    "WholeRecord",
    "blobs_named_by",
    "facts_of",
    "in_order_to_go",
    "repository_of",
    "whole_record",
]

_OF_PATIENTS: tuple[Kind[Any], ...] = tuple(kind for kind in KINDS if "patient" in kind.fields)

RECORD_KINDS = tuple(kind.name for kind in _OF_PATIENTS)
"""The kinds of which a patient's record is made, the patient among them."""

WholeRecord: TypeAlias = tuple[tuple[Kind[Any], Aggregate], ...]
"""Every aggregate of a patient's record, with its kind."""

_BLOB = re.compile(r"sha256-[0-9a-f]{64}\Z")


def _repository(kind: Kind[Any]) -> type[Repository[Any]]:
    return cast(type[Repository[Any]], type("AllOfAKind", (Repository,), {"kind": kind}))


_REPOSITORIES = {kind.name: _repository(kind) for kind in _OF_PATIENTS}


def repository_of(turn: Turn, kind: Kind[Any]) -> Repository[Any]:
    """The repository of a kind of the record, within what the actor may know of."""
    return turn.kept(_REPOSITORIES[kind.name])


def whole_record(turn: Turn, patient: PatientId) -> WholeRecord:
    """All that is kept of a patient; nobody is shown it, so that none is noted as seen."""
    with turn.work.stage.unnoted():
        return tuple(
            (kind, one)
            for kind in _OF_PATIENTS
            for one in repository_of(turn, kind).all(equal("patient", patient))
        )


def facts_of(patient: Patient, record: WholeRecord, zone: Zone, today: date) -> RecordFacts:
    """What retention has to know of a record.

    What is registered of the patient tells no day to come, and not how old the record is: there a
    coverage may end in a hundred years. A kind that names no day is as old as the rest.
    """
    last: dict[str, date | None] = {}
    for kind, aggregate in record:
        days: Iterable[date] = _days_in(aggregate, zone)
        if kind is PATIENT:
            days = (day for day in days if day <= today and day != patient.birth_date)
        latest = max((*days, *filter(None, [last.get(kind.name)])), default=None)
        last[kind.name] = latest
    overall = max(filter(None, last.values()), default=None)
    visits = [
        local_date(one.period.end, zone)
        for kind, one in record
        if kind is BOOKING and isinstance(one, Visit) and one.occupies_time
    ]
    return RecordFacts(
        patient=patient.id,
        last_days=()
        if overall is None
        else tuple((name, day or overall) for name, day in sorted(last.items())),
        last_service=max(visits, default=None),
        born=patient.birth_date,
    )


def in_order_to_go(record: WholeRecord) -> tuple[WholeRecord, ...]:
    """The same in an order in which nothing goes before what refers to it.

    It can be cut off between any two of the parts: what is left refers to nothing that is gone. A
    part is one aggregate, but for those of a kind that refer to each other in a ring.
    """
    by_kind: dict[str, list[tuple[Kind[Any], Aggregate]]] = {}
    for kind, one in record:
        by_kind.setdefault(kind.name, []).append((kind, one))
    return tuple(
        part
        for kind in reversed(_OF_PATIENTS)
        for part in _leaves_first(by_kind.get(kind.name, []))
    )


def blobs_named_by(value: object) -> frozenset[BlobId]:
    """The names of blobs that an aggregate holds anywhere."""
    return frozenset(
        BlobId(one) for one in _parts(value) if isinstance(one, str) and _BLOB.match(one)
    )


def _leaves_first(rows: list[tuple[Kind[Any], Aggregate]]) -> Iterator[WholeRecord]:
    there = {one.id: (kind, one) for kind, one in sorted(rows, key=lambda row: row[1].id)}
    to = {id: set(_refers_to(kind, one)) & there.keys() for id, (kind, one) in there.items()}
    referrers = dict.fromkeys(there, 0)
    for ids in to.values():
        for id in ids:
            referrers[id] += 1
    ready = [id for id in there if not referrers[id]]
    done = set(ready)
    for id in ready:  # grows while it is gone through
        yield (there[id],)
        for other in sorted(to[id]):
            referrers[other] -= 1
            if not referrers[other]:
                ready.append(other)
                done.add(other)
    ring = tuple(row for id, row in there.items() if id not in done)
    if ring:
        yield ring


def _refers_to(kind: Kind[Any], aggregate: Aggregate) -> Iterator[str]:
    for searched in kind.fields.values():
        if searched.references == kind.name and searched.of(aggregate) is not None:
            yield str(searched.of(aggregate))


def _days_in(value: object, zone: Zone) -> Iterator[date]:
    for one in _parts(value):
        if isinstance(one, datetime):
            yield local_date(one, zone)
        elif isinstance(one, date):
            yield one


def _parts(value: object) -> Iterator[object]:
    """Everything that a value is made of, down to what has no parts."""
    cls: type[Any] = type(value)
    if attrs.has(cls):
        for one in attrs.fields(cls):
            yield from _parts(getattr(value, one.name))
    elif isinstance(value, tuple | frozenset):
        for part in value:
            yield from _parts(part)
    else:
        yield value
