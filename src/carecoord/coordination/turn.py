"""A turn at the desk: one use case in one unit of work, and all that it can reach."""

from datetime import date, datetime
from typing import Any, TypeVar

from carecoord.accounts.repository import Accounts, Entries
from carecoord.authorizations.repository import Authorizations
from carecoord.compliance.access import Decision
from carecoord.coordination.gateways import Gateways
from carecoord.coordination.practice import Practice
from carecoord.coordination.scope import Scope
from carecoord.directory.repository import Locations, Organizations, Practitioners
from carecoord.errors import AccessDenied, InvalidValue
from carecoord.estimates.repository import (
    Accumulations,
    CostRequests,
    EligibilityResponses,
    Estimates,
    Plans,
    Prices,
)
from carecoord.kernel.people import Actor
from carecoord.kernel.time import local_date
from carecoord.patients.repository import Patients
from carecoord.referrals.repository import Referrals
from carecoord.storage.events import EVENT, Event
from carecoord.storage.kind import Aggregate
from carecoord.storage.repository import Repository
from carecoord.storage.work import Work
from carecoord.visits.repository import (
    AllSeries,
    Bookings,
    OutpatientAppointments,
    Schedules,
    VisitTypes,
    Waitlist,
)

__all__ = ["Turn"]

_Rooms = TypeVar("_Rooms", bound=Repository[Any])


class Turn:
    """What a use case works with: who acts, when, and the repositories it declared.

    Repositories exist only here, bound to the unit of work and to the access decision.
    """

    def __init__(
        self,
        work: Work,
        practice: Practice,
        actor: Actor,
        decision: Decision,
        *,
        reads: frozenset[str],
        writes: frozenset[str],
        asking: bool = False,
    ) -> None:
        self.work = work
        self.practice = practice
        self.actor = actor
        self._decision = decision
        self._scope = Scope(work, decision, self.today)
        self._reads = reads
        self._writes = writes
        self._asking = asking
        self._written_before = work.stage.written()

    @property
    def now(self) -> datetime:
        """The instant at which all of it happens."""
        return self.work.now

    @property
    def today(self) -> date:
        """The day on the clinic's own calendar."""
        return local_date(self.work.now, self.practice.zone)

    @property
    def gateways(self) -> Gateways:
        """The ways to the outside world."""
        return self.practice.gateways if not self._asking else self.practice.gateways.silent()

    def new_id(self, kind: str) -> str:
        """A new id for an aggregate of this kind."""
        return self.work.new_id(kind)

    def tell(self, name: str, aggregate: Aggregate) -> None:
        """Let the outside world know, once this is kept, that this happened to an aggregate."""
        self.work.collection(EVENT).add(
            Event(
                id=self.work.new_id("event"),
                name=name,
                aggregate_kind=self.work.kind_of(aggregate).name,
                aggregate_id=aggregate.id,
                aggregate_version=aggregate.version,
                position=len(self.work.stage.rows(EVENT)) + 1,
                recorded_at=self.work.now,
            )
        )

    def kept(self, repository: type[_Rooms]) -> _Rooms:
        """A repository of a kind that the use case declared, within what its actor may know of."""
        kind = repository.kind
        if kind.name not in self._reads:
            raise InvalidValue("use_case", f"did not declare that it reads {kind.name}")
        return repository(self.work, self._scope.of(kind))

    @property
    def patients(self) -> Patients:
        """The patients."""
        return self.kept(Patients)

    @property
    def practitioners(self) -> Practitioners:
        """The practitioners."""
        return self.kept(Practitioners)

    @property
    def organizations(self) -> Organizations:
        """The organizations."""
        return self.kept(Organizations)

    @property
    def locations(self) -> Locations:
        """The locations."""
        return self.kept(Locations)

    @property
    def visit_types(self) -> VisitTypes:
        """The types of visits."""
        return self.kept(VisitTypes)

    @property
    def schedules(self) -> Schedules:
        """The schedules."""
        return self.kept(Schedules)

    @property
    def bookings(self) -> Bookings:
        """The bookings."""
        return self.kept(Bookings)

    @property
    def accounts(self) -> Accounts:
        """The accounts."""
        return self.kept(Accounts)

    @property
    def entries(self) -> Entries:
        """The entries of accounts."""
        return self.kept(Entries)

    @property
    def authorizations(self) -> Authorizations:
        """The authorizations."""
        return self.kept(Authorizations)

    @property
    def referrals(self) -> Referrals:
        """The referrals."""
        return self.kept(Referrals)

    @property
    def plans(self) -> Plans:
        """The plans."""
        return self.kept(Plans)

    @property
    def prices(self) -> Prices:
        """The prices."""
        return self.kept(Prices)

    @property
    def estimates(self) -> Estimates:
        """The estimates."""
        return self.kept(Estimates)

    @property
    def eligibility_responses(self) -> EligibilityResponses:
        """What payers answered about coverages."""
        return self.kept(EligibilityResponses)

    @property
    def accumulations(self) -> Accumulations:
        """What counted toward the accumulators of coverages."""
        return self.kept(Accumulations)

    @property
    def cost_requests(self) -> CostRequests:
        """Who waits for a good-faith estimate."""
        return self.kept(CostRequests)

    @property
    def series(self) -> AllSeries:
        """The series of visits."""
        return self.kept(AllSeries)

    @property
    def waitlist(self) -> Waitlist:
        """The waitlist."""
        return self.kept(Waitlist)

    @property
    def outpatient_appointments(self) -> OutpatientAppointments:
        """The appointments in other organizations."""
        return self.kept(OutpatientAppointments)

    def check_all_records(self) -> None:
        """Make sure that the decision is not limited to the records of some patients.

        Raises:
            AccessDenied: it is, and what is asked is about everybody's.
        """
        limited = all(reach.patients is not None for reach in self._decision.reaches)
        if limited or self._decision.only_patient is not None:
            raise AccessDenied("all_records", "limited to the records of some patients")

    def check_writes(self) -> None:
        """Make sure that the use case wrote no kind that it had not declared."""
        written = self.work.stage.written() - self._written_before - {"event", "once"}
        if not written <= self._writes:
            raise InvalidValue("use_case", "wrote an undeclared kind")
