"""Typed ids: contexts know one another by these, and by nothing else."""

from typing import NewType, Protocol

__all__ = [
    "AccessFactId",
    "AccountId",
    "AccumulationId",
    "ActorId",
    "AuthorizationId",
    "BlobId",
    "BookingId",
    "ConsentId",
    "CostRequestId",
    "CoverageId",
    "CredentialId",
    "DisclosureId",
    "DisposalId",
    "EligibilityResponseId",
    "EntryId",
    "EstimateId",
    "FeeScheduleId",
    "Ids",
    "IncidentId",
    "IndividualRequestId",
    "LegalHoldId",
    "LocationId",
    "NoticeReceiptId",
    "ObligationId",
    "OrganizationId",
    "OutpatientId",
    "PatientId",
    "PlanId",
    "PractitionerId",
    "PriceId",
    "ReferralId",
    "ReminderId",
    "ReminderPreferenceId",
    "ResourceId",
    "RetentionScheduleId",
    "ScheduleId",
    "SeriesId",
    "VisitTypeId",
    "WaitlistEntryId",
    "WorkforceRequirementId",
]

PatientId = NewType("PatientId", str)
CoverageId = NewType("CoverageId", str)
AccountId = NewType("AccountId", str)
EntryId = NewType("EntryId", str)
PractitionerId = NewType("PractitionerId", str)
OutpatientId = NewType("OutpatientId", str)
OrganizationId = NewType("OrganizationId", str)
LocationId = NewType("LocationId", str)
ResourceId = NewType("ResourceId", str)
"""Whatever can be booked: a practitioner, a room or a device."""
VisitTypeId = NewType("VisitTypeId", str)
ScheduleId = NewType("ScheduleId", str)
BookingId = NewType("BookingId", str)
ReminderId = NewType("ReminderId", str)
ReminderPreferenceId = NewType("ReminderPreferenceId", str)
SeriesId = NewType("SeriesId", str)
WaitlistEntryId = NewType("WaitlistEntryId", str)
PlanId = NewType("PlanId", str)
FeeScheduleId = NewType("FeeScheduleId", str)
PriceId = NewType("PriceId", str)
EstimateId = NewType("EstimateId", str)
EligibilityResponseId = NewType("EligibilityResponseId", str)
AccumulationId = NewType("AccumulationId", str)
CostRequestId = NewType("CostRequestId", str)
AuthorizationId = NewType("AuthorizationId", str)
ReferralId = NewType("ReferralId", str)
DisclosureId = NewType("DisclosureId", str)
ConsentId = NewType("ConsentId", str)
IncidentId = NewType("IncidentId", str)
CredentialId = NewType("CredentialId", str)
NoticeReceiptId = NewType("NoticeReceiptId", str)
ObligationId = NewType("ObligationId", str)
WorkforceRequirementId = NewType("WorkforceRequirementId", str)
RetentionScheduleId = NewType("RetentionScheduleId", str)
LegalHoldId = NewType("LegalHoldId", str)
DisposalId = NewType("DisposalId", str)
IndividualRequestId = NewType("IndividualRequestId", str)
"""What a patient asks for under the privacy rule, such as a copy of the record."""
ActorId = NewType("ActorId", str)
AccessFactId = NewType("AccessFactId", str)
"""What is on record about somebody's access."""
BlobId = NewType("BlobId", str)
"""The name of a blob, which is the hash of its content."""


class Ids(Protocol):
    """Where new ids come from."""

    def new(self, kind: str) -> str:
        """A new id, never given before: the kind's name, a dash, and what makes it unique."""
        ...  # pragma: no cover
