"""A simulated payer answers by its script, and fails as payers do."""

from datetime import date

import pytest

from carecoord import Gateways, InvalidValue, Money, NotAllowed, Unavailable
from carecoord.coordination.simulated_payer import Behaviour, SimulatedMember, SimulatedPayer
from carecoord.estimates import CoverageStatus, Figure, Standing
from carecoord.patients import CoverageType

TIER = "in network"
MET = Standing(Figure.DEDUCTIBLE, False, True, spent=Money.of(300))


@pytest.fixture
def payer(clinic):
    payer = SimulatedPayer(
        {
            "M1": SimulatedMember(
                first_day=date(2026, 1, 1),
                last_day=date(2026, 6, 30),
                standings=(MET,),
                contradictions=("the deductible: two amounts; the higher counts",),
            )
        }
    )
    clinic.gateways = Gateways(eligibility=payer)
    return payer


@pytest.fixture
def ada(desk, small, plan):
    return desk.add_coverage(
        small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme", plan=plan.id, member_id="M1"
    )


def test_its_answer_is_kept_and_estimates_rest_on_it(desk, ada, payer):
    coverage = ada.coverages[0].id
    answer = desk.check_eligibility(ada.id, coverage)
    assert (answer.status, answer.standings) == (CoverageStatus.ACTIVE, (MET,))
    assert answer.as_of == date(2026, 3, 2)
    assert desk.look_up_patient(ada.id).coverages[0].verified_on == date(2026, 3, 2)
    used = desk.amounts_used(ada.id, coverage, tier=TIER)
    assert used.accumulators.spent[0].individual == Money.of(300)
    assert used.cautions == ("the deductible: two amounts; the higher counts",)
    assert desk.eligibility_of(ada.id, coverage) == (answer,)
    desk.verify_coverage(ada.id, coverage)
    assert len(desk.eligibility_of(ada.id, coverage)) == 2


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 7, 1)])
def test_an_inactive_answer_is_kept_and_verifies_nothing(desk, ada, payer, day):
    answer = desk.check_eligibility(ada.id, ada.coverages[0].id, on=day)
    assert (answer.status, answer.on) == (CoverageStatus.INACTIVE, day)
    assert desk.look_up_patient(ada.id).coverages[0].verified_on is None


def test_whom_it_does_not_know_it_cannot_tell_of(desk, ada, small, payer):
    payer.members["M1"] = SimulatedMember(behaviour=Behaviour.CANNOT_PROCESS)
    unsure = desk.check_eligibility(ada.id, ada.coverages[0].id)
    assert unsure.status is CoverageStatus.CANNOT_PROCESS
    ben = desk.add_coverage(small.ben.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    nobody = desk.check_eligibility(ben.id, ben.coverages[0].id)
    assert nobody.status is CoverageStatus.CANNOT_PROCESS


def test_a_payer_that_is_stuck_leaves_nothing_behind(desk, ada, payer):
    payer.members["M1"] = SimulatedMember(behaviour=Behaviour.STUCK)
    with pytest.raises(Unavailable):
        desk.check_eligibility(ada.id, ada.coverages[0].id)
    assert desk.eligibility_of(ada.id, ada.coverages[0].id) == ()


def test_old_figures_never_win_over_newer_ones(desk, ada, payer):
    coverage = ada.coverages[0].id
    newer = desk.check_eligibility(ada.id, coverage)
    old = Standing(Figure.DEDUCTIBLE, False, True, spent=Money.of(10))
    payer.members["M1"] = SimulatedMember(standings=(old,), as_of=date(2026, 1, 20))
    assert desk.check_eligibility(ada.id, coverage).as_of == date(2026, 1, 20)
    assert desk.eligibility_of(ada.id, coverage)[-1] == newer
    used = desk.amounts_used(ada.id, coverage, tier=TIER).accumulators
    assert used.spent[0].individual == Money.of(300)


def test_figures_are_of_no_day_to_come_and_a_gateway_is_needed(clinic, desk, ada, payer):
    with pytest.raises(InvalidValue, match="as_of"):
        desk.record_eligibility(ada.id, ada.coverages[0].id, as_of=date(2026, 3, 3))
    clinic.gateways = Gateways()
    with pytest.raises(NotAllowed, match="by phone"):
        desk.check_eligibility(ada.id, ada.coverages[0].id)
