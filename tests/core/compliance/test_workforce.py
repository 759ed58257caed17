"""The workforce: whoever has to hold something holds it, or is told until when to get it."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.credentials import Credential, CredentialKind, CredentialStatus
from carecoord.compliance.sources import Source, Sureness
from carecoord.compliance.workforce import WorkforceMember, WorkforceRequirement, required_by
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.people import Role

TODAY = date(2026, 3, 2)
TRAINING = CredentialKind.PRIVACY_TRAINING
NORA = WorkforceMember(id="nora", roles={Role.COORDINATOR}, joined_on=TODAY)


def requirement(**more):
    told = {"id": "requirement-1", "kind": TRAINING, "since": TODAY, "within_days": 30}
    return WorkforceRequirement(**told | {"source": Source("ours", Sureness.OWN)} | more)


def credential(number, days, **more):
    told = {"id": f"credential-{number}", "holder": "nora", "kind": TRAINING, "what": "2026"}
    ends = None if days is None else TODAY + timedelta(days=days)
    return Credential(**told | {"issued_on": TODAY, "expires_on": ends} | more)


@given(st.lists(st.none() | st.integers(0, 900), max_size=4), st.integers(0, 900))
def test_it_is_settled_until_the_last_good_credential_ends(ends, more):
    held = [credential(n, days) for n, days in enumerate(ends)]
    by = required_by(requirement(), NORA, held)
    first = TODAY + timedelta(days=30)
    if None in ends:
        assert by is None
        return
    assert by == max([first, *(one.expires_on for one in held)])
    later = required_by(requirement(), NORA, [*held, credential(9, more)])
    assert later >= by


def test_the_days_run_from_joining_and_from_the_rule():
    late = evolve(NORA, joined_on=TODAY + timedelta(days=5))
    assert required_by(requirement(), late, ()) == TODAY + timedelta(days=35)
    old = evolve(NORA, joined_on=date(2020, 1, 1))
    assert required_by(requirement(), old, ()) == TODAY + timedelta(days=30)


@pytest.mark.parametrize(
    "other",
    [
        credential(1, None, holder="dr-wu"),
        credential(1, None, kind=CredentialKind.LICENSE),
        credential(1, None, status=CredentialStatus.SUSPENDED),
        credential(1, None, what="2025"),
    ],
)
def test_what_is_not_asked_for_settles_nothing(other):
    asked = requirement(what="2026")
    assert required_by(asked, NORA, [other]) == TODAY + timedelta(days=30)


def test_it_concerns_its_roles_while_it_is_active():
    assert requirement().concerns(NORA)
    assert requirement(roles={Role.COORDINATOR, Role.BILLING}).concerns(NORA)
    assert not requirement(roles={Role.BILLING}).concerns(NORA)
    ended = requirement().ended()
    assert not ended.concerns(NORA)
    with pytest.raises(NotAllowed):
        ended.ended()


def test_somebody_is_at_work_from_joining_to_leaving():
    left = evolve(NORA, left_on=TODAY + timedelta(days=9))
    assert [left.at_work(TODAY + timedelta(days=n)) for n in (-1, 0, 9, 10)] == [
        False, True, True, False,
    ]  # fmt: skip
    with pytest.raises(InvalidValue):
        evolve(NORA, left_on=TODAY - timedelta(days=1))


def test_a_policy_to_acknowledge_has_a_name():
    with pytest.raises(InvalidValue):
        requirement(kind=CredentialKind.POLICY_ACKNOWLEDGEMENT)
