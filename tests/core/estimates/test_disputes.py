"""Disputes: per provider, from $400, within 120 days."""

from datetime import date, timedelta

import pytest

from carecoord.errors import InvalidValue
from carecoord.estimates.disputes import bill_can_be_disputed
from carecoord.estimates.good_faith import GoodFaith, GoodFaithItem, GoodFaithProvider
from carecoord.kernel.money import Money

BILLED = date(2026, 5, 4)
TWO = GoodFaith(
    providers=(GoodFaithProvider(convening=True), GoodFaithProvider(), GoodFaithProvider()),
    items=tuple(
        GoodFaithItem(description="a service", provider=provider, expected_charge=Money.of(amount))
        for provider, amount in ((0, 600), (0, 400), (1, 100))
    ),
)


def against(provider: int, billed: str | int, days: int = 0) -> list[str]:
    return [
        refused.rule
        for refused in bill_can_be_disputed(
            TWO,
            provider=provider,
            billed=Money.of(billed),
            first_billed_on=BILLED,
            on=BILLED + timedelta(days=days),
        )
    ]


def test_four_hundred_dollars_above_this_providers_total_are_enough() -> None:
    assert against(0, 1400) == []
    assert against(0, "1399.99") == ["bill_is_substantially_above_the_estimate"]


def test_providers_are_never_summed_up() -> None:
    assert against(0, 1300) == against(1, 300) == ["bill_is_substantially_above_the_estimate"]


def test_a_dispute_has_a_hundred_and_twenty_days() -> None:
    assert against(0, 1400, 120) == []
    assert against(0, 1400, 121) == ["dispute_is_in_time"]
    assert len(against(0, 1000, 121)) == 2


def test_a_provider_without_a_total_has_nothing_to_compare() -> None:
    with pytest.raises(InvalidValue):
        against(2, 1000)
