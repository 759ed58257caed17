"""Reminders as they are kept: planned, handed over to who delivers them, and answered.

    reminder = Reminder(id=…, patient=…, visit=…, start=…, before=DAY, due=…, next_at=…)
    reminder = reminder.taken(lease_until, Channel.TEXT, number)
    reminder = reminder.sent(now, reference).answered(Reply.CONFIRM, now)

One is handed over at least once: whoever takes it has it for a while, and when that runs out
somebody else may take it again. Its id goes along as the key, under which who delivers it does so
once.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import BookingId, PatientId, ReminderId, ReminderPreferenceId
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Count, LongText, Text, checked
from carecoord.visits.reminder_plan import Channel, QuietHours
from carecoord.visits.statuses import AppointmentStatus
from carecoord.visits.visit import Visit

__all__ = [
    "REMINDER",
    "RULES",
    "Reminder",
    "ReminderPreference",
    "ReminderStatus",
    "Reply",
    "ReplyReceived",
    "reminder_speaks_of_the_visit",
    "reply_in_words",
    "reply_is_to_what_was_handed_over",
]


class ReminderStatus(Enum):
    """How far a reminder has come; once it was answered, the latest answer."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """It had become pointless before it was sent."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WANTS_ANOTHER_TIME = "wants-another-time"
    OPTED_OUT = "opted-out"


class Reply(Enum):
    """What a patient can answer; the value is the move that it makes."""

    CONFIRM = "confirm"
    CANCEL = "decline"
    RESCHEDULE = "ask_another_time"
    STOP = "opt_out"


_S = ReminderStatus
_ANSWERS = {
    Reply.CONFIRM: _S.CONFIRMED,
    Reply.CANCEL: _S.DECLINED,
    Reply.RESCHEDULE: _S.WANTS_ANOTHER_TIME,
    Reply.STOP: _S.OPTED_OUT,
}

REMINDER: Lifecycle[ReminderStatus] = Lifecycle(
    "reminder",
    {
        (_S.DUE, "take"): _S.SENDING,
        (_S.SENDING, "take"): _S.SENDING,
        (_S.SENDING, "postpone"): _S.DUE,
        (_S.SENDING, "fail"): _S.FAILED,
        (_S.DUE, "drop"): _S.DROPPED,
        (_S.SENDING, "drop"): _S.DROPPED,
        **{(state, "send"): _S.SENT for state in (_S.DUE, _S.SENDING, _S.FAILED, _S.DROPPED)},
        **{
            (state, reply.value): after
            for state in ReminderStatus
            for reply, after in _ANSWERS.items()
        },
    },
)
"""Who delivers may have done so although it seemed to fail; so an answer may come in any state."""

_WAITING = frozenset({_S.DUE, _S.SENDING})


@frozen(field_transformer=checked)
class ReplyReceived:
    """An answer, and when it came."""

    reply: Reply
    at: datetime


@frozen(field_transformer=checked, kw_only=True)
class Reminder:
    """One reminder of a visit.

    `start` is when the visit begins, `moves` how often it had been moved when this was planned:
    once it moves again, this speaks of a time that is none any more. `before` is how long before
    the visit it is meant to be, `due` when it goes out. While it waits, `next_at` is when it can be
    taken, again if need be. `channel` and `to` say how and where it was handed over last;
    `reference` is what who delivers it calls it, `reason` why it failed, was put off or dropped.

    Raises:
        InvalidValue: it is not meant to be before the visit, `next_at` does not go with the status,
            or it was handed over to nobody.
    """

    id: ReminderId
    patient: PatientId
    visit: BookingId
    start: datetime
    before: timedelta
    due: datetime
    moves: Count = 0
    status: ReminderStatus = ReminderStatus.DUE
    next_at: datetime | None = None
    attempts: Count = 0
    channel: Channel | None = None
    to: LongText | None = None
    sent_at: datetime | None = None
    reference: Annotated[str, Text(longest=200)] | None = None
    reason: Annotated[str, Text(longest=200, blank=True)] = ""
    replies: tuple[ReplyReceived, ...] = ()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if self.before <= timedelta():
            raise InvalidValue("Reminder.before", "must be above 0")
        if (self.status in _WAITING) is not (self.next_at is not None):
            raise InvalidValue("Reminder.next_at", "goes with what is due or being sent")
        known = {self.attempts > 0, self.channel is not None, self.to is not None}
        if len(known) > 1 or (self.replies and not self.attempts):
            raise InvalidValue("Reminder.channel", "goes with having been handed over")

    def taken(self, lease_until: datetime, channel: Channel, to: str) -> "Reminder":
        """In the hands of somebody who delivers it there, until then."""
        return evolve(
            self,
            status=REMINDER.after(self.status, "take"),
            next_at=lease_until,
            attempts=self.attempts + 1,
            channel=channel,
            to=to,
        )

    def sent(self, at: datetime, reference: str | None = None) -> "Reminder":
        """Handed over for good; to hear so again changes nothing."""
        if self.status is _S.SENT or self.replies:
            return self
        status = REMINDER.after(self.status, "send")
        return evolve(self, status=status, next_at=None, sent_at=at, reference=reference, reason="")

    def postponed(self, until: datetime, reason: str) -> "Reminder":
        """Not delivered now, and to be tried again."""
        status = REMINDER.after(self.status, "postpone")
        return evolve(self, status=status, next_at=until, reason=reason)

    def failed(self, reason: str) -> "Reminder":
        """Not delivered, and not to be tried again: somebody has to look."""
        status = REMINDER.after(self.status, "fail")
        return evolve(self, status=status, next_at=None, reason=reason)

    def dropped(self, reason: str) -> "Reminder":
        """Not to be sent any more."""
        status = REMINDER.after(self.status, "drop")
        return evolve(self, status=status, next_at=None, reason=reason)

    def answered(self, reply: Reply, at: datetime) -> "Reminder":
        """With the patient's answer; the latest one counts.

        Raises:
            NotAllowed: it was never handed over.
        """
        insist(reply_is_to_what_was_handed_over(self))
        return evolve(
            self,
            status=REMINDER.after(self.status, reply.value),
            next_at=None,
            replies=(*self.replies, ReplyReceived(reply, at)),
        )


@frozen(field_transformer=checked, kw_only=True)
class ReminderPreference:
    """How a patient would like to be reminded: channels, the best one first, and when not.

    No channels means no reminders. `quiet` is None where the clinic's hours will do, `zone` where
    the patient lives by the clocks of the visit's location.
    """

    id: ReminderPreferenceId
    patient: PatientId
    channels: tuple[Channel, ...]
    quiet: QuietHours | None = None
    zone: ZoneInfo | None = None
    version: int = 0

    def without(self, channel: Channel) -> "ReminderPreference":
        """Not over this channel any more."""
        kept = tuple(one for one in self.channels if one is not channel)
        return evolve(self, channels=kept)


_IN_WORDS = {
    Reply.CONFIRM: {"1", "c", "confirm", "y", "yes"},
    Reply.CANCEL: {"2", "n", "no"},
    Reply.RESCHEDULE: {"3", "r", "reschedule"},
    Reply.STOP: {"stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"},
}


def reply_in_words(words: str) -> Reply | None:
    """What somebody means who answers in these words; None if that is not sure.

    "Cancel" is among the words that take back the consent to automated messages, so that a visit
    is called off by a number instead.

    Source: 47 CFR 64.1200(a)(10) for the words of a revocation (from memory; not checked against
    the primary text); the others are carecoord's own.
    """
    said = " ".join(words.casefold().split()).strip(" .!'\"")
    return next((reply for reply, known in _IN_WORDS.items() if said in known), None)


def reply_is_to_what_was_handed_over(reminder: Reminder) -> Answer:
    """Nobody answers a reminder that was never handed over.

    Source: carecoord's own rule.
    """
    if reminder.attempts:
        return Allowed()
    return Refused(
        reply_is_to_what_was_handed_over.__name__,
        f"reminder {reminder.id} was never handed over",
        "carecoord's own rule",
    )


def reminder_speaks_of_the_visit(reminder: Reminder, visit: Visit) -> Answer:
    """A visit that was called off, has begun or was moved is not reminded of its old time.

    Source: carecoord's own rule.
    """
    booked = visit.status is AppointmentStatus.BOOKED
    if booked and len(visit.reschedulings) == reminder.moves:
        return Allowed()
    return Refused(
        reminder_speaks_of_the_visit.__name__,
        "the visit was moved" if booked else f"the visit is {visit.status.value}",
        "carecoord's own rule",
    )


RULES = (reply_is_to_what_was_handed_over, reminder_speaks_of_the_visit)
