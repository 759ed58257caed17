"""Disclosures: notices that go with them, suspensions, and what was entered in error."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given

from carecoord.compliance.disclosures import (
    Basis,
    Disclosure,
    DisclosureRecipient,
    Part2Notice,
    Suspension,
    oral_suspension_lasts_thirty_days,
    part_2_disclosure_carries_its_notice,
)
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.contact import Address
from carecoord.testing.strategies import values_of

TODAY = date(2026, 3, 2)
COUNTY = DisclosureRecipient("County health department", Address(city="Springfield"))
NOTICE = Part2Notice("42 CFR part 2 prohibits unauthorized use", "consent of 2026-02-20")


def disclosure(number=1, on=TODAY, basis=Basis.PUBLIC_HEALTH, **more):
    made = Disclosure(
        id=f"disclosure-{number}",
        patient="patient-1",
        made_on=on,
        recipient=COUNTY,
        what="immunization record",
        purpose="outbreak",
        basis=basis,
        recorded_by="nora",
    )
    return evolve(made, **more)


def suspension(days=30, written=False, since=TODAY):
    return Suspension("Sheriff", written, since, since + timedelta(days=days), "memo-1")


def test_suspensions_are_of_oversight_and_law_enforcement_and_oral_ones_are_short():
    with pytest.raises(NotAllowed) as refused:
        disclosure().suspended(suspension(31))
    assert [one.rule for one in refused.value.refusals] == [
        "suspension_is_of_oversight_or_law_enforcement",
        "oral_suspension_lasts_thirty_days",
    ]
    assert oral_suspension_lasts_thirty_days(suspension(400, written=True))
    with pytest.raises(InvalidValue):
        suspension(0)


@given(values_of(Disclosure))
def test_part_2_records_by_consent_go_with_their_notice(made):
    by_consent = made.basis.value in ("authorized", "treatment", "payment", "operations")
    missing = made.part_2 and by_consent and made.notice is None
    assert bool(part_2_disclosure_carries_its_notice(made)) is not missing
    assert part_2_disclosure_carries_its_notice(evolve(made, notice=NOTICE))


def test_what_is_void_cannot_be_voided_again_and_shows_nothing_in_its_repr():
    void = disclosure().voided("typed twice")
    with pytest.raises(NotAllowed):
        void.voided("again")
    assert "Springfield" not in repr(void)
    assert "immunization" not in repr(void)
