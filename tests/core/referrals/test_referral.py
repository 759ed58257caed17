"""A referral's way: what may follow what, what a history says, how the loop is closed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.codes import ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.ids import (
    ActorId,
    AuthorizationId,
    BookingId,
    OrganizationId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.time import Period
from carecoord.referrals.history import Report
from carecoord.referrals.orders import Category, Recipient
from carecoord.referrals.referral import Referral
from carecoord.referrals.status import OPEN, REFERRAL_LIFECYCLE, ReferralStatus

ORDERED = datetime(2026, 3, 2, 15, tzinfo=UTC)
DESK = ActorId("desk")
HEART = Recipient(PractitionerId("cardiologist"), OrganizationId("heart-clinic"))
OTHER = Recipient(organization=OrganizationId("other-clinic"))
DRAFT = Referral(
    id=ReferralId("referral-1"),
    patient=PatientId("patient-1"),
    category=Category.SPECIALIST,
    service=Code(SNOMED_CT, "183519002"),
    reason=Code(ICD_10_CM, "R07.9"),
    requester=PractitionerId("family-doctor"),
    ordered_at=ORDERED,
    recipient=HEART,
)


def at(hours: int) -> datetime:
    return ORDERED + timedelta(hours=hours)


def slot(hours: int) -> Period:
    return Period.starting(at(hours), minutes=30)


REPORT = Report(at(90), summary="seen, no further treatment")


def step(referral: Referral, verb: str, hours: int) -> Referral:
    when = at(hours)
    match verb:
        case "send":
            return referral.sent(by=DESK, at=when)
        case "accept":
            return referral.accepted(by=DESK, at=when)
        case "decline":
            return referral.declined("no capacity", by=DESK, at=when)
        case "schedule":
            return referral.scheduled(slot(hours + 24), by=DESK, at=when)
        case "miss":
            return referral.missed(by=DESK, at=when)
        case "see":
            return referral.seen(by=DESK, at=when)
        case "redirect":
            to = OTHER if referral.recipient == HEART else HEART
            return referral.redirected(to, by=DESK, at=when)
        case "report":
            return referral.reported(REPORT, by=DESK, at=when)
        case "close":
            return referral.closed(by=DESK, at=when)
        case "revoke":
            return referral.revoked("moved away", by=DESK, at=when)
        case "void":
            return referral.voided("wrong chart", by=DESK, at=when)
        case _:
            return referral.noted("left a message", by=DESK, at=when)


VERBS = sorted({verb for _, verb in REFERRAL_LIFECYCLE.moves} | {"note"})


@given(st.lists(st.sampled_from(VERBS), max_size=25))
def test_its_history_tells_how_it_came_to_be_what_it_is(verbs: list[str]) -> None:
    referral = DRAFT
    for hours, verb in enumerate(verbs, start=1):
        before = referral
        if verb != "note" and not REFERRAL_LIFECYCLE.may(referral.status, verb):
            with pytest.raises(NotAllowed):
                step(referral, verb, hours)
            continue
        referral = step(referral, verb, hours)
        assert referral.events[:-1] == before.events
        assert referral.events[-1].verb == verb
        assert referral.events[-1].status is referral.status
        assert before.status_since <= referral.status_since <= at(hours)
    if referral.status is ReferralStatus.CLOSED:
        assert referral.reports
    if referral.status in (ReferralStatus.SENT, ReferralStatus.ACCEPTED):
        assert referral.appointment is None
    if referral.status is ReferralStatus.SCHEDULED:
        assert referral.appointment is not None
    done = {
        ReferralStatus.CLOSED,
        ReferralStatus.REVOKED,
        ReferralStatus.ENTERED_IN_ERROR,
    }
    assert (referral.status in OPEN) is (referral.status not in done)


def test_the_loop_is_closed_by_the_report() -> None:
    seen = step(step(DRAFT, "send", 1), "see", 80)
    with pytest.raises(NotAllowed) as caught:
        seen.closed(by=DESK, at=at(81))
    assert [one.rule for one in caught.value.refusals] == [
        "referral_can_close",
        "referral_closes_with_a_report",
    ]
    closed = seen.reported(REPORT, by=DESK, at=at(90)).closed(by=DESK, at=at(91))
    assert closed.status is ReferralStatus.CLOSED
    assert closed.reports == (REPORT,)


def test_a_further_report_is_added() -> None:
    seen = step(step(DRAFT, "send", 1), "see", 80)
    further = Report(at(95), reference="document-7")
    referral = seen.reported(REPORT, by=DESK, at=at(90)).reported(further, by=DESK, at=at(95))
    assert referral.reports == (REPORT, further)
    assert referral.status_since == at(90)


def test_it_is_sent_to_somebody() -> None:
    nobody = Referral(
        id=DRAFT.id,
        patient=DRAFT.patient,
        category=Category.COMMUNITY,
        service=DRAFT.service,
        reason=DRAFT.reason,
        requester=DRAFT.requester,
        ordered_at=ORDERED,
    )
    with pytest.raises(NotAllowed, match="sent_referral_names_its_recipient"):
        nobody.sent(by=DESK, at=at(1))
    assert nobody.addressed(OTHER).sent(by=DESK, at=at(1)).recipient == OTHER
    with pytest.raises(NotAllowed):
        step(DRAFT, "send", 1).addressed(OTHER)


def test_a_declined_referral_goes_to_another_or_is_asked_again() -> None:
    declined = step(step(DRAFT, "send", 1), "decline", 2)
    assert declined.events[-1].note == "no capacity"
    assert declined.redirected(OTHER, by=DESK, at=at(3)).recipient == OTHER
    assert declined.redirected(HEART, by=DESK, at=at(3)).status is ReferralStatus.SENT
    with pytest.raises(NotAllowed, match="already"):
        step(DRAFT, "send", 1).redirected(HEART, by=DESK, at=at(2))


def test_redirecting_gives_up_the_appointment_and_starts_the_wait_anew() -> None:
    booked = step(DRAFT, "send", 1).scheduled(
        slot(30), by=DESK, at=at(2), booking=BookingId("visit-1")
    )
    assert booked.booking == BookingId("visit-1")
    moved = booked.redirected(OTHER, by=DESK, at=at(5))
    assert (moved.appointment, moved.booking, moved.status_since) == (None, None, at(5))
    again = moved.redirected(HEART, by=DESK, at=at(9))
    assert again.status_since == at(9)
    assert again.noted("called", by=DESK, at=at(10)).status_since == at(9)


def test_a_missed_appointment_is_to_be_made_anew() -> None:
    booked = step(step(DRAFT, "send", 1), "schedule", 2)
    missed = booked.missed(by=DESK, at=at(40))
    assert missed.status is ReferralStatus.ACCEPTED
    assert missed.appointment is None


def test_an_appointment_follows_the_order() -> None:
    with pytest.raises(NotAllowed, match="appointment_follows_the_referral"):
        step(DRAFT, "send", 1).scheduled(slot(-1), by=DESK, at=at(2))


def test_it_may_rest_on_an_authorization() -> None:
    authorized = DRAFT.authorized(AuthorizationId("authorization-1"))
    assert authorized.authorization == AuthorizationId("authorization-1")
    assert authorized.authorized(None) == DRAFT


def test_reprs_tell_no_reasons_or_messages() -> None:
    referral = DRAFT.noted("canary", by=DESK, at=at(1))
    assert "canary" not in repr(referral)
    assert "R07.9" not in repr(referral)


def test_a_recipient_is_somebody_and_a_report_says_something() -> None:
    with pytest.raises(InvalidValue):
        Recipient()
    with pytest.raises(InvalidValue):
        Report(ORDERED, summary=" ")
