"""Reports on access: who looked at a record, and which access was unusual, with reasons.

looks = accesses_to(patient, entries)
found = unusual_accesses(entries, span, related=…, guarded=…, opened=…, usual=Usual())

What is unusual is not yet wrong: it is a list for somebody to look into.
Source: 45 CFR 164.308(a)(1)(ii)(D), information system activity review.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, datetime, timedelta
from enum import Enum
from statistics import median
from zoneinfo import ZoneInfo

from attrs import field, frozen

from carecoord.compliance.audit import AuditEntry
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.people import Purpose, Role
from carecoord.kernel.time import Period, local_date
from carecoord.kernel.values import Count, Positive, checked, how_many

__all__ = ["Access", "Sign", "UnusualAccess", "Usual", "accesses_to", "unusual_accesses"]


@frozen(field_transformer=checked, kw_only=True)
class Access:
    """That somebody looked at records or wrote to them, or was refused."""

    at: datetime
    actor: ActorId
    roles: tuple[str, ...]
    purpose: Purpose
    use_case: str = field(repr=str)
    outcome: str = field(repr=str)
    reason: str
    kinds: tuple[str, ...] = field(repr=how_many)
    patients: tuple[PatientId, ...] = field(repr=how_many)
    origin: str | None = None

    @classmethod
    def of(cls, entry: AuditEntry) -> "Access":
        """What an audit entry tells of it."""
        return cls(
            at=entry.at,
            actor=entry.actor,
            roles=entry.roles,
            purpose=entry.purpose,
            use_case=entry.use_case,
            outcome=entry.outcome,
            reason=entry.reason,
            kinds=tuple(sorted({one.kind for one in entry.touched})),
            patients=entry.patients,
            origin=entry.origin,
        )


def accesses_to(patient: PatientId, entries: Iterable[AuditEntry]) -> tuple[Access, ...]:
    """Who looked at this patient's record or wrote to it, in the order of the entries."""
    return tuple(Access.of(entry) for entry in entries if patient in entry.patients)


class Sign(Enum):
    """What makes an access unusual."""

    RELATED = "related"
    """The record is the actor's own, or of somebody in their family."""
    GUARDED = "guarded"
    """The record is one that draws the curious, as a celebrity's, or is restricted."""
    AFTER_HOURS = "after_hours"
    """The practice was closed."""
    VOLUME = "volume"
    """More records in a day than this actor usually needs."""


@frozen(field_transformer=checked, kw_only=True)
class Usual:
    """What is still usual.

    An actor may reach `factor` times the median of the records that they reached in a day, over the
    `days` before, and `least` in any case. Work begins and ends up to `margin` outside of hours.
    """

    factor: Positive = 3
    least: Count = 30
    days: Positive = 28
    margin: timedelta = timedelta(hours=1)

    def __attrs_post_init__(self) -> None:
        if self.margin < timedelta(0):
            raise InvalidValue("Usual.margin", "must not be negative")


@frozen(field_transformer=checked)
class UnusualAccess:
    """An access, and what makes it unusual: the signs, and each in words."""

    access: Access
    signs: tuple[Sign, ...]
    reasons: tuple[str, ...] = field(repr=how_many)


def unusual_accesses(
    entries: Iterable[AuditEntry],
    span: Period,
    *,
    zone: ZoneInfo,
    related: Mapping[ActorId, Set[PatientId]],
    guarded: Set[PatientId],
    opened: tuple[Period, ...] | None,
    usual: Usual,
) -> Iterator[UnusualAccess]:
    """The unusual among the accesses within the span, with reasons.

    The entries come in the order of time, from `usual.days` before the span. `related` are the
    records of actors' own and of their families; `opened` is when the practice was open, and None
    where nobody knows. Patients who reach their own record by themselves are left out.
    """
    hours = None if opened is None else _Hours(opened, usual.margin)
    volume = _Volume(usual, zone)
    for entry in entries:
        if not entry.patients or entry.roles == (Role.PATIENT.value,):
            continue
        exceeded = volume.exceeded_by(entry)
        if not span.contains(entry.at):
            continue
        found: list[tuple[Sign, str]] = []
        if related.get(entry.actor, frozenset()) & set(entry.patients):
            found.append((Sign.RELATED, "the actor's own record, or one of their family"))
        if guarded & set(entry.patients):
            found.append((Sign.GUARDED, "a record that is guarded"))
        if hours is not None and hours.closed_at(entry.at):
            found.append((Sign.AFTER_HOURS, "the practice was closed"))
        if exceeded is not None:
            found.append((Sign.VOLUME, exceeded))
        if found:
            signs, reasons = zip(*found, strict=True)
            yield UnusualAccess(Access.of(entry), signs, reasons)


class _Hours:
    """When the practice was open, asked in the order of time."""

    def __init__(self, opened: tuple[Period, ...], margin: timedelta) -> None:
        self._opened = [(one.start - margin, one.end + margin) for one in opened]

    def closed_at(self, at: datetime) -> bool:
        return not any(start <= at < end for start, end in self._opened)


class _Volume:
    """How many records each actor reached in a day, and on the days before."""

    def __init__(self, usual: Usual, zone: ZoneInfo) -> None:
        self._usual = usual
        self._zone = zone
        self._days: dict[ActorId, dict[date, set[PatientId]]] = {}
        self._told: set[tuple[ActorId, date]] = set()

    def exceeded_by(self, entry: AuditEntry) -> str | None:
        """In words, if it is with this entry that the actor goes beyond what is usual."""
        day = local_date(entry.at, self._zone)
        days = self._days.setdefault(entry.actor, {})
        days.setdefault(day, set()).update(entry.patients)
        reached = len(days[day])
        if reached <= self._usual.least or (entry.actor, day) in self._told:
            return None
        first = day - timedelta(days=self._usual.days)
        before = [len(those) for one, those in days.items() if first <= one < day]
        usually = int(median(before)) if before else 0
        if reached <= usually * self._usual.factor:
            return None
        self._told.add((entry.actor, day))
        return f"{reached} records in a day; usually {usually}"
