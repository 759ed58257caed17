"""Practitioners: people who care for patients, here or elsewhere."""

from attrs import frozen

from carecoord.kernel.codes import NPI, Code, Identifier
from carecoord.kernel.contact import Address, HumanName, Telecom
from carecoord.kernel.ids import OrganizationId, PractitionerId
from carecoord.kernel.values import checked

__all__ = ["Practitioner"]


@frozen(field_transformer=checked, kw_only=True)
class Practitioner:
    """A person who provides care; a FHIR Practitioner with the specialties of its roles."""

    id: PractitionerId
    name: HumanName
    identifiers: tuple[Identifier, ...] = ()
    specialties: tuple[Code, ...] = ()
    organization: OrganizationId | None = None
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[Address, ...] = ()
    active: bool = True
    version: int = 0

    @property
    def npi(self) -> str | None:
        """The National Provider Identifier, if it is known."""
        return next((one.value for one in self.identifiers if one.system == NPI), None)
