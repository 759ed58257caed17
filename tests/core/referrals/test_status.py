"""Every state has its FHIR statuses, and an open one has a way out."""

from carecoord.referrals.status import (
    FHIR_STATUS,
    OPEN,
    REFERRAL_LIFECYCLE,
    WITH_RECIPIENT,
    ReferralStatus,
)

SERVICE_REQUEST = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error"}
TASK = {
    "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled",
    "in-progress", "on-hold", "failed", "completed", "entered-in-error",
}  # fmt: skip


def test_every_state_has_statuses_of_fhir() -> None:
    assert set(FHIR_STATUS) == set(ReferralStatus)
    assert {order for order, _ in FHIR_STATUS.values()} <= SERVICE_REQUEST
    assert {task for _, task in FHIR_STATUS.values()} <= TASK


def test_open_states_lead_on_and_ended_ones_nowhere() -> None:
    leaving = {state for state, _ in REFERRAL_LIFECYCLE.moves}
    assert leaving == OPEN
    assert WITH_RECIPIENT < OPEN
    assert "draft --> sent: send" in REFERRAL_LIFECYCLE.diagram()
