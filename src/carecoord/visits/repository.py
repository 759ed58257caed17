"""What the context of visits asks of storage."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from carecoord.kernel.contact import folded, phone_digits
from carecoord.kernel.ids import (
    BookingId,
    LocationId,
    PatientId,
    ResourceId,
    SeriesId,
    VisitTypeId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period
from carecoord.storage.collection import Collection
from carecoord.storage.conditions import (
    Condition,
    Order,
    at_most,
    between,
    equal,
    every,
    greater,
    has,
    has_any,
    is_none,
    one_of,
    some,
)
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository
from carecoord.visits.availability import Schedule
from carecoord.visits.bookings import Block, Booking, GroupSession, Hold, SessionStatus
from carecoord.visits.calendars import Busy
from carecoord.visits.claims import CELL, claims_of
from carecoord.visits.elsewhere import (
    OutpatientAppointment,
    OutpatientStatus,
    outcome_is_asked_for_in_time,
)
from carecoord.visits.hours import check_span
from carecoord.visits.occupation import LONGEST
from carecoord.visits.reminder_plan import Channel
from carecoord.visits.reminders import Reminder, ReminderPreference, ReminderStatus
from carecoord.visits.series import Series
from carecoord.visits.statuses import AppointmentStatus
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import VisitType
from carecoord.visits.waitlist import WaitlistEntry, WaitlistStatus

__all__ = [
    "BOOKING",
    "OUTPATIENT_APPOINTMENT",
    "REMINDER",
    "REMINDER_PREFERENCE",
    "SCHEDULE",
    "SERIES",
    "VISIT_TYPE",
    "WAITLIST_ENTRY",
    "AllSeries",
    "Bookings",
    "OutpatientAppointments",
    "ReminderPreferences",
    "Reminders",
    "Schedules",
    "VisitTypes",
    "Waitlist",
    "booking_kind",
]

_DAY, _SECOND, _MICROSECOND = timedelta(days=1), timedelta(seconds=1), timedelta(microseconds=1)

SomeBooking = TypeVar("SomeBooking", bound=Booking)

VISIT_TYPE = Kind(
    "visit_type",
    VisitType,
    (
        Searched("name", lambda it: it.name),
        Searched("service", lambda it: [f"{c.system}|{c.value}" for c in it.services], many=True),
        Searched("active", lambda it: it.active, "integer"),
    ),
)

SCHEDULE = Kind(
    "schedule",
    Schedule,
    (
        Searched("resource", lambda it: it.resource),
        Searched("kind", lambda it: it.kind),
        Searched("location", lambda it: it.location, references="location"),
        Searched("role", lambda it: it.roles, many=True),
        Searched("active", lambda it: it.active, "integer"),
    ),
)


SERIES = Kind(
    "series",
    Series,
    (
        Searched("visit_type", lambda it: it.visit_type, references="visit_type"),
        Searched("first", lambda it: it.first),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)

WAITLIST_ENTRY = Kind(
    "waitlist_entry",
    WaitlistEntry,
    (
        Searched("visit_type", lambda it: it.visit_type, references="visit_type"),
        Searched("status", lambda it: it.status),
        Searched("priority", lambda it: it.priority.rank, "integer"),
        Searched("since", lambda it: it.since),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)


OUTPATIENT_APPOINTMENT = Kind(
    "outpatient_appointment",
    OutpatientAppointment,
    (
        Searched("status", lambda it: it.status),
        Searched("organization", lambda it: it.organization, references="organization"),
        Searched("practitioner", lambda it: it.practitioner, references="practitioner"),
        Searched("referral", lambda it: it.referral),
        Searched("requested_at", lambda it: it.requested_at),
        Searched("ends", lambda it: None if it.period is None else it.period.end),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)


REMINDER = Kind(
    "reminder",
    Reminder,
    (
        Searched("visit", lambda it: it.visit, references="booking"),
        Searched("start", lambda it: it.start),
        Searched("status", lambda it: it.status),
        Searched("next_at", lambda it: it.next_at),
        Searched("reached", lambda it: _reached(it.channel, it.to), sensitive=True, match="exact"),
    ),
    patient_of=lambda it: it.patient,
    # However many plan at once, a visit has one reminder for each time, as often as it moves.
    claims=lambda it: (f"reminder|{it.visit}|{it.moves}|{it.before // _SECOND}",),
)

REMINDER_PREFERENCE = Kind(
    "reminder_preference",
    ReminderPreference,
    (),
    patient_of=lambda it: it.patient,
    claims=lambda it: (f"patient|{it.patient}",),
)


def _reached(channel: Channel | None, to: str | None) -> str | None:
    """Where something went, as it is looked for; letters are not answered."""
    if to is None or channel is Channel.LETTER:
        return None
    return phone_digits(to) if channel in (Channel.TEXT, Channel.CALL) else folded(to)


def booking_kind(cell: timedelta = CELL) -> Kind[Booking]:
    """How bookings are kept where time is claimed in cells of this length.

    A store keeps the length that it was created with.
    """
    return Kind(
        "booking",
        cast(type[Booking], Booking),
        (
            Searched("start", lambda it: it.occupation.period.start),
            Searched("ends", lambda it: it.occupation.period.end, indexed=False),
            Searched("taken_from", lambda it: it.occupation.extended.start),
            Searched("taken_until", lambda it: it.occupation.extended.end, indexed=False),
            Searched("resource_day", _resource_days, many=True),
            Searched("ordinary_lane", _in_the_ordinary_lane, indexed=False),
            Searched("location", lambda it: it.occupation.location, references="location"),
            Searched("visit_type", _visit_type, references="visit_type"),
            Searched("status", lambda it: it.status),
            Searched("occupying", lambda it: it.occupies_time, "integer", indexed=False),
            Searched("expires_at", _open_hold_expiry),
            Searched("session", _session, references="booking"),
            Searched("series", _series, references="series"),
        ),
        patient_of=_patient,
        sensitivity_of=_sensitivities,
        claims=lambda it: claims_of(it, cell),
        plain_claims=frozenset({"patient", "resource", "seat"}),
        tags={"visit": Visit, "hold": Hold, "block": Block, "group_session": GroupSession},
        settings={"cell_minutes": str(cell // timedelta(minutes=1))},
    )


def _resource_days(booking: Booking) -> list[str]:
    """Each resource with each day on which it is taken, by which it is found among many."""
    return _each_day(booking.occupation.resources, booking.occupation.extended)


def _each_day(resources: Iterable[ResourceId], span: Period) -> list[str]:
    """Each resource with each day, in UTC, that the span touches."""
    first, last = span.start.date(), (span.end - _MICROSECOND).date()
    days = [(first + n * _DAY).isoformat() for n in range((last - first).days + 1)]
    return [f"{resource}|{day}" for resource in resources for day in days]


def _in_the_ordinary_lane(booking: Booking) -> str:
    """The resources that it takes in lane 0; none of their ids has the bar between them."""
    occupation = booking.occupation
    return "|".join(one for one in occupation.resources if occupation.lane_of(one) == 0)


def _patient(booking: Booking) -> PatientId | None:
    return booking.patient if isinstance(booking, Visit | Hold) else None


def _sensitivities(booking: Booking) -> frozenset[Sensitivity]:
    return booking.sensitivities if isinstance(booking, Visit | Hold) else frozenset()


def _visit_type(booking: Booking) -> str | None:
    return None if isinstance(booking, Block) else booking.visit_type


def _open_hold_expiry(booking: Booking) -> datetime | None:
    return booking.expires_at if isinstance(booking, Hold) and booking.occupies_time else None


def _series(booking: Booking) -> SeriesId | None:
    found = booking.occurrence if isinstance(booking, Visit) else None
    return None if found is None else found.series


def _session(booking: Booking) -> BookingId | None:
    return booking.seat.session if isinstance(booking, Visit) and booking.seat else None


BOOKING = booking_kind()


class VisitTypes(Repository[VisitType]):
    """The types of visits that are offered here."""

    kind = VISIT_TYPE
    in_order = (Order("name"),)

    def offered(self) -> tuple[VisitType, ...]:
        """Those that can be booked."""
        return self.all(equal("active", True))


class Schedules(Repository[Schedule]):
    """The schedules of practitioners, rooms, devices and locations."""

    kind = SCHEDULE
    in_order = (Order("location"), Order("resource"))

    def of_resources(self, resources: Iterable[ResourceId]) -> tuple[Schedule, ...]:
        """The active schedules of these resources, one of each for each location."""
        return self.all(every(one_of("resource", resources), equal("active", True)))

    def with_roles(
        self, roles: Iterable[str], locations: Iterable[LocationId] = ()
    ) -> tuple[Schedule, ...]:
        """Active schedules of resources in any of the roles, at these locations or anywhere."""
        wanted = some(*(has("role", role) for role in roles))
        return self.all(every(wanted, equal("active", True), _at(locations)))

    def of_locations(self, locations: Iterable[LocationId] = ()) -> dict[LocationId, Schedule]:
        """The hours of the locations themselves, as far as they have any of their own."""
        own = every(is_none("resource"), equal("active", True), _at(locations))
        return {schedule.location: schedule for schedule in self.all(own)}


class AllSeries(Repository[Series]):
    """The series of visits, by their first day."""

    kind = SERIES
    in_order = (Order("first"),)

    def of_patient(self, patient: PatientId) -> tuple[Series, ...]:
        """The series of a patient."""
        return self.all(equal("patient", patient))


class OutpatientAppointments(Repository[OutpatientAppointment]):
    """Appointments in other organizations, by when they were asked for."""

    kind = OUTPATIENT_APPOINTMENT
    in_order = (Order("requested_at"),)

    def of_patient(self, patient: PatientId) -> tuple[OutpatientAppointment, ...]:
        """All of a patient's."""
        return self.all(equal("patient", patient))

    def to_ask_about(self, at: datetime) -> tuple[OutpatientAppointment, ...]:
        """Those that are over, and whose outcome nobody has asked for in time."""
        over = every(equal("status", OutpatientStatus.CONFIRMED), at_most("ends", at))
        return tuple(one for one in self.all(over) if not outcome_is_asked_for_in_time(one, at))


class Reminders(Repository[Reminder]):
    """Reminders of visits, the first due first."""

    kind = REMINDER
    in_order = (Order("start"), Order("next_at"))

    def of_visit(self, visit: BookingId) -> tuple[Reminder, ...]:
        """All of a visit's."""
        return self.all(equal("visit", visit))

    def of_visits_within(self, span: Period) -> tuple[Reminder, ...]:
        """Those of visits that begin within the span, when they were planned."""
        return self.all(between("start", span.start, span.end))

    def to_hand_over(self, at: datetime) -> tuple[Reminder, ...]:
        """Those that can be taken now, a page of them, who has waited longest first."""
        page = self._kept.find(at_most("next_at", at), order_by=(Order("next_at"),), limit=50)
        return page.items

    def sent_to(self, channel: Channel, to: str) -> tuple[Reminder, ...]:
        """Those that were handed over to this number or address."""
        return self.all(equal("reached", _reached(channel, to)))

    def to_follow_up(self, at: datetime) -> tuple[Reminder, ...]:
        """Those that failed, and those whose patient wants another time, of visits to come."""
        wanted = (ReminderStatus.FAILED, ReminderStatus.WANTS_ANOTHER_TIME)
        return self.all(every(one_of("status", wanted), greater("start", at)))


class ReminderPreferences(Repository[ReminderPreference]):
    """How patients would like to be reminded; one for each who said so."""

    kind = REMINDER_PREFERENCE

    def of_patient(self, patient: PatientId) -> ReminderPreference | None:
        """The preference of a patient, or None."""
        found = self.all(equal("patient", patient))
        return found[0] if found else None


class Waitlist(Repository[WaitlistEntry]):
    """Those who wait, the most urgent first, among equals who has waited longest."""

    kind = WAITLIST_ENTRY
    in_order = (Order("priority"), Order("since"))

    def waiting_for(self, visit_type: VisitTypeId) -> tuple[WaitlistEntry, ...]:
        """Those who wait for a visit of this type, offers that are out included."""
        waiting = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
        return self.all(every(equal("visit_type", visit_type), one_of("status", waiting)))

    def of_patient(self, patient: PatientId) -> tuple[WaitlistEntry, ...]:
        """What a patient waits or waited for."""
        return self.all(equal("patient", patient))


class Bookings(Repository[Booking]):
    """Whatever occupies time: visits, holds, blocks and group sessions, by when they begin."""

    kind = BOOKING
    in_order = (Order("start"),)

    def add(self, aggregate: SomeBooking) -> SomeBooking:
        """Keep a new one; see `Collection.add`."""
        return cast(SomeBooking, super().add(aggregate))

    def replace(self, aggregate: SomeBooking) -> SomeBooking:
        """Keep the next state of one that was read; see `Collection.replace`."""
        return cast(SomeBooking, super().replace(aggregate))

    def taking(self, resources: Iterable[ResourceId], span: Period) -> tuple[Booking, ...]:
        """What takes time of any of these resources within the span, buffers included.

        Expired holds are among it; who knows the time can tell. It is read to know what is free,
        not to be shown: it may lie outside what the actor may know of, and the audit does not note
        whose visits they are.
        """
        return self._to_know_time(_taking(resources, span))

    def busy(
        self, resources: Iterable[ResourceId], span: Period, at: datetime
    ) -> dict[ResourceId, list[Busy]]:
        """The same of each resource in its ordinary lane, without what has run out by then.

        It is as `busy_of` the bookings themselves would tell, but reads none of them.
        """
        known = frozenset(resources)
        wanted = _taking(known, span)
        fields = ("start", "ends", "taken_from", "taken_until", "expires_at", "ordinary_lane")
        found: dict[ResourceId, list[Busy]] = {}
        for _, *line in self._whole().values(fields, wanted, order_by=self.in_order):
            *times, expires_at, taken = cast(list[Any], line)
            if expires_at is not None and datetime.fromisoformat(expires_at) <= at:
                continue
            start, end, taken_from, taken_until = map(datetime.fromisoformat, times)
            busy = Busy(Period(start, end), start - taken_from, taken_until - end)
            for resource in known.intersection(taken.split("|")):
                found.setdefault(resource, []).append(busy)
        return found

    def taking_of(self, patient: PatientId, span: Period) -> tuple[Booking, ...]:
        """What takes time of this patient within the span; as `taking`, for time alone."""
        own = every(equal("patient", patient), _taken(span), equal("occupying", True))
        return self._to_know_time(own)

    def give_up(self, hold: Hold) -> Hold:
        """Release a hold, whosever it is: it is in the way, or has run out."""
        return cast(Hold, self._whole().replace(hold.released()))

    def _to_know_time(self, where: Condition) -> tuple[Booking, ...]:
        with self._work.stage.unnoted():
            return tuple(self._whole().each(where, order_by=self.in_order))

    def _whole(self) -> Collection[Booking]:
        # Time is taken for everybody, also by visits that the actor may not know of.
        return self._work.collection(self.kind)

    def of_patient(self, patient: PatientId, span: Period | None = None) -> tuple[Booking, ...]:
        """The visits and holds of a patient, in any status."""
        own = equal("patient", patient)
        return self.all(own if span is None else every(own, _taken(span)))

    def was_seen(self, patient: PatientId) -> bool:
        """Whether the patient ever came to a visit here."""
        seen = equal("status", AppointmentStatus.FULFILLED)
        return bool(self.count(every(equal("patient", patient), seen)))

    def at_location(self, location: LocationId, span: Period) -> tuple[Booking, ...]:
        """Everything at a location that reaches into the span, in any status."""
        return self.all(every(equal("location", location), _taken(span)))

    def of_resource(self, resource: ResourceId, span: Period) -> tuple[Booking, ...]:
        """Everything of a resource that reaches into the span, in any status."""
        return self.all(every(_on_the_days_of((resource,), span), _taken(span)))

    def visits_to_come(self, span: Period) -> tuple[Visit, ...]:
        """The visits that are booked and begin within the span."""
        booked = equal("status", AppointmentStatus.BOOKED)
        found = self.all(every(booked, between("start", span.start, span.end)))
        return tuple(visit for visit in found if isinstance(visit, Visit))

    def sessions_to_come(self, visit_type: VisitTypeId, span: Period) -> tuple[GroupSession, ...]:
        """The group sessions of a type that are planned within the span."""
        planned = every(equal("visit_type", visit_type), equal("status", SessionStatus.PLANNED))
        found = self.all(every(planned, _taken(span)))
        return tuple(one for one in found if isinstance(one, GroupSession))

    def in_session(self, session: BookingId) -> tuple[Visit, ...]:
        """The visits that have a seat in a group session, in any status."""
        found = self.all(equal("session", session))
        return tuple(visit for visit in found if isinstance(visit, Visit))

    def in_series(self, series: SeriesId) -> tuple[Visit, ...]:
        """The visits that stand for days of a series, in any status."""
        found = self.all(equal("series", series))
        return tuple(visit for visit in found if isinstance(visit, Visit))

    def expired_holds(self, at: datetime) -> tuple[Hold, ...]:
        """Holds that ran out and that nobody released yet."""
        ran_out = self.all(at_most("expires_at", at))
        return tuple(hold for hold in ran_out if isinstance(hold, Hold))


def _at(locations: Iterable[LocationId]) -> Condition:
    known = tuple(locations)
    return one_of("location", known) if known else every()


def _taking(resources: Iterable[ResourceId], span: Period) -> Condition:
    return every(_on_the_days_of(resources, span), _taken(span), equal("occupying", True))


def _on_the_days_of(resources: Iterable[ResourceId], span: Period) -> Condition:
    return has_any("resource_day", _each_day(resources, check_span("span", span)))


def _taken(span: Period) -> Condition:
    # A booking lasts at most LONGEST: one index range bounds both of its ends.
    earliest = check_span("span", span).start - LONGEST
    return every(between("taken_from", earliest, span.end), greater("taken_until", span.start))
