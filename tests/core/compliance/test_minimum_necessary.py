"""Which parts of a record somebody needs: laws of views, and the standard ones by a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.minimum_necessary import View, parts_withheld
from carecoord.compliance.standard_policy import STANDARD_POLICY
from carecoord.errors import InvalidValue
from carecoord.kernel.people import Purpose, Role

PARTS = frozenset("abcd")
views = st.lists(
    st.builds(
        View,
        st.sampled_from(["patient", "referral"]),
        st.frozensets(st.sampled_from(Role)),
        st.frozensets(st.sampled_from(Purpose)),
        st.frozensets(st.sampled_from(sorted(PARTS))),
    ),
    max_size=6,
)
roles = st.frozensets(st.sampled_from(Role))
purposes = st.sampled_from(Purpose)


@given(views, roles, purposes)
def test_a_part_is_left_out_unless_a_view_shows_it(views, roles, purpose):
    withheld = dict(parts_withheld(views, roles, purpose))
    for kind in ("patient", "referral"):
        for part in PARTS:
            named = [one for one in views if one.kind == kind and part in one.parts]
            shown = any(one.roles & roles and purpose in one.purposes for one in named)
            assert (part in withheld.get(kind, ())) is (bool(named) and not shown)


@given(views, roles, roles, purposes)
def test_one_more_role_never_hides_anything(views, roles, more, purpose):
    few = dict(parts_withheld(views, roles, purpose))
    many = dict(parts_withheld(views, roles | more, purpose))
    assert all(parts <= few[kind] for kind, parts in many.items())


@given(views, roles, purposes, st.randoms())
def test_the_order_of_views_is_nothing(views, roles, purpose, random):
    mixed = random.sample(views, len(views))
    assert parts_withheld(mixed, roles, purpose) == parts_withheld(views, roles, purpose)


def test_a_view_names_what_it_shows():
    with pytest.raises(InvalidValue, match=r"View\.parts"):
        View("patient", frozenset(), frozenset(), frozenset({""}))


PERSON = "addresses contacts coverages identifiers interpreter_needed language telecoms"
ALL = {
    "patient": PERSON,
    "booking": "note",
    "referral": "question reports",
    "authorization": "diagnoses note",
    "outpatient_appointment": "note",
}
# By hand: role, purpose, and what is left out of each kind.
LEFT_OUT = [
    (Role.COORDINATOR, Purpose.TREATMENT, {}),
    (Role.COORDINATOR, Purpose.OPERATIONS, {}),
    (
        Role.COORDINATOR,
        Purpose.PAYMENT,
        {"booking": "note", "referral": "question reports", "outpatient_appointment": "note"},
    ),
    (
        Role.FRONT_DESK,
        Purpose.TREATMENT,
        {"referral": "question reports", "authorization": "diagnoses note"},
    ),
    (Role.CLINICIAN, Purpose.TREATMENT, {"outpatient_appointment": "note"}),
    (
        Role.CLINICIAN,
        Purpose.OPERATIONS,
        {"patient": "contacts coverages identifiers", "outpatient_appointment": "note"},
    ),
    (Role.BILLING, Purpose.PAYMENT, {**ALL, "patient": "identifiers", "authorization": "note"}),
    (
        Role.FINANCIAL_COUNSELOR,
        Purpose.PATIENT_REQUEST,
        {**ALL, "patient": "identifiers", "authorization": "note"},
    ),
    (
        Role.COMPLIANCE_OFFICER,
        Purpose.LEGAL,
        {**ALL, "patient": "coverages identifiers"},
    ),
    (
        Role.ADMINISTRATOR,
        Purpose.OPERATIONS,
        {kind: parts for kind, parts in ALL.items() if kind != "patient"},
    ),
    (
        Role.SYSTEM,
        Purpose.TREATMENT,
        {**ALL, "patient": "contacts coverages identifiers"},
    ),
    (
        Role.PATIENT,
        Purpose.PATIENT_REQUEST,
        {
            "referral": "question reports",
            "authorization": "diagnoses note",
            "outpatient_appointment": "note",
        },
    ),
    (Role.BILLING, Purpose.TREATMENT, ALL),
    (Role.CLINICIAN, Purpose.PUBLIC_HEALTH, ALL),
]


@pytest.mark.parametrize(("role", "purpose", "expected"), LEFT_OUT)
def test_the_standard_views_are_as_the_table_says(role, purpose, expected):
    found = parts_withheld(STANDARD_POLICY.views, {role}, purpose)
    assert dict(found) == {kind: frozenset(parts.split()) for kind, parts in expected.items()}
