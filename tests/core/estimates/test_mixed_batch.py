"""Mixed batches: every claim has the answer that it would have by itself, in network and out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.estimates.accumulators import Accumulators, untouched
from carecoord.estimates.adjudication import adjudicate, tier_terms
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, a_plan, accumulators, claims, none_of, plans

pytest.importorskip("numpy", reason="the batch needs NumPy")

from carecoord.estimates.batch import BatchTerms
from carecoord.estimates.mixed_batch import adjudicate_all

MIXED = st.booleans().flatmap(
    lambda unknown: st.lists(st.tuples(claims(unknown), accumulators(unknown)), max_size=4)
)


@settings(max_examples=150)
@given(st.booleans().flatmap(lambda unknown: plans(unknown=unknown)), MIXED)
def test_a_mixed_batch_equals_the_single_to_the_cent(
    plan: Plan, mixed: list[tuple[tuple[ServiceLine, ...], Accumulators]]
) -> None:
    answer = adjudicate_all(BatchTerms(tier_terms(plan, IN)), mixed)
    for place, (lines, used) in enumerate(mixed):
        alone = adjudicate(plan, IN, lines, used)
        assert answer.at_least[place] == alone.low.patient_cents
        assert answer.at_most[place] == alone.high.patient_cents
        if place not in answer.one_by_one:
            assert alone.is_exact


def test_out_of_network_the_columns_hold_the_balance() -> None:
    plan = a_plan(
        Tier(
            IN, False, none_of("deductible"), none_of("limit"),
            (Benefit.after_deductible({"care"}, Rate.percent(20)),),
        )
    )  # fmt: skip
    line = ServiceLine(None, "care", Money.of(180), Money.of(100))
    dearer = ServiceLine(None, "care", Money.of(80), Money.of(100))
    used = untouched(plan)
    answer = adjudicate_all(
        BatchTerms(tier_terms(plan, IN)), [((line,), used), ((dearer,), used), ((), used)]
    )
    assert list(answer.at_most) == [100_00, 16_00, 0]
    assert answer.one_by_one == {}
    excluded = ServiceLine(None, "massage", Money.of(50), Money.of(50))
    left = adjudicate_all(BatchTerms(tier_terms(plan, IN)), [((excluded,), used)])
    assert list(left.one_by_one) == [0]
