"""Why a search finds nothing, and what the least change is that would find something.

Each constraint is dropped in turn. Those that alone open the way are named, the one with the
earliest opening first. Where none does alone, a smallest set of constraints is named that must
give way together: no part of it would do.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from enum import Enum
from typing import TypeAlias

from attrs import evolve, frozen

from carecoord.kernel.time import Period
from carecoord.kernel.values import checked
from carecoord.visits.calendars import Calendar
from carecoord.visits.hours import LONGEST_SPAN
from carecoord.visits.search import Opening, Search

__all__ = ["Constraint", "Explanation", "Relaxation", "explained"]


class Constraint(Enum):
    """What can stand in the way of a visit; the value says it in plain words."""

    NOTICE = "the minimum notice"
    HORIZON = "the planning horizon"
    HOURS = "the wanted times of day"
    PATIENT_BUSY = "the patient's other visits"
    PROVIDERS = "the wanted providers"
    LOCATIONS = "the wanted locations"
    SPAN = "the wanted dates"
    OTHER_RESOURCES = "the other resources that the visit needs"
    BUFFERS = "the buffers before and after"
    BOOKINGS = "what is booked already"


@frozen(field_transformer=checked)
class Relaxation:
    """Constraints that, dropped together, open the way, and the first opening then."""

    constraints: tuple[Constraint, ...]
    opening: Opening


@frozen(field_transformer=checked)
class Explanation:
    """Why nothing was found.

    `unfilled` are required roles that nobody fills at the wanted locations; `relaxations` come
    nearest first, and there is none where even dropping everything would not help.
    """

    unfilled: tuple[str, ...]
    relaxations: tuple[Relaxation, ...]

    def in_words(self) -> tuple[str, ...]:
        """Sentences for a person to read."""
        lines = [f"Nobody fills the role {role}." for role in self.unfilled]
        for relaxation in self.relaxations:
            what = " and ".join(one.value for one in relaxation.constraints)
            at = relaxation.opening.start.isoformat(timespec="minutes")
            lines.append(f"Without {what} there is an opening at {at}.")
        return tuple(lines) or ("Nobody is open for long enough.",)


_Situation: TypeAlias = tuple[Search, tuple[Calendar, ...]]
_Finder: TypeAlias = Callable[[Search, Iterable[Calendar]], Iterator[Opening]]


def explained(search: Search, calendars: Sequence[Calendar], find: _Finder) -> Explanation:
    """Why `find`, which gives openings one by one, finds nothing."""

    def first_without(dropped: Iterable[Constraint]) -> Opening | None:
        situation = search, tuple(calendars)
        for constraint in dropped:
            situation = _without(constraint, *situation)
        return next(find(*situation), None)

    in_force = [
        constraint
        for constraint in Constraint
        if _without(constraint, search, tuple(calendars)) != (search, tuple(calendars))
    ]
    relaxations = [
        Relaxation((constraint,), opening)
        for constraint in in_force
        for opening in (first_without([constraint]),)
        if opening is not None
    ]
    if not relaxations and first_without(in_force) is not None:
        needed = list(in_force)
        for constraint in in_force:
            fewer = [other for other in needed if other is not constraint]
            if first_without(fewer) is not None:
                needed = fewer
        opening = first_without(needed)
        assert opening is not None
        relaxations.append(Relaxation(tuple(needed), opening))
    relaxations.sort(key=lambda relaxation: relaxation.opening.start)
    return Explanation(_unfilled(search, calendars), tuple(relaxations))


def _without(constraint: Constraint, search: Search, calendars: tuple[Calendar, ...]) -> _Situation:
    match constraint:
        case Constraint.NOTICE:
            return evolve(search, earliest=None), calendars
        case Constraint.HORIZON:
            return evolve(search, latest=None), calendars
        case Constraint.HOURS:
            return evolve(search, hours=()), calendars
        case Constraint.PATIENT_BUSY:
            return evolve(search, patient_busy=()), calendars
        case Constraint.PROVIDERS:
            return evolve(search, providers=frozenset()), calendars
        case Constraint.LOCATIONS:
            return evolve(search, locations=frozenset()), calendars
        case Constraint.SPAN:
            return evolve(search, span=_whole_span(search.span, calendars)), calendars
        case Constraint.OTHER_RESOURCES:
            return evolve(search, requirements=search.requirements[:1]), calendars
        case Constraint.BUFFERS:
            return evolve(search, buffer_before=timedelta(), buffer_after=timedelta()), calendars
        case _:
            return search, tuple(evolve(calendar, busy=()) for calendar in calendars)


def _whole_span(span: Period, calendars: tuple[Calendar, ...]) -> Period:
    known = [period for calendar in calendars for period in calendar.open]
    start = min([span.start, *(period.start for period in known)])
    start = max(start, span.end - LONGEST_SPAN)
    end = max([span.end, *(period.end for period in known)])
    return Period(start, min(end, start + LONGEST_SPAN))


def _unfilled(search: Search, calendars: Sequence[Calendar]) -> tuple[str, ...]:
    roles = {
        role
        for calendar in calendars
        if not search.locations or calendar.location in search.locations
        for role in calendar.roles
    }
    return tuple(need.role for need in search.requirements if need.role not in roles)
