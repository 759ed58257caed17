"""Deadlines: the payer's own days only shorten, extensions come once, silence can be a denial."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.deadlines import (
    Deadline,
    decision_deadline,
    decision_is_not_overdue,
    extension_comes_before_the_deadline,
)
from carecoord.authorizations.requests import Urgency
from carecoord.authorizations.time_limits import LIMITS, Program, Span, SpanUnit
from carecoord.errors import NotAllowed, Refused
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone

ZONE = Zone("America/Chicago")
WORKDAYS = BusinessDays.federal([2026])
RECEIVED = datetime(2026, 2, 2, 16, tzinfo=UTC)
spans = st.builds(Span, st.integers(1, 40), st.sampled_from(SpanUnit))


def deadline(
    program: Program = Program.MEDICARE_ADVANTAGE,
    urgency: Urgency = Urgency.STANDARD,
    drugs: tuple[bool, ...] = (False,),
    payer_days: Span | None = None,
) -> Deadline | None:
    return decision_deadline(
        program, urgency, drugs, RECEIVED, zone=ZONE, business_days=WORKDAYS, payer_days=payer_days
    )


def known(found: Deadline | None) -> Deadline:
    assert found is not None
    return found


@given(st.sampled_from(Program), st.sampled_from(Urgency), st.booleans(), spans)
def test_a_payers_own_days_only_shorten(
    program: Program, urgency: Urgency, drug: bool, span: Span
) -> None:
    lawful = deadline(program, urgency, (drug,))
    found = known(deadline(program, urgency, (drug,), span))
    promised = span.after(RECEIVED, ZONE, WORKDAYS)
    if lawful is None:
        assert found.due_at == promised
        assert found.lawful_until is None
    else:
        assert found.due_at == min(promised, lawful.due_at)
        assert found.lawful_until == lawful.due_at


def test_seven_days_of_2026_end_at_midnight_of_the_payers_zone() -> None:
    found = known(deadline())
    assert found.due_at == datetime(2026, 2, 10, 6, tzinfo=UTC)
    assert found.missed_is_adverse is True
    assert "CMS-0057-F" in found.source


def test_a_request_is_due_when_its_first_line_is() -> None:
    assert known(deadline(drugs=(False, True))).due_at == RECEIVED + timedelta(hours=72)


def test_without_a_clock_there_is_no_deadline_and_nothing_is_overdue() -> None:
    assert deadline(Program.OTHER) is None
    assert decision_is_not_overdue(None, RECEIVED)


def test_state_law_is_a_further_limit_and_the_shortest_applies() -> None:
    state = evolve(LIMITS[1], within=Span(2, SpanUnit.BUSINESS_DAYS), source="a state's code")
    found = known(
        decision_deadline(
            Program.MEDICARE_ADVANTAGE,
            Urgency.STANDARD,
            (False,),
            RECEIVED,
            zone=ZONE,
            business_days=WORKDAYS,
            limits=(*LIMITS, state),
        )
    )
    assert found.source == "a state's code"


def test_time_is_extended_once_by_14_days() -> None:
    found = known(deadline(payer_days=Span(3, SpanUnit.CALENDAR_DAYS)))
    longer = found.extended(RECEIVED, ZONE, WORKDAYS)
    assert longer.due_at == datetime(2026, 2, 24, 6, tzinfo=UTC)
    assert longer.lawful_until == longer.due_at
    with pytest.raises(NotAllowed, match="had one"):
        longer.extended(RECEIVED, ZONE, WORKDAYS)
    assert not extension_comes_before_the_deadline(
        known(deadline(Program.PART_D, drugs=(True,))), RECEIVED
    )


def test_an_extension_after_the_time_ran_out_comes_too_late() -> None:
    found = known(deadline())
    assert found.lawful_until is not None
    assert extension_comes_before_the_deadline(found, found.lawful_until - timedelta(seconds=1))
    answer = extension_comes_before_the_deadline(found, found.lawful_until)
    assert isinstance(answer, Refused)
    assert answer.reason == "the time limit has run out"


def test_a_broken_promise_is_overdue_and_a_missed_deadline_a_denial() -> None:
    found = known(deadline(payer_days=Span(1, SpanUnit.CALENDAR_DAYS)))
    assert found.lawful_until is not None
    assert decision_is_not_overdue(found, found.due_at - timedelta(seconds=1))
    late = decision_is_not_overdue(found, found.due_at)
    assert isinstance(late, Refused)
    assert "denial" not in late.reason
    assert not found.counts_as_denied(found.due_at)
    missed = decision_is_not_overdue(found, found.lawful_until)
    assert isinstance(missed, Refused)
    assert "counts as a denial" in missed.reason
    assert not known(deadline(Program.ERISA)).counts_as_denied(RECEIVED + timedelta(days=99))
    assert not Deadline(due_at=RECEIVED, source="s", missed_is_adverse=True).counts_as_denied(
        RECEIVED
    )
