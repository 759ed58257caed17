"""The clinic: a store, a policy and the ways to the outside world, ready to open desks.

clinic = Clinic(open_store("sqlite:///clinic.db"), zone=Zone("America/Chicago"))
desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
"""

from carecoord.authorizations.requirements import Requirement
from carecoord.compliance.access import STANDARD_POLICY, AccessPolicy
from carecoord.coordination.desk import Desk
from carecoord.coordination.gateways import Gateways
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.people import Actor, Purpose
from carecoord.kernel.time import Zone
from carecoord.kinds import open_store
from carecoord.storage.store import Store

__all__ = ["FEDERAL_BUSINESS_DAYS", "Clinic"]

FEDERAL_BUSINESS_DAYS = BusinessDays.federal(range(2020, 2041))
"""Monday to Friday but for the federal holidays of these years."""


class Clinic:
    """One organization's desk work over one store; without a store, all is kept in memory.

    `zone` is that of the organization's calendar, by which "today" is meant; every location has its
    own. The clock and the ids are the store's. `requirements` are the payers' lists of what needs a
    prior authorization, the first entry that matches deciding.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        zone: Zone = Zone("UTC"),  # noqa: B008 - an immutable value
        policy: AccessPolicy = STANDARD_POLICY,
        requirements: tuple[Requirement, ...] = (),
        business_days: BusinessDays = FEDERAL_BUSINESS_DAYS,
        gateways: Gateways = Gateways(),  # noqa: B008 - an immutable value
    ) -> None:
        self.store = open_store("memory:") if store is None else store
        self.zone = zone
        self.policy = policy
        self.requirements = requirements
        self.business_days = business_days
        self.gateways = gateways

    def desk(self, actor: Actor, purpose: Purpose, *, origin: str | None = None) -> Desk:
        """A desk for this actor and purpose; `origin` says from where, for the audit."""
        return Desk(self, actor, purpose, origin)
