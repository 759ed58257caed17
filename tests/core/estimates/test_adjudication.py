"""Adjudication: every cent is somebody's, and the range holds the truth."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, Used, untouched
from carecoord.estimates.adjudication import Adjudication, Run, adjudicate
from carecoord.estimates.benefits import (
    Benefit,
    CopayPer,
    CostShare,
    Limit,
    Measure,
    Scope,
    Without,
    YearlyAmount,
)
from carecoord.estimates.plans import NonCovered, Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import figures_of, recomputed
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import (
    CODE,
    IN,
    a_plan,
    accumulators,
    claims,
    none_of,
    plans,
    self_only,
    service_lines,
    worlds,
)


def runs(answer: Adjudication) -> tuple[Run, ...]:
    return (answer.low, answer.high)


# Laws


@given(plans(unknown=True), claims(unknown=True), accumulators(unknown=True))
def test_every_line_adds_up_to_its_charge(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    for run in runs(adjudicate(plan, IN, lines, used)):
        for line, one in zip(lines, run.figures(), strict=True):
            assert line.charge is not None
            assert one.charge == line.charge.cents
            assert one.charge == one.paid + one.patient + one.contractual + one.liable
            parts = (one.paid, one.liable, one.deductible, one.copay, one.coinsurance,
                     one.not_covered, one.balance)  # fmt: skip
            assert min(parts) >= 0
            assert one.deductible + one.copay + one.coinsurance <= one.allowed
        assert (
            run.totals().patient == run.patient_cents == sum(one.patient for one in run.figures())
        )


@given(plans(unknown=True), claims(unknown=True), accumulators(unknown=True))
def test_the_steps_recompute_to_the_figures(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    for run in runs(adjudicate(plan, IN, lines, used)):
        steps = run.steps()
        assert all(recomputed(step) == step.amount for step in steps)
        for number, one in enumerate(run.figures()):
            assert figures_of(steps, number) == one


@given(worlds())
def test_the_range_holds_the_truth_whatever_the_unknown_is(worlds: Any) -> None:
    (plan, lines, used), truth = worlds
    answer = adjudicate(plan, IN, lines, used)
    true = adjudicate(truth[0], IN, truth[1], truth[2])
    assert true.low is true.high, "everything is known in the truth"
    assert answer.low.patient_cents <= true.low.patient_cents <= answer.high.patient_cents
    if answer.is_exact:
        assert answer.low.patient_cents == true.low.patient_cents
    assert bool(answer.unknown()) == (not answer.is_exact)
    assert true.undecided() == Money(0)
    undecided = answer.undecided().cents
    known = true.low.totals()
    assert undecided >= 0
    assert undecided >= known.patient - answer.low.patient_cents


@st.composite
def dearer(draw: st.DrawFn) -> Any:
    """A plan and claim all known, and the same with one thing dearer for the patient."""
    plan, lines = draw(plans(in_network=True)), draw(claims())
    used = draw(accumulators())
    tier = plan.tiers[0]
    more = draw(st.integers(0, 30_000))
    what = draw(st.sampled_from(["price", "coinsurance", "copay", "deductible", "used"]))
    if what == "price" and lines:
        which = draw(st.integers(0, len(lines) - 1))
        line = lines[which]
        assert line.allowed is not None
        assert line.charge is not None
        raised = evolve(
            line, allowed=Money(line.allowed.cents + more), charge=Money(line.charge.cents + more)
        )
        return (plan, lines, used), (plan, (*lines[:which], raised, *lines[which + 1 :]), used)
    if what == "used":
        # A case rate above the charge can make being denied the cheaper of the two.
        lines = tuple(
            evolve(one, charge=Money(one.charge.cents + one.allowed.cents))
            for one in lines
            if one.charge is not None and one.allowed is not None
        )
        spent = tuple(
            Spent(
                one.name,
                Money(max(0, one.individual.cents - more)) if one.individual else one.individual,
                Money(max(0, one.family.cents - more)) if one.family else one.family,
            )
            for one in used.spent
        )
        counts = tuple(Used(one.name, (one.amount or 0) + more) for one in used.used)
        return (plan, lines, used), (plan, lines, evolve(used, spent=spent, used=counts))

    def raised_benefit(benefit: Benefit) -> Benefit:
        if what == "coinsurance" and benefit.coinsurance is not None:
            rate = Rate(min(1_000_000, benefit.coinsurance.millionths + more * 10))
            return evolve(benefit, coinsurance=rate)
        if what == "copay" and benefit.copay is not None:
            return evolve(benefit, copay=Money(benefit.copay.cents + more))
        return benefit

    deductible = tier.deductible
    if what == "deductible" and deductible is not None:
        deductible = YearlyAmount(
            deductible.name,
            deductible.scope,
            *(
                Money(min(130_000, one.cents + more)) if one is not None else None
                for one in (deductible.individual, deductible.family)
            ),
        )
    worse = evolve(
        tier,
        deductible=deductible,
        benefits=tuple(map(raised_benefit, tier.benefits)),
        otherwise=tier.otherwise and raised_benefit(tier.otherwise),
    )
    return (plan, lines, used), (evolve(plan, tiers=(worse,)), lines, used)


@given(dearer())
def test_what_is_dearer_never_costs_the_patient_less(pair: Any) -> None:
    (plan, lines, used), worse = pair
    before = adjudicate(plan, IN, lines, used)
    after = adjudicate(worse[0], IN, worse[1], worse[2])
    assert before.low is before.high
    assert before.low.patient_cents <= after.low.patient_cents


@given(plans(in_network=True), claims(), accumulators())
def test_what_counts_never_exceeds_what_is_left_of_the_limit(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    limit = plan.tiers[0].out_of_pocket
    assert limit is not None
    spent = next(one for one in used.spent if one.name == "limit")
    answer = adjudicate(plan, IN, lines, used)
    counted = sum(
        one.deductible + one.copay + one.coinsurance
        for line, one in zip(lines, answer.low.figures(), strict=True)
        if (benefit := plan.tiers[0].benefit_for(line.code, line.category))
        and benefit.counts_toward_out_of_pocket
    )
    for amount, so_far in ((limit.individual, spent.individual), (limit.family, spent.family)):
        if amount is not None and so_far is not None:
            assert counted <= max(0, amount.cents - so_far.cents)


@given(plans(), claims(), accumulators())
def test_accumulators_never_fall_and_hold_what_was_counted(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    answer = adjudicate(plan, IN, lines, used)
    after = answer.accumulators_after()
    for before, now in zip(used.spent, after.spent, strict=True):
        assert before.individual is not None
        assert now.individual is not None
        assert before.individual <= now.individual
        assert now.family is not None
        assert before.family is not None
        assert now.family - before.family == now.individual - before.individual
    for one, other in zip(used.used, after.used, strict=True):
        assert (one.amount or 0) <= (other.amount or 0)


@given(plans(in_network=True), service_lines(), service_lines(), accumulators())
def test_two_claims_in_turn_cost_what_one_costs_but_for_visits(
    plan: Plan, first: ServiceLine, second: ServiceLine, used: Accumulators
) -> None:
    def by_line(benefit: Benefit) -> Benefit:
        per = CopayPer.SERVICE if benefit.copay_per is CopayPer.VISIT else benefit.copay_per
        limits = tuple(name for name in benefit.limits if name != "visits")
        return evolve(benefit, copay_per=per, limits=limits)

    tier = plan.tiers[0]
    plan = evolve(
        plan,
        tiers=(
            evolve(
                tier,
                benefits=tuple(map(by_line, tier.benefits)),
                otherwise=tier.otherwise and by_line(tier.otherwise),
            ),
        ),
    )
    whole = adjudicate(plan, IN, (first, second), used)
    one = adjudicate(plan, IN, (first,), used)
    other = adjudicate(plan, IN, (second,), one.accumulators_after())
    assert whole.low.figures() == one.low.figures() + other.low.figures()
    assert whole.accumulators_after() == other.accumulators_after()


@given(plans(in_network=True), claims(), accumulators())
def test_a_requirement_that_is_met_changes_nothing(
    plan: Plan, lines: tuple[ServiceLine, ...], used: Accumulators
) -> None:
    def asking(required: bool) -> Plan:
        tier = plan.tiers[0]

        def asked(benefit: Benefit) -> Benefit:
            return evolve(benefit, authorization_required=required, referral_required=None)

        return evolve(
            plan,
            tiers=(
                evolve(
                    tier,
                    benefits=tuple(map(asked, tier.benefits)),
                    otherwise=tier.otherwise and asked(tier.otherwise),
                ),
            ),
        )

    there = [evolve(line, authorized=True) for line in lines]
    free, met = (adjudicate(asking(required), IN, there, used) for required in (False, True))
    assert free.low.figures() == met.low.figures()
    assert free.low.closing == met.low.closing


# Published answers


def line(allowed: str | int, category: str = "care", **fields: Any) -> ServiceLine:
    fields.setdefault("charge", Money.of(allowed))
    return ServiceLine(None, category, allowed=Money.of(allowed), **fields)


def tier(
    deductible: YearlyAmount, limit: YearlyAmount, *given: Benefit, in_network: bool = True
) -> Tier:
    return Tier(IN, in_network, deductible, limit, given)


TWENTY = Benefit.after_deductible({"care"}, Rate.percent(20))


def test_three_thousand_deductible_and_a_fifth_of_twelve_thousand() -> None:
    plan = a_plan(tier(self_only("deductible", 3000), none_of("limit"), TWENTY))
    answer = adjudicate(plan, IN, [line(12_000)], untouched(plan))
    assert answer.is_exact
    assert answer.low.patient == Money.of(4800)
    assert answer.low.paid == Money.of(7200)


def test_a_fifth_of_a_hundred_once_the_deductible_is_met() -> None:
    plan = a_plan(tier(self_only("deductible", 3000), none_of("limit"), TWENTY))
    met = Accumulators(None, (Spent("deductible", Money.of(3000)),))
    assert adjudicate(plan, IN, [line(100)], met).low.patient == Money.of(20)


def test_the_self_only_limit_is_embedded_in_family_coverage() -> None:
    limit = YearlyAmount("limit", Scope.EMBEDDED, Money.of(6850), Money.of(10_000))
    plan = a_plan(
        tier(none_of("deductible"), limit, Benefit.after_deductible({"care"}, Rate.percent(100)))
    )
    answer = adjudicate(plan, IN, [line(20_000)], untouched(plan))
    assert answer.low.patient == Money.of(6850)
    assert answer.low.paid == Money.of(13_150)
    (after,) = answer.accumulators_after().spent
    assert Money.of(10_000) - (after.family or Money(0)) == Money.of(3150)


def test_the_coverage_example_of_a_birth() -> None:
    plan = a_plan(tier(self_only("deductible", 1800), none_of("limit"), TWENTY))
    answer = adjudicate(plan, IN, [line(12_700)], untouched(plan))
    assert answer.low.patient == Money.of(1800) + Money.of(2180)


# Cases


def test_a_visit_copay_is_owed_once_and_what_one_line_leaves_falls_on_the_next() -> None:
    copay = Benefit.flat_copay({"care"}, Money.of(25))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), copay))
    answer = adjudicate(plan, IN, [line(10), line(100), line(40)], untouched(plan))
    assert [one.copay for one in answer.low.figures()] == [1000, 1500, 0]
    by_day = Benefit.flat_copay({"care"}, Money.of(25), per=CopayPer.DAY)
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), by_day))
    answer = adjudicate(plan, IN, [line(1000, units=3), line(1000)], untouched(plan))
    assert [one.copay for one in answer.low.figures()] == [7500, 2500]


def test_the_limit_relieves_coinsurance_first_then_copay_then_deductible() -> None:
    steps = (CostShare.DEDUCTIBLE, CostShare.COPAY, CostShare.COINSURANCE)
    benefit = Benefit(
        frozenset({"care"}), steps=steps, copay=Money.of(30), coinsurance=Rate.percent(50)
    )
    limit = self_only("limit", 200)
    plan = a_plan(tier(self_only("deductible", 100), limit, benefit))
    for left, expected in (
        (200, (10_000, 3000, 3500)),
        (110, (10_000, 1000, 0)),
        (40, (4000, 0, 0)),
        (0, (0, 0, 0)),
    ):
        spent = (Spent("deductible", Money(0)), Spent("limit", Money.of(200 - left)))
        answer = adjudicate(plan, IN, [line(200)], Accumulators(None, spent))
        (one,) = answer.low.figures()
        assert (one.deductible, one.copay, one.coinsurance) == expected
        assert answer.accumulators_after().spent[0].individual == Money(expected[0])


def test_out_of_network_the_patient_is_billed_the_balance() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), TWENTY, in_network=False))
    billed = line(100, charge=Money.of(180))
    (one,) = adjudicate(plan, IN, [billed], untouched(plan)).low.figures()
    assert (one.coinsurance, one.balance, one.paid, one.contractual) == (2000, 8000, 8000, 0)
    (one,) = adjudicate(plan, IN, [line(200, charge=Money.of(180))], untouched(plan)).low.figures()
    assert (one.allowed, one.balance, one.coinsurance) == (18_000, 0, 3600)


def test_in_network_a_contract_takes_off_what_it_allows_less() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), TWENTY))
    (one,) = adjudicate(plan, IN, [line(100, charge=Money.of(180))], untouched(plan)).low.figures()
    assert (one.contractual, one.patient, one.paid) == (8000, 2000, 8000)
    (case,) = adjudicate(plan, IN, [line(100, charge=Money.of(60))], untouched(plan)).low.figures()
    assert (case.contractual, case.patient, case.paid) == (-4000, 2000, 8000)


@pytest.mark.parametrize(
    ("basis", "expected"), [(NonCovered.CHARGE, 18_000), (NonCovered.ALLOWED, 10_000)]
)
def test_an_exclusion_is_the_patients_on_the_plans_basis(basis: NonCovered, expected: int) -> None:
    plan = a_plan(
        tier(none_of("deductible"), none_of("limit"), Benefit.excluded({"care"})),
        non_covered=basis,
    )
    (one,) = adjudicate(plan, IN, [line(100, charge=Money.of(180))], untouched(plan)).low.figures()
    assert (one.not_covered, one.paid, one.contractual) == (expected, 0, 18_000 - expected)


def needing(without: Without, **fields: Any) -> Benefit:
    return Benefit(
        frozenset({"care"}),
        coinsurance=Rate.percent(20),
        authorization_required=True,
        without_authorization=without,
        **fields,
    )


def test_what_follows_from_a_missing_authorization() -> None:
    for without, fields, patient, paid, liable in (
        (Without.PROVIDER_LIABLE, {}, 0, 0, 10_000),
        (Without.NOT_COVERED, {}, 10_000, 0, 0),
        (Without.PAID_LESS, {"paid_less": Rate.percent(50)}, 6000, 4000, 0),
    ):
        benefit = needing(without, **fields)
        plan = a_plan(tier(none_of("deductible"), none_of("limit"), benefit))
        (one,) = adjudicate(plan, IN, [line(100, authorized=False)], untouched(plan)).low.figures()
        assert (one.patient, one.paid, one.liable) == (patient, paid, liable)
        (one,) = adjudicate(plan, IN, [line(100, authorized=True)], untouched(plan)).low.figures()
        assert (one.patient, one.paid, one.liable) == (2000, 8000, 0)
        answer = adjudicate(plan, IN, [line(100)], untouched(plan))
        assert answer.low.patient_cents == min(patient, 2000)
        assert answer.high.patient_cents == max(patient, 2000)
        assert answer.unknown() == ("whether there is a prior authorization",)


def test_a_provider_without_a_contract_cannot_be_held_liable() -> None:
    plan = a_plan(
        tier(
            none_of("deductible"),
            none_of("limit"),
            needing(Without.PROVIDER_LIABLE),
            in_network=False,
        )
    )
    (one,) = adjudicate(plan, IN, [line(100, authorized=False)], untouched(plan)).low.figures()
    assert (one.not_covered, one.liable) == (10_000, 0)


def test_two_things_missing_make_the_provider_liable_if_one_does() -> None:
    benefit = needing(Without.NOT_COVERED, referral_required=True,
                      without_referral=Without.PROVIDER_LIABLE)  # fmt: skip
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), benefit))
    missing = line(100, authorized=False, referred=False)
    (one,) = adjudicate(plan, IN, [missing], untouched(plan)).low.figures()
    assert (one.liable, one.patient) == (10_000, 0)


def test_limits_of_visits_units_and_dollars() -> None:
    limits = (
        Limit("visits", Measure.VISITS, 30),
        Limit("units", Measure.UNITS, 4),
        Limit("dollars", Measure.DOLLARS, 10_000),
    )

    def priced(name: str, used: int, *lines: ServiceLine) -> Adjudication:
        benefit = Benefit(frozenset({"care"}), coinsurance=Rate.percent(20), limits=(name,))
        plan = a_plan(tier(none_of("deductible"), none_of("limit"), benefit), limits=limits)
        return adjudicate(plan, IN, lines, Accumulators(None, (), (Used(name, used),)))

    both = priced("visits", 29, line(100), line(100))
    assert [one.paid for one in both.low.figures()] == [8000, 8000], "one visit, two lines"
    assert both.accumulators_after().used == (Used("visits", 30),)
    assert [one.not_covered for one in priced("visits", 30, line(100)).low.figures()] == [10_000]
    (one,) = priced("units", 3, line(100, units=4)).low.figures()
    assert (one.not_covered, one.paid, one.coinsurance) == (7500, 2000, 500)
    (one,) = priced("dollars", 7000, line(100)).low.figures()
    assert (one.not_covered, one.paid, one.coinsurance) == (5000, 3000, 2000)


def test_what_is_not_stated_is_named_and_never_taken_for_nothing() -> None:
    plan = a_plan(Tier(IN, True, None, None, (TWENTY,)))
    answer = adjudicate(plan, IN, [line(100)], Accumulators())
    assert not answer.is_exact
    assert (answer.low.patient, answer.high.patient) == (Money(0), Money.of(100))
    assert answer.unknown() == ("how high is the deductible", "how high is the out-of-pocket limit")
    assert answer.undecided() == Money.of(100)
    known = a_plan(tier(self_only("deductible", 50), none_of("limit"), TWENTY))
    answer = adjudicate(known, IN, [line(100)], Accumulators(None, (Spent("deductible"),)))
    assert (answer.low.patient, answer.high.patient) == (Money.of(20), Money.of(60))
    assert answer.unknown() == ("how much has been met of the deductible",)
    assert answer.undecided() == Money.of(40)
    unpriced = adjudicate(known, IN, [ServiceLine(None, "care")], untouched(known))
    assert not unpriced.is_bounded
    assert unpriced.unknown() == ("the allowed amount", "the charge")
    doubtful = a_plan(
        tier(
            self_only("deductible", 50),
            none_of("limit"),
            Benefit(frozenset({"care"}), coinsurance=Rate.percent(20), covered=None),
        )
    )
    dated = evolve(untouched(doubtful), as_of=date(2026, 5, 4))
    left = adjudicate(doubtful, IN, [line(100)], dated).accumulators_after()
    assert left.as_of == date(2026, 5, 4)
    (after,) = left.spent
    assert after.individual is None, "only one of the two takes the deductible"
    nobody = adjudicate(known, IN, [line(100, "massage")], untouched(known))
    assert (nobody.low.patient, nobody.high.patient) == (Money(0), Money.of(100))
    assert nobody.unknown() == ("whether and how the plan covers it",)


def test_an_unstated_charge_matters_only_where_the_charge_is_owed() -> None:
    uncharged = ServiceLine(None, "care", allowed=Money.of(100))
    for in_network, benefit, bounded in (
        (True, TWENTY, True),
        (False, TWENTY, False),
        (True, Benefit.excluded({"care"}), False),
    ):
        plan = a_plan(tier(none_of("deductible"), none_of("limit"), benefit, in_network=in_network))
        answer = adjudicate(plan, IN, [uncharged], untouched(plan))
        assert answer.is_bounded is bounded
        assert answer.is_exact is bounded


def test_a_code_goes_before_its_category_and_that_before_all_else() -> None:
    plan = a_plan(
        Tier(
            IN,
            True,
            none_of("deductible"),
            none_of("limit"),
            (
                Benefit.flat_copay({"imaging"}, Money.of(10)),
                Benefit(codes=frozenset([CODE]), steps=(CostShare.COPAY,), copay=Money.of(20)),
            ),
            Benefit(steps=(CostShare.COPAY,), copay=Money.of(30)),
        )
    )
    for code, category, copay in (
        (CODE, "imaging", 2000),
        (Code(CPT, "70552"), "imaging", 1000),
        (Code("another system", CODE.value), "imaging", 1000),
        (None, "imaging", 1000),
        (None, None, 3000),
    ):
        one = ServiceLine(code, category, Money.of(100), Money.of(100))
        assert adjudicate(plan, IN, [one], untouched(plan)).low.figures()[0].copay == copay


def test_amounts_of_another_currency_or_tier_are_refused() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), TWENTY))
    euros = ServiceLine(None, "care", Money.of(1, "EUR"), Money.of(1, "EUR"))
    with pytest.raises(InvalidValue):
        adjudicate(plan, IN, [euros], untouched(plan))
    with pytest.raises(InvalidValue):
        adjudicate(plan, IN, [evolve(euros, allowed=None)], untouched(plan))
    with pytest.raises(InvalidValue):
        adjudicate(plan, "tier 2", [line(1)], untouched(plan))
    assert adjudicate(plan, IN, [], untouched(plan)).low.totals().charge == 0


def test_a_downgrade_pays_on_the_substitute_and_adjusts_on_the_original() -> None:
    eighty = Benefit.after_deductible({"care"}, Rate.percent(20))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), eighty))
    filling = line(250, charge=Money.of(300), alternate=Money.of(150))
    run = adjudicate(plan, IN, [filling], untouched(plan)).low
    (one,) = run.figures()
    assert (one.contractual, one.paid, one.coinsurance, one.not_covered) == (
        5000, 12_000, 3000, 10_000,
    )  # fmt: skip
    assert "alternate_benefit" in [step.rule for step in run.steps()]
    dearer = line(250, alternate=Money.of(400))
    assert adjudicate(plan, IN, [dearer], untouched(plan)).low.patient == Money.of(50)
    out = a_plan(tier(none_of("deductible"), none_of("limit"), eighty, in_network=False))
    (one,) = adjudicate(out, IN, [filling], untouched(out)).low.figures()
    assert (one.balance, one.not_covered, one.paid) == (5000, 10_000, 12_000)


def test_a_condition_that_is_against_it_leaves_all_to_the_patient() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), TWENTY))
    (one,) = adjudicate(plan, IN, [line(100, eligible=False)], untouched(plan)).low.figures()
    assert (one.not_covered, one.paid) == (10_000, 0)
    unsure = adjudicate(plan, IN, [line(100, eligible=None)], untouched(plan))
    assert (unsure.low.patient, unsure.high.patient) == (Money.of(20), Money.of(100))
    assert unsure.unknown() == ("whether the patient is eligible for it",)


def all_on_patient(
    steps: tuple[CostShare, ...] = (CostShare.COINSURANCE,), **fields: Any
) -> Benefit:
    return Benefit(frozenset({"care"}), steps=steps, coinsurance=Rate.percent(100), **fields)


def bounds(answer: Adjudication) -> tuple[Money, Money]:
    return answer.low.patient, answer.high.patient


def test_half_a_cent_is_rounded_up() -> None:
    half = Benefit.after_deductible({"care"}, Rate.percent(50))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), half))
    for allowed, coinsurance in (("0.01", 1), ("0.03", 2), ("0.02", 1)):
        (one,) = adjudicate(plan, IN, [line(allowed)], untouched(plan)).low.figures()
        assert one.coinsurance == coinsurance
    less = Benefit.after_deductible({"care"}, Rate.percent("49.9999"))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), less))
    (one,) = adjudicate(plan, IN, [line("0.01")], untouched(plan)).low.figures()
    assert one.coinsurance == 0


def test_what_one_line_takes_of_the_familys_amounts_the_next_cannot() -> None:
    embedded = YearlyAmount("deductible", Scope.EMBEDDED, Money.of(500), Money.of(1000))
    limit = YearlyAmount("limit", Scope.EMBEDDED, Money.of(5000), Money.of(9000))
    nearly = (
        Spent("deductible", Money(0), Money.of(900)),
        Spent("limit", Money(0), Money.of(8930)),
    )
    free_after = Benefit(frozenset({"care"}), steps=(CostShare.DEDUCTIBLE,))
    plan = a_plan(tier(embedded, none_of("limit"), free_after))
    lines = [line(60), line(60), line(60)]
    answer = adjudicate(plan, IN, lines, Accumulators(None, nearly))
    assert [one.deductible for one in answer.low.figures()] == [6000, 4000, 0]
    plan = a_plan(tier(none_of("deductible"), limit, all_on_patient()))
    answer = adjudicate(plan, IN, lines, Accumulators(None, nearly))
    assert [one.coinsurance for one in answer.low.figures()] == [6000, 1000, 0]


def test_out_of_network_the_patient_owes_least_where_the_plan_allows_most() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), TWENTY, in_network=False))
    between = ServiceLine(None, "care", Money.of(100), allowed_between=(Money.of(40), Money.of(80)))
    answer = adjudicate(plan, IN, [between], untouched(plan))
    assert bounds(answer) == (Money.of(36), Money.of(68))


def test_being_denied_can_be_cheaper_than_a_case_rate_above_the_charge() -> None:
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), all_on_patient()))
    case = line(100, charge=Money.of(50), eligible=None)
    assert bounds(adjudicate(plan, IN, [case], untouched(plan))) == (Money.of(50), Money.of(100))


def test_the_tightest_of_several_limits_of_dollars_binds() -> None:
    limits = (Limit("a", Measure.DOLLARS, 3000), Limit("b", Measure.DOLLARS, 5000))
    benefit = Benefit(frozenset({"care"}), steps=(), limits=("a", "b"))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), benefit), limits=limits)
    answer = adjudicate(plan, IN, [line(40), line(40)], untouched(plan))
    assert [one.paid for one in answer.low.figures()] == [3000, 0]
    assert answer.accumulators_after().used == (Used("a", 3000), Used("b", 3000))


def test_a_line_that_may_be_denied_may_leave_its_units_to_the_next() -> None:
    limits = (Limit("units", Measure.UNITS, 4),)
    covered = Benefit(frozenset({"care"}), steps=(), limits=("units",))
    plan = a_plan(tier(none_of("deductible"), none_of("limit"), covered), limits=limits)
    doubtful = line(10, units=4, eligible=None)
    answer = adjudicate(plan, IN, [doubtful, line(1000, units=4)], untouched(plan))
    low, high = bounds(answer)
    assert low <= Money.of(10), "denied, the first leaves its units to the second"
    assert high >= Money.of(1000), "covered, it leaves none"
    plan = a_plan(
        tier(none_of("deductible"), none_of("limit"), all_on_patient(limits=("units",))),
        limits=limits,
    )
    case = line(1000, charge=Money.of(5), units=4)
    low, high = bounds(adjudicate(plan, IN, [doubtful, case], untouched(plan)))
    assert low <= Money.of(15), "covered, the first leaves the second denied at its charge"
    assert high >= Money.of(1010), "denied, it leaves the second covered at the case rate"


def test_what_one_of_individual_and_family_has_spent_bounds_the_other() -> None:
    embedded = YearlyAmount("deductible", Scope.EMBEDDED, Money.of(500), Money.of(1000))
    free_after = Benefit(frozenset({"care"}), steps=(CostShare.DEDUCTIBLE,))
    plan = a_plan(tier(embedded, none_of("limit"), free_after))
    family = Accumulators(None, (Spent("deductible", None, Money.of(100)),))
    assert bounds(adjudicate(plan, IN, [line(2000)], family)) == (Money.of(400), Money.of(500))
    together = YearlyAmount("deductible", Scope.AGGREGATE, None, Money.of(1000))
    plan = a_plan(tier(together, none_of("limit"), free_after))
    own = Accumulators(None, (Spent("deductible", Money.of(300), None),))
    assert bounds(adjudicate(plan, IN, [line(2000)], own)) == (Money(0), Money.of(700))


def test_an_unstated_copay_may_be_all_of_it() -> None:
    for per in CopayPer:
        unstated = Benefit(frozenset({"care"}), steps=(CostShare.COPAY,), copay_per=per)
        plan = a_plan(tier(none_of("deductible"), none_of("limit"), unstated))
        answer = adjudicate(plan, IN, [line(100)], untouched(plan))
        assert bounds(answer) == (Money(0), Money.of(100))
        assert answer.unknown() == ("the copay",)


def test_a_copay_before_the_deductible_is_taken_first() -> None:
    for steps, expected in (
        ((CostShare.COPAY, CostShare.DEDUCTIBLE), (3000, 2000)),
        ((CostShare.DEDUCTIBLE, CostShare.COPAY), (0, 5000)),
    ):
        benefit = Benefit(frozenset({"care"}), steps=steps, copay=Money.of(30))
        plan = a_plan(tier(self_only("deductible", 100), none_of("limit"), benefit))
        (one,) = adjudicate(plan, IN, [line(50)], untouched(plan)).low.figures()
        assert (one.copay, one.deductible) == expected
