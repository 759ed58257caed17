import itertools

from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.access import AccessRequest, Grant, RolePolicy
from carecoord.compliance.standard_policy import STANDARD_POLICY
from carecoord.kernel.people import Actor, Purpose, Role

ROLES = st.frozensets(st.sampled_from(Role))
HOMES = ("entering_data", "keeping_accounts")
GRANTS = st.builds(
    Grant,
    ROLES,
    st.frozensets(st.sampled_from([*HOMES, "entering_data.register"])),
    st.frozensets(st.sampled_from(Purpose)),
)
REQUESTS = st.builds(
    AccessRequest,
    st.builds(Actor, st.just("a1"), ROLES, st.sampled_from([None, "p1"])),
    st.sampled_from(Purpose),
    st.sampled_from(["register", "look_up_patient"]),
    st.sampled_from(HOMES),
)


@given(REQUESTS)
def test_without_a_grant_all_is_denied(request):
    assert not RolePolicy(()).decide(request).allowed


@given(st.lists(GRANTS, max_size=4), GRANTS, REQUESTS)
def test_a_further_grant_never_takes_anything_away(grants, more, request):
    before = RolePolicy(tuple(grants)).decide(request)
    after = RolePolicy((*grants, more)).decide(request)
    assert after.allowed or not before.allowed
    if before.allowed and before.only_patient is None:
        assert after.only_patient is None


@given(st.lists(GRANTS, max_size=4), REQUESTS)
def test_allowed_means_that_a_grant_covers_it(grants, request):
    decision = RolePolicy(tuple(grants)).decide(request)
    covering = [grant for grant in grants if grant.covers(request)]
    if decision.allowed:
        assert covering
    else:
        own_record_unknown = request.actor.patient is None
        assert not covering or (own_record_unknown and Role.PATIENT in request.actor.roles)


@given(REQUESTS)
def test_patients_never_reach_more_than_their_own_record(request):
    only_patient = Actor("a1", {Role.PATIENT}, request.actor.patient)
    decision = STANDARD_POLICY.decide(
        AccessRequest(only_patient, request.purpose, request.use_case, request.responsibility)
    )
    assert not decision.allowed or decision.only_patient == request.actor.patient is not None


def test_the_standard_policy_denies_money_to_schedulers_and_care_to_billing():
    for role, home, purpose in itertools.product(
        (Role.SCHEDULER, Role.FRONT_DESK), ("keeping_accounts", "discussing_costs"), Purpose
    ):
        request = AccessRequest(Actor("a1", {role}), purpose, "any", home)
        assert not STANDARD_POLICY.decide(request).allowed
    request = AccessRequest(
        Actor("a1", {Role.BILLING}), Purpose.TREATMENT, "book", "booking_a_visit"
    )
    assert not STANDARD_POLICY.decide(request).allowed


def test_a_grant_can_be_for_one_use_case():
    policy = RolePolicy(
        (
            Grant(
                frozenset({Role.CLINICIAN}),
                frozenset({"entering_data.look_up_patient"}),
                frozenset({Purpose.TREATMENT}),
            ),
        )
    )
    actor = Actor("a1", {Role.CLINICIAN})
    look = AccessRequest(actor, Purpose.TREATMENT, "look_up_patient", "entering_data")
    change = AccessRequest(actor, Purpose.TREATMENT, "change_record", "entering_data")
    assert policy.decide(look).allowed
    assert policy.decide(look).reason == "granted to clinician"
    assert not policy.decide(change).allowed


def test_a_patient_who_is_not_known_by_a_record_is_denied():
    request = AccessRequest(
        Actor("self", {Role.PATIENT}), Purpose.PATIENT_REQUEST, "look_up_patient", "entering_data"
    )
    assert STANDARD_POLICY.decide(request).reason == "a patient must be known by their own record"
