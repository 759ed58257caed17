"""A record goes whole on every store, a part at a time, and leaves the audit chained."""

from datetime import UTC, datetime
from random import Random

import pytest

from carecoord import Actor, Clinic, HumanName, NotAllowed, Purpose, Role, open_store
from carecoord.compliance.disposals import DisposalStatus
from carecoord.compliance.retention import CountedFrom, RetentionRule
from carecoord.compliance.sources import Source, Sureness
from carecoord.coordination import retaining_records
from carecoord.patients.registration import Patient
from tests.core.coordination.drawn_records import DrawnFamilies, all_of, keep_record
from tests.servers.stores import NewUrl

SIX = RetentionRule(
    name="six",
    jurisdiction="US",
    years=6,
    counted_from=CountedFrom.LAST_ENTRY,
    source=Source("our own", Sureness.OWN),
)


class _FarAhead:
    """A clock after every day that is drawn."""

    def now(self) -> datetime:
        return datetime(2500, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def families() -> DrawnFamilies:
    return DrawnFamilies()


def test_a_record_goes_whole_a_part_at_a_time(
    new_url: NewUrl, families: DrawnFamilies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining_records, "AT_ONCE", 4)
    random = Random(1)
    with new_url() as url:
        with open_store(url, clock=_FarAhead()) as store:
            clinic = Clinic(store)
            office = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.LEGAL)
            office.set_retention_rules((SIX,))
            for who in ("ada", "ben"):
                keep_record(store, families, Patient(id=who, name=HumanName(family=who)), random)
            theirs, others = all_of(store, "ada"), all_of(store, "ben")
            assert len(theirs) > 4
            disposal = office.continue_disposal(office.begin_disposal("ada").id)
            hold = office.place_legal_hold("Doe v. Clinic", patients=frozenset({"ada"})).holds[-1]
            with pytest.raises(NotAllowed):
                office.continue_disposal(disposal.id)
            office.release_legal_hold(hold.id)
        # Whoever comes after an interruption goes on from there, in a process of its own.
        with open_store(url, clock=_FarAhead()) if "memory" not in url else store as store:
            clinic = Clinic(store)
            office = clinic.desk(Actor.of("cory", Role.COMPLIANCE_OFFICER), Purpose.LEGAL)
            (disposal,) = office.unfinished_disposals()
            while disposal.status is DisposalStatus.BEGUN:
                disposal = office.continue_disposal(disposal.id)
            assert {(row.kind, id) for row in disposal.erased for id in row.ids} == theirs
            assert all_of(store) == others
            assert store.broken_audit_streams() == ()
