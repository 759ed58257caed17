"""Responsibility 1: analytical tasks. What the day holds, and what is overdue."""

from attrs import frozen

from carecoord.authorizations.authorization import Authorization
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.kernel.ids import LocationId
from carecoord.kernel.time import Period
from carecoord.kernel.values import checked
from carecoord.referrals.referral import Referral
from carecoord.visits.visit import Visit

__all__ = ["Worklist", "worklist"]


@frozen(field_transformer=checked, kw_only=True)
class Worklist:
    """What is to be done: the visits of a location, and what payers and recipients owe."""

    visits: tuple[Visit, ...]
    overdue_authorizations: tuple[Authorization, ...]
    overdue_referrals: tuple[Referral, ...]


@use_case("booking", reads=("booking", "authorization", "referral"))
def worklist(turn: Turn, location: LocationId, span: Period) -> Worklist:
    """The visits of a location within a span, and everything that is overdue."""
    visits = tuple(
        one
        for one in turn.bookings.at_location(location, span)
        if isinstance(one, Visit) and one.occupies_time
    )
    overdue = turn.referrals.overdue(
        turn.now, zone=turn.practice.zone, business_days=turn.practice.business_days
    )
    return Worklist(
        visits=visits,
        overdue_authorizations=turn.authorizations.overdue(turn.now),
        overdue_referrals=tuple(referral for referral, _ in overdue),
    )
