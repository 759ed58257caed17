"""The provider directory: practitioners, organizations and the places where they work.

Scheduling, referrals and authorizations all speak of the same people and places, so they are kept
in a context of their own, and known elsewhere by id.
"""

from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization, OrganizationType
from carecoord.directory.practitioners import Practitioner

__all__ = ["Location", "Organization", "OrganizationType", "Practitioner"]
