"""Disposals: the record of a patient goes for good, and a certificate stays.

A disposal is its own certificate: it says who began it when, by which rule and method, and the kind
and id of everything that is gone. It holds ids and no details; the day until which the record was
kept is on it, since whoever audits disposal needs it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from itertools import groupby

from attrs import evolve, field, frozen

from carecoord.compliance.disclosures import Line
from carecoord.kernel.ids import ActorId, BlobId, DisposalId, PatientId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import checked, how_many

__all__ = [
    "DISPOSAL_LIFECYCLE",
    "Disposal",
    "DisposalMethod",
    "DisposalStatus",
    "Erased",
]


class DisposalMethod(Enum):
    """How what was stored is made unreadable, in the words of NIST SP 800-88 (from memory)."""

    CLEAR = "clear"
    """Erased by the means of the store; the media stay in use."""
    PURGE = "purge"
    """Beyond recovery in a laboratory, as by destroying the only key."""
    DESTROY = "destroy"
    """The media are destroyed too."""


class DisposalStatus(Enum):
    """How far a disposal has come."""

    BEGUN = "begun"
    COMPLETED = "completed"
    STOPPED = "stopped"
    """Given up; what was erased until then is gone."""


_S = DisposalStatus
DISPOSAL_LIFECYCLE = Lifecycle(
    "disposal",
    {
        (_S.BEGUN, "continue"): _S.BEGUN,
        (_S.BEGUN, "complete"): _S.COMPLETED,
        (_S.BEGUN, "stop"): _S.STOPPED,
    },
)


@frozen(field_transformer=checked)
class Erased:
    """What of one kind is gone."""

    kind: str
    ids: tuple[str, ...] = field(repr=how_many)


@frozen(field_transformer=checked, kw_only=True)
class Disposal:
    """One patient's record on its way out, and the certificate of it.

    `rule` and `source` name what had kept it until `kept_until`. `blobs` are the contents that its
    aggregates had named.
    """

    id: DisposalId
    patient: PatientId
    rule: str = field(repr=str)
    source: Line
    kept_until: date
    method: DisposalMethod
    begun_by: ActorId
    begun_at: datetime
    erased: tuple[Erased, ...] = field(default=(), repr=how_many)
    blobs: frozenset[BlobId] = field(default=frozenset(), repr=how_many)
    ended_at: datetime | None = None
    status: DisposalStatus = DisposalStatus.BEGUN
    version: int = 0

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many of each kind are gone, by kind."""
        return tuple((one.kind, len(one.ids)) for one in self.erased)

    def erasing(self, gone: Iterable[tuple[str, str]], blobs: Iterable[BlobId]) -> "Disposal":
        """With these gone too, each by kind and id."""
        status = DISPOSAL_LIFECYCLE.after(self.status, "continue")
        before = ((one.kind, id) for one in self.erased for id in one.ids)
        rows = sorted([*before, *gone])
        erased = tuple(
            Erased(kind, tuple(id for _, id in ids))
            for kind, ids in groupby(rows, key=lambda row: row[0])
        )
        return evolve(self, status=status, erased=erased, blobs=self.blobs | frozenset(blobs))

    def completed(self, at: datetime) -> "Disposal":
        """Nothing is left."""
        return evolve(self, status=DISPOSAL_LIFECYCLE.after(self.status, "complete"), ended_at=at)

    def stopped(self, at: datetime) -> "Disposal":
        """Given up."""
        return evolve(self, status=DISPOSAL_LIFECYCLE.after(self.status, "stop"), ended_at=at)
