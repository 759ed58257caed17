"""Responsibility 4: visits that belong together, as preparation, procedure and follow-up.

steps = (
    SequenceStep("preparation"),
    SequenceStep("procedure", least_days=3, most_days=3),
    SequenceStep("follow-up", least_days=1, most_days=14),
)
first, *_ = desk.find_sequences(steps, span, patient=ada.id)
visits = desk.book_sequence(ada.id, steps, first)
"""

from datetime import timedelta

from attrs import frozen

from carecoord.coordination.booking_a_visit import book
from carecoord.coordination.openness import calendars_for, when_busy
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.kernel.time import Period
from carecoord.kernel.values import Count, checked
from carecoord.visits.search import Opening, Search
from carecoord.visits.sequences import Step, sequence_keeps_its_days
from carecoord.visits.sequences import find_sequences as search_sequences
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Modality

__all__ = ["SequenceStep", "book_sequence", "find_sequences"]


@frozen(field_transformer=checked)
class SequenceStep:
    """One visit of a sequence, at least and at most so many days after the one before.

    On the same day it begins when the one before has ended, or later. The days of the first step
    have no meaning. Empty `providers` and `locations` leave it open.

    Raises:
        InvalidValue: at most less than at least.
    """

    visit_type: VisitTypeId
    least_days: Count = 0
    most_days: Count = 0
    modality: Modality = Modality.IN_PERSON
    providers: tuple[ResourceId, ...] = ()
    locations: tuple[LocationId, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.most_days < self.least_days:
            raise InvalidValue("SequenceStep.most_days", "must not be less than least_days")


@use_case("booking", reads=("schedule", "booking", "visit_type"))
def find_sequences(
    turn: Turn,
    steps: tuple[SequenceStep, ...],
    span: Period,
    *,
    patient: PatientId | None = None,
    limit: int = 10,
) -> tuple[tuple[Opening, ...], ...]:
    """For each opening of the first step within the span, the earliest ones that complete it.

    Raises:
        NotFound: no such visit type.
        InvalidValue: no step at all, or a limit below 1.
    """
    searched, end = [], span.end
    for place, step in enumerate(steps):
        if place:
            # A day of slack: places in other zones count their days by other clocks.
            end += timedelta(days=step.most_days + 1)
        searched.append(_searched(turn, step, Period(span.start, end), patient))
    return search_sequences(searched, limit=limit)


@use_case(
    "booking",
    reads=("patient", "schedule", "visit_type", "location"),
    writes=("booking",),
)
def book_sequence(
    turn: Turn,
    patient: PatientId,
    steps: tuple[SequenceStep, ...],
    openings: tuple[Opening, ...],
    *,
    note: str = "",
) -> tuple[Visit, ...]:
    """Book all visits of a sequence, or none.

    Raises:
        NotAllowed: a step is out of its days, or cannot be booked; then nothing is.
        AlreadyTaken: somebody else was faster at one of them.
        InvalidValue: no step at all, or not one opening for each.
    """
    if not steps or len(steps) != len(openings):
        raise InvalidValue("openings", "must be one for each step, and at least one")
    zones = {one.location: turn.locations.get(one.location).zone for one in openings}
    between = [(step.least_days, step.most_days) for step in steps[1:]]
    insist(sequence_keeps_its_days(openings, between, zones))
    return tuple(
        book.function(turn, patient, step.visit_type, opening, modality=step.modality, note=note)
        for step, opening in zip(steps, openings, strict=True)
    )


def _searched(turn: Turn, step: SequenceStep, span: Period, patient: PatientId | None) -> Step:
    wanted = turn.visit_types.get(step.visit_type)
    search = Search.of(
        wanted,
        span,
        at=turn.now,
        modality=step.modality,
        providers=step.providers,
        locations=step.locations,
        patient_busy=when_busy(turn, patient, span),
    )
    calendars = calendars_for(turn, wanted, step.locations, step.providers)(span)
    return Step(search, calendars, step.least_days, step.most_days)
