import json

import pytest
from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.intake import take_in

from carecoord import AccessDenied, Actor, Clinic, Purpose, Role


@pytest.fixture
def desk():
    return Clinic().desk(Actor("nora", {Role.COORDINATOR}), Purpose.OPERATIONS)


def bundle(*resources):
    entries = [{"resource": resource} for resource in resources]
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    return read_bundle(text.encode())


def patient(id, number, family="Okafor"):
    number_type = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]
    }
    return {
        "resourceType": "Patient",
        "id": id,
        "name": [{"family": family}],
        "birthDate": "1980-05-17",
        "identifier": [{"type": number_type, "system": "urn:oid:1.2.3", "value": number}],
    }


def test_a_bundle_is_taken_in_and_taking_it_again_changes_nothing(desk):
    organization = {"resourceType": "Organization", "id": "o1", "name": "Elm"}
    contents = bundle(patient("p1", "1"), organization)
    for _ in range(2):
        taken = take_in(desk, contents)
        assert (taken.patients, taken.organizations, taken.problems) == (1, 1, ())
    assert desk.look_up_patient("p1").version == 1


def test_what_cannot_be_kept_is_reported_and_the_rest_is_taken(desk):
    taken = take_in(desk, bundle(patient("p1", "1"), patient("p2", "1"), patient("p3", "3")))
    assert taken.patients == 2
    (problem,) = taken.problems
    assert problem.place == "patients/p2"
    assert "record number" in problem.reason
    assert "Okafor" not in f"{problem} {taken}"
    assert repr(taken).endswith("locations=0, problems=<1>)")


def test_an_impossible_record_leaves_the_rest(desk):
    old = {**patient("p1", "1"), "birthDate": "1700-01-01"}
    taken = take_in(desk, bundle(old, patient("p2", "2")))
    assert taken.patients == 1
    assert "birth_date_is_possible" in taken.problems[0].reason


def test_somebody_who_may_not_gets_nothing_in():
    clinic = Clinic()
    eve = clinic.desk(Actor("eve", {Role.BILLING}), Purpose.PAYMENT)
    with pytest.raises(AccessDenied):
        take_in(eve, bundle(patient("p1", "1")))
