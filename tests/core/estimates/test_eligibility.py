"""Eligibility: figures as payers state them, and what an estimate takes from them."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, Used
from carecoord.estimates.benefits import Scope, YearlyAmount
from carecoord.estimates.eligibility import (
    CoverageStatus,
    EligibilityResponse,
    Figure,
    Standing,
    accumulators_of,
    accumulators_stated,
    latest,
    yearly_amount,
)
from carecoord.estimates.plans import Tier
from carecoord.kernel.money import Money

DAY = date(2026, 5, 1)
TIER = Tier(
    "in network",
    True,
    YearlyAmount("deductible", Scope.EMBEDDED, Money.of(1500), Money.of(3000)),
    YearlyAmount("limit", Scope.EMBEDDED, Money.of(5000), Money.of(9000)),
)
ANSWER = EligibilityResponse(
    id="r1", patient="p", coverage="c", status=CoverageStatus.ACTIVE, on=DAY, as_of=DAY,
    answered_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
)  # fmt: skip


def standing(figure=Figure.DEDUCTIBLE, of_family=False, in_network=True, **amounts):
    return Standing(
        figure, of_family, in_network, **{name: Money.of(one) for name, one in amounts.items()}
    )


def test_what_is_stated_becomes_what_was_spent_and_the_rest_stays_unknown():
    assert accumulators_of((standing(remaining=300),), TIER, DAY) == Accumulators(
        DAY, (Spent("deductible", Money.of(1200)),)
    )
    assert accumulators_of((), TIER, DAY) == Accumulators(DAY)
    assert accumulators_of((standing(in_network=False, spent=1),), TIER, DAY).spent == ()
    assert accumulators_of((standing(remaining=2000),), TIER, DAY).spent == ()
    assert accumulators_of((standing(total=1500),), TIER, DAY).spent == ()


def test_a_family_that_spent_less_than_its_member_is_not_believed():
    rows = (standing(spent=400), standing(of_family=True, spent=300))
    assert accumulators_of(rows, TIER, DAY).spent == (Spent("deductible", Money.of(400)),)
    rows = (standing(Figure.OUT_OF_POCKET, of_family=True, spent=300),)
    assert accumulators_of(rows, TIER, DAY).spent == (Spent("limit", None, Money.of(300)),)
    none = evolve(TIER, deductible=YearlyAmount("deductible", Scope.NONE))
    assert accumulators_of((standing(spent=400),), none, DAY).spent == ()


def test_a_deductible_that_is_stated_has_the_scope_of_what_is_stated():
    def stated(*rows):
        return yearly_amount("d", rows, Figure.DEDUCTIBLE, in_network=True)

    own, family = standing(total=1500), standing(of_family=True, total=3000)
    assert stated(own, family) == YearlyAmount("d", Scope.EMBEDDED, Money.of(1500), Money.of(3000))
    assert stated(own) == YearlyAmount("d", Scope.SELF_ONLY, Money.of(1500))
    assert stated(family) == YearlyAmount("d", Scope.AGGREGATE, family=Money.of(3000))
    assert stated() is None


@given(st.permutations(range(4)))
def test_the_answer_of_the_latest_day_wins_in_whatever_order_they_came(order):
    answers = [
        ANSWER,
        evolve(ANSWER, id="r2", answered_at=datetime(2026, 5, 1, 10, tzinfo=UTC)),
        evolve(
            ANSWER, id="r3", as_of=date(2026, 4, 1), answered_at=datetime(2026, 5, 9, tzinfo=UTC)
        ),
        evolve(ANSWER, id="r0", as_of=date(2025, 4, 1)),
    ]
    assert latest(answers[place] for place in order).id == "r2"
    assert latest(()) is None


def test_limits_are_stated_by_the_plans_own_names():
    answer = evolve(ANSWER, standings=(standing(spent=10),), used=(Used("visits", 3),))
    assert accumulators_stated(answer, TIER) == Accumulators(
        DAY, (Spent("deductible", Money.of(10)),), (Used("visits", 3),)
    )


def test_no_figure_is_negative():
    with pytest.raises(InvalidValue, match="Standing"):
        standing(spent=-1)
