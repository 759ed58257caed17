"""Conditions: when a benefit is not there yet, not any more, or not for this patient or tooth.

    refusals, unknown = conditions_against(conditions, service, facts)
    ServiceLine(code, eligible=eligible(conditions, service, facts), …)

Waiting periods, ages, frequencies, missing teeth and replacements, as dental plans have them.
"""

from datetime import date
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.time import months_later
from carecoord.kernel.values import Count, Positive, Text, checked

__all__ = [
    "RULES",
    "Conditions",
    "Frequency",
    "MemberFacts",
    "PastService",
    "Per",
    "PlannedService",
    "conditions_against",
    "eligible",
    "frequency_leaves_room",
    "patient_is_of_age",
    "replacement_is_due",
    "tooth_was_lost_under_the_plan",
    "waiting_period_is_over",
]

Name = Annotated[str, Text(longest=100)]
_PLAN = "the plan's terms"


class Per(Enum):
    """Within which time a frequency counts."""

    CALENDAR_YEAR = "calendar_year"
    BENEFIT_YEAR = "benefit_year"
    LAST_MONTHS = "last_months"
    """So many months back; on the day itself of so many months later it still counts."""
    YEARS = "years"
    """Every so many years; on the anniversary it counts no longer."""


@frozen(field_transformer=checked)
class Frequency:
    """At most so many services of these codes within a time; `length` is of months or years."""

    codes: frozenset[Code]
    at_most: Count
    per: Per
    length: Positive = 1


@frozen(field_transformer=checked, kw_only=True)
class Conditions:
    """What a benefit asks besides its cost shares; None and empty ask nothing.

    Raises:
        InvalidValue: the least age is above the greatest.
    """

    waiting_months: Count | None = None
    least_age: Count | None = None
    """In completed years."""
    greatest_age: Count | None = None
    """In completed years; still covered at this age."""
    frequencies: tuple[Frequency, ...] = ()
    excludes_teeth_lost_before: bool = False
    replacement_years: Positive | None = None

    def __attrs_post_init__(self) -> None:
        least, greatest = self.least_age, self.greatest_age
        if least is not None and greatest is not None and greatest < least:
            raise InvalidValue("Conditions.greatest_age", "must not be below the least")


@frozen(field_transformer=checked)
class PastService:
    """A service that was done, whether or not anybody paid for it.

    One service has one `id`, however many payments or claims there are for it.
    """

    id: Name
    code: Code
    on: date
    tooth: Name | None = None


@frozen(field_transformer=checked)
class PlannedService:
    """The service in question; `id` is its own, so that it never counts against itself."""

    code: Code
    on: date
    id: Name | None = None
    tooth: Name | None = None


@frozen(field_transformer=checked, kw_only=True)
class MemberFacts:
    """What is known of the member; None is unknown.

    `teeth_lost` are the teeth and the days on which they were lost. `placed` are the days on which
    the prosthesis to be replaced, by tooth, was put in. `benefit_year_starts` is a month.
    """

    born: date | None = None
    covered_since: date | None = None
    history: tuple[PastService, ...] | None = None
    teeth_lost: tuple[tuple[Name, date], ...] | None = None
    placed: tuple[tuple[Name, date], ...] | None = None
    benefit_year_starts: Positive = 1


def _year_of(day: date, starts: int) -> int:
    return day.year if day.month >= starts else day.year - 1


def waiting_period_is_over(conditions: Conditions, on: date, covered_since: date) -> Answer:
    """A benefit with a waiting period starts so many months after coverage did.

    Source: the plan's terms.
    """
    months = conditions.waiting_months or 0
    if on >= months_later(covered_since, months):
        return Allowed()
    reason = f"the waiting period of {months} months is not over"
    return Refused("waiting_period_is_over", reason, _PLAN)


def patient_is_of_age(conditions: Conditions, on: date, born: date) -> Answer:
    """Age is in completed years; somebody born on 29 February is a year older on 1 March.

    Source: the plan's terms.
    """
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    least, greatest = conditions.least_age, conditions.greatest_age
    if (least is None or least <= age) and (greatest is None or age <= greatest):
        return Allowed()
    return Refused("patient_is_of_age", "the benefit is for another age", _PLAN)


def frequency_leaves_room(
    frequency: Frequency, service: PlannedService, history: tuple[PastService, ...], starts: int
) -> Answer:
    """Services of the codes count once each, paid or not, and never against themselves.

    Source: the plan's terms; the counting as widely used dental software makes it.
    """
    counted = {
        past.id
        for past in history
        if past.code in frequency.codes
        and past.id != service.id
        and past.on <= service.on
        and _counts(frequency, past.on, service.on, starts)
    }
    if len(counted) < frequency.at_most:
        return Allowed()
    reason = f"at most {frequency.at_most} in this time are covered"
    return Refused("frequency_leaves_room", reason, _PLAN)


def _counts(frequency: Frequency, past: date, on: date, starts: int) -> bool:
    match frequency.per:
        case Per.CALENDAR_YEAR:
            return past.year == on.year
        case Per.BENEFIT_YEAR:
            return _year_of(past, starts) == _year_of(on, starts)
        case Per.LAST_MONTHS:
            return on <= months_later(past, frequency.length)
        case _:
            return on < months_later(past, 12 * frequency.length)


def tooth_was_lost_under_the_plan(
    tooth: str, teeth_lost: tuple[tuple[str, date], ...], covered_since: date
) -> Answer:
    """A missing-tooth clause: replacing a tooth lost before coverage is not covered.

    Source: the plan's terms.
    """
    if any(lost == tooth and on < covered_since for lost, on in teeth_lost):
        reason = "the tooth was lost before coverage started"
        return Refused("tooth_was_lost_under_the_plan", reason, _PLAN)
    return Allowed()


def replacement_is_due(
    years: int, tooth: str, placed: tuple[tuple[str, date], ...], on: date
) -> Answer:
    """A crown, bridge or denture is replaced only after so many years.

    Source: the plan's terms.
    """
    if any(where == tooth and on < months_later(day, 12 * years) for where, day in placed):
        reason = f"the one in place is less than {years} years old"
        return Refused("replacement_is_due", reason, _PLAN)
    return Allowed()


def conditions_against(
    conditions: Conditions, service: PlannedService, facts: MemberFacts
) -> tuple[tuple[Refused, ...], tuple[str, ...]]:
    """Every condition that is against the service, and what would have to be known to tell.

    Source: the plan's terms.
    """
    answers: list[Answer] = []
    unknown: list[str] = []
    on, tooth, since = service.on, service.tooth, facts.covered_since
    if conditions.waiting_months:
        if since is None:
            unknown.append("since when the patient is covered")
        else:
            answers.append(waiting_period_is_over(conditions, on, since))
    if conditions.least_age is not None or conditions.greatest_age is not None:
        if facts.born is None:
            unknown.append("the patient's date of birth")
        else:
            answers.append(patient_is_of_age(conditions, on, facts.born))
    for frequency in conditions.frequencies:
        if service.code in frequency.codes:
            if facts.history is None:
                unknown.append("what was done before")
                break
            starts = facts.benefit_year_starts
            answers.append(frequency_leaves_room(frequency, service, facts.history, starts))
    if conditions.excludes_teeth_lost_before:
        if tooth is None or facts.teeth_lost is None or since is None:
            unknown.append("when the tooth was lost")
        else:
            answers.append(tooth_was_lost_under_the_plan(tooth, facts.teeth_lost, since))
    if conditions.replacement_years is not None:
        if tooth is None or facts.placed is None:
            unknown.append("how old the one in place is")
        else:
            years = conditions.replacement_years
            answers.append(replacement_is_due(years, tooth, facts.placed, on))
    refusals = tuple(answer for answer in answers if isinstance(answer, Refused))
    return refusals, tuple(unknown)


def eligible(
    conditions: Conditions | None, service: PlannedService, facts: MemberFacts
) -> bool | None:
    """For a service line: False where a condition is against it, None where it cannot be told.

    Source: the plan's terms.
    """
    if conditions is None:
        return True
    refusals, unknown = conditions_against(conditions, service, facts)
    if refusals:
        return False
    return None if unknown else True


RULES = (
    waiting_period_is_over,
    patient_is_of_age,
    frequency_leaves_room,
    tooth_was_lost_under_the_plan,
    replacement_is_due,
)
