from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from carecoord import (
    Actor,
    AlreadyTaken,
    Conflict,
    HumanName,
    InvalidValue,
    NotAllowed,
    NotFound,
    Purpose,
    Role,
    Zone,
)
from carecoord.directory import Location, Organization, Practitioner
from carecoord.kernel.codes import MEDICAL_RECORD_NUMBER, US_SSN, Identifier
from carecoord.kernel.contact import Telecom, TelecomSystem
from carecoord.patients import CoverageType, Gender, Patient

ADA = HumanName(family="Okafor", given=["Ada"])
MRN = Identifier(MEDICAL_RECORD_NUMBER, "100")


def test_a_patient_is_registered_with_all_that_is_said(desk):
    patient = desk.register(
        ADA,
        birth_date=date(1980, 5, 17),
        gender=Gender.FEMALE,
        record_numbers=[MRN],
        identifiers=[Identifier(US_SSN, "000-12-3456")],
        telecoms=[Telecom(system=TelecomSystem.PHONE, value="555-0100")],
        language="en",
    )
    assert desk.look_up_patient(patient.id) == patient
    assert desk.find_patients(identifier=MRN) == (patient,)
    assert desk.find_patients(family="oka", given="a", born=date(1980, 5, 17)) == (patient,)
    assert desk.find_patients(family="OKAFOR", whole=True) == (patient,)
    assert desk.find_patients(family="oka", whole=True) == ()
    with pytest.raises(InvalidValue, match="family"):
        desk.find_patients()


def test_somebody_who_resembles_a_patient_is_registered_only_on_purpose(desk):
    desk.register(ADA, birth_date=date(1980, 5, 17))
    with pytest.raises(NotAllowed, match="not_registered_already"):
        desk.register(ADA, birth_date=date(1980, 5, 17))
    desk.register(ADA, birth_date=date(1980, 5, 17), despite_resemblance=True)
    assert len(desk.find_patients(family="okafor")) == 2


def test_a_record_number_is_of_one_patient(desk):
    desk.register(ADA, record_numbers=[MRN])
    with pytest.raises(AlreadyTaken):
        desk.register(HumanName(given=["Ben"]), record_numbers=[MRN])


def test_a_change_to_a_record_that_is_no_longer_current_is_refused(desk):
    patient = desk.register(ADA)
    changed = desk.change_record(evolve(patient, language="ig"))
    assert (changed.version, changed.language) == (2, "ig")
    with pytest.raises(Conflict):
        desk.change_record(evolve(patient, language="fr"))
    assert desk.look_up_patient(patient.id) == changed
    with pytest.raises(NotAllowed):
        desk.change_record(evolve(changed, birth_date=date(1700, 1, 1)))
    with pytest.raises(NotFound):
        desk.change_record(evolve(changed, id="patient-none"))


def test_coverages_are_added_and_put_in_order(desk):
    patient = desk.register(ADA)
    for name, first in (("Acme", False), ("Blue", False), ("Medicare", True)):
        patient = desk.add_coverage(
            patient.id, type=CoverageType.COMMERCIAL, payer_name=name, pays_first=first
        )
    assert [one.payer_name for one in patient.coverages] == ["Medicare", "Acme", "Blue"]
    ids = [one.id for one in reversed(patient.coverages)]
    ordered = desk.order_coverages(patient.id, ids)
    assert [one.payer_name for one in ordered.coverages] == ["Blue", "Acme", "Medicare"]
    with pytest.raises(InvalidValue):
        desk.order_coverages(patient.id, ids[:2])


def test_nothing_is_added_for_the_dead(desk):
    patient = desk.register(ADA)
    desk.change_record(evolve(patient, deceased_at=datetime(2026, 1, 1, tzinfo=UTC)))
    with pytest.raises(NotAllowed, match="patient_is_active"):
        desk.add_coverage(patient.id, type=CoverageType.COMMERCIAL, payer_name="Acme")


def test_a_record_from_elsewhere_is_taken_over_under_its_own_id(desk):
    foreign = Patient(id="synthea-1", name=ADA)
    assert desk.take_over_patient(foreign).version == 1
    assert desk.take_over_patient(foreign).version == 1
    assert desk.take_over_patient(evolve(foreign, language="en")).version == 2


def test_the_directory_is_entered_and_brought_up_to_date(desk):
    elm = Organization(id="elm", name="Elm Clinic")
    assert desk.enter_organization(elm).version == 1
    wu = Practitioner(id="wu", name=HumanName(family="Wu"), organization="elm")
    assert desk.enter_practitioner(wu).version == 1
    assert desk.enter_practitioner(evolve(wu, active=False)).version == 2
    place = Location(id="main", name="Main", zone=Zone("UTC"), organization="elm")
    assert desk.enter_location(place).version == 1


def test_of_two_desks_that_register_one_person_at_once_one_is_turned_away(clinic, desk):
    """Whoever commits second looks again, and sees the first."""
    twin = clinic.desk(Actor.of("omar", Role.COORDINATOR), Purpose.TREATMENT)
    person = {"birth_date": date(1980, 5, 17)}
    others = iter([lambda: twin.register(ADA, **person)])

    class Meanwhile(type(clinic.store.backend)):
        def commit(self, changes):
            next(others, lambda: None)()
            super().commit(changes)

    clinic.store.backend.__class__ = Meanwhile
    with pytest.raises(NotAllowed, match="not_registered_already"):
        desk.register(ADA, **person)
    assert len(desk.find_patients(family="okafor")) == 1


def test_what_was_read_here_and_changed_since_is_not_entered_over(desk):
    elm = desk.enter_organization(Organization(id="elm", name="Elm Clinic"))
    desk.enter_organization(evolve(elm, name="Elm Street Clinic"))
    with pytest.raises(Conflict):
        desk.enter_organization(evolve(elm, active=False))
    from_elsewhere = desk.enter_organization(Organization(id="elm", name="Elm"))
    assert (from_elsewhere.version, from_elsewhere.name) == (3, "Elm")
