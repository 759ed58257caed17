"""Tall CSV, wide CSV and JSON are three ways to say the same prices."""

import csv
import io
import json
import tracemalloc
from decimal import Decimal
from unittest import mock

import pytest
from attrs import evolve
from carecoord_exchange.hospital_prices import (
    FileRefused,
    ModifierTerms,
    Problem,
    open_hospital_prices,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError
from carecoord.estimates.prices import (
    AllowedAmounts,
    DrugMeasure,
    DrugUnit,
    Methodology,
    PayerRate,
    Remittances,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import CPT, NDC, Code
from carecoord.kernel.money import Money, Rate

STATEMENT = "To the best of its knowledge and belief, this hospital has included all and so on."
HEAD = {
    "hospital_name": "West Mercy", "last_updated_on": "2026-04-01", "version": "3.0.0",
    "location_name": "West Mercy", "hospital_address": "12 Main Street",
    "license_number|CA": "50056", "type_2_npi": "0000000001", STATEMENT: "true",
    "attester_name": "Leigh Attester",
}  # fmt: skip
ITEM = [
    "description", "code|1", "code|1|type", "code|2", "code|2|type", "setting", "modifiers",
    "drug_unit_of_measurement", "drug_type_of_measurement", "standard_charge|gross",
    "standard_charge|discounted_cash", "standard_charge|min", "standard_charge|max",
]  # fmt: skip
RATE = [
    "standard_charge|negotiated_dollar", "standard_charge|negotiated_percentage",
    "standard_charge|negotiated_algorithm", "standard_charge|methodology", "median_amount",
    "10th_percentile", "90th_percentile", "count",
]  # fmt: skip
PLANS = [("Platform Health", "HMO"), ("Platform Health", "PPO"), ("Region Health", "HMO")]

amounts = st.integers(1, 10**9).map(lambda cents: Money(cents))
words = st.text("abcdefgh XYZ-,;\"'|é", min_size=1, max_size=20).map(str.strip).filter(bool)


@st.composite
def payer_rates(draw, plan):
    percentage = draw(st.none() | st.integers(1, 2_000_000).map(Rate))
    algorithm = draw(st.none() | words)
    dollar = draw(amounts if percentage is None and algorithm is None else st.none() | amounts)
    count = draw(st.sampled_from(["0", "1 through 10", "11", "250"]))
    computed = percentage is not None or algorithm is not None
    allowed = None
    if computed:
        figures = draw(st.tuples(amounts, amounts, amounts))
        known = figures if count != "0" else (None, None, None)
        allowed = AllowedAmounts(*known, count=Remittances.of(count))
    return PayerRate(
        *plan, dollar, percentage, algorithm, draw(st.sampled_from(Methodology)), allowed,
        notes="as agreed",
    )  # fmt: skip


@st.composite
def charges(draw, number):
    plans = draw(st.lists(st.sampled_from(PLANS), unique=True, max_size=3))
    rates = tuple(draw(payer_rates(plan)) for plan in sorted(plans))
    drug = draw(st.none() | st.builds(DrugMeasure, st.just(Decimal("1.5")), st.just(DrugUnit.EACH)))
    codes = [Code(CPT, f"{number:05}")] + ([Code(NDC, "1-2-3")] if drug is not None else [])
    return StandardCharge(
        draw(words), tuple(codes), draw(st.sampled_from(Setting)),
        draw(st.sampled_from([(), ("26",), ("50", "62")])),
        draw(st.none() | amounts if rates else amounts), draw(st.none() | amounts), rates,
        Money(1) if rates else None, Money(10**9) if rates else None, drug,
    )  # fmt: skip


@st.composite
def price_files(draw):
    return [draw(charges(number)) for number in range(draw(st.integers(1, 4)))]


def plain(amount):
    return "" if amount is None else str(amount)[1:].replace(",", "")


def item_cells(charge):
    codes = [
        cell
        for code in charge.codes
        for cell in (code.value, "CPT" if code.system == CPT else "NDC")
    ]
    drug = [str(charge.drug.quantity), charge.drug.unit.value] if charge.drug else ["", ""]
    return [
        charge.description, *codes, *[""] * (4 - len(codes)), charge.setting.value,
        "|".join(charge.modifiers), *drug, plain(charge.gross), plain(charge.discounted_cash),
        plain(charge.minimum), plain(charge.maximum),
    ]  # fmt: skip


def counted(allowed):
    if allowed is None or allowed.count is None:
        return ""
    few = allowed.count.least != allowed.count.most
    return "1 through 10" if few else str(allowed.count.least)


def rate_cells(rate):
    allowed = rate.allowed or AllowedAmounts()
    return [
        plain(rate.negotiated_dollar), str(rate.negotiated_percentage or "").rstrip("%"),
        rate.negotiated_algorithm or "", rate.methodology.value, plain(allowed.median),
        plain(allowed.percentile_10), plain(allowed.percentile_90), counted(rate.allowed),
    ]  # fmt: skip


def written(rows):
    text = io.StringIO()
    csv.writer(text).writerows([list(HEAD), list(HEAD.values()), *rows])
    return text.getvalue().encode()


def tall(charges):
    rows = [[*ITEM, "payer_name", "plan_name", *RATE, "additional_generic_notes"]]
    for charge in charges:
        rows.extend(
            [*item_cells(charge), rate.payer_name, rate.plan_name, *rate_cells(rate), rate.notes]
            for rate in charge.payer_rates
        )
        if not charge.payer_rates:
            rows.append(item_cells(charge))
    return written(rows)


def wide(charges):
    header = [*ITEM, "additional_generic_notes"]
    for payer, plan in PLANS:
        for name in [*RATE, "additional_payer_notes"]:
            first, bar, last = name.partition("|")
            header.append(f"{first} | {payer} |{plan}{bar}{last}")
    rows = [header]
    for charge in charges:
        by_plan = {(rate.payer_name, rate.plan_name): rate for rate in charge.payer_rates}
        row = [*item_cells(charge), ""]
        for plan in PLANS:
            rate = by_plan.get(plan)
            row += [*rate_cells(rate), rate.notes] if rate else [""] * 9
        rows.append(row)
    return written(rows)


def as_json(charges):
    def number(text):
        return json.loads(text) if text else None

    def stated(**members):
        return {key: value for key, value in members.items() if value not in (None, "", [])}

    def payer(rate):
        dollar, percentage, algorithm, methodology, median, low, high, count = rate_cells(rate)
        return stated(
            payer_name=rate.payer_name, plan_name=rate.plan_name, methodology=methodology,
            standard_charge_dollar=number(dollar), standard_charge_percentage=number(percentage),
            standard_charge_algorithm=algorithm, median_amount=number(median), count=count,
            additional_payer_notes=rate.notes,
            **{"10th_percentile": number(low), "90th_percentile": number(high)},
        )  # fmt: skip

    items = [
        stated(
            description=charge.description,
            code_information=[
                {"code": code.value, "type": "CPT" if code.system == CPT else "NDC"}
                for code in charge.codes
            ],
            drug_information=charge.drug and {"unit": 1.5, "type": charge.drug.unit.value},
            standard_charges=[
                stated(
                    setting=charge.setting.value, modifier_code=list(charge.modifiers),
                    gross_charge=number(plain(charge.gross)),
                    discounted_cash=number(plain(charge.discounted_cash)),
                    minimum=number(plain(charge.minimum)), maximum=number(plain(charge.maximum)),
                    payers_information=[payer(rate) for rate in charge.payer_rates],
                )
            ],
        )
        for charge in charges
    ]  # fmt: skip
    return json.dumps(
        {
            "standard_charge_information": items,
            "hospital_name": "West Mercy", "last_updated_on": "2026-04-01", "version": "3.0.0",
            "location_name": ["West Mercy"], "hospital_address": ["12 Main Street"],
            "license_information": {"license_number": "50056", "state": "CA"},
            "type_2_npi": ["0000000001"],
            "attestation": {
                "attestation": STATEMENT, "confirm_attestation": True,
                "attester_name": "Leigh Attester",
            },
        }
    ).encode()  # fmt: skip


def read(source):
    with open_hospital_prices(source) as prices:
        return prices.hospital, list(prices)


@settings(max_examples=60)
@given(price_files())
def test_all_layouts_read_back_what_was_written(charges):
    readings = [read(layout(charges)) for layout in (tall, wide, as_json)]
    assert all(found == charges for _, found in readings)
    hospitals = [hospital for hospital, _ in readings]
    assert hospitals[0] == hospitals[1] == hospitals[2]


def test_published_examples_of_3_0_agree_across_layouts(material):
    base = "price-files/hospital-examples/examples/"

    def rates(path):
        _, found = read(material(base + path))
        return {
            (charge.description, charge.codes, charge.setting, evolve(rate, notes=None))
            for charge in found
            if isinstance(charge, StandardCharge)
            for rate in charge.payer_rates
        }

    of_tall = rates("CSV/Tall Format Examples/V3.0.0_Tall_CSV_Format_Example.csv")
    of_wide = rates("CSV/Wide Format Examples/V3.0.0_Wide_CSV_Format_Example.csv")
    assert of_tall == of_wide == rates("JSON/v3_json_format_example.json")
    assert len(of_tall) > 30


def test_published_modifiers_are_terms_for_each_plan(material):
    path = "price-files/hospital-examples/examples/CSV/Tall Format Examples/"
    _, found = read(material(path + "V3.0.0_Tall_CSV_Format_Example.csv"))
    terms = [item for item in found if isinstance(item, ModifierTerms)]
    assert [(item.modifiers, item.plan_name) for item in terms] == [
        (("50",), "PPO"), (("50",), "HMO"), (("62",), "PPO"), (("62",), "HMO"),
        (("50", "62"), "PPO"), (("50", "62"), "HMO"),
    ]  # fmt: skip
    assert terms[0].rate is not None
    assert terms[0].rate.negotiated_percentage == Rate.percent(150)
    assert terms[0].terms is not None


@settings(max_examples=150)
@given(price_files(), st.sampled_from([tall, wide, as_json]), st.data())
def test_damaged_files_give_our_own_error_or_a_clean_result(charges, layout, data):
    whole = layout(charges)
    at = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, 40))
    damaged = whole[:at] + damage + whole[at + cut :]
    try:
        _, found = read(damaged)
    except CarecoordError:
        return
    assert all(isinstance(item, StandardCharge | ModifierTerms | Problem) for item in found)


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_refused(data):
    with pytest.raises(FileRefused):
        read(data)


@given(price_files())
@settings(max_examples=20)
def test_a_blank_row_and_a_byte_order_mark_change_nothing(charges):
    lines = tall(charges).replace(b"\r\n", b"\n").split(b"\n")
    noisy = b"\xef\xbb\xbf" + b"\r\n".join([*lines[:4], b",,,", b"", *lines[4:]])
    assert read(noisy) == read(tall(charges))


def one(**cells):
    """The reading of a tall file with one row, of 3.0, whose cells default to a sound item."""
    stated = {
        "description": "MRI", "code|1": "70551", "code|1|type": "CPT", "setting": "outpatient",
        "standard_charge|gross": "1200", **cells,
    }  # fmt: skip
    header = [*ITEM, "payer_name", "plan_name", *RATE, "additional_generic_notes"]
    header += [name for name in stated if name not in header]
    _, found = read(written([header, [stated.get(name, "") for name in header]]))
    return [i for i in found if not isinstance(i, Problem)], [
        i for i in found if isinstance(i, Problem)
    ]


def test_fractions_of_a_cent_are_rounded_half_up_and_said():
    (charge,), (problem,) = one(**{"standard_charge|gross": "12.345"})
    assert charge.gross == Money.of("12.35")
    assert (problem.warning, problem.entry, problem.place) == (True, 4, "standard_charge|gross")


@pytest.mark.parametrize("amount", ["0", "-1", "$5", "1,200", "1e3", "NaN", "٣", "0.001", "9" * 20])
def test_what_is_no_amount_leaves_the_item_out(amount):
    charges, problems = one(**{"standard_charge|gross": amount})
    assert charges == []
    assert [problem.place for problem in problems] == ["standard_charge|gross"]
    assert not any(amount in str(problem) for problem in problems if amount != "0")


def test_a_fault_in_one_plan_leaves_the_other_plan():
    charges, problems = [], []
    for item in read(wide([]).replace(b"\r\n", b"\n") + wide_row())[1]:
        (problems if isinstance(item, Problem) else charges).append(item)
    assert [rate.plan_name for rate in charges[0].payer_rates] == ["PPO"]
    assert [(p.entry, p.place) for p in problems] == [
        (4, "standard_charge | Platform Health |HMO|methodology")
    ]


def wide_row():
    item = ["MRI", "70551", "CPT", "", "", "both", "", "", "", "900", "", "1", "2", ""]
    bad = ["400", "", "", "barter", "", "", "", "", ""]
    good = ["500", "", "", "fee schedule", "", "", "", "", ""]
    return ",".join([*item, *bad, *good]).encode()


def test_columns_of_the_hospital_s_own_do_no_harm_and_billing_class_is_read():
    (charge,), problems = one(billing_class="facility", shelf="B 12")
    assert charge.billing_class.value == "facility"
    assert problems == []
    (charge,), (problem,) = one(billing_class="galactic")
    assert charge.billing_class is None
    assert problem.warning


@pytest.mark.parametrize("text", ["NUL\0", "x" * 3000])
def test_text_that_no_store_can_keep_is_refused_with_its_place(text):
    try:
        charges, problems = one(description=text)
    except FileRefused as refused:
        charges, problems = [], refused.problems
    assert charges == []
    assert problems


def test_memory_stays_flat_in_the_size_of_the_file(tmp_path):
    peaks = []
    for rows in (500, 5_000):
        path = tmp_path / f"{rows}.csv"
        charge = StandardCharge("MRI", (Code(CPT, "70551"),), Setting.BOTH, gross=Money(100))
        path.write_bytes(tall([charge]) + b"MRI,70551,CPT,,,both,,,,1,,,\r\n" * rows)
        with mock.patch("carecoord_exchange.sources._BLOCK", 10_000):
            tracemalloc.start()
            with open_hospital_prices(path) as prices:
                counted = sum(1 for _ in prices)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert counted == rows + 1
    assert peaks[1] < peaks[0] * 1.5
