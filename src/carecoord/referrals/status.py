"""Where a referral stands: one state of ours, and two of FHIR."""

from collections.abc import Mapping
from enum import Enum

from carecoord.kernel.states import Lifecycle

__all__ = ["FHIR_STATUS", "OPEN", "REFERRAL_LIFECYCLE", "WITH_RECIPIENT", "ReferralStatus"]


class ReferralStatus(Enum):
    """The states of a referral, from its draft until its loop is closed."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SCHEDULED = "scheduled"
    SEEN = "seen"
    REPORTED = "reported"
    """The report has come back; whoever referred has not read it yet."""
    CLOSED = "closed"
    REVOKED = "revoked"
    ENTERED_IN_ERROR = "entered_in_error"


_S = ReferralStatus
OPEN = frozenset({_S.DRAFT, _S.SENT, _S.ACCEPTED, _S.DECLINED, _S.SCHEDULED, _S.SEEN, _S.REPORTED})
"""States in which somebody still has to do something."""
WITH_RECIPIENT = frozenset({_S.SENT, _S.ACCEPTED, _S.SCHEDULED})
"""States in which the patient has been referred and has not been seen."""

REFERRAL_LIFECYCLE = Lifecycle(
    "referral",
    {
        (_S.DRAFT, "send"): _S.SENT,
        (_S.SENT, "accept"): _S.ACCEPTED,
        (_S.SENT, "decline"): _S.DECLINED,
        (_S.ACCEPTED, "decline"): _S.DECLINED,
        **{(state, "schedule"): _S.SCHEDULED for state in (_S.SENT, _S.ACCEPTED, _S.SCHEDULED)},
        (_S.SCHEDULED, "miss"): _S.ACCEPTED,
        **{(state, "see"): _S.SEEN for state in (_S.SENT, _S.ACCEPTED, _S.SCHEDULED)},
        **{
            (state, "redirect"): _S.SENT
            for state in (_S.SENT, _S.ACCEPTED, _S.DECLINED, _S.SCHEDULED)
        },
        **{(state, "report"): _S.REPORTED for state in (_S.SEEN, _S.REPORTED)},
        (_S.REPORTED, "close"): _S.CLOSED,
        **{
            (state, "revoke"): _S.REVOKED
            for state in (_S.DRAFT, _S.SENT, _S.ACCEPTED, _S.DECLINED, _S.SCHEDULED, _S.SEEN)
        },
        **{
            (state, "void"): _S.ENTERED_IN_ERROR
            for state in (_S.DRAFT, _S.SENT, _S.ACCEPTED, _S.DECLINED)
        },
    },
)

FHIR_STATUS: Mapping[ReferralStatus, tuple[str, str]] = {
    _S.DRAFT: ("draft", "draft"),
    _S.SENT: ("active", "requested"),
    _S.ACCEPTED: ("active", "accepted"),
    _S.DECLINED: ("active", "rejected"),
    _S.SCHEDULED: ("active", "in-progress"),
    _S.SEEN: ("active", "in-progress"),
    _S.REPORTED: ("active", "completed"),
    _S.CLOSED: ("completed", "completed"),
    _S.REVOKED: ("revoked", "cancelled"),
    _S.ENTERED_IN_ERROR: ("entered-in-error", "entered-in-error"),
}
"""The status of the FHIR R4 ServiceRequest, and of the Task that asks for its fulfilment."""
