"""How long a payer may take: clocks keyed by program, as data with effective dates.

Days end at midnight in the payer's zone; the day of receipt does not count. State law is given as
further limits; of several the shortest applies.
"""

from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.authorizations.requests import Urgency
from carecoord.errors import InvalidValue
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone, local_date, local_time
from carecoord.kernel.values import Range, Text, checked

__all__ = ["LIMITS", "Program", "Span", "SpanUnit", "TimeLimit"]


class Program(Enum):
    """The kind of coverage, which decides whose clock runs."""

    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID_FEE_FOR_SERVICE = "medicaid_fee_for_service"
    MEDICAID_MANAGED_CARE = "medicaid_managed_care"
    CHIP = "chip"
    ORIGINAL_MEDICARE_OUTPATIENT = "original_medicare_outpatient"
    """Prior authorization of certain hospital outpatient services."""
    PART_D = "part_d"
    ERISA = "erisa"
    """Group health plans of private employers."""
    NON_GRANDFATHERED = "non_grandfathered"
    """Individual and other non-grandfathered plans, those of the marketplaces included."""
    OTHER = "other"
    """No federal clock is known: state law and the payer's own days alone."""


class SpanUnit(Enum):
    """What a time limit counts."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"


@frozen(field_transformer=checked)
class Span:
    """So many hours or days."""

    count: Annotated[int, Range(least=1, most=1000)]
    unit: SpanUnit

    def after(self, instant: datetime, zone: Zone, business_days: BusinessDays) -> datetime:
        """The instant at which it has passed: exactly for hours, at the end of the day for days."""
        try:
            if self.unit is SpanUnit.HOURS:
                return instant + timedelta(hours=self.count)
            day = local_date(instant, zone)
            if self.unit is SpanUnit.CALENDAR_DAYS:
                last = day + timedelta(days=self.count)
            else:
                last = business_days.after(day, self.count)
            return local_time(last + timedelta(days=1), time(0), zone)
        except OverflowError:
            raise InvalidValue("instant", "is outside the years that can be kept") from None


@frozen(field_transformer=checked, kw_only=True)
class TimeLimit:
    """One clock; `drugs` says whether it is for drugs or for everything else.

    `until` is the first day on which it no longer holds. `missed_is_adverse` says whether a missed
    deadline counts as a denial that can be appealed; None where that is not known.
    """

    program: Program
    urgency: Urgency
    drugs: bool
    within: Span
    source: Annotated[str, Text(longest=500)]
    extension: Span | None = None
    since: date | None = None
    until: date | None = None
    missed_is_adverse: bool | None = None


_7_DAYS, _14_DAYS, _15_DAYS = (Span(n, SpanUnit.CALENDAR_DAYS) for n in (7, 14, 15))
_24_HOURS, _72_HOURS = (Span(n, SpanUnit.HOURS) for n in (24, 72))
_2_BUSINESS_DAYS = Span(2, SpanUnit.BUSINESS_DAYS)
_2025, _2026 = date(2025, 1, 1), date(2026, 1, 1)


def _limit(
    program: Program,
    within: Span,
    source: str,
    *,
    expedited: bool = False,
    drugs: bool = False,
    extension: Span | None = None,
    since: date | None = None,
    until: date | None = None,
    adverse: bool | None = None,
) -> TimeLimit:
    return TimeLimit(
        program=program,
        urgency=Urgency.EXPEDITED if expedited else Urgency.STANDARD,
        drugs=drugs,
        within=within,
        source=source,
        extension=extension,
        since=since,
        until=until,
        missed_is_adverse=adverse,
    )


_MA = Program.MEDICARE_ADVANTAGE
_MA_LAW = "42 CFR 422.568 and 422.572"
_MANAGED, _MANAGED_LAW = Program.MEDICAID_MANAGED_CARE, "42 CFR 438.210(d)"
_FEE, _FEE_LAW = Program.MEDICAID_FEE_FOR_SERVICE, "42 CFR 440.230(e) (CMS-0057-F)"
_CHIP_LAW = "42 CFR 457.495(d) (CMS-0057-F)"
_OUTPATIENT = Program.ORIGINAL_MEDICARE_OUTPATIENT
_OUTPATIENT_LAW = "42 CFR 419.82 and CMS operational guide"
_PART_D_LAW = "42 CFR 423.568 and 423.572"
_CLAIMS_LAW = "29 CFR 2560.503-1(f)(2)"
_EXTERNAL_LAW = "45 CFR 147.136(b), by 29 CFR 2560.503-1(f)(2)"

LIMITS: tuple[TimeLimit, ...] = (
    _limit(_MA, _14_DAYS, _MA_LAW, extension=_14_DAYS, until=_2026, adverse=True),
    _limit(_MA, _7_DAYS, f"{_MA_LAW} (CMS-0057-F)", extension=_14_DAYS, since=_2026, adverse=True),
    _limit(_MA, _72_HOURS, _MA_LAW, expedited=True, extension=_14_DAYS, adverse=True),
    _limit(_MA, _72_HOURS, _MA_LAW, drugs=True, adverse=True),
    _limit(_MA, _24_HOURS, _MA_LAW, drugs=True, expedited=True, adverse=True),
    _limit(_MANAGED, _14_DAYS, _MANAGED_LAW, extension=_14_DAYS, until=_2026),
    _limit(_MANAGED, _7_DAYS, f"{_MANAGED_LAW} (CMS-0057-F)", extension=_14_DAYS, since=_2026),
    _limit(_MANAGED, _72_HOURS, _MANAGED_LAW, expedited=True, extension=_14_DAYS),
    _limit(_FEE, _7_DAYS, _FEE_LAW, since=_2026),
    _limit(_FEE, _72_HOURS, _FEE_LAW, expedited=True, since=_2026),
    _limit(Program.CHIP, _7_DAYS, _CHIP_LAW, since=_2026),
    _limit(Program.CHIP, _72_HOURS, _CHIP_LAW, expedited=True, since=_2026),
    _limit(_OUTPATIENT, _7_DAYS, _OUTPATIENT_LAW, since=_2025),
    _limit(_OUTPATIENT, _2_BUSINESS_DAYS, _OUTPATIENT_LAW, expedited=True),
    _limit(Program.PART_D, _72_HOURS, _PART_D_LAW, drugs=True),
    _limit(Program.PART_D, _24_HOURS, _PART_D_LAW, drugs=True, expedited=True),
    *(
        _limit(program, within, law, drugs=drugs, expedited=expedited, extension=extension)
        for program, law in (
            (Program.ERISA, _CLAIMS_LAW),
            (Program.NON_GRANDFATHERED, _EXTERNAL_LAW),
        )
        for within, expedited, extension in (
            (_15_DAYS, False, _15_DAYS),
            (_72_HOURS, True, None),
        )
        for drugs in (False, True)
    ),
)
"""The federal clocks; none was checked against the primary text.

From secondary sources: Medicare Advantage, Medicaid and CHIP from 2026 (CMS-0057-F), Medicare
Advantage's 14 days before, ERISA, and Original Medicare's outpatient services. From memory: the
numbers of most sections, Medicaid managed care before 2026 and its extension, drugs, and the start
of the outpatient rule's 7 days. Medicaid managed care changes with the first rating period of 2026,
which can begin after 1 January. Part D counts an exception request from the prescriber's statement.
"""
