"""The laws of scheduling at the desk, searched over orders of operations."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carecoord import Actor, Clinic, NotAllowed, Period, Purpose, Role, Zone, open_store
from carecoord.visits import CancellationReason, Hold, Opening, Visit, collide
from carecoord.visits.bookings import HoldStatus, occupies_time
from carecoord.visits.repository import BOOKING
from tests.core.coordination.conftest import SmallClinic, SteppingClock

HALF = Period(datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 3, 18, tzinfo=UTC))
PATIENT = CancellationReason.PATIENT


class Desk(RuleBasedStateMachine):
    """One physician, one room and two patients, over three hours."""

    @initialize()
    def open(self):
        self.clock = SteppingClock()
        store = open_store("memory:", clock=self.clock)
        clinic = Clinic(store, zone=Zone("America/Chicago"))
        self.desk = clinic.desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT)
        self.small = SmallClinic(self.desk)
        self.type = self.desk.offer_visit_type(
            evolve(self.small.type, buffer_before=timedelta(minutes=5))
        )
        self.patients = (self.small.ada.id, self.small.ben.id)
        self.work = store.work

    def openings(self, patient=None):
        return self.desk.find_openings(self.type.id, HALF, patient=patient, limit=99).openings

    def bookings(self):
        return tuple(self.work().collection(BOOKING).each())

    def standing(self):
        return [b for b in self.bookings() if isinstance(b, Visit) and b.occupies_time]

    @rule(data=st.data(), who=st.integers(0, 1))
    def book(self, data, who):
        found = self.openings(self.patients[who])
        if found:
            self.desk.book(self.patients[who], self.type.id, data.draw(st.sampled_from(found)))

    @rule(data=st.data(), who=st.integers(0, 1), minutes=st.integers(1, 30))
    def hold(self, data, who, minutes):
        found = self.openings(self.patients[who])
        if found:
            opening, lasts = data.draw(st.sampled_from(found)), timedelta(minutes=minutes)
            patient = self.patients[who]
            self.desk.hold(self.type.id, opening, patient=patient, duration=lasts)

    @rule(data=st.data(), minutes=st.integers(1, 30))
    def hold_and_let_it_expire(self, data, minutes):
        self.clock.pass_(minutes=30)  # whatever was held has expired
        before = self.openings()
        if before:
            lasts = timedelta(minutes=minutes)
            self.desk.hold(self.type.id, data.draw(st.sampled_from(before)), duration=lasts)
            assert set(self.openings()) < set(before)
            self.clock.at += lasts
            assert self.openings() == before

    @rule(data=st.data())
    def confirm(self, data):
        holds = (one for one in self.bookings() if isinstance(one, Hold) and one.patient)
        held = [one for one in holds if one.status is HoldStatus.HELD]
        if held:
            hold = data.draw(st.sampled_from(held))
            opening = Opening.of(hold.occupation)
            may = self.desk.book.may(hold.patient, self.type.id, opening, held=hold.id)
            try:
                self.desk.book(hold.patient, self.type.id, opening, held=hold.id)
            except NotAllowed:
                assert hold.is_expired(self.clock.at)
            else:
                assert may

    @rule(data=st.data())
    def move(self, data):
        visits, found = self.standing(), self.openings()
        if visits and found:
            visit, to = data.draw(st.sampled_from(visits)), data.draw(st.sampled_from(found))
            try:
                moved = self.desk.reschedule(visit.id, to)
            except NotAllowed:
                assert self.desk.look_up_visit(visit.id) == visit
            else:
                assert moved.period == to.period
            assert len(self.standing()) == len(visits)

    @rule(data=st.data())
    def cancel(self, data):
        visits = self.standing()
        if visits:
            visit = data.draw(st.sampled_from(visits))
            before = set(self.openings())
            self.desk.cancel(visit.id, PATIENT)
            assert before <= set(self.openings())

    @rule(data=st.data(), who=st.integers(0, 1))
    def overbook(self, data, who):
        visits = self.standing()
        if visits:
            over = Opening.of(data.draw(st.sampled_from(visits)).occupation)
            because = {"overbook_because": "urgent", "overlap_because": "both at once"}
            self.desk.book(self.patients[who], self.type.id, over, **because)

    @rule(minutes=st.integers(1, 15))
    def time_passes(self, minutes):
        self.clock.pass_(minutes=minutes)

    @rule()
    def clean_up(self):
        """Whether anybody releases what expired makes no difference to what can be had."""
        before = self.openings(), self.standing()
        released = self.desk.release_expired_holds()
        assert all(hold.expires_at <= self.clock.at for hold in released)
        assert (self.openings(), self.standing()) == before

    @invariant()
    @precondition(lambda self: hasattr(self, "work"))
    def no_two_holders_of_one_lane_overlap(self):
        taking = [b for b in self.bookings() if occupies_time(b, self.clock.at)]
        for one, other in combinations(taking, 2):
            assert not collide(one.occupation, other.occupation)

    @invariant()
    @precondition(lambda self: hasattr(self, "work"))
    def every_opening_can_be_booked_at_once_and_no_other_time_can(self):
        patient = self.patients[0]
        found = {one.start for one in self.openings(patient)}
        start = HALF.start
        while start < HALF.end - timedelta(minutes=25):
            at = Opening(start, timedelta(minutes=30), "main", ("dr-wu", "room-1"))
            may = self.desk.book.may(patient, self.type.id, at)
            assert bool(may) is (start in found)
            start += timedelta(minutes=15)


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
