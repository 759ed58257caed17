"""An index of price files on disk: built once as a stream, then looked up at once.

    with open_hospital_prices("prices.csv") as file:
        PriceIndex.build([file], "prices.index", fee_schedule=FeeScheduleId("west-mercy"))
    with PriceIndex.open("prices.index") as index:
        index.prices_for(Code(CPT, "70551"), payer_name="Platform Health", plan_name="PPO")

The prices are what `take_in_prices` would keep of the same files, with the same ids, so that an
estimate can be made from either. An index checks itself as it is read: damage is refused.
"""

from carecoord_exchange.price_index.building import PriceFile, PricesIndexed
from carecoord_exchange.price_index.index import PlacedPrice, PriceIndex
from carecoord_exchange.price_index.records import IndexedFile

__all__ = ["IndexedFile", "PlacedPrice", "PriceFile", "PriceIndex", "PricesIndexed"]
