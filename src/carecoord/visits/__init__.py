"""Visits: when resources are available, what occupies their time, and who is seen when.

A *visit* is the umbrella: its appointment is scheduled, its encounter occurs. Whatever occupies
time is a *booking*: a visit, a hold, a block or a group session. A *resource* is whatever can be
booked: a practitioner, a room or a device; it fills *roles*. A *schedule* says when a resource is
open at a location; a *calendar* adds what is taken; an *opening* is a time that can be booked.
The *body* of a booking is its time without the buffers.

All but `repository` is pure functions over plain values and can be embedded without a store.
"""

from carecoord.visits.attendance import (
    Attendance,
    AttendancePolicy,
    attendance_charge,
    attendance_of,
    cancellation_is_in_time,
    missed_visits_may_be_charged,
)
from carecoord.visits.availability import (
    Closure,
    DateOverride,
    ResourceKind,
    Schedule,
    TimeOff,
    WeeklyTemplate,
    common_periods,
)
from carecoord.visits.bookings import (
    Block,
    BlockStatus,
    Booking,
    GroupSession,
    Hold,
    HoldStatus,
    SessionStatus,
    hold_is_still_good,
    occupies_time,
)
from carecoord.visits.calendars import Busy, Calendar, calendar_of, calendars_of, patient_busy
from carecoord.visits.claims import CELL, check_on_cells, claims_of, resource_claims
from carecoord.visits.conflicts import (
    bookings_in_the_way,
    expired_in_the_way,
    patient_is_in_one_place_at_a_time,
    resources_are_free,
    resources_are_open,
    resources_fill_the_requirements,
    seat_is_free,
)
from carecoord.visits.drawing import day_svg, week_svg
from carecoord.visits.explanation import Constraint, Explanation, Relaxation
from carecoord.visits.hours import Reserved, Shift, Weekday
from carecoord.visits.index import OpeningIndex
from carecoord.visits.occupation import Occupation, collide
from carecoord.visits.openings import Found, find_openings, iterate_openings
from carecoord.visits.ranking import Criterion, Preference, preferred_openings
from carecoord.visits.readiness import (
    Fact,
    Finding,
    PreVisitFacts,
    ReadinessItem,
    ReadinessPolicy,
    Severity,
    is_ready,
    open_items,
)
from carecoord.visits.reminders import (
    Channel,
    QuietHours,
    Reminder,
    ReminderPolicy,
    ReminderWishes,
    channel_has_consent,
    reminder_plan,
)
from carecoord.visits.search import Opening, Search
from carecoord.visits.seats import (
    everybody_keeps_a_seat,
    free_seats,
    seat_occupation,
    session_has_a_free_seat,
)
from carecoord.visits.sequences import Step, find_sequences
from carecoord.visits.series import PlannedVisit, Series, SeriesPlan, following, plan_series
from carecoord.visits.statuses import (
    APPOINTMENT,
    ENCOUNTER,
    AppointmentStatus,
    CancellationReason,
    EncounterStatus,
)
from carecoord.visits.visit import (
    Cancellation,
    Deliberate,
    Encounter,
    Occurrence,
    Rescheduling,
    Seat,
    Visit,
    time_of_the_visit_has_come,
    visit_is_today,
    visit_still_stands,
)
from carecoord.visits.visit_types import (
    Modality,
    OwnDuration,
    PatientStanding,
    Requirement,
    VisitType,
    notice_is_long_enough,
    patient_standing_suits_the_visit_type,
    role_may_book_the_visit_type,
    visit_is_within_the_planning_horizon,
    visit_type_is_active,
)
from carecoord.visits.waitlist import (
    Offer,
    Priority,
    WaitlistEntry,
    WaitlistStatus,
    next_in_line,
    offer_is_still_good,
    opening_suits_who_waits,
)

__all__ = [
    "APPOINTMENT",
    "CELL",
    "ENCOUNTER",
    "AppointmentStatus",
    "Attendance",
    "AttendancePolicy",
    "Block",
    "BlockStatus",
    "Booking",
    "Busy",
    "Calendar",
    "Cancellation",
    "CancellationReason",
    "Channel",
    "Closure",
    "Constraint",
    "Criterion",
    "DateOverride",
    "Deliberate",
    "Encounter",
    "EncounterStatus",
    "Explanation",
    "Fact",
    "Finding",
    "Found",
    "GroupSession",
    "Hold",
    "HoldStatus",
    "Modality",
    "Occupation",
    "Occurrence",
    "Offer",
    "Opening",
    "OpeningIndex",
    "OwnDuration",
    "PatientStanding",
    "PlannedVisit",
    "PreVisitFacts",
    "Preference",
    "Priority",
    "QuietHours",
    "ReadinessItem",
    "ReadinessPolicy",
    "Relaxation",
    "Reminder",
    "ReminderPolicy",
    "ReminderWishes",
    "Requirement",
    "Rescheduling",
    "Reserved",
    "ResourceKind",
    "Schedule",
    "Search",
    "Seat",
    "Series",
    "SeriesPlan",
    "SessionStatus",
    "Severity",
    "Shift",
    "Step",
    "TimeOff",
    "Visit",
    "VisitType",
    "WaitlistEntry",
    "WaitlistStatus",
    "Weekday",
    "WeeklyTemplate",
    "attendance_charge",
    "attendance_of",
    "bookings_in_the_way",
    "calendar_of",
    "calendars_of",
    "cancellation_is_in_time",
    "channel_has_consent",
    "check_on_cells",
    "claims_of",
    "collide",
    "common_periods",
    "day_svg",
    "everybody_keeps_a_seat",
    "expired_in_the_way",
    "find_openings",
    "find_sequences",
    "following",
    "free_seats",
    "hold_is_still_good",
    "is_ready",
    "iterate_openings",
    "missed_visits_may_be_charged",
    "next_in_line",
    "notice_is_long_enough",
    "occupies_time",
    "offer_is_still_good",
    "open_items",
    "opening_suits_who_waits",
    "patient_busy",
    "patient_is_in_one_place_at_a_time",
    "patient_standing_suits_the_visit_type",
    "plan_series",
    "preferred_openings",
    "reminder_plan",
    "resource_claims",
    "resources_are_free",
    "resources_are_open",
    "resources_fill_the_requirements",
    "role_may_book_the_visit_type",
    "seat_is_free",
    "seat_occupation",
    "session_has_a_free_seat",
    "time_of_the_visit_has_come",
    "visit_is_today",
    "visit_is_within_the_planning_horizon",
    "visit_still_stands",
    "visit_type_is_active",
    "week_svg",
]
