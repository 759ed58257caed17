"""What a search for a visit looks for, over any set of resources and constraints.

    search = Search.of(visit_type, span, at=now, limit=5)
    found = find_openings(search, calendars)
    found.openings or found.explanation

All of it is pure: what comes in are plain values, no store and no clock. An opening names a start,
a location and the resources, the provider first; two are the same where start, location and
provider agree, and each is found once, whatever other resources could be had with it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.ids import LocationId, ResourceId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Positive, checked
from carecoord.visits.hours import Shift, check_day, check_span
from carecoord.visits.occupation import LONGEST, Occupation, check_buffer
from carecoord.visits.visit_types import (
    Modality,
    OwnDuration,
    Requirement,
    VisitType,
    check_raster,
)

__all__ = ["Opening", "Search", "found_opening"]

_NONE = timedelta()


@frozen(field_transformer=checked, kw_only=True)
class Search:
    """What is looked for.

    The visit lies within `span`, buffers aside; it starts from `earliest` to `latest`, on the
    raster `starts_every` of the wall clock. Empty `providers`, `locations` and `hours` set no
    limits. `patient_busy` is when the patient is somewhere else.

    Raises:
        InvalidValue: a duration that is not above 0 or, with buffers, beyond 24 hours; a negative
            buffer; no requirement; a span beyond five years; an impossible raster.
    """

    span: Period
    duration: timedelta
    requirements: tuple[Requirement, ...]
    own_durations: tuple[OwnDuration, ...] = ()
    buffer_before: timedelta = _NONE
    buffer_after: timedelta = _NONE
    starts_every: timedelta = timedelta(minutes=15)
    earliest: datetime | None = None
    latest: datetime | None = None
    providers: frozenset[ResourceId] = frozenset()
    locations: frozenset[LocationId] = frozenset()
    hours: tuple[Shift, ...] = ()
    patient_busy: tuple[Period, ...] = ()
    limit: Positive = 10

    def __attrs_post_init__(self) -> None:
        check_span("Search.span", self.span)
        if not self.requirements:
            raise InvalidValue("Search.requirements", "must name at least one role")
        check_buffer("Search.buffer_before", self.buffer_before)
        check_buffer("Search.buffer_after", self.buffer_after)
        for bound in (self.earliest, self.latest):
            if bound is not None:
                check_day("Search.earliest", bound.date())
        buffers = self.buffer_before + self.buffer_after
        for duration in (self.duration, *(own.duration for own in self.own_durations)):
            if not _NONE < duration <= LONGEST - buffers:
                reason = "must be above 0 and, with buffers, at most 24 hours"
                raise InvalidValue("Search.duration", reason)
        check_raster("Search.starts_every", self.starts_every)

    @classmethod
    def of(
        cls,
        visit_type: VisitType,
        span: Period,
        *,
        at: datetime,
        modality: Modality = Modality.IN_PERSON,
        providers: Iterable[ResourceId] = (),
        locations: Iterable[LocationId] = (),
        hours: Iterable[Shift] = (),
        patient_busy: Iterable[Period] = (),
        limit: int = 10,
    ) -> "Search":
        """A search for a visit of this type, with its notice and horizon as of `at`.

        Raises:
            InvalidValue: the visit type does not have this modality.
        """
        check_day("at", at.date())
        if modality not in visit_type.modalities:
            raise InvalidValue("modality", f"the visit type has no {modality.value} visits")
        needed = (need for need in visit_type.requirements if need.applies_to(modality))
        return cls(
            span=span,
            duration=visit_type.duration,
            requirements=tuple(needed),
            own_durations=visit_type.own_durations,
            buffer_before=visit_type.buffer_before,
            buffer_after=visit_type.buffer_after,
            starts_every=visit_type.starts_every,
            earliest=at + visit_type.minimum_notice,
            latest=None if visit_type.horizon is None else at + visit_type.horizon,
            providers=frozenset(providers),
            locations=frozenset(locations),
            hours=tuple(hours),
            patient_busy=tuple(patient_busy),
            limit=limit,
        )

    def duration_with(self, provider: ResourceId) -> timedelta:
        """How long it takes this provider."""
        for own in self.own_durations:
            if own.resource == provider:
                return own.duration
        return self.duration


@frozen(field_transformer=checked)
class Opening:
    """A time that can be booked at once, as things stood when it was looked for.

    `resources` fill the requirements in their order, the provider first.

    Raises:
        InvalidValue: no resource at all.
    """

    start: datetime
    duration: timedelta
    location: LocationId
    resources: tuple[ResourceId, ...]
    buffer_before: timedelta = _NONE
    buffer_after: timedelta = _NONE

    def __attrs_post_init__(self) -> None:
        if not self.resources:
            raise InvalidValue("Opening.resources", "needs at least the provider")

    @classmethod
    def of(cls, occupation: Occupation) -> "Opening":
        """The opening that somebody has in mind without having searched for it."""
        return cls(
            occupation.period.start,
            occupation.period.duration,
            occupation.location,
            occupation.resources,
            occupation.buffer_before,
            occupation.buffer_after,
        )

    @property
    def provider(self) -> ResourceId:
        """The resource that fills the first requirement."""
        return self.resources[0]

    @property
    def period(self) -> Period:
        """When the visit would be, without buffers."""
        return Period.starting(self.start, duration=self.duration)

    @property
    def occupation(self) -> Occupation:
        """The time that would be taken."""
        return Occupation(
            self.period, self.resources, self.location, self.buffer_before, self.buffer_after
        )


def found_opening(
    start: datetime,
    duration: timedelta,
    location: LocationId,
    resources: tuple[ResourceId, ...],
    buffer_before: timedelta,
    buffer_after: timedelta,
) -> Opening:
    """An opening whose parts come from values that checked themselves, so it does not again.

    A search gives many, and checking would take most of its time.
    """
    opening = object.__new__(Opening)
    set_field = object.__setattr__
    set_field(opening, "start", start)
    set_field(opening, "duration", duration)
    set_field(opening, "location", location)
    set_field(opening, "resources", resources)
    set_field(opening, "buffer_before", buffer_before)
    set_field(opening, "buffer_after", buffer_after)
    return opening
