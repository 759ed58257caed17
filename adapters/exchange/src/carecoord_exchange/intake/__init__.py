"""Taking what was read into a clinic, at somebody's desk: bundles and price files."""

from carecoord_exchange.intake.bundles import TakenIn, take_in
from carecoord_exchange.intake.price_files import (
    PricesTakenIn,
    take_in_indexed_prices,
    take_in_prices,
)

__all__ = ["PricesTakenIn", "TakenIn", "take_in", "take_in_indexed_prices", "take_in_prices"]
