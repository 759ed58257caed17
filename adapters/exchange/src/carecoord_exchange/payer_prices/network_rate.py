"""A negotiated rate of an in-network file, as a value.

Source: 26 CFR 54.9815-2715A3, 29 CFR 2590.715-2715A3, 45 CFR 147.212; the CMS schema of
in-network files, 2.0.0. A rate of type `percentage` is a percent of billed charges, not dollars.
"""

from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import (
    BillingClass,
    Methodology,
    PayerRate,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money, Rate

__all__ = ["ALL_CODES", "Arrangement", "NetworkRate", "RateType"]

ALL_CODES = "CSTM-00"
"""What stands for every code of a type, or every place of service."""


class Arrangement(Enum):
    """How the payer and the providers agreed."""

    FEE_FOR_SERVICE = "ffs"
    BUNDLE = "bundle"
    CAPITATION = "capitation"


class RateType(Enum):
    """What kind of rate it is; `derived` serves accounting and is not what anybody is charged."""

    NEGOTIATED = "negotiated"
    DERIVED = "derived"
    FEE_SCHEDULE = "fee schedule"
    PERCENTAGE = "percentage"
    PER_DIEM = "per diem"


_METHODOLOGY = {
    RateType.FEE_SCHEDULE: Methodology.FEE_SCHEDULE,
    RateType.PERCENTAGE: Methodology.PERCENT_OF_TOTAL_BILLED_CHARGES,
    RateType.PER_DIEM: Methodology.PER_DIEM,
}


@frozen
class NetworkRate:
    """What a payer pays the providers of some groups for one code; dollars or a percentage.

    `expires` is the last day of the agreement, None where it has no end. `components` are the
    codes of a bundle, or the services that a capitation covers.
    """

    code: Code
    name: str
    arrangement: Arrangement
    type: RateType
    billing_class: BillingClass
    setting: Setting
    provider_groups: tuple[int, ...]
    dollar: Money | None = None
    percentage: Rate | None = None
    expires: date | None = None
    places_of_service: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    severity: str | None = None
    components: tuple[Code, ...] = ()
    notes: str | None = None

    @property
    def is_for_all_codes(self) -> bool:
        """Whether it holds for every code of the type."""
        return self.code.value == ALL_CODES

    def charge(self, payer_name: str, plan_name: str) -> StandardCharge:
        """The same as an item of a price list, for this payer's plan.

        Raises:
            InvalidValue: it is for all codes, or a name cannot be kept.
        """
        if self.is_for_all_codes:
            raise InvalidValue("NetworkRate.code", "stands for all codes, and for no item")
        rate = PayerRate(
            payer_name, plan_name, self.dollar, self.percentage,
            methodology=_METHODOLOGY.get(self.type), notes=self.notes,
        )  # fmt: skip
        return StandardCharge(
            self.name, (self.code,), self.setting, self.modifiers, payer_rates=(rate,),
            billing_class=self.billing_class,
        )  # fmt: skip
