"""Taking a hospital's price file into a clinic's fee schedules.

with open_hospital_prices("prices.csv") as prices:
    taken = take_in_prices(desk, prices, FeeScheduleId("west-mercy"))
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from attrs import evolve, field, frozen

from carecoord.coordination.desk import Desk
from carecoord.estimates.fee_schedules import Price, prices_of
from carecoord.estimates.prices import StandardCharge
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import FeeScheduleId
from carecoord_exchange.hospital_prices import CsvPrices, JsonPrices, Problem
from carecoord_exchange.price_ids import price_id
from carecoord_exchange.price_index import PriceIndex

__all__ = ["PricesTakenIn", "take_in_indexed_prices", "take_in_prices"]

_AT_ONCE = 500


@frozen
class PricesTakenIn:
    """How many prices were taken in, from how many items, and what could not be read."""

    prices: int
    items: int
    problems: tuple[Problem, ...] = field(repr=False)


def take_in_prices(
    desk: Desk,
    file: CsvPrices | JsonPrices,
    fee_schedule: FeeScheduleId,
    *,
    progress: Callable[[int], object] = lambda count: None,
) -> PricesTakenIn:
    """Keep the prices of a file in a fee schedule, in force from the day the file was updated.

    The same item for the same payer's plan keeps its id, so that a newer file brings it up to date
    and the same file changes nothing. `progress` is told how many prices more are kept.

    Raises:
        FileRefused: the text is not well-formed from some place on; what came before it is kept.
    """
    problems: list[Problem] = []
    items = 0

    def prices() -> Iterator[Price]:
        nonlocal items
        for read in file:
            if isinstance(read, Problem):
                problems.append(read)
            elif isinstance(read, StandardCharge):
                items += 1
                found = prices_of(
                    read, fee_schedule=fee_schedule, ids=_Unnamed(), first_day=file.hospital.updated
                )
                yield from (
                    evolve(price, id=price_id(price, price.payer_name, price.plan_name))
                    for price in found
                )

    kept = 0
    for entered in _entered(desk, prices()):
        kept += entered
        progress(entered)
    return PricesTakenIn(kept, items, tuple(problems))


def take_in_indexed_prices(
    desk: Desk,
    index: PriceIndex,
    codes: Iterable[Code],
    *,
    payers: Collection[str] | None = None,
) -> int:
    """Keep the prices of some codes in the fee schedule of an index; how many they were.

    With `payers` only theirs, and those for nobody in particular. They are the prices, with the
    ids, that taking in the indexed files would keep, so that it can be done again for more codes.

    Raises:
        FileRefused: the index is damaged; what came before is kept.
    """
    found = (
        price
        for code in codes
        for price in index.prices_for(code)
        if payers is None or price.payer_name is None or price.payer_name in payers
    )
    return sum(_entered(desk, found))


def _entered(desk: Desk, prices: Iterable[Price]) -> Iterator[int]:
    """Keep the prices, some at a time; how many at each time."""
    waiting = iter(prices)
    while batch := tuple(islice(waiting, _AT_ONCE)):
        # Within a batch the last word on a price counts, as it would from one file to the next.
        desk.enter_prices(tuple({price.id: price for price in batch}.values()))
        yield len(batch)


class _Unnamed:
    """Stands in for ids that are given from the contents."""

    def new(self, kind: str) -> str:
        return kind
