"""Appeals: levels and time limits, as data with effective dates, and whether one is in time.

Further levels (independent review, hearings, external review) follow their own notices; what is
listed here is what a practice starts itself.
"""

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.authorizations.requests import Urgency
from carecoord.authorizations.time_limits import Program, Span, SpanUnit
from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import Positive, Text, checked

__all__ = [
    "APPEAL_LEVELS",
    "RULES",
    "Appeal",
    "AppealLevel",
    "AppealOutcome",
    "appeal_is_filed_in_time",
    "appeal_level",
]


@frozen(field_transformer=checked, kw_only=True)
class AppealLevel:
    """A level of appeal: filed within so many days of the denial's notice, decided within a span.

    `until` is the first day on which it no longer holds, judged by the day of the denial.
    """

    program: Program
    level: Positive
    name: Annotated[str, Text(longest=100)]
    file_within_days: Positive
    standard: Span
    expedited: Span
    source: Annotated[str, Text(longest=500)]
    drugs: Span | None = None
    since: date | None = None
    until: date | None = None

    def last_day(self, denied_on: date) -> date:
        """The last day on which it can be filed.

        Raises:
            InvalidValue: that lies beyond the calendar.
        """
        try:
            return denied_on + timedelta(days=self.file_within_days)
        except OverflowError:
            raise InvalidValue("denied_on", "is outside the years that can be kept") from None

    def decided_within(self, urgency: Urgency, *, drug: bool = False) -> Span:
        """How long the payer has to decide it."""
        if urgency is Urgency.EXPEDITED:
            return self.expedited
        return self.drugs if drug and self.drugs is not None else self.standard


_72_HOURS = Span(72, SpanUnit.HOURS)
_30_DAYS = Span(30, SpanUnit.CALENDAR_DAYS)
_7_DAYS = Span(7, SpanUnit.CALENDAR_DAYS)

_MEDICARE_ADVANTAGE = AppealLevel(
    program=Program.MEDICARE_ADVANTAGE,
    level=1,
    name="reconsideration by the plan",
    file_within_days=65,
    standard=_30_DAYS,
    expedited=_72_HOURS,
    drugs=_7_DAYS,
    source="42 CFR 422.582, 422.590",
    since=date(2025, 1, 1),
)
_ERISA = AppealLevel(
    program=Program.ERISA,
    level=1,
    name="internal appeal",
    file_within_days=180,
    standard=_30_DAYS,
    expedited=_72_HOURS,
    source="29 CFR 2560.503-1(h)(3)(i), (i)(2)",
)

APPEAL_LEVELS: tuple[AppealLevel, ...] = (
    evolve(_MEDICARE_ADVANTAGE, file_within_days=60, since=None, until=date(2025, 1, 1)),
    _MEDICARE_ADVANTAGE,
    _ERISA,
    evolve(
        _ERISA,
        program=Program.NON_GRANDFATHERED,
        source="45 CFR 147.136(b), by 29 CFR 2560.503-1(h) and (i)",
    ),
)
"""First levels, from secondary texts; the 180 days and the day on which 60 became 65 are from
memory. None was checked against the primary text."""


class AppealOutcome(Enum):
    """How an appeal ended."""

    OVERTURNED = "overturned"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"


@frozen(field_transformer=checked)
class Appeal:
    """One appeal of a denial."""

    level: Positive
    filed_at: datetime
    filed_by: ActorId
    reference: Annotated[str, Text(longest=100)] | None = None
    outcome: AppealOutcome | None = None
    decided_at: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if (self.outcome is None) != (self.decided_at is None):
            raise InvalidValue("Appeal.decided_at", "is given together with the outcome")

    def decided(self, outcome: AppealOutcome, at: datetime) -> "Appeal":
        """With its outcome."""
        return evolve(self, outcome=outcome, decided_at=at)


def appeal_level(
    program: Program,
    level: int,
    denied_on: date,
    levels: tuple[AppealLevel, ...] = APPEAL_LEVELS,
) -> AppealLevel | None:
    """The level's terms for a denial of this day; None if they are not known."""
    for one in levels:
        if (
            one.program is program
            and one.level == level
            and (one.since is None or one.since <= denied_on)
            and (one.until is None or denied_on < one.until)
        ):
            return one
    return None


def appeal_is_filed_in_time(level: AppealLevel | None, denied_on: date, filed_on: date) -> Answer:
    """An appeal is filed within the days of its level; unknown terms refuse nothing.

    Source: that of the level.
    """
    if level is None or filed_on <= level.last_day(denied_on):
        return Allowed()
    last = level.last_day(denied_on).isoformat()
    return Refused(
        appeal_is_filed_in_time.__name__,
        f"the {level.name} could be asked for until {last}",
        level.source,
    )


RULES = (appeal_is_filed_in_time,)
