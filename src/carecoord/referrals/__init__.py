"""Referrals: a patient sent to somebody else's care, and followed until the report is back.

A *referral* orders a *service* of a *recipient* for a *reason*; it goes to a specialist or to a
*community* resource. Its *loop* is closed when the *report* has come back and was read. What is
*overdue* is judged by a *follow-up* table of the clinic.
"""

from carecoord.referrals.follow_up import (
    DEFAULT_FOLLOW_UP,
    FollowUp,
    NextStep,
    next_step,
    overdue,
    referral_is_followed_up_in_time,
    still_open,
)
from carecoord.referrals.history import (
    ReferralEvent,
    Report,
)
from carecoord.referrals.orders import (
    Category,
    Recipient,
    Urgency,
)
from carecoord.referrals.referral import (
    Referral,
    appointment_follows_the_referral,
    redirected_referral_goes_to_another,
    referral_closes_with_a_report,
    sent_referral_names_its_recipient,
)
from carecoord.referrals.status import (
    FHIR_STATUS,
    OPEN,
    REFERRAL_LIFECYCLE,
    WITH_RECIPIENT,
    ReferralStatus,
)

__all__ = [
    "DEFAULT_FOLLOW_UP",
    "FHIR_STATUS",
    "OPEN",
    "REFERRAL_LIFECYCLE",
    "WITH_RECIPIENT",
    "Category",
    "FollowUp",
    "NextStep",
    "Recipient",
    "Referral",
    "ReferralEvent",
    "ReferralStatus",
    "Report",
    "Urgency",
    "appointment_follows_the_referral",
    "next_step",
    "overdue",
    "redirected_referral_goes_to_another",
    "referral_closes_with_a_report",
    "referral_is_followed_up_in_time",
    "sent_referral_names_its_recipient",
    "still_open",
]
