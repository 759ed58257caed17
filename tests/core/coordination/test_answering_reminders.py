from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from carecoord import Gateways, NotAllowed, Period
from carecoord.compliance.consents import ConsentKind, ConsentStatus
from carecoord.coordination.sending_reminders import Sending, send_due_reminders
from carecoord.kernel.contact import Telecom, TelecomSystem
from carecoord.visits import AppointmentStatus, Channel
from carecoord.visits.reminders import ReminderStatus, Reply

NUMBER = "+1 217 555 0117"
SMS = Telecom(system=TelecomSystem.SMS, value=NUMBER)
EMAIL = Telecom(system=TelecomSystem.EMAIL, value="ada@example.org")
TUESDAY = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture
def gateways(notifier):
    return Gateways(notifier=notifier)


def booked(desk, small, patient, at):
    agreed = {"signed_by": "the patient", "numbers": {"217-555-0117", "217-555-0118"}}
    desk.record_consent(patient.id, ConsentKind.AUTOMATED_MESSAGES, **agreed)
    desk.change_record(evolve(desk.look_up_patient(patient.id), telecoms=(SMS, EMAIL)))
    (opening,) = desk.find_openings(small.type.id, Period.starting(at, minutes=30)).openings
    return desk.book(patient.id, small.type.id, opening)


@pytest.fixture
def visit(desk, small):
    return booked(desk, small, small.ada, TUESDAY)


@pytest.fixture
def reminder(robot, desk, visit, clock):
    """The one that was sent a week before the visit."""
    clock.at = visit.period.start - timedelta(days=7)
    send_due_reminders(robot)
    return desk.reminders_of(visit.id)[0]


def test_a_confirmation_is_on_record_and_the_next_reminder_still_comes(
    robot, reminder, desk, visit, clock
):
    assert robot.answer_reminder(reminder.id, Reply.CONFIRM).status is ReminderStatus.CONFIRMED
    assert desk.look_up_visit(visit.id).status is AppointmentStatus.BOOKED
    clock.at = visit.period.start - timedelta(days=1)
    assert send_due_reminders(robot) == Sending(sent=1)


def test_who_cannot_come_gives_the_time_back(robot, reminder, desk, small, visit):
    assert robot.answer_reminder(reminder.id, Reply.CANCEL).status is ReminderStatus.DECLINED
    assert desk.look_up_visit(visit.id).status is AppointmentStatus.CANCELLED
    span = Period(visit.period.start, visit.period.end)
    assert desk.find_openings(small.type.id, span).openings
    again = robot.answer_reminder(reminder.id, Reply.CANCEL)
    assert len(again.replies) == 2


def test_who_answers_too_late_cancels_nothing(robot, reminder, desk, visit, clock):
    clock.at = visit.period.start
    robot.answer_reminder(reminder.id, Reply.CANCEL)
    assert desk.look_up_visit(visit.id).status is AppointmentStatus.BOOKED


def test_an_answer_about_the_old_time_does_not_cancel_the_new_one(
    robot, reminder, desk, small, visit
):
    later = Period.starting(TUESDAY + timedelta(days=1), minutes=30)
    desk.reschedule(visit.id, desk.find_openings(small.type.id, later).openings[0])
    robot.answer_reminder(reminder.id, Reply.CANCEL)
    assert desk.look_up_visit(visit.id).status is AppointmentStatus.BOOKED


def test_who_wants_another_time_keeps_the_old_one_until_somebody_found_it(
    robot, reminder, desk, small, visit
):
    robot.answer_reminder(reminder.id, Reply.RESCHEDULE)
    assert desk.look_up_visit(visit.id).status is AppointmentStatus.BOOKED
    assert [one.id for one in desk.reminders_to_follow_up()] == [reminder.id]
    later = Period.starting(TUESDAY + timedelta(days=1), minutes=30)
    desk.reschedule(visit.id, desk.find_openings(small.type.id, later).openings[0])
    assert desk.reminders_to_follow_up() == ()


def test_stop_takes_back_the_consent_and_that_channel_is_used_no_more(
    robot, reminder, desk, small, visit, notifier, clock
):
    (stopped,) = robot.receive_reply(Channel.TEXT, "217.555.0117", "Stop.")
    assert stopped.status is ReminderStatus.OPTED_OUT
    (consent,) = desk.consents_of(small.ada.id)
    assert consent.status is ConsentStatus.REVOKED
    assert Channel.TEXT not in desk.reminder_preference_of(small.ada.id).channels
    assert desk.automated_messages_to(small.ada.id, NUMBER) is False
    robot.receive_reply(Channel.TEXT, NUMBER, "STOP")
    clock.at = visit.period.start - timedelta(days=1)
    send_due_reminders(robot)
    assert notifier.delivered[-1].channel is Channel.EMAIL
    (by_email,) = robot.receive_reply(Channel.EMAIL, "ADA@example.org", "unsubscribe")
    assert by_email.status is ReminderStatus.OPTED_OUT
    clock.at = visit.period.start - timedelta(hours=2)
    assert send_due_reminders(robot) == Sending()


def test_a_consent_to_another_number_stands(robot, reminder, desk, small):
    other = desk.record_consent(
        small.ada.id,
        ConsentKind.AUTOMATED_MESSAGES,
        signed_by="the patient",
        numbers={"+1 217 555 0199"},
    )
    robot.answer_reminder(reminder.id, Reply.STOP)
    kept = {one.id: one.status for one in desk.consents_of(small.ada.id)}
    assert kept.pop(other.id) is ConsentStatus.ACTIVE
    assert set(kept.values()) == {ConsentStatus.REVOKED}


def test_words_from_a_number_are_about_the_one_visit_to_come(robot, reminder, desk, visit, clock):
    (confirmed,) = robot.receive_reply(Channel.TEXT, NUMBER, "yes")
    assert confirmed.id == reminder.id
    with pytest.raises(NotAllowed, match="reply_is_understood"):
        robot.receive_reply(Channel.TEXT, NUMBER, "what?")
    with pytest.raises(NotAllowed, match="reply_is_to_a_reminder"):
        robot.receive_reply(Channel.TEXT, "217 555 0118", "yes")
    clock.at = visit.period.start
    with pytest.raises(NotAllowed, match="reply_is_to_a_reminder"):
        robot.receive_reply(Channel.TEXT, NUMBER, "yes")


def test_a_family_with_one_number_is_asked_back_but_can_stop_it_all(
    robot, reminder, desk, small, visit, clock
):
    bens = booked(desk, small, small.ben, TUESDAY + timedelta(hours=1))
    clock.at = bens.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending(sent=1)
    with pytest.raises(NotAllowed, match="reply_is_about_one_visit") as error:
        robot.receive_reply(Channel.TEXT, NUMBER, "2")
    assert visit.id in str(error.value)
    assert len(robot.receive_reply(Channel.TEXT, NUMBER, "STOP")) == 2
    for patient in (small.ada, small.ben):
        assert desk.automated_messages_to(patient.id, NUMBER) is False


def test_a_failed_reminder_of_a_moved_visit_needs_no_call(robot, reminder, desk):
    robot.answer_reminder(reminder.id, Reply.RESCHEDULE)
    robot.answer_reminder(reminder.id, Reply.CANCEL)
    assert desk.reminders_to_follow_up() == ()
