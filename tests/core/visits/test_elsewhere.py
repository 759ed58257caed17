from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.codes import SNOMED_CT, Code
from carecoord.kernel.time import Period
from carecoord.visits.elsewhere import (
    OUTPATIENT,
    OutpatientAppointment,
    OutpatientStatus,
    outcome_is_asked_for_in_time,
)

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TUESDAY, FRIDAY = (Period.starting(NOW + timedelta(days=days), minutes=40) for days in (1, 4))
BY = {"by": "nora", "at": NOW}
ASKED = OutpatientAppointment(
    id="o1",
    patient="p1",
    organization="heart",
    service=Code(SNOMED_CT, "183519002"),
    requested_at=NOW,
)


def confirmed():
    return ASKED.offered([FRIDAY, TUESDAY, FRIDAY], **BY).confirmed(FRIDAY, **BY)


def test_from_the_request_to_the_known_outcome():
    appointment = confirmed()
    assert appointment.offers == (TUESDAY, FRIDAY)
    done = appointment.occurred(by="nora", at=FRIDAY.end)
    assert done.status is OutpatientStatus.OCCURRED
    assert [event.verb for event in done.events] == ["offer", "confirm", "occur"]


def test_one_of_the_offered_times_is_confirmed_and_without_offers_any():
    with pytest.raises(NotAllowed, match="appointment_was_offered"):
        ASKED.offered([TUESDAY], **BY).confirmed(FRIDAY, **BY)
    assert ASKED.confirmed(FRIDAY, **BY).period == FRIDAY
    with pytest.raises(InvalidValue):
        ASKED.offered([], **BY)


def test_the_outcome_comes_after_the_appointment():
    for verb in ("occurred", "missed"):
        with pytest.raises(NotAllowed, match="outcome_comes_after"):
            getattr(confirmed(), verb)(by="nora", at=FRIDAY.start - timedelta(seconds=1))
        with pytest.raises(NotAllowed, match="cannot"):
            getattr(ASKED, verb)(by="nora", at=FRIDAY.end)


def test_what_was_missed_or_declined_can_be_asked_for_again():
    again = confirmed().missed(by="nora", at=FRIDAY.end).requested_again(**BY)
    assert (again.status, again.period, again.offers) == (OutpatientStatus.REQUESTED, None, ())
    assert ASKED.declined("full", **BY).requested_again(**BY).status is again.status
    assert again.cancelled("moved away", **BY).status is OutpatientStatus.CANCELLED


@given(st.integers(-3, 5))
def test_the_outcome_is_asked_for_within_two_days(days):
    at = FRIDAY.end + timedelta(days=days)
    assert bool(outcome_is_asked_for_in_time(confirmed(), at)) == (days < 2)
    assert outcome_is_asked_for_in_time(ASKED, at)
    gone = confirmed().cancelled("moved away", **BY)
    assert outcome_is_asked_for_in_time(gone, at)


def test_a_confirmed_appointment_has_a_time_and_wishes_are_in_order():
    with pytest.raises(InvalidValue, match="period"):
        evolve(ASKED, status=OutpatientStatus.CONFIRMED)
    with pytest.raises(InvalidValue, match="not_after"):
        evolve(ASKED, not_before=NOW, not_after=NOW)
    assert evolve(ASKED, not_before=NOW, not_after=NOW + timedelta(days=9)).not_before == NOW


def test_what_took_place_or_was_cancelled_stays_so():
    moves = {state for state, _ in OUTPATIENT.moves}
    assert moves == set(OutpatientStatus) - {
        OutpatientStatus.OCCURRED,
        OutpatientStatus.CANCELLED,
    }
