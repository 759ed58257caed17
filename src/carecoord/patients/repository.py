"""What the context of patients asks of storage."""

from datetime import date

from carecoord.kernel.codes import Identifier
from carecoord.kernel.contact import folded
from carecoord.kernel.ids import PatientId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.patients.registration import Patient
from carecoord.storage.conditions import Order, equal, every, has, some, starts_with
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["PATIENT", "Patients"]


PATIENT = Kind(
    "patient",
    Patient,
    (
        Searched("family", lambda it: folded(it.name.family or ""), sensitive=True),
        Searched("given", lambda it: folded(" ".join(it.name.given)), sensitive=True),
        Searched("birth_date", lambda it: it.birth_date, sensitive=True),
        Searched(
            "identifier",
            lambda it: [one.token for one in (*it.record_numbers, *it.identifiers)],
            many=True,
            sensitive=True,
            match="exact",
        ),
        Searched(
            "member_id",
            lambda it: [one.member_id for one in it.coverages if one.member_id is not None],
            many=True,
            sensitive=True,
            match="exact",
        ),
        Searched("active", lambda it: it.active, "integer"),
    ),
    patient_of=lambda it: it.id,
    sensitivity_of=lambda it: it.sensitivities,
    # Of two desks that register one person at the same moment, one is turned away.
    claims=lambda it: (
        *(f"record number|{one.token}" for one in it.record_numbers),
        *([] if it.likeness is None else [f"name and birth date|{it.likeness}"]),
    ),
)


class Patients(Repository[Patient]):
    """The patients of this organization, by family name."""

    kind = PATIENT
    in_order = (Order("family"), Order("given"), Order("birth_date"))

    def with_identifier(self, identifier: Identifier) -> tuple[Patient, ...]:
        """Those who bear this record number or identifier."""
        return self.all(has("identifier", identifier.token))

    def named(
        self, family: str, given: str = "", *, born: date | None = None, whole: bool = False
    ) -> tuple[Patient, ...]:
        """Those whose names begin so, whatever the case, and who were born on that day if given.

        With `whole`, those who have just this family name and, if any are given, just these given
        names: an encrypted store finds nobody by the beginning of a name.

        Raises:
            InvalidValue: the store is kept encrypted, and this is not `whole`.
        """
        named = equal if whole else starts_with
        where = [named("family", folded(family))]
        if given:
            where.append(named("given", folded(given)))
        if born is not None:
            where.append(equal("birth_date", born))
        return self.all(every(*where))

    def restricted(self) -> frozenset[PatientId]:
        """Those whose whole record is restricted, by their ids alone."""
        found = self._kept.values((), has("sensitivity", Sensitivity.RESTRICTED))
        return frozenset(PatientId(str(id)) for (id,) in found)

    def resembling(self, patient: Patient) -> tuple[Patient, ...]:
        """Those who share an identifier, or the family name and the birth date, with this one."""
        same = [has("identifier", one.token) for one in patient.identifiers]
        if patient.birth_date is not None:
            family = equal("family", folded(patient.name.family or ""))
            named = every(family, equal("birth_date", patient.birth_date))
            return self.all(some(named, *same))
        return self.all(some(*same))
