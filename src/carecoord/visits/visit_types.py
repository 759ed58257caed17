"""Kinds of visits: how long, with whom and what, for whom, how far ahead, booked by whom."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import LocationId, ResourceId, VisitTypeId
from carecoord.kernel.people import Role
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.time import Period
from carecoord.kernel.values import LongText, Positive, Text, checked
from carecoord.visits.hours import LONGEST_SPAN
from carecoord.visits.occupation import LONGEST, Occupation, check_buffer

__all__ = [
    "RULES",
    "Modality",
    "OwnDuration",
    "PatientStanding",
    "Requirement",
    "VisitType",
    "notice_is_long_enough",
    "patient_standing_suits_the_visit_type",
    "role_may_book_the_visit_type",
    "visit_is_within_the_planning_horizon",
    "visit_type_is_active",
]

_OWN_RULE = "the clinic's own rule, set in the visit type"


class Modality(Enum):
    """How patient and provider meet."""

    IN_PERSON = "in_person"
    TELEHEALTH = "telehealth"


class PatientStanding(Enum):
    """Whether the patient has been seen here before."""

    NEW = "new"
    ESTABLISHED = "established"


@frozen(field_transformer=checked)
class Requirement:
    """A role that some resource must fill, such as `hygienist`, `interpreter` or `room-chair`.

    Telehealth does without those that are needed `in_person_only`.
    """

    role: Annotated[str, Text(longest=100)]
    in_person_only: bool = False

    def applies_to(self, modality: Modality) -> bool:
        """Whether visits of this modality need it."""
        return modality is Modality.IN_PERSON or not self.in_person_only


@frozen(field_transformer=checked)
class OwnDuration:
    """A duration of one provider's own, who takes longer or needs less."""

    resource: ResourceId
    duration: timedelta

    def __attrs_post_init__(self) -> None:
        if not timedelta() < self.duration <= LONGEST:
            raise InvalidValue("OwnDuration.duration", "must be above 0 and at most 24 hours")


@frozen(field_transformer=checked, kw_only=True)
class VisitType:
    """What is booked when a visit of this type is booked.

    The first requirement is the provider, whose own duration counts; each of the others is filled
    by another resource. No `standings` means any patient, no `bookable_by` anybody; `horizon` is
    how far ahead visits may be planned, None without limit. With more than one seat it is held as
    a group session. `starts_every` is the raster of starting times on the wall clock. What a
    payer demands, such as an authorization, follows from `services`. Its visits are as sensitive as
    `sensitivities` say.

    Raises:
        InvalidValue: a duration not above 0 or, with buffers, beyond 24 hours; negative buffers
            or notice; no requirement; a raster that is not some whole minutes of a day.
    """

    id: VisitTypeId
    name: Annotated[str, Text(longest=200)]
    duration: timedelta
    requirements: tuple[Requirement, ...]
    own_durations: tuple[OwnDuration, ...] = ()
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    modalities: frozenset[Modality] = frozenset({Modality.IN_PERSON})
    standings: frozenset[PatientStanding] = frozenset()
    bookable_by: frozenset[Role] = frozenset()
    minimum_notice: timedelta = timedelta()
    horizon: timedelta | None = None
    starts_every: timedelta = timedelta(minutes=15)
    seats: Positive = 1
    services: tuple[Code, ...] = ()
    instructions: LongText = ""
    sensitivities: frozenset[Sensitivity] = frozenset()
    active: bool = True
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if not timedelta() < self.duration <= LONGEST:
            raise InvalidValue("VisitType.duration", "must be above 0 and at most 24 hours")
        check_buffer("VisitType.buffer_before", self.buffer_before)
        check_buffer("VisitType.buffer_after", self.buffer_after)
        if not timedelta() <= self.minimum_notice <= LONGEST_SPAN:
            raise InvalidValue("VisitType.minimum_notice", "must be from 0 to five years")
        longest = max((own.duration for own in self.own_durations), default=self.duration)
        buffers = self.buffer_before + self.buffer_after
        if max(longest, self.duration) + buffers > LONGEST:
            raise InvalidValue("VisitType.duration", "must not exceed 24 hours, buffers included")
        if len({own.resource for own in self.own_durations}) < len(self.own_durations):
            raise InvalidValue("VisitType.own_durations", "must name each resource once")
        if not self.requirements:
            raise InvalidValue("VisitType.requirements", "must name at least one role")
        if self.requirements[0].in_person_only:
            raise InvalidValue("VisitType.requirements", "the provider is needed in any case")
        if not self.modalities:
            raise InvalidValue("VisitType.modalities", "must name at least one")
        if self.horizon is not None and not timedelta() < self.horizon <= LONGEST_SPAN:
            raise InvalidValue("VisitType.horizon", "must be above 0 and at most five years")
        check_raster("VisitType.starts_every", self.starts_every)

    def duration_with(self, resource: ResourceId) -> timedelta:
        """How long it takes this provider."""
        for own in self.own_durations:
            if own.resource == resource:
                return own.duration
        return self.duration

    def occupation(
        self, start: datetime, resources: tuple[ResourceId, ...], location: LocationId
    ) -> Occupation:
        """The time that such a visit takes from `start`, the provider first among resources.

        Raises:
            InvalidValue: no resource at all, or one named twice.
        """
        if not resources:
            raise InvalidValue("VisitType.occupation", "needs at least the provider")
        return Occupation(
            Period.starting(start, duration=self.duration_with(resources[0])),
            resources,
            location,
            self.buffer_before,
            self.buffer_after,
        )

    def retired(self) -> "VisitType":
        """No longer offered; visits already booked stay as they are."""
        return evolve(self, active=False)


def check_raster(field: str, every: timedelta) -> timedelta:
    """The raster itself, if whole minutes that divide a day: starting times repeat daily.

    Raises:
        InvalidValue: anything else.
    """
    minutes, rest = divmod(every, timedelta(minutes=1))
    if rest or minutes <= 0 or 1440 % minutes:
        raise InvalidValue(field, "must be whole minutes that divide a day")
    return every


def visit_type_is_active(visit_type: VisitType) -> Answer:
    """A retired visit type is not booked any more.

    Source: the clinic's own rule, set in the visit type.
    """
    if visit_type.active:
        return Allowed()
    return Refused("visit_type_is_active", "the visit type is no longer offered", _OWN_RULE)


def notice_is_long_enough(visit_type: VisitType, start: datetime, at: datetime) -> Answer:
    """A visit is booked at least the minimum notice ahead, and never in the past.

    Source: the clinic's own rule, set in the visit type.
    """
    if start - at >= visit_type.minimum_notice:
        return Allowed()
    minutes = visit_type.minimum_notice // timedelta(minutes=1)
    reason = f"it must be booked at least {minutes} minutes ahead"
    if start < at:
        reason = "that time has passed"
    return Refused("notice_is_long_enough", reason, _OWN_RULE)


def visit_is_within_the_planning_horizon(
    visit_type: VisitType, start: datetime, at: datetime
) -> Answer:
    """A visit is not booked further ahead than the planning horizon.

    Source: the clinic's own rule, set in the visit type.
    """
    if visit_type.horizon is None or start - at <= visit_type.horizon:
        return Allowed()
    reason = f"it must not be booked more than {visit_type.horizon.days} days ahead"
    return Refused("visit_is_within_the_planning_horizon", reason, _OWN_RULE)


def patient_standing_suits_the_visit_type(
    visit_type: VisitType, standing: PatientStanding
) -> Answer:
    """Some visits are for new patients only, others for established ones.

    Source: the clinic's own rule, set in the visit type.
    """
    if not visit_type.standings or standing in visit_type.standings:
        return Allowed()
    reason = f"the visit type is not for {standing.value} patients"
    return Refused("patient_standing_suits_the_visit_type", reason, _OWN_RULE)


def role_may_book_the_visit_type(visit_type: VisitType, roles: frozenset[Role]) -> Answer:
    """Some visits are booked by certain roles only.

    Source: the clinic's own rule, set in the visit type.
    """
    if not visit_type.bookable_by or roles & visit_type.bookable_by:
        return Allowed()
    allowed = ", ".join(sorted(role.value for role in visit_type.bookable_by))
    return Refused("role_may_book_the_visit_type", f"it may be booked by: {allowed}", _OWN_RULE)


RULES = (
    visit_type_is_active,
    notice_is_long_enough,
    visit_is_within_the_planning_horizon,
    patient_standing_suits_the_visit_type,
    role_may_book_the_visit_type,
)
