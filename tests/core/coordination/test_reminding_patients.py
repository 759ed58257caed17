from datetime import UTC, datetime, time, timedelta

import pytest
from attrs import evolve

from carecoord import (
    AccessDenied,
    Actor,
    Gateways,
    InvalidValue,
    NotAllowed,
    NotFound,
    Period,
    Purpose,
    Role,
    Unavailable,
    Zone,
)
from carecoord.compliance.consents import ConsentKind
from carecoord.compliance.request_terms import ReachAt
from carecoord.compliance.request_times import RequestKind
from carecoord.coordination.practice import REMINDERS
from carecoord.coordination.reaching_a_patient import LETTER_TAKES
from carecoord.coordination.reminding_patients import ATTEMPTS, HANDED_OVER_FOR
from carecoord.coordination.sending_reminders import Sending, send_due_reminders
from carecoord.kernel.contact import Address, Telecom, TelecomSystem, Use
from carecoord.visits import CancellationReason, Channel, Modality, QuietHours
from carecoord.visits.reminders import ReminderStatus, Reply

MOBILE = Telecom(system=TelecomSystem.PHONE, value="+1 217 555 0117", use=Use.MOBILE)
EMAIL = Telecom(system=TelecomSystem.EMAIL, value="ada@example.org")
HOME = Address(lines=("12 Main St",), city="Springfield", state="IL", postal_code="62701")
TUESDAY = datetime(2026, 3, 10, 15, tzinfo=UTC)  # ten o'clock


@pytest.fixture
def gateways(notifier):
    return Gateways(notifier=notifier)


@pytest.fixture
def ada(desk, small):
    desk.change_record(evolve(small.ada, telecoms=(MOBILE, EMAIL), addresses=(HOME,)))
    return agreed(desk, desk.look_up_patient(small.ada.id))


@pytest.fixture
def visit(desk, small, ada, clock):
    """In eight days, at ten."""
    return booked(desk, small, ada, TUESDAY)


def agreed(desk, patient):
    desk.record_consent(
        patient.id,
        ConsentKind.AUTOMATED_MESSAGES,
        signed_by="the patient",
        numbers={"(217) 555-0117"},
    )
    return patient


def booked(desk, small, patient, at, **named):
    span = Period.starting(at, minutes=30)
    (opening,) = desk.find_openings(small.type.id, span, limit=1, **named).openings
    return desk.book(patient.id, small.type.id, opening, **named)


def statuses(desk, visit):
    return [one.status for one in desk.reminders_of(visit.id)]


def test_a_week_a_day_and_two_hours_before_a_visit_each_once(robot, notifier, visit, clock):
    days = []
    while clock.at < visit.period.end:
        before = len(notifier.delivered)
        done = send_due_reminders(robot)
        assert done == Sending(sent=len(notifier.delivered) - before)
        days += [visit.period.start - clock.at] * done.sent
        clock.pass_(minutes=15)
    assert days == list(REMINDERS.before)
    assert [one.to for one in notifier.delivered] == [MOBILE.value] * 3
    assert notifier.delivered[0].text == (
        "You have an appointment on Tuesday, March 10 at 10:00 at Main Street. Answer 1 to confirm,"
        " 2 to cancel, 3 for another time, STOP for no more reminders."
    )
    assert statuses(robot, visit) == [ReminderStatus.SENT] * 3


def test_who_was_away_reminds_once_and_of_the_nearest(robot, notifier, visit, clock, desk):
    robot.plan_reminders()
    clock.at = visit.period.start - timedelta(hours=1)
    assert send_due_reminders(robot) == Sending(sent=1)
    assert sorted(one.name for one in statuses(desk, visit)) == ["DROPPED", "DROPPED", "SENT"]


def test_a_visit_that_moves_is_reminded_of_its_new_time_only(
    robot, notifier, visit, clock, desk, small
):
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot).sent == 1
    span = Period.starting(TUESDAY + timedelta(days=1), minutes=30)
    for back in (span, visit.period, span):
        opening = desk.find_openings(small.type.id, Period(back.start, back.end)).openings[0]
        visit = desk.reschedule(visit.id, opening)
    while clock.at < visit.period.end:
        send_due_reminders(robot)
        clock.pass_(hours=1)
    assert [one.starts for one in notifier.delivered] == [TUESDAY, *[span.start] * 3]


def test_a_visit_that_is_off_is_reminded_of_no_more(robot, notifier, visit, clock, desk):
    robot.plan_reminders()
    desk.cancel(visit.id, CancellationReason.PATIENT)
    clock.at = visit.period.start - timedelta(hours=2)
    assert send_due_reminders(robot) == Sending()
    assert {one.reason for one in desk.reminders_of(visit.id)} == {"the visit is cancelled"}


def test_nobody_is_reminded_of_what_has_begun(robot, visit, clock, desk):
    robot.plan_reminders()
    clock.at = visit.period.start
    assert send_due_reminders(robot) == Sending()
    assert {one.reason for one in desk.reminders_of(visit.id)} == {"the visit has begun"}


def test_what_cannot_be_sent_now_is_tried_again_and_again_and_then_somebody_calls(
    robot, notifier, visit, clock, desk
):
    notifier.fails = Unavailable("no line")
    clock.at = visit.period.start - timedelta(days=7)
    tried = []
    for minute in range(60):
        done = send_due_reminders(robot)
        tried += [minute] * (done.postponed + done.failed)
        clock.pass_(minutes=1)
    assert tried == [0, 1, 3, 7, 15]
    assert len({one.key for one in notifier.handed_over}) == 1
    (failed,) = desk.reminders_to_follow_up()
    assert (failed.status, failed.reason, failed.attempts) == (
        ReminderStatus.FAILED,
        "unavailable",
        ATTEMPTS,
    )
    desk.cancel(visit.id, CancellationReason.PATIENT)
    assert desk.reminders_to_follow_up() == ()


def test_a_number_out_of_service_is_not_tried_again(robot, notifier, visit, clock, desk):
    notifier.fails = InvalidValue("Message.to", "is not in service")
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending(failed=1)
    notifier.fails = None
    assert send_due_reminders(robot) == Sending()


def test_whatever_a_notifier_raises_it_stops_nobody_and_is_not_quoted(
    robot, notifier, visit, clock, desk
):
    notifier.fails = RuntimeError("Ada Okafor, +1 217 555 0117")
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending(postponed=1)
    assert {one.reason for one in desk.reminders_of(visit.id)} == {"", "RuntimeError"}


class Died(BaseException):
    pass


def test_a_crash_after_the_message_went_out_sends_it_once(robot, notifier, visit, clock, desk):
    """At least once to the notifier, under one key; once to the patient."""

    class Dying:
        def send(self, message):
            notifier.send(message)
            raise Died

    clock.at = visit.period.start - timedelta(days=7)
    robot.practice.gateways = Gateways(notifier=Dying())
    with pytest.raises(Died):
        send_due_reminders(robot)
    robot.practice.gateways = Gateways(notifier=notifier)
    assert send_due_reminders(robot) == Sending()
    clock.at += HANDED_OVER_FOR
    assert send_due_reminders(robot) == Sending(sent=1)
    assert len(notifier.handed_over) == 2
    assert len(notifier.delivered) == 1


def test_what_kills_its_senders_is_given_up(robot, visit, clock, desk):
    clock.at = visit.period.start - timedelta(days=7)
    for _ in range(ATTEMPTS):
        robot.plan_reminders()
        assert robot.take_reminder() is not None
        clock.at += HANDED_OVER_FOR
    assert robot.take_reminder() is None
    assert desk.reminders_to_follow_up()[0].reason == "nobody said what became of it"


def test_word_that_comes_late_counts_and_word_that_comes_twice_changes_nothing(
    robot, visit, clock, desk
):
    clock.at = visit.period.start - timedelta(days=7)
    robot.plan_reminders()
    message = robot.take_reminder()
    clock.at += HANDED_OVER_FOR
    assert robot.take_reminder().key == message.key
    sent = robot.record_reminder_sent(message.key, "ref-1")
    assert robot.record_reminder_sent(message.key, "ref-2") == sent
    assert robot.record_reminder_not_sent(message.key, "too late") == sent


def test_of_two_who_failed_the_later_word_changes_nothing(robot, visit, clock):
    clock.at = visit.period.start - timedelta(days=7)
    robot.plan_reminders()
    message = robot.take_reminder()
    clock.at += HANDED_OVER_FOR
    assert robot.take_reminder().key == message.key
    postponed = robot.record_reminder_not_sent(message.key, "no line")
    assert postponed.status is ReminderStatus.DUE
    assert robot.record_reminder_not_sent(message.key, "no line either") == postponed


def test_quiet_hours_are_kept_even_by_who_is_late(robot, notifier, visit, clock, desk):
    robot.plan_reminders()
    clock.at = datetime(2026, 3, 10, 4, tzinfo=UTC)  # eleven at night
    assert send_due_reminders(robot) == Sending()
    clock.at = datetime(2026, 3, 10, 12, 59, tzinfo=UTC)
    assert send_due_reminders(robot) == Sending()
    clock.at = datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert send_due_reminders(robot) == Sending(sent=1)


def test_the_patients_own_wishes_hold(robot, notifier, visit, clock, desk, ada):
    berlin = Zone("Europe/Berlin")
    desk.prefer_reminders(ada.id, (Channel.LETTER, Channel.EMAIL))
    assert desk.reminder_preference_of(ada.id).channels == (Channel.LETTER, Channel.EMAIL)
    wanted = desk.prefer_reminders(
        ada.id, (Channel.LETTER, Channel.EMAIL), quiet=QuietHours(time(20), time(9)), zone=berlin
    )
    assert desk.reminder_preference_of(ada.id) == wanted
    clock.at = visit.period.start - timedelta(days=7)
    send_due_reminders(robot)
    clock.at = visit.period.start - timedelta(days=1)
    send_due_reminders(robot)
    by_letter, by_email = notifier.delivered
    assert by_letter.to == "Ada Okafor\n12 Main St\nSpringfield, IL 62701"
    assert "STOP" not in by_letter.text
    assert (by_email.channel, by_email.to) == (Channel.EMAIL, EMAIL.value)
    desk.prefer_reminders(ada.id, ())
    clock.at = visit.period.start - timedelta(hours=2)
    assert send_due_reminders(robot) == Sending()
    assert desk.reminder_preference_of("patient-none") is None
    with pytest.raises(NotFound):
        desk.prefer_reminders("patient-none", ())


def test_without_consent_there_is_no_automated_text_or_call(robot, notifier, desk, small, clock):
    desk.change_record(evolve(small.ada, telecoms=(MOBILE, EMAIL)))
    visit = booked(desk, small, small.ada, TUESDAY)
    clock.at = visit.period.start - timedelta(days=7)
    send_due_reminders(robot)
    assert [one.channel for one in notifier.delivered] == [Channel.EMAIL]


def test_who_cannot_be_reached_is_not(robot, notifier, desk, small, clock):
    visit = booked(desk, small, small.ben, TUESDAY)
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending()
    desk.prefer_reminders(small.ben.id, (Channel.PORTAL,))
    clock.at = visit.period.start - timedelta(days=1)
    assert send_due_reminders(robot) == Sending(sent=1)
    assert notifier.delivered[0].to == small.ben.id
    desk.change_record(evolve(desk.look_up_patient(small.ben.id), deceased_at=clock.at))
    clock.at = visit.period.start - timedelta(hours=2)
    assert send_due_reminders(robot) == Sending()


@pytest.mark.parametrize(
    ("reach_at", "reached"),
    [
        (ReachAt(telecom=Telecom(system=TelecomSystem.EMAIL, value="b@x.org")), [Channel.EMAIL]),
        (ReachAt(telecom=MOBILE), [Channel.TEXT]),
        (ReachAt(address=Address(lines=("PO Box 9",))), [Channel.LETTER]),
        (ReachAt(telecom=Telecom(system=TelecomSystem.FAX, value="217 555 0199")), []),
    ],
)
def test_who_asked_to_be_reached_in_one_way_only_is_reached_in_that(
    robot, notifier, desk, visit, clock, ada, reach_at, reached
):
    asked = desk.receive_individual_request(
        ada.id, RequestKind.CONFIDENTIAL_COMMUNICATION, "not at home", reach_at=reach_at
    )
    desk.grant_individual_request(asked.id)
    desk.prefer_reminders(ada.id, (Channel.PORTAL, Channel.TEXT))
    clock.at = visit.period.start - timedelta(days=7)
    send_due_reminders(robot)
    assert [one.channel for one in notifier.delivered] == reached
    assert all("12 Main St" not in one.to for one in notifier.delivered)
    assert timedelta(days=2) < LETTER_TAKES < timedelta(days=7)


def test_old_numbers_and_addresses_are_not_used(robot, notifier, desk, small, clock):
    desk.change_record(
        evolve(
            small.ada,
            telecoms=(evolve(EMAIL, use=Use.OLD), evolve(MOBILE, use=Use.OLD)),
            addresses=(evolve(HOME, use=Use.OLD), evolve(HOME, until=clock.at.date())),
        )
    )
    agreed(desk, small.ada)
    visit = booked(desk, small, small.ada, TUESDAY)
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending()


def test_telehealth_says_so_by_the_patients_own_clock(robot, notifier, desk, small, ada, clock):
    desk.offer_visit_type(evolve(small.type, modalities=frozenset(Modality)))
    visit = booked(desk, small, ada, TUESDAY, modality=Modality.TELEHEALTH)
    channels = (Channel.TEXT,)
    desk.prefer_reminders(ada.id, channels, zone=Zone("America/Los_Angeles"))
    clock.at = visit.period.start - timedelta(days=7)
    assert send_due_reminders(robot) == Sending()  # it is seven in the morning there
    clock.pass_(hours=1)
    send_due_reminders(robot)
    assert "at 08:00 PDT with Main Street, by video" in notifier.delivered[0].text


def test_two_who_plan_at_once_plan_once(robot, visit, desk):
    span = Period.starting(visit.period.start, minutes=30)
    assert len(robot.plan_reminders(span)) == 3
    assert robot.plan_reminders(span) == ()
    assert robot.plan_reminders() == ()


def test_a_practice_may_remind_nobody(clinic, robot, visit, desk):
    clinic.reminders = evolve(clinic.reminders, before=())
    assert robot.plan_reminders() == ()
    clinic.gateways = Gateways()
    with pytest.raises(NotAllowed, match="practice_has_a_notifier"):
        send_due_reminders(robot)


def test_only_who_may_remind_does(clinic):
    physician = clinic.desk(Actor.of("wu", Role.CLINICIAN), Purpose.TREATMENT)
    with pytest.raises(AccessDenied):
        physician.take_reminder()


def test_no_more_than_the_limit_at_once(robot, visit, desk, small, clock, notifier):
    agreed(desk, evolve(small.ben, telecoms=(MOBILE,)))
    desk.change_record(evolve(small.ben, telecoms=(MOBILE,)))
    booked(desk, small, small.ben, TUESDAY + timedelta(hours=1))
    clock.at = TUESDAY - timedelta(days=1)
    assert send_due_reminders(robot, limit=1) == Sending(sent=1)
    assert send_due_reminders(robot, limit=0) == Sending()
    clock.pass_(hours=1)
    assert send_due_reminders(robot) == Sending(sent=2)
    assert desk.answer_reminder(notifier.delivered[0].key, Reply.CONFIRM).replies
