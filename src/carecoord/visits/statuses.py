"""The states of a visit's two parts, and why visits are cancelled, in codes of FHIR R4."""

from enum import Enum

from carecoord.kernel.states import Lifecycle

__all__ = [
    "APPOINTMENT",
    "ENCOUNTER",
    "AppointmentStatus",
    "CancellationReason",
    "EncounterStatus",
]


class AppointmentStatus(Enum):
    """How far the scheduled part of a visit has come, in the codes of FHIR R4 Appointment."""

    PROPOSED = "proposed"
    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    CHECKED_IN = "checked-in"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"
    WAITLIST = "waitlist"

    @property
    def occupies_time(self) -> bool:
        """Whether a visit in this status keeps its time from others."""
        return self in _OCCUPYING


_OCCUPYING = frozenset(
    {
        AppointmentStatus.PENDING,
        AppointmentStatus.BOOKED,
        AppointmentStatus.ARRIVED,
        AppointmentStatus.CHECKED_IN,
        AppointmentStatus.FULFILLED,
    }
)

APPOINTMENT: Lifecycle[AppointmentStatus] = Lifecycle(
    "appointment",
    {
        (AppointmentStatus.WAITLIST, "propose"): AppointmentStatus.PROPOSED,
        (AppointmentStatus.PROPOSED, "request"): AppointmentStatus.PENDING,
        (AppointmentStatus.PROPOSED, "confirm"): AppointmentStatus.BOOKED,
        (AppointmentStatus.PENDING, "confirm"): AppointmentStatus.BOOKED,
        (AppointmentStatus.PROPOSED, "reschedule"): AppointmentStatus.PROPOSED,
        (AppointmentStatus.PENDING, "reschedule"): AppointmentStatus.PENDING,
        (AppointmentStatus.BOOKED, "reschedule"): AppointmentStatus.BOOKED,
        (AppointmentStatus.BOOKED, "arrive"): AppointmentStatus.ARRIVED,
        (AppointmentStatus.BOOKED, "check_in"): AppointmentStatus.CHECKED_IN,
        (AppointmentStatus.ARRIVED, "check_in"): AppointmentStatus.CHECKED_IN,
        (AppointmentStatus.ARRIVED, "start"): AppointmentStatus.FULFILLED,
        (AppointmentStatus.CHECKED_IN, "start"): AppointmentStatus.FULFILLED,
        (AppointmentStatus.FULFILLED, "complete"): AppointmentStatus.FULFILLED,
        (AppointmentStatus.BOOKED, "miss"): AppointmentStatus.NO_SHOW,
        (AppointmentStatus.NO_SHOW, "reinstate"): AppointmentStatus.BOOKED,
        **{
            (status, "cancel"): AppointmentStatus.CANCELLED
            for status in (
                AppointmentStatus.WAITLIST,
                AppointmentStatus.PROPOSED,
                AppointmentStatus.PENDING,
                AppointmentStatus.BOOKED,
                AppointmentStatus.ARRIVED,
                AppointmentStatus.CHECKED_IN,
            )
        },
        **{
            (status, "mark_entered_in_error"): AppointmentStatus.ENTERED_IN_ERROR
            for status in AppointmentStatus
            if status is not AppointmentStatus.ENTERED_IN_ERROR
        },
    },
)
"""The moves of the scheduled part. A visit that has started is past being cancelled."""


class EncounterStatus(Enum):
    """How far the part that occurs has come, in the codes of FHIR R4 Encounter."""

    ARRIVED = "arrived"
    IN_PROGRESS = "in-progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


ENCOUNTER: Lifecycle[EncounterStatus] = Lifecycle(
    "encounter",
    {
        (EncounterStatus.ARRIVED, "start"): EncounterStatus.IN_PROGRESS,
        (EncounterStatus.ARRIVED, "cancel"): EncounterStatus.CANCELLED,
        (EncounterStatus.IN_PROGRESS, "complete"): EncounterStatus.FINISHED,
    },
)
"""The moves of the part that occurs; it begins with the arrival."""


class CancellationReason(Enum):
    """Why a visit is cancelled, in codes of the appointment-cancellation-reason system of HL7."""

    PATIENT = "pat"
    PATIENT_FEELING_BETTER = "pat-fb"
    PATIENT_LACKS_TRANSPORT = "pat-lt"
    PATIENT_MOVED = "pat-mv"
    PATIENT_CHANGED_PROVIDER = "pat-uwo"
    PATIENT_DECEASED = "pat-dec"
    COVERAGE_TERMINATED = "pat-mt"
    PROVIDER = "prov"
    PROVIDER_PERSONAL = "prov-pers"
    PREPARATION_INCOMPLETE = "meds-inc"
    EQUIPMENT = "maint"
    ROOM = "oth-room"
    NO_INTERPRETER = "oth-int"
    FINANCIAL = "oth-fin"
    WEATHER = "oth-weath"
    SCHEDULING_ERROR = "oth-err"
    OTHER = "other"
