"""Approved units: never over, given back whole, valid on the day of the visit."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.requests import UnitOfMeasure
from carecoord.authorizations.units import (
    Approval,
    ApprovedLine,
    Use,
    authorization_covers_the_date,
    authorization_covers_the_service,
    visit_fits_authorized_units,
    visit_uses_a_service_once,
)
from carecoord.errors import InvalidValue, NotAllowed, Refused
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import BookingId

THERAPY, IMAGING = Code(CPT, "97110"), Code(CPT, "70551")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)


def line(number: int, units: int, code: Code = THERAPY, last: date | None = LAST) -> ApprovedLine:
    return ApprovedLine(number, code, units, UnitOfMeasure.VISITS, FIRST, last)


def visit(number: int) -> BookingId:
    return BookingId(f"visit-{number}")


APPROVAL = Approval((line(1, 3), line(2, 2), line(3, 1, IMAGING)))


def test_a_repr_says_how_many_and_nothing_else() -> None:
    assert repr(APPROVAL) == "Approval(lines=<3>, uses=<0>, uncovered=<0>)"


days = st.dates(FIRST - timedelta(days=3), LAST + timedelta(days=3))
steps = st.lists(
    st.tuples(
        st.sampled_from(["use", "use", "use", "release", "move"]),
        st.integers(0, 6),
        st.sampled_from([THERAPY, IMAGING]),
        st.integers(1, 4),
        days,
    ),
    max_size=25,
)


def after(
    approval: Approval, verb: str, who: BookingId, code: Code, units: int, on: date
) -> Approval:
    if verb == "release":
        return approval.released(who)
    if verb == "move":
        with suppress(NotAllowed):
            return approval.moved(who, on=on, at=NOON)
        return approval
    refusals = approval.refusals(who, code, units=units, on=on)
    if not refusals:
        return approval.used(who, code, units=units, on=on, at=NOON)
    with pytest.raises(NotAllowed) as caught:
        approval.used(who, code, units=units, on=on, at=NOON)
    assert caught.value.refusals == refusals
    return approval


@given(steps)
def test_whatever_is_used_released_and_moved_no_line_is_overdrawn(
    steps: list[tuple[str, int, Code, int, date]],
) -> None:
    approval = APPROVAL
    for verb, number, code, units, on in steps:
        approval = after(approval, verb, visit(number), code, units, on)
        for one in approval.lines:
            assert approval.taken(one.number) + approval.remaining(one.number) == one.units
            assert approval.remaining(one.number) >= 0
        assert all(FIRST <= use.on <= LAST for use in approval.uses)
    for number in range(7):
        approval = approval.released(visit(number))
    assert approval == APPROVAL


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), days), max_size=10))
def test_taking_over_keeps_or_reports_every_use(rows: list[tuple[int, int, date]]) -> None:
    uses = tuple(
        Use(visit(n), number, units, on, NOON) for n, (number, units, on) in enumerate(rows)
    )
    approval = Approval((line(1, 3), line(2, 2))).taking_over(uses)
    assert set(approval.uses) | set(approval.uncovered) == set(uses)
    assert len(approval.uses) + len(approval.uncovered) == len(uses)
    assert all(approval.remaining(one.number) >= 0 for one in approval.lines)
    assert all(FIRST <= use.on <= LAST and use.line in (1, 2) for use in approval.uses)


def test_a_second_line_of_the_service_is_used_when_the_first_is_full() -> None:
    approval = APPROVAL
    for number, expected in enumerate((1, 1, 1, 2, 2)):
        approval = approval.used(visit(number), THERAPY, units=1, on=FIRST, at=NOON)
        assert approval.uses[-1].line == expected
    assert approval.refusals(visit(9), THERAPY, units=1, on=FIRST)


def test_refusals_name_every_rule_of_the_nearest_line() -> None:
    outside = APPROVAL.refusals(visit(1), THERAPY, units=9, on=LAST + timedelta(days=1))
    assert [one.rule for one in outside] == [
        "authorization_covers_the_date",
        "visit_fits_authorized_units",
    ]
    other = APPROVAL.refusals(visit(1), Code(CPT, "99213"), units=1, on=FIRST)
    assert [one.rule for one in other] == ["authorization_covers_the_service"]


def test_both_days_are_included_and_no_last_day_means_no_end_was_stated() -> None:
    for on, covered in (
        (FIRST - timedelta(days=1), False),
        (FIRST, True),
        (LAST, True),
        (LAST + timedelta(days=1), False),
    ):
        assert bool(authorization_covers_the_date(line(1, 1), on)) is covered
    assert authorization_covers_the_date(line(1, 1, last=None), date(2999, 1, 1))
    early = authorization_covers_the_date(line(1, 1, last=None), date(2026, 1, 1))
    assert isinstance(early, Refused)
    assert early.reason == "line 1 is approved from 2026-03-01 on"


def test_units_fit_up_to_the_last_one() -> None:
    assert visit_fits_authorized_units(APPROVAL, APPROVAL.line(1), 3)
    answer = visit_fits_authorized_units(APPROVAL, APPROVAL.line(1), 4)
    assert isinstance(answer, Refused)
    assert answer.reason == "line 1 has 3 of 3 visits left"
    assert authorization_covers_the_service(APPROVAL, IMAGING)


def test_a_repeated_request_takes_nothing_more() -> None:
    approval = APPROVAL.used(visit(1), THERAPY, units=1, on=FIRST, at=NOON)
    assert not visit_uses_a_service_once(approval, THERAPY, visit(1))
    assert visit_uses_a_service_once(approval, IMAGING, visit(1))
    with pytest.raises(NotAllowed, match="visit_uses_a_service_once"):
        approval.used(visit(1), THERAPY, units=1, on=FIRST, at=NOON)


def test_it_has_expired_when_no_line_can_be_used_any_more() -> None:
    assert not APPROVAL.has_expired(LAST)
    assert APPROVAL.has_expired(LAST + timedelta(days=1))
    open_ended = Approval((line(1, 1), line(2, 1, last=None)))
    assert not open_ended.has_expired(date(2999, 1, 1))


def test_withdrawn_uses_are_uncovered_until_their_visit_lets_go() -> None:
    approval = APPROVAL.used(visit(1), THERAPY, units=1, on=FIRST, at=NOON).withdrawn()
    assert approval.uses == ()
    assert [use.visit for use in approval.uncovered] == [visit(1)]
    assert approval.released(visit(1)) == APPROVAL


def test_lines_have_numbers_of_their_own() -> None:
    with pytest.raises(InvalidValue):
        Approval((line(1, 1), line(1, 2)))
    with pytest.raises(InvalidValue):
        APPROVAL.line(4)
    with pytest.raises(InvalidValue):
        APPROVAL.used(visit(1), THERAPY, units=0, on=FIRST, at=NOON)
