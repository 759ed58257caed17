"""Whether an authorization is needed: the list in its order, unknown is not no, emergencies go."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.requests import RequestedLine
from carecoord.authorizations.requirements import (
    CodeRange,
    Need,
    Requirement,
    needs,
    visit_has_the_authorization_it_needs,
)
from carecoord.authorizations.time_limits import Program
from carecoord.errors import InvalidValue
from carecoord.kernel.codes import CPT, HCPCS, Code
from carecoord.kernel.ids import PlanId

PLAN, OTHER_PLAN = PlanId("plan-1"), PlanId("plan-2")
TODAY = date(2026, 3, 2)
IMAGING = CodeRange(CPT, "70000", "79999")
LIST = (
    Requirement(
        needed=False, source="exempt", plan=PLAN, codes=(CodeRange.only(Code(CPT, "71046")),)
    ),
    Requirement(needed=True, source="imaging list", plan=PLAN, codes=(IMAGING,)),
    Requirement(
        needed=True,
        source="therapy list",
        program=Program.MEDICARE_ADVANTAGE,
        codes=(CodeRange.only(Code(CPT, "97110")),),
        above_units=12,
        since=date(2026, 1, 1),
        until=date(2027, 1, 1),
    ),
)


def need(
    code: str, units: int = 1, *, plan: PlanId = PLAN, on: date = TODAY, emergency: bool = False
) -> Need:
    line = RequestedLine(1, Code(CPT, code), units)
    program = Program.MEDICARE_ADVANTAGE
    (found,) = needs((line,), LIST, plan=plan, program=program, on=on, emergency=emergency)
    assert found.source
    return found.need


def test_the_first_entry_that_matches_decides() -> None:
    assert need("71046") is Need.NOT_NEEDED
    assert need("70551") is Need.NEEDED


def test_what_nobody_stated_is_asked() -> None:
    assert need("99213") is Need.ASK_PAYER
    assert need("70551", plan=OTHER_PLAN) is Need.ASK_PAYER


def test_only_beyond_so_many_units_and_only_while_it_holds() -> None:
    assert need("97110", 12) is Need.NOT_NEEDED
    assert need("97110", 13) is Need.NEEDED
    assert need("97110", 13, on=date(2025, 12, 31)) is Need.ASK_PAYER
    assert need("97110", 13, on=date(2027, 1, 1)) is Need.ASK_PAYER


@given(st.integers(10000, 99999).map(str), st.integers(1, 100))
def test_an_emergency_waits_for_nothing(code: str, units: int) -> None:
    found = need(code, units, emergency=True)
    assert found is Need.EMERGENCY
    assert visit_has_the_authorization_it_needs(found, authorized=False)


def test_an_entry_without_codes_speaks_of_every_service() -> None:
    everything = (Requirement(needed=True, source="all"),)
    line = RequestedLine(1, Code(HCPCS, "J1885"), 1)
    (found,) = needs((line,), everything, plan=PLAN, program=Program.ERISA, on=TODAY)
    assert found.need is Need.NEEDED


def test_a_range_holds_codes_of_its_system_and_length() -> None:
    assert IMAGING.includes(Code(CPT, "70000"))
    assert IMAGING.includes(Code(CPT, "79999"))
    assert not IMAGING.includes(Code(HCPCS, "70000"))
    assert not IMAGING.includes(Code(CPT, "7500"))
    assert not IMAGING.includes(Code(CPT, "80000"))
    for first, last in (("2", "1"), ("1", "10")):
        with pytest.raises(InvalidValue):
            CodeRange(CPT, first, last)


@pytest.mark.parametrize(
    ("need", "authorized", "goes"),
    [
        (Need.NEEDED, False, False),
        (Need.NEEDED, True, True),
        (Need.NOT_NEEDED, False, True),
        (Need.ASK_PAYER, False, False),
        (Need.ASK_PAYER, True, True),
    ],
)
def test_a_visit_goes_ahead_with_what_it_needs(need: Need, authorized: bool, goes: bool) -> None:
    assert bool(visit_has_the_authorization_it_needs(need, authorized)) is goes
