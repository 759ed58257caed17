"""In-network files of payers (Transparency in Coverage), streamed.

    with open_payer_prices("in-network.json", npis={"1234567893"}) as prices:
        print(prices.payer.entity)
        for read in prices:
            ...     # a NetworkRate or a Problem

Such a file holds the rates of every provider of a payer and may be larger than any memory; with
`npis` or `tins` only the rates of the groups of those providers are read.
"""

from carecoord_exchange.payer_prices.file import PayerFile, PayerPrices, open_payer_prices
from carecoord_exchange.payer_prices.network_rate import Arrangement, NetworkRate, RateType

__all__ = [
    "Arrangement",
    "NetworkRate",
    "PayerFile",
    "PayerPrices",
    "RateType",
    "open_payer_prices",
]
