"""Service lines: impossible ones are refused."""

from typing import Any

import pytest

from carecoord.errors import InvalidValue
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money


@pytest.mark.parametrize(
    "fields",
    [
        {"charge": Money.of(-1)},
        {"charge": Money.of(1), "allowed": Money.of(1, "EUR")},
        {"allowed": Money.of(1), "allowed_between": (Money.of(1), Money.of(2))},
        {"allowed_between": (Money.of(2), Money.of(1))},
        {"units": 0},
    ],
)
def test_an_impossible_line_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        ServiceLine(None, "care", **fields)


def test_a_line_may_state_no_amount() -> None:
    assert ServiceLine(None, "care").currency is None
    assert ServiceLine(None, "care", allowed_between=(Money(1), Money(2))).currency == "USD"
