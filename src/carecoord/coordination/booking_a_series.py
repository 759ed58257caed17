"""Responsibility 4: visits that come again. A series is booked whole, or as far as it fits."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from attrs import evolve, frozen

from carecoord.coordination.booking_a_visit import book
from carecoord.coordination.openness import calendars_for, when_busy
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import carry_units, release_units
from carecoord.coordination.use_case import use_case
from carecoord.errors import NotAllowed, Refused
from carecoord.kernel.ids import LocationId, PatientId, ResourceId, SeriesId, VisitTypeId
from carecoord.kernel.time import Period, Zone
from carecoord.kernel.values import checked
from carecoord.visits.search import Search
from carecoord.visits.series import Series, SeriesPlan, following, plan_series
from carecoord.visits.statuses import CancellationReason
from carecoord.visits.visit import Occurrence, Visit
from carecoord.visits.visit_types import Modality

__all__ = [
    "SeriesDay",
    "book_series",
    "cancel_series_from",
    "change_series_from",
    "leave_out_of_series",
    "series_of",
    "series_report",
]

_SEARCHED = ("patient", "schedule", "visit_type")


@frozen(field_transformer=checked)
class SeriesDay:
    """One day of a series, and the visit that stands for it, wherever it moved to."""

    day: date
    visit: Visit | None


@use_case("series", reads=_SEARCHED, writes=("series", "booking"))
def book_series(
    turn: Turn,
    patient: PatientId,
    visit_type: VisitTypeId,
    *,
    zone: Zone,
    first: date,
    at: time,
    rule: str,
    count: int | None = None,
    last: date | None = None,
    until: date,
    providers: tuple[ResourceId, ...] = (),
    locations: tuple[LocationId, ...] = (),
    modality: Modality = Modality.IN_PERSON,
    as_many_as_fit: bool = False,
) -> Series:
    """Book a series up to and with `until`: every day of it, or none, or as many as fit.

    `series_report` says what became of each day.

    Raises:
        NotAllowed: some day does not fit, and they are all named; or not one does.
        InvalidValue: the rule is none of RFC 5545, or there are no visits of this modality.
    """
    series = Series(
        id=SeriesId(turn.new_id("series")),
        patient=patient,
        visit_type=visit_type,
        zone=zone,
        first=first,
        at=at,
        rule=rule,
        count=count,
        last=last,
        modality=modality,
        sensitivities=turn.visit_types.get(visit_type).sensitivities,
    )
    kept = turn.series.add(series)
    _book_days(turn, series, until, providers, locations, as_many_as_fit)
    turn.tell("series_booked", kept)
    return kept


@use_case("series", reads=("location",), writes=("series", "booking", "authorization"))
def cancel_series_from(
    turn: Turn, series: SeriesId, day: date, reason: CancellationReason
) -> Series:
    """End a series before a day of it: what stands for that day and later ones is cancelled.

    Raises:
        InvalidValue: that day is none of the series, or its first one.
    """
    before, _ = turn.series.get(series).split(day, SeriesId(turn.new_id("series")))
    _cancel(turn, following(before, day, turn.bookings.in_series(series)), reason)
    return turn.series.replace(before)


@use_case("series", reads=(*_SEARCHED, "location"), writes=("series", "booking", "authorization"))
def change_series_from(
    turn: Turn,
    series: SeriesId,
    day: date,
    reason: CancellationReason,
    *,
    until: date,
    at: time | None = None,
    rule: str | None = None,
    providers: tuple[ResourceId, ...] = (),
    locations: tuple[LocationId, ...] = (),
    as_many_as_fit: bool = False,
) -> Series:
    """Change this day of a series and all that follow: another time, or another rule.

    What stood for them is given up, for this reason, and booked anew in the same unit of work;
    authorized units go along where they cover the new day, one visit after the other. A day whose
    patient has come keeps its visit. Gives the new series.

    Raises:
        NotAllowed: some day does not fit, and they are all named; then all stays as it was.
    """
    before, after = turn.series.get(series).split(day, SeriesId(turn.new_id("series")))
    after = evolve(after, at=after.at if at is None else at, rule=rule or after.rule)
    affected = following(before, day, turn.bookings.in_series(series))
    given_up = _called_off(turn, affected, reason)
    turn.series.replace(before)
    kept = turn.series.add(after)
    standing = _standing_in(turn, after, affected, until)
    booked = _book_days(turn, after, until, providers, locations, as_many_as_fit, besides=standing)
    for old, new in zip(given_up, booked, strict=False):
        carry_units(turn, old, new)
    for old in given_up[len(booked) :]:
        release_units(turn, old)
    turn.tell("series_booked", kept)
    return kept


@use_case("series", reads=("location",), writes=("series", "booking", "authorization"))
def leave_out_of_series(
    turn: Turn, series: SeriesId, day: date, reason: CancellationReason
) -> Series:
    """Leave one day out of a series; the others stay as they are.

    To move one visit of a series, reschedule it: the others stay as well.
    """
    found = turn.series.get(series)
    visits = turn.bookings.in_series(series)
    standing = (one for one in visits if one.occurrence is not None and one.occurrence.day == day)
    _cancel(turn, standing, reason)
    return turn.series.replace(found.without(day))


@use_case("series", reads=("series",))
def series_of(turn: Turn, patient: PatientId) -> tuple[Series, ...]:
    """The series of a patient, by their first day."""
    return turn.series.of_patient(patient)


@use_case("series", reads=("series", "booking"))
def series_report(turn: Turn, series: SeriesId, *, until: date) -> tuple[SeriesDay, ...]:
    """Each day of a series up to and with `until`, and the visit that stands for it, if any."""
    found = turn.series.get(series)
    standing = {
        visit.occurrence.day: visit
        for visit in turn.bookings.in_series(series)
        if visit.occurrence is not None and visit.occupies_time
    }
    return tuple(SeriesDay(day, standing.get(day)) for day in found.days(until))


def _book_days(
    turn: Turn,
    series: Series,
    until: date,
    providers: tuple[ResourceId, ...],
    locations: tuple[LocationId, ...],
    as_many_as_fit: bool,
    besides: frozenset[date] = frozenset(),
) -> list[Visit]:
    """The visits booked, by their days; those `besides` have theirs already."""
    wanted = evolve(series, except_for=series.except_for | besides)
    if besides and not wanted.days(until):
        return []
    plan = _plan(turn, wanted, until, providers, locations)
    if plan.does_not_fit and not (as_many_as_fit and plan.fits):
        raise NotAllowed(
            *(
                Refused("series_fits", f"there is no opening on {one.day}", "carecoord's own rule")
                for one in plan.does_not_fit
            )
        )
    booked = []
    for one in plan.fits:
        assert one.opening is not None
        visit = book.function(
            turn, series.patient, series.visit_type, one.opening, modality=series.modality
        )
        booked.append(_standing_for(turn, visit, series, one.day))
    return booked


def _standing_in(
    turn: Turn, series: Series, visits: Iterable[Visit], until: date
) -> frozenset[date]:
    """The days of a changed series whose visits stay: they now stand for days of this one."""
    days, kept = series.days(until), set()
    for visit in visits:
        assert visit.occurrence is not None
        day = visit.occurrence.day
        if visit.occupies_time and not _is_still_to_come(visit) and day in days:
            kept.add(day)
            _standing_for(turn, visit, series, day)
    return frozenset(kept)


def _standing_for(turn: Turn, visit: Visit, series: Series, day: date) -> Visit:
    return turn.bookings.replace(evolve(visit, occurrence=Occurrence(series.id, day)))


def _plan(
    turn: Turn,
    series: Series,
    until: date,
    providers: tuple[ResourceId, ...],
    locations: tuple[LocationId, ...],
) -> SeriesPlan:
    wanted = turn.visit_types.get(series.visit_type)
    days = series.days(until)
    if not days:
        raise NotAllowed(
            Refused("series_fits", "no day of the series is near enough", "carecoord's own rule")
        )
    span = _span(series.start(days[0]), series.start(days[-1]))
    search = Search.of(
        wanted,
        span,
        at=turn.now,
        modality=series.modality,
        providers=providers,
        locations=locations,
        patient_busy=when_busy(turn, series.patient, span),
    )
    return plan_series(series, search, calendars_for(turn, wanted, locations)(span), until=until)


def _span(first: datetime, last: datetime) -> Period:
    return Period(first - timedelta(days=1), last + timedelta(days=2))


def _cancel(turn: Turn, visits: Iterable[Visit], reason: CancellationReason) -> None:
    for gone in _called_off(turn, visits, reason):
        release_units(turn, gone)


def _called_off(
    turn: Turn, visits: Iterable[Visit], reason: CancellationReason
) -> tuple[Visit, ...]:
    """Those of the visits that are still to come, cancelled; their units are the caller's care."""
    gone = tuple(
        turn.bookings.replace(visit.cancelled(reason, by=turn.actor.id, at=turn.now))
        for visit in visits
        if _is_still_to_come(visit)
    )
    for visit in gone:
        turn.tell("visit_cancelled", visit)
    return gone


def _is_still_to_come(visit: Visit) -> bool:
    """Whether it can be called off with others; who is here already is sent away by a person."""
    return bool(visit.may("cancel")) and visit.encounter is None
