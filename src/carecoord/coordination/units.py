"""Authorized units follow the visits that use them: moved with them, given back without them."""

from datetime import date

from carecoord.coordination.turn import Turn
from carecoord.kernel.time import local_date
from carecoord.visits.visit import Visit

__all__ = ["carry_units", "local_day_of", "move_units", "release_units"]


def move_units(turn: Turn, visit: Visit) -> None:
    """Let a visit that moved use its units on its new day.

    Raises:
        NotAllowed: an authorization that it uses does not cover that day.
    """
    for authorization in turn.authorizations.used_by(visit.id):
        moved = authorization.moved(visit.id, on=local_day_of(turn, visit), at=turn.now)
        turn.authorizations.replace(moved)


def carry_units(turn: Turn, old: Visit, new: Visit) -> None:
    """Let a visit that takes the place of another use its units, where its day is covered."""
    on = local_day_of(turn, new)
    for authorization in turn.authorizations.used_by(old.id):
        carried = authorization.released(old.id)
        before = authorization.approval
        for use in () if before is None else before.uses:
            if use.visit == old.id:
                assert before is not None
                code = before.line(use.line).code
                if not carried.may_be_used(new.id, code, units=use.units, on=on):
                    carried = carried.used(new.id, code, units=use.units, on=on, at=turn.now)
        turn.authorizations.replace(carried)


def release_units(turn: Turn, visit: Visit) -> None:
    """Give back the units of a visit that will not be."""
    for authorization in turn.authorizations.used_by(visit.id):
        turn.authorizations.replace(authorization.released(visit.id))


def local_day_of(turn: Turn, visit: Visit) -> date:
    """The day of a visit by the clocks of its location."""
    zone = turn.locations.get(visit.occupation.location).zone
    return local_date(visit.period.start, zone)
