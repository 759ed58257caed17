"""Terms: the benefits of one tier made ready for reckoning, in integer cents.

What is unknown has two corners: LOW, where it costs the patient least, and HIGH, where it costs
most. A patient's total never falls when a deductible, copay, coinsurance or price rises, or what is
left of a benefit falls, so the answers at the two corners enclose every answer between.
"""

from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from carecoord.estimates.accumulators import Accumulators, Spent
from carecoord.estimates.benefits import (
    Benefit,
    CopayPer,
    CostShare,
    Limit,
    Measure,
    Scope,
    YearlyAmount,
)
from carecoord.estimates.plans import Plan, Tier
from carecoord.kernel.codes import Code

__all__ = ["BOUNDLESS", "Corner", "Terms", "TierTerms"]

BOUNDLESS = 1 << 60
"""More cents than any bill: what is left of a limit that does not exist."""


class Corner(Enum):
    """Which way the unknown is taken."""

    LOW = "low"
    """So that the patient owes least."""
    HIGH = "high"
    """So that the patient owes most."""
    FLOOR = "floor"
    """So that the plan pays least."""


@frozen
class Terms:
    """A benefit at one corner: amounts in cents, rates in millionths, places in the state.

    A place of -1 means that there is none. `plain` marks a benefit that asks nothing but cost
    shares, `usual` one that is in network besides; `unknown` says what was taken at its corner.
    """

    benefit: Benefit | None
    usual: bool
    covered: bool
    copay_at: int = 0
    """0: no copay; 1: first; 2: after the deductible; 3: after coinsurance."""
    copay: int = 0
    copay_place: int = -1
    by_unit: bool = False
    deductible: int = -1
    rate: int = 0
    limit: int = -1
    dollars: tuple[int, ...] = ()
    counts: tuple[tuple[int, bool], ...] = ()
    """Places of the limits that count, and whether it is visits that they count."""
    unknown: tuple[str, ...] = ()
    plain: bool = False


def _copay_at(steps: tuple[CostShare, ...]) -> int:
    if CostShare.COPAY not in steps:
        return 0
    before = steps[: steps.index(CostShare.COPAY)]
    if CostShare.COINSURANCE in before:
        return 3
    return 2 if CostShare.DEDUCTIBLE in before else 1


@frozen
class _Counter:
    """A deductible or limit: its two places, and its amounts in cents.

    An amount is None where it is unknown, and BOUNDLESS where the scope has none.
    """

    place: int
    role: str
    name: str | None
    individual: int | None
    family: int | None

    def left(self, spent: Spent | None, low: bool) -> tuple[int, int, bool]:
        """What is left for the individual and the family, and whether that is certain."""
        own, all_of_us = self.individual, self.family
        by_one = None if spent is None or spent.individual is None else spent.individual.cents
        by_all = None if spent is None or spent.family is None else spent.family.cents
        certain = (own == BOUNDLESS or (own is not None and by_one is not None)) and (
            all_of_us == BOUNDLESS or (all_of_us is not None and by_all is not None)
        )
        # An individual has spent no more than the family, the family no less than the individual.
        if by_one is None:
            by_one = 0 if not low else BOUNDLESS if by_all is None else by_all
        if by_all is None:
            by_all = BOUNDLESS if low else by_one
        unknown = 0 if low else BOUNDLESS
        return (
            unknown if own is None else own if own == BOUNDLESS else max(0, own - by_one),
            unknown
            if all_of_us is None
            else all_of_us
            if all_of_us == BOUNDLESS
            else max(0, all_of_us - by_all),
            certain,
        )


def _counter(place: int, role: str, amount: YearlyAmount | None) -> _Counter:
    if amount is None:
        return _Counter(place, role, None, None, None)
    individual = amount.individual.cents if amount.individual is not None else None
    family = amount.family.cents if amount.family is not None else None
    return _Counter(
        place,
        role,
        amount.name,
        BOUNDLESS if amount.scope is Scope.AGGREGATE else individual,
        BOUNDLESS if amount.scope is Scope.SELF_ONLY else family,
    )


class TierTerms:
    """One tier of a plan, compiled once and used for any number of claims; it never changes."""

    def __init__(self, plan: Plan, tier: Tier) -> None:
        self.plan = plan
        self.tier = tier
        self.currency = plan.currency
        self.size = 0
        self._counters: dict[str, _Counter] = {}
        self._limits: dict[str, tuple[int, Limit]] = {}
        self._copays: list[tuple[int, int, int]] = []
        self._declared = {limit.name: limit for limit in plan.limits}
        self.by_category: dict[str | None, tuple[Terms, Terms]] = {}
        self._by_code: dict[str, list[tuple[str, tuple[Terms, Terms]]]] = {}
        for benefit in tier.benefits:
            both = self._compiled(benefit)
            self.by_category.update(dict.fromkeys(benefit.categories, both))
            for code in benefit.codes:
                self._by_code.setdefault(code.value, []).append((code.system, both))
        if tier.otherwise is not None:
            self.otherwise = self._compiled(tier.otherwise)
        else:
            reason = ("whether and how the plan covers it",)
            self.otherwise = (
                Terms(None, usual=False, covered=True, unknown=reason),
                Terms(None, usual=False, covered=False, unknown=reason),
            )

    def _places(self, count: int) -> int:
        self.size += count
        return self.size - count

    def _amount(self, role: str, amount: YearlyAmount | None) -> int:
        if amount is not None and amount.scope is Scope.NONE:
            return -1
        key = role if amount is None else f"{role} {amount.name}"
        if key not in self._counters:
            self._counters[key] = _counter(self._places(2), role, amount)
        return self._counters[key].place

    def _compiled(self, benefit: Benefit) -> tuple[Terms, Terms]:
        steps, copay_at = benefit.steps, _copay_at(benefit.steps)
        no_copay = copay_at > 0 and benefit.copay is None
        no_rate = CostShare.COINSURANCE in steps and benefit.coinsurance is None
        unknown = [
            what
            for what, is_unknown in (
                ("whether the plan covers it", benefit.covered is None),
                ("the copay", no_copay),
                ("the coinsurance", no_rate),
            )
            if is_unknown
        ]
        deductible = limit = copay_place = -1
        if CostShare.DEDUCTIBLE in steps:
            deductible = self._amount("deductible", benefit.deductible or self.tier.deductible)
        if benefit.counts_toward_out_of_pocket:
            limit = self._amount("out-of-pocket limit", self.tier.out_of_pocket)
        if copay_at and benefit.copay_per is CopayPer.VISIT:
            copay_place = self._places(1)
        dollars: list[int] = []
        counts: list[tuple[int, bool]] = []
        for name in benefit.limits:
            one = self._declared[name]
            if name not in self._limits:
                # The second place of a limit of visits: whether this visit has been counted.
                self._limits[name] = (self._places(2), one)
            if one.measure is Measure.DOLLARS:
                dollars.append(self._limits[name][0])
            else:
                counts.append((self._limits[name][0], one.measure is Measure.VISITS))
        required = benefit.authorization_required or benefit.referral_required

        def at(corner: Corner) -> Terms:
            high = corner is Corner.HIGH
            copay = benefit.copay.cents if benefit.copay else 0
            rate = benefit.coinsurance.millionths if benefit.coinsurance else 0
            covered = not high if benefit.covered is None else benefit.covered
            plain = covered and not (unknown or benefit.limits or required)
            return Terms(
                benefit=benefit,
                usual=plain and self.tier.in_network,
                plain=plain,
                covered=covered,
                copay_at=copay_at,
                copay=BOUNDLESS * high if no_copay else copay,
                copay_place=copay_place,
                by_unit=benefit.copay_per in (CopayPer.UNIT, CopayPer.DAY),
                deductible=deductible,
                rate=1_000_000 * high if no_rate else rate,
                limit=limit,
                dollars=tuple(dollars),
                counts=tuple(counts),
                unknown=tuple(unknown),
            )

        low = at(Corner.LOW)
        both = (low, at(Corner.HIGH) if unknown else low)
        if copay_place >= 0:
            self._copays.append((copay_place, both[0].copay, both[1].copay))
        return both

    def terms_for(self, code: Code | None, category: str | None) -> tuple[Terms, Terms]:
        """The terms at both corners: those of the code, else of the category, else of all else."""
        if code is not None and self._by_code:
            for system, both in self._by_code.get(code.value, ()):
                if system == code.system:
                    return both
        return self.by_category.get(category) or self.otherwise

    def every(self) -> Iterator[tuple[Terms, Terms]]:
        """The terms of every benefit, at both corners; some may come more than once."""
        yield from self.by_category.values()
        for of_value in self._by_code.values():
            yield from (both for _, both in of_value)
        yield self.otherwise

    def opening(self, accumulators: Accumulators, corner: Corner) -> tuple[list[int], set[int]]:
        """The state before the first line, by place, and the places where it is unsure."""
        state = [0] * self.size
        low = corner is Corner.LOW
        spent = {one.name: one for one in accumulators.spent}
        unsure: set[int] = set()
        for one in self._counters.values():
            own, family, certain = one.left(spent.get(one.name or ""), low)
            state[one.place] = own
            state[one.place + 1] = family
            if not certain:
                unsure.add(one.place)
        if self._limits:
            used = {one.name: one.amount for one in accumulators.used}
            for place, limit in self._limits.values():
                already = used.get(limit.name)
                if limit.amount is None or already is None:
                    most = BOUNDLESS if limit.amount is None else limit.amount
                    state[place] = most if low else 0
                    unsure.add(place)
                else:
                    state[place] = max(0, limit.amount - already)
        for place, least, most in self._copays:
            state[place] = least if low else most
        return state, unsure

    def unknown_places(self, accumulators: Accumulators) -> dict[int, str]:
        """What of the state is unknown, by place, in words."""
        _, unsure = self.opening(accumulators, Corner.LOW)
        words: dict[int, str] = {}
        for one in self._counters.values():
            if one.place in unsure:
                stated = one.individual is not None and one.family is not None
                how = "how much has been met of the" if stated else "how high is the"
                words[one.place] = f"{how} {one.role}"
        for place, limit in self._limits.values():
            if place in unsure:
                words[place] = f"how much is left of the limit {limit.name}"
        return words

    def accumulated(
        self, accumulators: Accumulators, before: tuple[int, ...], after: tuple[int, ...]
    ) -> Accumulators:
        """The accumulators after a run that led from one state to the other."""
        spent = {
            one.name: before[one.place] - after[one.place]
            for one in self._counters.values()
            if one.name is not None
        }
        used = {limit.name: before[place] - after[place] for place, limit in self._limits.values()}
        return accumulators.adding(spent, used)
