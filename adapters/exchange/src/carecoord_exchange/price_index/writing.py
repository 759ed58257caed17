"""Writing an index: items one after another, each with its rates, and what finds them."""

import os
import struct
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from attrs import asdict

from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId
from carecoord_exchange.price_index.layout import SectionsWriter
from carecoord_exchange.price_index.records import ITEM, RATE, IndexedFile, Terms, text_of

__all__ = ["IndexWriter", "key_of"]

SECTIONS = ("items", "rates", "rate_plans", "texts", "text_ends", "keys", "targets")
"""`items` and `rates` are records; `rate_plans` repeats the plan of each rate, to be looked
through at once; each of `texts` ends at one of `text_ends`; `keys` are sorted, each with a target:
that of a code leads to an item, those of a payer and a plan to the text that names the plan."""

_REMEMBERED = 50_000
"""Texts that are kept once only, so that a file of endless different notes needs little memory."""
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")


def key_of(kind: str, name: str, within: str | None) -> int:
    """The number under which something is found: a `code`, or the plans of a `payer`."""
    whole = f"{kind}\0{name}" if within is None else f"{kind}\0{name}\0{within}"
    return int.from_bytes(blake2b(whole.encode(), digest_size=8).digest(), "little")


class IndexWriter:
    """Takes items and their rates, in order, and writes the index at the end."""

    def __init__(self, into: str | os.PathLike[str], fee_schedule: FeeScheduleId) -> None:
        self._fee_schedule = fee_schedule
        self._writer = SectionsWriter(into, SECTIONS)
        self._sections = self._writer.sections
        self._files: list[IndexedFile] = []
        self._items = self.rates = self.priced = 0
        self._item: tuple[int, int, int] | None = None
        self._texts: dict[bytes, int] = {}
        self._text_end = self._text_count = 0
        self._keys, self._targets = array("Q"), array("I")

    def close(self) -> None:
        """Let go of what is not finished."""
        self._writer.close()

    def start(self, file: IndexedFile) -> None:
        """The items that follow are of this file."""
        self._end_item()
        self._files.append(file)

    def item(self, text: bytes, codes: Sequence[Code], row: int, *, priced: bool) -> None:
        """Start an item; it is `priced` where it has a price for nobody in particular."""
        self._end_item()
        self._item = (self.rates, self._text(text), row)
        self.priced += priced
        for code in codes:
            self._key(key_of("code", code.system, code.value), self._items)

    def plan(self, payer_name: str, plan_name: str | None) -> int:
        """The number of a payer's plan."""
        text = text_of(payer_name, plan_name)
        known = self._texts.get(text)
        if known is None:
            known = self._remembered(text)
            self._key(key_of("payer", payer_name, None), known)
            self._key(key_of("plan", payer_name, plan_name), known)
        return known

    def terms(self, terms: Terms) -> int:
        """The number of the words of a rate."""
        known = self._texts.get(terms.text)
        return self._remembered(terms.text) if known is None else known

    def rate(self, plan: int, terms: int, row: int, amounts: tuple[int, ...]) -> None:
        """Give the item a rate."""
        self.more_rates(RATE.pack(plan, terms, row, 0, *amounts), _U32.pack(plan))

    def more_rates(self, records: bytes, plans: bytes) -> None:
        """Give the item rates whose records are made, and the plan of each once more."""
        self._sections["rates"].write(records)
        self._sections["rate_plans"].write(plans)
        self.rates += len(plans) // 4

    def finish(self) -> None:
        """Write it all.

        Raises:
            FileRefused: it cannot be written; what was there before is still there.
        """
        self._end_item()
        order = sorted(zip(self._keys, self._targets, strict=True))
        for key, target in order:
            self._sections["keys"].write(_U64.pack(key))
            self._sections["targets"].write(_U32.pack(target))
        files = [{**asdict(file), "updated": file.updated.isoformat()} for file in self._files]
        contents: dict[str, Any] = {"fee_schedule": self._fee_schedule, "files": files}
        self._writer.finish({**contents, "items": self._items, "prices": self.prices})

    @property
    def items(self) -> int:
        """How many items there are."""
        return self._items + (self._item is not None)

    @property
    def prices(self) -> int:
        """How many prices there are."""
        return self.rates + self.priced

    def _end_item(self) -> None:
        if self._item is not None:
            first, text, row = self._item
            record = ITEM.pack(first, self.rates - first, text, len(self._files) - 1, row)
            self._sections["items"].write(record)
            self._items += 1
            self._item = None

    def _key(self, key: int, target: int) -> None:
        self._keys.append(key)
        self._targets.append(target)

    def _remembered(self, text: bytes) -> int:
        if len(self._texts) >= _REMEMBERED:
            self._texts.clear()
        self._texts[text] = number = self._text(text)
        return number

    def _text(self, text: bytes) -> int:
        self._text_end += len(text)
        self._sections["texts"].write(text)
        self._sections["text_ends"].write(_U64.pack(self._text_end))
        self._text_count += 1
        return self._text_count - 1
