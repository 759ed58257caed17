"""A visit: the appointment that was scheduled, and the encounter that occurred.

    visit = Visit(id=…, patient=…, visit_type=…, occupation=…)
    visit = visit.rescheduled(later, by=actor, at=now, reason="the patient's bus is late")
    visit = visit.checked_in(now).started(now).completed(now)

*Visit* is the umbrella. `status` is the appointment's and speaks the codes of FHIR Appointment;
`encounter` begins when the patient arrives and speaks those of FHIR Encounter.
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, NotAllowed, Refused, insist
from carecoord.kernel.ids import (
    ActorId,
    BookingId,
    EntryId,
    PatientId,
    SeriesId,
    VisitTypeId,
)
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period, local_date
from carecoord.kernel.values import LongText, Positive, Text, checked
from carecoord.visits.occupation import Occupation
from carecoord.visits.readiness import Settled
from carecoord.visits.statuses import (
    APPOINTMENT,
    ENCOUNTER,
    AppointmentStatus,
    CancellationReason,
    EncounterStatus,
)
from carecoord.visits.visit_types import Modality

__all__ = [
    "RULES",
    "Cancellation",
    "Deliberate",
    "Encounter",
    "Occurrence",
    "Rescheduling",
    "Seat",
    "Visit",
    "time_of_the_visit_has_come",
    "visit_is_charged_once",
    "visit_is_today",
    "visit_still_stands",
]


@frozen(field_transformer=checked)
class Deliberate:
    """Who did something unusual on purpose, why, and when."""

    by: ActorId
    reason: Annotated[str, Text(longest=500)]
    at: datetime


@frozen(field_transformer=checked)
class Cancellation:
    """Why a visit was cancelled, by whom and when."""

    reason: CancellationReason
    by: ActorId
    at: datetime
    note: LongText = ""


@frozen(field_transformer=checked)
class Rescheduling:
    """A time that a visit had before, and who moved it, when and why."""

    previous: Period
    by: ActorId
    at: datetime
    reason: Annotated[str, Text(longest=500, blank=True)] = ""


@frozen(field_transformer=checked)
class Seat:
    """A seat in a group session, numbered from 1."""

    session: BookingId
    number: Positive


@frozen(field_transformer=checked)
class Occurrence:
    """Which day of a series a visit stands for; it stays the same when the visit moves."""

    series: SeriesId
    day: date


@frozen(field_transformer=checked)
class Encounter:
    """What occurred: the patient came, was seen, and left.

    Raises:
        InvalidValue: the times are out of order.
    """

    arrived_at: datetime
    status: EncounterStatus = EncounterStatus.ARRIVED
    checked_in_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        times = [self.arrived_at, self.checked_in_at, self.started_at, self.finished_at]
        known = [at for at in times if at is not None]
        if known != sorted(known):
            raise InvalidValue("Encounter.finished_at", "times must be in the order of events")


_EARLY = timedelta(hours=2)
_WITH_ENCOUNTER = frozenset(
    {AppointmentStatus.ARRIVED, AppointmentStatus.CHECKED_IN, AppointmentStatus.FULFILLED}
)
_EITHER_WAY = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR})


@frozen(field_transformer=checked, kw_only=True)
class Visit:
    """One patient's visit of one type, at an occupied time.

    A lane above 0 is recorded in `overbooking`; a patient who is meant to be in two places at once
    (parallel clinics, inpatients) has it recorded in `overlap`. With a `seat` in a group session
    the resources are the session's, and the visit names none of its own. `replaces` is the visit
    that this one makes up for. `settled` is what people found out before it, the latest word on
    each item; `fee` is the charge for having missed it, or for having called it off late.

    Raises:
        InvalidValue: one of these is missing or stands without cause, or the status does not go
            with the encounter or the cancellation.
    """

    id: BookingId
    patient: PatientId
    visit_type: VisitTypeId
    occupation: Occupation
    modality: Modality = Modality.IN_PERSON
    status: AppointmentStatus = AppointmentStatus.BOOKED
    encounter: Encounter | None = None
    seat: Seat | None = None
    overbooking: Deliberate | None = None
    overlap: Deliberate | None = None
    cancellation: Cancellation | None = None
    reschedulings: tuple[Rescheduling, ...] = ()
    replaces: BookingId | None = None
    occurrence: Occurrence | None = None
    booked_at: datetime | None = None
    booked_by: ActorId | None = None
    note: LongText = ""
    settled: tuple[Settled, ...] = ()
    fee: EntryId | None = None
    sensitivities: frozenset[Sensitivity] = frozenset()
    withheld: frozenset[str] = frozenset()
    """The parts that an answer leaves out; see `carecoord.compliance.View`. Never kept."""
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if bool(self.occupation.resources) is bool(self.seat):
            raise InvalidValue("Visit.occupation", "needs resources, unless it has a seat")
        if bool(self.occupation.lane) is not bool(self.overbooking):
            raise InvalidValue("Visit.overbooking", "goes with a lane above 0, and only with that")
        if self.status is not AppointmentStatus.ENTERED_IN_ERROR and (
            (self.status is AppointmentStatus.CANCELLED) is not bool(self.cancellation)
        ):
            raise InvalidValue("Visit.cancellation", "goes with the status cancelled")
        if self.status not in _EITHER_WAY and (
            (self.status in _WITH_ENCOUNTER) is not bool(self.encounter)
        ):
            raise InvalidValue("Visit.encounter", "begins when the patient arrives")

    @property
    def period(self) -> Period:
        """When it is, without buffers."""
        return self.occupation.period

    @property
    def occupies_time(self) -> bool:
        """Whether it keeps its time from others."""
        return self.status.occupies_time

    def may(self, verb: str) -> Answer:
        """Whether the verb, such as `cancel`, can be done as things stand."""
        answer = APPOINTMENT.may(self.status, verb)
        if answer and self.encounter and verb in ("start", "complete"):
            return ENCOUNTER.may(self.encounter.status, verb)
        return answer

    def requested(self) -> "Visit":
        """Asked for, and keeping its time until somebody confirms it."""
        return evolve(self, status=APPOINTMENT.after(self.status, "request"))

    def confirmed(self) -> "Visit":
        """Agreed by all: booked."""
        return evolve(self, status=APPOINTMENT.after(self.status, "confirm"))

    def rescheduled(
        self,
        to: Occupation,
        *,
        by: ActorId,
        at: datetime,
        reason: str = "",
        overbooking: Deliberate | None = None,
        overlap: Deliberate | None = None,
    ) -> "Visit":
        """At another time, or with other resources; the previous time stays on record.

        What was deliberate about the previous time is not so about this one, unless said again.
        """
        moved = Rescheduling(self.period, by, at, reason)
        return evolve(
            self,
            status=APPOINTMENT.after(self.status, "reschedule"),
            occupation=to,
            overbooking=overbooking,
            overlap=overlap,
            reschedulings=(*self.reschedulings, moved),
        )

    def cancelled(
        self, reason: CancellationReason, *, by: ActorId, at: datetime, note: str = ""
    ) -> "Visit":
        """Called off before it started; a patient who had arrived leaves without being seen."""
        encounter = self.encounter and evolve(
            self.encounter, status=ENCOUNTER.after(self.encounter.status, "cancel")
        )
        return evolve(
            self,
            status=APPOINTMENT.after(self.status, "cancel"),
            cancellation=Cancellation(reason, by, at, note),
            encounter=encounter,
        )

    def arrived(self, at: datetime) -> "Visit":
        """The patient is here."""
        return evolve(
            self, status=APPOINTMENT.after(self.status, "arrive"), encounter=Encounter(at)
        )

    def checked_in(self, at: datetime) -> "Visit":
        """The patient is here and all formalities are done; who had not arrived has now."""
        encounter = self.encounter or Encounter(at)
        return evolve(
            self,
            status=APPOINTMENT.after(self.status, "check_in"),
            encounter=evolve(encounter, checked_in_at=at),
        )

    def started(self, at: datetime) -> "Visit":
        """The patient is being seen: scheduling is fulfilled, the encounter is in progress."""
        status = APPOINTMENT.after(self.status, "start")
        return evolve(self, status=status, encounter=self._encounter_after("start", started_at=at))

    def completed(self, at: datetime) -> "Visit":
        """The encounter is finished."""
        status = APPOINTMENT.after(self.status, "complete")
        encounter = self._encounter_after("complete", finished_at=at)
        return evolve(self, status=status, encounter=encounter)

    def no_show(self, at: datetime) -> "Visit":
        """The patient did not come; the time is free again.

        Raises:
            NotAllowed: it has not begun yet, or is not booked.
        """
        status = APPOINTMENT.after(self.status, "miss")
        answer = time_of_the_visit_has_come(self, at)
        if isinstance(answer, Refused):
            raise NotAllowed(answer)
        return evolve(self, status=status)

    def reinstated(self) -> "Visit":
        """Booked again after all, where a no-show was recorded too soon."""
        return evolve(self, status=APPOINTMENT.after(self.status, "reinstate"))

    def settling(self, settled: Settled) -> "Visit":
        """With the latest word on an item of the readiness list."""
        others = tuple(one for one in self.settled if one.item is not settled.item)
        return evolve(self, settled=(*others, settled))

    def charged(self, fee: EntryId) -> "Visit":
        """Charged for having been missed, or called off late.

        Raises:
            NotAllowed: it was charged before.
        """
        insist(visit_is_charged_once(self))
        return evolve(self, fee=fee)

    def entered_in_error(self) -> "Visit":
        """Never to have been; it stays on record as a mistake."""
        return evolve(self, status=APPOINTMENT.after(self.status, "mark_entered_in_error"))

    def _encounter_after(self, verb: str, **times: datetime) -> Encounter:
        # The tables of both parts agree: whoever may start or complete has an encounter.
        assert self.encounter is not None
        return evolve(self.encounter, status=ENCOUNTER.after(self.encounter.status, verb), **times)


def time_of_the_visit_has_come(visit: Visit, at: datetime) -> Answer:
    """Nobody has missed a visit that has not begun.

    Source: carecoord's own rule.
    """
    if at >= visit.period.start:
        return Allowed()
    return Refused(
        "time_of_the_visit_has_come", "the visit has not begun yet", "carecoord's own rule"
    )


def visit_is_today(visit: Visit, zone: ZoneInfo, at: datetime) -> Answer:
    """A patient comes on the day of the visit, by the clocks of its location in that zone.

    For a visit across midnight that is either day; for one soon after it, also the two hours before
    it begins.

    Source: carecoord's own rule.
    """
    period = visit.period
    if local_date(period.start, zone) <= local_date(at, zone) <= local_date(period.end, zone):
        return Allowed()
    if timedelta() < period.start - at <= _EARLY:
        return Allowed()
    return Refused("visit_is_today", "the visit is on another day", "carecoord's own rule")


def visit_still_stands(visit: Visit) -> Answer:
    """What was cancelled, missed, entered in error or not agreed yet uses up nothing.

    Source: carecoord's own rule.
    """
    if visit.occupies_time:
        return Allowed()
    reason = f"the visit does not stand: it is {visit.status.value}"
    return Refused("visit_still_stands", reason, "carecoord's own rule")


def visit_is_charged_once(visit: Visit) -> Answer:
    """A visit that was missed or called off late costs its fee once.

    Source: carecoord's own rule.
    """
    if visit.fee is None:
        return Allowed()
    reason = f"visit {visit.id} was charged by {visit.fee}"
    return Refused("visit_is_charged_once", reason, "carecoord's own rule")


RULES = (
    time_of_the_visit_has_come,
    visit_is_today,
    visit_still_stands,
    visit_is_charged_once,
)
