"""Duties: who has to do what by when, and how an obligation stands by them."""

from datetime import date, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.credentials import Credential, CredentialKind, CredentialStatus
from carecoord.compliance.duties import (
    Duty,
    Standing,
    StandingState,
    attested_duties,
    workforce_duties,
)
from carecoord.compliance.obligations import Check, Obligation, OnDay, Owner
from carecoord.compliance.sources import Source, Sureness
from carecoord.compliance.workforce import WorkforceMember, WorkforceRequirement
from carecoord.kernel.people import Role

TODAY = date(2026, 3, 2)
OURS = Source("ours", Sureness.OWN)
OFFICER = Owner(Role.COMPLIANCE_OFFICER)
LICENSE, TRAINING = CredentialKind.LICENSE, CredentialKind.PRIVACY_TRAINING


def owed(**more):
    told = {"id": "obligation-1", "what": "it", "source": OURS, "owner": OFFICER, "evidence": "it"}
    return Obligation(**told | more)


@given(st.lists(st.integers(-50, 50), max_size=5) | st.none(), st.integers(-60, 60))
def test_it_is_overdue_as_soon_as_any_duty_is(ends, days):
    dues = None if ends is None else [TODAY + timedelta(days=n) for n in ends]
    duties = None if dues is None else tuple(Duty("obligation-1", OFFICER, due) for due in dues)
    standing = Standing(owed(check=Check.LICENSES_CURRENT), duties)
    state = standing.state(TODAY + timedelta(days=days))
    if ends is None:
        assert state is StandingState.NOT_KNOWN
    elif not ends:
        assert state is StandingState.MET
    else:
        overdue = days > min(ends)
        assert state is (StandingState.OVERDUE if overdue else StandingState.DUE)


def test_people_have_one_duty_at_a_time():
    assert attested_duties(owed(due=OnDay(TODAY))) == (Duty("obligation-1", OFFICER, TODAY),)
    assert attested_duties(owed(check=Check.LICENSES_CURRENT)) == ()


def found(requirements=(), members=(), credentials=(), kinds=frozenset({LICENSE, TRAINING})):
    return workforce_duties("obligation-1", kinds, requirements, members, credentials, TODAY)


def member(id="nora", **more):
    return WorkforceMember(id=id, roles={Role.COORDINATOR}, joined_on=date(2020, 1, 1), **more)


def required(**more):
    told = {"id": "requirement-1", "kind": TRAINING, "since": TODAY, "within_days": 30}
    return WorkforceRequirement(**told | {"source": OURS} | more)


def held(number=1, holder="nora", kind=TRAINING, days=10, **more):
    return Credential(
        id=f"credential-{number}",
        holder=holder,
        kind=kind,
        what="2026",
        issued_on=date(2024, 1, 1),
        expires_on=None if days is None else TODAY + timedelta(days=days),
        **more,
    )


def test_what_is_required_is_one_duty_of_each_member():
    day = TODAY + timedelta(days=30)
    nora, wu = found([required()], [member(), member("wu")])
    assert (nora.owner.actor, wu.owner.actor, nora.due, wu.due) == ("nora", "wu", day, day)
    assert (nora.kind, nora.about) == ("workforce_requirement", "requirement-1")
    (renewal,) = found([required()], [member()], [held(days=90), held(2, days=60)])
    assert renewal.due == TODAY + timedelta(days=90)
    assert found([required()], [member()], [held(days=None)]) == ()
    assert found([required(kind=LICENSE)], [member()], kinds=frozenset({TRAINING})) == ()


def test_what_nothing_requires_is_to_be_renewed_all_the_same():
    (duty,) = found(credentials=[held(days=-1)])
    assert (duty.kind, duty.about, duty.overdue(TODAY)) == ("credential", "credential-1", True)
    assert found(credentials=[held(days=None)]) == ()
    assert found(credentials=[held(status=CredentialStatus.REVOKED)]) == ()
    assert found(credentials=[held(kind=CredentialKind.OTHER)]) == ()


def test_whoever_has_left_owes_nothing():
    left = member(left_on=TODAY - timedelta(days=1))
    assert found([required()], [left], [held()]) == ()
    assert len(found([required()], [evolve(left, left_on=TODAY)], [held()])) == 1
