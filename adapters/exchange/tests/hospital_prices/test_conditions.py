"""The conditions of the data dictionaries, one by one, and faults of heads and headers."""

import copy
import csv
import io
import json
import tracemalloc
import zlib
from unittest import mock

import pytest
from carecoord_exchange.hospital_prices import (
    FileRefused,
    ModifierTerms,
    Problem,
    open_hospital_prices,
)

from carecoord.estimates.prices import StandardCharge

V2 = {
    "hospital_name": "West", "last_updated_on": "7/1/2024", "version": "2.1.0",
    "hospital_location": "West", "hospital_address": "12 Main", "license_number|CA": "",
    "To the best of its knowledge and belief, the hospital has included all charges.": "TRUE",
    "financial_aid_policy": "ask us",
}  # fmt: skip
V3 = {
    "hospital_name": "West", "last_updated_on": "2026-04-01", "version": "v3.0.0",
    "location_name": "West | East", "hospital_address": "12 Main|3 Side",
    "license_number | ca": "5", "type_2_npi": "0000000001 | 2", "attester_name": "Leigh",
    "To the best of its knowledge and belief, this hospital has included all charges.": "true",
}  # fmt: skip
ALLOWED = {
    "2": ["estimated_amount"],
    "3": ["median_amount", "10th_percentile", "90th_percentile", "count"],
}
ITEM = {
    "description": "MRI", "code|1": "70551", "code|1|type": "CPT", "code|2": "", "code|2|type": "",
    "setting": "outpatient", "modifiers": "", "drug_unit_of_measurement": "",
    "drug_type_of_measurement": "", "standard_charge|gross": "1200",
    "standard_charge|discounted_cash": "", "standard_charge|min": "1", "standard_charge|max": "2",
    "payer_name": "Payer", "plan_name": "PPO", "standard_charge|negotiated_dollar": "400",
    "standard_charge|negotiated_percentage": "", "standard_charge|negotiated_algorithm": "",
    "standard_charge|methodology": "fee schedule", "additional_generic_notes": "",
}  # fmt: skip


def written(*rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def read(source):
    with open_hospital_prices(source) as prices:
        found = list(prices)
    problems = [one for one in found if isinstance(one, Problem)]
    return [one for one in found if not isinstance(one, Problem)], problems


def row(edition, **changes):
    """The reading of a tall file of one row; empty allowed amounts are there as columns."""
    head = V2 if edition == "2" else V3
    cells = ITEM | dict.fromkeys(ALLOWED[edition], "") | changes
    return read(written(head.keys(), head.values(), cells.keys(), cells.values()))


def without(*names):
    return dict.fromkeys(names, "")


NO_RATE = without(
    "payer_name", "plan_name", "standard_charge|negotiated_dollar", "standard_charge|methodology",
    "standard_charge|min", "standard_charge|max",
)  # fmt: skip
BY_PERCENT = without("standard_charge|negotiated_dollar") | {
    "standard_charge|negotiated_percentage": "50"
}
COUNTED = {"count": "23", "median_amount": "5", "10th_percentile": "4", "90th_percentile": "6"}


@pytest.mark.parametrize(
    ("edition", "changes"),
    [
        ("2", {}), ("3", {}), ("2", NO_RATE), ("3", NO_RATE),
        ("2", BY_PERCENT | {"estimated_amount": "300"}),
        ("3", BY_PERCENT | COUNTED),
        ("3", BY_PERCENT | {"count": "0", "additional_generic_notes": "none was paid"}),
        ("3", BY_PERCENT | COUNTED | {"count": "1 through 10"}),
        ("3", {"standard_charge|methodology": "Other", "additional_generic_notes": "as agreed"}),
        ("3", {"code|1|type": "cmg", "setting": "BOTH"}),
        ("2", {"code|1": "", "code|1|type": "", "code|2": "1", "code|2|type": "NDC",
               "drug_unit_of_measurement": "1.5", "drug_type_of_measurement": "ml"}),
        ("3", {"code|1": "", "code|1|type": "", "modifiers": "50", "setting": "",
               "standard_charge|methodology": "", "standard_charge|min": "",
               "standard_charge|max": ""}),
        ("3", NO_RATE | {"code|1": "", "code|1|type": "", "modifiers": "50", "setting": "",
                         "standard_charge|gross": "", "additional_generic_notes": "half more"}),
    ],
)  # fmt: skip
def test_what_the_dictionaries_allow_is_taken_without_a_word(edition, changes):
    taken, problems = row(edition, **changes)
    assert problems == []
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("edition", "changes", "places"),
    [
        ("3", {"description": " "}, ["description"]),
        ("3", {"setting": ""}, ["setting"]),
        ("3", {"setting": "moon"}, ["setting"]),
        ("3", {"code|1": ""}, ["code|1"]),
        ("3", {"code|1|type": ""}, ["code|1|type"]),
        ("2", {"code|1|type": "CMG"}, ["code|1|type"]),
        ("3", {"code|1": "x" * 200}, ["code|1"]),
        ("3", {"code|1": "", "code|1|type": ""}, ["code|1"]),
        ("3", {"code|2": "5"}, ["code|2|type"]),
        ("3", {"payer_name": ""}, ["payer_name"]),
        ("3", {"plan_name": ""}, ["plan_name"]),
        ("3", {"payer_name": "x" * 400}, ["payer_name"]),
        ("3", {"standard_charge|methodology": ""}, ["standard_charge|methodology"]),
        ("3", {"standard_charge|methodology": "barter"}, ["standard_charge|methodology"]),
        ("3", {"standard_charge|methodology": "other"}, ["additional_generic_notes"]),
        ("3", {"standard_charge|min": ""}, ["standard_charge|min"]),
        ("3", {"standard_charge|max": ""}, ["standard_charge|max"]),
        ("3", NO_RATE | {"standard_charge|gross": ""}, ["standard_charge|gross"]),
        ("3", without("standard_charge|negotiated_dollar", "standard_charge|min",
                      "standard_charge|max"), ["standard_charge|negotiated_dollar"]),
        ("2", BY_PERCENT, ["estimated_amount"]),
        ("3", BY_PERCENT, ["count"]),
        ("3", BY_PERCENT | COUNTED | {"count": "5"}, ["count"]),
        ("3", BY_PERCENT | COUNTED | {"count": "1,100"}, ["count"]),
        ("3", BY_PERCENT | {"count": "23"},
         ["median_amount", "10th_percentile", "90th_percentile"]),
        ("3", BY_PERCENT | {"count": "0"}, ["additional_generic_notes"]),
        ("3", {"standard_charge|negotiated_percentage": "0"} | COUNTED,
         ["standard_charge|negotiated_percentage"]),
        ("3", {"drug_unit_of_measurement": "1"}, ["drug_type_of_measurement"]),
        ("3", {"drug_type_of_measurement": "ML"}, ["drug_unit_of_measurement"]),
        ("3", {"drug_type_of_measurement": "XX", "drug_unit_of_measurement": "1"},
         ["drug_type_of_measurement"]),
        ("3", {"code|2": "1", "code|2|type": "NDC"},
         ["drug_type_of_measurement", "drug_unit_of_measurement"]),
        ("3", NO_RATE | {"code|1": "", "code|1|type": "", "modifiers": "50",
                         "standard_charge|gross": ""}, ["additional_generic_notes"]),
        ("3", {"additional_generic_notes": "x" * 30_000}, ["additional_generic_notes"]),
    ],
)  # fmt: skip
def test_what_they_forbid_is_reported_at_its_place(edition, changes, places):
    _, problems = row(edition, **changes)
    assert [(problem.entry, problem.place) for problem in problems] == [(4, p) for p in places]
    assert not any(problem.warning for problem in problems)


def test_further_rates_of_an_item_are_judged_row_by_row():
    first = (
        ITEM | dict.fromkeys(ALLOWED["3"], "") | {"standard_charge|min": ""} | BY_PERCENT | COUNTED
    )
    second = first | {"plan_name": "HMO", "standard_charge|negotiated_dollar": "400"}
    third = first | {"plan_name": "POS", "standard_charge|methodology": ""}
    fourth = first | {"plan_name": "EPO"}
    rows = [one.values() for one in (first, second, third, fourth)]
    (charge,), problems = read(written(V3.keys(), V3.values(), first.keys(), *rows))
    assert [rate.plan_name for rate in charge.payer_rates] == ["PPO", "EPO"]
    assert [(one.entry, one.place) for one in problems] == [
        (5, "standard_charge|min"), (6, "standard_charge|methodology"),
    ]  # fmt: skip


def test_a_plan_without_a_charge_is_only_odd_before_3_0():
    (charge,), (problem,) = row("2", **{"standard_charge|negotiated_dollar": ""} | {
        "standard_charge|min": "", "standard_charge|max": ""})  # fmt: skip
    assert charge.payer_rates == ()
    assert problem.warning


def test_terms_of_a_modifier_keep_what_its_notes_say():
    (terms,), problems = row(
        "3", **{"code|1": "", "code|1|type": "", "modifiers": "50|62", "setting": "",
                "standard_charge|negotiated_dollar": "", "additional_generic_notes": "half more"}
    )  # fmt: skip
    assert problems == []
    assert terms == ModifierTerms(("50", "62"), "MRI", None, "Payer", "PPO", None, "half more")


def test_heads_are_understood():
    for head, locations, state in ((V2, ("West",), "CA"), (V3, ("West", "East"), "CA")):
        cells = ITEM | dict.fromkeys(ALLOWED[head["version"].lstrip("v")[0]], "")
        data = written(head.keys(), head.values(), cells.keys(), cells.values())
        with open_hospital_prices(data) as prices:
            hospital = prices.hospital
        assert (hospital.locations, hospital.license_state) == (locations, state)
        assert hospital.confirmed
    assert hospital.npis == ("0000000001", "2")
    assert hospital.attester == "Leigh"


def test_what_a_hospital_does_not_confirm_is_said():
    cells = ITEM | dict.fromkeys(ALLOWED["2"], "")
    values = ["false" if value == "TRUE" else value for value in V2.values()]
    _, problems = read(written(V2.keys(), values, cells.keys(), cells.values()))
    assert [(one.place, one.warning) for one in problems] == [("statement of truth", True)]


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("hospital_name", "", "hospital_name"), ("hospital_name", None, "hospital_name"),
        ("last_updated_on", "2026-13-01", "last_updated_on"), ("version", "", "version"),
        ("last_updated_on", "2/30/2026", "last_updated_on"), ("version", "1.1", "version"),
        ("version", "4.0.0", "version"), ("version", "2.0.0", "hospital_location"),
        ("location_name", "West||East", "location_name"), ("type_2_npi", None, "type_2_npi"),
        ("license_number | ca", None, "license_number|[state]"),
        ("attester_name", "", "attester_name"),
    ],
)  # fmt: skip
def test_faults_of_the_head_are_named(name, value, place):
    head = {key: old for key, old in V3.items() if key != name or value is not None}
    if value is not None:
        head[name] = value
    cells = ITEM | dict.fromkeys(ALLOWED["3"], "")
    with pytest.raises(FileRefused) as refused:
        read(written(head.keys(), head.values(), cells.keys(), cells.values()))
    assert (1, place) in [(one.entry, one.place) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"license_number | ca": "license_number|XX"}, "license_number|[state]"),
        ({"attester_name": "hospital_name"}, "hospital_name"),
        ({"attester_name": "attester"}, "attester_name"),
    ],
)
def test_faults_of_the_headers_of_the_head_are_named(change, place):
    headers = [change.get(name, name) for name in V3]
    cells = ITEM | dict.fromkeys(ALLOWED["3"], "")
    with pytest.raises(FileRefused) as refused:
        read(written(headers, V3.values(), cells.keys(), cells.values()))
    assert (1, place) in [(one.entry, one.place) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"setting": "place"}, "setting"),
        ({"code|1": "code|x"}, "code|x"),
        ({"code|1": "code|2"}, "code|2"),
        ({"code|1|type": "code|1|kind"}, "code|1|kind"),
        ({"code|2|type": ""}, "code|2|type"),
        ({"count": ""}, "count"),
        ({"plan_name": ""}, "plan_name"),
        ({"setting": "standard_charge|gold"}, "setting"),
        ({"setting": "standard_charge|gold"}, "standard_charge|gold"),
        ({"setting": "code|[i]"}, "code|[i]"),
        ({"setting": "\x07" + "x" * 900}, "setting"),
    ],
)
def test_faults_of_the_columns_are_named(change, place):
    names = [*ITEM, *ALLOWED["3"]]
    columns = [change.get(name, name) for name in names]
    with pytest.raises(FileRefused) as refused:
        read(written(V3.keys(), V3.values(), columns, ["x"]))
    assert (3, place) in [(one.entry, one.place) for one in refused.value.problems]
    assert all(one.place.isprintable() for one in refused.value.problems)


def test_layouts_are_not_mixed_and_plans_are_named():
    for extra in (["standard_charge|A|B|negotiated_dollar"], []):
        names = [*ITEM, *ALLOWED["3"], *extra]
        if not extra:
            names = [name for name in names if name not in ITEM or "ayer" not in name][:13]
        with pytest.raises(FileRefused) as refused:
            read(written(V3.keys(), V3.values(), names, ["x"]))
        assert "row 3" in [one.place for one in refused.value.problems]
    with pytest.raises(FileRefused):
        read(written(V3.keys(), V3.values(), ["standard_charge||PPO|negotiated_dollar"], ["x"]))


def test_before_2_2_later_columns_may_be_missing():
    later = {"modifiers", "drug_unit_of_measurement", "drug_type_of_measurement"}
    cells = {name: value for name, value in ITEM.items() if name not in later}
    taken, problems = read(written(V2.keys(), V2.values(), cells.keys(), cells.values()))
    assert (len(taken), problems) == (1, [])


JSON = {
    "hospital_name": "West", "last_updated_on": "2026-04-01", "version": "3.0.0",
    "location_name": ["West"], "hospital_address": ["12 Main"], "type_2_npi": ["1"],
    "license_information": {"state": "CA"},
    "attestation": {
        "attestation": list(V3)[-1], "confirm_attestation": True, "attester_name": "Leigh",
    },
    "standard_charge_information": [
        {
            "description": "MRI", "code_information": [{"code": "70551", "type": "CPT"}],
            "standard_charges": [
                {
                    "setting": "outpatient", "gross_charge": 1200, "minimum": 1, "maximum": 2.5,
                    "payers_information": [
                        {"payer_name": "P", "plan_name": "L", "standard_charge_dollar": 400,
                         "methodology": "fee schedule"}
                    ],
                }
            ],
        }
    ],
    "modifier_information": [
        {"code": "50", "description": "Bilateral", "setting": "both",
         "modifier_payer_information": [
             {"payer_name": "P", "plan_name": "L", "description": "half more"}
         ]}
    ],
}  # fmt: skip
ONE = ("standard_charge_information", 0)
CHARGE = (*ONE, "standard_charges", 0)
PAYER = (*CHARGE, "payers_information", 0)
MODIFIER = ("modifier_information", 0)


def changed(path, value):
    file = copy.deepcopy(JSON)
    place = file
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(file).encode()


def test_the_json_is_sound():
    taken, problems = read(json.dumps(JSON).encode())
    assert problems == []
    assert [type(one) for one in taken] == [StandardCharge, ModifierTerms]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (ONE, 5, "standard_charge_information/0"),
        ((*ONE, "description"), 5, "standard_charge_information/0/description"),
        ((*ONE, "code_information"), [], "standard_charge_information/0/code_information"),
        ((*ONE, "code_information"), [7], "standard_charge_information/0/code_information/0"),
        ((*ONE, "drug_information"), 7, "standard_charge_information/0/drug_information"),
        ((*ONE, "drug_information"), {"unit": "1", "type": "ML"},
         "standard_charge_information/0/drug_information/unit"),
        ((*ONE, "standard_charges"), {}, "standard_charge_information/0/standard_charges"),
        ((*CHARGE, "setting"), "moon",
         "standard_charge_information/0/standard_charges/0/setting"),
        ((*CHARGE, "gross_charge"), "1200",
         "standard_charge_information/0/standard_charges/0/gross_charge"),
        ((*CHARGE, "gross_charge"), True,
         "standard_charge_information/0/standard_charges/0/gross_charge"),
        ((*CHARGE, "gross_charge"), -1,
         "standard_charge_information/0/standard_charges/0/gross_charge"),
        ((*CHARGE, "modifier_code"), "50",
         "standard_charge_information/0/standard_charges/0/modifier_code"),
        ((*CHARGE, "payers_information"), [],
         "standard_charge_information/0/standard_charges/0/payers_information"),
        ((*PAYER, "payer_name"), None,
         "standard_charge_information/0/standard_charges/0/payers_information/0/payer_name"),
        ((*ONE, "code_information", 0, "type"), "ABC",
         "standard_charge_information/0/code_information/0/type"),
        (MODIFIER, "50", "modifier_information/0"),
        ((*MODIFIER, "setting"), "moon", "modifier_information/0/setting"),
        ((*MODIFIER, "modifier_payer_information"), [],
         "modifier_information/0/modifier_payer_information"),
    ],
)  # fmt: skip
def test_faults_of_the_json_are_named_by_their_path(path, value, place):
    _, problems = read(changed(path, value))
    assert place in [problem.place for problem in problems]
    assert {problem.entry for problem in problems} == {0}


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("version",), 3, "version"),
        (("version",), "3.1", "version"),
        (("last_updated_on",), "4/1/2026", "last_updated_on"),
        (("location_name",), "West", "location_name"),
        (("location_name",), [5], "location_name/0"),
        (("license_information",), [], "license_information"),
        (("license_information", "state"), "XX", "license_information/state"),
        (("attestation",), None, "attestation"),
        (("attestation", "attestation"), "I swear.", "attestation/attestation"),
        (("attestation", "confirm_attestation"), "yes", "attestation/confirm_attestation"),
        (("standard_charge_information",), {}, "standard_charge_information"),
    ],
)
def test_faults_of_the_head_of_a_json_refuse_it(path, value, place):
    with pytest.raises(FileRefused) as refused:
        read(changed(path, value))
    assert place in [problem.place for problem in refused.value.problems]


def test_modifiers_that_are_no_array_are_reported():
    taken, problems = read(changed(("modifier_information",), {}))
    assert [type(one) for one in taken] == [StandardCharge]
    assert [one.place for one in problems] == ["modifier_information"]


def test_json_that_breaks_off_is_refused_where_it_breaks():
    whole = json.dumps(JSON).encode()
    for cut in range(0, len(whole), 7):
        with pytest.raises(FileRefused):
            read(whole[:cut])
    for wrong in (b"\xff", b"}", b",", b'"'):
        with pytest.raises(FileRefused):
            read(whole + wrong)
    for inside in (b'"version": "3.0.0", "version": "3.0.0"', b'"x": NaN, "version": "3.0.0"',
                   b'"x": ' + b"[" * 50_000 + b', "version": "3.0.0"'):  # fmt: skip
        with pytest.raises(FileRefused):
            read(whole.replace(b'"version": "3.0.0"', inside))


def test_a_large_json_is_read_over_the_edges_of_its_blocks():
    file = copy.deepcopy(JSON)
    # Text that cannot be guessed, so that strings, escapes and numbers fall on every edge.
    file["standard_charge_information"] = [
        {**JSON["standard_charge_information"][0],
         "description": f"MRI \u00e9\\\"{zlib.crc32(str(number).encode())} {'x' * (number % 97)}"}
        for number in range(3_000)
    ]  # fmt: skip
    taken, problems = read(json.dumps(file, indent=1, ensure_ascii=False).encode())
    assert (len(taken), problems) == (3_001, [])


def test_memory_stays_flat_in_the_size_of_a_json(tmp_path):
    peaks = []
    for items in (400, 4_000):
        path = tmp_path / f"{items}.json"
        item = JSON["standard_charge_information"][0]
        path.write_text(json.dumps(JSON | {"standard_charge_information": [item] * items}))
        tracemalloc.start()
        with (
            mock.patch("carecoord_exchange.json_text._BLOCK", 10_000),
            open_hospital_prices(path) as prices,
        ):
            assert sum(1 for _ in prices) == items + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_hostile_csv_and_json_are_refused(material):
    for path in material("hostile/csv-spectrum/csvs").glob("*.csv"):
        with pytest.raises(FileRefused):
            read(path)
    for path in material("hostile/JSONTestSuite").rglob("*.json"):
        with pytest.raises(FileRefused):
            read(path)


def test_naughty_strings_are_kept_or_refused(material):
    for text in json.loads(material("hostile/blns/blns.json").read_bytes()):
        for name in ("description", "payer_name", "additional_generic_notes", "code|1"):
            row("3", **{name: text})


def test_what_cannot_be_opened_or_is_in_no_known_encoding_is_refused(tmp_path):
    for source in (tmp_path, tmp_path / "none.csv", "no\0where"):
        with pytest.raises(FileRefused):
            read(source)
    cells = ITEM | dict.fromkeys(ALLOWED["3"], "")
    whole = written(V3.keys(), V3.values(), cells.keys(), cells.values())
    for bad in (whole.decode().encode("utf-16"), whole + b"\x81", whole + b"\0", whole + b'"'):
        with pytest.raises(FileRefused):
            read(bad)
    with pytest.raises(FileRefused):
        read(whole + b"x" * 5_000_000)


def test_a_stream_is_read_from_its_start_and_left_open():
    cells = ITEM | dict.fromkeys(ALLOWED["3"], "")
    stream = io.BytesIO(written(V3.keys(), V3.values(), cells.keys(), cells.values()))
    assert len(read(stream)[0]) == 1
    assert not stream.closed
    assert len(read(io.BytesIO(json.dumps(JSON).encode()))[0]) == 2


def test_old_line_ends_and_other_bytes_are_read_with_a_word():
    cells = ITEM | dict.fromkeys(ALLOWED["3"], "") | {"description": "R\u00f6ntgen"}
    whole = written(V3.keys(), V3.values(), cells.keys(), cells.values())
    (charge,), problems = read(whole.replace(b"\r\n", b"\r"))
    assert (charge.description, problems) == ("R\u00f6ntgen", [])
    (charge,), (problem,) = read(whole.decode().encode("cp1252"))
    assert charge.description == "R\u00f6ntgen"
    assert (problem.place, problem.warning) == ("line 4", True)
