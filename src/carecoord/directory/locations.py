"""Locations: places where patients are seen, each with clocks of its own."""

from attrs import frozen

from carecoord.kernel.contact import Address, Telecom
from carecoord.kernel.ids import LocationId, OrganizationId
from carecoord.kernel.time import Zone
from carecoord.kernel.values import checked

__all__ = ["Location"]


@frozen(field_transformer=checked, kw_only=True)
class Location:
    """A place where care is given; `zone` is that of the clocks on its walls."""

    id: LocationId
    name: str
    zone: Zone
    organization: OrganizationId | None = None
    telecoms: tuple[Telecom, ...] = ()
    address: Address | None = None
    active: bool = True
    version: int = 0
