"""What the context of compliance asks of storage."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar, cast

from carecoord.compliance.access_facts import (
    AccessFact,
    Delegation,
    EmergencyAccess,
    PatientRelation,
    Relation,
    ReviewStatus,
    fact_holds,
)
from carecoord.compliance.consents import Consent, ConsentKind
from carecoord.compliance.credentials import Credential, CredentialKind
from carecoord.compliance.disclosures import Disclosure
from carecoord.compliance.disposals import Disposal, DisposalStatus
from carecoord.compliance.incidents import OPEN_INCIDENTS, Incident
from carecoord.compliance.individual_requests import IndividualRequest, overdue_requests
from carecoord.compliance.legal_holds import RETENTION_SCHEDULE_ID, RetentionSchedule
from carecoord.compliance.notices import NoticeReceipt, NoticeStatus
from carecoord.compliance.obligations import (
    AfterEvent,
    Obligation,
    ObligationStatus,
    OnDay,
    Recurring,
)
from carecoord.compliance.request_terms import AWAITING_ANSWER
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.workforce import (
    RequirementStatus,
    WorkforceMember,
    WorkforceRequirement,
)
from carecoord.kernel.ids import ActorId, PatientId
from carecoord.storage.conditions import (
    Order,
    at_most,
    equal,
    every,
    greater,
    has,
    is_none,
    one_of,
    some,
)
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = [
    "ACCESS_FACT",
    "CONSENT",
    "CREDENTIAL",
    "DISCLOSURE",
    "DISPOSAL",
    "INCIDENT",
    "INDIVIDUAL_REQUEST",
    "NOTICE_RECEIPT",
    "OBLIGATION",
    "RETENTION_SCHEDULE",
    "WORKFORCE_MEMBER",
    "WORKFORCE_REQUIREMENT",
    "AccessFacts",
    "Consents",
    "Credentials",
    "Disclosures",
    "Disposals",
    "Incidents",
    "IndividualRequests",
    "NoticeReceipts",
    "Obligations",
    "RetentionSchedules",
    "Workforce",
    "WorkforceRequirements",
]


SomeFact = TypeVar("SomeFact", bound=AccessFact)

ACCESS_FACT = Kind(
    "access_fact",
    cast(type[AccessFact], AccessFact),
    (
        Searched("actor", lambda it: it.actor),
        Searched("since", lambda it: it.since),
        Searched("until", lambda it: it.until),
        Searched("review", lambda it: it.status if isinstance(it, EmergencyAccess) else None),
    ),
    patient_of=lambda it: None if isinstance(it, Delegation) else it.patient,
    tags={
        "relation": PatientRelation,
        "delegation": Delegation,
        "emergency": EmergencyAccess,
    },
)


class AccessFacts(Repository[AccessFact]):
    """What is on record about access, by when it began."""

    kind = ACCESS_FACT
    in_order = (Order("since"),)

    def add(self, aggregate: SomeFact) -> SomeFact:
        """Keep a new one; see `Collection.add`."""
        return cast(SomeFact, super().add(aggregate))

    def replace(self, aggregate: SomeFact) -> SomeFact:
        """Keep the next state of one that was read; see `Collection.replace`."""
        return cast(SomeFact, super().replace(aggregate))

    def holding_for(self, actor: ActorId, at: datetime) -> tuple[AccessFact, ...]:
        """What holds for somebody at an instant."""
        not_over = some(is_none("until"), greater("until", at))
        found = self.all(every(equal("actor", actor), not_over))
        return tuple(fact for fact in found if fact_holds(fact, at))

    def about(self, patient: PatientId) -> tuple[AccessFact, ...]:
        """Relations to a patient, and emergencies, past ones included."""
        return self.all(equal("patient", patient))

    def of_families(self) -> tuple[PatientRelation, ...]:
        """The relations to the own family, past ones and those with an approval included."""
        family = {Relation.FAMILY, Relation.APPROVED}
        relations = (one for one in self.all() if isinstance(one, PatientRelation))
        return tuple(one for one in relations if one.relation in family)

    def to_review(self) -> tuple[EmergencyAccess, ...]:
        """The emergency accesses that nobody has reviewed yet."""
        found = self.all(equal("review", ReviewStatus.PENDING))
        return tuple(one for one in found if isinstance(one, EmergencyAccess))


DISCLOSURE = Kind(
    "disclosure",
    Disclosure,
    (
        Searched("made_on", lambda it: it.made_on),
        Searched("basis", lambda it: it.basis),
        Searched("status", lambda it: it.status),
        Searched("consent", lambda it: it.consent, references="consent"),
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


CONSENT = Kind(
    "consent",
    Consent,
    (
        Searched("kind", lambda it: it.kind),
        Searched("status", lambda it: it.status),
        Searched("signed_on", lambda it: it.signed_on),
        Searched("expires_on", lambda it: it.expires_on),
    ),
    patient_of=lambda it: it.patient,
)


class Consents(Repository[Consent]):
    """Consents, the earliest first."""

    kind = CONSENT
    in_order = (Order("signed_on"),)

    def of_patient(
        self, patient: PatientId, kind: ConsentKind | None = None
    ) -> tuple[Consent, ...]:
        """All consents of a patient, or those of one kind."""
        whose = equal("patient", patient)
        return self.all(whose if kind is None else every(whose, equal("kind", kind)))


NOTICE_RECEIPT = Kind(
    "notice_receipt",
    NoticeReceipt,
    (
        Searched("edition", lambda it: it.edition),
        Searched("status", lambda it: it.status),
        Searched("given_on", lambda it: it.given_on),
    ),
    patient_of=lambda it: it.patient,
    claims=lambda it: (f"notice|{it.patient}|{it.edition}",),
)


class NoticeReceipts(Repository[NoticeReceipt]):
    """Notices that were given, the earliest first; each edition once to a patient."""

    kind = NOTICE_RECEIPT
    in_order = (Order("given_on"),)

    def of_patient(self, patient: PatientId) -> tuple[NoticeReceipt, ...]:
        """The notices that a patient was given."""
        return self.all(equal("patient", patient))

    def not_signed_for(self) -> tuple[NoticeReceipt, ...]:
        """Those that are neither acknowledged, nor is an effort noted."""
        return self.all(equal("status", NoticeStatus.GIVEN))


INCIDENT = Kind(
    "incident",
    Incident,
    (
        Searched("discovered_on", lambda it: it.discovered_on),
        Searched("status", lambda it: it.status),
        Searched("affected", lambda it: it.patients, many=True),
    ),
)


class Incidents(Repository[Incident]):
    """Incidents, the first discovered first."""

    kind = INCIDENT
    in_order = (Order("discovered_on"),)

    def still_open(self) -> tuple[Incident, ...]:
        """Those that are not assessed, and breaches that are not closed."""
        return self.all(one_of("status", OPEN_INCIDENTS))

    def affecting(self, patient: PatientId) -> tuple[Incident, ...]:
        """Those that affect a patient."""
        return self.all(has("affected", patient))


CREDENTIAL = Kind(
    "credential",
    Credential,
    (
        Searched("holder", lambda it: it.holder),
        Searched("kind", lambda it: it.kind),
        Searched("status", lambda it: it.status),
        Searched("expires_on", lambda it: it.expires_on),
    ),
    claims=lambda it: (f"credential|{it.holder}|{it.kind.value}|{it.what}",),
)


class Credentials(Repository[Credential]):
    """Credentials of the workforce, those without an end first, then the first to end."""

    kind = CREDENTIAL
    in_order = (Order("expires_on"),)

    def of_holder(self, holder: ActorId) -> tuple[Credential, ...]:
        """All credentials of somebody at work."""
        return self.all(equal("holder", holder))

    def of_kinds(self, kinds: Iterable[CredentialKind]) -> tuple[Credential, ...]:
        """All credentials of these kinds."""
        return self.all(one_of("kind", kinds))

    def ending_by(self, day: date) -> tuple[Credential, ...]:
        """Those that have ended or will have by the end of a day."""
        return self.all(at_most("expires_on", day))


OBLIGATION = Kind(
    "obligation",
    Obligation,
    (
        Searched("status", lambda it: it.status),
        Searched("checked", lambda it: it.check),
        Searched("next_due", lambda it: it.next_due),
    ),
    tags={"on_day": OnDay, "recurring": Recurring, "after_event": AfterEvent},
)


class Obligations(Repository[Obligation]):
    """Obligations, those that are checked or have no day first, then the first due."""

    kind = OBLIGATION
    in_order = (Order("next_due"),)

    def binding(self) -> tuple[Obligation, ...]:
        """Those that are not retired."""
        return self.all(equal("status", ObligationStatus.ACTIVE))


WORKFORCE_MEMBER = Kind(
    "workforce_member",
    WorkforceMember,
    (
        Searched("role", lambda it: it.roles, many=True),
        Searched("joined_on", lambda it: it.joined_on),
        Searched("left_on", lambda it: it.left_on),
    ),
)


class Workforce(Repository[WorkforceMember]):
    """Members of the workforce, those who have left among them, by when they joined."""

    kind = WORKFORCE_MEMBER
    in_order = (Order("joined_on"),)


WORKFORCE_REQUIREMENT = Kind(
    "workforce_requirement",
    WorkforceRequirement,
    (
        Searched("kind", lambda it: it.kind),
        Searched("status", lambda it: it.status),
        Searched("since", lambda it: it.since),
    ),
)


class WorkforceRequirements(Repository[WorkforceRequirement]):
    """What the workforce has to hold, the earliest first."""

    kind = WORKFORCE_REQUIREMENT
    in_order = (Order("since"),)

    def active(self) -> tuple[WorkforceRequirement, ...]:
        """Those that have not ended."""
        return self.all(equal("status", RequirementStatus.ACTIVE))


RETENTION_SCHEDULE = Kind("retention_schedule", RetentionSchedule)


class RetentionSchedules(Repository[RetentionSchedule]):
    """The retention schedule, of which there is one."""

    kind = RETENTION_SCHEDULE

    def current(self) -> RetentionSchedule:
        """The schedule as it stands; an empty one that was never kept if there is none."""
        found = self.get_or_none(RETENTION_SCHEDULE_ID)
        return RetentionSchedule(id=RETENTION_SCHEDULE_ID) if found is None else found

    def keep(self, schedule: RetentionSchedule) -> RetentionSchedule:
        """Keep its next state."""
        return self.replace(schedule) if schedule.version else self.add(schedule)


DISPOSAL = Kind(
    "disposal",
    Disposal,
    (
        # The record is to go, so that nothing here refers to it.
        Searched("record", lambda it: it.patient),
        Searched("status", lambda it: it.status),
        Searched("begun_at", lambda it: it.begun_at),
    ),
    claims=lambda it: (f"disposal|{it.patient}",) if it.status is DisposalStatus.BEGUN else (),
)


class Disposals(Repository[Disposal]):
    """Disposals and their certificates, the first begun first."""

    kind = DISPOSAL
    in_order = (Order("begun_at"),)

    def of_record(self, patient: PatientId) -> tuple[Disposal, ...]:
        """Those of a patient's record."""
        return self.all(equal("record", patient))

    def unfinished(self) -> tuple[Disposal, ...]:
        """Those that were begun, and are neither completed nor stopped."""
        return self.all(equal("status", DisposalStatus.BEGUN))
