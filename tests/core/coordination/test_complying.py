"""Complying at the desk: disclosures and the individual's rights."""

from datetime import date, timedelta

import pytest

from carecoord import AccessDenied, Actor, HumanName, InvalidValue, NotAllowed, Purpose, Role
from carecoord.compliance.disclosures import Basis, DisclosureRecipient, Part2Notice, Suspension

COUNTY = DisclosureRecipient("County health department")
TODAY = date(2026, 3, 2)


@pytest.fixture
def ada(desk):
    return desk.register(HumanName(family="Okafor", given=["Ada"]))


def disclose(desk, patient, basis=Basis.PUBLIC_HEALTH, **more):
    told = {"what": "immunizations", "purpose": "outbreak", "basis": basis}
    return desk.record_disclosure(patient.id, COUNTY, **told | more)


def test_an_accounting_sums_up_what_was_disclosed(desk, ada, clock):
    disclose(desk, ada)
    disclose(desk, ada, Basis.TREATMENT)
    clock.pass_(days=1)
    disclose(desk, ada)
    police = disclose(desk, ada, Basis.LAW_ENFORCEMENT)
    desk.suspend_accounting(
        police.id,
        Suspension("Sheriff", True, TODAY, TODAY + timedelta(days=90), "letter-1"),
    )
    wrong = disclose(desk, ada, Basis.REQUIRED_BY_LAW)
    desk.void_disclosure(wrong.id, "another patient's")
    (line,) = desk.account_for_disclosures(ada.id).lines
    assert (line.number, line.first_on, line.last_on) == (2, TODAY, TODAY + timedelta(days=1))
    assert desk.account_for_disclosures(ada.id, asked_on=TODAY).lines[0].number == 1
    clock.pass_(days=90)
    assert len(desk.account_for_disclosures(ada.id).lines) == 2


def test_a_disclosure_is_not_dated_ahead_and_carries_part_2_notices(desk, ada):
    with pytest.raises(InvalidValue):
        disclose(desk, ada, made_on=date(2026, 3, 3))
    told = {"what": "visits", "purpose": "care", "basis": Basis.TREATMENT, "part_2": True}
    with pytest.raises(NotAllowed, match="part_2_disclosure_carries_its_notice"):
        desk.record_disclosure(ada.id, COUNTY, **told)
    desk.record_disclosure(ada.id, COUNTY, **told, notice=Part2Notice("notice", "consent-1"))


def test_who_schedules_sees_no_disclosures(clinic, ada):
    scheduler = clinic.desk(Actor.of("sam", Role.SCHEDULER), Purpose.TREATMENT)
    with pytest.raises(AccessDenied):
        scheduler.account_for_disclosures(ada.id)
