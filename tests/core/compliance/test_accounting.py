"""Accountings: what they show, what they leave out, and what may hold it back."""

from datetime import date, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.accounting import accounting_of
from carecoord.compliance.disclosures import (
    LEFT_OUT,
    Basis,
    Disclosure,
    DisclosureRecipient,
    Part2Notice,
    Suspension,
    years_before,
)
from carecoord.errors import InvalidValue
from carecoord.kernel.contact import Address

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


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3000), st.sampled_from(Basis), st.sampled_from("ab"), st.booleans()
        ),
        max_size=12,
    ),
    st.none() | st.integers(0, 3000),
)
def test_every_disclosure_that_counts_is_in_exactly_one_line(rows, shorter):
    since = None if shorter is None else TODAY - timedelta(days=shorter)
    made = [
        disclosure(number, TODAY - timedelta(days=days), basis, what=what)
        for number, (days, basis, what, _) in enumerate(rows)
    ]
    made = [
        one.voided("typed twice") if row[3] else one for one, row in zip(made, rows, strict=True)
    ]
    accounting = accounting_of(made, asked_on=TODAY, since=since)
    start = max(date(2020, 3, 2), since or date.min)
    counted = [
        one
        for one in made
        if one.basis not in LEFT_OUT and one.made_on >= start and one.void_reason is None
    ]
    assert sum(line.number for line in accounting.lines) == len(counted)
    assert (accounting.since, accounting.until) == (start, TODAY)
    keys = [(line.recipient, line.what, line.purpose, line.basis) for line in accounting.lines]
    assert len(set(keys)) == len(keys)
    for line in accounting.lines:
        alike = [x.made_on for x in counted if (x.what, x.basis) == (line.what, line.basis)]
        assert (line.first_on, line.last_on, line.number) == (min(alike), max(alike), len(alike))


@pytest.mark.parametrize("basis", Basis)
def test_exactly_what_the_law_names_is_left_out(basis):
    named = {
        "treatment",
        "payment",
        "operations",
        "to_individual",
        "incidental",
        "authorized",
        "directory_or_involved",
        "national_security",
        "custody",
        "limited_data_set",
    }
    shown = accounting_of([disclosure(basis=basis)], asked_on=TODAY).lines
    assert bool(shown) is (basis.value not in named)


def test_six_years_are_counted_to_the_day():
    first, before = date(2020, 3, 2), date(2020, 3, 1)
    lines = accounting_of([disclosure(1, first), disclosure(2, before)], asked_on=TODAY).lines
    assert [line.first_on for line in lines] == [first]
    assert years_before(date(2024, 2, 29), 6) == date(2018, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)
    with pytest.raises(InvalidValue):
        years_before(date(6, 1, 1), 6)


def test_what_came_after_the_request_is_not_in_it():
    assert not accounting_of([disclosure(on=TODAY + timedelta(days=1))], asked_on=TODAY).lines


def test_a_suspension_holds_back_until_it_ends():
    held = disclosure(basis=Basis.LAW_ENFORCEMENT).suspended(suspension())
    for days, shown in ((0, False), (29, False), (30, True)):
        given_on = TODAY + timedelta(days=days)
        assert bool(accounting_of([held], asked_on=TODAY, on=given_on).lines) is shown
