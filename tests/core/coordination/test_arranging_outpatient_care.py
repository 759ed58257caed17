from datetime import timedelta

import pytest
from attrs import evolve

from carecoord import HumanName, InvalidValue, NotAllowed, NotFound
from carecoord.directory import Organization, Practitioner
from carecoord.kernel.codes import ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.time import Period
from carecoord.referrals import Recipient
from carecoord.visits.elsewhere import OutpatientStatus

SERVICE = Code(SNOMED_CT, "183519002")


@pytest.fixture
def patient(desk):
    desk.enter_organization(Organization(id="heart", name="Heart Clinic"))
    desk.enter_practitioner(Practitioner(id="wu", name=HumanName(family="Wu")))
    return desk.register(HumanName(family="Okafor"))


@pytest.fixture
def asked(desk, patient):
    return desk.request_outpatient_appointment(patient.id, "heart", SERVICE)


def test_an_appointment_elsewhere_is_followed_to_its_outcome(desk, asked, clock):
    friday = Period.starting(clock.at + timedelta(days=4), minutes=40)
    desk.record_outpatient_offers(asked.id, (friday,))
    desk.record_outpatient_confirmed(asked.id, friday)
    assert desk.outpatient_appointments_to_ask_about() == ()
    clock.at = friday.end + timedelta(days=3)
    assert [one.id for one in desk.outpatient_appointments_to_ask_about()] == [asked.id]
    done = desk.record_outpatient_occurred(asked.id, note="report to follow")
    assert done.status is OutpatientStatus.OCCURRED
    assert desk.outpatient_appointments_to_ask_about() == ()
    assert desk.outpatient_appointments_of(asked.patient) == (done,)


def test_what_was_missed_or_declined_is_asked_for_again_or_called_off(desk, asked, clock):
    desk.record_outpatient_declined(asked.id, "no openings")
    desk.request_outpatient_appointment_again(asked.id)
    soon = Period.starting(clock.at + timedelta(hours=2), minutes=40)
    desk.record_outpatient_confirmed(asked.id, soon)
    clock.at = soon.end
    desk.record_outpatient_missed(asked.id)
    gone = desk.cancel_outpatient_appointment(asked.id, "moved away")
    assert gone.status is OutpatientStatus.CANCELLED
    with pytest.raises(NotAllowed):
        desk.request_outpatient_appointment_again(asked.id)


def test_it_names_people_and_places_that_exist(desk, patient):
    referral = desk.refer(
        patient.id, Recipient(organization="heart"), service=SERVICE,
        reason=Code(ICD_10_CM, "I48.91"), requester="wu",
    )  # fmt: skip
    made = desk.request_outpatient_appointment(
        patient.id, "heart", SERVICE, practitioner="wu", referral=referral.id
    )
    assert made.referral == referral.id
    for wrong in ({"practitioner": "nobody"}, {"referral": "none"}):
        with pytest.raises(NotFound):
            desk.request_outpatient_appointment(patient.id, "heart", SERVICE, **wrong)
    with pytest.raises(NotFound):
        desk.request_outpatient_appointment(patient.id, "nowhere", SERVICE)
    desk.change_record(evolve(patient, active=False))
    with pytest.raises(NotAllowed):
        desk.request_outpatient_appointment(patient.id, "heart", SERVICE)


def test_an_appointment_elsewhere_rests_on_a_referral_of_the_same_patient(desk, patient):
    other = desk.register(HumanName(family="Adler"))
    referral = desk.refer(
        other.id,
        Recipient(organization="heart"),
        service=SERVICE,
        reason=Code(ICD_10_CM, "I48.91"),
        requester="wu",
    )
    asked = desk.request_outpatient_appointment(other.id, "heart", SERVICE, referral=referral.id)
    assert asked.referral == referral.id
    with pytest.raises(InvalidValue, match="referral: is of another patient"):
        desk.request_outpatient_appointment(patient.id, "heart", SERVICE, referral=referral.id)
