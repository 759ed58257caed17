"""What the context of compliance asks of storage."""

from carecoord.compliance.disclosures import Disclosure
from carecoord.kernel.ids import PatientId
from carecoord.storage.conditions import Order, equal
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["DISCLOSURE", "Disclosures"]

DISCLOSURE = Kind(
    "disclosure",
    Disclosure,
    (
        Searched("made_on", lambda it: it.made_on),
        Searched("basis", lambda it: it.basis),
        Searched("status", lambda it: it.status),
    ),
    patient_of=lambda it: it.patient,
)


class Disclosures(Repository[Disclosure]):
    """Disclosures, the earliest first."""

    kind = DISCLOSURE
    in_order = (Order("made_on"),)

    def of_patient(self, patient: PatientId) -> tuple[Disclosure, ...]:
        """All disclosures of a patient's record."""
        return self.all(equal("patient", patient))
