"""Good-faith estimates: what they state, complete or refused with what is missing.

    missing_contents(good_faith)    # refusals, best none
    co_provider_gaps(good_faith)    # what is said but does not block

Source: 45 CFR 149.610(c). Where a grade other than the primary text stands behind a figure, the
rule says so.
"""

from datetime import date
from typing import Annotated

from attrs import frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.codes import Code, check_npi
from carecoord.kernel.money import Money
from carecoord.kernel.values import Count, LongText, Positive, Text, checked

__all__ = [
    "DISCLAIMERS",
    "RULES",
    "GoodFaith",
    "GoodFaithItem",
    "GoodFaithProvider",
    "Recurrence",
    "co_provider_gaps",
    "contents_are_complete",
    "missing_contents",
    "recurrence_is_within_twelve_months",
]

Name = Annotated[str, Text(longest=300)]
Description = Annotated[str, Text(longest=2_000)]

DISCLAIMERS = (
    "Other items or services may be recommended as part of your care that are scheduled or "
    "requested separately and are not in this estimate.",
    "This is only an estimate of what the items and services are reasonably expected to cost; "
    "what you are billed may differ.",
    "If you are billed at least $400 more than this estimate by one provider or facility, you may "
    "start a dispute within 120 calendar days of the first bill; starting it will not affect the "
    "quality of your care.",
    "This estimate is not a contract, and does not oblige you to get the items or services from "
    "any provider or facility named in it.",
)
"""What every good-faith estimate says besides its figures, in our own words."""


@frozen(field_transformer=checked, kw_only=True)
class GoodFaithProvider:
    """A provider or facility of the estimate; the convening one schedules the primary service."""

    name: Name | None = None
    npi: Name | None = None
    tin: Name | None = None
    state: Annotated[str, Text(longest=40)] | None = None
    location: Name | None = None
    convening: bool = False

    def __attrs_post_init__(self) -> None:
        if self.npi is not None:
            check_npi("GoodFaithProvider.npi", self.npi)


@frozen(field_transformer=checked, kw_only=True)
class GoodFaithItem:
    """One item, by the provider at this place in the list of providers."""

    description: Description
    provider: Count = 0
    code: Code | None = None
    diagnoses: tuple[Code, ...] = ()
    units: Positive = 1
    expected_charge: Money | None = None


@frozen(field_transformer=checked)
class Recurrence:
    """How often the items recur, in words, and from which day to which, both included."""

    frequency: Name
    first_day: date
    last_day: date

    def __attrs_post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise InvalidValue("Recurrence.last_day", "must not be before the first day")


@frozen(field_transformer=checked, kw_only=True)
class GoodFaith:
    """The contents of a good-faith estimate; what is missing is None, and is asked for.

    `co_providers_expected` names those who take part but have not sent their items.

    Raises:
        InvalidValue: an item of a provider who is not in the list.
    """

    patient_name: Name | None = None
    birth_date: date | None = None
    primary_service: Description | None = None
    service_date: date | None = None
    """None where nothing is scheduled."""
    providers: tuple[GoodFaithProvider, ...] = ()
    items: tuple[GoodFaithItem, ...] = ()
    scheduled_separately: tuple[Description, ...] = ()
    co_providers_expected: tuple[Name, ...] = ()
    recurrence: Recurrence | None = None
    disclaimers: tuple[LongText, ...] = DISCLAIMERS

    def __attrs_post_init__(self) -> None:
        if any(item.provider >= len(self.providers) for item in self.items):
            raise InvalidValue("GoodFaithItem.provider", "must be one of the providers")

    def expected_of(self, provider: int) -> Money | None:
        """The total expected of a provider's items; None where one has no charge, or none is."""
        charges = [one.expected_charge for one in self.items if one.provider == provider]
        known = [charge for charge in charges if charge is not None]
        return Money.total(known) if known and len(known) == len(charges) else None


_CONTENTS = "45 CFR 149.610(c)(1)"


def missing_contents(estimate: GoodFaith) -> tuple[Refused, ...]:
    """Everything that the convening provider's estimate lacks, one refusal each.

    Source: 45 CFR 149.610(c)(1).
    """
    convening = [place for place, provider in enumerate(estimate.providers) if provider.convening]
    own_items = [item for item in estimate.items if item.provider in convening]
    missing = [
        what
        for what, is_there in (
            ("the patient's name", estimate.patient_name),
            ("the patient's birth date", estimate.birth_date),
            ("the primary service in plain language", estimate.primary_service),
            ("exactly one convening provider or facility", len(convening) == 1),
            ("an itemised list", own_items),
            ("every disclaimer", set(DISCLAIMERS) <= set(estimate.disclaimers)),
        )
        if not is_there
    ]
    missing += _gaps_of_items(own_items)
    for place in convening:
        missing += _gaps_of_provider(estimate.providers[place])
    return tuple(
        Refused("contents_are_complete", f"the estimate lacks {what}", _CONTENTS)
        for what in missing
    )


def contents_are_complete(estimate: GoodFaith) -> Answer:
    """Nothing that the law asks of the convening provider's estimate is missing.

    Source: 45 CFR 149.610(c)(1).
    """
    refusals = missing_contents(estimate)
    return refusals[0] if refusals else Allowed()


def co_provider_gaps(estimate: GoodFaith) -> tuple[str, ...]:
    """What is missing of co-providers: it is said, and does not block.

    Source: enforcement of 45 CFR 149.610(b)(2) is deferred since December 2022 (read in a
    secondary source).
    """
    gaps = [f"no items from {name}" for name in estimate.co_providers_expected]
    for place, provider in enumerate(estimate.providers):
        if not provider.convening:
            items = [item for item in estimate.items if item.provider == place]
            lacking = [*_gaps_of_provider(provider), *_gaps_of_items(items)]
            gaps += [f"co-provider {place}: {what}" for what in lacking]
    return tuple(gaps)


def _gaps_of_items(items: list[GoodFaithItem]) -> list[str]:
    return [
        f"the {what} of item {number}"
        for number, item in enumerate(items, 1)
        for what, is_there in (
            ("service code", item.code),
            ("diagnosis code", item.diagnoses),
            ("expected charge", item.expected_charge is not None),
        )
        if not is_there
    ]


def _gaps_of_provider(provider: GoodFaithProvider) -> list[str]:
    names = ("name", "npi", "tin", "state", "location")
    return [f"the provider's {name}" for name in names if getattr(provider, name) is None]


def recurrence_is_within_twelve_months(recurrence: Recurrence) -> Answer:
    """One estimate covers recurring services for twelve months at most.

    Source: 45 CFR 149.610(b)(1)(x) (from public projects; not checked against the primary text).
    """
    first = recurrence.first_day
    if first.year == date.max.year or recurrence.last_day < _a_year_after(first):
        return Allowed()
    return Refused(
        "recurrence_is_within_twelve_months",
        "one estimate covers recurring services for at most twelve months",
        "45 CFR 149.610(b)(1)(x)",
    )


def _a_year_after(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


RULES = (contents_are_complete, recurrence_is_within_twelve_months)
