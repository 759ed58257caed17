"""Responsibility 4: what patients answer to reminders, and what follows from it."""

from carecoord.compliance.consents import ConsentKind, Revocation, consent_is_in_force
from carecoord.compliance.repository import Consents
from carecoord.coordination.booking_a_visit import cancel
from carecoord.coordination.openness import visit_with
from carecoord.coordination.reminding_patients import kept_preference
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import NotAllowed, Refused
from carecoord.kernel.contact import phone_digits
from carecoord.kernel.ids import ReminderId, ReminderPreferenceId
from carecoord.visits.reminder_plan import Channel
from carecoord.visits.reminders import (
    Reminder,
    ReminderPreference,
    Reply,
    reminder_speaks_of_the_visit,
    reply_in_words,
)
from carecoord.visits.repository import ReminderPreferences, Reminders
from carecoord.visits.statuses import CancellationReason

__all__ = ["answer_reminder", "receive_reply", "reminders_to_follow_up"]

_OWN_RULE = "carecoord's own rule"
_FOLLOWS = ("reminder", "booking", "authorization", "consent", "reminder_preference")


@use_case(
    "reminder",
    reads=("location",),
    writes=_FOLLOWS,
)
def answer_reminder(turn: Turn, reminder: ReminderId, reply: Reply) -> Reminder:
    """Do what a patient answers to a reminder.

    To confirm is put on record. To cancel calls the visit off, unless it has moved, the patient has
    come, or it is over. To ask for another time keeps the old one until somebody has found a new
    one, see `reminders_to_follow_up`. To stop takes back the consent to automated messages, and
    no reminder goes over that channel again.

    Raises:
        NotAllowed: it was never handed over.
    """
    reminders = turn.kept(Reminders)
    kept = reminders.replace(reminders.get(reminder).answered(reply, turn.now))
    if reply is Reply.CANCEL:
        visit = visit_with(turn, kept.visit)
        if reminder_speaks_of_the_visit(kept, visit) and turn.now < visit.period.start:
            note = "answered a reminder so"
            cancel.function(turn, visit.id, CancellationReason.PATIENT, note=note)
    elif reply is Reply.STOP:
        _stop(turn, kept)
    turn.tell(f"reminder_{kept.status.name.lower()}", kept)
    return kept


@use_case(
    "reminder",
    reads=("location",),
    writes=_FOLLOWS,
)
def receive_reply(turn: Turn, channel: Channel, sender: str, words: str) -> tuple[Reminder, ...]:
    """Do what somebody answers in words, from a number or address that was reminded.

    To stop goes for everybody who is reminded there. Anything else is about the one visit to come.

    Raises:
        NotAllowed: it is not understood, nobody was reminded there, or of several visits, so that a
            person has to ask back.
    """
    reply = reply_in_words(words)
    if reply is None:
        raise NotAllowed(Refused("reply_is_understood", "nobody knows what it means", _OWN_RULE))
    sent = turn.kept(Reminders).sent_to(channel, sender)
    latest = {one.patient if reply is Reply.STOP else one.visit: one for one in sent}
    meant = [one for one in latest.values() if reply is Reply.STOP or one.start > turn.now]
    if not meant:
        reason = "nobody was reminded there of a visit to come"
        raise NotAllowed(Refused("reply_is_to_a_reminder", reason, _OWN_RULE))
    if len(meant) > 1 and reply is not Reply.STOP:
        reason = f"it could be about {', '.join(sorted(one.visit for one in meant))}"
        raise NotAllowed(Refused("reply_is_about_one_visit", reason, _OWN_RULE))
    return tuple(answer_reminder.function(turn, one.id, reply) for one in meant)


@use_case("reminder", reads=("reminder", "booking"))
def reminders_to_follow_up(turn: Turn) -> tuple[Reminder, ...]:
    """Reminders after which somebody calls: they failed, or the patient wants another time."""
    found = turn.kept(Reminders).to_follow_up(turn.now)
    return tuple(
        one for one in found if reminder_speaks_of_the_visit(one, visit_with(turn, one.visit))
    )


def _stop(turn: Turn, reminder: Reminder) -> None:
    assert reminder.channel is not None
    assert reminder.to is not None
    consents = turn.kept(Consents)
    if reminder.channel in (Channel.TEXT, Channel.CALL):
        number = phone_digits(reminder.to)
        for consent in consents.of_patient(reminder.patient, ConsentKind.AUTOMATED_MESSAGES):
            reached = {phone_digits(one) for one in consent.numbers}
            if number in reached and consent_is_in_force(consent, turn.today):
                revocation = Revocation(turn.today, written=True, noted_by=turn.actor.id)
                consents.replace(consent.revoked(revocation))
    wanted = turn.kept(ReminderPreferences).of_patient(reminder.patient) or ReminderPreference(
        id=ReminderPreferenceId(turn.new_id("reminder_preference")),
        patient=reminder.patient,
        channels=turn.practice.reminders.channels,
    )
    kept_preference(turn, wanted.without(reminder.channel))
