"""Marked values go through a day at the desk, and none is seen where nobody should look.

Looked through: the repr of everything a use case returns, every error with its traceback, every log
record down to debug, the audit and the events.
"""

from datetime import timedelta

from attrs import evolve

from carecoord import Actor, Clinic, HumanName, Money, Purpose, Role, open_store
from carecoord.accounts import EntryKind
from carecoord.authorizations import Action, Channel, Program, RequestedLine
from carecoord.coordination.discussing_costs import Service
from carecoord.directory import Organization, Practitioner
from carecoord.kernel.codes import CPT, ICD_10_CM, SNOMED_CT, US_SSN, Code, Identifier
from carecoord.kernel.contact import Address, Telecom, TelecomSystem
from carecoord.patients import Contact, ContactRole, CoverageType
from carecoord.patients.repository import PATIENT
from carecoord.referrals import Recipient, Report
from carecoord.storage.conditions import starts_with
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.events import EVENT
from carecoord.visits import CancellationReason
from tests.canaries.keeping import kept_at
from tests.canaries.listening import BORN, MARK


def name(part):
    return HumanName(family=f"{MARK}-{part}", given=(f"{MARK}-given",))


def test_no_marked_value_is_seen(new_url, ear):
    with new_url() as url, open_store(url) as store:
        a_day(store, ear)


def test_no_marked_value_is_found_in_what_an_encrypted_store_keeps(new_url, ear):
    keys = KeyRing({"2026": bytes(range(32))}, current="2026")
    with new_url() as url, open_store(url, keys=keys) as store:
        a_day(store, ear, whole=True)
        ear.expect(store.work().collection(PATIENT).find, starts_with("family", MARK.lower()))
        kept = kept_at(url, store)
        assert "heart" in kept  # an id: it was looked in the right place
        for mark in (MARK.lower(), "1911-07-23"):
            assert mark not in kept


def a_day(store, ear, *, whole=False):
    clinic = Clinic(store)
    desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.OPERATIONS)
    details = {
        "birth_date": BORN,
        "record_numbers": (Identifier("urn:mrn", f"{MARK}-mrn"),),
        "identifiers": (Identifier(US_SSN, f"{MARK}-ssn"),),
        "telecoms": (Telecom(system=TelecomSystem.EMAIL, value=f"{MARK}@example.org"),),
    }
    patient = ear.hear(desk.register(name("ada"), **details))
    patient = ear.hear(
        desk.change_record(
            evolve(
                patient,
                addresses=(Address(lines=(f"{MARK} street",), city=MARK),),
                contacts=(Contact(role=ContactRole.GUARANTOR, name=name("mother")),),
            )
        )
    )
    patient = ear.hear(
        desk.add_coverage(
            patient.id,
            type=CoverageType.COMMERCIAL,
            payer_name="Acme",
            member_id=f"{MARK}-member",
        )
    )
    ear.hear(desk.find_patients(family=f"{MARK}-ada", whole=whole))
    ear.hear(desk.register.may(name("ada"), **details))
    look_alike = {**details, "identifiers": (), "birth_date": None}
    ear.expect(desk.register, name("ada"), **details)
    ear.expect(desk.register, name("ben"), **look_alike)
    ear.expect(desk.register, name("ben"), birth_date=BORN.replace(year=1511))
    ear.expect(desk.change_record, evolve(patient, version=1))
    ear.expect(desk.look_up_patient, f"{MARK} is no id")
    ear.expect(desk.find_patients)
    ear.expect(lambda: HumanName(family=f"{MARK}\0"))
    ear.expect(lambda: evolve(patient, language=f"{MARK}" * 200))
    ear.expect(lambda: Identifier("http://hl7.org/fhir/sid/us-npi", f"{MARK}"))
    visit_to(ear, desk, patient)
    bill_for(ear, desk, patient)
    refer_on(ear, desk, patient)
    denied = clinic.desk(Actor.of("eve", Role.SCHEDULER), Purpose.PAYMENT)
    ear.expect(denied.register, name("ada"), **details)
    ear.heard += [record.entry.decode() for record in store.audit_records()]
    with store.work() as work:
        ear.hear(tuple(work.collection(EVENT).each()))
    ear.hear(store)
    ear.hear(clinic)
    ear.hear(desk)


def visit_to(ear, desk, patient):
    from tests.core.coordination.conftest import SmallClinic

    small = SmallClinic(desk)
    desk.offer_visit_type(evolve(small.type, minimum_notice=timedelta(0)))
    span = evolve(
        small.tuesday,
        start=desk.practice.store.clock.now() + timedelta(days=1),
        end=desk.practice.store.clock.now() + timedelta(days=9),
    )
    opening, other = desk.find_openings(small.type.id, span, limit=2).openings
    visit = ear.hear(desk.book(patient.id, small.type.id, opening, note=f"{MARK} is afraid"))
    ear.expect(desk.book, patient.id, small.type.id, opening)
    ear.hear(desk.book.may(patient.id, small.type.id, opening, note=MARK))
    ear.hear(desk.reschedule(visit.id, other, reason=f"{MARK} overslept"))
    ear.hear(desk.visits_of(patient.id))
    ear.hear(desk.cancel(visit.id, CancellationReason.PATIENT, note=f"{MARK} is ill"))
    ear.expect(desk.cancel, visit.id, CancellationReason.PATIENT, note=MARK)
    ear.expect(desk.complete, visit.id)


def bill_for(ear, desk, patient):
    account = ear.hear(desk.open_account(patient.id, f"{MARK}'s account"))
    charge = ear.hear(desk.post_charge(account.id, Money.of(100), note=f"{MARK} came late"))
    ear.expect(desk.adjust, account.id, charge.id, Money.of(500), EntryKind.DISCOUNT, note=MARK)
    ear.hear(desk.ledger_of(account.id))
    ear.hear(desk.hold_account(account.id, reason=f"{MARK} disputes it"))
    ear.expect(desk.post_charge, account.id, Money.of(1), note=MARK)
    service = Service(Code(CPT, "70551"), description=f"Scan of {MARK}")
    ear.hear(desk.estimate_for_cash(patient.id, (service,)))
    asked = ear.hear(
        desk.request_authorization(
            patient.id,
            patient.coverages[0].id,
            (RequestedLine(1, service.code, 1),),
            program=Program.ERISA,
            channel=Channel.PHONE,
            reference=f"{MARK}-ref",
            representative=f"{MARK}'s aunt",
        )
    )
    denied = {"channel": Channel.PHONE, "reason": f"{MARK} does not need it"}
    ear.hear(desk.record_decision(asked.id, Action.NOT_CERTIFIED, **denied))
    ear.expect(desk.record_decision, asked.id, Action.NOT_CERTIFIED, **denied)


def refer_on(ear, desk, patient):
    desk.enter_practitioner(Practitioner(id="wu", name=HumanName(family="Wu")))
    desk.enter_organization(Organization(id="heart", name="Heart Clinic"))
    referral = ear.hear(
        desk.refer(
            patient.id,
            Recipient(organization="heart"),
            service=Code(SNOMED_CT, "183519002"),
            reason=Code(ICD_10_CM, "I48.91"),
            requester="wu",
            question=f"What of {MARK}?",
        )
    )
    ear.expect(desk.close_referral, referral.id, note=MARK)
    ear.hear(desk.note_on_referral(referral.id, f"{MARK} called"))
    ear.hear(desk.record_referral_seen.may(referral.id, note=MARK))
    now = desk.practice.store.clock.now()
    desk.record_referral_accepted(referral.id, note=MARK)
    desk.record_referral_seen(referral.id, note=MARK)
    report = ear.hear(Report(now, summary=f"{MARK} is well"))
    ear.hear(desk.record_referral_report(referral.id, report))
