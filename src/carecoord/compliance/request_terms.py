"""What requests of the individual are made of: states, extensions, decisions and terms."""

from datetime import date
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.compliance.disclosures import Basis, Line
from carecoord.compliance.request_times import DenialGround
from carecoord.kernel.contact import Address, Telecom
from carecoord.kernel.ids import ActorId, CoverageId
from carecoord.kernel.money import Money
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Text, checked

__all__ = [
    "AWAITING_ANSWER",
    "REQUEST_LIFECYCLE",
    "AccountingFee",
    "Extension",
    "ReachAt",
    "RequestDecision",
    "RequestStatus",
    "RestrictionTerms",
]


class RequestStatus(Enum):
    """Where a request stands."""

    RECEIVED = "received"
    EXTENDED = "extended"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    DENIED = "denied"
    UNDER_REVIEW = "under_review"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    """A restriction or another way of communicating that holds no longer."""


_S = RequestStatus
AWAITING_ANSWER = frozenset({_S.RECEIVED, _S.EXTENDED})
"""States in which the clock runs."""
_OPEN = (_S.RECEIVED, _S.EXTENDED, _S.UNDER_REVIEW)

REQUEST_LIFECYCLE = Lifecycle(
    "request",
    {
        (_S.RECEIVED, "extend"): _S.EXTENDED,
        **{(state, "grant"): _S.GRANTED for state in _OPEN},
        **{(state, "grant_in_part"): _S.PARTLY_GRANTED for state in _OPEN},
        **{(state, "deny"): _S.DENIED for state in _OPEN},
        **{(state, "withdraw"): _S.WITHDRAWN for state in _OPEN},
        (_S.DENIED, "review"): _S.UNDER_REVIEW,
        (_S.PARTLY_GRANTED, "review"): _S.UNDER_REVIEW,
        (_S.DENIED, "disagree"): _S.DENIED,
        (_S.PARTLY_GRANTED, "disagree"): _S.PARTLY_GRANTED,
        (_S.GRANTED, "end"): _S.ENDED,
        (_S.PARTLY_GRANTED, "end"): _S.ENDED,
    },
    source="carecoord's own table, after 45 CFR 164.522 to 164.528",
)


@frozen(field_transformer=checked)
class Extension:
    """Why an answer takes longer, and when the individual was told so in writing."""

    reason: Line
    told_on: date


@frozen(field_transformer=checked)
class RequestDecision:
    """Who decided on which day; a denial, also one in part, rests on a ground."""

    on: date
    by: ActorId
    ground: DenialGround | None = None
    note: Annotated[str, Text(longest=2000, blank=True)] = ""


@frozen(field_transformer=checked)
class RestrictionTerms:
    """What is not to be disclosed, on which bases, and to whom.

    `to_plan`: to a health plan, the one of `coverage` or any. `paid_in_full`: somebody other than
    the plan has paid for the service in full.
    """

    against: frozenset[Basis]
    to_plan: bool = False
    coverage: CoverageId | None = None
    paid_in_full: bool = False

    @property
    def binding(self) -> bool:
        """Whether the practice has to agree, and cannot end it by itself.

        Source: 45 CFR 164.522(a)(1)(vi) and (a)(2)(iii) (the first read in public sources, the
        second from memory).
        """
        of_plan = self.against <= {Basis.PAYMENT, Basis.OPERATIONS}
        return self.to_plan and self.paid_in_full and bool(self.against) and of_plan


@frozen(field_transformer=checked)
class ReachAt:
    """The other way or place at which somebody wants to be reached."""

    telecom: Telecom | None = None
    address: Address | None = None


@frozen(field_transformer=checked)
class AccountingFee:
    """A reasonable charge, based on cost, that the individual was told of before."""

    amount: Money
    told_on: date
