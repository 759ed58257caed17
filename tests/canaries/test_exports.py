"""What leaves the practice says no more than it is for, on every store.

Ada is whom it is about, Ben a bystander; every text of theirs is marked by what it is. Calendars,
drawings, appointments, audit evidence and everything that is logged or raised on the way hold none
of it; what is about Ada holds the marks that it is for, and none of Ben's.
"""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import asdict, evolve
from carecoord_exchange.calendars import read_busy_times, visit_entry, write_calendar
from carecoord_exchange.fhir import (
    appointment_of,
    appointment_resource,
    coverage_resource,
    losses,
    patient_resource,
    read_resources,
)
from carecoord_exchange.x12 import Party, X12Eligibility

from carecoord import Actor, Clinic, Gateways, HumanName, Money, Period, Purpose, Role, open_store
from carecoord.accounts import Recipient
from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.coordination.anchoring import anchor_audit
from carecoord.coordination.discussing_costs import Service
from carecoord.estimates.documents import html_document, markdown_document
from carecoord.kernel.codes import CPT, US_SSN, Code, Identifier
from carecoord.kernel.contact import Address, Telecom, TelecomSystem
from carecoord.kernel.time import Zone
from carecoord.patients import Contact, ContactRole, CoverageType
from carecoord.visits.drawing import day_svg, week_svg
from tests.attacks.stored_audit import SIGNER, VERIFIER
from tests.canaries.listening import BORN, MARK
from tests.core.coordination.conftest import SmallClinic

ZONE = Zone("America/Chicago")
MARKS = ("name", "ssn", "mrn", "email", "street", "member", "mother", "note")


def mark(whose, what):
    return f"{MARK}{whose}{what}".upper()


class Practice:
    """Ada and Ben, each with a visit, a coverage, an account and an estimate."""

    def __init__(self, store, ear):
        self.ear = ear
        clinic = Clinic(store, zone=ZONE, gateways=Gateways(eligibility=self.payer(store)))
        self.clinic = clinic
        self.desk = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.OPERATIONS)
        small = SmallClinic(self.desk)
        self.desk.offer_visit_type(evolve(small.type, minimum_notice=timedelta(0)))
        now = store.clock.now()
        self.span = Period(now + timedelta(days=1), now + timedelta(days=9))
        first, *_, last = self.desk.find_openings(small.type.id, self.span, limit=8).openings
        self.ada, self.ben = (self.patient(one) for one in ("ada", "ben"))
        self.visits = [
            self.desk.book(one.id, small.type.id, at, note=mark(who, "note"))
            for one, who, at in ((self.ada, "ada", first), (self.ben, "ben", last))
        ]
        self.accounts = [self.bill(one, who) for one, who in ((self.ada, "ada"), (self.ben, "ben"))]

    def patient(self, who):
        made = self.desk.register(
            HumanName(family=mark(who, "name"), given=(mark(who, "name"),)),
            birth_date=BORN,
            record_numbers=(Identifier("urn:mrn", mark(who, "mrn")),),
            identifiers=(Identifier(US_SSN, mark(who, "ssn")),),
            telecoms=(Telecom(system=TelecomSystem.EMAIL, value=mark(who, "email")),),
        )
        mother = HumanName(family=mark(who, "mother"))
        made = self.desk.change_record(
            evolve(
                made,
                addresses=(Address(lines=(mark(who, "street"),), city="Springfield"),),
                contacts=(Contact(role=ContactRole.GUARANTOR, name=mother),),
            )
        )
        return self.desk.add_coverage(
            made.id,
            type=CoverageType.COMMERCIAL,
            payer_name="Acme",
            member_id=mark(who, "member"),
        )

    def bill(self, patient, who):
        account = self.desk.open_account(patient.id, mark(who, "name"))
        self.desk.post_charge(account.id, Money.of(100), note=mark(who, "note"))
        return account

    def payer(self, store):
        """One that cannot be reached, and says why with everything that it was asked."""

        def send(request):
            self.asked = request
            raise OSError(request)

        return X12Eligibility(
            send,
            clock=store.clock,
            numbers=lambda: 1,
            provider=Party("WEST CLINIC", "XX", "1234567893"),
            payer_of=lambda _: Party("ACME", "PI", "12345"),
            sender=("30", "WEST"),
            receiver=("30", "CLEARING"),
            originator="9123456789",
        )


@pytest.fixture
def practice(new_url, ear):
    with new_url() as url, open_store(url) as store:
        yield Practice(store, ear)


def holds(text, *what):
    """The text holds these marks of Ada, if any, and no others, and none of Ben."""
    for who in ("ada", "ben"):
        for one in MARKS:
            there = mark(who, one) in text
            assert there is (who == "ada" and one in what), f"{one} of {who}"
    assert MARK in text or not what


def test_what_leaves_the_practice_says_no_more_than_it_is_for(practice, ear, tmp_path, tally):
    exports = [
        *calendars(practice),
        *drawings(practice),
        *appointments(practice),
        *about_ada(practice),
        *evidence(practice, tmp_path),
    ]
    for text, *what in exports:
        holds(text, *what)
        if not what:
            ear.read(text)
    told = sum(bool(what) for _, *what in exports)
    tally("texts looked through for canaries", tried=told, found=0)


def calendars(practice):
    ear, (visit, _) = practice.ear, practice.visits
    written = write_calendar([visit_entry(visit, summary="Visit")], now=datetime.now(UTC))
    yield (written.decode(),)
    theirs = written.replace(b"SUMMARY:Visit", b"SUMMARY:" + mark("ben", "name").encode())
    ear.hear(read_busy_times(theirs, span=practice.span, zone=ZONE))
    ear.expect(read_busy_times, mark("ben", "note").encode(), span=practice.span, zone=ZONE)


def drawings(practice):
    visits = practice.ear.hear(practice.desk.day_of("dr-wu", practice.span))
    assert len(visits) == 2
    day = visits[0].period.start.astimezone(ZONE).date()
    drawn = day_svg("Dr. Wu", day, ZONE, (practice.span,), visits)
    assert "booked" in drawn
    yield (drawn,)
    yield (week_svg("The week", day, ()),)


def appointments(practice):
    for visit in practice.visits:
        yield (json.dumps(appointment_resource(appointment_of(visit, practitioners=("dr-wu",)))),)


def about_ada(practice):
    ear, desk, ada = practice.ear, practice.desk, practice.ada
    known = ("name", "ssn", "mrn", "email", "street", "mother")
    resource = patient_resource(ada)
    yield (json.dumps(resource), *known)
    yield (json.dumps(coverage_resource(ada.coverages[0], ada.id)), "member")
    ear.hear(read_resources([resource, {**resource, "gender": mark("ben", "note")}]))
    ear.hear(losses({**resource, "maritalStatus": {"text": mark("ben", "note")}}))
    ear.expect(desk.verify_coverage, ada.id, ada.coverages[0].id, on=date(2026, 5, 4))
    yield practice.asked, "name", "member"
    for recipient in Recipient:
        made = ear.hear(
            desk.statement_of(practice.accounts[0].id, practice.span, recipient=recipient)
        )
        yield (str(asdict(made)),)
    service = Service(Code(CPT, "70551"), description="Scan of the head")
    estimate = ear.hear(desk.estimate_for_cash(ada.id, (service,)))
    for document in (markdown_document, html_document):
        yield (document(estimate, provider="West Mercy", zone=ZONE),)
    packet = ear.hear(desk.pre_visit_packet(practice.visits[0].id))
    yield (str(asdict(packet)),)


def evidence(practice, folder):
    officer = practice.clinic.desk(Actor.of("olga", Role.COMPLIANCE_OFFICER), Purpose.OPERATIONS)
    sink = AnchorFolder(folder / "anchors")
    practice.ear.hear(anchor_audit(practice.clinic.store, sink, SIGNER, log="clinic"))
    now = practice.clinic.store.clock.now()
    span = Period(now - timedelta(days=1), now)
    gathered = practice.ear.hear(
        officer.gather_evidence(sink, VERIFIER, log="clinic", span=span, sample=1000)
    )
    assert gathered.files["audit.jsonl"]
    for content in gathered.files.values():
        yield (content.decode(),)
    practice.ear.hear(officer.accesses_to(practice.ada.id))
    practice.ear.hear(officer.unusual_access(span, guarded=frozenset({practice.ada.id})))
