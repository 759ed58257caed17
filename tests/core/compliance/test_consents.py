"""Consents: what makes a form valid, how long it holds, and what rests on it."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.consents import (
    CONSENT_LIFECYCLE,
    Consent,
    ConsentKind,
    ConsentStatus,
    Revocation,
    Statement,
    authorized_disclosure_rests_on_a_consent,
    automated_messages_agreed,
    consent_has_what_makes_it_valid,
    consent_is_in_force,
    part_2_disclosure_rests_on_a_consent,
)
from carecoord.compliance.disclosures import Basis, Disclosure, DisclosureRecipient
from carecoord.errors import NotAllowed

TODAY = date(2026, 3, 2)
NUMBER = "(217) 555-0117"


def consent(kind=ConsentKind.AUTHORIZATION, **more):
    whole = {
        "id": "consent-1",
        "patient": "patient-1",
        "kind": kind,
        "signed_on": TODAY,
        "signed_by": "Ada",
        "what": "records",
        "discloser": "the clinic",
        "recipients": ("an insurer",),
        "purpose": "an application",
        "expires_on": TODAY + timedelta(days=90),
        "statements": frozenset(Statement),
        "numbers": frozenset({NUMBER}),
    }
    return Consent(**whole | more)


def disclosure(on=TODAY, **more):
    return Disclosure(
        id="disclosure-1",
        patient="patient-1",
        made_on=on,
        recipient=DisclosureRecipient("an insurer"),
        what="records",
        purpose="an application",
        recorded_by="nora",
        **{"basis": Basis.AUTHORIZED} | more,
    )


def revocation(on=TODAY, written=True):
    return Revocation(on, written, "nora")


ELEMENTS = {
    "what": None,
    "discloser": None,
    "recipients": (),
    "purpose": None,
    "expires_on": None,
    "statements": frozenset(),
}


@pytest.mark.parametrize("kind", ConsentKind)
@pytest.mark.parametrize("element", [*ELEMENTS, "numbers"])
def test_each_element_by_itself_makes_a_form_invalid(kind, element):
    assert consent_has_what_makes_it_valid(consent(kind))
    lacking = consent(kind, **{element: ELEMENTS.get(element, frozenset())})
    of_messages = kind is ConsentKind.AUTOMATED_MESSAGES
    assert bool(consent_has_what_makes_it_valid(lacking)) is ((element != "numbers") is of_messages)


def test_an_event_is_an_end_too():
    assert consent_has_what_makes_it_valid(consent(expires_on=None, expires_with="the trial"))


@given(
    st.integers(-5, 5),
    st.none() | st.integers(0, 10),
    st.sampled_from(["", "revoke", "expire"]),
    st.integers(0, 10),
)
def test_a_consent_holds_from_its_day_until_it_ends(on, lasts, ending, ended):
    ends = None if lasts is None else TODAY + timedelta(days=lasts)
    one = consent(expires_on=ends)
    day = TODAY + timedelta(days=ended)
    if ending == "revoke":
        one = one.revoked(revocation(day))
    elif ending == "expire":
        one = one.expired(day)
    holds = on >= 0 and (lasts is None or on <= lasts) and (not ending or on < ended)
    assert bool(consent_is_in_force(one, TODAY + timedelta(days=on))) is holds
    assert not consent_is_in_force(one.voided(), TODAY + timedelta(days=on))


@pytest.mark.parametrize("kind", ConsentKind)
def test_what_is_signed_is_revoked_in_writing_but_for_messages(kind):
    if kind is ConsentKind.AUTOMATED_MESSAGES:
        assert consent(kind).revoked(revocation(written=False)).revocation
    else:
        with pytest.raises(NotAllowed, match="in writing"):
            consent(kind).revoked(revocation(written=False))


@pytest.mark.parametrize("status", ConsentStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "revoke": lambda one: one.revoked(revocation()),
        "expire": lambda one: one.expired(TODAY),
        "void": lambda one: one.voided(),
    }
    for verb, move in done.items():
        before = evolve(consent(), status=status)
        if CONSENT_LIFECYCLE.may(status, verb):
            assert move(before).status is CONSENT_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)


@given(
    st.sampled_from(Basis),
    st.booleans(),
    st.none() | st.sampled_from(ConsentKind),
    st.sampled_from(["patient-1", "patient-2"]),
    st.integers(-2, 92),
    st.booleans(),
)
def test_only_the_patients_own_valid_consent_of_the_right_kind_will_do(
    basis, part_2, kind, patient, days, whole
):
    made = disclosure(TODAY + timedelta(days=days), basis=basis, part_2=part_2)
    more = {"patient": patient} if whole else {"patient": patient, "purpose": None}
    form = None if kind is None else consent(kind, **more)
    fits = (
        form is not None
        and whole
        and patient == "patient-1"
        and 0 <= days <= 90
        and kind is not ConsentKind.AUTOMATED_MESSAGES
        and (kind is ConsentKind.PART_2 or not part_2)
    )
    answer = authorized_disclosure_rests_on_a_consent(made, form)
    assert bool(answer) is (fits or basis is not Basis.AUTHORIZED)


@pytest.mark.parametrize("asked", ["2175550117", "+1 217 555 0117", "1-217-555-0117", NUMBER])
def test_messages_are_agreed_to_by_number_however_it_is_written(asked):
    agreed = consent(ConsentKind.AUTOMATED_MESSAGES)
    assert automated_messages_agreed([agreed], asked, TODAY) is True
    ended = agreed.revoked(revocation(written=False))
    assert automated_messages_agreed([ended], asked, TODAY) is False
    assert automated_messages_agreed([ended, agreed], asked, TODAY) is True
    assert automated_messages_agreed([agreed.voided(), consent()], asked, TODAY) is None
    assert automated_messages_agreed([agreed], "217 555 0118", TODAY) is None


@given(
    st.sampled_from(Basis),
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from(ConsentKind), st.booleans(), st.integers(-9, 9)), max_size=3
    ),
)
def test_part_2_records_go_for_ordinary_purposes_by_their_own_consent(basis, part_2, rows):
    held = [
        consent(
            kind,
            patient="patient-1" if own else "patient-2",
            signed_on=TODAY - timedelta(days=20),
            expires_on=TODAY + timedelta(days=days),
        )
        for kind, own, days in rows
    ]
    answer = part_2_disclosure_rests_on_a_consent(disclosure(basis=basis, part_2=part_2), held)
    ordinary = basis in (Basis.TREATMENT, Basis.PAYMENT, Basis.OPERATIONS)
    good = any(kind is ConsentKind.PART_2 and own and days >= 0 for kind, own, days in rows)
    assert bool(answer) is (good or not (part_2 and ordinary))
