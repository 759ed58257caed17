"""Credentials: good until their last day, renewed for longer, and never missed."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.credentials import (
    CREDENTIAL_LIFECYCLE,
    Credential,
    CredentialKind,
    CredentialStatus,
    renewals_due,
    workforce_holds_what_is_required,
)
from carecoord.errors import InvalidValue, NotAllowed

TODAY = date(2026, 3, 2)


def credential(number=1, kind=CredentialKind.LICENSE, lasts=365, **more):
    return Credential(
        id=f"credential-{number}",
        holder="dr-wu",
        kind=kind,
        what="Illinois, physician",
        issued_on=TODAY,
        expires_on=None if lasts is None else TODAY + timedelta(days=lasts),
        **more,
    )


@given(st.none() | st.integers(0, 400), st.integers(-10, 500), st.sampled_from(CredentialStatus))
def test_it_is_good_from_its_first_day_to_its_last(lasts, days, status):
    one = credential(lasts=lasts, status=status)
    good = status.value == "active" and days >= 0 and (lasts is None or days <= lasts)
    assert one.holds(TODAY + timedelta(days=days)) is good


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 400), st.sampled_from(CredentialStatus))),
    st.integers(0, 400),
)
def test_what_ends_is_listed_the_first_to_end_first(rows, days):
    made = [credential(n, lasts=lasts, status=status) for n, (lasts, status) in enumerate(rows)]
    by = TODAY + timedelta(days=days)
    due = renewals_due(made, by)
    assert [one.expires_on for one in due] == sorted(one.expires_on for one in due)
    assert set(due) == {
        one
        for one in made
        if one.expires_on and one.expires_on <= by and one.status.value != "revoked"
    }


@given(
    st.frozensets(st.sampled_from(CredentialKind)),
    st.lists(st.tuples(st.sampled_from(CredentialKind), st.integers(0, 20), st.booleans())),
    st.integers(0, 20),
)
def test_every_kind_that_is_required_is_held_by_oneself(required, rows, days):
    made = [
        evolve(credential(n, kind, lasts), holder="dr-wu" if own else "dr-roe")
        for n, (kind, lasts, own) in enumerate(rows)
    ]
    held = {kind for kind, lasts, own in rows if own and days <= lasts}
    answer = workforce_holds_what_is_required("dr-wu", required, made, TODAY + timedelta(days=days))
    assert bool(answer) is (required <= held)


@pytest.mark.parametrize("lasts", [365, None])
def test_a_renewal_lasts_longer(lasts):
    one = credential(lasts=lasts, filed="drawer 1")
    if lasts is None:
        with pytest.raises(NotAllowed, match="renewal_lasts_longer"):
            one.renewed(TODAY)
        return
    later = TODAY + timedelta(days=730)
    assert one.renewed(later).filed == "drawer 1"
    assert one.renewed(later, filed="drawer 2").filed == "drawer 2"
    with pytest.raises(NotAllowed, match="renewal_lasts_longer"):
        one.renewed(one.expires_on)


def test_it_does_not_end_before_it_is_issued():
    with pytest.raises(InvalidValue):
        credential(lasts=-1)


@pytest.mark.parametrize("status", CredentialStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "renew": lambda one: one.renewed(date(2030, 1, 1)),
        "suspend": lambda one: one.suspended(),
        "reinstate": lambda one: one.reinstated(),
        "revoke": lambda one: one.revoked(),
    }
    for verb, move in done.items():
        before = credential(status=status)
        if CREDENTIAL_LIFECYCLE.may(status, verb):
            assert move(before).status is CREDENTIAL_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)
