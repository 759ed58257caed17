"""Ids of prices that come from files, made of what a price is for: the same for the same price."""

import hashlib
from typing import Protocol

from carecoord.estimates.prices import BillingClass, DrugMeasure, Setting
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId, PriceId

__all__ = ["PricedItem", "price_id"]


class PricedItem(Protocol):
    """What prices are for: an item or service of a fee schedule, in a setting."""

    @property
    def fee_schedule(self) -> FeeScheduleId: ...  # noqa: D102 - as of a Price
    @property
    def codes(self) -> tuple[Code, ...]: ...  # noqa: D102
    @property
    def setting(self) -> Setting: ...  # noqa: D102
    @property
    def modifiers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def drug(self) -> DrugMeasure | None: ...  # noqa: D102
    @property
    def billing_class(self) -> BillingClass | None: ...  # noqa: D102


def price_id(item: PricedItem, payer_name: str | None, plan_name: str | None) -> PriceId:
    """The id of the item's price for a payer's plan, or for nobody in particular."""
    what = (
        item.fee_schedule,
        *sorted(code.token for code in item.codes),
        item.setting.value,
        *item.modifiers,
        item.description,
        payer_name or "",
        plan_name or "",
        "" if item.drug is None else f"{item.drug.quantity} {item.drug.unit.value}",
        "" if item.billing_class is None else item.billing_class.value,
    )
    return PriceId("price-" + hashlib.sha256("\0".join(what).encode()).hexdigest()[:32])
