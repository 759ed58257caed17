"""Fee schedules: the right price is found, and no other."""

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.estimates.fee_schedules import Price, PriceList, prices_of
from carecoord.estimates.prices import (
    BillingClass,
    PayerRate,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import CPT, REVENUE_CODE, Code
from carecoord.kernel.ids import FeeScheduleId, PriceId
from carecoord.kernel.money import Money, Rate

MRI = Code(CPT, "70551")
ROOM = Code(REVENUE_CODE, "0611")
TODAY = date(2026, 5, 4)


class Numbered:
    def __init__(self) -> None:
        self.numbers = count(1)

    def new(self, kind: str) -> str:
        return f"{kind}-{next(self.numbers)}"


def price(number: int = 1, **fields: object) -> Price:
    given: dict[str, object] = {
        "id": PriceId(f"price-{number}"),
        "fee_schedule": FeeScheduleId("office"),
        "codes": (MRI,),
        "description": "MRI of the brain",
        **fields,
    }
    return Price(**given)  # type: ignore[arg-type]


days = st.none() | st.dates(TODAY - timedelta(9), TODAY + timedelta(9))
entries = st.lists(
    st.fixed_dictionaries(
        {
            "payer": st.sampled_from([(None, None), ("A", None), ("A", "PPO"), ("B", "PPO")]),
            "setting": st.sampled_from(Setting),
            "modifiers": st.sampled_from([(), ("26",), ("26", "RT"), ("RT", "26")]),
            "first": days,
            "last": days,
        }
    ),
    max_size=12,
)


@given(entries)
def test_what_is_found_fits_and_nothing_that_fits_is_more_particular(
    rows: list[dict[str, object]],
) -> None:
    prices = [
        price(
            number,
            payer_name=row["payer"][0],  # type: ignore[index]
            plan_name=row["payer"][1],  # type: ignore[index]
            setting=row["setting"],
            modifiers=row["modifiers"],
            first_day=row["first"],
            last_day=row["last"],
        )
        for number, row in enumerate(rows)
        if row["first"] is None or row["last"] is None or row["first"] <= row["last"]  # type: ignore[operator]
    ]
    fitting = [
        one
        for one in prices
        if one.in_force(TODAY)
        and one.setting in (Setting.BOTH, Setting.OUTPATIENT)
        and set(one.modifiers) == {"26", "RT"}
        and (one.payer_name, one.plan_name) in ((None, None), ("A", None), ("A", "PPO"))
    ]
    found = PriceList(prices).find(
        MRI, on=TODAY, payer_name="A", plan_name="PPO", modifiers=("26", "RT")
    )
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert not any(
            (one.payer_name is not None) + (one.plan_name is not None)
            > (found.payer_name is not None) + (found.plan_name is not None)
            for one in fitting
        )


def test_a_payers_price_is_not_another_payers() -> None:
    prices = PriceList([price(payer_name="A", plan_name="PPO", negotiated_dollar=Money.of(400))])
    assert prices.find(MRI, on=TODAY, payer_name="B", plan_name="PPO") is None
    assert prices.find(MRI, on=TODAY) is None
    assert prices.find(ROOM, on=TODAY) is None


def test_an_item_makes_one_price_for_anybody_and_one_for_each_payers_plan() -> None:
    charge = StandardCharge(
        "MRI of the brain",
        (MRI, ROOM),
        Setting.OUTPATIENT,
        gross=Money.of(1200),
        discounted_cash=Money.of(1080),
        payer_rates=(
            PayerRate("Platform", "PPO", negotiated_dollar=Money.of(400), notes="a note"),
            PayerRate("Region", "HMO", negotiated_percentage=Rate.percent(50)),
        ),
        billing_class=BillingClass.FACILITY,
        notes="of the item",
    )
    made = prices_of(
        charge, fee_schedule=FeeScheduleId("west-mercy"), ids=Numbered(), first_day=TODAY
    )
    assert [(one.payer_name, one.plan_name) for one in made] == [
        (None, None), ("Platform", "PPO"), ("Region", "HMO"),
    ]  # fmt: skip
    assert [one.negotiated_dollar for one in made] == [None, Money.of(400), None]
    assert [one.negotiated_percentage for one in made] == [None, None, Rate.percent(50)]
    assert [one.notes for one in made] == ["of the item", "a note", "of the item"]
    assert {one.gross for one in made} == {Money.of(1200)}
    assert {one.codes for one in made} == {(MRI, ROOM)}
    assert len({one.id for one in made}) == 3
    assert not made[0].in_force(TODAY - timedelta(1))
    only_payers = StandardCharge(
        "Hernia repair",
        (MRI,),
        Setting.OUTPATIENT,
        payer_rates=(PayerRate("Platform", "PPO", negotiated_algorithm="stop-loss"),),
    )
    assert len(prices_of(only_payers, fee_schedule=FeeScheduleId("f"), ids=Numbered())) == 1
    uncoded = StandardCharge("Room", (), Setting.BOTH, gross=Money.of(1))
    assert prices_of(uncoded, fee_schedule=FeeScheduleId("f"), ids=Numbered()) == ()


def test_an_impossible_price_is_refused() -> None:
    with pytest.raises(InvalidValue):
        price(codes=())
    with pytest.raises(InvalidValue):
        price(plan_name="PPO")
    with pytest.raises(InvalidValue):
        price(first_day=TODAY, last_day=TODAY - timedelta(1))
    with pytest.raises(InvalidValue):
        price(negotiated_dollar=Money.of(-1))
    with pytest.raises(InvalidValue):
        price(negotiated_percentage=Rate.percent(-1))
    assert price(gross=Money.of(0)).gross == Money.of(0), "a zero that is stated is not unknown"


def test_a_price_of_just_this_setting_and_the_newest_are_the_more_particular() -> None:
    everywhere = price(1, setting=Setting.BOTH)
    here = price(2, setting=Setting.OUTPATIENT)
    assert PriceList([everywhere, here]).find(MRI, on=TODAY) == here
    old = price(1, first_day=TODAY - timedelta(9))
    new = price(2, first_day=TODAY - timedelta(1))
    always = price(3)
    assert PriceList([always, old, new]).find(MRI, on=TODAY) == new
    assert PriceList([always, everywhere]).find(MRI, on=TODAY) == always
