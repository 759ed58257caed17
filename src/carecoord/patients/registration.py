"""Registration: the record of a patient, and what must be true of it."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, NotFound, Refused
from carecoord.kernel.codes import Identifier
from carecoord.kernel.contact import Address, HumanName, Telecom, folded
from carecoord.kernel.ids import CoverageId, PatientId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import checked
from carecoord.patients.contacts import Contact
from carecoord.patients.coverages import Coverage

__all__ = [
    "RULES",
    "Gender",
    "Patient",
    "birth_date_is_possible",
    "not_registered_already",
    "patient_is_active",
]

_OLDEST_YEARS = 130


class Gender(Enum):
    """Administrative gender, in FHIR's codes."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


@frozen(field_transformer=checked, kw_only=True)
class Patient:
    """A person who receives care here.

    `record_numbers` are medical record numbers, each of one patient only; `identifiers` are all
    others. `coverages` stand in the order in which they pay. What is not known is None.
    """

    id: PatientId
    name: HumanName
    birth_date: date | None = None
    gender: Gender = Gender.UNKNOWN
    record_numbers: tuple[Identifier, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    other_names: tuple[HumanName, ...] = ()
    telecoms: tuple[Telecom, ...] = ()
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    language: str | None = None
    interpreter_needed: bool | None = None
    deceased_at: datetime | None = None
    active: bool = True
    resembles_others: bool = False
    """Registered although somebody else has the same name and birth date."""
    sensitivities: frozenset[Sensitivity] = frozenset()
    withheld: frozenset[str] = frozenset()
    """The parts that an answer leaves out; see `carecoord.compliance.View`. Never kept."""
    version: int = 0

    @property
    def likeness(self) -> str | None:
        """What two records of one person have in common, in a form that cannot be read.

        None where the birth date is unknown, or somebody has looked and they are two persons.
        """
        if self.birth_date is None or self.resembles_others:
            return None
        parts = (self.name.family or "", " ".join(self.name.given), self.birth_date.isoformat())
        return hashlib.sha256("\0".join(map(folded, parts)).encode()).hexdigest()

    def __attrs_post_init__(self) -> None:
        ids = [coverage.id for coverage in self.coverages]
        if len(set(ids)) != len(ids):
            raise InvalidValue("Patient.coverages", "name the same coverage twice")

    def coverage(self, id: CoverageId) -> Coverage:
        """The coverage with this id; raises NotFound."""
        for coverage in self.coverages:
            if coverage.id == id:
                return coverage
        raise NotFound("coverage", id)

    def coverages_on(self, day: date) -> tuple[Coverage, ...]:
        """The coverages in force on a day, in the order in which they pay."""
        return tuple(coverage for coverage in self.coverages if coverage.in_force(day))

    def covered(self, coverage: Coverage, *, first: bool = False) -> "Patient":
        """With one more coverage, last in the order of payment, or first."""
        coverages = (coverage, *self.coverages) if first else (*self.coverages, coverage)
        return evolve(self, coverages=coverages)

    def with_coverage_changed(self, coverage: Coverage) -> "Patient":
        """With this coverage in the place of the one with the same id; raises NotFound."""
        self.coverage(coverage.id)
        changed = (coverage if one.id == coverage.id else one for one in self.coverages)
        return evolve(self, coverages=tuple(changed))

    def with_coverages_ordered(self, ids: Iterable[CoverageId]) -> "Patient":
        """With the same coverages in this order of payment.

        Raises:
            InvalidValue: the ids are not those of the coverages, each once.
        """
        wanted, held = list(ids), {coverage.id: coverage for coverage in self.coverages}
        if sorted(wanted) != sorted(held):
            raise InvalidValue("coverages", "must name every coverage of the patient once")
        return evolve(self, coverages=tuple(held[id] for id in wanted))


def birth_date_is_possible(birth_date: date | None, today: date) -> Answer:
    """A birth date lies neither in the future nor more than 130 years ago.

    Source: carecoord's own rule; the oldest person on record lived 122 years.
    """
    if birth_date is None:
        return Allowed()
    if birth_date > today:
        reason = "the birth date is in the future"
    elif today.year - birth_date.year > _OLDEST_YEARS:
        reason = f"the birth date is more than {_OLDEST_YEARS} years ago"
    else:
        return Allowed()
    return Refused("birth_date_is_possible", reason, "carecoord's own rule")


def not_registered_already(patient: Patient, others: Iterable[Patient]) -> Answer:
    """Nobody with the same full name and birth date, or the same identifier, is registered.

    Somebody who has looked at both may register the patient all the same.

    Source: carecoord's own rule; two records of one patient are a known danger to safety.
    """
    name = (folded(patient.name.family or ""), folded(" ".join(patient.name.given)))
    known = set(patient.identifiers)
    for other in others:
        same_name = name == (folded(other.name.family or ""), folded(" ".join(other.name.given)))
        same_birth = patient.birth_date is not None and patient.birth_date == other.birth_date
        if (same_name and same_birth) or known & set(other.identifiers):
            reason = f"{other.id} has the same name and birth date, or the same identifier"
            return Refused("not_registered_already", reason, "carecoord's own rule")
    return Allowed()


def patient_is_active(patient: Patient) -> Answer:
    """Nothing new is arranged for a record that is inactive, or for a patient who has died.

    Source: carecoord's own rule.
    """
    if patient.active and patient.deceased_at is None:
        return Allowed()
    reason = f"{patient.id} is inactive or has died"
    return Refused("patient_is_active", reason, "carecoord's own rule")


RULES = (birth_date_is_possible, not_registered_already, patient_is_active)
