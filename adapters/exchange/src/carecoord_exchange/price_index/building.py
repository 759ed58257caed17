"""Building an index from open price files, one item after another."""

import os
from collections.abc import Callable, Iterable

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import PayerRate, StandardCharge
from carecoord.kernel.ids import FeeScheduleId
from carecoord.kernel.values import check_id
from carecoord_exchange.hospital_prices import CsvPrices, JsonPrices
from carecoord_exchange.hospital_prices.wanted import EVERYTHING
from carecoord_exchange.payer_prices import Arrangement, NetworkRate, PayerPrices, RateType
from carecoord_exchange.price_index.records import (
    IndexedFile,
    Terms,
    amounts_of,
    charge_text,
    network_text,
)
from carecoord_exchange.price_index.writing import IndexWriter
from carecoord_exchange.problems import Problem
from carecoord_exchange.sources import name_of, refused

try:
    from carecoord_exchange.price_index import tall_columns
except ImportError:
    HAS_COLUMNS = False
else:
    HAS_COLUMNS = True

__all__ = ["PriceFile", "PricesIndexed", "build_index"]

PriceFile = CsvPrices | JsonPrices | PayerPrices
"""A price file that is open."""

_TOLD = 1_000


@frozen
class PricesIndexed:
    """How many prices of how many items are in the index, and what could not be read.

    Of the problems the first 1,000 are told; `found` counts all of them.
    """

    items: int
    prices: int
    found: int
    problems: tuple[Problem, ...] = field(repr=False)


def build_index(
    files: Iterable[PriceFile],
    into: str | os.PathLike[str],
    *,
    fee_schedule: FeeScheduleId,
    progress: Callable[[int], object] = lambda count: None,
) -> PricesIndexed:
    """Write the index; see `PriceIndex.build`."""
    check_id("fee_schedule", fee_schedule)
    building = Building(IndexWriter(into, fee_schedule), progress)
    try:
        for file in files:
            building.take(file)
        building.writer.finish()
    except OSError:
        raise refused(name_of(into), "cannot be written") from None
    finally:
        building.writer.close()
    return building.result()


class Building:
    """Hands what is read to the writer, and keeps count."""

    def __init__(self, writer: IndexWriter, progress: Callable[[int], object]) -> None:
        self.writer = writer
        self._progress = progress
        self._shown = 0
        self._found = 0
        self._problems: list[Problem] = []

    def result(self) -> PricesIndexed:
        """What there is at the end."""
        self.show(at_least=1)
        return PricesIndexed(
            self.writer.items, self.writer.prices, self._found, tuple(self._problems)
        )

    def show(self, *, at_least: int = 10_000) -> None:
        """Tell how many prices more there are, if they are enough to be told."""
        more = self.writer.prices - self._shown
        if more >= at_least:
            self._shown += more
            self._progress(more)

    def take(self, file: PriceFile) -> None:
        """Everything that an open file holds."""
        if isinstance(file, PayerPrices):
            self._take_payer(file)
            return
        hospital = file.hospital
        first_row = 1 if isinstance(file, CsvPrices) else 0
        self.writer.start(
            IndexedFile(file.file, hospital.name, hospital.updated, hospital.version, first_row)
        )
        if isinstance(file, CsvPrices) and self._in_columns(file):
            tall_columns.take_tall(file, self)
            return
        for rows, read in file.placed():
            if isinstance(read, Problem):
                self.problem(read)
            elif isinstance(read, StandardCharge):
                self.charge(read, rows[0])
                for rate, row in zip(read.payer_rates, rows[1:], strict=True):
                    self.rate(rate, row)
            self.show()

    def _in_columns(self, file: CsvPrices) -> bool:
        return HAS_COLUMNS and file.columns.tall is not None and file.wanted is EVERYTHING

    def problem(self, problem: Problem) -> None:
        """Something that could not be taken as it stands."""
        self._found += 1
        if len(self._problems) < _TOLD:
            self._problems.append(problem)

    def charge(self, charge: StandardCharge, row: int) -> None:
        """Start the item of a charge; its rates follow."""
        priced = charge.gross is not None or charge.discounted_cash is not None
        self.writer.item(
            charge_text(charge), charge.codes, row, priced=priced and bool(charge.codes)
        )

    def rate(self, rate: PayerRate, row: int) -> None:
        """Give the item a rate."""
        terms = Terms(rate.methodology, rate.negotiated_algorithm, rate.notes, None)
        plan = self.writer.plan(rate.payer_name, rate.plan_name)
        self.writer.rate(plan, self.writer.terms(terms), row, amounts_of(rate))

    def _take_payer(self, file: PayerPrices) -> None:
        if not file.narrowed:
            raise InvalidValue(
                "files", "open a payer's file for the npis or tins of your providers"
            )
        payer = file.payer
        payer_name = payer.issuer or payer.entity
        self.writer.start(IndexedFile(file.file, payer.entity, payer.updated, payer.version, 0))
        for row, read in file.placed():
            if isinstance(read, Problem):
                self.problem(read)
            elif read.expires is not None and read.expires < payer.updated:
                place = f"in_network/{row}"
                self.problem(Problem(file.file, row, place, "was no longer in force"))
            elif _is_charged(read):
                try:
                    self._network_rate(read, row, payer_name, payer.plan_name)
                except InvalidValue as invalid:
                    place = f"in_network/{row}"
                    self.problem(Problem(file.file, row, place, invalid.reason))
            self.show()

    def _network_rate(
        self, read: NetworkRate, row: int, payer_name: str, plan_name: str | None
    ) -> None:
        [rate] = read.charge(payer_name, plan_name or payer_name).payer_rates
        self.writer.item(network_text(read), (read.code,), row, priced=False)
        terms = Terms(rate.methodology, None, rate.notes, read.expires)
        plan = self.writer.plan(payer_name, plan_name)
        self.writer.rate(plan, self.writer.terms(terms), row, amounts_of(rate))


def _is_charged(rate: NetworkRate) -> bool:
    """Whether it is what a service costs: no capitation, no figure that only serves accounting."""
    return not (
        rate.is_for_all_codes
        or rate.type is RateType.DERIVED
        or rate.arrangement is Arrangement.CAPITATION
    )
