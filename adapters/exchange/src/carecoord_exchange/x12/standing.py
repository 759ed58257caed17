"""What an eligibility answer says of deductibles, out-of-pocket limits and benefits.

Totals and what remains are kept apart: a statement of period 29 (remaining) is no total, and what
has been spent is the one less the other. Where statements repeat each other, one of them counts;
where they contradict each other, the one that leaves the patient more to pay counts, and the
contradiction is listed.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import frozen

from carecoord.estimates.benefits import Benefit, CostShare
from carecoord.estimates.eligibility import Figure, Standing
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.x12.benefit_codes import WHOLE_PLAN, BenefitKind, Level, Network, TimePeriod
from carecoord_exchange.x12.statements import BenefitStatement, EligibilityAnswer

__all__ = [
    "Contradiction",
    "benefits_of",
    "standings_of",
]

T = TypeVar("T", Money, Rate)

_INDIVIDUAL = (None, Level.INDIVIDUAL, Level.EMPLOYEE)
_PART: dict[TimePeriod | None, str] = {
    None: "total",
    TimePeriod.SERVICE_YEAR: "total",
    TimePeriod.CALENDAR_YEAR: "total",
    TimePeriod.CONTRACT: "total",
    TimePeriod.REMAINING: "remaining",
    TimePeriod.YEAR_TO_DATE: "spent",
}


_FIGURE = {
    BenefitKind.DEDUCTIBLE: Figure.DEDUCTIBLE,
    BenefitKind.OUT_OF_POCKET: Figure.OUT_OF_POCKET,
}


@frozen
class Contradiction:
    """Several amounts that the payer stated for one thing; `taken` is the one that counts."""

    what: str
    stated: tuple[Money | Rate, ...]
    taken: Money | Rate

    def __str__(self) -> str:
        stated = " and ".join(map(str, self.stated))
        return f"{self.what}: the payer states {stated}; {self.taken} counts"


def standings_of(
    answer: EligibilityAnswer,
) -> tuple[tuple[Standing, ...], tuple[Contradiction, ...]]:
    """The yearly figures of the plan as a whole, and the contradictions among them.

    A statement that names no network, or none that applies, counts for both. Statements about
    other service types than the whole plan (30) are left to `benefits_of`.
    """
    standings: list[Standing] = []
    contradictions: list[Contradiction] = []
    for figure in Figure:
        for of_family in (False, True):
            for in_network in (True, False):
                rows = [
                    row
                    for row in answer.benefits
                    if _FIGURE.get(row.kind) is figure
                    and (row.level not in _INDIVIDUAL) == of_family
                    and (not of_family or row.level is Level.FAMILY)
                    and _in_network(row, in_network)
                    and (not row.service_types or WHOLE_PLAN in row.service_types)
                    and row.amount is not None
                ]
                standing = _standing(figure, of_family, in_network, rows, contradictions)
                if standing is not None:
                    standings.append(standing)
    return tuple(standings), tuple(dict.fromkeys(contradictions))


def _in_network(row: BenefitStatement, wanted: bool) -> bool:
    if row.network in (Network.IN, Network.OUT):
        return (row.network is Network.IN) == wanted
    return True


def _standing(
    figure: Figure,
    of_family: bool,
    in_network: bool,
    rows: Sequence[BenefitStatement],
    contradictions: list[Contradiction],
) -> Standing | None:
    whose = "family" if of_family else "individual"
    where = "in network" if in_network else "out of network"
    what = f"{whose} {figure.value}, {where}"
    stated: dict[str, list[Money]] = {"total": [], "spent": [], "remaining": []}
    for row in rows:
        part = _PART.get(row.period)
        if part is not None and row.amount is not None:
            stated[part].append(row.amount)

    def pick(part: str) -> Money | None:
        amounts = list(dict.fromkeys(stated[part]))
        if not amounts:
            return None
        taken = (min if part == "spent" else max)(amounts, key=lambda amount: amount.cents)
        if len(amounts) > 1:
            contradictions.append(Contradiction(f"{what}, {part}", tuple(amounts), taken))
        return taken

    total, spent, remaining = pick("total"), pick("spent"), pick("remaining")
    if total is None and spent is None and remaining is None:
        return None
    if total is not None and remaining is not None and remaining <= total:
        used = total - remaining
        if spent is not None and spent != used:
            taken = min(spent, used, key=lambda amount: amount.cents)
            contradictions.append(Contradiction(f"{what}, spent", (spent, used), taken))
            used = taken
        spent = used
    elif total is not None and spent is not None and remaining is None and spent <= total:
        remaining = total - spent
    return Standing(figure, of_family, in_network, total, spent, remaining)


def benefits_of(
    answer: EligibilityAnswer, *, in_network: bool = True
) -> tuple[tuple[Benefit, ...], tuple[Contradiction, ...]]:
    """The benefit of each service type of which the payer states a cost share or an exclusion.

    The category of each is its service type as X12 has it, such as 98 for an office visit. A copay
    is taken instead of deductible and coinsurance unless a coinsurance is stated too, which is
    then taken after the deductible. Contradicting amounts: the highest counts, and is listed.
    """
    benefits: list[Benefit] = []
    contradictions: list[Contradiction] = []
    types = dict.fromkeys(type for row in answer.benefits for type in row.service_types)
    for type in types:
        if type == WHOLE_PLAN:
            continue
        rows = [
            row
            for row in answer.benefits
            if type in row.service_types and _in_network(row, in_network)
        ]
        benefit = _benefit(type, rows, contradictions)
        if benefit is not None:
            benefits.append(benefit)
    return tuple(benefits), tuple(contradictions)


def _benefit(
    type: str, rows: Sequence[BenefitStatement], contradictions: list[Contradiction]
) -> Benefit | None:
    if any(row.kind in (BenefitKind.NON_COVERED, BenefitKind.EXCLUSIONS) for row in rows):
        return Benefit.excluded({type})
    copays = [
        row.amount for row in rows if row.kind is BenefitKind.COPAY and row.amount is not None
    ]
    shares = [
        row.percentage
        for row in rows
        if row.kind is BenefitKind.COINSURANCE and row.percentage is not None
    ]
    copay = _highest(f"copay, {type}", copays, lambda one: one.cents, contradictions)
    share = _highest(f"coinsurance, {type}", shares, lambda one: one.millionths, contradictions)
    if copay is None and share is None:
        return None
    required = [row.authorization_required for row in rows]
    steps: tuple[CostShare, ...] = ()
    if copay is not None:
        steps = (CostShare.COPAY,)
    if share is not None:
        steps = (*steps, CostShare.DEDUCTIBLE, CostShare.COINSURANCE)
    return Benefit(
        frozenset({type}), steps=steps, copay=copay, coinsurance=share,
        authorization_required=True if True in required else (False if False in required else None),
        source="X12 271",
    )  # fmt: skip


def _highest(
    what: str,
    stated: Sequence[T],
    size: Callable[[T], int],
    contradictions: list[Contradiction],
) -> T | None:
    different = list(dict.fromkeys(stated))
    if not different:
        return None
    taken = max(different, key=size)
    if len(different) > 1:
        contradictions.append(Contradiction(what, tuple(different), taken))
    return taken
