"""Responsibility 1: data entry. Registering patients, and keeping records current."""

from collections.abc import Iterable
from datetime import date

from attrs import evolve

from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.directory.locations import Location
from carecoord.directory.organizations import Organization
from carecoord.directory.practitioners import Practitioner
from carecoord.errors import Allowed, Conflict, InvalidValue, insist
from carecoord.kernel.codes import Identifier
from carecoord.kernel.contact import HumanName, Telecom
from carecoord.kernel.ids import CoverageId, OrganizationId, PatientId, PlanId
from carecoord.patients.coverages import Coverage, CoverageType, Relationship
from carecoord.patients.registration import (
    Gender,
    Patient,
    birth_date_is_possible,
    not_registered_already,
    patient_is_active,
)

__all__ = [
    "add_coverage",
    "change_record",
    "enter_location",
    "enter_organization",
    "enter_practitioner",
    "find_patients",
    "look_up_patient",
    "order_coverages",
    "register",
    "take_over_patient",
]


@use_case("patient", writes=("patient",))
def register(
    turn: Turn,
    name: HumanName,
    *,
    birth_date: date | None = None,
    gender: Gender = Gender.UNKNOWN,
    record_numbers: tuple[Identifier, ...] = (),
    identifiers: tuple[Identifier, ...] = (),
    telecoms: tuple[Telecom, ...] = (),
    language: str | None = None,
    despite_resemblance: bool = False,
) -> Patient:
    """Register a patient who is new here.

    `despite_resemblance` registers somebody who resembles a patient on record, once a person has
    looked at both.

    Raises:
        NotAllowed: the birth date is impossible, or the patient seems to be registered already.
        AlreadyTaken: a record number belongs to another patient.
    """
    patient = Patient(
        id=PatientId(turn.new_id("patient")),
        name=name,
        birth_date=birth_date,
        gender=gender,
        record_numbers=record_numbers,
        identifiers=identifiers,
        telecoms=telecoms,
        language=language,
        resembles_others=despite_resemblance,
    )
    insist(
        birth_date_is_possible(patient.birth_date, turn.today),
        Allowed()
        if despite_resemblance
        else not_registered_already(patient, turn.patients.resembling(patient)),
    )
    kept = turn.patients.add(patient)
    turn.tell("patient_registered", kept)
    return kept


@use_case("patient", writes=("patient",))
def take_over_patient(turn: Turn, patient: Patient) -> Patient:
    """Keep a patient's record from another system, under the id it has there.

    A record that is here already is brought to the new state; one that is the same stays as it is.
    It does not become less sensitive by that.
    Whether it resembles somebody else's is not asked: the other system has told them apart.

    Raises:
        NotAllowed: the birth date is impossible.
        AlreadyTaken: a record number belongs to another patient.
    """
    insist(birth_date_is_possible(patient.birth_date, turn.today))
    here = turn.patients.get_or_none(patient.id)
    labels = patient.sensitivities | (frozenset() if here is None else here.sensitivities)
    kept = turn.patients.enter(evolve(patient, resembles_others=True, sensitivities=labels))
    if kept.version == 1:
        turn.tell("patient_registered", kept)
    return kept


@use_case("patient", writes=("patient",))
def change_record(turn: Turn, patient: Patient) -> Patient:
    """Keep a patient's record as it is handed in: read before, changed, and still current.

    Raises:
        Conflict: somebody else has changed it in between.
        NotAllowed: the birth date is impossible.
        InvalidValue: it is labelled otherwise than before.
    """
    here = turn.patients.get(patient.id)
    if here.version != patient.version:
        raise Conflict("patient", patient.id)
    if here.sensitivities != patient.sensitivities:
        raise InvalidValue("sensitivities", "are changed by label_record alone")
    insist(birth_date_is_possible(patient.birth_date, turn.today))
    kept = turn.patients.replace(patient)
    turn.tell("patient_changed", kept)
    return kept


@use_case("patient", writes=("patient",))
def add_coverage(
    turn: Turn,
    patient: PatientId,
    *,
    type: CoverageType,
    payer_name: str,
    payer: OrganizationId | None = None,
    plan: PlanId | None = None,
    member_id: str | None = None,
    group_number: str | None = None,
    relationship: Relationship = Relationship.SELF,
    starts: date | None = None,
    ends: date | None = None,
    pays_first: bool = False,
) -> Patient:
    """Add a coverage to a patient's record, last in the order of payment or first.

    Raises:
        NotFound: no such patient.
        NotAllowed: the record is inactive.
    """
    record = turn.patients.get(patient)
    insist(patient_is_active(record))
    coverage = Coverage(
        id=CoverageId(turn.new_id("coverage")),
        type=type,
        payer_name=payer_name,
        payer=payer,
        plan=plan,
        member_id=member_id,
        group_number=group_number,
        relationship=relationship,
        starts=starts,
        ends=ends,
    )
    return turn.patients.replace(record.covered(coverage, first=pays_first))


@use_case("patient", writes=("patient",))
def order_coverages(turn: Turn, patient: PatientId, coverages: Iterable[CoverageId]) -> Patient:
    """Put a patient's coverages in their order of payment.

    Raises:
        InvalidValue: the ids are not those of the patient's coverages, each once.
    """
    record = turn.patients.get(patient)
    return turn.patients.replace(record.with_coverages_ordered(coverages))


@use_case("patient", reads=("patient",))
def look_up_patient(turn: Turn, patient: PatientId) -> Patient:
    """A patient's record; raises NotFound."""
    return turn.patients.get(patient)


@use_case("patient", reads=("patient",))
def find_patients(
    turn: Turn,
    *,
    family: str | None = None,
    given: str = "",
    born: date | None = None,
    identifier: Identifier | None = None,
    whole: bool = False,
) -> tuple[Patient, ...]:
    """Patients whose names begin so, or who bear an identifier; case does not matter.

    With `whole`, those who have just the family name and the given names that are given.

    Raises:
        InvalidValue: neither a family name nor an identifier is given; or the store is kept
            encrypted, where nobody is found by the beginning of a name.
    """
    if identifier is not None:
        return turn.patients.with_identifier(identifier)
    if family is None:
        raise InvalidValue("family", "give a family name or an identifier")
    return turn.patients.named(family, given, born=born, whole=whole)


@use_case("organization", writes=("organization",))
def enter_organization(turn: Turn, organization: Organization) -> Organization:
    """Enter an organization into the directory, or bring its entry up to date."""
    return turn.organizations.enter(organization)


@use_case("practitioner", writes=("practitioner",))
def enter_practitioner(turn: Turn, practitioner: Practitioner) -> Practitioner:
    """Enter a practitioner into the directory, or bring the entry up to date."""
    return turn.practitioners.enter(practitioner)


@use_case("location", writes=("location",))
def enter_location(turn: Turn, location: Location) -> Location:
    """Enter a location into the directory, or bring its entry up to date."""
    return turn.locations.enter(location)
