"""The clinic: a store, a policy and the ways to the outside world, ready to open desks.

clinic = Clinic(open_store("sqlite:///clinic.db"), zone=Zone("America/Chicago"))
desk = clinic.desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT)
"""

from carecoord.compliance.access import STANDARD_POLICY, AccessPolicy
from carecoord.coordination.desk import Desk
from carecoord.coordination.gateways import Gateways
from carecoord.kernel.people import Actor, Purpose
from carecoord.kernel.time import Zone
from carecoord.kinds import open_store
from carecoord.storage.store import Store

__all__ = ["Clinic"]


class Clinic:
    """One organization's desk work over one store; without a store, all is kept in memory.

    `zone` is that of the organization's calendar, by which "today" is meant; every location has its
    own. The clock and the ids are the store's.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        zone: Zone = Zone("UTC"),  # noqa: B008 - an immutable value
        policy: AccessPolicy = STANDARD_POLICY,
        gateways: Gateways = Gateways(),  # noqa: B008 - an immutable value
    ) -> None:
        self.store = open_store("memory:") if store is None else store
        self.zone = zone
        self.policy = policy
        self.gateways = gateways

    def desk(self, actor: Actor, purpose: Purpose, *, origin: str | None = None) -> Desk:
        """A desk for this actor and purpose; `origin` says from where, for the audit."""
        return Desk(self, actor, purpose, origin)
