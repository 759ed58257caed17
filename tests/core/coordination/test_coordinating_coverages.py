"""Several coverages at the desk: who pays first, and what is left."""

from datetime import date

import pytest
from attrs import evolve

from carecoord import InvalidValue, Money, NotAllowed
from carecoord.coordination.coordinating_coverages import CoverageInTurn
from carecoord.coordination.discussing_costs import Service
from carecoord.estimates import Employment, MedicareReason, Method, Program, recomputed, untouched
from carecoord.kernel.codes import CPT, Code
from carecoord.patients import CoverageType, Relationship

MRI = Service(Code(CPT, "70551"), category="imaging")
TIER = "in network"


@pytest.fixture
def both(desk, small, plan, prices):
    """Ada has her own plan, and her husband's."""
    husbands = desk.enter_plan(evolve(plan, id="hers", payer_name="Acme", version=0))
    ada = desk.add_coverage(
        small.ada.id,
        type=CoverageType.COMMERCIAL,
        payer_name="Acme",
        plan=husbands.id,
        relationship=Relationship.SPOUSE,
    )
    return desk.add_coverage(ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme", plan=plan.id)


def turns(both, plan, **more):
    used = untouched(plan)
    return tuple(
        CoverageInTurn(
            coverage=one.id,
            tier=TIER,
            accumulators=used,
            employment=Employment.ACTIVE,
            method=Method.NAIC_STANDARD,
            **more,
        )
        for one in both.coverages
    )


def test_the_rules_say_who_pays_first_and_the_second_pays_what_is_left(desk, both, plan):
    husbands, own = (one.id for one in both.coverages)
    order = desk.order_of_payment(both.id, turns(both, plan))
    assert order.coverages == (own, husbands)
    estimate = desk.estimate_for_coverages(both.id, turns(both, plan), (MRI,))
    assert estimate.plans == ("ppo", "hers")
    assert estimate.methods == (Method.NAIC_STANDARD,)
    # The first pays 320 of 900 and leaves 580; the second pays its own 320 of that.
    assert estimate.low.payments == (Money.of(320), Money.of(320))
    assert estimate.patient_owes == (Money.of(260), Money.of(260))
    assert estimate.cautions == ()
    assert all(recomputed(step) == step.amount for step in estimate.trace)
    assert desk.look_up_estimate(estimate.id) == estimate


def test_what_is_not_known_about_the_order_is_among_the_cautions(desk, both, plan):
    asked = tuple(evolve(one, employment=None) for one in turns(both, plan))
    twins = both.with_coverage_changed(evolve(both.coverages[0], relationship=Relationship.SELF))
    desk.change_record(twins)
    estimate = desk.estimate_for_coverages(both.id, asked, (MRI,))
    assert "who pays first depends on how the subscribers are employed" in estimate.cautions
    assert "no rule says which of the plans pays first" in estimate.cautions
    unstated = tuple(evolve(one, accumulators=None) for one in turns(both, plan))
    assert not desk.estimate_for_coverages(both.id, unstated, (MRI,)).is_exact


def test_a_method_is_named_where_another_pays_before_but_medicare_has_its_own(desk, both, plan):
    without = tuple(evolve(one, method=None) for one in turns(both, plan))
    with pytest.raises(InvalidValue, match="method"):
        desk.estimate_for_coverages(both.id, without, (MRI,))
    desk.enter_plan(evolve(plan, program=Program.MEDICARE))
    small_employer = tuple(evolve(one, employees=100) for one in without)
    estimate = desk.estimate_for_coverages(
        both.id, small_employer, (MRI,), medicare_because=MedicareReason.AGE, is_qmb=False
    )
    assert estimate.plans == ("hers", "ppo")
    assert estimate.methods == (Method.MEDICARE_SECONDARY,)
    qmb = desk.estimate_for_coverages(
        both.id, small_employer, (MRI,), medicare_because=MedicareReason.AGE, is_qmb=True
    )
    assert qmb.patient_owes == (Money(0), Money(0))


def test_every_coverage_is_in_force_and_named_once(desk, both, plan):
    twice = (*turns(both, plan), turns(both, plan)[0])
    with pytest.raises(InvalidValue, match="coverages"):
        desk.order_of_payment(both.id, twice)
    ended = evolve(both.coverages[0], ends=date(2026, 1, 31))
    desk.change_record(both.with_coverage_changed(ended))
    with pytest.raises(NotAllowed, match="coverage_is_in_force"):
        desk.order_of_payment(both.id, turns(both, plan), on=date(2026, 3, 1))
