"""Appointment, AppointmentResponse, Slot and Schedule resources, as values.

These are what others tell or are told; what is booked here is a `Visit`, and `appointment_of` says
it in these words. Codes that name no system are not kept: they mean nothing elsewhere.

Source: HL7 FHIR R4, Scheduling.
"""

from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.time import Period
from carecoord.kernel.values import Count, LongText, Positive, Text, checked
from carecoord.visits.statuses import AppointmentStatus
from carecoord_exchange.problems import Problem

__all__ = [
    "Actor",
    "Appointment",
    "AppointmentResponse",
    "AvailabilitySchedule",
    "Participant",
    "ParticipantStatus",
    "Requirement",
    "Scheduling",
    "Slot",
    "SlotStatus",
]

Id = Annotated[str, Text(longest=128)]


class ParticipantStatus(Enum):
    """What a participant says to an appointment."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs-action"


class Requirement(Enum):
    """Whether an appointment needs a participant."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    INFORMATION_ONLY = "information-only"


class SlotStatus(Enum):
    """Whether the time of a slot can be booked."""

    BUSY = "busy"
    FREE = "free"
    BUSY_UNAVAILABLE = "busy-unavailable"
    BUSY_TENTATIVE = "busy-tentative"
    ENTERED_IN_ERROR = "entered-in-error"


@frozen(field_transformer=checked)
class Actor:
    """Who or what takes part: a FHIR type such as `Practitioner`, and the id."""

    type: Annotated[str, Text(longest=64)]
    id: Id


@frozen(field_transformer=checked)
class Participant:
    """An actor of an appointment, or a kind of one that is still sought."""

    status: ParticipantStatus
    actor: Actor | None = None
    types: tuple[Code, ...] = ()
    required: Requirement | None = None

    def __attrs_post_init__(self) -> None:
        if self.actor is None and not self.types:
            raise InvalidValue("Participant", "needs an actor or the type of one")


_WITHOUT_TIME = frozenset(
    {
        AppointmentStatus.PROPOSED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.WAITLIST,
    }
)


@frozen(field_transformer=checked, kw_only=True)
class Appointment:
    """An appointment as FHIR has it; proposed, waiting and cancelled ones may have no time.

    Raises:
        InvalidValue: nobody takes part, or it has no time and needs one.
    """

    id: Id
    status: AppointmentStatus
    participants: tuple[Participant, ...]
    period: Period | None = None
    minutes: Positive | None = None
    service_types: tuple[Code, ...] = ()
    appointment_type: Code | None = None
    reasons: tuple[Code, ...] = ()
    cancellation_reason: Code | None = None
    priority: Count | None = None
    slots: tuple[Id, ...] = ()
    description: LongText = ""
    comment: LongText = ""
    patient_instruction: LongText = ""

    def __attrs_post_init__(self) -> None:
        if not self.participants:
            raise InvalidValue("Appointment.participants", "must name somebody")
        if self.period is None and self.status not in _WITHOUT_TIME:
            raise InvalidValue("Appointment.period", "is needed unless proposed or cancelled")

    def actors(self, type: str) -> tuple[str, ...]:
        """The ids of the participants of a type, such as `Patient`."""
        return tuple(
            one.actor.id
            for one in self.participants
            if one.actor is not None and one.actor.type == type
        )


@frozen(field_transformer=checked, kw_only=True)
class AppointmentResponse:
    """What an actor says to an appointment; with a period, another time is proposed."""

    id: Id
    appointment: Id
    status: ParticipantStatus
    actor: Actor | None = None
    types: tuple[Code, ...] = ()
    period: Period | None = None
    comment: LongText = ""

    def __attrs_post_init__(self) -> None:
        if self.actor is None and not self.types:
            raise InvalidValue("AppointmentResponse", "needs an actor or the type of one")


@frozen(field_transformer=checked, kw_only=True)
class Slot:
    """A stretch of a schedule's time, and whether it can be booked."""

    id: Id
    schedule: Id
    status: SlotStatus
    period: Period
    service_types: tuple[Code, ...] = ()
    overbooked: bool = False
    comment: LongText = ""


@frozen(field_transformer=checked, kw_only=True)
class AvailabilitySchedule:
    """A FHIR Schedule: whose time its slots are, and how far they reach."""

    id: Id
    actors: tuple[Actor, ...]
    active: bool = True
    horizon: Period | None = None
    service_types: tuple[Code, ...] = ()
    comment: LongText = ""

    def __attrs_post_init__(self) -> None:
        if not self.actors:
            raise InvalidValue("AvailabilitySchedule.actors", "must name somebody")


@frozen
class Scheduling:
    """What was read, and what could not be."""

    appointments: tuple[Appointment, ...]
    responses: tuple[AppointmentResponse, ...]
    slots: tuple[Slot, ...]
    schedules: tuple[AvailabilitySchedule, ...]
    problems: tuple[Problem, ...]
