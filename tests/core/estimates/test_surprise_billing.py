"""Surprise billing: who is protected, and what a valid waiver takes."""

from datetime import UTC, datetime, timedelta

import pytest

from carecoord.estimates.surprise_billing import (
    Care,
    OutOfNetworkCare,
    WaiverConsent,
    balance_may_be_billed,
    governing_tier,
)

SERVICE = datetime(2026, 6, 1, 14, tzinfo=UTC)


def waiver(scheduled: float, noticed: float, consented: bool = True) -> WaiverConsent:
    """Scheduled and noticed so many hours before the service."""
    return WaiverConsent(
        noticed_at=SERVICE - timedelta(hours=noticed),
        scheduled_at=SERVICE - timedelta(hours=scheduled),
        service_at=SERVICE,
        consented=consented,
    )


@pytest.mark.parametrize(
    ("scheduled", "noticed", "in_time"),
    [(100, 72, True), (100, 71, False), (20, 3, True), (20, 2, False), (70, 40, False)],
)
def test_notice_is_given_in_time(scheduled: float, noticed: float, in_time: bool) -> None:
    assert waiver(scheduled, noticed).in_time is in_time


def test_who_may_be_billed_the_balance() -> None:
    valid = waiver(100, 80)
    for care, at_facility, ancillary, consent, allowed in (
        (Care.EMERGENCY, True, False, valid, False),
        (Care.EMERGENCY, False, False, valid, False),
        (Care.AIR_AMBULANCE, False, False, valid, False),
        (Care.OTHER, False, False, None, True),
        (Care.OTHER, True, True, valid, False),
        (Care.OTHER, True, False, None, False),
        (Care.OTHER, True, False, waiver(100, 80, consented=False), False),
        (Care.OTHER, True, False, waiver(100, 8), False),
        (Care.OTHER, True, False, valid, True),
    ):
        what = OutOfNetworkCare(care, at_facility, ancillary, consent)
        answer = balance_may_be_billed(what)
        assert bool(answer) is allowed
        tier = governing_tier(answer, in_network="in", out_of_network="out")
        assert tier == ("out" if allowed else "in")
