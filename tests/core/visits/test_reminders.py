from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.time import Period
from carecoord.testing.strategies import values_of
from carecoord.visits import repository as kept
from carecoord.visits.claims import CELL
from carecoord.visits.occupation import Occupation
from carecoord.visits.reminder_plan import Channel
from carecoord.visits.reminders import (
    REMINDER,
    Reminder,
    ReminderPreference,
    ReminderStatus,
    Reply,
    ReplyReceived,
    reminder_speaks_of_the_visit,
    reply_in_words,
    reply_is_to_what_was_handed_over,
)
from carecoord.visits.statuses import CancellationReason
from carecoord.visits.visit import Visit

START = datetime(2026, 3, 10, 15, tzinfo=UTC)
DUE = START - timedelta(days=1)
DAY = timedelta(days=1)
DUE_REMINDER = Reminder(
    id="reminder-1", patient="ada", visit="visit-1", start=START, before=DAY, due=DUE, next_at=DUE
)
TAKEN = DUE_REMINDER.taken(DUE + CELL, Channel.TEXT, "+1 217 555 0117")

verbs = st.lists(st.sampled_from([verb for _, verb in REMINDER.moves]), max_size=8)


def done(reminder: Reminder, verb: str) -> Reminder:
    match verb:
        case "take":
            return reminder.taken(DUE, Channel.CALL, "217 555 0117")
        case "postpone":
            return reminder.postponed(DUE, "no line")
        case "fail":
            return reminder.failed("no line")
        case "drop":
            return reminder.dropped("the visit is off")
        case "send":
            return reminder.sent(DUE, "ref")
        case _:
            return reminder.answered(Reply(verb), DUE)


@given(values_of(Reminder), verbs)
def test_whatever_happens_to_a_reminder_it_waits_or_is_settled(reminder, verbs):
    for verb in verbs:
        try:
            reminder = done(reminder, verb)
        except NotAllowed:
            continue
        waits = reminder.status in (ReminderStatus.DUE, ReminderStatus.SENDING)
        assert waits is (reminder.next_at is not None)
        if reminder.replies:
            assert reminder.attempts


@given(values_of(Reminder), st.integers(1, 3))
def test_to_hear_again_that_it_was_sent_changes_nothing(reminder, times):
    sent = evolve(reminder, status=ReminderStatus.DUE, next_at=DUE, replies=()).sent(DUE, "ref")
    for n in range(times):
        assert sent.sent(DUE + n * DAY, "other") is sent


def test_an_answer_may_come_before_the_word_that_it_was_sent():
    confirmed = TAKEN.answered(Reply.CONFIRM, DUE)
    assert confirmed.status is ReminderStatus.CONFIRMED
    assert confirmed.sent(DUE, "ref") is confirmed
    later = confirmed.answered(Reply.RESCHEDULE, DUE + CELL)
    assert later.status is ReminderStatus.WANTS_ANOTHER_TIME
    assert [one.reply for one in later.replies] == [Reply.CONFIRM, Reply.RESCHEDULE]


def test_nobody_answers_what_was_never_handed_over():
    assert reply_is_to_what_was_handed_over(TAKEN)
    with pytest.raises(NotAllowed, match="never handed over"):
        DUE_REMINDER.answered(Reply.STOP, DUE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"before": timedelta()},
        {"next_at": None},
        {"status": ReminderStatus.SENT},
        {"attempts": 1},
        {"channel": Channel.TEXT},
        {"to": "somewhere"},
        {"replies": (ReplyReceived(Reply.STOP, DUE),)},
    ],
)
def test_a_reminder_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(InvalidValue):
        evolve(DUE_REMINDER, **wrong)


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("1", Reply.CONFIRM),
        (" Yes! ", Reply.CONFIRM),
        ("2", Reply.CANCEL),
        ("3.", Reply.RESCHEDULE),
        ("STOP", Reply.STOP),
        ("Opt  out", Reply.STOP),
        ("cancel", Reply.STOP),
        ("who is this?", None),
        ("", None),
    ],
)
def test_what_words_mean(words, reply):
    assert reply_in_words(words) is reply


def test_a_reminder_speaks_of_one_time_of_a_visit():
    occupation = Occupation(Period.starting(START, minutes=30), ("dr-wu",), "main")
    visit = Visit(id="visit-1", patient="ada", visit_type="checkup", occupation=occupation)
    assert reminder_speaks_of_the_visit(TAKEN, visit)
    later = evolve(occupation, period=Period.starting(START + DAY, minutes=30))
    moved = visit.rescheduled(later, by="nora", at=DUE)
    assert "moved" in reminder_speaks_of_the_visit(TAKEN, moved).reason
    back = moved.rescheduled(occupation, by="nora", at=DUE)
    assert not reminder_speaks_of_the_visit(TAKEN, back)
    assert reminder_speaks_of_the_visit(evolve(TAKEN, moves=2), back)
    off = visit.cancelled(CancellationReason.PATIENT, by="nora", at=DUE)
    assert "cancelled" in reminder_speaks_of_the_visit(TAKEN, off).reason


def test_a_channel_can_be_left_out():
    wanted = ReminderPreference(id="p", patient="ada", channels=(Channel.TEXT, Channel.EMAIL))
    assert wanted.without(Channel.TEXT).channels == (Channel.EMAIL,)


def test_where_it_went_is_found_again_however_it_is_written():
    reached = kept.REMINDER.fields["reached"].value
    assert reached(TAKEN) == "2175550117"
    assert reached(evolve(TAKEN, channel=Channel.EMAIL, to="Ada@Example.org")) == "ada@example.org"
    assert reached(evolve(TAKEN, channel=Channel.LETTER, to="12 Main St")) is None
    assert reached(DUE_REMINDER) is None
