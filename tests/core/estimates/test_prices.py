"""Prices: what is stated is kept, what is not stated stays unknown, nonsense is refused."""

from decimal import Decimal

import pytest

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import (
    AllowedAmounts,
    DrugMeasure,
    DrugUnit,
    Methodology,
    PayerRate,
    Remittances,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.money import Money, Rate

MRI = Code(CPT, "70551")


def test_counts_of_remittances_are_read_as_files_write_them() -> None:
    assert Remittances.of("0") == Remittances(0, 0)
    assert Remittances.of(" 1 through 10 ") == Remittances(1, 10)
    assert Remittances.of("11") == Remittances(11, 11)
    for wrong in ("", "5", "2,025", "-3", "11.0", "²", "9" * 16):
        with pytest.raises(InvalidValue):
            Remittances.of(wrong)
    with pytest.raises(InvalidValue):
        Remittances(2, 1)


def test_what_states_nothing_or_less_than_nothing_is_refused() -> None:
    minus = Money.of(-1)
    with pytest.raises(InvalidValue):
        PayerRate("A", "PPO", methodology=Methodology.OTHER)
    with pytest.raises(InvalidValue):
        PayerRate("A", "PPO", negotiated_algorithm=" ")
    with pytest.raises(InvalidValue):
        PayerRate("A", "PPO", negotiated_percentage=Rate.percent(-1))
    with pytest.raises(InvalidValue):
        PayerRate("A", "PPO", negotiated_dollar=minus)
    with pytest.raises(InvalidValue):
        StandardCharge("MRI", (MRI,), Setting.BOTH)
    with pytest.raises(InvalidValue):
        StandardCharge("MRI", (MRI,), Setting.BOTH, gross=minus)
    with pytest.raises(InvalidValue):
        AllowedAmounts(median=minus)
    with pytest.raises(InvalidValue):
        DrugMeasure(Decimal(0), DrugUnit.EACH)


def test_a_drug_and_its_amounts_are_kept() -> None:
    drug = DrugMeasure(Decimal("0.5"), DrugUnit.MILLILITER)
    charge = StandardCharge("Drug", (MRI,), Setting.BOTH, gross=Money.of(1), drug=drug)
    assert charge.drug == drug
