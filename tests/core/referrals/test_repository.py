"""Referrals in a store: what is open, what is late, and who has it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings

from carecoord.directory.organizations import Organization
from carecoord.directory.practitioners import Practitioner
from carecoord.directory.repository import Organizations, Practitioners
from carecoord.errors import Conflict
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.codes import ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import (
    ActorId,
    AuthorizationId,
    BookingId,
    OrganizationId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.time import Zone
from carecoord.kinds import open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.referrals.orders import Category, Recipient
from carecoord.referrals.referral import Referral
from carecoord.referrals.repository import REFERRAL, Referrals
from carecoord.storage.backend import Stored
from carecoord.storage.wire import Codec
from carecoord.testing.strategies import aggregates_of

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
DESK = ActorId("desk")
HEART = OrganizationId("heart-clinic")


def referral(number: int, hours: int = 0) -> Referral:
    return Referral(
        id=ReferralId(f"referral-{number}"),
        patient=PatientId("patient-1"),
        category=Category.SPECIALIST,
        service=Code(SNOMED_CT, "183519002"),
        reason=Code(ICD_10_CM, "R07.9"),
        requester=PractitionerId("doctor"),
        ordered_at=MONDAY + timedelta(hours=hours),
        recipient=Recipient(organization=HEART),
    )


@pytest.fixture
def store():
    with open_store("memory:") as opened:
        with opened.work() as work:
            Patients(work).add(Patient(id="patient-1", name=HumanName(family="Okafor")))
            Organizations(work).add(Organization(id=HEART, name="Heart Clinic"))
            Practitioners(work).add(Practitioner(id="doctor", name=HumanName(family="Ito")))
        yield opened


@given(aggregates_of(REFERRAL))
@settings(max_examples=60)
def test_a_referral_is_read_as_it_was_written(one: Referral) -> None:
    codec = Codec(REFERRAL)
    row = codec.row(one, 1)
    body = json.loads(json.dumps(dict(row.body)))
    assert codec.aggregate(Stored(row.id, 1, body)) == evolve(one, version=1)


def ids(found):
    return [one.id for one in found]


def test_open_and_overdue_ones_are_found(store):
    with store.work() as work:
        repository = Referrals(work)
        repository.add(referral(1, 3))
        repository.add(referral(2).sent(by=DESK, at=MONDAY))
        repository.add(referral(3).revoked("moved away", by=DESK, at=MONDAY))
        assert ids(repository.still_open()) == ["referral-2", "referral-1"]
        assert ids(repository.waiting_at(HEART)) == ["referral-2"]
        assert len(repository.of_patient(PatientId("patient-1"))) == 3
        late = repository.overdue(
            MONDAY + timedelta(days=3),
            zone=Zone("America/Chicago"),
            business_days=BusinessDays.federal([2026]),
        )
        assert [one.id for one, _ in late] == ["referral-1"]


def test_it_is_found_by_what_it_rests_on(store):
    with store.work() as work:
        repository = Referrals(work)
        repository.add(referral(1))
        assert repository.resting_on(AuthorizationId("authorization-1")) == ()
        assert repository.for_booking(BookingId("visit-1")) == ()


def test_nobody_is_referred_to_who_is_not_known(store):
    nobody = evolve(referral(1), recipient=Recipient(PractitionerId("nobody")))
    with pytest.raises(Conflict) as caught, store.work() as work:
        Referrals(work).add(nobody)
    assert caught.value.reason == "missing_reference"
