"""Restrictions: they stand in the way of every disclosure that they could concern."""

from datetime import date

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.disclosures import Basis, Disclosure, DisclosureRecipient
from carecoord.compliance.individual_requests import IndividualRequest
from carecoord.compliance.request_terms import RequestStatus, RestrictionTerms
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import (
    disclosure_keeps_to_restrictions,
    plan_is_asked_for_nothing_restricted,
    restriction_ends_as_the_law_lets_it,
)

TODAY = date(2026, 3, 2)
TREATMENT, PAYMENT = Basis.TREATMENT, Basis.PAYMENT


def restriction(terms, status=RequestStatus.GRANTED, patient="patient-1"):
    return IndividualRequest(
        id="request-1",
        patient=patient,
        kind=RequestKind.RESTRICTION,
        received_on=TODAY,
        received_by="nora",
        what="the test of March",
        restriction=terms,
        status=status,
    )


def disclosure(basis, coverage):
    return Disclosure(
        id="disclosure-1",
        patient="patient-1",
        made_on=TODAY,
        recipient=DisclosureRecipient("Plan", coverage=coverage),
        what="claim",
        purpose="payment",
        basis=basis,
        recorded_by="nora",
    )


plans = st.none() | st.sampled_from(["cov-1", "cov-2"])


@given(
    st.sampled_from(Basis),
    plans,
    st.booleans(),
    plans,
    st.sampled_from(RequestStatus),
    st.sampled_from(["patient-1", "patient-2"]),
)
def test_what_could_concern_it_stands_in_the_way(basis, to, to_plan, of, status, patient):
    terms = RestrictionTerms(frozenset({Basis.PAYMENT, Basis.OPERATIONS}), to_plan, of)
    agreed = restriction(terms, status, patient)
    made = disclosure(basis, to)
    concerned = (
        basis.value in ("payment", "operations")
        and patient == "patient-1"
        and status.value in ("granted", "partly_granted")
        and (to is not None or not to_plan)
        and of in (None, to)
    )
    assert bool(disclosure_keeps_to_restrictions(made, [agreed])) is not concerned
    outside = evolve(made, outside={"request-1"})
    assert disclosure_keeps_to_restrictions(outside, [agreed])


@given(st.sampled_from([TREATMENT, PAYMENT]), st.booleans(), plans, st.sampled_from(RequestStatus))
def test_a_plan_is_asked_for_nothing_that_it_could_concern(basis, to_plan, of, status):
    one = restriction(RestrictionTerms(frozenset({basis}), to_plan=to_plan, coverage=of), status)
    holds = status in (RequestStatus.GRANTED, RequestStatus.PARTLY_GRANTED)
    concerns = holds and basis is PAYMENT and of in (None, "cov-1")
    asked = plan_is_asked_for_nothing_restricted
    assert bool(asked("patient-1", "cov-1", [one], frozenset())) is not concerns
    assert asked("patient-1", "cov-1", [one], {"request-1"})
    assert asked("patient-2", "cov-1", [one], frozenset())


def test_a_request_without_terms_stands_in_no_way():
    made = disclosure(Basis.PAYMENT, "cov-1")
    assert disclosure_keeps_to_restrictions(made, [restriction(None)])


@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("agrees", [True, False])
def test_only_the_individual_ends_what_was_paid_in_full(paid, agrees):
    terms = RestrictionTerms(frozenset({Basis.PAYMENT}), to_plan=True, paid_in_full=paid)
    answer = restriction_ends_as_the_law_lets_it(restriction(terms), individual_agrees=agrees)
    assert bool(answer) is (agrees or not paid)
