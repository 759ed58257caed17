"""Prices: what a hospital or office charges, takes in cash, and has negotiated with payers.

    StandardCharge(
        "MRI of the brain", (Code(CPT, "70551"),), Setting.OUTPATIENT, gross=Money.of(1200),
        payer_rates=(PayerRate("Platform Health", "PPO", negotiated_dollar=Money.of(400)),),
    )

A `StandardCharge` is one item of a price file with everything said about it; `fee_schedules`
makes prices of it that can be looked up. An amount that is not stated is None, never zero.

Source: 45 CFR 180.20 and 180.50; the CMS data dictionary for hospital price files, 2.0 to 3.0.
"""

from decimal import Decimal
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import Count, Text, checked

__all__ = [
    "AllowedAmounts",
    "BillingClass",
    "DrugMeasure",
    "DrugUnit",
    "Methodology",
    "PayerRate",
    "Remittances",
    "Setting",
    "StandardCharge",
    "check_not_negative",
    "check_percentage",
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


def check_not_negative(owner: object, *names: str) -> None:
    """Refuse a negative amount in one of these fields."""
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
        check_not_negative(self, "median", "percentile_10", "percentile_90", "estimated")


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
        check_not_negative(self, "negotiated_dollar")
        check_percentage("PayerRate.negotiated_percentage", self.negotiated_percentage)
        stated = (self.negotiated_dollar, self.negotiated_percentage, self.negotiated_algorithm)
        if stated == (None, None, None):
            raise InvalidValue("PayerRate", "must state a dollar amount, percentage or algorithm")


def check_percentage(name: str, rate: Rate | None) -> None:
    """Refuse a negative percentage."""
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
        check_not_negative(self, "gross", "discounted_cash", "minimum", "maximum")
        if self.gross is None and self.discounted_cash is None and not self.payer_rates:
            raise InvalidValue("StandardCharge", "must state a gross, cash or negotiated charge")
