"""Benefits: impossible ones are refused when they are defined."""

from typing import Any

import pytest

from carecoord.errors import InvalidValue
from carecoord.estimates.benefits import (
    Benefit,
    CostShare,
    Scope,
    Without,
    YearlyAmount,
)
from carecoord.estimates.plans import Tier
from carecoord.kernel.money import Money, Rate
from carecoord.testing.estimates import IN, none_of

CARE = frozenset({"care"})
TIER = Tier(IN, True)


def test_an_impossible_yearly_amount_is_refused() -> None:
    for scope, individual, family in (
        (Scope.EMBEDDED, 500, 400),
        (Scope.AGGREGATE, 500, 500),
        (Scope.NONE, 500, None),
        (Scope.SELF_ONLY, 500, 500),
        (Scope.SELF_ONLY, -1, None),
        (Scope.AGGREGATE, None, -1),
    ):
        with pytest.raises(InvalidValue):
            YearlyAmount(
                "deductible",
                scope,
                None if individual is None else Money.of(individual),
                None if family is None else Money.of(family),
            )


@pytest.mark.parametrize(
    "fields",
    [
        {"coinsurance": Rate.percent(120)},
        {"coinsurance": Rate.percent(-1)},
        {"copay": Money.of(-1), "steps": (CostShare.COPAY,)},
        {"copay": Money.of(1)},
        {"steps": (), "coinsurance": Rate.percent(20)},
        {"steps": (), "deductible": none_of("drugs")},
        {"steps": (CostShare.COINSURANCE, CostShare.DEDUCTIBLE)},
        {"steps": (CostShare.COPAY, CostShare.COPAY)},
        {"without_referral": Without.PAID_LESS},
        {"paid_less": Rate.percent(50)},
        {"limits": ("a", "a")},
    ],
)
def test_an_impossible_benefit_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        Benefit(CARE, **fields)
