import copy
import io
import json
from datetime import date

import pytest
from carecoord_exchange.payer_prices import Arrangement, NetworkRate, RateType, open_payer_prices
from carecoord_exchange.problems import FileRefused, Problem
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, InvalidValue
from carecoord.estimates.prices import BillingClass, Methodology, Setting
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.money import Money, Rate

EXAMPLES = "price-files/payer-examples/examples/"
TAKEN = {
    "in-network-rates-all-negotiated-types-sample.json": 8,
    "in-network-rates-bundle-single-plan-sample.json": 2,
    "in-network-rates-capitation-single-plan-sample.json": 2,
    "in-network-rates-fee-for-service-single-plan-sample.json": 5,
    "in-network-rates-multiple-plans-sample.json": 6,
    "in-network-rates-no-npi.json": 1,
}
FILE = {
    "reporting_entity_name": "Payer", "reporting_entity_type": "issuer", "version": "2.0.0",
    "last_updated_on": "2026-01-01",
    "provider_references": [
        {"provider_group_id": 1, "provider_groups": [{"npi": [1234567893], "tin": {}}]},
        {"provider_group_id": 2, "provider_groups": [{"npi": [1993999998], "tin": {}}]},
    ],
    "in_network": [
        {
            "negotiation_arrangement": "ffs", "name": "Visit", "billing_code_type": "CPT",
            "billing_code": "99213", "billing_code_type_version": "2026", "description": "Visit",
            "negotiated_rates": [
                {
                    "provider_references": [1, 2],
                    "negotiated_prices": [
                        {
                            "negotiated_type": "negotiated", "negotiated_rate": 123.45,
                            "expiration_date": "9999-12-31", "service_code": ["11"],
                            "billing_class": "professional", "setting": "outpatient",
                            "billing_code_modifier": ["25"],
                        }
                    ],
                },
                {
                    "provider_references": [2],
                    "negotiated_prices": [
                        {
                            "negotiated_type": "percentage", "negotiated_rate": 65.5,
                            "expiration_date": "2026-12-31", "billing_class": "institutional",
                            "setting": "both",
                        }
                    ],
                },
            ],
        }
    ],
}  # fmt: skip


def read(source, npis=None):
    if isinstance(source, dict):
        source = json.dumps(source).encode()
    with open_payer_prices(source, npis=npis) as prices:
        found = list(prices)
    problems = [item for item in found if isinstance(item, Problem)]
    return [item for item in found if isinstance(item, NetworkRate)], problems


def changed(path, value):
    file = copy.deepcopy(FILE)
    *way, last = path
    place = file
    for step in way:
        place = place[step]
    place[last] = value
    return file


@pytest.mark.parametrize("name", TAKEN)
def test_published_examples_are_taken_whole(material, name):
    rates, problems = read(material(EXAMPLES + "in-network-rates/" + name))
    assert problems == []
    assert len(rates) == TAKEN[name]


def test_a_percentage_is_a_percent_and_never_dollars(material):
    path = EXAMPLES + "in-network-rates/in-network-rates-all-negotiated-types-sample.json"
    rates, _ = read(material(path))
    assert [
        (rate.code.value, rate.dollar, rate.percentage)
        for rate in rates
        if rate.type is RateType.PERCENTAGE
    ] == [("97110", None, Rate.percent(65)), ("99285", None, Rate.percent("75.5"))]
    assert all((rate.dollar is None) != (rate.percentage is None) for rate in rates)


@pytest.mark.parametrize(
    "path",
    [
        "allowed-amounts/allowed-amounts-single-plan-sample.json",
        "table-of-contents/table-of-contents-sample.json",
        "in-network-rates/in-network-rates-bundle-sample.xml",
    ],
)
def test_other_files_of_payers_are_refused(material, path):
    with pytest.raises(FileRefused):
        read(material(EXAMPLES + path))


def test_bundles_keep_their_codes(material):
    rates, _ = read(
        material(EXAMPLES + "in-network-rates/in-network-rates-bundle-single-plan-sample.json")
    )
    assert rates[0].arrangement is Arrangement.BUNDLE
    assert [code.value for code in rates[0].components] == ["27447", "27446"]


def test_rates_are_read_and_become_items_of_a_price_list():
    (dollars, percent), problems = read(FILE)
    assert problems == []
    assert dollars == NetworkRate(
        Code(CPT, "99213"), "Visit", Arrangement.FEE_FOR_SERVICE, RateType.NEGOTIATED,
        BillingClass.PROFESSIONAL, Setting.OUTPATIENT, (1, 2), Money.of("123.45"),
        places_of_service=("11",), modifiers=("25",),
    )  # fmt: skip
    assert percent.expires == date(2026, 12, 31)
    charge = percent.charge("Payer", "PPO")
    assert charge.payer_rates[0].negotiated_percentage == Rate.percent("65.5")
    assert charge.payer_rates[0].methodology is Methodology.PERCENT_OF_TOTAL_BILLED_CHARGES
    assert charge.billing_class is BillingClass.FACILITY


def test_only_the_rates_of_wanted_providers_are_read_wherever_the_references_stand():
    backwards = dict(reversed(FILE.items()))
    for file in (FILE, backwards):
        assert [rate.provider_groups for rate in read(file, {"1234567893"})[0]] == [(1,)]
        assert [rate.provider_groups for rate in read(file, {"1993999998"})[0]] == [(2,), (2,)]
        assert read(file, {"5"})[0] == []


def test_tax_numbers_stand_for_groups_too():
    file = copy.deepcopy(FILE)
    first, second = (one["provider_groups"][0] for one in file["provider_references"])
    first |= {"npi": [0], "tin": {"type": "ein", "value": "12-3456789"}}
    second |= {"npi": [0], "tin": {"type": "npi", "value": "1993999998"}}

    def groups(**wanted):
        with open_payer_prices(json.dumps(file).encode(), **wanted) as prices:
            return prices.provider_groups

    assert groups(tins={"123456789"}) == groups(tins={"12-3456789"}) == {1}
    assert groups(npis={"1993999998"}) == {2}
    assert groups(tins={"1993999998"}, npis={"0"}) == {1, 2}
    assert groups(npis=()) == set()
    assert groups() is None


@pytest.mark.parametrize(
    ("reference", "reason"),
    [(5, "id"), ({"provider_group_id": True}, "id"), ({"provider_group_id": 3}, "id"),
     ({"provider_group_id": 3, "provider_groups": [{}]}, "NPIs")],
)  # fmt: skip
def test_broken_groups_of_providers_are_reported(reference, reason):
    rates, problems = read(changed(("provider_references", 0), reference), {"1993999998"})
    assert [problem.place for problem in problems] == ["provider_references/0"]
    assert reason in problems[0].reason
    assert len(rates) == 2


def test_codes_that_stand_for_all_make_no_item():
    (rate, _), problems = read(changed(("in_network", 0, "billing_code"), "CSTM-00"))
    assert problems == []
    assert rate.is_for_all_codes
    with pytest.raises(InvalidValue):
        rate.charge("Payer", "PPO")
    (rate, _), _ = read(changed(("in_network", 0, "billing_code_type"), "CSTM-ALL"))
    assert rate.code.system.endswith("CSTM-ALL")


ITEM = ("in_network", 0)
PRICE = (*ITEM, "negotiated_rates", 0, "negotiated_prices", 0)
PLACE = "in_network/0/negotiated_rates/0/negotiated_prices/0/"


@pytest.mark.parametrize(
    ("path", "value", "place", "left"),
    [
        ((*ITEM, "billing_code_type"), "ABC", "in_network/0/billing_code_type", 0),
        ((*ITEM, "billing_code"), None, "in_network/0/billing_code", 0),
        ((*ITEM, "negotiation_arrangement"), "barter", "in_network/0/negotiation_arrangement", 0),
        ((*ITEM, "negotiated_rates"), [], "in_network/0/negotiated_rates", 0),
        ((*ITEM, "bundled_codes"), [1], "in_network/0/bundled_codes/0", 2),
        (ITEM, 5, "in_network/0", 0),
        ((*ITEM, "billing_code"), "x" * 200, "in_network/0/billing_code", 0),
        ((*ITEM, "severity_of_illness"), "x" * 900, "in_network/0/severity_of_illness", 2),
        (
            (*ITEM, "negotiated_rates", 0, "provider_references"),
            ["1"],
            "in_network/0/negotiated_rates/0/provider_references",
            1,
        ),
        ((*PRICE, "additional_information"), 5, PLACE + "additional_information", 2),
        ((*PRICE, "negotiated_rate"), "123", PLACE + "negotiated_rate", 1),
        ((*PRICE, "negotiated_rate"), 0, PLACE + "negotiated_rate", 1),
        ((*PRICE, "negotiated_rate"), -1.5, PLACE + "negotiated_rate", 1),
        ((*PRICE, "negotiated_rate"), 0.001, PLACE + "negotiated_rate", 1),
        ((*PRICE, "negotiated_rate"), 1.005, PLACE + "negotiated_rate", 2),
        ((*PRICE, "negotiated_type"), "gift", PLACE + "negotiated_type", 1),
        ((*PRICE, "billing_class"), "first", PLACE + "billing_class", 1),
        ((*PRICE, "setting"), None, PLACE + "setting", 1),
        ((*PRICE, "service_code"), [], PLACE + "service_code", 1),
        ((*PRICE, "expiration_date"), "2026-13-01", PLACE + "expiration_date", 1),
        ((*PRICE, "billing_code_modifier"), [5], PLACE + "billing_code_modifier", 2),
    ],
)
def test_faults_are_named_and_leave_the_rest(path, value, place, left):
    rates, problems = read(changed(path, value))
    assert [(problem.entry, problem.place) for problem in problems] == [(0, place)]
    assert len(rates) == left


@pytest.mark.parametrize(
    "key", ["reporting_entity_name", "reporting_entity_type", "version", "last_updated_on"]
)
def test_a_file_that_does_not_say_whose_it_is_is_refused(key):
    for value in (None, "", 5, "not this"):
        if key.startswith("reporting") and value == "not this":
            continue
        with pytest.raises(FileRefused):
            read(changed((key,), value))
    with pytest.raises(FileRefused):
        read({})


def test_older_files_need_no_setting():
    file = changed((*PRICE, "setting"), "both") | {"version": "1.3.1"}
    del file["in_network"][0]["negotiated_rates"][0]["negotiated_prices"][0]["setting"]
    rates, problems = read(file)
    assert (len(rates), problems) == (2, [])


def test_a_stream_that_cannot_go_back_is_refused():
    class OneWay(io.BytesIO):
        def seek(self, *_):
            raise OSError

    with pytest.raises(FileRefused):
        read(OneWay(json.dumps(FILE).encode()))


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_give_our_own_error_or_a_clean_result(data):
    whole = json.dumps(FILE).encode()
    at = data.draw(st.integers(0, len(whole)))
    damaged = (
        whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + data.draw(st.integers(0, 30)) :]
    )
    try:
        rates, _ = read(damaged, data.draw(st.none() | st.just({"1234567893"})))
    except CarecoordError:
        return
    assert all(isinstance(rate, NetworkRate) for rate in rates)
