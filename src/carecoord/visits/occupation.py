"""Occupied time: when, where, of whom, with which buffers, in which lane.

Two occupations collide where they share a resource in one lane and the body of one meets the
body or a buffer of the other. Buffers may overlap buffers: turning over a room after one visit
can be the same ten minutes as preparing it for the next.
"""

from datetime import timedelta

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, ResourceId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Count, checked
from carecoord.visits.hours import check_span

__all__ = ["LONGEST", "Occupation", "check_buffer", "collide", "occupied_resources"]

LONGEST = timedelta(hours=24)
"""The longest time that one booking can occupy, buffers included."""


def check_buffer(field: str, buffer: timedelta) -> timedelta:
    """The buffer itself, if it is not negative and at most 24 hours.

    Raises:
        InvalidValue: otherwise.
    """
    if not timedelta() <= buffer <= LONGEST:
        raise InvalidValue(field, "must be from 0 to 24 hours")
    return buffer


@frozen(field_transformer=checked)
class Occupation:
    """Time taken from resources (practitioners, rooms, devices) at a location.

    `period` is the body. Lane 0 is the ordinary one. A higher lane is deliberate overbooking, and
    holds for the resources in `overbooked` only: the others are still in lane 0, so that a
    provider who sees two patients at once does not put them into one room unseen.

    Raises:
        InvalidValue: longer than `LONGEST`, a year beyond all calendars, a negative buffer, a
            resource named twice, a lane without overbooked resources, or overbooked resources that
            are not among the resources or have no lane above 0.
    """

    period: Period
    resources: tuple[ResourceId, ...]
    location: LocationId
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    lane: Count = 0
    overbooked: tuple[ResourceId, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_span("Occupation.period", self.period)
        check_buffer("Occupation.buffer_before", self.buffer_before)
        check_buffer("Occupation.buffer_after", self.buffer_after)
        if self.period.duration + self.buffer_before + self.buffer_after > LONGEST:
            raise InvalidValue("Occupation.period", "must not exceed 24 hours, buffers included")
        if len(set(self.resources)) < len(self.resources):
            raise InvalidValue("Occupation.resources", "must name each resource once")
        if not set(self.overbooked) <= set(self.resources):
            raise InvalidValue("Occupation.overbooked", "must be among the resources")
        if bool(self.lane) is not bool(self.overbooked):
            raise InvalidValue(
                "Occupation.overbooked", "names who is booked twice where the lane is above 0"
            )

    @property
    def extended(self) -> Period:
        """The body and both buffers."""
        return Period(self.period.start - self.buffer_before, self.period.end + self.buffer_after)

    def lane_of(self, resource: ResourceId) -> int:
        """The lane that this resource is taken in."""
        return self.lane if resource in self.overbooked else 0


def occupied_resources(occupation: Occupation) -> frozenset[tuple[ResourceId, int]]:
    """Each resource with the lane that it is taken in."""
    return frozenset((resource, occupation.lane_of(resource)) for resource in occupation.resources)


def collide(one: Occupation, other: Occupation) -> bool:
    """Whether both cannot be: a shared resource and lane, and a body met by the other."""
    if not occupied_resources(one) & occupied_resources(other):
        return False
    return one.period.overlaps(other.extended) or other.period.overlaps(one.extended)
