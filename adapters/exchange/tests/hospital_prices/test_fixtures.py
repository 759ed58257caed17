"""Every price file that CMS publishes or tests with is accepted or refused as its name says."""

import pytest
from carecoord_exchange.hospital_prices import FileRefused, Problem, open_hospital_prices

from carecoord.estimates.prices import StandardCharge

FIXTURES = "price-files/hospital-fixtures/"
EXAMPLES = "price-files/hospital-examples/"
V2_CSV, V3_CSV = EXAMPLES + "archive/examples/CSV/", EXAMPLES + "examples/CSV/"
TEMPLATES = "documentation/CSV/templates/"

ACCEPTED = {
    FIXTURES + "sample-tall-valid.csv": 7,
    FIXTURES + "sample-tall-mixed-line-endings.csv": 7,
    FIXTURES + "sample-tall-small-rows.csv": 8,
    FIXTURES + "sample-wide-valid.csv": 7,
    FIXTURES + "sample-wide-blank-headers.csv": 1,
    V2_CSV + "Tall Format Examples/V2.0.0_Tall_CSV_Format_Example.csv": 14,
    V2_CSV + "Wide Format Examples/V2.0.0_Wide_CSV_Format_Example.csv": 14,
    V3_CSV + "Tall Format Examples/V3.0.0_Tall_CSV_Format_Example.csv": 23,
    V3_CSV + "Wide Format Examples/V3.0.0_Wide_CSV_Format_Example.csv": 22,
    EXAMPLES + "archive/examples/JSON/V2.0.0_JSON_Format_Example.json": 11,
    EXAMPLES + "examples/JSON/v3_json_format_example.json": 22,
    FIXTURES + "sample-valid.json": 4,
    FIXTURES + "sample-valid-bom.json": 4,
    FIXTURES + "sample-valid-drug-info.json": 5,
    FIXTURES + "sample-valid-modifier.json": 4,
    FIXTURES + "sample-nine-nines.json": 4,
    FIXTURES + "sample-lots-of-alerts.json": 4,
    FIXTURES + "sample-no-payer-charges.json": 3,
    FIXTURES + "3.0/sample-valid.json": 4,
    FIXTURES + "3.0/sample-valid-drug-info.json": 1,
    FIXTURES + "3.0/sample-valid-allowed-amount-zero.json": 4,
    FIXTURES + "3.0/allowed-amounts-nine-9s.json": 4,
    FIXTURES + "3.0/estimated-amount.json": 4,
    FIXTURES + "3.0/false-confirmation.json": 4,
}
"""Nothing is left out; the number is that of charges."""

WARNED = {
    V2_CSV + "Wide Format Examples/V2.0.0_Wide_CSV_Format_Example.csv": ["line 12"],
    FIXTURES + "sample-nine-nines.json": [
        "standard_charge_information/0/standard_charges/0/payers_information/2/estimated_amount"
    ],
    FIXTURES + "3.0/estimated-amount.json": [
        "standard_charge_information/0/standard_charges/0/payers_information/3/estimated_amount"
    ],
    FIXTURES + "3.0/false-confirmation.json": ["attestation/confirm_attestation"],
    FIXTURES + "sample-tall-valid.csv": [],
    FIXTURES + "3.0/sample-valid.json": [],
}
"""What was taken, only not as it stands."""

REFUSED = {
    FIXTURES + "sample-bad-header.csv": [(1, "last_updated_on")],
    FIXTURES + "sample-bad-item-header.csv": [(3, "description")],
    FIXTURES + "sample-blank-header.csv": [(3, "row 3")],
    FIXTURES + "sample-no-data.csv": [(4, "file")],
    FIXTURES + "sample-invalid.json": [(None, "character 102")],
    FIXTURES + "unexpected-version.json": [(None, "version")],
    FIXTURES + "3.0/sample-empty-address.json": [(None, "hospital_address/1")],
    FIXTURES + "3.0/sample-empty-location.json": [(None, "location_name/0")],
    FIXTURES + "3.0/unexpected-version.json": [(None, "hospital_location"), (None, "affirmation")],
}
"""The whole file is refused; with the entry and place of every reason."""

CHARGES = "standard_charge_information"
RATES = "standard_charges/0/payers_information"
FAULTY = {
    FIXTURES + "3.0/alerts-with-errors.json": [(0, f"{CHARGES}/0/{RATES}/1/count")],
    FIXTURES + "3.0/sample-empty-algorithm.json": [
        (0, f"{CHARGES}/0/{RATES}/2/standard_charge_algorithm")
    ],
    FIXTURES + "3.0/sample-empty-generic-notes.json": [
        (1, f"{CHARGES}/1/standard_charges/0/additional_generic_notes")
    ],
    FIXTURES + "3.0/sample-empty-payer-notes.json": [
        (1, f"{CHARGES}/1/{RATES}/0/additional_payer_notes")
    ],
    FIXTURES + "3.0/sample-missing-10th.json": [(1, f"{CHARGES}/1/{RATES}/1/10th_percentile")],
    FIXTURES + "3.0/sample-missing-90th.json": [(0, f"{CHARGES}/0/{RATES}/3/90th_percentile")],
    FIXTURES + "3.0/sample-missing-count-of-allowed-amounts.json": [
        (1, f"{CHARGES}/1/{RATES}/1/count")
    ],
    FIXTURES + "3.0/sample-missing-median.json": [(0, f"{CHARGES}/0/{RATES}/3/median_amount")],
    FIXTURES + "3.0/sample-modifier-invalid-setting.json": [(0, "modifier_information/0/setting")],
    FIXTURES + "3.0/sample-payer-no-charge.json": [
        (2, f"{CHARGES}/2/{RATES}/1/standard_charge_dollar")
    ],
    FIXTURES + "false-confirmation.json": [(0, f"{CHARGES}/0/{RATES}/0/additional_payer_notes")],
    FIXTURES + "sample-missing-estimate.json": [(0, f"{CHARGES}/0/{RATES}/3/estimated_amount")],
    FIXTURES + "sample-ndc-no-drug-info.json": [
        (4, f"{CHARGES}/4/drug_information/type"),
        (4, f"{CHARGES}/4/drug_information/unit"),
    ],
    FIXTURES + "sample-no-charges.json": [(2, f"{CHARGES}/2/standard_charges/0/gross_charge")],
    FIXTURES + "sample-no-min-max.json": [
        (1, f"{CHARGES}/1/standard_charges/0/minimum"),
        (1, f"{CHARGES}/1/standard_charges/0/maximum"),
    ],
    FIXTURES + "sample-other-no-notes.json": [
        (0, f"{CHARGES}/0/{RATES}/0/additional_payer_notes"),
        (0, f"{CHARGES}/0/{RATES}/3/estimated_amount"),
    ],
    FIXTURES + "sample-wrong-drug-info.json": [(4, f"{CHARGES}/4/drug_information/unit")],
    FIXTURES + "sample-wrong-modifier.json": [
        (0, "modifier_information/0/code"),
        (0, "modifier_information/0/modifier_payer_information/0/plan_name"),
    ],
}
"""The good rest is taken; with the entry and place of every fault."""

LOTS_OF_ERRORS = {4: 4, 5: 2, 6: 2, 7: 3, 10: 2, 11: 3, 12: 3, 13: 3}


def read(path):
    with open_hospital_prices(path) as prices:
        found = list(prices)
    problems = [item for item in found if isinstance(item, Problem)]
    charges = [item for item in found if isinstance(item, StandardCharge)]
    return charges, [p for p in problems if not p.warning], [p for p in problems if p.warning]


@pytest.mark.parametrize("path", ACCEPTED)
def test_good_files_are_taken_whole(material, path):
    charges, errors, _ = read(material(path))
    assert errors == []
    assert len(charges) == ACCEPTED[path]


@pytest.mark.parametrize("path", WARNED)
def test_what_is_odd_but_taken_is_said(material, path):
    _, _, warnings = read(material(path))
    assert [warning.place for warning in warnings] == WARNED[path]


@pytest.mark.parametrize("path", REFUSED)
def test_faults_of_the_head_refuse_the_whole_file(material, path):
    with pytest.raises(FileRefused) as refused:
        read(material(path))
    assert [(p.entry, p.place) for p in refused.value.problems] == REFUSED[path]
    assert {p.file for p in refused.value.problems} == {path.rpartition("/")[2]}


@pytest.mark.parametrize("path", FAULTY)
def test_faults_of_items_are_found_where_they_are(material, path):
    charges, errors, _ = read(material(path))
    assert [(p.entry, p.place) for p in errors] == FAULTY[path]
    assert charges


@pytest.mark.parametrize("layout", ["Tall", "Wide"])
@pytest.mark.parametrize(
    "name", [EXAMPLES + "archive/" + TEMPLATES + "V2", EXAMPLES + TEMPLATES + "V3"]
)
def test_templates_that_nobody_filled_in_are_refused(material, name, layout):
    with pytest.raises(FileRefused) as refused:
        read(material(f"{name}.0.0_{layout}_CSV_Format_Template.csv"))
    places = {problem.place for problem in refused.value.problems}
    assert {"hospital_name", "license_number|[state]", "code|[i]", "code|[i]|type"} <= places


def test_an_empty_object_lacks_everything(material):
    with pytest.raises(FileRefused) as refused:
        read(material(FIXTURES + "sample-empty.json"))
    assert len(refused.value.problems) == 8


def test_many_errors_come_each_with_its_row(material):
    charges, errors, _ = read(material(FIXTURES + "sample-lots-of-errors.csv"))
    counted = {row: sum(p.entry == row for p in errors) for row in LOTS_OF_ERRORS}
    assert counted == LOTS_OF_ERRORS
    assert len(errors) == sum(LOTS_OF_ERRORS.values())
    assert (4, "code|1|type") in [(p.entry, p.place) for p in errors]
    assert len(charges) == 2


def test_every_fixture_is_in_a_table_here(material):
    named = {*ACCEPTED, *REFUSED, *FAULTY}
    named |= {FIXTURES + "sample-empty.json", FIXTURES + "sample-lots-of-errors.csv"}
    folder = material(FIXTURES.rstrip("/"))
    present = {
        FIXTURES + path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".json"}
    }
    assert present <= named
