"""What is written as FHIR reads back as it was, and what is not kept is named."""

import json
from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from carecoord_exchange.fhir import (
    coverage_resource,
    location_resource,
    losses,
    organization_resource,
    patient_resource,
    practitioner_resource,
    practitioner_role_resource,
    read_resources,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization, OrganizationType
from carecoord.directory.practitioners import Practitioner
from carecoord.kernel.codes import MEDICAL_RECORD_NUMBER, NPI, US_SSN, Code, Identifier
from carecoord.kernel.contact import Address, HumanName, Telecom, TelecomSystem, Use
from carecoord.kernel.ids import PatientId
from carecoord.patients.contacts import Contact, ContactRole
from carecoord.patients.coverages import Coverage, CoverageType, Relationship
from carecoord.patients.registration import Gender, Patient

words = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12
).filter(str.strip)
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.:_\-]{0,30}", fullmatch=True)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
maybe_word = st.none() | words
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda instant: instant.year > 1900)


def several(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


names = st.builds(
    HumanName,
    family=words,
    given=several(words),
    prefix=several(words, 1),
    suffix=several(words, 1),
    use=st.none() | st.sampled_from(Use),
)
telecoms = st.builds(
    Telecom,
    system=st.sampled_from(TelecomSystem),
    value=words,
    use=st.none() | st.sampled_from(Use),
)
addresses = st.builds(
    Address,
    lines=st.lists(words, min_size=1, max_size=2).map(tuple),
    city=maybe_word,
    district=maybe_word,
    state=maybe_word,
    postal_code=maybe_word,
    country=maybe_word,
    use=st.none() | st.sampled_from(Use),
    until=st.none() | days,
)
identifiers = st.builds(
    Identifier, st.sampled_from([US_SSN, MEDICAL_RECORD_NUMBER, "urn:oid:1.2.3"]), words
) | st.just(Identifier(NPI, "1234567893"))
some_identifiers = st.lists(identifiers, unique=True, max_size=4)
coverages = st.builds(
    Coverage,
    id=ids,
    type=st.sampled_from(CoverageType),
    payer_name=words,
    payer=st.none() | ids,
    member_id=maybe_word,
    group_number=maybe_word,
    relationship=st.sampled_from(Relationship),
    starts=st.none() | st.dates(date(2000, 1, 1), date(2010, 1, 1)),
    ends=st.none() | st.dates(date(2010, 1, 2), date(2030, 1, 1)),
)
contacts = st.builds(
    Contact,
    role=st.sampled_from(ContactRole),
    name=names,
    telecoms=several(telecoms, 2),
    address=st.none() | addresses,
)


@st.composite
def patients(draw):
    numbers = draw(some_identifiers)
    split = draw(st.integers(0, len(numbers)))
    return Patient(
        id=draw(ids), name=evolve(draw(names), use=Use.OFFICIAL), birth_date=draw(st.none() | days),
        gender=draw(st.sampled_from(Gender)), record_numbers=tuple(numbers[:split]),
        identifiers=tuple(numbers[split:]), other_names=draw(several(names, 2)),
        telecoms=draw(several(telecoms)), addresses=draw(several(addresses, 2)),
        contacts=draw(several(contacts, 2)),
        coverages=draw(st.lists(coverages, unique_by=lambda one: one.id, max_size=3).map(tuple)),
        language=draw(maybe_word), interpreter_needed=draw(st.none() | st.booleans()),
        deceased_at=draw(st.none() | instants),
        active=draw(st.booleans()),
    )  # fmt: skip


practitioners = st.builds(
    Practitioner,
    id=ids,
    name=names,
    identifiers=some_identifiers.map(tuple),
    specialties=st.lists(st.builds(Code, words, words), unique=True, max_size=2).map(tuple),
    organization=st.none() | ids,
    telecoms=several(telecoms),
    addresses=several(addresses, 2),
    active=st.booleans(),
)
organizations = st.builds(
    Organization,
    id=ids,
    name=words,
    type=st.sampled_from(OrganizationType),
    identifiers=some_identifiers.map(tuple),
    telecoms=several(telecoms),
    addresses=several(addresses, 2),
    part_of=st.none() | ids,
    active=st.booleans(),
)
locations = st.builds(
    Location,
    id=ids,
    name=words,
    zone=st.sampled_from([ZoneInfo("America/Chicago"), ZoneInfo("Pacific/Honolulu")]),
    organization=st.none() | ids,
    telecoms=several(telecoms),
    address=st.none() | addresses,
    active=st.booleans(),
)


def through_json(*resources):
    """Read after a way through text, as it would come from a file."""
    contents = read_resources([json.loads(json.dumps(one)) for one in resources if one])
    assert contents.problems == ()
    return contents


@settings(max_examples=80)
@given(patients())
def test_patients_and_their_coverages_come_back(patient):
    written = [patient_resource(patient)]
    written += [
        coverage_resource(coverage, patient.id, order=place)
        for place, coverage in enumerate(patient.coverages, 1)
    ]
    assert through_json(*reversed(written)).patients == (patient,)


@settings(max_examples=50)
@given(practitioners)
def test_practitioners_come_back_with_their_roles(practitioner):
    written = (practitioner_role_resource(practitioner), practitioner_resource(practitioner))
    assert through_json(*written).practitioners == (practitioner,)


@settings(max_examples=50)
@given(organizations)
def test_organizations_come_back(organization):
    assert through_json(organization_resource(organization)).organizations == (organization,)


@settings(max_examples=50)
@given(locations)
def test_locations_come_back_with_their_zone(location):
    assert through_json(location_resource(location)).locations == (location,)


@settings(max_examples=30)
@given(patients(), organizations)
def test_nothing_is_lost_of_what_was_written_here(patient, organization):
    assert losses(patient_resource(patient)) == ()
    assert losses(organization_resource(organization)) == ()


def test_what_is_withheld_is_told_of_a_resource():
    patient = Patient(id=PatientId("p"), name=HumanName(family="Okafor"))
    assert "meta" not in patient_resource(patient)
    (tag,) = patient_resource(evolve(patient, withheld={"contacts"}))["meta"]["tag"]
    assert tag["code"] == "SUBSETTED"


def example(material, name):
    return json.loads(material(f"fhir/r4-examples/{name}.json").read_bytes())


def test_losses_name_what_is_not_kept(material):
    lost = losses(example(material, "Patient-example"))
    assert "Patient.managingOrganization.reference" in lost
    assert "Patient._birthDate.extension[0].valueDateTime" in lost
    assert "Patient.name[0].family" not in lost
    assert "Patient.birthDate" not in lost


@pytest.mark.parametrize(
    ("kind", "read", "number"),
    [
        ("Patient", "patients", 19),
        ("Coverage", "coverages", 4),
        ("Practitioner", "practitioners", 14),
        ("Organization", "organizations", 13),
        ("Location", "locations", 6),
    ],
)
def test_published_examples_are_read_and_what_they_keep_comes_back(material, kind, read, number):
    taken = 0
    for path in sorted(material("fhir/r4-examples").glob(f"{kind}-*.json")):
        resource = json.loads(path.read_bytes())
        first = read_resources([resource], zone=ZoneInfo("Europe/Amsterdam"))
        write = {
            "Patient": patient_resource,
            "Practitioner": practitioner_resource,
            "Organization": organization_resource,
            "Location": location_resource,
            "Coverage": lambda found: coverage_resource(
                found.coverage, found.patient, order=found.order
            ),
        }[kind]
        for found in getattr(first, read):
            taken += 1
            assert getattr(read_resources([write(found)]), read) == (found,)
    assert taken == number


def test_the_published_coverage_is_understood(material):
    (found,) = read_resources([example(material, "Coverage-9876B1")]).coverages
    assert found.patient == "4"
    assert found.coverage == Coverage(
        id="9876B1",
        type=CoverageType.COMMERCIAL,
        payer_name="2",
        payer="2",
        member_id="12345",
        group_number="CB135",
        relationship=Relationship.SELF,
        starts=date(2011, 5, 23),
        ends=date(2012, 5, 23),
    )
