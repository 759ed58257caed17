"""Reminders on every store: a stuck notifier holds up nobody, and many senders send each once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from carecoord import Actor, Clinic, Gateways, HumanName, Period, Purpose, Role, open_store
from carecoord.coordination.sending_reminders import Sending, send_due_reminders
from carecoord.testing.notifier import SimulatedNotifier
from carecoord.visits import (
    Channel,
    Requirement,
    VisitType,
)
from tests.contracts.one_physician import CHICAGO, furnished

DAY = Period(datetime(2026, 3, 10, 14, tzinfo=UTC), datetime(2026, 3, 10, 22, tzinfo=UTC))


class Clock:
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)

    def now(self):
        return self.at


class Stuck:
    """Takes a message and comes back when it is let go."""

    def __init__(self):
        self.reached, self.let_go = threading.Event(), threading.Event()

    def send(self, message):
        self.reached.set()
        self.let_go.wait()


@pytest.fixture
def clinic(new_url):
    with new_url() as url, open_store(url, clock=Clock()) as store:
        yield Clinic(store, zone=CHICAGO)


@pytest.fixture
def desk(clinic):
    return furnished(
        clinic,
        VisitType(
            id="check-up",
            name="Check-up",
            duration=timedelta(minutes=30),
            requirements=(Requirement("physician"),),
        ),
    )


@pytest.fixture
def visits(desk, clinic):
    """Eight visits whose first reminder is due."""
    booked = tuple(book(desk) for _ in range(8))
    clinic.store.clock.at = DAY.start - timedelta(days=1)
    return booked


def book(desk):
    patient = desk.register(HumanName(family="Okafor"))
    desk.prefer_reminders(patient.id, (Channel.PORTAL,))
    (opening,) = desk.find_openings("check-up", DAY, limit=1).openings
    return desk.book(patient.id, "check-up", opening)


def send(clinic, notifier):
    clinic.gateways = Gateways(notifier=notifier)
    return send_due_reminders(clinic.desk(Actor.of("sender", Role.SYSTEM), Purpose.OPERATIONS))


def test_while_a_notifier_is_stuck_bookings_and_other_senders_go_on(clinic, desk, visits):
    stuck, well = Stuck(), SimulatedNotifier()
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(send, clinic, stuck)
        try:
            stuck.reached.wait()
            booked = book(desk)
            desk.reschedule(booked.id, desk.find_openings("check-up", DAY).openings[-1])
            desk.check_in.may(visits[0].id)
            assert send(clinic, well).sent == len(well.delivered) > 0
            assert not hanging.done()
        finally:
            stuck.let_go.set()
        hanging.result()


def test_many_senders_at_once_send_each_reminder_once(clinic, visits):
    notifier = SimulatedNotifier()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: send(clinic, notifier), range(4)))
    assert sum(one.sent for one in done) == len(visits)
    assert len(notifier.handed_over) == len({one.key for one in notifier.delivered}) == len(visits)
    assert send(clinic, notifier) == Sending()
