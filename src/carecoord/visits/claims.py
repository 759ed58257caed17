"""Time as claims: strings that no two bookings in a store can hold at once.

Time is cut into cells of some minutes, counted from the epoch. Each cell of a resource, in each
lane, has two claims, p and q. A body takes both; the buffer before it takes q, the buffer after it
takes p. So two buffers can share a cell, but nothing shares a cell with a body. (Two buffers
before cannot share one either, and never need to: if they met, one would reach into the other's
body.) A patient's own cells have one claim each. A seat in a group session is one claim.

    resource|<id>|<lane>|<cell>|p      patient|<id>|<cell>      seat|<session>|<number>
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ResourceId
from carecoord.visits.bookings import Booking, Hold
from carecoord.visits.occupation import Occupation
from carecoord.visits.visit import Visit

__all__ = ["CELL", "check_cell", "check_on_cells", "claims_of", "resource_claims"]

CELL = timedelta(minutes=5)
"""The ordinary length of a cell."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


def claims_of(booking: Booking, cell: timedelta = CELL) -> tuple[str, ...]:
    """What the booking claims as it stands, sorted; nothing when it occupies no time.

    An expired hold keeps its claims until it is released, for a claim knows no clock.

    Raises:
        InvalidValue: the body or a buffer starts or ends within a cell.
    """
    if not booking.occupies_time:
        return ()
    claims = list(resource_claims(booking.occupation, cell))
    body = range(
        _number(booking.occupation.period.start, cell), _number(booking.occupation.period.end, cell)
    )
    match booking:
        case Visit(patient=patient, overlap=None):
            claims += (f"patient|{patient}|{number}" for number in body)
        case Hold(patient=str(patient)):
            claims += (f"patient|{patient}|{number}" for number in body)
    if isinstance(booking, Visit) and booking.seat:
        claims.append(f"seat|{booking.seat.session}|{booking.seat.number}")
    return tuple(sorted(claims))


def resource_claims(occupation: Occupation, cell: timedelta = CELL) -> tuple[str, ...]:
    """What an occupation claims of its resources, sorted; for stores of other making.

    Raises:
        InvalidValue: the body or a buffer starts or ends within a cell.
    """
    check_on_cells(occupation, cell)
    start, end = _number(occupation.period.start, cell), _number(occupation.period.end, cell)
    before = range(start - occupation.buffer_before // cell, start)
    after = range(end, end + occupation.buffer_after // cell)
    return tuple(
        sorted(
            claim
            for resource in occupation.resources
            for claim in _claims_on(
                resource, occupation.lane_of(resource), before, range(start, end), after
            )
        )
    )


def check_cell(cell: timedelta) -> timedelta:
    """The length of a cell itself, if whole minutes that divide an hour.

    Raises:
        InvalidValue: anything else.
    """
    if cell <= timedelta() or cell % timedelta(minutes=1) or _HOUR % cell:
        raise InvalidValue("cell", "must be whole minutes that divide an hour")
    return cell


def check_on_cells(occupation: Occupation, cell: timedelta = CELL) -> Occupation:
    """The occupation itself, if its body and its buffers begin and end on cells.

    Raises:
        InvalidValue: they do not, or a cell is not whole minutes that divide an hour.
    """
    check_cell(cell)
    edges = (occupation.period.start - _EPOCH, occupation.period.end - _EPOCH)
    if any(edge % cell for edge in edges):
        minutes = cell // timedelta(minutes=1)
        raise InvalidValue("Occupation.period", f"must start and end on {minutes} minutes")
    if occupation.buffer_before % cell or occupation.buffer_after % cell:
        minutes = cell // timedelta(minutes=1)
        raise InvalidValue("Occupation.buffer_before", f"buffers must be times {minutes} minutes")
    return occupation


def _number(instant: datetime, cell: timedelta) -> int:
    return (instant - _EPOCH) // cell


def _claims_on(
    resource: ResourceId, lane: int, before: range, body: range, after: range
) -> Iterator[str]:
    stem = f"resource|{resource}|{lane}|"
    for number in before:
        yield f"{stem}{number}|q"
    for number in body:
        yield f"{stem}{number}|p"
        yield f"{stem}{number}|q"
    for number in after:
        yield f"{stem}{number}|p"
