"""Adjudication: what each line of a claim costs, and who pays it.

    answer = adjudicate(plan, "in network", lines, accumulators)
    answer.low.patient, answer.high.patient     # the same where nothing is unknown
    answer.low.steps()                          # every figure's rule, inputs, amount and source

For each line, and so for the claim, to the cent:

    charge = plan payment + patient + contractual adjustment + provider's liability

where the patient's part is deductible + copay + coinsurance + not covered + balance bill.
"""

from collections.abc import Sequence
from functools import lru_cache

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.cost_sharing import Figures, Row, figures, shared, unusual
from carecoord.estimates.plans import NonCovered, Plan
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.terms import Corner, TierTerms
from carecoord.estimates.trace import Step, steps_of
from carecoord.kernel.money import Money

__all__ = ["Adjudication", "Run", "adjudicate", "tier_terms"]


@frozen
class Run:
    """The lines of a claim reckoned at one corner of what is unknown."""

    rows: tuple[Row, ...] = field(repr=False)
    opening: tuple[int, ...] = field(repr=False)
    closing: tuple[int, ...] = field(repr=False)
    currency: str

    def figures(self) -> tuple[Figures, ...]:
        """The amounts of every line, in cents."""
        return tuple(map(figures, self.rows))

    def totals(self) -> Figures:
        """The amounts of the claim, in cents."""
        columns = zip(*map(figures, self.rows), strict=True)
        return Figures(*map(sum, columns)) if self.rows else Figures(*(0,) * 10)

    @property
    def patient_cents(self) -> int:
        """What the patient owes for the claim, in cents."""
        owed = 0
        for row in self.rows:
            owed += row[1] - row[11] if row[12] is None else figures(row).patient
        return owed

    @property
    def patient(self) -> Money:
        """What the patient owes for the claim."""
        return Money(self.patient_cents, self.currency)

    @property
    def paid(self) -> Money:
        """What the plan pays for the claim."""
        return Money(self.totals().paid, self.currency)

    def steps(self) -> tuple[Step, ...]:
        """How every figure came about, line by line, in the order in which it was reckoned."""
        return tuple(step for number, row in enumerate(self.rows) for step in steps_of(number, row))


@frozen
class Adjudication:
    """The answer for a claim: one run where all is known, else the runs that enclose it.

    What is unknown is taken so that the patient owes least in `low`, and most in `high`.
    """

    terms: TierTerms = field(repr=False)
    lines: tuple[ServiceLine, ...] = field(repr=False)
    accumulators: Accumulators = field(repr=False)
    low: Run
    high: Run

    @property
    def is_exact(self) -> bool:
        """Whether every figure is the same whatever the unknown is."""
        return self.low is self.high or (
            self.low.figures() == self.high.figures() and self.is_bounded
        )

    @property
    def is_bounded(self) -> bool:
        """Whether `high` is truly the most: not where a charge counts that nobody stated."""
        basis_is_charge = self.terms.plan.non_covered is NonCovered.CHARGE
        for line, row in zip(self.lines, self.high.rows, strict=True):
            special = row[12]
            if line.charge is None and special is not None:
                partly = special.covered_units < special.units
                if (
                    (line.allowed is None and line.allowed_between is None)
                    or not self.terms.tier.in_network
                    or (partly and basis_is_charge)
                ):
                    return False
        return True

    @property
    def patient_owes(self) -> tuple[Money, Money | None]:
        """At least and at most what the patient owes; None where the most is not known."""
        return self.low.patient, self.high.patient if self.is_bounded else None

    def unknown(self) -> tuple[str, ...]:
        """What was not known and changes the answer, in words, each once."""
        if self.is_exact:
            return ()
        places = self.terms.unknown_places(self.accumulators)
        found: dict[str, None] = {}
        for row in (*self.low.rows, *self.high.rows):
            terms = row[2]
            found.update(dict.fromkeys(row[12].unknown if row[12] else ()))
            used = (terms.deductible, terms.limit, *terms.dollars, *(at for at, _ in terms.counts))
            found.update((places[place], None) for place in used if place in places)
        return tuple(found)

    def _runs(self) -> tuple[Run, ...]:
        if self.low is self.high:
            return (self.low,)
        floor, _ = _reckoned(self.terms, self.lines, self.accumulators, Corner.FLOOR)
        return self.low, self.high, floor

    def certain_payment(self) -> Money:
        """The least that the plan pays, whatever the unknown is."""
        return Money(min(run.totals().paid for run in self._runs()), self.low.currency)

    def certain_adjustment(self) -> Money:
        """The least that is adjusted or may not be billed, whatever the unknown is."""
        lines = zip(*(run.figures() for run in self._runs()), strict=True)
        least = (min(o.contractual for o in line) + min(o.liable for o in line) for line in lines)
        return Money(sum(least), self.low.currency)

    def undecided(self) -> Money:
        """What of the charge is not certain to be anybody's yet.

        It is what is left of the charge after the least that the patient owes, the least that the
        plan pays, and the least that is adjusted or may not be billed.
        """
        charge = Money(self.low.totals().charge, self.low.currency)
        certain = self.certain_payment() + self.certain_adjustment()
        return charge - self.low.patient - certain

    def accumulators_after(self) -> Accumulators:
        """What will have been used after this claim; unknown where the runs disagree."""
        low, high = (
            self.terms.accumulated(self.accumulators, run.opening, run.closing)
            for run in (self.low, self.high)
        )
        if low == high:
            return low
        return Accumulators(
            low.as_of,
            tuple(
                Spent(
                    one.name,
                    one.individual if one.individual == other.individual else None,
                    one.family if one.family == other.family else None,
                )
                for one, other in zip(low.spent, high.spent, strict=True)
            ),
            tuple(
                Used(one.name, one.amount if one == other else None)
                for one, other in zip(low.used, high.used, strict=True)
            ),
        )


@lru_cache(maxsize=256)
def tier_terms(plan: Plan, tier: str) -> TierTerms:
    """The tier made ready; kept for the plans used last, so that it is made once.

    Raises:
        InvalidValue: the plan has no tier of this name.
    """
    return TierTerms(plan, plan.tier(tier))


def adjudicate(
    plan: Plan,
    tier: str,
    lines: Sequence[ServiceLine],
    accumulators: Accumulators,
) -> Adjudication:
    """What the lines of one claim cost under the plan, in the order in which they are given.

    Raises:
        InvalidValue: no such tier, or amounts in another currency than the plan's.
    """
    return adjudicated(tier_terms(plan, tier), lines, accumulators)


def adjudicated(
    terms: TierTerms, lines: Sequence[ServiceLine], accumulators: Accumulators
) -> Adjudication:
    """The same as `adjudicate`, for a tier made ready beforehand."""
    lines = tuple(lines)
    low, certain = _reckoned(terms, lines, accumulators, Corner.LOW)
    if certain:
        return Adjudication(terms, lines, accumulators, low, low)
    high, _ = _reckoned(terms, lines, accumulators, Corner.HIGH)
    return Adjudication(terms, lines, accumulators, low, high)


def _reckoned(
    terms: TierTerms, lines: tuple[ServiceLine, ...], accumulators: Accumulators, corner: Corner
) -> tuple[Run, bool]:
    """The run at a corner, and whether nothing of it was unknown."""
    state, unsure = terms.opening(accumulators, corner)
    certain = not unsure
    opening = tuple(state)
    currency = terms.currency
    which = 0 if corner is Corner.LOW else 1
    in_network, basis = terms.tier.in_network, terms.plan.non_covered
    terms_for = terms.terms_for
    rows: list[Row] = []
    for line in lines:
        of_line = terms_for(line.code, line.category)[which]
        charge, allowed = line.charge, line.allowed
        if (
            of_line.usual
            and charge is not None
            and allowed is not None
            and line.eligible
            and line.alternate is None
        ):
            if allowed.currency != currency:
                raise InvalidValue("ServiceLine", "must be in the currency of the plan")
            rows.append(shared(charge.cents, allowed.cents, line.units, of_line, state))
        else:
            if line.currency not in (None, currency):
                raise InvalidValue("ServiceLine", "must be in the currency of the plan")
            row = unusual(
                line, of_line, state, corner,
                unsure=unsure, in_network=in_network, basis=basis,
            )  # fmt: skip
            certain = certain and not row[12].unknown
            rows.append(row)
    return Run(tuple(rows), opening, tuple(state), currency), certain
