from datetime import timedelta

import pytest
from attrs import evolve

from carecoord import HumanName, InvalidValue, NotAllowed, NotFound
from carecoord.authorizations import Channel, Program, RequestedLine
from carecoord.directory import Organization, Practitioner
from carecoord.kernel.codes import ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.time import Period
from carecoord.patients import CoverageType
from carecoord.referrals import Recipient, ReferralStatus, Report, Urgency

SERVICE, REASON = Code(SNOMED_CT, "183519002"), Code(ICD_10_CM, "I48.91")


@pytest.fixture
def referral(desk):
    patient = desk.register(HumanName(family="Okafor"))
    desk.enter_practitioner(Practitioner(id="wu", name=HumanName(family="Wu")))
    desk.enter_organization(Organization(id="heart", name="Heart Clinic"))
    desk.enter_organization(Organization(id="other", name="Other Clinic"))
    return desk.refer(
        patient.id,
        Recipient(organization="heart"),
        service=SERVICE,
        reason=REASON,
        requester="wu",
        urgency=Urgency.URGENT,
    )


def test_the_loop_closes_with_the_report(desk, referral, clock):
    desk.record_referral_accepted(referral.id)
    clock.pass_(days=1)
    when = Period.starting(clock.at + timedelta(days=3), minutes=40)
    desk.record_referral_scheduled(referral.id, when)
    clock.at = when.end
    desk.record_referral_seen(referral.id)
    with pytest.raises(NotAllowed):
        desk.close_referral(referral.id)
    assert [one.id for one in desk.open_referrals()] == [referral.id]
    desk.record_referral_report(referral.id, Report(clock.at, reference="doc-1"))
    closed = desk.close_referral(referral.id, note="read by Dr Wu")
    assert closed.status is ReferralStatus.CLOSED
    assert desk.open_referrals() == ()
    assert [event.verb for event in closed.events] == [
        "send",
        "accept",
        "schedule",
        "see",
        "report",
        "close",
    ]


def test_a_referral_that_waits_too_long_is_overdue(desk, referral, clock):
    assert desk.overdue_referrals() == ()
    clock.pass_(days=30)
    assert [one.id for one in desk.overdue_referrals()] == [referral.id]
    desk.note_on_referral(referral.id, "called, will answer tomorrow")
    assert [one.id for one in desk.overdue_referrals()] == [referral.id]


def test_a_declined_referral_goes_to_another(desk, referral):
    desk.record_referral_declined(referral.id, "no openings this year")
    with pytest.raises(NotFound):
        desk.redirect_referral(referral.id, Recipient(organization="nowhere"))
    sent = desk.redirect_referral(referral.id, Recipient(organization="other"))
    assert sent.status is ReferralStatus.SENT
    with pytest.raises(NotAllowed):
        desk.redirect_referral(referral.id, Recipient(organization="other"))


def test_a_missed_appointment_is_made_anew(desk, small, referral, clock):
    desk.record_referral_accepted(referral.id)
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    visit = desk.book(referral.patient, small.type.id, opening)
    held = desk.record_referral_scheduled(referral.id, visit.period, booking=visit.id)
    assert held.booking == visit.id
    clock.at = visit.period.end
    assert desk.record_referral_missed(referral.id).booking is None


def test_a_referral_can_be_given_up(desk, referral):
    assert desk.revoke_referral(referral.id, "moved away").status is ReferralStatus.REVOKED
    assert desk.referrals_of(referral.patient)[0].id == referral.id


def test_a_referral_names_people_and_patients_that_exist(desk, referral):
    asked = {"service": SERVICE, "reason": REASON, "requester": "wu"}
    recipient = Recipient(practitioner="wu")
    with pytest.raises(NotFound):
        desk.refer("patient-none", recipient, **asked)
    with pytest.raises(NotFound):
        desk.refer(referral.patient, recipient, **{**asked, "requester": "nobody"})
    with pytest.raises(NotFound):
        desk.refer(referral.patient, recipient, **asked, authorization="none")
    desk.change_record(evolve(desk.look_up_patient(referral.patient), active=False))
    with pytest.raises(NotAllowed):
        desk.refer(referral.patient, recipient, **asked)


def test_a_referral_rests_on_what_is_the_same_patients(desk, small, referral):
    ben = desk.add_coverage(small.ben.id, type=CoverageType.COMMERCIAL, payer_name="Acme")
    asked = desk.request_authorization(
        ben.id,
        ben.coverages[0].id,
        (RequestedLine(1, SERVICE, 1),),
        program=Program.ERISA,
        channel=Channel.FHIR_PAS,
    )
    told = {"service": SERVICE, "reason": REASON, "requester": "wu", "authorization": asked.id}
    recipient = Recipient(organization="heart")
    assert desk.refer(ben.id, recipient, **told).authorization == asked.id
    with pytest.raises(InvalidValue, match="authorization: is of another patient"):
        desk.refer(referral.patient, recipient, **told)
    opening = desk.find_openings(small.type.id, small.tuesday).openings[0]
    visit = desk.book(ben.id, small.type.id, opening)
    with pytest.raises(InvalidValue, match="booking: is of another patient"):
        desk.record_referral_scheduled(referral.id, visit.period, booking=visit.id)
    with pytest.raises(NotFound):
        desk.record_referral_scheduled(referral.id, visit.period, booking="nowhere")
