"""Fee schedules: prices by code and payer, each small enough to be kept and looked up.

    prices_of(charge, fee_schedule=FeeScheduleId("west-mercy"), ids=ids)
    PriceList(prices).find(Code(CPT, "70551"), on=day, payer_name="Platform", plan_name="PPO")

An amount that is not stated is None, never zero.
"""

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import (
    AllowedAmounts,
    BillingClass,
    Description,
    DrugMeasure,
    Methodology,
    Modifier,
    Name,
    Notes,
    PayerRate,
    Setting,
    StandardCharge,
    check_not_negative,
    check_percentage,
)
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId, Ids, PriceId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import checked

__all__ = ["Price", "PriceList", "prices_of"]


@frozen(field_transformer=checked, kw_only=True)
class Price:
    """One entry of a fee schedule: an item for one payer's plan, or for nobody in particular.

    With no payer it holds what anybody is charged, and the cash price. `payer_name` with no
    `plan_name` holds for every plan of the payer. It is in force from `first_day` to `last_day`,
    both included; None leaves that side open.
    """

    id: PriceId = field(repr=True)
    fee_schedule: FeeScheduleId
    codes: tuple[Code, ...]
    description: Description
    setting: Setting = Setting.BOTH
    modifiers: tuple[Modifier, ...] = ()
    billing_class: BillingClass | None = None
    payer_name: Name | None = None
    plan_name: Name | None = None
    gross: Money | None = None
    discounted_cash: Money | None = None
    negotiated_dollar: Money | None = None
    negotiated_percentage: Rate | None = None
    """A percentage of the gross charge."""
    negotiated_algorithm: Notes | None = None
    methodology: Methodology | None = None
    allowed: AllowedAmounts | None = None
    minimum: Money | None = None
    maximum: Money | None = None
    drug: DrugMeasure | None = None
    notes: Notes | None = None
    first_day: date | None = None
    last_day: date | None = None
    version: int = 0

    def __attrs_post_init__(self) -> None:
        check_not_negative(
            self, "gross", "discounted_cash", "negotiated_dollar", "minimum", "maximum"
        )
        check_percentage("Price.negotiated_percentage", self.negotiated_percentage)
        if not self.codes:
            raise InvalidValue("Price.codes", "must not be empty")
        if self.plan_name is not None and self.payer_name is None:
            raise InvalidValue("Price.payer_name", "must be stated with a plan")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue("Price.last_day", "must not be before the first day")

    def in_force(self, on: date) -> bool:
        """Whether the price holds on this day."""
        return (self.first_day is None or self.first_day <= on) and (
            self.last_day is None or on <= self.last_day
        )


def prices_of(
    charge: StandardCharge,
    *,
    fee_schedule: FeeScheduleId,
    ids: Ids,
    first_day: date | None = None,
    last_day: date | None = None,
) -> tuple[Price, ...]:
    """The entries of a fee schedule that an item of a price file makes.

    One for nobody in particular, where a gross or cash charge is stated, and one for each payer's
    plan. An item without a code cannot be looked up and makes none.
    """
    if not charge.codes:
        return ()

    def price(rate: PayerRate | None) -> Price:
        return Price(
            id=PriceId(ids.new("price")),
            fee_schedule=fee_schedule,
            codes=charge.codes,
            description=charge.description,
            setting=charge.setting,
            modifiers=charge.modifiers,
            billing_class=charge.billing_class,
            payer_name=rate.payer_name if rate else None,
            plan_name=rate.plan_name if rate else None,
            gross=charge.gross,
            discounted_cash=charge.discounted_cash,
            negotiated_dollar=rate.negotiated_dollar if rate else None,
            negotiated_percentage=rate.negotiated_percentage if rate else None,
            negotiated_algorithm=rate.negotiated_algorithm if rate else None,
            methodology=rate.methodology if rate else None,
            allowed=rate.allowed if rate else None,
            minimum=charge.minimum,
            maximum=charge.maximum,
            drug=charge.drug,
            notes=(rate.notes if rate else None) or charge.notes,
            first_day=first_day,
            last_day=last_day,
        )

    anybody = charge.gross is not None or charge.discounted_cash is not None
    return (*((price(None),) if anybody else ()), *map(price, charge.payer_rates))


class PriceList:
    """Prices in memory, looked up by code; the most particular one that fits is found.

    A price for the payer's plan goes before one for the payer, and that before one for nobody in
    particular; one for just this setting before one for both; the one that started last before
    earlier ones; the first given before later ones.
    """

    def __init__(self, prices: Iterable[Price]) -> None:
        self._by_code: dict[Code, list[Price]] = {}
        for price in prices:
            for code in price.codes:
                self._by_code.setdefault(code, []).append(price)

    def find(
        self,
        code: Code,
        *,
        on: date,
        payer_name: str | None = None,
        plan_name: str | None = None,
        setting: Setting = Setting.OUTPATIENT,
        modifiers: Iterable[str] = (),
    ) -> Price | None:
        """The price in force on the day, or None; the modifiers must be exactly those."""
        wanted = sorted(modifiers)
        fitting = [
            price
            for price in self._by_code.get(code, ())
            if price.in_force(on)
            and price.setting.covers(setting)
            and sorted(price.modifiers) == wanted
            and price.payer_name in (None, payer_name)
            and price.plan_name in (None, plan_name)
        ]
        return max(fitting, key=_particularity, default=None)


def _particularity(price: Price) -> tuple[bool, bool, bool, date]:
    return (
        price.payer_name is not None,
        price.plan_name is not None,
        price.setting is not Setting.BOTH,
        price.first_day or date.min,
    )
