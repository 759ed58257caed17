"""Eligibility: what a payer stated of a coverage, on which day, and what of it counts.

    response = latest(responses)
    accumulators_stated(response, plan.tier("in network"))

Yearly figures are kept as payers state them, totals and what remains apart, and become amounts
spent of a plan's own deductible and limit only for an estimate. Every answer is dated; the one that
states the latest day wins, and an estimate that rests on an old one says so.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated

from attrs import evolve, field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.benefits import Benefit, Scope, YearlyAmount
from carecoord.estimates.plans import Tier
from carecoord.kernel.ids import CoverageId, EligibilityResponseId, PatientId
from carecoord.kernel.money import Money
from carecoord.kernel.values import Text, checked

__all__ = [
    "CoverageStatus",
    "EligibilityResponse",
    "Figure",
    "Standing",
    "accumulators_of",
    "accumulators_stated",
    "latest",
    "yearly_amount",
]

Words = Annotated[str, Text(longest=500)]


class CoverageStatus(Enum):
    """What a payer says of a coverage; the codes are those of X12 271, EB01."""

    ACTIVE = "1"
    INACTIVE = "6"
    CANNOT_PROCESS = "V"


class Figure(Enum):
    """Which of a plan's yearly figures is meant."""

    DEDUCTIBLE = "deductible"
    OUT_OF_POCKET = "out of pocket"


@frozen(field_transformer=checked)
class Standing:
    """One yearly figure of the person, or of the family: in all, spent, and what remains.

    Raises:
        InvalidValue: a negative amount.
    """

    figure: Figure
    of_family: bool
    in_network: bool
    total: Money | None = None
    spent: Money | None = None
    remaining: Money | None = None

    def __attrs_post_init__(self) -> None:
        amounts = (self.total, self.spent, self.remaining)
        if any(amount is not None and amount.cents < 0 for amount in amounts):
            raise InvalidValue("Standing", "must not have a negative amount")


@frozen(field_transformer=checked, kw_only=True)
class EligibilityResponse:
    """A payer's answer about a coverage, as it was given; a later answer is another one.

    `on` is the day that was asked about, `as_of` the day that the figures are of. `used` are limits
    of the plan, by its names. `contradictions` say what the payer stated in two ways, and which of
    them counts.
    """

    id: EligibilityResponseId = field(repr=True)
    patient: PatientId
    coverage: CoverageId
    status: CoverageStatus
    on: date
    as_of: date
    answered_at: datetime
    standings: tuple[Standing, ...] = ()
    used: tuple[Used, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    contradictions: tuple[Words, ...] = ()
    reference: Words | None = None
    version: int = 0


def latest(responses: Iterable[EligibilityResponse]) -> EligibilityResponse | None:
    """The answer that counts: of the latest day, and of those the one given last."""
    return max(responses, key=lambda one: (one.as_of, one.answered_at, one.id), default=None)


def accumulators_stated(response: EligibilityResponse, tier: Tier) -> Accumulators:
    """What the payer stated to have been used, by the plan's names; the rest stays unknown."""
    return evolve(accumulators_of(response.standings, tier, response.as_of), used=response.used)


def accumulators_of(standings: Iterable[Standing], tier: Tier, as_of: date) -> Accumulators:
    """What has been spent of the tier's deductible and out-of-pocket limit, by their names.

    What the payer does not state stays unknown. Where the payer states only what remains, the
    plan's own amount, if it is known, gives what has been spent.
    """
    found = {
        (one.figure, one.of_family): one for one in standings if one.in_network == tier.in_network
    }
    spent = []
    for figure, amount in (
        (Figure.DEDUCTIBLE, tier.deductible),
        (Figure.OUT_OF_POCKET, tier.out_of_pocket),
    ):
        if amount is None or amount.scope is Scope.NONE:
            continue
        own = _spent(found.get((figure, False)), amount.individual)
        family = _spent(found.get((figure, True)), amount.family)
        if own is not None and family is not None and family < own:
            family = None
        if own is not None or family is not None:
            spent.append(Spent(amount.name, own, family))
    return Accumulators(as_of, tuple(spent))


def _spent(standing: Standing | None, total: Money | None) -> Money | None:
    if standing is None or standing.spent is not None:
        return None if standing is None else standing.spent
    if standing.remaining is not None and total is not None and standing.remaining <= total:
        return total - standing.remaining
    return None


def yearly_amount(
    name: str, standings: Iterable[Standing], figure: Figure, *, in_network: bool
) -> YearlyAmount | None:
    """The deductible or limit that the payer states; None where it states none.

    With an individual and a family amount it is embedded, else it is of the one person.
    """
    found = {
        one.of_family: one.total
        for one in standings
        if one.figure is figure and one.in_network == in_network
    }
    own, family = found.get(False), found.get(True)
    if own is None and family is None:
        return None
    if own is not None and family is not None and family >= own:
        return YearlyAmount(name, Scope.EMBEDDED, own, family)
    if own is None:
        return YearlyAmount(name, Scope.AGGREGATE, family=family)
    return YearlyAmount(name, Scope.SELF_ONLY, own)
