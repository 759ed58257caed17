"""Reading a hospital price CSV, tall or wide, row by row."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import chain

from attrs import evolve

from carecoord.estimates.prices import PayerRate, StandardCharge
from carecoord_exchange.hospital_prices.cells import Draft
from carecoord_exchange.hospital_prices.charges import ModifierTerms, charge_of, further_rates_of
from carecoord_exchange.hospital_prices.columns import Columns, columns_of
from carecoord_exchange.hospital_prices.dictionary import Edition
from carecoord_exchange.hospital_prices.hospital import Hospital, hospital_of
from carecoord_exchange.hospital_prices.rows import CsvRows
from carecoord_exchange.hospital_prices.wanted import EVERYTHING, Wanted
from carecoord_exchange.problems import FileRefused, Findings, Problem
from carecoord_exchange.sources import Source, name_of, opened, refused

__all__ = ["CsvPrices", "ItemRows", "Read"]

Read = StandardCharge | ModifierTerms | Problem
"""What a price file yields: a charge, the terms of a modifier, or a problem with its place."""

_MOST_RATES = 10_000
"""Rates gathered into one charge, so that a file of one endless item still needs little memory."""


class CsvPrices:
    """An open hospital price CSV: the hospital at once, the charges as they are read.

    With some codes or payers wanted, it reads as if the file had no other rows.

    Rows that follow one another and differ only in the payer are one charge with several rates.
    """

    def __init__(self, source: Source, wanted: Wanted = EVERYTHING) -> None:
        self.file = name_of(source)
        self.wanted = wanted
        self._open = ExitStack()
        self.encoding: list[Problem] = []
        try:
            stream = self._open.enter_context(opened(source))
            self.rows = CsvRows(stream, file=self.file, not_utf_8=self._not_utf_8)
            self.hospital, self.columns, self.warnings = self._head()
            self._first = next(_filled(iter(self.rows)), None)
            if self._first is None:
                raise refused(self.file, "there are no prices below the headers", entry=4)
        except BaseException:
            self._open.close()
            raise

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    def __iter__(self) -> Iterator[Read]:
        return (read for _, read in self.placed())

    def placed(self) -> Iterator[tuple[tuple[int, ...], Read]]:
        """What is read, and of a charge also the row of the item and those of its rates."""
        yield from (((), warning) for warning in self.warnings)
        items = ItemRows(self)
        pending: StandardCharge | None = None
        rates: list[PayerRate] = []
        rows: list[int] = []
        for number, row in self.remaining():
            problems, read, further = items.take(number, row)
            if read is not None and pending is not None:
                yield tuple(rows), evolve(pending, payer_rates=tuple(rates))
                pending = None
            yield from (((), problem) for problem in problems)
            if isinstance(read, StandardCharge):
                pending, rates, rows = read, [], [number]
            elif read is not None:
                yield from (((), terms) for terms in read)
            rates += further
            rows += [number] * len(further)
        if pending is not None:
            yield tuple(rows), evolve(pending, payer_rates=tuple(rates))
        yield from (((), problem) for problem in self.encoding)

    def _not_utf_8(self, line: int) -> None:
        if not self.encoding:
            reason = "is not UTF-8 text; read as Windows-1252"
            self.encoding.append(Problem(self.file, None, f"line {line}", reason, True))

    def first(self) -> Iterator[tuple[int, list[str]]]:
        """The first row that is not blank, with its number, if it was not taken before."""
        first, self._first = self._first, None
        return iter(() if first is None else (first,))

    def remaining(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are left and are not blank, with their numbers."""
        rows = chain(self.first(), _filled(self._sifted()))
        if self.wanted is EVERYTHING:
            return rows
        return ((number, row) for number, row in rows if self._is_wanted(row))

    def _sifted(self) -> Iterator[tuple[int, list[str]]]:
        """The rows, perhaps without some that are not wanted."""
        codes, payers = self.wanted.code_words, self.wanted.payer_words
        if self.columns.tall is None:
            payers = None
        if codes is not None:
            return self.rows.holding(codes, payers)
        return iter(self.rows) if payers is None else self.rows.holding(payers)

    def _is_wanted(self, row: list[str]) -> bool:
        columns, width = self.columns, len(row)

        def cell(index: int) -> str:
            return row[index].strip() if index < width else ""

        if not self.wanted.has_code((cell(code), cell(kind)) for code, kind in columns.codes):
            return False
        if columns.tall is not None:
            names = (cell(columns.tall["payer_name"]), cell(columns.tall["plan_name"]))
            return self.wanted.has_payer(*names)
        return self.wanted.payers is None or any(
            map(cell, (index for places in columns.wide.values() for index in places.values()))
        )

    def _head(self) -> tuple[Hospital, Columns, list[Problem]]:
        rows = []
        problems: list[Problem] = []
        first = iter(self.rows)
        for number in (1, 2, 3):
            _, row = next(first, (number, []))
            rows.append(row)
            if not any(map(str.strip, row)):
                problems.append(Problem(self.file, number, f"row {number}", "must not be blank"))
        if problems:
            raise FileRefused(problems)
        head = Findings(self.file, 1)
        hospital = hospital_of(rows[0], rows[1], head)
        below = Findings(self.file, 3)
        edition = hospital.edition if hospital else _edition_of(rows[0], rows[1])
        columns = columns_of(rows[2], edition, below) if edition else None
        if hospital is None or columns is None or head.failed or below.failed:
            raise FileRefused([*head.problems, *below.problems])
        wide = {plan: at for plan, at in columns.wide.items() if self.wanted.has_payer(*plan)}
        columns = evolve(columns, wide=wide)
        return hospital, columns, [*head.problems, *below.problems]

    def draft(self, row: list[str]) -> Draft:
        """The item of a row, in bare text."""
        columns = self.columns
        width = len(row)

        def cells(places: Mapping[str, int]) -> dict[str, str]:
            return {
                name: text
                for name, index in places.items()
                if index < width and (text := row[index].strip())
            }

        item = cells(columns.item)
        pairs = [
            (
                row[code].strip() if code < width else "",
                row[kind].strip() if kind < width else "",
                (code, kind),
            )
            for code, kind in columns.codes
        ]
        pairs = [pair for pair in pairs if pair[0] or pair[1]]
        groups: list[tuple[dict[str, str], Mapping[str, int]]] = []
        if columns.tall is not None:
            rate = cells(columns.tall)
            if rate:
                if "notes" in item:
                    rate["notes"] = item.pop("notes")
                groups.append((rate, {**columns.tall, "notes": columns.item["notes"]}))
        else:
            for (payer, plan), places in columns.wide.items():
                if rate := cells(places):
                    named = {"payer_name": payer, "plan_name": plan}
                    groups.append((rate | named, places))

        def place(field: str, number: int | None) -> str:
            if field in ("code", "code_type"):
                kind = field == "code_type"
                if number is None or number >= len(pairs):
                    return "code|1"
                return columns.headers[pairs[number][2][kind]]
            index = columns.item.get(field) if number is None else groups[number][1].get(field)
            return columns.header(index, field)

        return Draft(
            item=item,
            codes=[(code, kind) for code, kind, _ in pairs],
            rates=[rate for rate, _ in groups],
            place=place,
            names_each_payer=columns.tall is not None,
        )


class ItemRows:
    """Makes items of rows: one that only adds a payer's rate goes with the item before it."""

    def __init__(self, prices: CsvPrices) -> None:
        self._prices = prices
        self._edition = prices.hospital.edition
        self._charge: StandardCharge | None = None
        self._sound: Draft | None = None
        self._rates = 0

    def take(
        self, number: int, row: list[str]
    ) -> tuple[list[Problem], StandardCharge | tuple[ModifierTerms, ...] | None, list[PayerRate]]:
        """The problems of the row; the item that it starts, or None; and the rates it adds."""
        findings = Findings(self._prices.file, number)
        draft = self._prices.draft(row)
        if self._charge is not None and self.left > 0 and _same_item(draft, self._sound):
            # Nothing was wrong with the item, so only the payers' rates are read.
            further = further_rates_of(draft, self._edition, findings, self._charge)
            self._rates += len(further)
            return findings.problems, None, further
        read = charge_of(draft, self._edition, findings)
        self._charge = self._sound = None
        if not isinstance(read, StandardCharge):
            return findings.problems, read, []
        self._charge, self._rates = read, len(read.payer_rates)
        self._sound = None if findings.problems else draft
        return findings.problems, read, list(read.payer_rates)

    @property
    def left(self) -> int:
        """How many rates the item can still take."""
        return _MOST_RATES - self._rates

    @property
    def is_sound(self) -> bool:
        """Whether there is an item with rates, and rows about it need no more than their rates."""
        return self._sound is not None and bool(self._sound.rates)

    def add(self, rates: int) -> None:
        """Count rates that were read elsewhere from rows about the item."""
        self._rates += rates


def _filled(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, row) for number, row in rows if any(map(str.strip, row)))


def _edition_of(headers: list[str], values: list[str]) -> Edition | None:
    for header, value in zip(headers, values, strict=False):
        if header.strip().lower() == "version":
            return Edition.of(value.strip().lower())
    return None


def _same_item(draft: Draft, other: Draft | None) -> bool:
    """Whether both are about one item, word for word, and state rates for it."""
    return (
        other is not None
        and bool(draft.rates and other.rates)
        and draft.item == other.item
        and draft.codes == other.codes
    )
