"""Billing limits: what may not be asked of a patient, whatever the plan leaves to them.

    within_limits(estimate, Program.MEDICARE, is_qmb=True, notice=None)

What may not be billed moves from the patient to the provider; nothing else changes.
"""

from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from typing import Any

from attrs import evolve

from carecoord.errors import Allowed, Answer, Refused
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.estimate import Estimate, EstimateLine
from carecoord.estimates.plans import Program
from carecoord.estimates.trace import FORMULAS, Step
from carecoord.kernel.money import Money

__all__ = [
    "RULES",
    "Notice",
    "billing_refusals",
    "cost_sharing_may_be_billed",
    "more_than_the_copay_may_be_billed",
    "non_covered_service_may_be_billed",
    "within_limits",
]


class Notice(Enum):
    """What the patient was given in writing before a service that will not be covered."""

    ADVANCE_BENEFICIARY_NOTICE = "advance_beneficiary_notice"
    """The form for Original Medicare, known as ABN."""
    ORGANIZATION_DETERMINATION = "organization_determination"
    """The Medicare Advantage plan's own decision in advance, in which the patient was told."""
    WRITTEN_AGREEMENT = "written_agreement"
    """The patient's agreement to pay for this service."""


_NEEDED = {
    Program.MEDICARE: (
        Notice.ADVANCE_BENEFICIARY_NOTICE,
        "Original Medicare needs an advance beneficiary notice",
        "42 CFR 411.404 and 411.408",
    ),
    Program.MEDICARE_ADVANTAGE: (
        Notice.ORGANIZATION_DETERMINATION,
        "Medicare Advantage needs an organization determination, no advance beneficiary notice",
        "42 CFR 422.566",
    ),
    Program.MEDICAID: (
        Notice.WRITTEN_AGREEMENT,
        "a Medicaid member has to agree in writing before the service",
        "42 CFR 447.15",
    ),
}


def non_covered_service_may_be_billed(program: Program, notice: Notice | None) -> Answer:
    """A service that is not covered is billed to the patient only with the notice it needs.

    Source: 42 CFR 411.404 and 411.408, 422.566, 447.15 (from memory; not checked against the
    primary text).
    """
    needed = _NEEDED.get(program)
    if needed is None or notice is needed[0]:
        return Allowed()
    return Refused("non_covered_service_may_be_billed", needed[1], needed[2])


def cost_sharing_may_be_billed(program: Program, is_qmb: bool) -> Answer:
    """A qualified Medicare beneficiary owes no Medicare deductible, copay or coinsurance.

    Source: 42 U.S.C. 1396a(n)(3)(B) (from memory; not checked against the primary text).
    """
    if not (is_qmb and program in (Program.MEDICARE, Program.MEDICARE_ADVANTAGE)):
        return Allowed()
    return Refused(
        "cost_sharing_may_be_billed",
        "a qualified Medicare beneficiary owes no Medicare cost sharing",
        "42 U.S.C. 1396a(n)(3)(B)",
    )


def more_than_the_copay_may_be_billed(program: Program) -> Answer:
    """Medicaid's payment is payment in full, but for the copay that it sets.

    Source: 42 CFR 447.15 (from memory; not checked against the primary text).
    """
    if program is not Program.MEDICAID:
        return Allowed()
    return Refused(
        "more_than_the_copay_may_be_billed",
        "Medicaid's payment is payment in full but for its copay",
        "42 CFR 447.15",
    )


def billing_refusals(
    program: Program, *, is_qmb: bool, notice: Notice | None
) -> tuple[tuple[Refused, tuple[str, ...]], ...]:
    """What may not be billed to a patient, with the parts of their responsibility it is about.

    Source: as each rule's own.
    """
    answers = (
        (cost_sharing_may_be_billed(program, is_qmb), ("deductible", "copay", "coinsurance")),
        (non_covered_service_may_be_billed(program, notice), ("not_covered",)),
        (
            more_than_the_copay_may_be_billed(program),
            ("deductible", "coinsurance", "balance_bill"),
        ),
    )
    return tuple((answer, parts) for answer, parts in answers if isinstance(answer, Refused))


_OWED = ("deductible", "copay", "coinsurance", "not_covered", "balance_bill", "self_pay")
_FIGURE = {"balance_bill": "balance"}


def _without(amounts: Amounts, parts: Collection[str]) -> Amounts:
    nothing = Money(0, amounts.charge.currency)
    moved = Money.total((getattr(amounts, part) for part in parts), nothing.currency)
    left: dict[str, Any] = dict.fromkeys(parts, nothing)
    return evolve(amounts, provider_liability=amounts.provider_liability + moved, **left)


def _moves(
    lines: Sequence[EstimateLine], which: str, parts: Collection[str], source: str
) -> Iterator[Step]:
    """The steps by which what may not be billed leaves the patient."""
    for number, line in enumerate(lines):
        for part in parts:
            share = getattr(getattr(line, which), part).cents
            if share:
                for rule, figure in (
                    ("may_not_be_billed", _FIGURE.get(part, part)),
                    ("borne_by_the_provider", "liable"),
                ):
                    inputs = {"share": share}
                    amount = FORMULAS[rule](inputs)
                    yield Step(number, rule, figure, tuple(inputs.items()), amount, source)


def within_limits(
    estimate: Estimate, program: Program, *, is_qmb: bool | None, notice: Notice | None
) -> Estimate:
    """The estimate with nothing asked of the patient that may not be billed.

    Whether the patient is a qualified Medicare beneficiary may be unknown (None); then the lowest
    amounts are those of one, and the highest those of another. Where the estimate is a range
    already, what may not be billed could fall on any part of it: the range then starts at nothing.
    Why something may not be billed is among the cautions.

    Source: 42 U.S.C. 1396a(n)(3)(B); 42 CFR 447.15 (from memory; not checked against the primary
    text).
    """
    refused = billing_refusals(program, is_qmb=is_qmb is not False, notice=notice)
    certainly = billing_refusals(program, is_qmb=bool(is_qmb), notice=notice)
    least = tuple(dict.fromkeys(part for _, parts in refused for part in parts))
    most = tuple(dict.fromkeys(part for _, parts in certainly for part in parts))
    if not least:
        return estimate
    if not estimate.is_exact:
        least, most = _OWED, ()

    def limited(line: EstimateLine) -> EstimateLine:
        return evolve(line, low=_without(line.low, least), high=_without(line.high, most))

    after = evolve(estimate, lines=tuple(map(limited, estimate.lines)))
    if after.lines == estimate.lines:
        return estimate
    unknown = estimate.unknown
    if is_qmb is None and not (cost_sharing_may_be_billed(program, True) or after.is_exact):
        unknown = (*unknown, "whether the patient is a qualified Medicare beneficiary")
    moved_of_low = after.low.provider_liability - estimate.low.provider_liability
    moved_of_high = after.high.provider_liability - estimate.high.provider_liability
    source = refused[0][0].source
    to_low = (*estimate.trace, *_moves(estimate.lines, "low", least, source))
    to_high = (
        *(estimate.trace_high or estimate.trace),
        *_moves(estimate.lines, "high", most, source),
    )
    return evolve(
        after,
        unknown=unknown,
        undecided=estimate.undecided + moved_of_low - moved_of_high,
        cautions=(*estimate.cautions, *(answer.reason for answer, _ in refused)),
        trace=to_low,
        trace_high=() if to_high == to_low else to_high,
    )


RULES = (
    non_covered_service_may_be_billed,
    cost_sharing_may_be_billed,
    more_than_the_copay_may_be_billed,
)
