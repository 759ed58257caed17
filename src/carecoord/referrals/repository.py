"""What the context of referrals asks of storage."""

from datetime import datetime

from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.ids import AuthorizationId, BookingId, OrganizationId, PatientId
from carecoord.kernel.time import Zone
from carecoord.referrals.follow_up import DEFAULT_FOLLOW_UP, FollowUp, NextStep, overdue
from carecoord.referrals.referral import Referral
from carecoord.referrals.status import OPEN, WITH_RECIPIENT
from carecoord.storage.conditions import Order, equal, every, one_of
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["REFERRAL", "Referrals"]

REFERRAL = Kind(
    "referral",
    Referral,
    (
        Searched("status", lambda it: it.status),
        Searched("status_since", lambda it: it.status_since),
        Searched("urgency", lambda it: it.urgency),
        Searched("category", lambda it: it.category),
        Searched("ordered_at", lambda it: it.ordered_at),
        Searched("requester", lambda it: it.requester, references="practitioner"),
        Searched(
            "practitioner",
            lambda it: None if it.recipient is None else it.recipient.practitioner,
            references="practitioner",
        ),
        Searched(
            "organization",
            lambda it: None if it.recipient is None else it.recipient.organization,
            references="organization",
        ),
        Searched("authorization", lambda it: it.authorization, references="authorization"),
        Searched("booking", lambda it: it.booking, references="booking"),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
)


class Referrals(Repository[Referral]):
    """Referrals, the longest in their state first."""

    kind = REFERRAL
    in_order = (Order("status_since"),)

    def of_patient(self, patient: PatientId) -> tuple[Referral, ...]:
        """All referrals of a patient."""
        return self.all(equal("patient", patient))

    def still_open(self) -> tuple[Referral, ...]:
        """Those whose loop is not closed."""
        return self.all(one_of("status", OPEN))

    def overdue(
        self,
        now: datetime,
        table: tuple[FollowUp, ...] = DEFAULT_FOLLOW_UP,
        *,
        zone: Zone,
        business_days: BusinessDays,
    ) -> tuple[tuple[Referral, NextStep], ...]:
        """Open ones whose next step should have been done, the longest overdue first."""
        return overdue(self.still_open(), now, table, zone=zone, business_days=business_days)

    def waiting_at(self, organization: OrganizationId) -> tuple[Referral, ...]:
        """Those that an organization has and whose patient it has not seen."""
        with_them = one_of("status", WITH_RECIPIENT)
        return self.all(every(equal("organization", organization), with_them))

    def resting_on(self, authorization: AuthorizationId) -> tuple[Referral, ...]:
        """Those that rest on an authorization."""
        return self.all(equal("authorization", authorization))

    def for_booking(self, booking: BookingId) -> tuple[Referral, ...]:
        """Those whose appointment is this booking."""
        return self.all(equal("booking", booking))
