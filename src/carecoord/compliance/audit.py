"""Audit entries: who did what, to whose record, why, when, and how it ended.

They hold references, never details: ids of actors, patients and aggregates. Of what was written
they hold a salted commitment, by which a body can be shown to be the one that was written.
Source: 45 CFR 164.312(b), audit controls.
"""

import json
from datetime import datetime
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.kernel.people import Purpose
from carecoord.kernel.values import Text, checked

__all__ = ["AuditEntry", "Touched"]

SCHEMA = 1

Digest = Annotated[str, Text(longest=64)]
_AT, _INSTANT = b'"at":"', len("2026-03-02T14:00:00.000000+00:00")
_encoded = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode


@frozen(field_transformer=checked)
class Touched:
    """An aggregate that was read, or is kept as this version by the use case.

    What was written has a commitment to its body, and what was erased says so; see
    `carecoord.storage.commitments`.
    """

    kind: str
    id: str
    version: int
    commitment: Digest | None = None

    def encoded(self) -> list[str | int]:
        """The part of the entry that says so."""
        place: list[str | int] = [self.kind, self.id, self.version]
        return place if self.commitment is None else [*place, self.commitment]


@frozen(field_transformer=checked, kw_only=True)
class AuditEntry:
    """One use case that somebody did, asked about or was refused.

    `outcome` is `done`; `repeated` for an answer given again under its key; `asked` for a question
    whether it might be done; or the code of the error that ended it. `policy` is the fingerprint of
    the access policy that decided.
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
    policy: Digest | None = None

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
            "touched": [one.encoded() for one in self.touched],
            "origin": self.origin,
            "policy": self.policy,
        }
        return _encoded(body).encode()

    @staticmethod
    def time_in(entry: bytes) -> datetime | None:
        """When the use case of these bytes began, without reading the rest; None if they say not.

        In a text within JSON no quote stands by itself, so that only the key can be found.
        """
        start = entry.find(_AT) + len(_AT)
        try:
            return datetime.fromisoformat(entry[start : start + _INSTANT].decode())
        except ValueError:
            return None

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
                policy=body["policy"],
            )
        except (ValueError, KeyError, TypeError):
            raise InvalidValue("audit entry", "is damaged") from None
