import pytest
from carecoord_exchange.hospital_prices import open_hospital_prices
from carecoord_exchange.intake import take_in_indexed_prices, take_in_prices
from carecoord_exchange.price_index import PriceIndex

from carecoord import Actor, Clinic, Purpose, Role
from carecoord.estimates.repository import Prices

EXAMPLES = "price-files/hospital-examples"


@pytest.fixture
def desk():
    return Clinic().desk(Actor("nora", {Role.COORDINATOR}), Purpose.OPERATIONS)


def prices_of(desk):
    with desk.practice.store.work() as work:
        return Prices(work).all()


def files(material):
    return sorted(material(EXAMPLES).rglob("*Format_Example.csv"))


def test_the_examples_are_taken_in_and_taking_them_again_changes_nothing(desk, material):
    found = files(material)
    assert len(found) == 4
    for number, path in enumerate(found):
        before = prices_of(desk)
        for _ in range(2):
            seen = []
            with open_hospital_prices(path) as file:
                taken = take_in_prices(desk, file, f"schedule-{number}", progress=seen.append)
            assert taken.prices == sum(seen) > 0
            assert all(problem.warning for problem in taken.problems)
        kept = [price for price in prices_of(desk) if price not in before]
        assert {price.version for price in kept} == {1}
        assert any(price.gross or price.negotiated_dollar for price in kept)


def test_some_codes_of_an_index_are_what_the_whole_file_would_have_kept(desk, material, tmp_path):
    path = next(path for path in files(material) if "V3.0.0_Tall" in path.name)
    with open_hospital_prices(path) as file:
        PriceIndex.build([file], tmp_path / "index", fee_schedule="elm")
    whole = Clinic().desk(desk.actor, Purpose.OPERATIONS)
    with open_hospital_prices(path) as file:
        take_in_prices(whole, file, "elm")
    codes = sorted({code for price in prices_of(whole) for code in price.codes})[:4]
    payer = next(price.payer_name for price in prices_of(whole) if price.payer_name)
    with PriceIndex.open(tmp_path / "index") as index:
        kept = take_in_indexed_prices(desk, index, codes, payers=[payer])
        assert kept > 0
        assert take_in_indexed_prices(desk, index, codes, payers=[payer]) == kept
    assert prices_of(desk) == tuple(
        price
        for price in prices_of(whole)
        if set(codes) & set(price.codes) and price.payer_name in (None, payer)
    )
