"""Cost requests: who is waiting for a good-faith estimate, and by when it is due.

    request = CostRequest(id=…, patient=…, reason=RequestReason.ASKED, due=date(2026, 3, 5), …)
    request.answered(estimate)

A question about cost from a patient who pays alone is a request, whatever words it came in; a visit
that such a patient schedules is a reason of its own.

Source: 45 CFR 149.610(b)(1).
"""

from datetime import date, datetime
from enum import Enum

from attrs import evolve, field, frozen

from carecoord.errors import Allowed, Answer, Refused, insist
from carecoord.estimates.good_faith_deadlines import PayingWith
from carecoord.kernel.ids import BookingId, CostRequestId, EstimateId, PatientId
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import LongText, checked

__all__ = ["RULES", "CostRequest", "RequestReason", "request_is_open"]


class RequestReason(Enum):
    """What started the clock."""

    ASKED = "asked"
    SCHEDULED = "scheduled"


@frozen(field_transformer=checked, kw_only=True)
class CostRequest:
    """Somebody is owed a good-faith estimate by the day `due`, until an estimate answers it."""

    id: CostRequestId = field(repr=True)
    patient: PatientId
    reason: RequestReason
    paying_with: PayingWith
    due: date
    received_at: datetime
    visit: BookingId | None = None
    about: LongText = ""
    answered_by: EstimateId | None = None
    sensitivities: frozenset[Sensitivity] = frozenset()
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether no estimate has answered it."""
        return self.answered_by is None

    def answered(self, estimate: EstimateId) -> "CostRequest":
        """The request once this estimate was given.

        Raises:
            NotAllowed: it was answered already.
        """
        insist(request_is_open(self))
        return evolve(self, answered_by=estimate)


def request_is_open(request: CostRequest) -> Answer:
    """A request is answered once; what changes later is a new estimate that replaces the first.

    Source: 45 CFR 149.610(b)(1).
    """
    if request.is_open:
        return Allowed()
    return Refused("request_is_open", "it was answered already", "45 CFR 149.610(b)(1)")


RULES = (request_is_open,)
