from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.access_facts import (
    LONGEST_EMERGENCY,
    Delegation,
    EmergencyAccess,
    PatientRelation,
    Relation,
    Review,
    ReviewStatus,
    access_is_delegated_for_some_time,
    emergency_access_is_short,
    fact_holds,
    nobody_decides_on_their_own_access,
)
from carecoord.errors import InvalidValue, NotAllowed
from carecoord.kernel.people import Role
from carecoord.testing.compliance import access_facts

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
HOURS = st.integers(-48, 48).map(lambda hours: timedelta(hours=hours))


def relation(**fields):
    given = {
        "id": "f1", "actor": "nora", "patient": "p1", "relation": Relation.CARE_TEAM,
        "since": NOW, "recorded_by": "omar",
    }  # fmt: skip
    return PatientRelation(**given | fields)


def delegation(**fields):
    given = {
        "id": "f2", "actor": "omar", "delegator": "nora", "roles": {Role.BILLING},
        "responsibilities": {"keeping_accounts"}, "since": NOW, "until": NOW + timedelta(days=3),
        "reason": "leave",
    }  # fmt: skip
    return Delegation(**given | fields)


def emergency(**fields):
    given = {
        "id": "f3", "actor": "nora", "patient": "p1", "reason": "unconscious", "since": NOW,
        "until": NOW + timedelta(hours=1),
    }  # fmt: skip
    return EmergencyAccess(**given | fields)


@given(access_facts(), HOURS)
def test_a_fact_holds_from_its_beginning_and_no_longer_at_its_end(fact, by):
    at = fact.since + by
    assert fact_holds(fact, at) is (at >= fact.since and (fact.until is None or at < fact.until))


@given(HOURS, HOURS)
def test_what_was_ended_holds_no_longer_and_never_longer_than_before(until, at):
    for fact, end in (
        (delegation(until=NOW + abs(until)), Delegation.revoked),
        (relation(until=NOW + abs(until)), PatientRelation.ended),
        (relation(), PatientRelation.ended),
    ):
        ended = end(fact, NOW + at)
        assert not fact_holds(ended, NOW + at)
        assert fact.until is None or ended.until <= fact.until
        assert ended.until >= ended.since


def test_what_ends_before_it_begins_is_refused():
    early = NOW - timedelta(hours=1)
    for make in (relation, delegation, emergency):
        with pytest.raises(InvalidValue, match="before it began"):
            make(until=early)


def test_an_emergency_is_no_lasting_relation():
    with pytest.raises(InvalidValue, match="emergency"):
        relation(relation=Relation.EMERGENCY)
    assert emergency().relation is Relation.EMERGENCY


@pytest.mark.parametrize("missing", ["roles", "responsibilities"])
def test_a_delegation_names_something(missing):
    with pytest.raises(InvalidValue, match="responsibilities"):
        delegation(**{missing: set()})


def test_a_delegation_is_to_another_and_for_some_time():
    assert access_is_delegated_for_some_time(delegation(), NOW)
    assert not access_is_delegated_for_some_time(delegation(actor="nora"), NOW)
    assert not access_is_delegated_for_some_time(delegation(until=NOW), NOW)
    assert not access_is_delegated_for_some_time(delegation(until=NOW + timedelta(days=400)), NOW)


def test_a_glass_stays_broken_for_a_day_at_most():
    assert emergency_access_is_short(emergency(until=NOW + LONGEST_EMERGENCY), NOW)
    assert not emergency_access_is_short(emergency(until=NOW), NOW)
    longer = emergency(until=NOW + LONGEST_EMERGENCY + timedelta(seconds=1))
    assert not emergency_access_is_short(longer, NOW)


def test_nobody_decides_on_their_own_access():
    assert nobody_decides_on_their_own_access(emergency(), "omar")
    assert not nobody_decides_on_their_own_access(relation(), "nora")


def test_a_review_is_done_once_by_another_and_ends_what_was_not_justified():
    later = NOW + timedelta(minutes=10)
    good = emergency().reviewed(Review("cora", later), justified=True)
    bad = emergency().reviewed(Review("cora", later, "curious"), justified=False)
    assert (good.status, good.until) == (ReviewStatus.JUSTIFIED, emergency().until)
    assert (bad.status, bad.until) == (ReviewStatus.NOT_JUSTIFIED, later)
    with pytest.raises(NotAllowed):
        good.reviewed(Review("cora", later), justified=False)
    with pytest.raises(NotAllowed):
        emergency().reviewed(Review("nora", later), justified=True)
    with pytest.raises(InvalidValue, match="review"):
        evolve(good, review=None)
