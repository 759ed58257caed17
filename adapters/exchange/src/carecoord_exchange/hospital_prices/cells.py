"""One item of a price file in bare text, and its cells read by their types."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.amounts import (
    ROUNDED_MONEY,
    ROUNDED_RATE,
    money_of,
    number_of,
    rate_of,
)
from carecoord_exchange.problems import Findings

__all__ = ["NINE_NINES", "Cells", "Draft"]

NINE_NINES = Decimal(999_999_999)
"""What files state where an amount is not known."""

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=Enum)


@frozen
class Draft:
    """One item in bare text, blanks taken off; a field that is not stated is missing or empty.

    `item` has description, setting, modifiers, gross, discounted_cash, minimum, maximum,
    drug_unit, drug_type, billing_class and notes; `codes` are pairs of code and type; each of
    `rates` has payer_name, plan_name, dollar, percentage, algorithm, methodology, notes and the
    allowed amounts. `place` says where a field stands in the file; its number is that of the
    code or rate. `names_each_payer` is false where the payers are named by columns, whether or
    not they have a rate for the item.
    """

    item: Mapping[str, str]
    codes: Sequence[tuple[str, str]]
    rates: Sequence[Mapping[str, str]]
    place: Callable[[str, int | None], str]
    names_each_payer: bool = True


class Cells:
    """Reads the cells of a draft; faults go to the findings, and `failed` remembers one."""

    def __init__(self, draft: Draft, findings: Findings) -> None:
        self.draft = draft
        self.findings = findings
        self.failed = False

    def text(self, field: str, number: int | None) -> str:
        """The cell of a field, of the item or of a rate."""
        holder = self.draft.item if number is None else self.draft.rates[number]
        return holder.get(field, "")

    def number(
        self, field: str, number: int | None = None, *, required: bool = False
    ) -> Decimal | None:
        """The number above zero in a cell; None if there is none."""
        text = self.text(field, number)
        if text or required:
            try:
                return number_of(text)
            except InvalidValue as invalid:
                self.error(field, invalid.reason if text else "must not be blank", number)
        return None

    def amount(self, field: str, number: int | None = None) -> Money | None:
        """The amount in a cell, to the cent; None if there is none."""
        value = self.number(field, number)
        if value == NINE_NINES:
            self.warning(field, "nine nines stand for no amount; not taken", number)
            return None
        return self._brought(money_of, ROUNDED_MONEY, value, field, number)

    def percentage(self, number: int) -> Rate | None:
        """The percentage of a rate; None if there is none."""
        value = self.number("percentage", number)
        return self._brought(rate_of, ROUNDED_RATE, value, "percentage", number)

    def _brought(
        self,
        bring: Callable[[Decimal], tuple[T, bool]],
        how: str,
        value: Decimal | None,
        field: str,
        number: int | None,
    ) -> T | None:
        if value is None:
            return None
        try:
            brought, rounded = bring(value)
        except InvalidValue as invalid:
            self.error(field, invalid.reason, number)
            return None
        if rounded:
            self.warning(field, how, number)
        return brought

    def choice(
        self,
        choices: type[EnumT],
        field: str,
        number: int | None = None,
        *,
        required: bool = False,
        upper: bool = False,
        unknown_is_warning: bool = False,
    ) -> EnumT | None:
        """The member of an enumeration that a cell names; None if there is none."""
        text = self.text(field, number)
        if not text:
            if required:
                self.error(field, "must not be blank", number)
            return None
        try:
            return choices(" ".join((text.upper() if upper else text.lower()).split()))
        except ValueError:
            names = ", ".join(str(choice.value) for choice in choices)
            if unknown_is_warning:
                self.warning(field, "is not known; not taken", number)
            else:
                self.error(field, f"must be one of {names}", number)
            return None

    def invalid(self, invalid: InvalidValue, number: int | None = None) -> None:
        """What the value itself refuses, such as text that no store can keep."""
        field = invalid.field.rpartition(".")[2]
        own = {"negotiated_algorithm": "algorithm", "negotiated_dollar": "dollar"}
        self.error(own.get(field, field), invalid.reason, number)

    def warning(self, field: str, reason: str, number: int | None = None) -> None:
        """Note what was taken, only not as it stands."""
        self.findings.warning(self.draft.place(field, number), reason)

    def error(self, field: str, reason: str, number: int | None = None) -> None:
        """Note what was left out, and why."""
        self.failed = True
        self.findings.error(self.draft.place(field, number), reason)
