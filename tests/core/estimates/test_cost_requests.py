"""Cost requests: open until one estimate answers them."""

from datetime import UTC, date, datetime

import pytest

from carecoord.errors import NotAllowed
from carecoord.estimates.cost_requests import CostRequest, RequestReason, request_is_open
from carecoord.estimates.good_faith_deadlines import PayingWith

REQUEST = CostRequest(
    id="r1",
    patient="p1",
    reason=RequestReason.ASKED,
    paying_with=PayingWith.NO_COVERAGE,
    due=date(2026, 3, 5),
    received_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
)


def test_a_request_is_answered_once():
    assert request_is_open(REQUEST)
    answered = REQUEST.answered("e1")
    assert (answered.answered_by, answered.is_open) == ("e1", False)
    with pytest.raises(NotAllowed, match="request_is_open"):
        answered.answered("e2")
