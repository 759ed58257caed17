"""Organizations: providers, payers, employers and community services."""

from enum import Enum

from attrs import frozen

from carecoord.kernel.codes import NPI, Identifier
from carecoord.kernel.contact import Address, Telecom
from carecoord.kernel.ids import OrganizationId
from carecoord.kernel.values import checked

__all__ = ["Organization", "OrganizationType"]


class OrganizationType(Enum):
    """What an organization is, in FHIR's organization-type codes."""

    PROVIDER = "prov"
    DEPARTMENT = "dept"
    TEAM = "team"
    GOVERNMENT = "govt"
    PAYER = "pay"
    EDUCATIONAL = "edu"
    RELIGIOUS = "reli"
    RESEARCH = "crs"
    COMMUNITY = "cg"
    BUSINESS = "bus"
    OTHER = "other"


@frozen(field_transformer=checked, kw_only=True)
class Organization:
    """A body with a name that cares, pays, employs or helps."""

    id: OrganizationId
    name: str
    type: OrganizationType = OrganizationType.OTHER
    identifiers: tuple[Identifier, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[Address, ...] = ()
    part_of: OrganizationId | None = None
    active: bool = True
    version: int = 0

    @property
    def npi(self) -> str | None:
        """The National Provider Identifier, if it is known."""
        return next((one.value for one in self.identifiers if one.system == NPI), None)
