"""The clinic: a practice, ready to open desks.

    clinic = Clinic(open_store("sqlite:///clinic.db"), zone=Zone("America/Chicago"))
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)

Without a store, all is kept in memory.
"""

from collections.abc import Iterator

from carecoord.compliance.audit import AuditEntry
from carecoord.coordination.desk import Desk
from carecoord.coordination.practice import Practice
from carecoord.coordination.reading_the_audit import audit_entries
from carecoord.errors import InvalidValue
from carecoord.kernel.people import Actor, Purpose

__all__ = ["Clinic"]


class Clinic(Practice):
    """One organization's desk work; see `Practice` for what it is made of."""

    def desk(self, actor: Actor, purpose: Purpose, *, origin: str | None = None) -> Desk:
        """A desk for this actor and purpose; `origin` says from where, for the audit.

        Raises:
            InvalidValue: the actor or the purpose is something else.
        """
        for name, value, of in (("actor", actor, Actor), ("purpose", purpose, Purpose)):
            if not isinstance(value, of):
                raise InvalidValue(name, f"must be a carecoord {of.__name__}")
        return Desk(self, actor, purpose, origin)

    def audit_trail(self) -> Iterator[AuditEntry]:
        """Every audit entry in the order of time, for those who check access.

        It is read page by page; two that were kept more than an hour out of order stay so. Reading
        it proves nothing: for that, the audit is anchored and verified.

        Raises:
            InvalidValue: what is kept is damaged, or of a newer schema.
            Unavailable: the store cannot answer just now.
        """
        return audit_entries(self.store)
