"""A file read for some codes and payers is the file without the other rows, whatever it holds."""

import csv
import io
from unittest import mock

import pytest
from carecoord_exchange.hospital_prices import (
    FileRefused,
    ModifierTerms,
    Problem,
    open_hospital_prices,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.exchange.tests.price_rows import (
    HEAD,
    NO_PRICES,
    PAYER,
    PLAN,
    WANTED_CODES,
    WANTED_PAYERS,
    mri,
    tall_files,
    written,
)
from carecoord.estimates.prices import StandardCharge
from carecoord.kernel.codes import CPT, REVENUE_CODE, Code
from carecoord.kernel.money import Money


def read(source, block=None, **wanted):
    """What a file yields, and why the rest of it was refused, if it was."""
    found = []
    with mock.patch("carecoord_exchange.sources._BLOCK", block or 1_000_000):
        try:
            with open_hospital_prices(source, **wanted) as prices:
                found.extend(prices)
        except FileRefused as refused:
            return found, refused.problems
    return found, ()


def row_is_wanted(text, codes, payers):
    row = next(csv.reader(io.StringIO(text, newline="")), [])
    cell = dict(enumerate(map(str.strip, row)))
    types = {"CPT": CPT, "RC": REVENUE_CODE}
    held = [(cell.get(at, ""), types.get(cell.get(at + 1, "").upper())) for at in (1, 3)]
    names = (cell.get(PAYER, ""), cell.get(PLAN, ""))
    return (codes is None or any(Code(*one[::-1]) in codes for one in held if all(one))) and (
        payers is None or names[0] in payers or names in payers
    )


some_codes = st.none() | st.lists(st.sampled_from(WANTED_CODES), max_size=3)
some_payers = st.none() | st.lists(st.sampled_from(WANTED_PAYERS), max_size=3)


@settings(max_examples=150, deadline=None)
@given(tall_files(), some_codes, some_payers, st.sampled_from([1, 100, 1_000_000]))
def test_what_is_wanted_is_read_as_if_the_other_rows_were_blank(parts, codes, payers, block):
    whole = (HEAD + "".join(parts)).encode()
    narrowed = [part if row_is_wanted(part, codes, payers) else ",\r\n" for part in parts]
    expected, refusal = read((HEAD + "".join(narrowed)).encode())
    if refusal and refusal[0].reason == NO_PRICES:
        _, refusal = read(whole)
        refusal = refusal if refusal and refusal[0].reason == NO_PRICES else ()
    assert read(whole, block, codes=codes, payers=payers) == (expected, refusal)


@settings(max_examples=150, deadline=None)
@given(tall_files(), some_codes, some_payers, st.sampled_from([1, 100, 1_000_000]))
def test_the_answer_is_the_same_without_numpy(parts, codes, payers, block):
    whole = (HEAD + "".join(parts)).encode()
    asked = {"codes": codes, "payers": payers}
    with mock.patch("carecoord_exchange.hospital_prices.rows.HAS_NUMPY", False):
        slowly = read(whole, **asked)
    assert read(whole, block, **asked) == slowly


def test_problems_of_what_is_wanted_are_told_by_their_own_row():
    rows = [mri(description="A long\r\nline"), mri("1"), [], mri("99213"), mri("99213", plan="")]
    found, _ = read((HEAD + written(rows)).encode(), codes=[Code(CPT, "99213")])
    assert [(p.entry, p.place) for p in found if isinstance(p, Problem)] == [(8, "plan_name")]
    assert [charge.gross for charge in found if isinstance(charge, StandardCharge)] == [
        Money.of(1200)
    ]


def test_text_that_is_not_utf_8_is_still_read_and_said():
    rows = (HEAD + written([mri(), mri("99213"), mri("70551", "Santé")])).encode("cp1252")
    found, _ = read(rows, codes=[Code(CPT, "70551")], payers=["Santé"])
    assert [rate.payer_name for rate in found[0].payer_rates] == ["Santé"]
    assert found[1].reason == "is not UTF-8 text; read as Windows-1252"


def test_what_is_not_well_formed_is_refused_though_it_is_not_wanted():
    whole = (HEAD + written([mri("99213"), mri()])).encode() + b'"open'
    found, refusal = read(whole, codes=[Code(CPT, "99213")])
    assert len(found) == 0 or isinstance(found[0], StandardCharge)
    assert [(p.entry, p.reason) for p in refusal] == [(6, "is not well-formed CSV")]
    found, refusal = read((HEAD + "a,b\r\n" + "x" * 200_000).encode(), codes=[])
    assert [(p.entry, p.reason) for p in refusal] == [(5, "is not well-formed CSV")]


WIDE = "price-files/hospital-examples/examples/CSV/Wide Format Examples/"
TALL = "price-files/hospital-examples/examples/CSV/Tall Format Examples/"
LAYOUTS = [
    WIDE + "V3.0.0_Wide_CSV_Format_Example.csv",
    TALL + "V3.0.0_Tall_CSV_Format_Example.csv",
    "price-files/hospital-examples/examples/JSON/v3_json_format_example.json",
    "price-files/hospital-fixtures/sample-valid-modifier.json",
    "price-files/hospital-fixtures/3.0/sample-modifier-invalid-setting.json",
]


@pytest.mark.parametrize("path", LAYOUTS)
def test_every_layout_is_narrowed_alike(material, path):
    found, _ = read(material(path))
    rates = {
        (charge.description, charge.setting, rate)
        for charge in found
        if isinstance(charge, StandardCharge)
        for rate in charge.payer_rates
    }
    codes = {c for charge in found if isinstance(charge, StandardCharge) for c in charge.codes[:1]}
    for code in sorted(codes):
        narrow, _ = read(material(path), codes=[code])
        charges = [charge for charge in found if isinstance(charge, StandardCharge)]
        assert [one for one in narrow if isinstance(one, StandardCharge)] == [
            charge for charge in charges if code in charge.codes
        ]
        assert not any(isinstance(one, ModifierTerms) for one in narrow)
    for payer in {rate.payer_name for _, _, rate in rates}:
        narrow, _ = read(material(path), payers=[payer])
        assert {
            (charge.description, charge.setting, rate)
            for charge in narrow
            if isinstance(charge, StandardCharge)
            for rate in charge.payer_rates
        } == {rate for rate in rates if rate[2].payer_name == payer}
        assert {term.payer_name for term in narrow if isinstance(term, ModifierTerms)} <= {payer}
