"""The practice that all of this happens in: providers who are there day and night."""

from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep

from carecoord import Actor, Clinic, Desk, HumanName, Purpose, Role, Zone, open_store
from carecoord.directory import Location
from carecoord.errors import Unavailable
from carecoord.kernel.ids import LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.storage.store import Store
from carecoord.visits import (
    Opening,
    Requirement,
    ResourceKind,
    Schedule,
    Shift,
    VisitType,
    Weekday,
    WeeklyTemplate,
)

__all__ = [
    "CHECK_UP",
    "FIRST_DAY",
    "HALF_HOUR",
    "MAIN",
    "desk_of",
    "furnish",
    "is_always_there",
    "opened",
    "opening",
    "provider",
    "start_of",
]

MAIN = LocationId("main")
CHECK_UP = VisitTypeId("check-up")
HALF_HOUR = timedelta(minutes=30)
FIRST_DAY = datetime(2030, 1, 7, tzinfo=UTC)


def opened(url: str) -> Store:
    """The store that is at this URL already, as soon as its server answers again."""
    until = monotonic() + 60
    while True:
        try:
            return open_store(url, create=False)
        except Unavailable:
            if monotonic() > until:
                raise
            sleep(0.1)


def desk_of(store: Store, name: str = "nora") -> Desk:
    """A coordinator's desk on the store."""
    clinic = Clinic(store, zone=Zone("UTC"))
    return clinic.desk(Actor.of(name, Role.COORDINATOR), Purpose.TREATMENT)


def provider(number: int) -> ResourceId:
    return ResourceId(f"provider-{number}")


def is_always_there(
    desk: Desk, schedule: str, resource: ResourceId, kind: ResourceKind, role: str
) -> None:
    """Set the schedule of somebody or something that is there day and night."""
    always = Shift(frozenset(Weekday), time(0), time(0))
    desk.set_schedule(
        Schedule(
            id=schedule,
            location=MAIN,
            zone=Zone("UTC"),
            resource=resource,
            kind=kind,
            roles={role},
            templates=(WeeklyTemplate(shifts=(always,)),),
        )
    )


def furnish(store: Store, providers: int, patients: int) -> tuple[PatientId, ...]:
    """A location, a visit type, providers, and patients, whose ids are given."""
    desk = desk_of(store)
    desk.enter_location(Location(id=MAIN, name="Main Street", zone=Zone("UTC")))
    for number in range(providers):
        kind, role = ResourceKind.PRACTITIONER, "physician"
        is_always_there(desk, f"schedule-{number}", provider(number), kind, role)
    desk.offer_visit_type(
        VisitType(
            id=CHECK_UP,
            name="Check-up",
            duration=HALF_HOUR,
            starts_every=timedelta(minutes=5),
            requirements=(Requirement("physician"),),
        )
    )
    return tuple(
        desk.register(HumanName(family=f"Family{number}", given=("Given",))).id
        for number in range(patients)
    )


def opening(number: int, start: datetime) -> Opening:
    """Half an hour of a provider."""
    return Opening(start, HALF_HOUR, MAIN, (provider(number),))


def start_of(round_: int, number: int) -> datetime:
    """When the visit begins that is booked as this one of its round."""
    return FIRST_DAY + timedelta(days=60 * round_) + HALF_HOUR * number
