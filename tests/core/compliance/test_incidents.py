"""Incidents: presumed breaches, assessed by four factors, closed once all are told."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.breach_clocks import Notified, Residents, StateClock
from carecoord.compliance.disclosures import Suspension
from carecoord.compliance.incidents import (
    INCIDENT_LIFECYCLE,
    BreachException,
    Finding,
    Incident,
    IncidentStatus,
    Notification,
    Risk,
    RiskAssessment,
    breach_is_told_in_time,
)
from carecoord.errors import InvalidValue, NotAllowed

FOUND = date(2026, 3, 2)
CLOCKS = (StateClock("IL", Notified.INDIVIDUALS, 30, "a law of this test"),)


def incident(**more):
    return Incident(
        id="incident-1", discovered_on=FOUND, reported_by="nora", what="a fax went astray", **more
    )


def assessment(low=False, risks=(Risk.LOW,) * 4, exception=None):
    names = ("nature_of_records", "who_received", "acquired_or_viewed", "mitigated")
    findings = {n: Finding(risk, "because") for n, risk in zip(names, risks, strict=True)}
    return RiskAssessment(on=FOUND, by="nora", low_probability=low, exception=exception, **findings)


def told(who, on=FOUND, state=None):
    return Notification(who, on, "by letter", state)


@given(
    st.booleans(),
    st.tuples(*[st.sampled_from(Risk)] * 4),
    st.none() | st.sampled_from(BreachException),
)
def test_it_is_a_breach_unless_shown_otherwise(low, risks, exception):
    assessed = assessment(low, risks, exception)
    if low and Risk.HIGH in risks:
        with pytest.raises(NotAllowed, match="low_probability_is_shown"):
            incident().assessed(assessed)
        return
    breach = incident().assessed(assessed).status is IncidentStatus.BREACH
    assert breach is not (low or exception is not None)


def test_more_knowledge_can_change_the_answer_and_nothing_is_forgotten():
    first = incident().assessed(assessment(low=True))
    second = first.assessed(assessment(risks=(Risk.HIGH,) * 4))
    assert [one.low_probability for one in second.assessments] == [True, False]
    assert second.outstanding(())


def test_a_breach_closes_once_all_are_told():
    breach = incident(residents=(Residents("IL", 3),)).assessed(assessment())
    left = breach.outstanding(CLOCKS)
    assert [(due.who, due.state) for due in left] == [
        (Notified.INDIVIDUALS, "IL"),
        (Notified.INDIVIDUALS, None),
        (Notified.HHS, None),
    ]
    in_state = breach.notified(told(Notified.INDIVIDUALS, state="IL"))
    assert len(in_state.outstanding(CLOCKS)) == 2
    everybody = breach.notified(told(Notified.INDIVIDUALS))
    assert [due.who for due in everybody.outstanding(CLOCKS)] == [Notified.HHS]
    with pytest.raises(NotAllowed, match="hhs to be told by 2027-03-01"):
        everybody.closed(CLOCKS)
    done = everybody.notified(told(Notified.HHS)).closed(CLOCKS)
    assert done.status is IncidentStatus.CLOSED
    assert done.outstanding(CLOCKS) == ()


@given(st.integers(0, 120), st.booleans(), st.integers(1, 30))
def test_late_is_what_is_past_the_shortest_clock(days, delayed, length):
    breach = incident(residents=(Residents("IL", 3),)).assessed(assessment())
    limit = FOUND + timedelta(days=30)
    if delayed:
        began = FOUND + timedelta(days=20)
        ends = began + timedelta(days=length)
        breach = breach.delayed(Suspension("Sheriff", False, began, ends, "memo"))
        limit = max(limit, ends)
    today = FOUND + timedelta(days=days)
    assert bool(breach_is_told_in_time(breach, today, CLOCKS)) is (today <= limit)


def test_an_oral_delay_is_short():
    breach = incident().assessed(assessment())
    with pytest.raises(NotAllowed, match="oral_suspension"):
        breach.delayed(Suspension("Sheriff", False, FOUND, FOUND + timedelta(days=31), "memo"))


def test_no_breach_tells_nobody():
    assert breach_is_told_in_time(incident(), FOUND + timedelta(days=999), CLOCKS)
    cleared = incident().assessed(assessment(exception=BreachException.SECURED))
    assert cleared.closed(CLOCKS).status is IncidentStatus.CLOSED


def test_a_state_is_counted_once():
    with pytest.raises(InvalidValue):
        incident().counted(frozenset(), (Residents("IL", 1), Residents("IL", 2)))


@pytest.mark.parametrize("status", IncidentStatus)
def test_verbs_do_what_the_table_says(status):
    delay = Suspension("Sheriff", True, FOUND, FOUND + timedelta(days=90), "letter")
    told_all = (told(Notified.INDIVIDUALS), told(Notified.HHS))
    done = {
        "confirm": lambda one: one.assessed(assessment()),
        "clear": lambda one: one.assessed(assessment(low=True)),
        "notify": lambda one: one.notified(told(Notified.HHS)),
        "delay": lambda one: one.delayed(delay),
        "close": lambda one: one.closed(()),
    }
    for verb, move in done.items():
        before = evolve(incident(), status=status, notifications=told_all)
        if INCIDENT_LIFECYCLE.may(status, verb):
            assert move(before).status is INCIDENT_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)
