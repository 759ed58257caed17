"""Exact money and exact rates: integer cents, integer millionths, no floats.

Money.of("1234.50").portion(Rate.percent(20))      # $246.90
Money.of("100.00").split((1, 1, 1))                # 33.34, 33.33, 33.33: no cent is lost
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import LARGEST_INTEGER, checked

__all__ = ["Money", "Rate"]

_LARGEST_CENTS = 10**15
"""Ten trillion: far above any bill, and sums of thousands still fit every store."""


def _scaled(field: str, amount: object, places: int) -> int:
    """The amount times 10 to the power of `places`, which must come out whole."""
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise InvalidValue(field, "must be text, a whole number or a Decimal, never a float")
    if isinstance(amount, str) and (len(amount) > 64 or "_" in amount or not amount.isascii()):
        raise InvalidValue(field, "must be a plain decimal number")
    try:
        exact = Decimal(amount.strip() if isinstance(amount, str) else amount)
    except InvalidOperation:
        raise InvalidValue(field, "must be a plain decimal number") from None
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        raise InvalidValue(field, "must be a plain decimal number")
    # In whole numbers, since decimal arithmetic would round to the precision of its context.
    numerator, denominator = exact.as_integer_ratio()
    scaled, rest = divmod(numerator * int(10**places), denominator)
    if rest:
        raise InvalidValue(field, f"must not have more than {places} decimal places")
    return scaled


@frozen(field_transformer=checked)
class Rate:
    """A share such as a coinsurance, in millionths, so that 33.3333% is exact as written."""

    millionths: int

    @classmethod
    def percent(cls, percent: str | int | Decimal) -> "Rate":
        """`Rate.percent(20)` is a fifth; at most four decimal places.

        Raises:
            InvalidValue: not a plain decimal number, or more places.
        """
        return cls(_scaled("Rate.percent", percent, 4))

    @classmethod
    def of(cls, fraction: str | int | Decimal) -> "Rate":
        """`Rate.of("0.2")` is a fifth; at most six decimal places."""
        return cls(_scaled("Rate.of", fraction, 6))

    @property
    def complement(self) -> "Rate":
        """What is left of the whole."""
        return Rate(1_000_000 - self.millionths)

    def __str__(self) -> str:
        sign = "-" if self.millionths < 0 else ""
        whole, rest = divmod(abs(self.millionths), 10_000)
        return f"{sign}{whole}.{rest:04}".rstrip("0").rstrip(".") + "%"

    def __repr__(self) -> str:
        return f"Rate({self})"


@frozen(field_transformer=checked)
class Money:
    """An exact amount, in cents of one currency (ISO 4217); it may be negative."""

    cents: int
    currency: str = "USD"

    def __attrs_post_init__(self) -> None:
        if abs(self.cents) > _LARGEST_CENTS:
            raise InvalidValue("Money.cents", "is larger than any bill")
        if self.currency != "USD" and not (
            len(self.currency) == 3
            and self.currency.isascii()
            and self.currency.isalpha()
            and self.currency.isupper()
        ):
            raise InvalidValue("Money.currency", "must be three capital letters")

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str = "USD") -> "Money":
        """`Money.of("12.30")`; at most two decimal places, never a float.

        Raises:
            InvalidValue: not a plain decimal number, or a fraction of a cent.
        """
        return cls(_scaled("Money.of", amount, 2), currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str = "USD") -> "Money":
        """The sum; nothing at all is zero of `currency`."""
        cents, seen = 0, None
        for amount in amounts:
            if seen is not None and amount.currency != seen:
                raise InvalidValue("Money.currency", "amounts of different currencies do not add")
            cents, seen = cents + amount.cents, amount.currency
        return cls(cents, seen or currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise InvalidValue("Money.currency", "amounts of different currencies do not mix")
        return other.cents

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __mul__(self, units: int) -> "Money":
        if type(units) is not int:
            raise InvalidValue("Money", "is multiplied by whole numbers; use portion for a rate")
        return Money(self.cents * units, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.cents < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.cents <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.cents > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.cents >= self._same(other)

    def __bool__(self) -> bool:
        return self.cents != 0

    def portion(self, rate: Rate) -> "Money":
        """The share of this amount, rounded half up, away from zero, to the cent."""
        cents, rest = divmod(abs(self.cents * rate.millionths), 1_000_000)
        cents += rest >= 500_000
        return Money(-cents if self.cents * rate.millionths < 0 else cents, self.currency)

    def split(self, weights: Sequence[int]) -> tuple["Money", ...]:
        """Parts in proportion to the weights that add up to exactly this amount.

        Every part is within a cent of its exact share; the cents left over go to the largest
        remainders, the first of equals first.

        Raises:
            InvalidValue: no weights, a negative one, or all of them zero.
        """
        if not all(type(weight) is int and weight >= 0 for weight in weights):
            raise InvalidValue("weights", "must be whole numbers from 0")
        whole = sum(weights)
        if whole == 0 or whole > LARGEST_INTEGER:
            raise InvalidValue("weights", "must have a sum above 0 that every store can keep")
        shares = [divmod(abs(self.cents) * weight, whole) for weight in weights]
        left = abs(self.cents) - sum(share for share, _ in shares)
        by_remainder = sorted(range(len(shares)), key=lambda i: -shares[i][1])
        extra = set(by_remainder[:left])
        sign = -1 if self.cents < 0 else 1
        return tuple(
            Money(sign * (share + (i in extra)), self.currency)
            for i, (share, _) in enumerate(shares)
        )

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        whole, cents = divmod(abs(self.cents), 100)
        unit = "$" if self.currency == "USD" else f"{self.currency} "
        return f"{sign}{unit}{whole:,}.{cents:02}"

    def __repr__(self) -> str:
        return f"Money({self})"
