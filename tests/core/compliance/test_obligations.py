"""Obligations: due once, at intervals or after events; each attestation moves them on."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.federal_obligations import federal_obligations
from carecoord.compliance.obligations import (
    OBLIGATION_LIFECYCLE,
    AfterEvent,
    Check,
    Obligation,
    ObligationStatus,
    Occurrence,
    OnDay,
    Owner,
    Recurring,
    obligation_is_met_in_time,
)
from carecoord.compliance.sources import Source, Sureness
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.people import Actor, Role

TODAY = date(2026, 3, 2)
CORY = Actor.of("cory", Role.COMPLIANCE_OFFICER)
SOURCE = Source("45 CFR 164.308(a)(8)", Sureness.MEMORY)

days = st.integers(0, 3000).map(lambda n: TODAY + timedelta(days=n))


def owed(due=None, **more):
    return Obligation(
        id="obligation-1",
        what="evaluate the safeguards",
        source=SOURCE,
        owner=Owner(Role.COMPLIANCE_OFFICER),
        evidence="the evaluation",
        due=due,
        **more,
    )


def attested(obligation, on, by=CORY):
    return obligation.attested(by=by, on=on, evidence="binder 4")


@given(days, st.integers(1, 40), days)
def test_the_next_day_of_an_interval_is_the_first_after_a_day(first, months, day):
    recurring = Recurring(first, months)
    due = recurring.after(day)
    assert due > day
    assert due == first or (due.year - first.year) * 12 + due.month - first.month >= months
    if due > first:
        before = recurring.after(due - timedelta(days=1))
        assert before == due
        assert recurring.after(day - timedelta(days=32 * months)) <= due


@given(days, st.integers(1, 30), st.lists(days, min_size=1, max_size=8))
def test_attesting_moves_what_recurs_past_what_was_due_and_past_today(first, months, on):
    obligation = owed(Recurring(first, months))
    for day in on:
        before = obligation.next_due
        obligation = attested(obligation, day)
        assert obligation.next_due > max(before, day)
        assert obligation.attestations[-1].due == before


@given(st.lists(days, max_size=6), st.integers(0, 90), st.integers(0, 6))
def test_every_event_is_attested_once_the_earliest_first(events, within, times):
    obligation = owed(AfterEvent("a complaint", within))
    for day in events:
        obligation = obligation.arisen(Occurrence(day, "a complaint"))
    seen = []
    for _ in range(min(times, len(events))):
        seen.append(obligation.next_due)
        obligation = attested(obligation, TODAY)
    expected = sorted(day + timedelta(days=within) for day in events)
    assert seen == expected[: len(seen)]
    left = expected[len(seen) :]
    assert obligation.next_due == (left[0] if left else None)


def test_what_is_due_once_is_attested_once():
    obligation = owed(OnDay(TODAY))
    assert obligation_is_met_in_time(obligation, TODAY)
    late = obligation_is_met_in_time(obligation, TODAY + timedelta(days=1))
    assert (bool(late), late.source) == (False, "45 CFR 164.308(a)(8)")
    done = attested(obligation, TODAY)
    assert done.next_due is None
    assert obligation_is_met_in_time(done, date(2030, 1, 1))
    with pytest.raises(NotAllowed, match="attestation_answers_something_due"):
        attested(done, TODAY)


def test_what_is_checked_is_not_attested():
    checked = owed(check=Check.BREACHES_TOLD)
    assert checked.next_due is None
    with pytest.raises(NotAllowed, match="people_attest_what_is_not_checked"):
        attested(checked, TODAY)


def test_only_its_owner_attests():
    with pytest.raises(NotAllowed, match="owner_attests"):
        attested(owed(OnDay(TODAY)), TODAY, Actor.of("nora", Role.COORDINATOR))
    hers = evolve(owed(OnDay(TODAY)), owner=Owner(actor="nora"))
    assert attested(hers, TODAY, Actor.of("nora", Role.COORDINATOR)).attestations
    with pytest.raises(NotAllowed, match="owner_attests"):
        attested(hers, TODAY)


def test_what_cannot_be_an_obligation():
    for wrong in (
        {},
        {"due": OnDay(TODAY), "check": Check.AUDIT_ANCHORED},
        {"due": OnDay(TODAY), "occurrences": (Occurrence(TODAY, "it happened"),)},
    ):
        with pytest.raises(InvalidValue):
            owed(**wrong)
    for wrong in ({}, {"role": Role.BILLING, "actor": "nora"}):
        with pytest.raises(InvalidValue):
            Owner(**wrong)


@pytest.mark.parametrize("status", ObligationStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "attest": lambda one: attested(one, TODAY),
        "arise": lambda one: one.arisen(Occurrence(TODAY, "it happened")),
        "retire": lambda one: one.retired(),
    }
    for verb, move in done.items():
        before = owed(
            AfterEvent("it", 1), status=status, occurrences=(Occurrence(TODAY, "it happened"),)
        )
        if OBLIGATION_LIFECYCLE.may(status, verb):
            assert move(before).status is OBLIGATION_LIFECYCLE.after(status, verb)
        else:
            assert before.next_due is None
            with pytest.raises(NotAllowed):
                move(before)


def test_the_federal_list_names_everything_once_and_its_sources():
    found = federal_obligations(first_review=TODAY)
    assert len({one.id for one in found}) == len(found)
    assert {one.check for one in found} == {*Check, None}
    assert all("CFR" in str(one.source) for one in found)
    assert {one.next_due for one in found} == {TODAY, None}
