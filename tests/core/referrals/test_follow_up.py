"""Following up: the next step, its day, and who has waited too long."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, Refused
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.codes import ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.ids import (
    ActorId,
    OrganizationId,
    PatientId,
    PractitionerId,
    ReferralId,
)
from carecoord.kernel.time import Period, Zone, local_date
from carecoord.referrals.follow_up import (
    DEFAULT_FOLLOW_UP,
    FollowUp,
    NextStep,
    next_step,
    overdue,
    referral_is_followed_up_in_time,
    still_open,
)
from carecoord.referrals.history import Report
from carecoord.referrals.orders import Category, Recipient, Urgency
from carecoord.referrals.referral import Referral
from carecoord.referrals.status import OPEN, ReferralStatus

ZONE, WORKDAYS = Zone("America/Chicago"), BusinessDays.federal([2026])
MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
DESK = ActorId("desk")


def draft(
    number: int = 1, urgency: Urgency = Urgency.ROUTINE, ordered: datetime = MONDAY
) -> Referral:
    return Referral(
        id=ReferralId(f"referral-{number}"),
        patient=PatientId("patient-1"),
        category=Category.SPECIALIST,
        service=Code(SNOMED_CT, "183519002"),
        reason=Code(ICD_10_CM, "R07.9"),
        requester=PractitionerId("family-doctor"),
        ordered_at=ordered,
        urgency=urgency,
        recipient=Recipient(organization=OrganizationId("heart-clinic")),
    )


def step_of(referral: Referral) -> NextStep | None:
    return next_step(referral, zone=ZONE, business_days=WORKDAYS)


def test_the_table_has_a_step_for_every_open_state_and_urgency() -> None:
    entries = {(entry.status, entry.urgency) for entry in DEFAULT_FOLLOW_UP}
    assert entries == {(status, urgency) for status in OPEN for urgency in Urgency}
    assert len(entries) == len(DEFAULT_FOLLOW_UP)


def test_the_more_urgent_is_never_due_later() -> None:
    order = [Urgency.STAT, Urgency.ASAP, Urgency.URGENT, Urgency.ROUTINE]
    for status in OPEN:
        days = [
            entry.within
            for urgency in order
            for entry in DEFAULT_FOLLOW_UP
            if (entry.status, entry.urgency) == (status, urgency)
        ]
        assert days == sorted(days)


def test_a_sent_referral_is_asked_after_in_business_days() -> None:
    sent = draft().sent(by=DESK, at=MONDAY)
    assert step_of(sent) == NextStep("ask the recipient whether they accept", date(2026, 3, 9))
    urgent = draft(urgency=Urgency.URGENT).sent(by=DESK, at=MONDAY + timedelta(days=3))
    found = step_of(urgent)
    assert found is not None
    assert found.due == date(2026, 3, 9)


def test_a_scheduled_one_is_asked_after_when_the_appointment_has_been() -> None:
    when = Period.starting(MONDAY + timedelta(days=20), minutes=30)
    booked = draft().sent(by=DESK, at=MONDAY).scheduled(when, by=DESK, at=MONDAY)
    assert step_of(booked) == NextStep("ask whether the patient was seen", date(2026, 3, 23))


def test_what_has_ended_or_is_not_in_the_table_has_no_next_step() -> None:
    sent = draft().sent(by=DESK, at=MONDAY)
    assert step_of(sent.revoked("moved away", by=DESK, at=MONDAY)) is None
    assert next_step(sent, (), zone=ZONE, business_days=WORKDAYS) is None


def test_it_is_overdue_on_the_day_after() -> None:
    sent = draft().sent(by=DESK, at=MONDAY)
    for day, fine in ((date(2026, 3, 9), True), (date(2026, 3, 10), False)):
        now = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
        answer = referral_is_followed_up_in_time(sent, now, zone=ZONE, business_days=WORKDAYS)
        assert bool(answer) is fine
        assert bool(overdue([sent], now, zone=ZONE, business_days=WORKDAYS)) is not fine
        if isinstance(answer, Refused):
            assert answer.reason == (
                "referral referral-1 is sent: ask the recipient whether they accept, due 2026-03-09"
            )


@given(
    st.lists(
        st.tuples(st.sampled_from(Urgency), st.integers(0, 30), st.integers(0, 3)), max_size=8
    ),
    st.integers(0, 60),
)
def test_lists_hold_all_that_is_open_and_late_the_worst_first(
    rows: list[tuple[Urgency, int, int]], days: int
) -> None:
    referrals = []
    for number, (urgency, ordered, progress) in enumerate(rows):
        at = MONDAY + timedelta(days=ordered)
        one = draft(number, urgency, at)
        if progress:
            one = one.sent(by=DESK, at=at)
        if progress > 1:
            one = one.seen(by=DESK, at=at)
        if progress > 2:
            one = one.reported(Report(at, "doc-1"), by=DESK, at=at).closed(by=DESK, at=at)
        referrals.append(one)
    now = MONDAY + timedelta(days=days)
    waiting = still_open(referrals)
    assert {one.id for one in waiting} == {
        one.id for one in referrals if one.status is not ReferralStatus.CLOSED
    }
    late = overdue(referrals, now, zone=ZONE, business_days=WORKDAYS)
    assert {one.id for one, _ in late} == {
        one.id
        for one in referrals
        if not referral_is_followed_up_in_time(one, now, zone=ZONE, business_days=WORKDAYS)
    }
    assert [step.due for _, step in late] == sorted(step.due for _, step in late)
    assert all(step.due < local_date(now, ZONE) for _, step in late)


def test_the_most_urgent_and_then_the_oldest_come_first() -> None:
    routine = draft(1, ordered=MONDAY - timedelta(days=9))
    stat, older = draft(2, Urgency.STAT), draft(3, Urgency.STAT, MONDAY - timedelta(days=1))
    assert [one.id for one in still_open([routine, stat, older])] == [
        "referral-3",
        "referral-2",
        "referral-1",
    ]


def test_a_clinics_own_table_replaces_ours() -> None:
    own = (FollowUp(Urgency.ROUTINE, ReferralStatus.DRAFT, 0, "send it today"),)
    step = next_step(draft(), own, zone=ZONE, business_days=WORKDAYS)
    assert step == NextStep("send it today", date(2026, 3, 2))


def test_a_day_beyond_the_calendar_is_refused() -> None:
    last = draft(ordered=datetime(9999, 12, 31, 12, tzinfo=UTC))
    with pytest.raises(InvalidValue):
        next_step(last, zone=ZONE, business_days=WORKDAYS)
