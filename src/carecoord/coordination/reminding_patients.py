"""Responsibility 4: reminders, from the plan to what became of each.

Nothing here talks to the outside world: what is due is taken in one unit of work, delivered
between the two, and what became of it is recorded in another. `send_due_reminders` does all three.
"""

from datetime import timedelta

from attrs import evolve

from carecoord.compliance.consents import ConsentKind
from carecoord.compliance.repository import Consents, IndividualRequests
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import other_way_to_reach
from carecoord.coordination.gateways import Message
from carecoord.coordination.openness import visit_with
from carecoord.coordination.reaching_a_patient import Way, way_to_reach
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import Refused
from carecoord.kernel.ids import BookingId, PatientId, ReminderId, ReminderPreferenceId
from carecoord.kernel.time import Period, Zone
from carecoord.patients.registration import patient_is_active
from carecoord.visits.reminder_plan import Channel, QuietHours, reminder_times
from carecoord.visits.reminders import (
    Reminder,
    ReminderPreference,
    ReminderStatus,
    reminder_speaks_of_the_visit,
)
from carecoord.visits.repository import ReminderPreferences, Reminders
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Modality

__all__ = [
    "ATTEMPTS",
    "HANDED_OVER_FOR",
    "kept_preference",
    "plan_reminders",
    "prefer_reminders",
    "record_reminder_not_sent",
    "record_reminder_sent",
    "reminder_preference_of",
    "reminders_of",
    "take_reminder",
]

ATTEMPTS = 5
"""How often a reminder is handed over before it counts as failed."""

HANDED_OVER_FOR = timedelta(minutes=10)
"""How long a reminder is in the hands of whoever took it; then it can be taken again.

Keep the time after which a notifier gives up well below it.
"""

_REACHED_BY = ("patient", "location", "consent", "individual_request", "reminder_preference")


@use_case("reminder_preference", reads=("patient",), writes=("reminder_preference",))
def prefer_reminders(
    turn: Turn,
    patient: PatientId,
    channels: tuple[Channel, ...],
    *,
    quiet: QuietHours | None = None,
    zone: Zone | None = None,
) -> ReminderPreference:
    """Keep how a patient would like to be reminded; no channels means no reminders.

    Raises:
        NotFound: no such patient.
    """
    turn.patients.get(patient)
    wanted = ReminderPreference(
        id=ReminderPreferenceId(turn.new_id("reminder_preference")),
        patient=patient,
        channels=channels,
        quiet=quiet,
        zone=zone,
    )
    return kept_preference(turn, wanted)


@use_case("reminder_preference", reads=("reminder_preference",))
def reminder_preference_of(turn: Turn, patient: PatientId) -> ReminderPreference | None:
    """How a patient would like to be reminded; None who never said so."""
    return turn.kept(ReminderPreferences).of_patient(patient)


@use_case("reminder", reads=("booking", "location", "reminder_preference"), writes=("reminder",))
def plan_reminders(turn: Turn, span: Period | None = None) -> tuple[Reminder, ...]:
    """Plan the reminders of the visits that begin within a span, as far as they are not yet.

    Without a span it looks as far ahead as the first reminder of a visit is sent, and two days
    more. Do it every few minutes: what is planned stays so, and each visit is planned again once it
    moves. Gives those that are new.
    """
    policy = turn.practice.reminders
    ahead = max(policy.before, default=timedelta()) + timedelta(days=2)
    looked_at = Period.starting(turn.now, duration=ahead) if span is None else span
    reminders = turn.kept(Reminders)
    known = {(one.visit, one.moves) for one in reminders.of_visits_within(looked_at)}
    return tuple(
        reminders.add(reminder)
        for visit in turn.bookings.visits_to_come(looked_at)
        if (visit.id, len(visit.reschedulings)) not in known
        for reminder in _planned(turn, visit)
    )


@use_case("reminder", reads=("booking", *_REACHED_BY), writes=("reminder",))
def take_reminder(turn: Turn) -> Message | None:
    """Take the reminder that is due longest, to be delivered at once; None where none is due.

    Whoever takes it has it for `HANDED_OVER_FOR`, and says in time what became of it. One that has
    become pointless is dropped: the visit is off or was moved, a later one is due as well, or the
    patient cannot or will not be reached.
    """
    reminders = turn.kept(Reminders)
    while waiting := reminders.to_hand_over(turn.now):
        for reminder in waiting:
            message = _taken(turn, reminder)
            if message is not None:
                return message
    return None


@use_case("reminder", writes=("reminder",))
def record_reminder_sent(
    turn: Turn, reminder: ReminderId, reference: str | None = None
) -> Reminder:
    """Record that a reminder was handed over for good; `reference` is its name over there."""
    reminders = turn.kept(Reminders)
    found = reminders.get(reminder)
    kept = found.sent(turn.now, reference)
    if kept == found:
        return found
    kept = reminders.replace(kept)
    turn.tell("reminder_sent", kept)
    return kept


@use_case("reminder", writes=("reminder",))
def record_reminder_not_sent(
    turn: Turn, reminder: ReminderId, reason: str, *, try_again: bool = True
) -> Reminder:
    """Record that a reminder could not be delivered; it is tried again later, `ATTEMPTS` in all.

    Each time it waits twice as long as before. `reason` is a word for the failure, and quotes
    nobody. What somebody else said of it meanwhile stays as it is.
    """
    reminders = turn.kept(Reminders)
    found = reminders.get(reminder)
    if found.status is not ReminderStatus.SENDING:
        return found
    if try_again and found.attempts < ATTEMPTS:
        later = turn.now + timedelta(minutes=1) * 2 ** (found.attempts - 1)
        return reminders.replace(found.postponed(later, reason))
    kept = reminders.replace(found.failed(reason))
    turn.tell("reminder_failed", kept)
    return kept


@use_case("reminder", reads=("reminder",))
def reminders_of(turn: Turn, visit: BookingId) -> tuple[Reminder, ...]:
    """The reminders of a visit, those of its earlier times among them, and what became of each."""
    return turn.kept(Reminders).of_visit(visit)


def _planned(turn: Turn, visit: Visit) -> tuple[Reminder, ...]:
    policy = turn.practice.reminders
    zone, quiet = _by_their_clocks(turn, visit)
    longest = visit.period.start - max(policy.before, default=timedelta())
    agreed = [one.at for one in visit.reschedulings[-1:]] or [visit.booked_at or longest]
    return tuple(
        Reminder(
            id=ReminderId(turn.new_id("reminder")),
            patient=visit.patient,
            visit=visit.id,
            start=visit.period.start,
            before=before,
            due=due,
            moves=len(visit.reschedulings),
            next_at=due,
        )
        for due, before in reminder_times(visit.period.start, policy, quiet, zone, at=agreed[0])
    )


def _by_their_clocks(turn: Turn, visit: Visit) -> tuple[Zone, QuietHours]:
    """The zone and the quiet hours of the patient."""
    wanted = turn.kept(ReminderPreferences).of_patient(visit.patient)
    zone = None if wanted is None else wanted.zone
    quiet = None if wanted is None else wanted.quiet
    return (
        zone or turn.locations.get(visit.occupation.location).zone,
        quiet or turn.practice.reminders.quiet,
    )


def _taken(turn: Turn, reminder: Reminder) -> Message | None:
    """The reminder taken, or None where it was dropped or put off."""
    reminders, visit = turn.kept(Reminders), visit_with(turn, reminder.visit)
    why = _pointless(turn, reminder, visit)
    if why is not None:
        reminders.replace(reminder.dropped(why))
        return None
    zone, quiet = _by_their_clocks(turn, visit)
    around = quiet.quiet_around(turn.now, zone)
    if around is not None:
        reminders.replace(evolve(reminder, next_at=around[1]))
        return None
    patient = turn.patients.get(reminder.patient)
    way = _way(turn, visit) if patient_is_active(patient) else None
    if way is None:
        reminders.replace(reminder.dropped("there is no way to reach the patient"))
        return None
    if reminder.attempts == ATTEMPTS:
        turn.tell(
            "reminder_failed", reminders.replace(reminder.failed("nobody said what became of it"))
        )
        return None
    kept = reminders.replace(reminder.taken(turn.now + HANDED_OVER_FOR, way.channel, way.to))
    place = turn.locations.get(visit.occupation.location)
    clock = zone if visit.modality is Modality.TELEHEALTH else place.zone
    return Message(
        key=kept.id,
        channel=way.channel,
        to=way.to,
        language=patient.language,
        starts=visit.period.start,
        zone=clock,
        place=place.name,
        modality=visit.modality,
        text=_words(visit, place.name, clock, way.channel),
    )


def _pointless(turn: Turn, reminder: Reminder, visit: Visit) -> str | None:
    """Why a reminder is not to be sent any more, or None."""
    answer = reminder_speaks_of_the_visit(reminder, visit)
    if isinstance(answer, Refused):
        return answer.reason
    if turn.now >= reminder.start:
        return "the visit has begun"
    later = (
        one
        for one in turn.kept(Reminders).of_visit(reminder.visit)
        if one.moves == reminder.moves and one.before < reminder.before and one.due <= turn.now
    )
    return None if next(later, None) is None else "a later one is due as well"


def _way(turn: Turn, visit: Visit) -> Way | None:
    wanted = turn.kept(ReminderPreferences).of_patient(visit.patient)
    requests = turn.kept(IndividualRequests).of_patient(
        visit.patient, RequestKind.CONFIDENTIAL_COMMUNICATION
    )
    channels = turn.practice.reminders.channels if wanted is None else wanted.channels
    if not channels:
        return None
    return way_to_reach(
        turn.patients.get(visit.patient),
        channels,
        turn.kept(Consents).of_patient(visit.patient, ConsentKind.AUTOMATED_MESSAGES),
        other_way_to_reach(requests),
        on=turn.today,
        time_left=visit.period.start - turn.now,
    )


def _words(visit: Visit, place: str, zone: Zone, channel: Channel) -> str:
    """What anybody may overhear: when and where, and neither with whom nor what for."""
    starts = visit.period.start.astimezone(zone)
    # By video a patient may be in another zone than the place, so that the clock is named.
    by_video = visit.modality is Modality.TELEHEALTH
    where = f"{starts:%Z} with {place}, by video" if by_video else f"at {place}"
    said = f"You have an appointment on {starts:%A, %B} {starts.day} at {starts:%H:%M} {where}."
    if channel in (Channel.LETTER, Channel.PORTAL):
        return f"{said} If you cannot come, please tell us."
    answers = "Answer 1 to confirm, 2 to cancel, 3 for another time"
    return f"{said} {answers}, STOP for no more reminders."


def kept_preference(turn: Turn, wanted: ReminderPreference) -> ReminderPreference:
    """The preference of a patient, kept in place of an earlier one."""
    preferences = turn.kept(ReminderPreferences)
    earlier = preferences.of_patient(wanted.patient)
    if earlier is None:
        return preferences.add(wanted)
    return preferences.replace(evolve(wanted, id=earlier.id, version=earlier.version))
