"""A practice with one physician, who is there from nine to five on weekdays."""

from datetime import time

from carecoord import Actor, Clinic, Desk, Purpose, Role, Zone
from carecoord.directory import Location
from carecoord.visits import Schedule, Shift, VisitType, Weekday, WeeklyTemplate

__all__ = ["CHICAGO", "furnished"]

CHICAGO = Zone("America/Chicago")


def furnished(clinic: Clinic, visit_type: VisitType) -> Desk:
    """A coordinator's desk of the clinic, which now offers visits of this type."""
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.TREATMENT)
    desk.enter_location(Location(id="main", name="Main Street", zone=CHICAGO))
    nine_to_five = WeeklyTemplate((Shift(Weekday.weekdays(), time(9), time(17)),))
    desk.set_schedule(
        Schedule(
            id="schedule-wu",
            resource="wu",
            location="main",
            zone=CHICAGO,
            roles={"physician"},
            templates=(nine_to_five,),
        )
    )
    desk.offer_visit_type(visit_type)
    return desk
