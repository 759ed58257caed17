"""Audit entries: who did what, to whose record, why, when, and how it ended.

They hold references, never details: ids of actors, patients and aggregates.
Source: 45 CFR 164.312(b), audit controls.
"""

import json
from datetime import datetime

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.people import Purpose
from carecoord.kernel.values import checked

__all__ = ["AuditEntry", "Touched"]

SCHEMA = 1


@frozen(field_transformer=checked)
class Touched:
    """An aggregate that was read, or is kept as this version by the use case."""

    kind: str
    id: str
    version: int


@frozen(field_transformer=checked, kw_only=True)
class AuditEntry:
    """One use case that somebody did, asked about or was refused.

    `outcome` is `done`; `repeated` for an answer given again under its key; `asked` for a question
    whether it might be done; or the code of the error that ended it.
    """

    at: datetime
    actor: ActorId
    roles: tuple[str, ...]
    purpose: Purpose
    use_case: str = field(repr=str)
    outcome: str = field(repr=str)
    reason: str
    patients: tuple[PatientId, ...] = ()
    touched: tuple[Touched, ...] = ()
    origin: str | None = None

    def encoded(self) -> bytes:
        """The bytes that are kept and chained; the same entry always gives the same bytes."""
        body = {
            "schema": SCHEMA,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor": self.actor,
            "roles": self.roles,
            "purpose": self.purpose.value,
            "use_case": self.use_case,
            "outcome": self.outcome,
            "reason": self.reason,
            "patients": self.patients,
            "touched": [[one.kind, one.id, one.version] for one in self.touched],
            "origin": self.origin,
        }
        return json.dumps(body, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()

    @classmethod
    def decoded(cls, entry: bytes) -> "AuditEntry":
        """The entry that these bytes keep.

        Raises:
            InvalidValue: they keep none, or one of a newer schema.
        """
        try:
            body = json.loads(entry)
            if body["schema"] != SCHEMA:
                raise InvalidValue("audit entry", "is of another schema than this release reads")
            return cls(
                at=datetime.fromisoformat(body["at"]),
                actor=ActorId(body["actor"]),
                roles=tuple(body["roles"]),
                purpose=Purpose(body["purpose"]),
                use_case=body["use_case"],
                outcome=body["outcome"],
                reason=body["reason"],
                patients=tuple(body["patients"]),
                touched=tuple(Touched(*one) for one in body["touched"]),
                origin=body["origin"],
            )
        except (ValueError, KeyError, TypeError):
            raise InvalidValue("audit entry", "is damaged") from None
