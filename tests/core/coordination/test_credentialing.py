"""Credentials of the workforce at the compliance officer's desk."""

from datetime import date

import pytest

from carecoord import AccessDenied, Actor, AlreadyTaken, InvalidValue, Purpose, Role
from carecoord.compliance.credentials import CredentialKind
from carecoord.compliance.interpreters import InterpretedBy, Interpreter

LICENSE = CredentialKind.LICENSE


@pytest.fixture
def office(clinic):
    return clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.OPERATIONS)


def test_what_ends_is_seen_in_time_and_renewed(office, clock):
    ends = date(2026, 4, 30)
    kept = office.record_credential(
        "dr-wu", LICENSE, "Illinois", issued_on=date(2024, 5, 1), expires_on=ends
    )
    with pytest.raises(AlreadyTaken):
        office.record_credential("dr-wu", LICENSE, "Illinois", issued_on=date(2024, 5, 1))
    assert office.renewals_coming_due(within_days=58) == ()
    assert office.renewals_coming_due(within_days=59) == office.renewals_coming_due() == (kept,)
    assert office.holds_required_credentials("dr-wu", frozenset({LICENSE}))
    clock.pass_(days=60)
    assert not office.holds_required_credentials("dr-wu", frozenset({LICENSE}))
    office.renew_credential(kept.id, date(2028, 4, 30))
    assert office.holds_required_credentials("dr-wu", frozenset({LICENSE}))
    office.suspend_credential(kept.id)
    assert not office.holds_required_credentials("dr-wu", frozenset({LICENSE}))
    office.reinstate_credential(kept.id)
    gone = office.revoke_credential(kept.id)
    assert office.credentials_of("dr-wu") == (gone,)
    assert office.renewals_coming_due(within_days=3653) == ()


@pytest.mark.parametrize("days", [-1, 3654])
def test_days_are_within_ten_years(office, days):
    with pytest.raises(InvalidValue):
        office.renewals_coming_due(within_days=days)


def test_coordinators_do_not_keep_credentials(desk):
    with pytest.raises(AccessDenied):
        desk.credentials_of("dr-wu")


def test_coordinators_ask_who_may_interpret(office, desk):
    lena = Interpreter(InterpretedBy.WORKFORCE, "lena")
    assert not desk.may_interpret(lena)
    office.record_credential(
        "lena", CredentialKind.QUALIFIED_INTERPRETER, "Spanish", issued_on=date(2026, 1, 1)
    )
    assert desk.may_interpret(lena)
    assert not desk.may_interpret(Interpreter(InterpretedBy.CHILD))
