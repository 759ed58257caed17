"""Prices: what a hospital or office charges, takes in cash, and has negotiated with payers.

    charge = StandardCharge(
        "MRI of the brain", (Code(CPT, "70551"),), Setting.OUTPATIENT, gross=Money.of(1200),
        payer_rates=(PayerRate("Platform Health", "PPO", negotiated_dollar=Money.of(400)),),
    )
    prices_of(charge, fee_schedule=FeeScheduleId("west-mercy"), ids=ids)

A `StandardCharge` is one item of a price file with everything said about it. A `Price` is one
entry of a fee schedule, for one payer's plan or for nobody in particular, small enough to be kept
and looked up by code and payer. An amount that is not stated is None, never zero.

Source: 45 CFR 180.20 and 180.50; the CMS data dictionary for hospital price files, 2.0 to 3.0.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId, Ids, PriceId
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import Count, Text, checked

__all__ = [
    "AllowedAmounts",
    "BillingClass",
    "DrugMeasure",
    "DrugUnit",
    "Methodology",
    "PayerRate",
    "Price",
    "PriceList",
    "Remittances",
    "Setting",
    "StandardCharge",
    "prices_of",
]

Modifier = Annotated[str, Text(longest=40)]
Description = Annotated[str, Text(longest=2_000)]
Name = Annotated[str, Text(longest=300)]
Notes = Annotated[str, Text(longest=20_000)]


class Setting(Enum):
    """Where an item is provided: during an admission, in an outpatient department, or in both."""

    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"
    BOTH = "both"

    def covers(self, other: "Setting") -> bool:
        """Whether a price for this setting is one for the other setting too."""
        return self is Setting.BOTH or self is other


class BillingClass(Enum):
    """Whose work the price pays for."""

    PROFESSIONAL = "professional"
    FACILITY = "facility"
    BOTH = "both"


class Methodology(Enum):
    """How a negotiated charge was established."""

    CASE_RATE = "case rate"
    FEE_SCHEDULE = "fee schedule"
    PERCENT_OF_TOTAL_BILLED_CHARGES = "percent of total billed charges"
    PER_DIEM = "per diem"
    OTHER = "other"


class DrugUnit(Enum):
    """In what a drug is measured, in the codes of price files."""

    GRAM = "GR"
    GRAM_NCPDP = "GM"
    MILLIGRAM = "ME"
    MILLILITER = "ML"
    UNIT = "UN"
    INTERNATIONAL_UNIT = "F2"
    EACH = "EA"


@frozen(field_transformer=checked)
class DrugMeasure:
    """How much of a drug the charge is for."""

    quantity: Decimal
    unit: DrugUnit

    def __attrs_post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidValue("DrugMeasure.quantity", "must be more than zero")


@frozen(field_transformer=checked)
class Remittances:
    """How many remittances an allowed amount was taken from; few are only known as 1 to 10."""

    least: Count
    most: Count

    def __attrs_post_init__(self) -> None:
        if self.most < self.least:
            raise InvalidValue("Remittances.most", "must not be less than the least")

    @classmethod
    def of(cls, text: str) -> "Remittances":
        """As price files write it: `0`, `1 through 10`, or a whole number from 11.

        Raises:
            InvalidValue: anything else.
        """
        stripped = text.strip()
        if stripped == "1 through 10":
            return cls(1, 10)
        if stripped.isascii() and stripped.isdigit() and len(stripped) < 16:
            count = int(stripped)
            if count == 0 or count >= 11:
                return cls(count, count)
        raise InvalidValue("Remittances", "must be 0, '1 through 10' or a whole number from 11")


def _not_negative(owner: object, *names: str) -> None:
    for name in names:
        amount = getattr(owner, name)
        if amount is not None and amount.cents < 0:
            raise InvalidValue(f"{type(owner).__name__}.{name}", "must not be negative")


@frozen(field_transformer=checked)
class AllowedAmounts:
    """What a payer has allowed for the item in the past, as far as it is stated."""

    median: Money | None = None
    percentile_10: Money | None = None
    percentile_90: Money | None = None
    count: Remittances | None = None
    estimated: Money | None = None
    """The estimated allowed amount, which files before 3.0 give instead of the others."""

    def __attrs_post_init__(self) -> None:
        _not_negative(self, "median", "percentile_10", "percentile_90", "estimated")


@frozen(field_transformer=checked)
class PayerRate:
    """What one payer's plan has negotiated for an item; at least one form of it is stated.

    `negotiated_percentage` is a percentage of the gross charge.
    """

    payer_name: Name
    plan_name: Name
    negotiated_dollar: Money | None = None
    negotiated_percentage: Rate | None = None
    negotiated_algorithm: Notes | None = None
    methodology: Methodology | None = None
    allowed: AllowedAmounts | None = None
    notes: Notes | None = None

    def __attrs_post_init__(self) -> None:
        _not_negative(self, "negotiated_dollar")
        _check_percentage("PayerRate.negotiated_percentage", self.negotiated_percentage)
        stated = (self.negotiated_dollar, self.negotiated_percentage, self.negotiated_algorithm)
        if stated == (None, None, None):
            raise InvalidValue("PayerRate", "must state a dollar amount, percentage or algorithm")


def _check_percentage(name: str, rate: Rate | None) -> None:
    if rate is not None and rate.millionths < 0:
        raise InvalidValue(name, "must not be negative")


@frozen(field_transformer=checked)
class StandardCharge:
    """One item or service of a price file, in one setting, with everything said about it.

    Raises:
        InvalidValue: a negative amount, or no charge of any kind.
    """

    description: Description
    codes: tuple[Code, ...]
    setting: Setting
    modifiers: tuple[Modifier, ...] = ()
    gross: Money | None = None
    discounted_cash: Money | None = None
    payer_rates: tuple[PayerRate, ...] = ()
    minimum: Money | None = None
    """The lowest charge negotiated with any payer, de-identified."""
    maximum: Money | None = None
    """The highest charge negotiated with any payer, de-identified."""
    drug: DrugMeasure | None = None
    billing_class: BillingClass | None = None
    notes: Notes | None = None

    def __attrs_post_init__(self) -> None:
        _not_negative(self, "gross", "discounted_cash", "minimum", "maximum")
        if self.gross is None and self.discounted_cash is None and not self.payer_rates:
            raise InvalidValue("StandardCharge", "must state a gross, cash or negotiated charge")


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
        _not_negative(self, "gross", "discounted_cash", "negotiated_dollar", "minimum", "maximum")
        _check_percentage("Price.negotiated_percentage", self.negotiated_percentage)
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
