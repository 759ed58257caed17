"""Bundles: what they hold, whatever their order, and what becomes of bad ones."""

import json
import random

import pytest
from attrs import evolve
from carecoord_exchange.fhir import BundleContents, read_bundle, read_resources
from carecoord_exchange.problems import FileRefused
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError
from carecoord.kernel.codes import Identifier
from carecoord.patients.coverages import CoverageType
from carecoord.patients.registration import Patient


def bundle(*resources, type="collection"):
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": type, "entry": entries}).encode()


PATIENT = {
    "resourceType": "Patient", "id": "p1", "active": True,
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
         "valueBoolean": True}
    ],
    "identifier": [
        {"system": "urn:a", "value": "1", "type": {"coding": [{"system": "s", "code": "MR"}]}}
    ],
    "name": [{"use": "official", "family": "Doe", "given": ["Jo"], "prefix": ["Dr"], "text": "x"}],
    "telecom": [{"system": "phone", "value": "555", "use": "home"}],
    "gender": "female", "birthDate": "1980-02-29", "deceasedDateTime": "2020-01-01T00:00:00Z",
    "address": [
        {"use": "home", "line": ["1 Road"], "city": "X", "district": "D", "state": "MA",
         "postalCode": "02108", "country": "US", "period": {"end": "2001-01-01"}, "text": "y"}
    ],
    "contact": [
        {"relationship": [{"coding": [{"system": "s", "code": "N"}]}], "name": {"family": "Kin"},
         "telecom": [{"system": "email", "value": "a@example.org"}], "address": {"city": "Z"}}
    ],
    "communication": [
        {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}], "text": "Spanish"},
         "preferred": True}
    ],
}  # fmt: skip
COVERAGE = {
    "resourceType": "Coverage", "id": "c1", "status": "active", "type": {"text": "private"},
    "subscriberId": "M1", "identifier": [{"system": "urn:b", "value": "2"}],
    "beneficiary": {"reference": "Patient/p1"}, "order": 1,
    "relationship": {"coding": [{"code": "self"}]},
    "period": {"start": "2020-01-01", "end": "2021-01-01"},
    "payor": [{"reference": "Organization/o1", "display": "Payer"}],
    "class": [{"type": {"coding": [{"code": "group"}]}, "value": "G"}],
}  # fmt: skip
ORGANIZATION = {
    "resourceType": "Organization", "id": "o1", "name": "Payer", "active": True,
    "type": [
        {"coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/organization-type", "code": "pay"}
        ]}
    ],
    "telecom": [{"system": "phone", "value": "555"}], "address": [{"line": ["2 Road"]}],
    "partOf": {"reference": "Organization/o2"},
}  # fmt: skip
PRACTITIONER = {
    "resourceType": "Practitioner", "id": "d1", "name": [{"family": "Care"}],
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
}  # fmt: skip
ROLE = {
    "resourceType": "PractitionerRole", "id": "r1",
    "practitioner": {"reference": "Practitioner/d1"},
    "organization": {"reference": "Organization/o1"},
    "specialty": [{"coding": [{"system": "urn:s", "code": "408443003"}]}],
}  # fmt: skip
LOCATION = {
    "resourceType": "Location", "id": "l1", "name": "West", "status": "active",
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/timezone", "valueCode": "America/Denver"}
    ],
    "address": {"city": "X"}, "managingOrganization": {"reference": "Organization/o1"},
}  # fmt: skip
EXPLANATION = {
    "resourceType": "ExplanationOfBenefit", "id": "e1", "created": "2020-01-01",
    "contained": [
        {"resourceType": "Coverage", "id": "coverage", "status": "active",
         "type": {"text": "medicaid"}, "beneficiary": {"reference": "Patient/p1"},
         "payor": [{"display": "Medicaid"}]}
    ],
}  # fmt: skip
EVERYTHING = [PATIENT, COVERAGE, ORGANIZATION, PRACTITIONER, ROLE, LOCATION, EXPLANATION]


def places(contents):
    return [(problem.entry, problem.place) for problem in contents.problems]


def test_a_whole_bundle_is_read_without_a_problem():
    contents = read_bundle(bundle(*EVERYTHING, {"resourceType": "Observation"}))
    assert contents.problems == ()
    (patient,), (practitioner,) = contents.patients, contents.practitioners
    assert [one.type for one in patient.coverages] == [
        CoverageType.COMMERCIAL,
        CoverageType.MEDICAID,
    ]
    assert patient.coverages[0].payer == "o1"
    assert patient.contacts[0].name.family == "Kin"
    assert (patient.language, patient.interpreter_needed) == ("es", True)
    assert practitioner.organization == "o1"
    assert [code.value for code in practitioner.specialties] == ["408443003"]
    assert contents.organizations[0].part_of == "o2"
    assert contents.locations[0].zone.key == "America/Denver"
    assert contents.unread == {"Observation": 1}


@given(st.permutations(EVERYTHING))
def test_the_order_of_the_entries_does_not_matter(resources):
    first, other = read_bundle(bundle(*EVERYTHING)), read_bundle(bundle(*resources))
    assert evolve(other, problems=()) == evolve(first, problems=())


def test_synthea_bundles_give_every_patient_with_coverages(material):
    files = sorted(material("fhir/synthea").glob("*.json"))
    assert len(files) == 20
    read = [read_bundle(path) for path in files]
    patients = [patient for contents in read for patient in contents.patients]
    assert len(patients) == 19
    assert sum(len(contents.practitioners) for contents in read) == 128
    assert sum(len(contents.organizations) for contents in read) == 26
    assert sorted(len(patient.coverages) for patient in patients) == [1] * 18 + [2]
    assert all(len(patient.record_numbers) == 1 for patient in patients)
    assert all(
        patient.birth_date and patient.addresses and patient.language for patient in patients
    )
    problems = [problem for contents in read for problem in contents.problems]
    assert {(problem.place, problem.reason) for problem in problems} == {
        ("Practitioner.identifier[0]", "an NPI has ten digits")
    }
    assert len(problems) == 128


def test_synthea_ids_are_the_same_in_another_order(material):
    for path in sorted(material("fhir/synthea").glob("*.json"))[:4]:
        whole = json.loads(path.read_bytes())
        first = read_bundle(path)
        random.Random(7).shuffle(whole["entry"])
        other = read_bundle(json.dumps(whole).encode())
        assert set(other.patients) == set(first.patients)
        assert set(other.practitioners) == set(first.practitioners)
        assert set(other.organizations) == set(first.organizations)


def test_references_by_full_url_and_ids_from_it():
    patient = {key: value for key, value in PATIENT.items() if key != "id"}
    urn = "urn:uuid:4E8ED886-fd5f-40bb-8feb-f339b04d853a"
    entries = [
        {
            "fullUrl": "http://x/Coverage/c1",
            "resource": COVERAGE | {"beneficiary": {"reference": urn}},
        },
        {"fullUrl": urn, "resource": patient},
    ]
    contents = read_bundle(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    )
    (found,) = contents.patients
    assert found.id == "4e8ed886-fd5f-40bb-8feb-f339b04d853a"
    assert [one.id for one in found.coverages] == ["c1"]


def test_a_resource_without_any_id_gets_one_of_its_content():
    patient = {key: value for key, value in PATIENT.items() if key != "id"}
    first, same = read_resources([patient]), read_resources([json.loads(json.dumps(patient))])
    other = read_resources([patient | {"gender": "male"}])
    assert first.patients == same.patients
    assert first.patients[0].id != other.patients[0].id


def test_coverages_of_patients_elsewhere_are_handed_over():
    contents = read_bundle(bundle(COVERAGE))
    assert [(one.patient, one.coverage.id) for one in contents.coverages] == [("p1", "c1")]


def test_twins_by_id_are_taken_once_if_equal_and_reported_if_not():
    assert len(read_bundle(bundle(PATIENT, PATIENT)).patients) == 1
    contents = read_bundle(bundle(PATIENT, PATIENT | {"gender": "male"}))
    assert len(contents.patients) == 1
    assert places(contents) == [(1, "id")]


@pytest.mark.parametrize(
    ("change", "place", "kept"),
    [
        ({"name": []}, "Patient.name", False),
        ({"birthDate": "1980"}, "Patient.birthDate", True),
        ({"birthDate": "1980-02-30"}, "Patient.birthDate", True),
        ({"birthDate": "yesterday"}, "Patient.birthDate", True),
        ({"birthDate": 1980}, "Patient.birthDate", True),
        ({"gender": "f"}, "Patient.gender", True),
        ({"active": "yes"}, "Patient.active", True),
        ({"deceasedDateTime": "2020"}, "Patient.deceasedDateTime", True),
        ({"deceasedDateTime": "2020-01-01T25:00:00Z"}, "Patient.deceasedDateTime", True),
        ({"deceasedDateTime": "2020-01-01"}, "Patient.deceasedDateTime", True),
        ({"identifier": [{"value": "1"}]}, "Patient.identifier[0].system", True),
        ({"identifier": ["1"]}, "Patient.identifier[0]", True),
        ({"identifier": {}}, "Patient.identifier", True),
        ({"telecom": [{"value": "x" * 400}]}, "Patient.telecom[0]", True),
        ({"telecom": [{"value": "5", "system": "smoke"}]}, "Patient.telecom[0].system", True),
        ({"contact": [{"gender": "male"}]}, "Patient.contact[0].name", True),
        ({"address": [{"line": [1]}]}, "Patient.address[0].line[0]", True),
        ({"name": [{"text": "Jo Doe"}]}, "Patient.name[0].text", True),
        ({"deceasedDateTime": None, "deceasedBoolean": True}, "Patient.deceasedBoolean", True),
    ],
)
def test_a_fault_is_named_by_its_path_and_the_rest_is_kept(change, place, kept):
    contents = read_bundle(bundle(PATIENT | change, ORGANIZATION))
    assert places(contents) == [(0, place)]
    assert len(contents.patients) == kept
    assert len(contents.organizations) == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"beneficiary": {}}, "Coverage.beneficiary"),
        ({"beneficiary": {"reference": "Group/p1"}}, "Coverage.beneficiary"),
        ({"payor": []}, "Coverage.payor"),
        ({"status": "entered-in-error"}, "Coverage.status"),
        ({"period": {"start": "2021-01-01", "end": "2020-01-01"}}, "Coverage"),
    ],
)
def test_a_coverage_that_says_too_little_is_not_taken(change, place):
    contents = read_bundle(bundle(COVERAGE | change))
    assert places(contents) == [(0, place)]
    assert contents.coverages == ()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"null", b'"Bundle"', b'{"resourceType": 5}',
        b'{"resourceType": "Bundle"}', b'{"resourceType": "Bundle", "type": "history"}',
        b'{"resourceType": "Bundle", "type": "batch", "entry": {}}',
        b'{"resourceType": "Bundle", "type": "batch", "type": "batch"}',
        b'{"resourceType": "Bundle", "type": "batch", "total": NaN}',
        b'{"resourceType": "Bundle", "type": "batch", "total": 1e999999}',
        b'{"resourceType": "Bundle", "type": "batch", "total": ' + b"9" * 5000 + b"}",
        b"\xff\xfe{\x00}\x00", b'{"resourceType": "\xff"}', b"[" * 100_000, b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused(data):
    with pytest.raises(FileRefused):
        read_bundle(data)


def test_limits_and_missing_files(tmp_path):
    with pytest.raises(FileRefused):
        read_bundle(bundle(PATIENT), largest=100)
    with pytest.raises(FileRefused):
        read_bundle(tmp_path / "nowhere.json")
    with pytest.raises(FileRefused):
        read_bundle(tmp_path)
    with pytest.raises(FileRefused):
        read_bundle("no\0where")


def test_entries_without_a_resource_are_reported():
    entries = [None, {}, {"resource": []}, {"resource": {"id": "x"}}, {"resource": PATIENT}]
    data = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}).encode()
    contents = read_bundle(data)
    assert places(contents) == [(index, "resource") for index in range(4)]
    assert len(contents.patients) == 1


def clean(data):
    """Read; anything but our own error or a clean result fails the test."""
    try:
        contents = read_bundle(data)
    except CarecoordError:
        return None
    assert isinstance(contents, BundleContents)
    return contents


def test_the_json_test_suite_leaves_only_our_own_errors(material):
    files = sorted(material("hostile/JSONTestSuite").rglob("*.json"))
    assert len(files) > 300
    for path in files:
        data = path.read_bytes()
        result = clean(data)
        if path.name.startswith("n_"):
            assert result is None
        head = b'{"resourceType": "Bundle", "type": "batch", "entry": [{"resource": '
        clean(head + data + b"}]}")
        inside = json.dumps(PATIENT).encode()
        clean(head + inside.replace(b'"Doe"', data) + b"}]}")
        clean(head + inside.replace(b'[{"use": "official"', data + b', "x": [{"u": "o"') + b"}]}")


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def replaced(value, path, new):
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: replaced(value[path[0]], path[1:], new)}
    return [
        replaced(item, path[1:], new) if index == path[0] else item
        for index, item in enumerate(value)
    ]


def test_naughty_strings_in_every_field_leave_only_our_own_errors(material):
    strings = json.loads(material("hostile/blns/blns.json").read_bytes())
    strings += ["\0", "\ud800", "x" * 100_000]
    for resource in EVERYTHING:
        for path in leaves(resource):
            for text in strings[:: 1 if path[-1] in ("family", "id", "reference") else 7]:
                contents = read_resources([replaced(resource, path, text)])
                assert not any(text in str(p) for p in contents.problems if len(text) > 30)


def test_naughty_names_are_kept_as_they_are(material):
    for text in json.loads(material("hostile/blns/blns.json").read_bytes()):
        (patient,) = read_resources([replaced(PATIENT, ("name", 0, "family"), text)]).patients or (
            None,
        )
        assert patient is None or patient.name.family in (text, None, "x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def nodes(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from nodes(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from nodes(item, (*path, index))


@settings(max_examples=300)
@given(st.data(), st.sampled_from(EVERYTHING), json_values)
def test_any_json_in_any_place_leaves_only_our_own_errors(data, resource, value):
    path = data.draw(st.sampled_from(list(nodes(resource))))
    contents = clean(bundle(replaced(resource, path, value), PRACTITIONER))
    assert contents is None or len(contents.practitioners) >= 1 - (resource is PRACTITIONER)


def test_no_patient_detail_is_in_reprs_of_problems():
    contents = read_bundle(bundle(PATIENT | {"birthDate": "Canary-4711"}))
    assert contents.problems
    assert "Canary" not in repr(contents.problems)
    assert isinstance(contents.patients[0], Patient)
    assert contents.patients[0].identifiers == (Identifier("urn:a", "1"),)
