from datetime import UTC, datetime, timedelta

import pytest

from carecoord import Actor, Clinic, Purpose, Role, Zone, open_store
from carecoord.compliance.audit import AuditEntry
from carecoord.storage.audit import STREAMS


class SteppingClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, **by: int) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock():
    return SteppingClock()


@pytest.fixture
def clinic(clock):
    return Clinic(open_store("memory:", clock=clock), zone=Zone("America/Chicago"))


@pytest.fixture
def desk(clinic):
    return clinic.desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT, origin="front desk")


@pytest.fixture
def audit(clinic):
    """What the audit has so far, oldest first."""

    def entries() -> list[AuditEntry]:
        records = [r for stream in range(STREAMS) for r in clinic.store.audit_trail(stream)]
        return sorted((AuditEntry.decoded(r.entry) for r in records), key=lambda entry: entry.at)

    return entries
