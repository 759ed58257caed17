"""Requests of the individual: clocks, extensions, denials, reviews and what is free."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.disclosures import Basis
from carecoord.compliance.individual_requests import (
    IndividualRequest,
    accounting_is_free_once_in_twelve_months,
    overdue_requests,
    request_is_answered_in_time,
    request_says_what_its_kind_needs,
)
from carecoord.compliance.request_terms import (
    AWAITING_ANSWER,
    REQUEST_LIFECYCLE,
    AccountingFee,
    ReachAt,
    RequestStatus,
    RestrictionTerms,
)
from carecoord.compliance.request_times import ANSWER_TIMES, GROUNDS, DenialGround, RequestKind
from carecoord.errors import NotAllowed
from carecoord.kernel.money import Money

TODAY = date(2026, 3, 2)
FEE = AccountingFee(Money(2500), TODAY)


def request(kind=RequestKind.ACCESS, number=1, on=TODAY, **more):
    return IndividualRequest(
        id=f"request-{number}",
        patient="patient-1",
        kind=kind,
        received_on=on,
        received_by="nora",
        what="my record",
        **more,
    )


def in_state(status, kind=RequestKind.ACCESS):
    return evolve(request(kind), status=status)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (RequestKind.ACCESS, date(2026, 4, 1), date(2026, 5, 1)),
        (RequestKind.AMENDMENT, date(2026, 5, 1), date(2026, 5, 31)),
        (RequestKind.ACCOUNTING, date(2026, 5, 1), date(2026, 5, 31)),
        (RequestKind.RESTRICTION, None, None),
        (RequestKind.CONFIDENTIAL_COMMUNICATION, None, None),
    ],
)
def test_the_days_are_those_of_the_law(kind, first, second):
    received = request(kind)
    assert received.due == first
    if first is None:
        with pytest.raises(NotAllowed, match="has no days"):
            received.extended("busy", told_on=TODAY)
        return
    extended = received.extended("off site", told_on=first)
    assert extended.due == second
    for clock, due in ((received, first), (extended, second)):
        assert request_is_answered_in_time(clock, due)
        assert not request_is_answered_in_time(clock, due + timedelta(days=1))
    with pytest.raises(NotAllowed):
        extended.extended("again", told_on=first)


@given(st.sampled_from(list(ANSWER_TIMES)), st.integers(-100, 200))
def test_an_extension_is_told_within_the_first_days(kind, days):
    in_time = 0 <= days <= ANSWER_TIMES[kind].days
    told_on = TODAY + timedelta(days=days)
    if in_time:
        assert request(kind).extended("off site", told_on=told_on).extension.told_on == told_on
    else:
        with pytest.raises(NotAllowed):
            request(kind).extended("off site", told_on=told_on)


@given(
    st.lists(
        st.tuples(st.sampled_from(RequestKind), st.sampled_from(RequestStatus), st.integers(0, 99)),
        max_size=9,
    ),
    st.integers(0, 250),
)
def test_overdue_is_what_is_late_and_nothing_else(rows, days):
    made = [
        evolve(request(kind, n, TODAY + timedelta(days=on)), status=status)
        for n, (kind, status, on) in enumerate(rows)
    ]
    today = TODAY + timedelta(days=days)
    late = overdue_requests(made, today)
    assert [one.due for one in late] == sorted(one.due for one in late)
    assert set(late) == {
        one
        for one in made
        if one.status in AWAITING_ANSWER and one.due is not None and one.due < today
    }


@given(st.sampled_from(RequestKind), st.sampled_from(DenialGround), st.booleans())
def test_a_denial_rests_on_a_ground_of_its_kind(kind, ground, in_part):
    if ground in GROUNDS[kind]:
        denied = request(kind).denied(ground, by="nora", on=TODAY, in_part=in_part)
        assert denied.decision.ground is ground
        assert (denied.status is RequestStatus.DENIED) is not in_part
        assert denied.due is None
    else:
        with pytest.raises(NotAllowed, match="denial_rests_on_a_ground"):
            request(kind).denied(ground, by="nora", on=TODAY, in_part=in_part)


def test_an_accounting_is_never_denied_and_every_ground_is_of_some_kind():
    assert not GROUNDS[RequestKind.ACCOUNTING]
    assert frozenset().union(*GROUNDS.values()) == frozenset(DenialGround)


@given(
    st.frozensets(st.sampled_from([Basis.PAYMENT, Basis.OPERATIONS, Basis.TREATMENT])),
    st.booleans(),
    st.booleans(),
)
def test_what_was_paid_in_full_is_agreed_to(against, to_plan, paid):
    terms = RestrictionTerms(against, to_plan=to_plan, paid_in_full=paid)
    asked = request(RequestKind.RESTRICTION, restriction=terms)
    binding = to_plan and paid and bool(against) and Basis.TREATMENT not in against
    assert terms.binding is binding
    if binding:
        with pytest.raises(NotAllowed, match="paid in full"):
            asked.denied(DenialGround.NOT_AGREED, by="nora", on=TODAY)
    else:
        asked.denied(DenialGround.NOT_AGREED, by="nora", on=TODAY)
    assert asked.granted(by="nora", on=TODAY).status is RequestStatus.GRANTED


@pytest.mark.parametrize("ground", sorted(GROUNDS[RequestKind.ACCESS], key=lambda it: it.value))
def test_a_reviewable_denial_is_reviewed_once(ground):
    denied = request().denied(ground, by="nora", on=TODAY)
    reviewable = {"endangers_somebody", "refers_to_another_person", "representative_may_harm"}
    if ground.value not in reviewable:
        with pytest.raises(NotAllowed, match="no ground that is reviewed"):
            denied.under_review()
        return
    again = denied.under_review().denied(ground, by="dr-wu", on=TODAY)
    with pytest.raises(NotAllowed, match="reviewed before"):
        again.under_review()


@pytest.mark.parametrize("status", RequestStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "extend": lambda one: one.extended("off site", told_on=TODAY),
        "grant": lambda one: one.granted(by="nora", on=TODAY),
        "withdraw": lambda one: one.withdrawn(),
        "disagree": lambda one: one.disagreed("it is wrong"),
        "end": lambda one: one.ended(),
    }
    for verb, move in done.items():
        before = in_state(status)
        if REQUEST_LIFECYCLE.may(status, verb):
            assert move(before).status is REQUEST_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)


def test_an_undecided_request_has_nothing_to_review():
    with pytest.raises(NotAllowed):
        in_state(RequestStatus.DENIED).under_review()


@given(st.sampled_from(RequestKind), st.booleans(), st.booleans())
def test_terms_belong_to_restrictions_and_ways_to_communications(kind, terms, elsewhere):
    made = request(
        kind,
        restriction=RestrictionTerms(frozenset({Basis.PAYMENT})) if terms else None,
        reach_at=ReachAt() if elsewhere else None,
    )
    fits = terms is (kind is RequestKind.RESTRICTION) and elsewhere is (
        kind is RequestKind.CONFIDENTIAL_COMMUNICATION
    )
    assert bool(request_says_what_its_kind_needs(made)) is fits


@given(st.integers(0, 800), st.sampled_from(RequestKind), st.booleans())
def test_one_accounting_in_twelve_months_is_free(days, kind, granted):
    before = request(RequestKind.ACCOUNTING, 2, TODAY - timedelta(days=days))
    if granted:
        before = before.granted(by="nora", on=before.received_on)
    asked = request(kind)
    may_charge = kind is RequestKind.ACCOUNTING and granted and days < 365
    answer = accounting_is_free_once_in_twelve_months(asked, [before, asked], FEE)
    assert bool(answer) is may_charge
    assert accounting_is_free_once_in_twelve_months(asked, [before], None)
