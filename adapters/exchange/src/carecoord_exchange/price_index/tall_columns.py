"""Reading a tall CSV in columns: Polars takes blocks of rows apart, and most need no more.

A row needs no more where it is certain that it adds one sound rate to the item of the row before:
the cells of the item are the same, and those of the rate are plainly right. Every other row, the
first of an item for one, is read as ever, so that the outcome and each problem are the same.

Needs Polars and NumPy: `pip install 'carecoord[prices]'`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import Methodology, PayerRate, StandardCharge
from carecoord.kernel.money import Money
from carecoord_exchange.hospital_prices import CsvPrices
from carecoord_exchange.hospital_prices.cells import NINE_NINES
from carecoord_exchange.hospital_prices.csv_file import ItemRows
from carecoord_exchange.hospital_prices.dictionary import Edition
from carecoord_exchange.hospital_prices.rows import row_of
from carecoord_exchange.price_index.records import NOTHING, Terms

if TYPE_CHECKING:
    from carecoord_exchange.price_index.building import Building

__all__ = ["take_tall"]

_BLOCK = 16_000_000
_NO_TEXT = -1
RATES = np.dtype(
    [
        ("plan", "<u4"), ("terms", "<u4"), ("row", "<u4"), ("nothing", "<u4"), ("dollar", "<i8"),
        ("percentage", "<i8"), ("median", "<i8"), ("percentile_10", "<i8"),
        ("percentile_90", "<i8"), ("estimated", "<i8"), ("least", "<i8"), ("most", "<i8"),
    ]
)  # fmt: skip
"""A rate as `records.RATE` has it."""
AMOUNTS = (
    "dollar", "percentage", "median", "percentile_10", "percentile_90", "estimated", "least",
    "most",
)  # fmt: skip


def take_tall(file: CsvPrices, building: "Building") -> None:
    """Everything that a tall CSV holds, into the index that is being built."""
    _Tall(file, building).take()


class _Tall:
    def __init__(self, file: CsvPrices, building: "Building") -> None:
        self.file = file
        self.building = building
        self.items = ItemRows(file)

    def take(self) -> None:
        for warning in self.file.warnings:
            self.building.problem(warning)
        for number, row in self.file.first():
            self._take_row(number, row)
        for block, ends in self.file.rows.blocks(_BLOCK):
            self._take_block(block, ends)
            self.building.show()
        for number, row in self.file.remaining():
            self._take_row(number, row)
            self.building.show()
        for warning in self.file.encoding:
            self.building.problem(warning)

    def _take_row(self, number: int, row: list[str]) -> None:
        problems, read, further = self.items.take(number, row)
        for problem in problems:
            self.building.problem(problem)
        if isinstance(read, StandardCharge):
            self.building.charge(read, number)
        for rate in further:
            self.building.rate(rate, number)

    def _take_block(self, block: bytes, ends: NDArray[np.intp]) -> None:
        first = self.file.rows.number + 1
        columns = _Columns(self.file, self.building, block[: ends[-1]])
        certain, rates = columns.read(len(ends))
        rates["row"] = np.arange(first, first + len(ends))
        alone = np.flatnonzero(~certain).tolist()
        for at, until in zip(alone, [*alone[1:], len(ends)], strict=True):
            while at < until and not (self._may_add(until - at) and certain[at]):
                row = row_of(block[ends[at - 1] if at else 0 : ends[at]])
                if any(map(str.strip, row)):
                    self._take_row(first + at, row)
                at += 1
            if at < until:
                added = rates[at:until]
                self.building.writer.more_rates(
                    added.tobytes(), np.ascontiguousarray(added["plan"]).tobytes()
                )
                self.items.add(until - at)

    def _may_add(self, rates: int) -> bool:
        return self.items.is_sound and self.items.left >= rates


class _Columns:
    """One block in columns: which rows are certain, and the rates that these add."""

    def __init__(self, file: CsvPrices, building: "Building", block: bytes) -> None:
        places = file.columns
        assert places.tall is not None
        self.writer = building.writer
        self.edition = file.hospital.edition
        self.block = block
        self.width = len(places.headers)
        self.rate = {name: f"c{index}" for name, index in places.tall.items()}
        self.item = {name: f"c{index}" for name, index in places.item.items()}
        self.rate["notes"] = self.item.pop("notes")
        self.codes = [f"c{index}" for pair in places.codes for index in pair]

    def read(self, rows: int) -> tuple[NDArray[np.bool_], NDArray[Any]]:
        """Whether each row is certain, and the rates, of which only those of certain rows count."""
        rates = np.zeros(rows, RATES)
        table = self._table()
        if table is None or table.height != rows:
            return np.zeros(rows, bool), rates
        numbers = self._numbers(table)
        certain = numbers["certain"].to_numpy().copy()
        for name in AMOUNTS:
            rates[name] = numbers[name].to_numpy() if name in numbers.columns else NOTHING
        for name, known in (("plan", self._plans(table)), ("terms", self._terms(table))):
            certain &= known != _NO_TEXT
            rates[name] = np.where(known == _NO_TEXT, 0, known)
        return certain, rates

    def _table(self) -> pl.DataFrame | None:
        """The cells as text, blank ones None; None if Polars makes nothing of them."""
        try:
            table = pl.read_csv(
                self.block, has_header=False, truncate_ragged_lines=True,
                schema={f"c{index}": pl.String for index in range(self.width)},
                columns=sorted(
                    {int(name[1:]) for name in (*self.rate.values(), *self.item.values())}
                    | {int(name[1:]) for name in self.codes}
                ),
            )  # fmt: skip
        except pl.exceptions.PolarsError:
            return None
        return table.with_columns(pl.col(pl.String).replace("", None))

    def _numbers(self, table: pl.DataFrame) -> pl.DataFrame:
        same = [
            pl.col(name).eq_missing(pl.col(name).shift())
            for name in (*self.item.values(), *self.codes)
        ]
        stated = {name: pl.col(column).is_not_null() for name, column in self.rate.items()}
        plain: list[pl.Expr] = []
        amounts: list[pl.Expr] = []
        for name in ("dollar", "median", "percentile_10", "percentile_90", "estimated"):
            if name in self.rate:
                self._amount(name, 2, plain, amounts)
        self._amount("percentage", 4, plain, amounts)
        if "count" in self.rate:
            self._count(plain, amounts, stated["notes"])
        computed = stated["percentage"] | stated["algorithm"]
        bounds = pl.all_horizontal(
            pl.col(self.item[bound]).str.contains("[0-9]") for bound in ("minimum", "maximum")
        )
        certain = [
            (pl.int_range(pl.len()) > 0),
            *same,
            *plain,
            stated["dollar"] | computed,
            ~stated["dollar"] | bounds,
        ]
        if self.edition is Edition.V2:
            estimated = stated.get("estimated", pl.lit(value=False))
            certain.append(~computed | stated["dollar"] | estimated)
        else:
            counted = pl.all_horizontal(
                stated[name] for name in ("count", "median", "percentile_10", "percentile_90")
            )
            certain.append(~computed | counted | pl.col(self.rate["count"]).eq_missing("0"))
        return table.select(
            pl.all_horizontal(certain).fill_null(value=False).alias("certain"), *amounts
        )

    def _amount(self, name: str, digits: int, plain: list[pl.Expr], amounts: list[pl.Expr]) -> None:
        """An amount that is blank, or a plain number that needs no rounding and is not nothing."""
        cell = pl.col(self.rate[name])
        number = cell.cast(pl.Decimal(18, digits), strict=False) * 10**digits
        value = number.cast(pl.Int64, strict=False)
        form = rf"^[0-9]{{1,9}}(\.[0-9]{{1,{digits}}})?$"
        nines = int(NINE_NINES) * 10**digits
        plain.append(cell.is_null() | (cell.str.contains(form) & (value > 0) & (value != nines)))
        amounts.append(value.fill_null(NOTHING).alias(name))

    def _count(self, plain: list[pl.Expr], amounts: list[pl.Expr], noted: pl.Expr) -> None:
        cell = pl.col(self.rate["count"])
        few = cell == "1 through 10"
        value = cell.cast(pl.Int64, strict=False)
        many = (value >= 11) & (value != int(NINE_NINES))
        plain.append(
            cell.is_null()
            | few
            | ((cell == "0") & noted)
            | (cell.str.contains("^[1-9][0-9]{1,14}$") & many)
        )
        for name, bound in (("least", 1), ("most", 10)):
            amounts.append(pl.when(few).then(bound).otherwise(value).fill_null(NOTHING).alias(name))

    def _plans(self, table: pl.DataFrame) -> NDArray[np.int64]:
        def known(payer_name: str | None, plan_name: str | None) -> int:
            try:
                rate = PayerRate((payer_name or "").strip(), (plan_name or "").strip(), _ANY)
            except InvalidValue:
                return _NO_TEXT
            return self.writer.plan(rate.payer_name, rate.plan_name)

        return _numbered(table, [self.rate["payer_name"], self.rate["plan_name"]], known)

    def _terms(self, table: pl.DataFrame) -> NDArray[np.int64]:
        def known(algorithm: str | None, methodology: str | None, notes: str | None) -> int:
            if any(cell is not None and not cell.strip() for cell in (algorithm, notes)):
                return _NO_TEXT
            algorithm, notes = (algorithm or "").strip() or None, (notes or "").strip() or None
            try:
                method = Methodology(methodology)
                PayerRate("payer", "plan", _ANY, None, algorithm, method, None, notes)
            except (ValueError, InvalidValue):
                return _NO_TEXT
            if method is Methodology.OTHER and notes is None:
                return _NO_TEXT
            return self.writer.terms(Terms(method, algorithm, notes, None))

        return _numbered(
            table, [self.rate[name] for name in ("algorithm", "methodology", "notes")], known
        )


_ANY = Money(1)


def _numbered(
    table: pl.DataFrame, columns: list[str], known: Callable[..., int]
) -> NDArray[np.int64]:
    """What `known` says of the cells in these columns, asked once for the same cells."""
    groups = (
        table.select(columns)
        .with_row_index("row")
        .group_by(columns, maintain_order=True)
        .agg(pl.col("row"))
    )
    numbers = [known(*cells) for cells in groups.select(columns).iter_rows()]
    rows = groups["row"].explode().to_numpy()
    found = np.empty(table.height, np.int64)
    found[rows] = np.repeat(np.array(numbers, np.int64), groups["row"].list.len().to_numpy())
    return found
