# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord[batch]", "numpy", "numba", "openfisca-core"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# ///
"""How fast estimates are reckoned, one at a time and a million at a time, against other ways.

A claim has ten lines under a plan with individual and family accumulators: copay instead of all
else, coinsurance after the deductible, deductible then copay then coinsurance, and a family
out-of-pocket limit. All engines reckon the same random claims, in turns within one run, and the
patient's total of every claim is compared.

One at a time, carecoord takes its value objects and gives its answer with the trace: a row for each
line from which every step can be shown. *Bare* is the same arithmetic on tuples of integer cents,
with no trace and no objects. openfisca-core is given the same rules as formulas, a simulation for
each claim.

A million at a time, *numpy* is the same columns reckoned plainly, every operation over all claims,
and *numba* a kernel written by hand, compiled before it is timed.

Times are of the processor, in one thread, so that other work on the machine counts little.

    uv run benchmarks/estimates.py [--quick] [--claims 2000] [--batch 1000000] [--rounds 5]
"""

import argparse
import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from openfisca_core import entities, periods, simulation_builder, taxbenefitsystems, variables

from carecoord.estimates import (
    Accumulators,
    Benefit,
    CopayPer,
    CostShare,
    Plan,
    Scope,
    ServiceLine,
    Spent,
    Tier,
    YearlyAmount,
)
from carecoord.estimates.adjudication import adjudicated, tier_terms
from carecoord.estimates.batch import BatchTerms, ClaimColumns
from carecoord.kernel.ids import PlanId
from carecoord.kernel.money import Money, Rate

LINES = 10
CATEGORIES = ("office", "imaging", "surgery", "drugs")

PLAN = Plan(
    id=PlanId("ppo"),
    name="PPO",
    payer_name="Platform",
    tiers=(
        Tier(
            "in network",
            True,
            YearlyAmount("deductible", Scope.EMBEDDED, Money.of(500), Money.of(1000)),
            YearlyAmount("limit", Scope.EMBEDDED, Money.of(2000), Money.of(4000)),
            (
                Benefit.flat_copay({"office"}, Money.of(25), per=CopayPer.SERVICE),
                Benefit.after_deductible({"imaging"}, Rate.percent(20)),
                Benefit.after_deductible({"surgery"}, Rate.percent(30)),
                Benefit(
                    frozenset({"drugs"}),
                    steps=(CostShare.DEDUCTIBLE, CostShare.COPAY, CostShare.COINSURANCE),
                    copay=Money.of(10),
                    copay_per=CopayPer.SERVICE,
                    coinsurance=Rate.percent(10),
                ),
            ),
        ),
    ),
)

# Of each category: copay, whether the deductible applies, coinsurance in millionths.
BARE_TERMS = ((2500, False, 0), (0, True, 200_000), (0, True, 300_000), (1000, True, 100_000))

BareLine = tuple[int, int, int]
BareClaim = tuple[tuple[BareLine, ...], tuple[int, int, int, int]]


def random_claims(count: int, seed: int) -> list[BareClaim]:
    """Lines of (category, charge, allowed), and what is left: own deductible, family's, limits."""
    drawn = random.Random(seed)
    claims = []
    for _ in range(count):
        lines = []
        for _ in range(LINES):
            charge = drawn.randint(2_000, 80_000)
            lines.append((drawn.randrange(4), charge, charge * drawn.randint(40, 100) // 100))
        spent, limit_spent = drawn.randint(0, 60_000), drawn.randint(0, 220_000)
        family, family_limit = (
            spent + drawn.randint(0, 60_000),
            limit_spent + drawn.randint(0, 200_000),
        )
        left = (
            max(0, 50_000 - spent),
            max(0, 100_000 - family),
            max(0, 200_000 - limit_spent),
            max(0, 400_000 - family_limit),
        )
        claims.append((tuple(lines), left))
    return claims


def bare(claim: BareClaim) -> tuple[int, list[tuple[int, ...]]]:
    """The patient's total, and (deductible, copay, coinsurance, relief, paid) of each line."""
    lines, (deductible_left, family_left, limit_left, family_limit_left) = claim
    total = 0
    rows = []
    for category, _, allowed in lines:
        copay, has_deductible, rate = BARE_TERMS[category]
        rest = allowed
        deductible = 0
        if has_deductible:
            deductible = deductible_left if deductible_left < family_left else family_left
            if deductible > rest:
                deductible = rest
            rest -= deductible
        if copay > rest:
            copay = rest
        rest -= copay
        coinsurance = (rest * rate + 500_000) // 1_000_000
        rest -= coinsurance
        share = allowed - rest
        ceiling = limit_left if limit_left < family_limit_left else family_limit_left
        relief = 0
        met = deductible
        if share > ceiling:
            relief = share - ceiling
            share = ceiling
            if relief > coinsurance + copay:
                met = deductible + coinsurance + copay - relief
        limit_left -= share
        family_limit_left -= share
        deductible_left -= met
        family_left -= met
        total += share
        rows.append((deductible, copay, coinsurance, relief, rest + relief))
    return total, rows


def as_values(claim: BareClaim) -> tuple[tuple[ServiceLine, ...], Accumulators]:
    lines, (own, family, limit, family_limit) = claim
    return (
        tuple(
            ServiceLine(None, CATEGORIES[category], Money(charge), Money(allowed))
            for category, charge, allowed in lines
        ),
        Accumulators(
            None,
            (
                Spent(
                    "deductible", Money(50_000 - own), Money(max(50_000 - own, 100_000 - family))
                ),
                Spent(
                    "limit",
                    Money(200_000 - limit),
                    Money(max(200_000 - limit, 400_000 - family_limit)),
                ),
            ),
        ),
    )


# openfisca-core: one entity, a claim; ten lines as variables that rest on each other.


def formulas_of_line(i: int) -> dict[str, Callable[..., Any]]:
    copays = np.array([terms[0] for terms in BARE_TERMS])
    applies = np.array([terms[1] for terms in BARE_TERMS])
    rates = np.array([terms[2] for terms in BARE_TERMS])

    def deductible(claim: Any, period: Any) -> Any:
        room = np.minimum(claim(f"own_{i}", period), claim(f"family_{i}", period))
        taken = np.minimum(room, claim(f"allowed_{i}", period))
        return taken * applies[claim(f"category_{i}", period)]

    def copay(claim: Any, period: Any) -> Any:
        rest = claim(f"allowed_{i}", period) - claim(f"deductible_{i}", period)
        return np.minimum(copays[claim(f"category_{i}", period)], rest)

    def coinsurance(claim: Any, period: Any) -> Any:
        rest = (
            claim(f"allowed_{i}", period)
            - claim(f"deductible_{i}", period)
            - claim(f"copay_{i}", period)
        )
        rate = rates[claim(f"category_{i}", period)]
        return (rest.astype(np.int64) * rate + 500_000) // 1_000_000

    def share(claim: Any, period: Any) -> Any:
        ceiling = np.minimum(claim(f"limit_{i}", period), claim(f"family_limit_{i}", period))
        whole = (
            claim(f"deductible_{i}", period)
            + claim(f"copay_{i}", period)
            + claim(f"coinsurance_{i}", period)
        )
        return np.minimum(whole, ceiling)

    def met(claim: Any, period: Any) -> Any:
        return np.minimum(claim(f"deductible_{i}", period), claim(f"share_{i}", period))

    def left_of(name: str, taken: str) -> Callable[..., Any]:
        def left(claim: Any, period: Any) -> Any:
            return claim(f"{name}_{i}", period) - claim(f"{taken}_{i}", period)

        return left

    return {
        f"deductible_{i}": deductible,
        f"copay_{i}": copay,
        f"coinsurance_{i}": coinsurance,
        f"share_{i}": share,
        f"met_{i}": met,
        f"own_{i + 1}": left_of("own", "met"),
        f"family_{i + 1}": left_of("family", "met"),
        f"limit_{i + 1}": left_of("limit", "share"),
        f"family_limit_{i + 1}": left_of("family_limit", "share"),
    }


def openfisca_system() -> taxbenefitsystems.TaxBenefitSystem:
    claim_entity = entities.Entity("claim", "claims", "A claim", "")
    system = taxbenefitsystems.TaxBenefitSystem([claim_entity])

    def add(name: str, formula: Callable[..., Any] | None = None) -> None:
        members: dict[str, Any] = {
            "value_type": int,
            "entity": claim_entity,
            "definition_period": periods.DateUnit.YEAR,
            "label": name,
        }
        if formula is not None:
            members["formula"] = formula
        system.add_variable(type(name, (variables.Variable,), members))

    for name in ("own_0", "family_0", "limit_0", "family_limit_0"):
        add(name)
    for i in range(LINES):
        add(f"category_{i}")
        add(f"allowed_{i}")
        for name, formula in formulas_of_line(i).items():
            add(name, formula)

    def patient(claim: Any, period: Any) -> Any:
        return sum(claim(f"share_{i}", period) for i in range(LINES))

    add("patient", patient)
    return system


def by_openfisca(system: Any, claim: BareClaim) -> int:
    lines, left = claim
    builder = simulation_builder.SimulationBuilder()
    simulation = builder.build_default_simulation(system, count=1)
    values = dict(zip(("own_0", "family_0", "limit_0", "family_limit_0"), left, strict=True))
    for i, (category, _, allowed) in enumerate(lines):
        values[f"category_{i}"] = category
        values[f"allowed_{i}"] = allowed
    for name, value in values.items():
        simulation.set_input(name, "2026", np.array([value]))
    return int(simulation.calculate("patient", "2026")[0])


# Columns: plain numpy, and a kernel for numba.

Cents = NDArray[np.int64]


def by_numpy(service: Any, allowed: Cents, left: Cents) -> tuple[Cents, ...]:
    copays, applies, rates = (
        np.array(column, dtype=np.int64) for column in zip(*BARE_TERMS, strict=True)
    )
    own, family, limit, family_limit = (row.copy() for row in left)
    columns: list[list[Cents]] = [[], [], [], []]
    total = np.zeros(allowed.shape[1], dtype=np.int64)
    for i in range(allowed.shape[0]):
        rest = allowed[i]
        deductible = np.minimum(np.minimum(own, family), rest) * applies[service[i]]
        rest = rest - deductible
        copay = np.minimum(copays[service[i]], rest)
        rest = rest - copay
        coinsurance = (rest * rates[service[i]] + 500_000) // 1_000_000
        rest = rest - coinsurance
        share = allowed[i] - rest
        relief = np.maximum(0, share - np.minimum(limit, family_limit))
        share = share - relief
        off_coinsurance = np.minimum(relief, coinsurance)
        off_copay = np.minimum(relief - off_coinsurance, copay)
        deductible = deductible - (relief - off_coinsurance - off_copay)
        limit = limit - share
        family_limit = family_limit - share
        own = own - deductible
        family = family - deductible
        total += share
        for column, values in zip(
            columns,
            (deductible, copay - off_copay, coinsurance - off_coinsurance, rest + relief),
            strict=True,
        ):
            column.append(values)
    return (total, *(np.stack(column) for column in columns))


@numba.njit(cache=False)
def by_numba(
    service: Any, allowed: Any, left: Any, copays: Any, applies: Any, rates: Any,
    total: Any, deductibles: Any, copayments: Any, coinsurances: Any, paid: Any,
) -> None:  # fmt: skip
    for claim in range(allowed.shape[1]):
        own, family = left[0, claim], left[1, claim]
        limit, family_limit = left[2, claim], left[3, claim]
        owed = 0
        for i in range(allowed.shape[0]):
            kind = service[i, claim]
            rest = allowed[i, claim]
            deductible = min(own, family, rest) * applies[kind]
            rest -= deductible
            copay = min(copays[kind], rest)
            rest -= copay
            coinsurance = (rest * rates[kind] + 500_000) // 1_000_000
            rest -= coinsurance
            share = allowed[i, claim] - rest
            relief = max(0, share - min(limit, family_limit))
            if relief > 0:
                share -= relief
                rest += relief
                off = min(relief, coinsurance)
                coinsurance -= off
                relief -= off
                off = min(relief, copay)
                copay -= off
                deductible -= relief - off
            limit -= share
            family_limit -= share
            own -= deductible
            family -= deductible
            owed += share
            deductibles[i, claim] = deductible
            copayments[i, claim] = copay
            coinsurances[i, claim] = coinsurance
            paid[i, claim] = rest
        total[claim] = owed


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    started = time.process_time()
    work()
    spent = time.process_time() - started
    gc.enable()
    return spent


def interleaved(rounds: int, **works: Callable[[], object]) -> dict[str, float]:
    """The median of each, measured in turns."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(seconds(work))
    return {name: statistics.median(some) for name, some in spent.items()}


def agree(what: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        sys.exit(f"the engines do not agree: {what}")


def single(count: int, slow: int, rounds: int, seed: int) -> dict[str, float]:
    claims = random_claims(count, seed)
    terms = tier_terms(PLAN, "in network")
    values = [as_values(claim) for claim in claims]
    system = openfisca_system()
    few = claims[:slow]
    expected = [bare(claim)[0] for claim in claims]
    agree("bare", [adjudicated(terms, *one).low.patient_cents for one in values], expected)
    agree("openfisca", [by_openfisca(system, claim) for claim in few], expected[:slow])
    times = interleaved(
        rounds,
        carecoord=lambda: [adjudicated(terms, *one) for one in values],
        bare=lambda: [bare(claim) for claim in claims],
        openfisca=lambda: [by_openfisca(system, claim) for claim in few],
    )
    each = {
        "carecoord": times["carecoord"] / count,
        "bare": times["bare"] / count,
        "openfisca": times["openfisca"] / slow,
    }
    steps = [len(adjudicated(terms, *one).low.steps()) for one in values[:50]]
    a_line = sum(steps) / len(steps) / LINES
    print(f"\nOne claim of {LINES} lines at a time ({a_line:.1f} steps a line)")
    for name, one in each.items():
        print(f"  {name:<12}{one * 1e6:>12.2f} µs{1 / one:>14,.0f} claims/s")
    return {
        "single_vs_openfisca": each["openfisca"] / each["carecoord"],
        "single_vs_bare": each["carecoord"] / each["bare"],
    }


def batch(count: int, rounds: int, seed: int) -> dict[str, float]:
    drawn = np.random.default_rng(seed)
    shape = (LINES, count)
    service = drawn.integers(0, 4, shape)
    charge = drawn.integers(2_000, 80_000, shape)
    allowed = charge * drawn.integers(40, 101, shape) // 100
    own = drawn.integers(0, 50_001, count)
    limit = drawn.integers(0, 200_001, count)
    left = np.stack([
        own, own + drawn.integers(0, 50_001, count),
        limit, limit + drawn.integers(0, 200_001, count),
    ])  # fmt: skip
    terms = BatchTerms(tier_terms(PLAN, "in network"))
    numbers = np.array([terms.service(None, one) for one in CATEGORIES], dtype=np.intp)
    # The state of this tier is the deductible, the limit, in the order in which they come first.
    opening = terms.left(
        Accumulators(
            None,
            (Spent("deductible", Money(1), Money(2)), Spent("limit", Money(3), Money(4))),
        )
    )
    places = [
        int(np.flatnonzero(opening == most)[0]) for most in (49_999, 99_998, 199_997, 399_996)
    ]
    state = np.zeros((len(opening), count), dtype=np.int64)
    state[places] = left
    columns = ClaimColumns(numbers[service], charge, allowed, None, state)
    copays, applies, rates = (
        np.array(column, dtype=np.int64) for column in zip(*BARE_TERMS, strict=True)
    )

    def compiled() -> list[Cents]:
        out = [np.empty(count, np.int64), *(np.empty(shape, np.int64) for _ in range(4))]
        by_numba(service, allowed, left, copays, applies, rates, *out)
        return out

    compiled()
    ours = terms.adjudicate(columns)
    mine = (ours.patient, ours.deductible, ours.copay, ours.coinsurance, ours.paid)
    for name, theirs in (("numpy", by_numpy(service, allowed, left)), ("numba", tuple(compiled()))):
        for one, other in zip(mine, theirs, strict=True):
            agree(name, bool((one == other).all()), True)
    single_terms = tier_terms(PLAN, "in network")
    for claim in range(0, count, max(1, count // 500)):
        lines = tuple(
            ServiceLine(None, CATEGORIES[service[i, claim]], Money(int(charge[i, claim])),
                        Money(int(allowed[i, claim])))
            for i in range(LINES)
        )  # fmt: skip
        spent = [
            int(most - some)
            for most, some in zip((50_000, 100_000, 200_000, 400_000), left[:, claim], strict=True)
        ]
        used = Accumulators(None, (
            Spent("deductible", Money(spent[0]), Money(max(spent[0], spent[1]))),
            Spent("limit", Money(spent[2]), Money(max(spent[2], spent[3]))),
        ))  # fmt: skip
        if spent[0] <= spent[1] and spent[2] <= spent[3]:
            one = adjudicated(single_terms, lines, used).low.patient_cents
            agree("single", one, int(ours.patient[claim]))
    times = interleaved(
        rounds,
        carecoord=lambda: terms.adjudicate(columns),
        numpy=lambda: by_numpy(service, allowed, left),
        numba=compiled,
    )
    print(f"\n{count:,} claims of {LINES} lines at once")
    for name, spent_on in times.items():
        print(f"  {name:<12}{spent_on * 1e3:>12.1f} ms{count / spent_on:>14,.0f} claims/s")
    return {
        "batch_vs_numpy": times["numpy"] / times["carecoord"],
        "batch_vs_numba": times["carecoord"] / times["numba"],
    }


TARGETS = {
    "single_vs_openfisca": ("at least", 80.0),
    "single_vs_bare": ("at most", 4.0),
    "batch_vs_numpy": ("at least", 1.5),
    "batch_vs_numba": ("at most", 3.0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=int, default=2_000)
    parser.add_argument("--slow-claims", type=int, default=20, help="claims for openfisca-core")
    parser.add_argument("--batch", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="fewer claims and rounds")
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON at the end")
    asked = parser.parse_args()
    if asked.quick:
        asked.claims, asked.batch, asked.rounds = 1_000, 200_000, 3
    ratios = single(asked.claims, asked.slow_claims, asked.rounds, asked.seed)
    ratios |= batch(asked.batch, asked.rounds, asked.seed)
    print()
    for name, ratio in ratios.items():
        word, target = TARGETS[name]
        print(f"  {name:<22}{ratio:>10.2f}   target {word} {target:g}")
    if asked.json:
        print(json.dumps({"ratios": {name: round(ratio, 4) for name, ratio in ratios.items()}}))


if __name__ == "__main__":
    main()
