"""What has been used: the payer's last word, and what became known since."""

from datetime import date

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money
from carecoord.estimates import (
    AccumulationKind,
    Accumulators,
    CoverageStatus,
    Entry,
    Figure,
    Limit,
    Measure,
    Spent,
    Standing,
    Used,
)
from carecoord.patients import CoverageType

TIER = "in network"


@pytest.fixture
def ada(desk, small, plan):
    return desk.add_coverage(
        small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme", plan=plan.id
    )


def entry(cents, on, known, kind=AccumulationKind.CLAIM, name="deductible"):
    return Entry(name=name, kind=kind, amount=cents, service_day=on, known_on=known)


def stated(desk, ada, **more):
    spent = Standing(Figure.DEDUCTIBLE, False, True, spent=Money.of(200))
    return desk.record_eligibility(
        ada.id, ada.coverages[0].id, standings=(spent,), as_of=date(2026, 3, 1), **more
    )


def spent_by(desk, ada, on):
    known = desk.amounts_used(ada.id, ada.coverages[0].id, tier=TIER, on=on)
    return {one.name: one.individual for one in known.accumulators.spent}


def test_without_a_word_of_the_payer_nothing_is_known(desk, ada):
    desk.record_accumulation(
        ada.id, ada.coverages[0].id, entry(50_00, date(2026, 2, 1), date(2026, 2, 2))
    )
    known = desk.amounts_used(ada.id, ada.coverages[0].id, tier=TIER)
    assert known.accumulators == Accumulators()


def test_what_became_known_after_the_payers_word_is_added(desk, ada):
    coverage = ada.coverages[0].id
    stated(desk, ada)
    for one in (
        entry(50_00, date(2026, 2, 1), date(2026, 2, 2)),  # the payer's word holds it already
        entry(70_00, date(2026, 2, 20), date(2026, 3, 2)),
        entry(20_00, date(2026, 2, 20), date(2026, 3, 3), AccumulationKind.REVERSAL),
        entry(30_00, date(2026, 1, 1), date(2026, 3, 4), AccumulationKind.PRIOR_CARRIER_CREDIT),
    ):
        desk.record_accumulation(ada.id, coverage, one)
    assert spent_by(desk, ada, date(2026, 3, 5)) == {"deductible": Money.of(280)}
    assert len(desk.accumulations_of(ada.id, coverage)) == 4
    # A new benefit year begins at nothing; what the payer never stated is known to be unused.
    assert spent_by(desk, ada, date(2027, 1, 2)) == {"deductible": Money(0), "limit": Money(0)}


def test_what_is_carried_over_counts_in_the_next_year_once(desk, ada):
    coverage = ada.coverages[0].id
    stated(desk, ada)
    desk.record_accumulation(ada.id, coverage, entry(90_00, date(2026, 11, 5), date(2026, 11, 9)))
    asked = {"year_of": date(2026, 6, 1), "months": 3, "names": ("deductible",)}
    (carried,) = desk.carry_over_amounts(ada.id, coverage, **asked)
    assert carried.entry.kind is AccumulationKind.CARRY_OVER
    assert desk.carry_over_amounts(ada.id, coverage, **asked) == ()
    assert spent_by(desk, ada, date(2027, 1, 2))["deductible"] == Money.of(90)


def test_entries_of_another_plan_do_not_count(desk, ada, plan):
    stated(desk, ada)
    coverage = ada.coverages[0]
    desk.record_accumulation(ada.id, coverage.id, entry(70_00, date(2026, 3, 2), date(2026, 3, 2)))
    other = desk.enter_plan(evolve(plan, id="ppo-2", version=0))
    record = desk.look_up_patient(ada.id)
    desk.change_record(record.with_coverage_changed(evolve(coverage, plan=other.id)))
    assert spent_by(desk, ada, date(2026, 3, 5)) == {"deductible": Money.of(200)}


def test_the_latest_word_wins_and_what_is_amiss_is_said(desk, ada, plan, clock):
    limited = evolve(plan, limits=(Limit("visits", Measure.VISITS, 20),))
    desk.enter_plan(limited)
    stated(desk, ada, used=(Used("visits", 3),))
    clock.pass_(days=2)
    desk.record_eligibility(ada.id, ada.coverages[0].id, status=CoverageStatus.INACTIVE)
    known = desk.amounts_used(ada.id, ada.coverages[0].id, tier=TIER)
    assert known.accumulators.used == (Used("visits", 3),)
    assert known.accumulators.spent == (Spent("deductible", Money.of(200)),)
    assert known.cautions == ("on 2026-03-04 the payer said that the coverage is not active",)
    clock.pass_(days=40)
    desk.record_eligibility(ada.id, ada.coverages[0].id, status=CoverageStatus.CANNOT_PROCESS)
    cautions = desk.amounts_used(ada.id, ada.coverages[0].id, tier=TIER).cautions
    assert "cannot be found" in cautions[0]
    assert "more than 30 days" in cautions[1]


def test_what_is_recorded_names_an_accumulator_of_the_plan(desk, small, ada):
    with pytest.raises(InvalidValue, match="name"):
        desk.record_accumulation(
            ada.id,
            ada.coverages[0].id,
            entry(1, date(2026, 3, 1), date(2026, 3, 1), name="typo"),
        )
    bare = desk.add_coverage(small.ben.id, type=CoverageType.COMMERCIAL, payer_name="Blue")
    with pytest.raises(InvalidValue, match="plan"):
        desk.amounts_used(bare.id, bare.coverages[0].id, tier=TIER)
