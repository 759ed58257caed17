"""What the context of compliance asks of storage."""

from datetime import date

from carecoord.compliance.disclosures import Disclosure
from carecoord.compliance.individual_requests import IndividualRequest, overdue_requests
from carecoord.compliance.request_terms import AWAITING_ANSWER
from carecoord.compliance.request_times import RequestKind
from carecoord.kernel.ids import PatientId
from carecoord.storage.conditions import Order, equal, every, one_of
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["DISCLOSURE", "INDIVIDUAL_REQUEST", "Disclosures", "IndividualRequests"]

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


INDIVIDUAL_REQUEST = Kind(
    "individual_request",
    IndividualRequest,
    (
        Searched("kind", lambda it: it.kind),
        Searched("status", lambda it: it.status),
        Searched("received_on", lambda it: it.received_on),
        Searched("due", lambda it: it.due),
    ),
    patient_of=lambda it: it.patient,
)


class IndividualRequests(Repository[IndividualRequest]):
    """Requests of individuals, those due first; None comes before all."""

    kind = INDIVIDUAL_REQUEST
    in_order = (Order("due"), Order("received_on"))

    def of_patient(
        self, patient: PatientId, kind: RequestKind | None = None
    ) -> tuple[IndividualRequest, ...]:
        """All requests of a patient, or those of one kind."""
        whose = equal("patient", patient)
        return self.all(whose if kind is None else every(whose, equal("kind", kind)))

    def awaiting_answer(self) -> tuple[IndividualRequest, ...]:
        """Those that have no answer yet."""
        return self.all(one_of("status", AWAITING_ANSWER))

    def overdue(self, today: date) -> tuple[IndividualRequest, ...]:
        """Those whose answer should have been given, the longest overdue first."""
        return overdue_requests(self.awaiting_answer(), today)
