"""Authorizations in a store: what is waiting, what fits, and a chain that cannot fork."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings

from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.chain import superseded, update_of
from carecoord.authorizations.deadlines import Deadline
from carecoord.authorizations.decisions import Action, Decision
from carecoord.authorizations.repository import AUTHORIZATION, Authorizations
from carecoord.authorizations.requests import Channel, RequestedLine, Submission
from carecoord.authorizations.time_limits import Program
from carecoord.errors import AlreadyTaken, Conflict
from carecoord.kernel.codes import CPT, Code
from carecoord.kernel.contact import HumanName
from carecoord.kernel.ids import ActorId, AuthorizationId, BookingId, CoverageId, PatientId
from carecoord.kinds import open_store
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.storage.backend import Stored
from carecoord.storage.wire import Codec
from carecoord.testing.strategies import aggregates_of

THERAPY, IMAGING = Code(CPT, "97110"), Code(CPT, "70551")
NOW = datetime(2026, 2, 2, 16, tzinfo=UTC)
FIRST, LAST = date(2026, 2, 10), date(2026, 4, 30)
PATIENT, COVERAGE = PatientId("patient-1"), CoverageId("coverage-1")


def draft(id: str) -> Authorization:
    return Authorization(
        id=AuthorizationId(id),
        patient=PATIENT,
        coverage=COVERAGE,
        program=Program.ERISA,
        lines=(RequestedLine(1, THERAPY, 4),),
    )


def sent(one: Authorization, due: datetime | None = None) -> Authorization:
    deadline = None if due is None else Deadline(due_at=due, source="the payer")
    return one.submitted(Submission(Channel.PHONE, NOW, ActorId("desk")), deadline)


def decided(one: Authorization, action: Action = Action.CERTIFIED_IN_TOTAL) -> Authorization:
    return sent(one).decided(
        Decision(
            action=action,
            decided_at=NOW,
            channel=Channel.PHONE,
            recorded_by=ActorId("desk"),
            number="A-77",
            first=FIRST,
            last=LAST,
        )
    )


@pytest.fixture
def store():
    with open_store("memory:") as opened:
        with opened.work() as work:
            Patients(work).add(Patient(id=PATIENT, name=HumanName(family="Okafor")))
        yield opened


@given(aggregates_of(AUTHORIZATION))
@settings(max_examples=60)
def test_an_authorization_is_read_as_it_was_written(authorization: Authorization) -> None:
    codec = Codec(AUTHORIZATION)
    row = codec.row(authorization, 1)
    body = json.loads(json.dumps(dict(row.body)))
    assert codec.aggregate(Stored(row.id, 1, body)) == evolve(authorization, version=1)


def ids(found):
    return [one.id for one in found]


def test_ended_and_expired_ones_are_hidden(store):
    with store.work() as work:
        repository = Authorizations(work)
        for one in (draft("a"), decided(draft("b")), decided(draft("c"), Action.NOT_CERTIFIED)):
            repository.add(one)
        assert ids(repository.shown(PATIENT, LAST)) == ["a", "b"]
        assert ids(repository.shown(PATIENT, LAST + timedelta(days=1))) == ["a"]
        assert ids(repository.of_patient(PATIENT)) == ["a", "b", "c"]
        assert ids(repository.numbered("A-77")) == ["b", "c"]


def test_what_fits_is_in_force_of_the_coverage_service_and_day(store):
    with store.work() as work:
        repository = Authorizations(work)
        repository.add(decided(draft("a")))
        repository.add(draft("b"))
        assert ids(repository.fitting(PATIENT, COVERAGE, THERAPY, LAST)) == ["a"]
        assert repository.fitting(PATIENT, COVERAGE, IMAGING, LAST) == ()
        assert repository.fitting(PATIENT, CoverageId("other"), THERAPY, LAST) == ()
        assert repository.fitting(PATIENT, COVERAGE, THERAPY, LAST + timedelta(days=1)) == ()


def test_waiting_ones_are_overdue_once_they_were_due(store):
    with store.work() as work:
        repository = Authorizations(work)
        repository.add(sent(draft("later"), NOW + timedelta(days=2)))
        repository.add(sent(draft("soon"), NOW + timedelta(days=1)))
        repository.add(sent(draft("never")))
        repository.add(decided(draft("done")))
        assert ids(repository.waiting()) == ["never", "soon", "later"]
        assert ids(repository.overdue(NOW + timedelta(days=1))) == ["soon"]
        assert repository.overdue(NOW) == ()


def test_a_visit_finds_what_it_uses(store):
    visit = BookingId("visit-1")
    used = decided(draft("a")).used(visit, THERAPY, units=1, on=FIRST, at=NOW)
    with store.work() as work:
        repository = Authorizations(work)
        kept = repository.add(used)
        assert ids(repository.used_by(visit)) == ["a"]
        kept = repository.replace(kept.cancelled())
        assert ids(repository.used_by(visit)) == ["a"]
        repository.replace(kept.released(visit))
        assert repository.used_by(visit) == ()


def test_two_visits_cannot_both_take_the_last_units(store):
    with store.work() as work:
        Authorizations(work).add(decided(draft("a")))
    first, second = store.work(), store.work()
    for work, visit in ((first, "visit-1"), (second, "visit-2")):
        repository = Authorizations(work)
        one = repository.get("a")
        repository.replace(one.used(BookingId(visit), THERAPY, units=3, on=FIRST, at=NOW))
    first.commit()
    with pytest.raises(Conflict):
        second.commit()


def test_a_chain_does_not_fork_and_leads_to_the_one_that_holds(store):
    lines = (RequestedLine(1, THERAPY, 9),)
    with store.work() as work:
        repository = Authorizations(work)
        old, update = update_of(
            repository.add(decided(draft("a"))), id=AuthorizationId("b"), lines=lines
        )
        repository.replace(old)
        repository.add(update)
        assert repository.current(AuthorizationId("a")).id == "a"
    with pytest.raises(AlreadyTaken), store.work() as work:
        Authorizations(work).add(evolve(draft("c"), replaces=AuthorizationId("a")))
    with store.work() as work:
        repository = Authorizations(work)
        old, new = superseded(repository.get("a"), decided(repository.get("b")))
        repository.replace(old)
        repository.replace(new)
    with store.work() as work:
        assert Authorizations(work).current(AuthorizationId("a")).id == "b"


def test_a_failed_update_makes_room_for_another(store):
    with store.work() as work:
        repository = Authorizations(work)
        repository.add(decided(draft("a")))
        failed = evolve(draft("b"), replaces=AuthorizationId("a"))
        repository.add(decided(failed, Action.NOT_CERTIFIED))
    with store.work() as work:
        Authorizations(work).add(evolve(draft("c"), replaces=AuthorizationId("a")))
