import pytest
from carecoord_exchange.hospital_prices import open_hospital_prices
from carecoord_exchange.intake import take_in_prices

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
