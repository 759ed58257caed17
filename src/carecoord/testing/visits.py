"""How the values of visits are drawn: on the cells of the store, and true to their status."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from carecoord.kernel.ids import ResourceId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.testing.strategies import dates, drawn_by, values_of, values_of_fields
from carecoord.visits.availability import Closure, ResourceKind, Schedule, WeeklyTemplate
from carecoord.visits.bookings import Block, Booking, GroupSession, Hold
from carecoord.visits.claims import CELL
from carecoord.visits.elsewhere import OutpatientAppointment, OutpatientStatus
from carecoord.visits.hours import Reserved, Shift, Weekday
from carecoord.visits.occupation import Occupation
from carecoord.visits.reminder_plan import Channel
from carecoord.visits.reminders import Reminder, ReminderStatus, ReplyReceived
from carecoord.visits.search import Opening
from carecoord.visits.series import Series
from carecoord.visits.statuses import AppointmentStatus
from carecoord.visits.visit import Cancellation, Deliberate, Encounter, Seat, Visit
from carecoord.visits.visit_types import Modality, OwnDuration, Requirement, VisitType
from carecoord.visits.waitlist import Offer, WaitlistEntry, WaitlistStatus

__all__ = ["bookings", "occupations", "visits"]

_START = datetime(2026, 1, 1, tzinfo=UTC)
_NUMBERS = ("+1 217 555 0117", "(217) 555-0117", "+1 217 555 0118")


def _cells(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda cells: cells * CELL)


@st.composite
def occupations(draw: st.DrawFn, resources: bool = True, overbooked: bool = True) -> Occupation:
    """Occupied times of some hours, in 2026 and 2027, on the cells of the store.

    Some are overbooked, unless that is ruled out; without resources they are those of a seat.
    """
    start = _START + draw(_cells(0, 2 * 365 * 288))
    some = st.lists(values_of(ResourceId), min_size=1, max_size=3, unique=True)
    taken = draw(some) if resources else []
    twice: list[Any] = []
    if taken and overbooked and draw(st.booleans()):
        twice = taken[: draw(st.integers(1, len(taken)))]
    return draw(
        values_of_fields(
            Occupation,
            period=_cells(1, 60).map(lambda length: Period(start, start + length)),
            resources=st.just(tuple(taken)),
            buffer_before=_cells(0, 12),
            buffer_after=_cells(0, 12),
            lane=st.integers(1, 3) if twice else st.just(0),
            overbooked=st.just(tuple(twice)),
        )
    )


def _reason(occupation: Occupation) -> st.SearchStrategy[Any]:
    """Why it is overbooked, if it is."""
    return values_of(Deliberate) if occupation.lane else st.none()


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    """Visits of every status, with what goes with it."""
    status = draw(st.sampled_from(AppointmentStatus))
    seat = draw(st.none() | values_of(Seat))
    occupation = draw(occupations(resources=seat is None))
    arrived = status in (
        AppointmentStatus.ARRIVED,
        AppointmentStatus.CHECKED_IN,
        AppointmentStatus.FULFILLED,
    )
    either_way = status in (AppointmentStatus.CANCELLED, AppointmentStatus.ENTERED_IN_ERROR)
    encounter = values_of(Encounter) if arrived else st.none()
    return draw(
        values_of_fields(
            Visit,
            status=st.just(status),
            seat=st.just(seat),
            occupation=st.just(occupation),
            overbooking=_reason(occupation),
            encounter=st.none() | values_of(Encounter) if either_way else encounter,
            cancellation=values_of(Cancellation)
            if status is AppointmentStatus.CANCELLED
            else st.none(),
        )
    )


@st.composite
def _others(draw: st.DrawFn, cls: type) -> Any:
    """Blocks and group sessions."""
    occupation = draw(occupations())
    fields = {"occupation": st.just(occupation), "overbooking": _reason(occupation)}
    return draw(values_of_fields(cls, **fields))


def bookings() -> st.SearchStrategy[Booking]:
    """Whatever occupies time."""
    holds = values_of_fields(Hold, occupation=occupations(overbooked=False))
    return st.one_of(visits(), holds, _others(Block), _others(GroupSession))


@st.composite
def _in_order(draw: st.DrawFn) -> Encounter:
    known = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    steps = draw(st.lists(_cells(0, 24), min_size=4, max_size=4))
    times = [_START + sum(steps[: n + 1], timedelta()) for n in range(4)]
    some = [at if there else None for at, there in zip(times[1:], known, strict=True)]
    return draw(
        values_of_fields(
            Encounter,
            arrived_at=st.just(times[0]),
            checked_in_at=st.just(some[0]),
            started_at=st.just(some[1]),
            finished_at=st.just(some[2]),
        )
    )


def _visit_types() -> st.SearchStrategy[VisitType]:
    more = st.lists(values_of(Requirement), max_size=2)
    provider = values_of(Requirement).map(lambda one: Requirement(one.role))
    rasters = st.sampled_from((5, 10, 15, 20, 30, 60)).map(lambda n: timedelta(minutes=n))
    own = st.builds(OwnDuration, values_of(ResourceId), _cells(1, 96))
    return values_of_fields(
        VisitType,
        duration=_cells(1, 96),
        own_durations=st.lists(own, max_size=2, unique_by=lambda it: it.resource).map(tuple),
        buffer_before=_cells(0, 12),
        buffer_after=_cells(0, 12),
        requirements=st.builds(lambda one, rest: (one, *rest), provider, more),
        modalities=st.frozensets(st.sampled_from(Modality), min_size=1),
        minimum_notice=st.timedeltas(timedelta(0), timedelta(days=60)),
        horizon=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=900)),
        starts_every=rasters,
    )


@st.composite
def _templates(draw: st.DrawFn) -> WeeklyTemplate:
    first, last = _two_days(draw)
    ends = draw(st.sampled_from(((first, last), (first, None), (None, last), (None, None))))
    return draw(
        values_of_fields(
            WeeklyTemplate,
            first=st.just(ends[0]),
            last=st.just(ends[1]),
            every_weeks=st.integers(1, 4) if ends[0] else st.just(1),
        )
    )


@st.composite
def _closures(draw: st.DrawFn) -> Closure:
    first, last = _two_days(draw)
    return draw(values_of_fields(Closure, first=st.just(first), last=st.just(last)))


def _two_days(draw: st.DrawFn) -> tuple[date, date]:
    one, other = draw(dates()), draw(dates())
    return min(one, other), max(one, other)


@st.composite
def _schedules(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from(ResourceKind))
    resource = st.none() if kind is ResourceKind.LOCATION else values_of(ResourceId)
    return draw(values_of_fields(Schedule, kind=st.just(kind), resource=resource))


@st.composite
def _series(draw: st.DrawFn) -> Series:
    first, last = _two_days(draw)
    codes = st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
    days = st.lists(codes, min_size=1, unique=True)
    weekly = days.map(lambda some: f"FREQ=WEEKLY;BYDAY={','.join(some)}")
    others = st.sampled_from(("FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY"))
    return draw(
        values_of_fields(
            Series,
            first=st.just(first),
            last=st.sampled_from((None, last)),
            at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
            rule=weekly | others,
        )
    )


@st.composite
def _waitlist_entries(draw: st.DrawFn) -> WaitlistEntry:
    first, last = _two_days(draw)
    status = draw(st.sampled_from(WaitlistStatus))
    return draw(
        values_of_fields(
            WaitlistEntry,
            first=st.just(first),
            last=st.sampled_from((None, last)),
            notice=st.timedeltas(timedelta(0), timedelta(days=30)),
            status=st.just(status),
            offer=values_of(Offer) if status is WaitlistStatus.OFFERED else st.none(),
        )
    )


@st.composite
def _reminders(draw: st.DrawFn) -> Reminder:
    status = draw(st.sampled_from(ReminderStatus))
    waits = status in (ReminderStatus.DUE, ReminderStatus.SENDING)
    handed_over = draw(st.integers(0, 5))
    return draw(
        values_of_fields(
            Reminder,
            before=_cells(1, 3_000),
            status=st.just(status),
            next_at=values_of(datetime) if waits else st.none(),
            attempts=st.just(handed_over),
            channel=st.sampled_from(Channel) if handed_over else st.none(),
            to=st.sampled_from(_NUMBERS) if handed_over else st.none(),
            replies=values_of(tuple[ReplyReceived, ...]) if handed_over else st.just(()),
        )
    )


@st.composite
def _offers(draw: st.DrawFn) -> Offer:
    at = _START + draw(_cells(0, 1_000))
    opening = Opening.of(draw(occupations(overbooked=False)))
    return Offer(opening, at, at + draw(_cells(1, 300)))


@st.composite
def _outpatient(draw: st.DrawFn) -> OutpatientAppointment:
    status = draw(st.sampled_from(OutpatientStatus))
    timed = (OutpatientStatus.CONFIRMED, OutpatientStatus.OCCURRED, OutpatientStatus.MISSED)
    first, last = _START + draw(_cells(0, 500)), _START + draw(_cells(501, 900))
    bounds = draw(st.sampled_from(((first, last), (first, None), (None, last), (None, None))))
    return draw(
        values_of_fields(
            OutpatientAppointment,
            status=st.just(status),
            period=values_of(Period) if status in timed else st.none() | values_of(Period),
            not_before=st.just(bounds[0]),
            not_after=st.just(bounds[1]),
        )
    )


drawn_by(OutpatientAppointment, _outpatient)
drawn_by(Occupation, occupations)
drawn_by(Series, _series)
drawn_by(WaitlistEntry, _waitlist_entries)
drawn_by(Reminder, _reminders)
drawn_by(Offer, _offers)
drawn_by(Opening, lambda: occupations(overbooked=False).map(Opening.of))
drawn_by(Visit, visits)
drawn_by(Hold, lambda: values_of_fields(Hold, occupation=occupations(overbooked=False)))
drawn_by(Block, lambda: _others(Block))
drawn_by(GroupSession, lambda: _others(GroupSession))
drawn_by(Encounter, _in_order)
drawn_by(OwnDuration, lambda: st.builds(OwnDuration, values_of(ResourceId), _cells(1, 96)))
drawn_by(VisitType, _visit_types)
drawn_by(WeeklyTemplate, _templates)
drawn_by(Closure, _closures)
drawn_by(Schedule, _schedules)
drawn_by(
    Shift,
    fields=lambda: {"weekdays": st.frozensets(st.sampled_from(Weekday), min_size=1)},
)
drawn_by(
    Reserved,
    fields=lambda: {"visit_types": st.frozensets(values_of(VisitTypeId), min_size=1, max_size=3)},
)
