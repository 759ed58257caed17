from datetime import date

import pytest
from attrs import evolve

from carecoord.errors import AlreadyTaken
from carecoord.kernel.codes import MEDICAL_RECORD_NUMBER, US_SSN, Identifier
from carecoord.kernel.contact import HumanName
from carecoord.kinds import open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients

MRN = Identifier(MEDICAL_RECORD_NUMBER, "100")
SSN = Identifier(US_SSN, "000-12-3456")
ADA = Patient(
    id="p1",
    name=HumanName(family="Okafor", given=["Ada"]),
    birth_date=date(1980, 5, 17),
    record_numbers=[MRN],
    identifiers=[SSN],
)
BEN = Patient(id="p2", name=HumanName(family="Okafor", given=["Ben"]), birth_date=date(2010, 1, 1))
CY = Patient(id="p3", name=HumanName(family="Okada", given=["Cy"]))


@pytest.fixture
def patients():
    with open_store("memory:") as store, store.work() as work:
        repository = Patients(work)
        for one in (BEN, ADA, CY):
            repository.add(one)
        yield repository


def ids(found):
    return [one.id for one in found]


def test_names_are_found_by_their_beginning_in_order(patients):
    assert ids(patients.named("oka")) == ["p3", "p1", "p2"]
    assert ids(patients.named("OKAFOR", "b")) == ["p2"]
    assert ids(patients.named("oka", born=date(1980, 5, 17))) == ["p1"]


def test_a_record_number_and_any_identifier_finds_its_patient(patients):
    assert ids(patients.with_identifier(MRN)) == ["p1"]
    assert ids(patients.with_identifier(SSN)) == ["p1"]
    assert patients.with_identifier(Identifier(US_SSN, "none")) == ()


def test_resemblance_is_by_identifier_or_by_family_name_and_birth_date(patients):
    assert ids(patients.resembling(evolve(ADA, id="p9", identifiers=[]))) == ["p1"]
    assert ids(patients.resembling(evolve(CY, id="p9", identifiers=[SSN]))) == ["p1"]
    assert patients.resembling(evolve(CY, id="p9")) == ()


def test_a_record_number_is_of_one_patient_only():
    with open_store("memory:") as store:
        with store.work() as work:
            Patients(work).add(ADA)
        with pytest.raises(AlreadyTaken, match="record number"), store.work() as work:
            Patients(work).add(evolve(BEN, record_numbers=[MRN]))


def test_entering_is_adding_or_bringing_up_to_date(patients):
    assert patients.enter(evolve(CY, id="p4")).version == 1
    same = patients.get("p1")
    assert patients.enter(evolve(same, version=0)) == same
    changed = patients.enter(evolve(ADA, language="de"))
    assert (changed.language, patients.get("p1").language) == ("de", "de")
    assert set(patients.by_id(["p1", "p9", "p1"])) == {"p1"}
    assert patients.count() == 4
    assert len(patients.find(limit=2)) == 2
    patients.require(changed)
