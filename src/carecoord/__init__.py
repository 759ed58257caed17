"""Patient care coordination as a pure domain core, with pluggable storage.

    from carecoord import Actor, Clinic, HumanName, Purpose, Role

    desk = Clinic().desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
    patient = desk.register(HumanName(family="Okafor", given=("Ada",)))

The contexts (`carecoord.patients`, `carecoord.visits`, `carecoord.estimates`, …) can be used alone.
"""

from carecoord.coordination.clinic import Clinic
from carecoord.coordination.desk import Desk
from carecoord.coordination.discussing_costs import Service
from carecoord.coordination.gateways import Gateways
from carecoord.errors import (
    AccessDenied,
    Allowed,
    AlreadyTaken,
    CarecoordError,
    Conflict,
    InvalidValue,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from carecoord.kernel.codes import Code, Identifier
from carecoord.kernel.contact import HumanName
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.time import Period, Zone
from carecoord.kinds import KINDS, open_store
from carecoord.storage.outbox import Outbox

__all__ = [
    "KINDS",
    "AccessDenied",
    "Actor",
    "Allowed",
    "AlreadyTaken",
    "CarecoordError",
    "Clinic",
    "Code",
    "Conflict",
    "Desk",
    "Gateways",
    "HumanName",
    "Identifier",
    "InvalidValue",
    "Money",
    "NotAllowed",
    "NotFound",
    "Outbox",
    "OutcomeUnknown",
    "Period",
    "Purpose",
    "Rate",
    "Refused",
    "Role",
    "Service",
    "Unavailable",
    "Zone",
    "open_store",
]
