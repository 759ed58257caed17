"""Looking prices up in an index."""

import json
import os
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from types import TracebackType
from typing import Literal

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.fee_schedules import Price, PriceList
from carecoord.estimates.prices import BillingClass, Setting
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.price_ids import price_id
from carecoord_exchange.price_index.building import PriceFile, PricesIndexed, build_index
from carecoord_exchange.price_index.layout import Sections
from carecoord_exchange.price_index.records import (
    ITEM,
    NOTHING,
    RATE,
    IndexedFile,
    IndexedItem,
    Terms,
    allowed_of,
)
from carecoord_exchange.price_index.writing import key_of

__all__ = ["PlacedPrice", "PriceIndex"]

_REMEMBERED = 16_384
"""Items, plans and amounts that are kept once they were looked up."""


@frozen
class PlacedPrice:
    """A price, the file that it comes from, and its row there."""

    price: Price
    file: IndexedFile
    row: int


class PriceIndex:
    """An open index of price files, on disk: memory stays flat, whatever its size.

    It can be used from several threads. Close it, or use it in a `with` statement.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._sections = Sections(path)
        contents = self._sections.contents
        self.fee_schedule = FeeScheduleId(contents["fee_schedule"])
        self.files = tuple(
            IndexedFile(**{**file, "updated": date.fromisoformat(file["updated"])})
            for file in contents["files"]
        )
        self.items: int = contents["items"]
        self.prices: int = contents["prices"]
        self._closed = False
        self._views: dict[str, memoryview] = {}
        self._item = lru_cache(_REMEMBERED)(self._read_item)
        self._plan = lru_cache(_REMEMBERED)(self._read_plan)
        self._terms = lru_cache(_REMEMBERED)(lambda number: Terms.of(self._text(number)))
        self._plans = lru_cache(_REMEMBERED)(self._read_plans)

    @classmethod
    def build(
        cls,
        files: Iterable[PriceFile],
        into: str | os.PathLike[str],
        *,
        fee_schedule: FeeScheduleId,
        progress: Callable[[int], object] = lambda count: None,
    ) -> PricesIndexed:
        """Write an index of price files that are open, as a stream; it appears whole or not at all.

        A tall CSV is read in columns where Polars is installed; what that cannot be sure of is read
        row by row, and so is everything else. A payer's file has to be open for the providers it
        is wanted for. `progress` is told how many prices more there are.

        Raises:
            FileRefused: a file is not well-formed from some place on, or the index cannot be
                written; what was there before is still there.
            InvalidValue: a payer's file is open for every provider, or the fee schedule is no id.
        """
        return build_index(files, into, fee_schedule=fee_schedule, progress=progress)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "PriceIndex":
        """The index at this path; opening takes no longer for a larger one.

        Raises:
            FileRefused: it is none, of another format, cut short or damaged. Damage elsewhere is
                found, and raised, when that place is read.
        """
        return cls(path)

    def close(self) -> None:
        """Let go of the file."""
        self._closed = True
        for view in self._views.values():
            view.release()
        self._views.clear()
        self._sections.close()

    def __enter__(self) -> "PriceIndex":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def verify(self) -> None:
        """Read and check every byte.

        Raises:
            FileRefused: something is damaged.
        """
        self._check_open()
        self._sections.verify()

    def prices_for(
        self,
        code: Code,
        *,
        payer_name: str | None = None,
        plan_name: str | None = None,
        setting: Setting | None = None,
        billing_class: BillingClass | None = None,
    ) -> tuple[Price, ...]:
        """The prices of a code, in the order of the files; those of a payer, or of its plan alone.

        With no payer named, also those for nobody in particular. A price for both settings holds in
        each; one for both billing classes, or that does not state any, for each.

        Raises:
            FileRefused: that place of the index is damaged.
        """
        if plan_name is not None and payer_name is None:
            raise InvalidValue("payer_name", "must be stated with a plan")
        plans = None if payer_name is None else self._plans(payer_name, plan_name)
        return tuple(
            self._price(item, rate)
            for item in self._items_of(code)
            if (setting is None or item.setting.covers(setting))
            and (
                billing_class is None
                or item.billing_class in (None, BillingClass.BOTH, billing_class)
            )
            for rate in self._rates_of(item, plans, anybody=payer_name is None)
        )

    def placed_prices_for(self, code: Code) -> tuple[PlacedPrice, ...]:
        """The prices of a code, each with the file and row that it comes from."""
        return tuple(
            PlacedPrice(
                self._price(item, rate),
                self.files[item.file],
                item.row if rate is None else rate[2],
            )
            for item in self._items_of(code)
            for rate in self._rates_of(item, None, anybody=True)
        )

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
        """The price in force on the day, or None, as `PriceList.find` picks it."""
        plans: tuple[int, ...] = ()
        if payer_name is not None:
            plans = self._plans(payer_name, "")
            if plan_name is not None:
                plans += self._plans(payer_name, plan_name)
        wanted = sorted(modifiers)
        found = (
            self._price(item, rate)
            for item in self._items_of(code)
            if item.setting.covers(setting) and sorted(item.modifiers) == wanted
            for rate in self._rates_of(item, plans, anybody=True)
        )
        return PriceList(found).find(
            code, on=on, payer_name=payer_name, plan_name=plan_name, setting=setting,
            modifiers=wanted,
        )  # fmt: skip

    def _items_of(self, code: Code) -> Iterator[IndexedItem]:
        for number in self._targets(key_of("code", code.system, code.value)):
            item = self._item(number)
            if code in item.codes:
                yield item

    def _rates_of(
        self, item: IndexedItem, plans: Sequence[int] | None, *, anybody: bool
    ) -> Iterator[tuple[int, ...] | None]:
        """The rates of an item, of these plans or all; None is what anybody is charged."""
        if anybody and (item.gross is not None or item.discounted_cash is not None):
            yield None
        if plans is None:
            chosen: Iterable[int] = range(item.rates)
        elif len(plans) == 0 or item.rates == 0:
            return
        else:
            held = memoryview(
                self._sections.bytes_of("rate_plans", 4 * item.first_rate, 4 * item.rates)
            ).cast("I").tolist()  # fmt: skip
            if len(plans) == 1 and held.count(plans[0]) == 1:
                chosen = (held.index(plans[0]),)
            else:
                chosen = (place for place, plan in enumerate(held) if plan in plans)
        for place in chosen:
            at = RATE.size * (item.first_rate + place)
            yield RATE.unpack(self._sections.bytes_of("rates", at, RATE.size))

    def _price(self, item: IndexedItem, rate: tuple[int, ...] | None) -> Price:
        payer_name = plan_name = allowed = percentage = dollar = None
        terms = _NO_TERMS
        if rate is not None:
            payer_name, plan_name = self._plan(rate[0])
            terms = self._terms(rate[1])
            dollar = _money(rate[4])
            percentage = None if rate[5] == NOTHING else Rate(rate[5])
            allowed = allowed_of(rate[6:], _money)
        return Price(
            id=price_id(item, payer_name, plan_name),
            fee_schedule=self.fee_schedule,
            codes=item.codes,
            description=item.description,
            setting=item.setting,
            modifiers=item.modifiers,
            billing_class=item.billing_class,
            payer_name=payer_name,
            plan_name=plan_name,
            gross=item.gross,
            discounted_cash=item.discounted_cash,
            negotiated_dollar=dollar,
            negotiated_percentage=percentage,
            negotiated_algorithm=terms.algorithm,
            methodology=terms.methodology,
            allowed=allowed,
            minimum=item.minimum,
            maximum=item.maximum,
            drug=item.drug,
            notes=terms.notes or item.notes,
            first_day=self.files[item.file].updated,
            last_day=terms.last_day,
        )

    def _read_item(self, number: int) -> IndexedItem:
        record = self._sections.bytes_of("items", ITEM.size * number, ITEM.size)
        return IndexedItem.of(self.fee_schedule, record, self._text)

    def _read_plan(self, number: int) -> tuple[str, str | None]:
        payer_name, plan_name = json.loads(self._text(number))
        return payer_name, plan_name

    def _read_plans(self, payer_name: str, plan_name: str | None) -> tuple[int, ...]:
        """The numbers of a payer's plan, or of all its plans; with "" of no plan by name."""
        if plan_name is None:
            found = self._targets(key_of("payer", payer_name, None))
            return tuple(one for one in found if self._plan(one)[0] == payer_name)
        names = (payer_name, plan_name or None)
        found = self._targets(key_of("plan", *names))
        return tuple(one for one in found if self._plan(one) == names)

    def _targets(self, key: int) -> list[int]:
        keys, targets = self._whole("keys", "Q"), self._whole("targets", "I")
        first = last = bisect_left(keys, key)
        while last < len(keys) and keys[last] == key:
            last += 1
        return targets[first:last].tolist()

    def _text(self, number: int) -> bytes:
        if number == 0:
            start, end = 0, *_ENDS.unpack(self._sections.bytes_of("text_ends", 0, 8))
        else:
            at = 8 * (number - 1)
            start, end = _TWO_ENDS.unpack(self._sections.bytes_of("text_ends", at, 16))
        return self._sections.bytes_of("texts", start, end - start)

    def _check_open(self) -> None:
        if self._closed:
            raise InvalidValue("PriceIndex", "is closed")

    def _whole(self, name: str, form: Literal["I", "Q"]) -> memoryview:
        self._check_open()
        if name not in self._views:
            self._views.setdefault(name, self._sections.whole(name, form))
        return self._views[name]


_NO_TERMS = Terms(None, None, None, None)
_ENDS, _TWO_ENDS = struct.Struct("<Q"), struct.Struct("<QQ")


@lru_cache(16_384)
def _money(cents: int) -> Money | None:
    return None if cents == NOTHING else Money(cents)
