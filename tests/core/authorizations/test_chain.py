"""Updates: one after another, never two at once, and the current one is found from any."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.chain import (
    authorization_is_updated_once,
    current_of,
    kept,
    superseded,
    update_of,
)
from carecoord.authorizations.decisions import Action, Decision
from carecoord.authorizations.requests import Channel, RequestedLine, Submission
from carecoord.authorizations.status import AuthorizationStatus
from carecoord.authorizations.time_limits import Program
from carecoord.errors import InvalidValue, NotAllowed, NotFound
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.ids import ActorId, AuthorizationId, BookingId, CoverageId, PatientId

THERAPY = Code(CPT, "97110")
NOW = datetime(2026, 2, 2, 16, tzinfo=UTC)
DAY = date(2026, 3, 2)


def id_of(number: int) -> AuthorizationId:
    return AuthorizationId(f"authorization-{number}")


def asked(units: int) -> tuple[RequestedLine, ...]:
    return (RequestedLine(1, THERAPY, units),)


def answered(draft: Authorization, action: Action) -> Authorization:
    decision = Decision(
        action=action,
        decided_at=NOW,
        channel=Channel.PHONE,
        recorded_by=ActorId("desk"),
        first=date(2026, 3, 1),
    )
    return draft.submitted(Submission(Channel.PHONE, NOW, ActorId("desk"))).decided(decision)


DRAFT = Authorization(
    id=id_of(0),
    patient=PatientId("patient-1"),
    coverage=CoverageId("coverage-1"),
    program=Program.ERISA,
    lines=asked(4),
)
APPROVED = answered(DRAFT, Action.CERTIFIED_IN_TOTAL)


@given(st.lists(st.booleans(), max_size=6), st.integers(0, 6))
def test_from_every_link_one_finds_the_one_that_holds(results: list[bool], start: int) -> None:
    chain, holds = {APPROVED.id: APPROVED}, APPROVED
    for number, approved in enumerate(results, start=1):
        old, draft = update_of(holds, id=id_of(number), lines=asked(4 + number))
        chain |= {old.id: old, draft.id: draft}
        assert current_of(old.id, chain) == old
        with pytest.raises(NotAllowed, match="is being updated by"):
            update_of(old, id=id_of(99), lines=asked(1))
        new = answered(draft, Action.CERTIFIED_IN_TOTAL if approved else Action.NOT_CERTIFIED)
        if approved:
            old, new = superseded(old, new)
        else:
            old = kept(old, new)
        chain |= {old.id: old, new.id: new}
        holds = new if approved else old
    for number in range(len(results) + 1):
        found = current_of(id_of(number), chain)
        if chain[id_of(number)].status is AuthorizationStatus.DENIED:
            assert found == chain[id_of(number)]
        else:
            assert found == holds
    assert authorization_is_updated_once(holds)


def test_an_update_takes_over_the_visits() -> None:
    used = APPROVED.used(BookingId("visit-1"), THERAPY, units=3, on=DAY, at=NOW)
    used = used.used(BookingId("visit-2"), THERAPY, units=1, on=DAY, at=NOW)
    old, draft = update_of(used, id=id_of(1), lines=asked(3))
    assert draft.replaces == old.id
    assert draft.patient == old.patient
    old, new = superseded(old, answered(draft, Action.CERTIFIED_IN_TOTAL))
    assert old.status is AuthorizationStatus.REPLACED
    assert old.approval is not None
    assert old.approval.uses == ()
    assert new.approval is not None
    assert [use.visit for use in new.approval.uses] == ["visit-1"]
    assert [use.visit for use in new.approval.uncovered] == ["visit-2"]
    with pytest.raises(NotAllowed):
        old.used(BookingId("visit-3"), THERAPY, units=1, on=DAY, at=NOW)


def test_only_what_is_in_force_is_updated() -> None:
    with pytest.raises(NotAllowed):
        update_of(DRAFT, id=id_of(1), lines=asked(1))


def test_neighbours_alone_replace_each_other_and_only_by_an_outcome() -> None:
    old, draft = update_of(APPROVED, id=id_of(1), lines=asked(1))
    for function in (superseded, kept):
        with pytest.raises(InvalidValue):
            function(APPROVED, draft)
        with pytest.raises(InvalidValue):
            function(old, draft)
        with pytest.raises(InvalidValue):
            function(old, evolve(draft, replaces=None))


def test_a_broken_chain_is_reported() -> None:
    replaced = evolve(APPROVED, status=AuthorizationStatus.REPLACED, replaced_by=id_of(1))
    with pytest.raises(NotFound):
        current_of(replaced.id, {replaced.id: replaced})
    circle = evolve(replaced, replaced_by=replaced.id)
    with pytest.raises(InvalidValue, match="circle"):
        current_of(circle.id, {circle.id: circle})
