"""Responsibility 4: calendars. What is offered, when it can be booked, and what blocks time."""

from carecoord.coordination.openness import released
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import BookingId, ResourceId
from carecoord.kernel.time import Period
from carecoord.visits.availability import Schedule
from carecoord.visits.bookings import Block
from carecoord.visits.conflicts import expired_in_the_way, resources_are_free
from carecoord.visits.occupation import Occupation
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import VisitType

__all__ = ["block", "day_of", "lift_block", "offer_visit_type", "set_schedule"]


@use_case("visit_type", writes=("visit_type",))
def offer_visit_type(turn: Turn, visit_type: VisitType) -> VisitType:
    """Offer a type of visit, or bring one that is offered up to date."""
    return turn.visit_types.enter(visit_type)


@use_case("schedule", writes=("schedule",))
def set_schedule(turn: Turn, schedule: Schedule) -> Schedule:
    """Set when a practitioner, a room, a device or a location can be booked.

    Visits that are booked already stay as they are.
    """
    return turn.schedules.enter(schedule)


@use_case("booking", reads=("booking",))
def day_of(turn: Turn, resource: ResourceId, span: Period) -> tuple[Visit | Block, ...]:
    """What a practitioner, room or device has before it, by when it begins."""
    found = turn.bookings.of_resource(resource, span)
    return tuple(one for one in found if isinstance(one, Visit | Block) and one.occupies_time)


@use_case("booking", writes=("booking",))
def block(turn: Turn, occupation: Occupation, reason: str) -> Block:
    """Take time of resources for something other than patients.

    Raises:
        NotAllowed: the time is taken already.
    """
    found = turn.bookings.taking(occupation.resources, occupation.extended)
    insist(resources_are_free(occupation, found, turn.now))
    released(turn, expired_in_the_way(occupation, None, found, turn.now))
    return turn.bookings.add(
        Block(
            id=BookingId(turn.new_id("block")),
            occupation=occupation,
            reason=reason,
            blocked_by=turn.actor.id,
        )
    )


@use_case("booking", writes=("booking",))
def lift_block(turn: Turn, block: BookingId) -> Block:
    """Give the time of a block free."""
    found = turn.bookings.get(block)
    if not isinstance(found, Block):
        raise InvalidValue("block", "is a booking of another sort")
    return turn.bookings.replace(found.lifted())
