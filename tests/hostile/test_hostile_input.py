"""Bad input from outside meets an error of ours or comes out clean, and alike on every store.

The strings are the big list of naughty strings, the bundles those of JSONTestSuite, the price files
the good and the deliberately bad ones.
"""

import json
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import attrs
import pytest
from attrs import evolve
from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.hospital_prices import open_hospital_prices
from carecoord_exchange.intake import take_in, take_in_prices

from carecoord import (
    Actor,
    CarecoordError,
    Clinic,
    HumanName,
    InvalidValue,
    NotFound,
    Purpose,
    Role,
)
from carecoord.directory import Organization
from carecoord.directory.repository import Organizations
from carecoord.kernel.codes import Identifier
from carecoord.kernel.contact import Address, Telecom, TelecomSystem
from carecoord.kinds import KINDS, open_store
from carecoord.patients import Contact, ContactRole, Coverage, CoverageType, Patient
from carecoord.patients.repository import PATIENT, Patients
from carecoord.storage.conditions import Order, equal, has, one_of, starts_with

COORDINATOR = Actor.of("nora", Role.COORDINATOR)
pytestmark = pytest.mark.xdist_group("hostile")
"""One process runs all of it, so that stores can be compared."""

SHOWN: dict[str, Any] = {}
"""What came of each input on the first store, to be the same on the others."""


@pytest.fixture(scope="module")
def naughty(material):
    strings = json.loads((material("hostile/blns") / "blns.json").read_text())
    return [*strings, "\0", "a\0b", "\ud800", "x" * 30_000, "$where", "'; DROP TABLE patient;--"]


def clinic(url):
    return Clinic(open_store(url))


def classes():
    """Every class of a kind, and every class within one."""
    found: dict[type, None] = {}

    def walk(of):
        if isinstance(of, type) and attrs.has(of) and of not in found:
            found[of] = None
            for field in attrs.fields(of):
                walk(field.type)
        for inner in get_args(of):
            walk(inner)

    for kind in KINDS:
        walk(kind.cls)
    return list(found)


def is_text(of):
    """Whether a field takes a text by itself: plain, with limits, or none."""
    if of is str or get_origin(of) is Annotated:
        return of is str or get_args(of)[0] is str
    return isinstance(of, UnionType) and any(is_text(member) for member in get_args(of))


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_every_text_field_takes_a_string_or_refuses_it_by_name(cls, naughty):
    """Fields are checked before the rules between them: what is wrong is named, never quoted."""
    fields = [field for field in attrs.fields(cls) if is_text(field.type)]
    for field in fields:
        for text in naughty:
            try:
                kept = field.converter(text)
            except InvalidValue as error:
                assert error.field == f"{cls.__name__}.{field.name}"
                assert len(text) < 4 or text not in str(error)
            else:
                assert kept == text


def patients_of(texts):
    for number, text in enumerate(texts):
        try:
            yield Patient(
                id=f"p{number}",
                name=HumanName(family=text, given=[text], prefix=[text]),
                record_numbers=[Identifier("urn:mrn", text)],
                identifiers=[Identifier("urn:other", text)],
                telecoms=[Telecom(system=TelecomSystem.OTHER, value=text)],
                addresses=[Address(lines=[text], city=text)],
                contacts=[Contact(role=ContactRole.OTHER, name=HumanName(given=[text]))],
                coverages=[
                    Coverage(
                        id=f"c{number}",
                        type=CoverageType.OTHER,
                        payer_name=text,
                        member_id=text,
                    )
                ],
                language=text,
            )
        except InvalidValue:
            continue


def test_naughty_strings_are_kept_and_found_as_they_are_or_refused(new_url, naughty):
    expected = list(patients_of(dict.fromkeys(naughty)))
    assert len(expected) > 400
    with new_url() as url, open_store(url) as store:
        with store.work() as work:
            for patient in expected:
                Patients(work).add(patient)
        with store.work() as work:
            kept = {one.id: evolve(one, version=0) for one in work.collection(PATIENT).each()}
            assert kept == {one.id: one for one in expected}
            for patient in expected[::20]:
                found = Patients(work).with_identifier(patient.identifiers[0])
                assert patient.id in {one.id for one in found}
                named = Patients(work).named(patient.name.family)
                assert patient.id in {one.id for one in named}
            in_order = [one.id for one in Patients(work).all()]
    assert SHOWN.setdefault("order of naughty names", in_order) == in_order


def test_field_names_values_and_ids_are_mere_text(new_url, naughty):
    with new_url() as url, open_store(url) as store, store.work() as work:
        patients = work.collection(PATIENT)
        patients.add(Patient(id="p1", name=HumanName(family="Okafor")))
        for text in naughty:
            for condition in (equal(text, "x"), has(text, "x"), one_of(text, ["x"])):
                with pytest.raises(InvalidValue):
                    patients.count(condition)
            with pytest.raises(InvalidValue):
                patients.find(order_by=(Order(text),))
            with pytest.raises(InvalidValue):
                patients.values((text,))
            with pytest.raises(NotFound):
                patients.get(text)
            for condition in (equal("family", text), has("identifier", text)):
                try:
                    assert patients.count(condition) == 0
                except InvalidValue as error:
                    assert len(text) < 4 or text not in str(error)
            try:
                assert patients.count(starts_with("family", text)) == (text == "")
            except InvalidValue:
                continue


def test_whatever_is_given_as_a_bundle_leaves_nothing_half_done(new_url, material):
    outcomes = {}
    with new_url() as url, clinic(url).store as store:
        desk = Clinic(store).desk(COORDINATOR, Purpose.OPERATIONS)
        for path in sorted(material("hostile/JSONTestSuite").rglob("*.json")):
            try:
                contents = read_bundle(path)
            except CarecoordError as error:
                outcomes[path.name] = error.code
            else:
                taken = take_in(desk, contents)
                outcomes[path.name] = [taken.patients, len(taken.problems)]
        with store.work() as work:
            assert work.collection(PATIENT).count() == 0
    assert len(outcomes) > 300
    assert SHOWN.setdefault("bundles", outcomes) == outcomes


def test_every_price_file_comes_out_alike(new_url, material):
    outcomes = {}
    with new_url() as url, clinic(url).store as store:
        desk = Clinic(store).desk(COORDINATOR, Purpose.OPERATIONS)
        folder = material("price-files/hospital-fixtures")
        for number, path in enumerate(sorted([*folder.rglob("*.csv"), *folder.rglob("*.json")])):
            try:
                with open_hospital_prices(path) as file:
                    taken = take_in_prices(desk, file, f"schedule-{number}")
                outcomes[path.name] = [taken.prices, len(taken.problems)]
            except CarecoordError as error:
                outcomes[path.name] = error.code
    assert len(outcomes) > 40
    assert SHOWN.setdefault("price files", outcomes) == outcomes


def test_a_name_of_an_organization_finds_only_what_begins_so(new_url, naughty):
    with new_url() as url, clinic(url).store as store:
        desk = Clinic(store).desk(COORDINATOR, Purpose.OPERATIONS)
        for wild in ("%", "_", ".*", "[a-z]", "\\"):
            desk.enter_organization(Organization(id=f"o{ord(wild[0])}", name=f"{wild} clinic"))
        with store.work() as work:
            for wild in ("%", "_", ".*", "[a-z]", "\\"):
                found = [one.id for one in Organizations(work).named(wild)]
                assert found == [f"o{ord(wild[0])}"]
