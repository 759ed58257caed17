"""Payment order: which of several coverages pays first, and which rule says so.

    order = in_payment_order([mine, my_spouses], medicare_because=None)
    order.coverages      # the ids, first payer first
    order.decided_by     # for each neighbouring pair, the rule that put them so
    order.questions      # facts that have to be known before the order can be relied on

Source: NAIC model regulation 120 (from public projects; not checked against the primary text);
42 CFR 411 (from memory; not checked against the primary text).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum
from functools import cmp_to_key
from itertools import pairwise
from typing import Annotated, TypeVar

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.plans import Program
from carecoord.kernel.ids import CoverageId
from carecoord.kernel.values import Count, Range, checked

__all__ = [
    "SHARE_EQUALLY",
    "ChildOf",
    "CoordinatedCoverage",
    "Employment",
    "MedicareReason",
    "PaymentOrder",
    "in_payment_order",
]


T = TypeVar("T")

SHARE_EQUALLY = "the plans share equally"
"""What decides where no rule does."""


class Employment(Enum):
    """How the subscriber has the coverage, in the order in which they pay."""

    ACTIVE = "active"
    RETIRED = "retired"
    CONTINUATION = "continuation"
    """COBRA or a state's continuation of coverage."""


class ChildOf(Enum):
    """Whose coverage a child of separated parents has, in the order in which they pay."""

    COURT_ORDERED = "court_ordered"
    CUSTODIAL_PARENT = "custodial_parent"
    CUSTODIAL_PARENTS_SPOUSE = "custodial_parents_spouse"
    OTHER_PARENT = "other_parent"
    OTHER_PARENTS_SPOUSE = "other_parents_spouse"


class MedicareReason(Enum):
    """Why the patient has Medicare."""

    AGE = "age"
    DISABILITY = "disability"
    END_STAGE_RENAL_DISEASE = "end_stage_renal_disease"


@frozen(field_transformer=checked, kw_only=True)
class CoordinatedCoverage:
    """What the order of payment asks about a coverage; what is not known is None.

    `subscriber_born` is the month and the day of birth of the subscriber, which counts where a
    child of parents living together is covered; `child_of` is for a child of separated parents.
    `since` is the day from which the subscriber has been covered. `employees` counts those of the
    employer.
    """

    id: CoverageId
    program: Program = Program.COMMERCIAL
    coordinates: bool = True
    """Whether it has rules of coordination at all; a plan without any pays first."""
    as_dependent: bool | None = None
    employment: Employment | None = None
    subscriber_born: tuple[Annotated[int, Range(1, 12)], Annotated[int, Range(1, 31)]] | None = None
    child_of: ChildOf | None = None
    since: date | None = None
    employees: Count | None = None


@frozen
class PaymentOrder:
    """The coverages in the order in which they pay."""

    coverages: tuple[CoverageId, ...]
    decided_by: tuple[str, ...]
    """For each coverage but the first, the rule that puts it after the one before."""
    questions: tuple[str, ...]


_LIABILITY, _BEFORE_MEDICARE, _MEDICARE, _AFTER_MEDICARE, _TRICARE, _MEDICAID = range(6)


def _class_of(
    coverage: CoordinatedCoverage, medicare: "_Medicare | None", questions: dict[str, None]
) -> int:
    """Which of the classes, one paying after the other, the coverage belongs to."""
    match coverage.program:
        case Program.WORKERS_COMPENSATION:
            return _LIABILITY
        case Program.MEDICARE | Program.MEDICARE_ADVANTAGE:
            return _MEDICARE
        case Program.TRICARE:
            return _TRICARE
        case Program.MEDICAID | Program.CHIP:
            return _MEDICAID
    if medicare is None or _pays_before_medicare(coverage, medicare, questions):
        return _BEFORE_MEDICARE
    return _AFTER_MEDICARE


@frozen
class _Medicare:
    reason: MedicareReason | None
    months: int | None


def _pays_before_medicare(
    coverage: CoordinatedCoverage, medicare: _Medicare, questions: dict[str, None]
) -> bool:
    """Whether a group plan pays before Medicare.

    Aged: active employment with an employer of at least 20; disabled: of at least 100; end-stage
    renal disease: any group plan in the first 30 months. Retiree and continuation coverage pay
    after Medicare otherwise.

    Source: 42 CFR 411.162, 411.172 and 411.204 (from memory; not checked against the primary
    text).
    """
    reason = medicare.reason
    if reason is None:
        questions["why the patient has Medicare"] = None
        return False
    if reason is MedicareReason.END_STAGE_RENAL_DISEASE:
        if medicare.months is None:
            questions["for how many months the patient has been eligible for Medicare"] = None
        return medicare.months is not None and medicare.months < 30
    if coverage.employment is None:
        questions["whether the subscriber is at work, retired or in continuation"] = None
    if coverage.employment is not Employment.ACTIVE:
        return False
    if coverage.employees is None:
        questions["how many employees the employer has"] = None
        return False
    return coverage.employees >= (20 if reason is MedicareReason.AGE else 100)


def _compare(
    one: CoordinatedCoverage, other: CoordinatedCoverage, questions: dict[str, None]
) -> tuple[int, str]:
    """Which of two of the same class pays first (-1: the one), and by which rule."""

    def both(what: str, first: T | None, second: T | None) -> tuple[T, T] | None:
        if first is None or second is None:
            questions[what] = None
            return None
        return (first, second) if first != second else None

    if one.coordinates != other.coordinates:
        return (1 if one.coordinates else -1), "a plan without coordination rules pays first"
    if differ := both("who is the subscriber", one.as_dependent, other.as_dependent):
        return (1 if differ[0] else -1), "the plan of the subscriber pays before a dependent's"
    if one.child_of is not None and other.child_of is not None:
        if one.child_of is not other.child_of:
            turns = list(ChildOf)
            sooner = turns.index(one.child_of) < turns.index(other.child_of)
            return (-1 if sooner else 1), "of separated parents: the court's order, then custody"
    elif one.as_dependent and (
        days := both("the parents' birthdays", one.subscriber_born, other.subscriber_born)
    ):
        rule = "the plan of the parent whose birthday is earlier in the year pays first"
        return (-1 if days[0] < days[1] else 1), rule
    if jobs := both("how the subscribers are employed", one.employment, other.employment):
        turn = list(Employment)
        rule = "active employment pays before retirement, and continuation coverage last"
        return (-1 if turn.index(jobs[0]) < turn.index(jobs[1]) else 1), rule
    if since := both("since when each plan has covered the subscriber", one.since, other.since):
        return (-1 if since[0] < since[1] else 1), "the plan longer in force pays first"
    return 0, SHARE_EQUALLY


_CLASS_RULES = {
    _BEFORE_MEDICARE: "workers' compensation and liability pay before health plans",
    _MEDICARE: "Medicare pays after this plan",
    _AFTER_MEDICARE: "Medicare pays before this plan",
    _TRICARE: "TRICARE pays after other health plans",
    _MEDICAID: "Medicaid pays last",
}


def in_payment_order(
    coverages: Iterable[CoordinatedCoverage],
    *,
    medicare_because: MedicareReason | None = None,
    medicare_months: int | None = None,
) -> PaymentOrder:
    """The coverages in the order in which they pay; those that share equally stay as given.

    Where Medicare pays after a dependent's plan and before the patient's own retirement plan, the
    dependent's plan pays first of all, which the classes bring about by themselves.

    Source: NAIC model regulation 120, section 6; 42 CFR 411.

    Raises:
        InvalidValue: no coverage, or one twice.
    """
    given = list(coverages)
    if not given or len({one.id for one in given}) < len(given):
        raise InvalidValue("coverages", "must be given, each once")
    questions: dict[str, None] = {}
    has_medicare = any(
        one.program in (Program.MEDICARE, Program.MEDICARE_ADVANTAGE) for one in given
    )
    medicare = _Medicare(medicare_because, medicare_months) if has_medicare else None
    classes = {one.id: _class_of(one, medicare, questions) for one in given}

    def compare(one: CoordinatedCoverage, other: CoordinatedCoverage) -> int:
        difference = classes[one.id] - classes[other.id]
        return difference or _compare(one, other, {})[0]

    ordered = sorted(given, key=cmp_to_key(compare))
    return PaymentOrder(
        tuple(one.id for one in ordered),
        tuple(_reasons(ordered, classes, questions)),
        tuple(questions),
    )


def _reasons(
    ordered: Sequence[CoordinatedCoverage],
    classes: dict[CoverageId, int],
    questions: dict[str, None],
) -> Iterable[str]:
    for one, other in pairwise(ordered):
        before, after = classes[one.id], classes[other.id]
        if before == after:
            yield _compare(one, other, questions)[1]
        elif before == _LIABILITY and after != _MEDICAID:
            yield _CLASS_RULES[_BEFORE_MEDICARE]
        else:
            yield _CLASS_RULES[after]
