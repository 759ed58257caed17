"""CMS hospital price files: CSV tall and wide, and JSON, versions 2.0 to 3.0, streamed.

    with open_hospital_prices("prices.csv") as prices:
        print(prices.hospital.name)
        for read in prices:
            ...     # a StandardCharge, the ModifierTerms of a modifier, or a Problem

A fault in the head refuses the whole file with every reason; a fault in an item leaves out that
item, or the one rate it is about, and is reported with row, column and reason. Text that is not
well-formed refuses the file too, but is only met where it stands: keep charges in a unit of work.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from carecoord.kernel.codes import Code
from carecoord_exchange.hospital_prices.charges import ModifierTerms
from carecoord_exchange.hospital_prices.csv_file import CsvPrices, Read
from carecoord_exchange.hospital_prices.dictionary import CODE_SYSTEMS, Edition
from carecoord_exchange.hospital_prices.hospital import Hospital
from carecoord_exchange.hospital_prices.json_file import JsonPrices
from carecoord_exchange.hospital_prices.wanted import EVERYTHING, Payer, Wanted
from carecoord_exchange.problems import FileRefused, Problem
from carecoord_exchange.sources import UNREADABLE, Source, name_of, opened, refused

__all__ = [
    "CODE_SYSTEMS",
    "CsvPrices",
    "Edition",
    "FileRefused",
    "Hospital",
    "JsonPrices",
    "ModifierTerms",
    "Payer",
    "Problem",
    "Read",
    "open_hospital_prices",
]


@contextmanager
def open_hospital_prices(
    source: Source,
    *,
    codes: Collection[Code] | None = None,
    payers: Collection[Payer] | None = None,
) -> Iterator[CsvPrices | JsonPrices]:
    """An open price file of either format, told apart by its first character.

    With `codes` only items that have one of them are read, with `payers` only rates of these: the
    name of a payer, or the names of a payer and its plan. The rest of the file is passed over at
    full speed (a CSV where NumPy is installed), and of its contents nothing is checked or said.
    A stream has to be able to go back to its start.

    Raises:
        FileRefused: it cannot be read, or its head has faults; while it is iterated, that it is
            not well-formed from some place on.
    """
    everything = codes is None and payers is None
    wanted = EVERYTHING if everything else Wanted.of(codes, payers)
    prices: CsvPrices | JsonPrices
    prices = (JsonPrices if _is_json(source) else CsvPrices)(source, wanted)
    try:
        yield prices
    finally:
        prices.close()


def _is_json(source: Source) -> bool:
    with opened(source) as stream:
        try:
            start = stream.read(1_000)
            stream.seek(0)
        except UNREADABLE:
            raise refused(name_of(source), "cannot be read from its start") from None
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
