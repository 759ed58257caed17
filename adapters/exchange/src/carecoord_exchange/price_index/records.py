"""What an index keeps: items, and their rates, each rate in a row of a fixed size."""

import json
import struct
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from attrs import frozen

from carecoord.estimates.prices import (
    AllowedAmounts,
    BillingClass,
    DrugMeasure,
    DrugUnit,
    Methodology,
    PayerRate,
    Remittances,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId
from carecoord.kernel.money import Money
from carecoord_exchange.payer_prices import NetworkRate

__all__ = [
    "ITEM",
    "NOTHING",
    "RATE",
    "IndexedFile",
    "IndexedItem",
    "Terms",
    "allowed_of",
    "amounts_of",
    "charge_text",
    "network_text",
    "text_of",
]

ITEM = struct.Struct("<QIIII")
"""Of an item: its first rate, how many it has, its text, its file, its row."""
RATE = struct.Struct("<IIIIqqqqqqqq")
"""Of a rate: plan, terms, row, nothing; dollar, percentage; median, 10th and 90th percentile,
estimated; least and most remittances. Money is in cents, a percentage in millionths."""
NOTHING = -1
"""Stands for an amount that is not stated."""


def text_of(*parts: object) -> bytes:
    """Parts as one text of JSON."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()


@frozen
class IndexedFile:
    """A file that an index was built from: whose prices, as of which day, in which version.

    `first_row` is 1 where rows are counted as in a spreadsheet, and 0 for elements of an array.
    """

    name: str
    holder: str
    updated: date
    version: str
    first_row: int


@frozen
class IndexedItem:
    """An item as an index keeps it, and the fee schedule that its prices are in."""

    fee_schedule: FeeScheduleId
    file: int
    row: int
    first_rate: int
    rates: int
    description: str
    codes: tuple[Code, ...]
    setting: Setting
    modifiers: tuple[str, ...]
    billing_class: BillingClass | None
    gross: Money | None
    discounted_cash: Money | None
    minimum: Money | None
    maximum: Money | None
    drug: DrugMeasure | None
    notes: str | None

    @classmethod
    def of(
        cls, fee_schedule: FeeScheduleId, record: bytes, text: Callable[[int], bytes]
    ) -> "IndexedItem":
        """From its record, and its text as `charge_text` and `network_text` give it."""
        first_rate, rates, number, file, row = ITEM.unpack(record)
        description, codes, setting, modifiers, billing, amounts, drug, notes = json.loads(
            text(number)
        )
        gross, cash, minimum, maximum = (None if one is None else Money(one) for one in amounts)
        return cls(
            fee_schedule, file, row, first_rate, rates, description,
            tuple(Code(*code) for code in codes), Setting(setting), tuple(modifiers),
            None if billing is None else BillingClass(billing), gross, cash, minimum, maximum,
            None if drug is None else DrugMeasure(Decimal(drug[0]), DrugUnit(drug[1])), notes,
        )  # fmt: skip


def charge_text(charge: StandardCharge) -> bytes:
    """Everything of a charge but its rates."""
    amounts = (charge.gross, charge.discounted_cash, charge.minimum, charge.maximum)
    drug = charge.drug
    return _item_text(
        charge.description, charge.codes, charge.setting, charge.modifiers, charge.billing_class,
        amounts, None if drug is None else (str(drug.quantity), drug.unit.value), charge.notes,
    )  # fmt: skip


def network_text(rate: NetworkRate) -> bytes:
    """The item that a payer's rate is for."""
    return _item_text(
        rate.name, (rate.code,), rate.setting, rate.modifiers, rate.billing_class, (None,) * 4,
        None, None,
    )  # fmt: skip


def _item_text(
    description: str,
    codes: tuple[Code, ...],
    setting: Setting,
    modifiers: tuple[str, ...],
    billing: BillingClass | None,
    amounts: tuple[Money | None, ...],
    drug: tuple[str, str] | None,
    notes: str | None,
) -> bytes:
    return text_of(
        description, [(code.system, code.value) for code in codes], setting.value, modifiers,
        None if billing is None else billing.value,
        [None if one is None else one.cents for one in amounts], drug, notes,
    )  # fmt: skip


@frozen
class Terms:
    """What is said of a rate in words, and until when it holds."""

    methodology: Methodology | None
    algorithm: str | None
    notes: str | None
    last_day: date | None

    @classmethod
    def of(cls, text: bytes) -> "Terms":
        """From the text that `text` gives."""
        methodology, algorithm, notes, last_day = json.loads(text)
        return cls(
            None if methodology is None else Methodology(methodology), algorithm, notes,
            None if last_day is None else date.fromisoformat(last_day),
        )  # fmt: skip

    @property
    def text(self) -> bytes:
        """As an index keeps it."""
        return text_of(
            None if self.methodology is None else self.methodology.value, self.algorithm,
            self.notes, None if self.last_day is None else self.last_day.isoformat(),
        )  # fmt: skip


def amounts_of(rate: PayerRate) -> tuple[int, ...]:
    """The amounts of a rate in the order of `RATE`."""
    allowed = rate.allowed or AllowedAmounts()
    count = allowed.count
    return (
        _cents(rate.negotiated_dollar),
        NOTHING if rate.negotiated_percentage is None else rate.negotiated_percentage.millionths,
        _cents(allowed.median), _cents(allowed.percentile_10), _cents(allowed.percentile_90),
        _cents(allowed.estimated),
        *((NOTHING, NOTHING) if count is None else (count.least, count.most)),
    )  # fmt: skip


def _cents(amount: Money | None) -> int:
    return NOTHING if amount is None else amount.cents


def allowed_of(
    amounts: tuple[int, ...], money: Callable[[int], Money | None]
) -> AllowedAmounts | None:
    """What was allowed in the past, of the last six amounts of a rate; None if nothing is known."""
    if amounts == (NOTHING,) * 6:
        return None
    median, low, high, estimated, least, most = amounts
    return AllowedAmounts(
        money(median), money(low), money(high),
        None if least == NOTHING else Remittances(least, most), money(estimated),
    )  # fmt: skip
