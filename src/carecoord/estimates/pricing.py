"""Pricing: from an entry of a fee schedule to the line of an estimate.

    service_line(price, category="imaging", units=2)
    expected_charge(price, units=2)                     # what a self-pay patient is expected to pay

A price that is only known as an algorithm is bounded by what the payer has allowed before, where
that is stated; else the allowed amount stays unknown.
"""

from carecoord.estimates.fee_schedules import Price
from carecoord.estimates.prices import Methodology
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money

__all__ = ["allowed_amount", "allowed_bounds", "expected_charge", "gross_charge", "service_line"]


def gross_charge(price: Price, units: int = 1) -> Money | None:
    """What is billed for so many units before anything is taken off."""
    return None if price.gross is None else price.gross * units


def allowed_amount(price: Price, units: int = 1) -> Money | None:
    """What the contract allows for so many units, or None where no amount can be derived.

    A negotiated dollar amount goes before a percentage of the gross charge. A case rate is for
    the case, whatever the units; a per diem is for each day, and days are the units.

    Source: 45 CFR 180.50(b)(2)(ii); CMS data dictionary, standard charge methodology.
    """
    if price.negotiated_dollar is not None:
        if price.methodology is Methodology.CASE_RATE:
            return price.negotiated_dollar
        return price.negotiated_dollar * units
    if price.negotiated_percentage is not None and price.gross is not None:
        return (price.gross * units).portion(price.negotiated_percentage)
    return None


def allowed_bounds(price: Price, units: int = 1) -> tuple[Money, Money] | None:
    """The 10th and 90th percentile of what the payer has allowed, where both are stated.

    They bound what is usual, not what is possible; an estimate says that it rests on them.
    """
    allowed = price.allowed
    if allowed is None or allowed.percentile_10 is None or allowed.percentile_90 is None:
        return None
    low, high = sorted((allowed.percentile_10, allowed.percentile_90))
    return low * units, high * units


def expected_charge(price: Price, units: int = 1) -> Money | None:
    """What an uninsured or self-pay patient is expected to pay: the cash price, else the charge.

    Source: 45 CFR 149.610(a)(2)(v).
    """
    cash = price.discounted_cash
    return gross_charge(price, units) if cash is None else cash * units


def service_line(
    price: Price,
    *,
    category: str | None = None,
    units: int = 1,
    authorized: bool | None = None,
    referred: bool | None = None,
) -> ServiceLine:
    """The line that this price makes for so many units, under the first of its codes."""
    allowed = allowed_amount(price, units)
    return ServiceLine(
        price.codes[0],
        category,
        gross_charge(price, units),
        allowed,
        None if allowed is not None else allowed_bounds(price, units),
        units,
        authorized,
        referred,
    )
