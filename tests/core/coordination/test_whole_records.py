"""Whole records: an order to go that never leaves a reference behind, and what a record tells."""

from datetime import date
from types import SimpleNamespace

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.accounts.repository import ENTRY
from carecoord.compliance.repository import CONSENT
from carecoord.coordination.whole_records import (
    blobs_named_by,
    facts_of,
    in_order_to_go,
)
from carecoord.kernel.contact import HumanName
from carecoord.kernel.time import Zone
from carecoord.patients.coverages import Coverage, CoverageType
from carecoord.patients.registration import Patient
from carecoord.patients.repository import PATIENT
from carecoord.testing.strategies import aggregates_of
from carecoord.visits.repository import BOOKING
from carecoord.visits.visit import Visit

UTC_ZONE, TODAY = Zone("UTC"), date(2026, 3, 2)
ADA = Patient(id="ada", name=HumanName(family="Okafor"), birth_date=date(1960, 5, 17))


def entry(id, reverses=None):
    return SimpleNamespace(
        id=id, patient="ada", account=None, kind="charge", date=None, posted_at=None, visit=None,
        reverses=reverses,
    )  # fmt: skip


@given(st.lists(st.none() | st.integers(0, 9), max_size=10), st.randoms())
def test_what_refers_to_others_goes_before_them(refers, random):
    """Each may refer to any other, itself and rings included."""
    rows = [
        (ENTRY, entry(f"e{n}", None if to is None else f"e{to}")) for n, to in enumerate(refers)
    ]
    before = in_order_to_go(tuple(rows))
    random.shuffle(rows)
    assert in_order_to_go(tuple(rows)) == before
    ids = [[one.id for _, one in part] for part in before]
    assert sorted(id for part in ids for id in part) == sorted(one.id for _, one in rows)
    gone = set()
    for part in ids:
        gone |= set(part)
        left = [one for _, one in rows if one.id not in gone]
        assert not {one.reverses for one in left} & gone
    rings = _in_rings(refers)
    assert all(len(part) == 1 for part in ids[:-1])
    assert rings or all(len(part) == 1 for part in ids)


def _in_rings(refers):
    """Those that lead into a ring, or are in one."""
    found = set()
    for start in range(len(refers)):
        seen, at = set(), start
        while at is not None and at < len(refers) and at not in seen:
            seen.add(at)
            at = refers[at]
        if at is not None and at < len(refers):
            found |= seen
    return found


def facts(*rows):
    return facts_of(ADA, ((PATIENT, ADA), *rows), UTC_ZONE, TODAY)


def test_what_is_registered_alone_does_not_tell_how_old_a_record_is():
    assert facts().last_days == ()
    assert facts().born == ADA.birth_date


def test_a_coverage_that_is_to_end_some_day_keeps_nothing():
    coverage = Coverage(
        id="coverage-1", type=CoverageType.COMMERCIAL, payer_name="Platform Health",
        starts=date(2020, 1, 1), ends=date(2099, 12, 31),
    )  # fmt: skip
    covered = evolve(ADA, coverages=(coverage,))
    found = facts_of(covered, ((PATIENT, covered),), UTC_ZONE, TODAY)
    assert found.last_days == (("patient", date(2020, 1, 1)),)


@given(st.lists(aggregates_of(CONSENT), min_size=1, max_size=4))
def test_the_last_day_of_a_kind_is_the_last_that_any_of_it_names(consents):
    rows = [(CONSENT, one) for one in consents]
    named = [
        day
        for one in consents
        for day in (
            one.signed_on, one.expires_on, one.ended_on, one.revocation and one.revocation.on,
        )
        if day
    ]  # fmt: skip
    last = max(named)
    assert dict(facts(*rows).last_days) == {"consent": last, "patient": last}


@given(st.lists(aggregates_of(BOOKING), max_size=5))
def test_the_last_service_is_the_end_of_the_last_visit_that_stands(bookings):
    ends = [
        one.period.end.date() for one in bookings if isinstance(one, Visit) and one.occupies_time
    ]
    found = facts(*((BOOKING, one) for one in bookings))
    assert found.last_service == max(ends, default=None)


@pytest.mark.parametrize("text", [f"sha256-{'0f' * 32}", f"sha256-{'0f' * 31}", "sha256-"])
def test_names_of_blobs_are_found_wherever_they_stand(text):
    named = evolve(ADA, name=HumanName(family="Okafor", given=("x", text)))
    assert blobs_named_by(named) == ({text} if len(text) == 71 else frozenset())
