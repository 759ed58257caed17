"""What the directory asks of storage."""

from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization, OrganizationType
from carecoord.directory.practitioners import Practitioner
from carecoord.kernel.contact import folded
from carecoord.storage.conditions import Order, equal, every, has, starts_with
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = [
    "LOCATION",
    "ORGANIZATION",
    "PRACTITIONER",
    "Locations",
    "Organizations",
    "Practitioners",
]

ORGANIZATION = Kind(
    "organization",
    Organization,
    (
        Searched("name", lambda it: folded(it.name)),
        Searched("type", lambda it: it.type),
        Searched("identifier", lambda it: [one.token for one in it.identifiers], many=True),
        Searched("active", lambda it: it.active, "integer"),
    ),
)

PRACTITIONER = Kind(
    "practitioner",
    Practitioner,
    (
        Searched("family", lambda it: folded(it.name.family or "")),
        Searched("identifier", lambda it: [one.token for one in it.identifiers], many=True),
        Searched("specialty", lambda it: [one.token for one in it.specialties], many=True),
        Searched("organization", lambda it: it.organization, references="organization"),
        Searched("active", lambda it: it.active, "integer"),
    ),
)

LOCATION = Kind(
    "location",
    Location,
    (
        Searched("name", lambda it: folded(it.name)),
        Searched("organization", lambda it: it.organization, references="organization"),
        Searched("active", lambda it: it.active, "integer"),
    ),
)


class Organizations(Repository[Organization]):
    """Organizations that are known here."""

    kind = ORGANIZATION
    in_order = (Order("name"),)

    def named(self, beginning: str) -> tuple[Organization, ...]:
        """Those whose name begins so, whatever the case."""
        return self.all(starts_with("name", folded(beginning)))

    def of_type(self, type: OrganizationType) -> tuple[Organization, ...]:
        """All active ones of a type, such as payers."""
        return self.all(every(equal("type", type), equal("active", True)))


class Practitioners(Repository[Practitioner]):
    """Practitioners that are known here."""

    kind = PRACTITIONER
    in_order = (Order("family"),)

    def with_specialty(self, system: str, code: str) -> tuple[Practitioner, ...]:
        """Active practitioners of a specialty."""
        return self.all(every(has("specialty", f"{system}|{code}"), equal("active", True)))


class Locations(Repository[Location]):
    """Places where patients are seen."""

    kind = LOCATION
    in_order = (Order("name"),)
