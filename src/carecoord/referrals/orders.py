"""What is ordered, how urgently, and of whom."""

from enum import Enum

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import OrganizationId, PractitionerId
from carecoord.kernel.values import checked

__all__ = ["Category", "Recipient", "Urgency"]


class Category(Enum):
    """To whom a patient is referred."""

    SPECIALIST = "specialist"
    COMMUNITY = "community"
    """A community resource, such as transport, food or housing."""


class Urgency(Enum):
    """The request priorities of FHIR."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


@frozen(field_transformer=checked)
class Recipient:
    """Who is to see the patient: a practitioner, an organization, or one within the other."""

    practitioner: PractitionerId | None = None
    organization: OrganizationId | None = None

    def __attrs_post_init__(self) -> None:
        if self.practitioner is None and self.organization is None:
            raise InvalidValue("Recipient", "must name a practitioner or an organization")
