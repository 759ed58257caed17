"""Tables as CSV that a spreadsheet opens, and in which no text is ever taken for a formula.

    text = write_csv(("day", "what", "owed"), [(date(2026, 3, 2), "=HYPERLINK(…)", money)])
    read_csv(text)      # the same cells as texts, the formula as it was

A text that a spreadsheet could take for a formula gets an apostrophe in front, and reading takes it
off again. Numbers, days and amounts are written as such.

Source: RFC 4180; OWASP, CSV injection (both from memory; not checked against the primary texts).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from carecoord.accounts.statements import Statement
from carecoord.compliance.accounting import Accounting
from carecoord.compliance.disposals import Disposal
from carecoord.errors import InvalidValue
from carecoord.kernel.contact import Address
from carecoord.kernel.money import Money
from carecoord.kernel.values import Text, check_text

__all__ = [
    "Cell",
    "accounting_csv",
    "disposal_csv",
    "read_csv",
    "statement_csv",
    "write_csv",
]

Cell: TypeAlias = str | int | Decimal | Money | date | datetime | Enum | None
"""What may stand in a cell; None is an empty one, as an empty text is."""

_FORMULA = re.compile("'*(?:[\\s\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
_LONGEST = Text(longest=32_767, blank=True)
"""What a cell of a spreadsheet takes."""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as CSV, every cell quoted; kept as UTF-8, with a byte order mark for Excel.

    Raises:
        InvalidValue: a row is not as long as the header, or a cell holds what no store can keep.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_written(name) for name in header])
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise InvalidValue(f"rows[{number}]", f"must have {len(header)} cells")
        writer.writerow([_written(cell) for cell in row])
    return out.getvalue()


def read_csv(text: str) -> tuple[tuple[str, ...], ...]:
    """The cells of what `write_csv` wrote, header included, as texts without their apostrophes.

    Raises:
        InvalidValue: it is no CSV.
    """
    try:
        rows = tuple(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise InvalidValue("csv", "is not well-formed") from None
    return tuple(tuple(_read(cell) for cell in row) for row in rows)


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Enum():
            return _written(cell.value)
        case str():
            text = check_text("cell", cell, _LONGEST)
            return f"'{text}" if _FORMULA.match(text) else text
        case Money():
            return f"{Decimal(cell.cents).scaleb(-2):f}"
        case datetime() | date():
            return cell.isoformat()
        case bool() | int() | Decimal():
            return str(cell)
    raise InvalidValue("cell", f"a {type(cell).__name__} cannot stand in a cell")


def _read(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def statement_csv(statement: Statement) -> str:
    """The lines of a statement, between what it opens and closes with."""
    lines = (
        (line.date, line.kind, None if line.code is None else line.code.value, line.amount)
        for line in statement.lines
    )
    opening = (statement.period.start.date(), "opening balance", None, statement.opening)
    closing = (statement.period.end.date(), "closing balance", None, statement.closing)
    return write_csv(("day", "what", "code", "amount"), [opening, *lines, closing])


def accounting_csv(accounting: Accounting) -> str:
    """An accounting of disclosures, as it is given to the individual."""
    header = ("first on", "last on", "number", "recipient", "address", "what", "purpose")
    return write_csv(
        header,
        (
            (
                line.first_on,
                line.last_on,
                line.number,
                line.recipient.name,
                _address(line.recipient.address),
                line.what,
                line.purpose,
            )
            for line in accounting.lines
        ),
    )


def disposal_csv(disposal: Disposal) -> str:
    """A certificate of disposal: the kind and id of everything that is gone."""
    return write_csv(
        ("kind", "id", "rule", "method", "by"),
        (
            (gone.kind, id, disposal.rule, disposal.method, disposal.begun_by)
            for gone in disposal.erased
            for id in gone.ids
        ),
    )


def _address(address: Address | None) -> str | None:
    if address is None:
        return None
    parts = (*address.lines, address.city, address.state, address.postal_code)
    return ", ".join(part for part in parts if part)
