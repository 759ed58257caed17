"""Amounts and percentages as files write them: plain numbers, brought to the cent.

Files give fractions of a cent; the amount is then rounded half up, which is said with it.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate

__all__ = ["ROUNDED_MONEY", "ROUNDED_RATE", "money_of", "number_of", "rate_of"]

ROUNDED_MONEY = "was rounded half up to the cent"
ROUNDED_RATE = "was rounded half up to the fourth decimal place"

_REMEMBERED = 16_384
"""Amounts that are read once only: price files repeat them over and over."""

_NUMBER = re.compile(r"\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}", re.ASCII)


@lru_cache(_REMEMBERED)
def number_of(text: str) -> Decimal:
    """The number above zero that a text is, in plain digits.

    Raises:
        InvalidValue: anything else, such as a sign, a currency or an exponent.
    """
    if _NUMBER.fullmatch(text) and (value := Decimal(text)):
        return value
    raise InvalidValue("number", "must be a plain number above zero")


@lru_cache(_REMEMBERED)
def money_of(value: Decimal) -> tuple[Money, bool]:
    """The amount to the cent, and whether it had to be rounded.

    Raises:
        InvalidValue: larger than any charge, or nothing when rounded.
    """
    rounded = _rounded(value, "0.01")
    return Money.of(rounded), rounded != value


@lru_cache(_REMEMBERED)
def rate_of(percent: Decimal) -> tuple[Rate, bool]:
    """The share that a percentage is, to its fourth decimal place, and whether it was rounded.

    Raises:
        InvalidValue: larger than any percentage, or nothing when rounded.
    """
    rounded = _rounded(percent, "0.0001")
    return Rate.percent(rounded), rounded != percent


def _rounded(value: Decimal, step: str) -> Decimal:
    if value >= 10**13:
        raise InvalidValue("number", "is larger than any charge")
    rounded = value.quantize(Decimal(step), ROUND_HALF_UP)
    if not rounded:
        raise InvalidValue("number", "is nothing when it is rounded")
    return rounded
