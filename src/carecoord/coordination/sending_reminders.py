"""Reminders delivered: each taken in one unit of work, sent in none, and recorded in another.

    sent = send_due_reminders(clinic.desk(Actor.of("reminders", Role.SYSTEM), Purpose.OPERATIONS))

A notifier that is slow, stuck or broken holds up nothing but the messages behind it: no unit of
work is open while it is at work. A process that dies after the notifier took a message, and before
that is on record, leaves it to be handed over again, under the same key: **at least once to the
notifier, once to the patient** if it minds the key.
"""

from attrs import evolve, frozen

from carecoord.coordination.desk import Desk
from carecoord.coordination.gateways import Message, Notifier
from carecoord.errors import CarecoordError, InvalidValue, NotAllowed, Refused

__all__ = ["Sending", "send_due_reminders"]


@frozen
class Sending:
    """What one call came to: how many were sent, and how many could not be just now, or ever."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0


def send_due_reminders(desk: Desk, *, limit: int = 100) -> Sending:
    """Plan the reminders of visits to come, and send those that are due, at most `limit`.

    Any number of processes may do so at once. Do it every few minutes.

    Raises:
        NotAllowed: the practice has no notifier.
        AccessDenied: the policy does not let this actor do it.
    """
    notifier = desk.practice.gateways.notifier
    if notifier is None:
        reason = "nobody is connected who would deliver it"
        raise NotAllowed(Refused("practice_has_a_notifier", reason, "carecoord's own rule"))
    desk.plan_reminders()
    done = Sending()
    for _ in range(limit):
        message = desk.take_reminder()
        if message is None:
            break
        done = _handed_over(desk, notifier, message, done)
    return done


def _handed_over(desk: Desk, notifier: Notifier, message: Message, done: Sending) -> Sending:
    try:
        reference = notifier.send(message)
    except Exception as error:  # noqa: BLE001 - a notifier may raise anything, and must not stop others
        why = error.code if isinstance(error, CarecoordError) else type(error).__name__
        kept = desk.record_reminder_not_sent(
            message.key, why, try_again=not isinstance(error, InvalidValue)
        )
        if kept.next_at is None:
            return evolve(done, failed=done.failed + 1)
        return evolve(done, postponed=done.postponed + 1)
    desk.record_reminder_sent(message.key, reference)
    return evolve(done, sent=done.sent + 1)
