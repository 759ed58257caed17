"""Reading a hospital price CSV, tall or wide, row by row."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from attrs import evolve

from carecoord.estimates.prices import PayerRate, StandardCharge
from carecoord_exchange.hospital_prices.cells import Draft
from carecoord_exchange.hospital_prices.charges import ModifierTerms, charge_of, further_rates_of
from carecoord_exchange.hospital_prices.columns import Columns, columns_of
from carecoord_exchange.hospital_prices.dictionary import Edition
from carecoord_exchange.hospital_prices.hospital import Hospital, hospital_of
from carecoord_exchange.problems import FileRefused, Findings, Problem
from carecoord_exchange.sources import Source, name_of, opened, refused, text_lines

__all__ = ["CsvPrices", "Read"]

Read = StandardCharge | ModifierTerms | Problem
"""What a price file yields: a charge, the terms of a modifier, or a problem with its place."""

_MOST_RATES = 10_000
"""Rates gathered into one charge, so that a file of one endless item still needs little memory."""


class CsvPrices:
    """An open hospital price CSV: the hospital at once, the charges as they are read.

    Rows that follow one another and differ only in the payer are one charge with several rates.
    """

    def __init__(self, source: Source) -> None:
        self.file = name_of(source)
        self._open = ExitStack()
        self._encoding: list[Problem] = []
        try:
            stream = self._open.enter_context(opened(source))
            lines = text_lines(stream, file=self.file, not_utf_8=self._not_utf_8)
            self._rows = self._numbered(csv.reader(lines, strict=True))
            self.hospital, self._columns, self.warnings = self._head()
            self._first = next(self._filled(), None)
            if self._first is None:
                raise refused(self.file, "there are no prices below the headers", entry=4)
        except BaseException:
            self._open.close()
            raise

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    def __iter__(self) -> Iterator[Read]:
        yield from self.warnings
        edition = self.hospital.edition
        pending: StandardCharge | None = None
        rates: list[PayerRate] = []
        sound: Draft | None = None
        for number, row in self._remaining():
            findings = Findings(self.file, number)
            draft = self._draft(row)
            if pending is not None and len(rates) < _MOST_RATES and _same_item(draft, sound):
                # Nothing was wrong with the item, so only the payers' rates are read.
                rates += further_rates_of(draft, edition, findings, pending)
                yield from findings.problems
                continue
            if pending is not None:
                yield evolve(pending, payer_rates=tuple(rates))
                pending = None
            read = charge_of(draft, edition, findings)
            yield from findings.problems
            if isinstance(read, StandardCharge):
                pending, rates = read, list(read.payer_rates)
                sound = None if findings.problems else draft
            else:
                yield from read
        if pending is not None:
            yield evolve(pending, payer_rates=tuple(rates))
        yield from self._encoding

    def _not_utf_8(self, line: int) -> None:
        if not self._encoding:
            reason = "is not UTF-8 text; read as Windows-1252"
            self._encoding.append(Problem(self.file, None, f"line {line}", reason, True))

    def _numbered(self, rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
        number = 0
        try:
            for row in rows:
                number += 1
                yield number, row
        except csv.Error:
            raise refused(self.file, "is not well-formed CSV", entry=number + 1) from None

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        return ((n, row) for n, row in self._rows if any(map(str.strip, row)))

    def _remaining(self) -> Iterator[tuple[int, list[str]]]:
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._filled()

    def _head(self) -> tuple[Hospital, Columns, list[Problem]]:
        rows = []
        problems: list[Problem] = []
        for number in (1, 2, 3):
            _, row = next(self._rows, (number, []))
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
        return hospital, columns, [*head.problems, *below.problems]

    def _draft(self, row: list[str]) -> Draft:
        columns = self._columns
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
