from datetime import UTC, datetime, time, timedelta

import pytest

from carecoord import (
    Actor,
    Clinic,
    Gateways,
    HumanName,
    Money,
    Period,
    Purpose,
    Rate,
    Role,
    Zone,
    open_store,
)
from carecoord.compliance.audit import AuditEntry
from carecoord.directory import Location
from carecoord.estimates import Benefit, Plan, Price, Scope, Tier, YearlyAmount
from carecoord.kernel.codes import CPT, Code
from carecoord.testing.notifier import SimulatedNotifier
from carecoord.visits import (
    Requirement,
    ResourceKind,
    Schedule,
    Shift,
    VisitType,
    Weekday,
    WeeklyTemplate,
)


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
def gateways():
    return Gateways()


@pytest.fixture
def notifier():
    return SimulatedNotifier()


@pytest.fixture
def clinic(clock, gateways):
    store = open_store("memory:", clock=clock)
    return Clinic(store, zone=Zone("America/Chicago"), gateways=gateways)


@pytest.fixture
def robot(clinic):
    return clinic.desk(Actor.of("reminders", Role.SYSTEM), Purpose.OPERATIONS)


@pytest.fixture
def desk(clinic):
    return clinic.desk(Actor("nora", {Role.COORDINATOR}), Purpose.TREATMENT, origin="front desk")


@pytest.fixture
def audit(clinic):
    """What the audit has so far, oldest first."""

    def entries() -> list[AuditEntry]:
        return list(clinic.audit_trail())

    return entries


class SmallClinic:
    """One physician and one room, open from nine to five, and two patients."""

    def __init__(self, desk) -> None:
        zone = Zone("America/Chicago")
        desk.enter_location(Location(id="main", name="Main Street", zone=zone))
        hours = (WeeklyTemplate(shifts=(Shift(Weekday.weekdays(), time(9), time(17)),)),)
        for resource, role, kind in (
            ("dr-wu", "physician", ResourceKind.PRACTITIONER),
            ("room-1", "room", ResourceKind.ROOM),
        ):
            desk.set_schedule(
                Schedule(
                    id=f"schedule-{resource}",
                    location="main",
                    zone=zone,
                    resource=resource,
                    kind=kind,
                    roles={role},
                    templates=hours,
                )
            )
        self.type = desk.offer_visit_type(
            VisitType(
                id="checkup",
                name="Check-up",
                duration=timedelta(minutes=30),
                buffer_after=timedelta(minutes=10),
                requirements=(Requirement("physician"), Requirement("room")),
            )
        )
        self.ada = desk.register(HumanName(family="Okafor", given=["Ada"]))
        self.ben = desk.register(HumanName(family="Adler", given=["Ben"]))
        self.tuesday = Period(
            datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 3, 23, tzinfo=UTC)
        )


@pytest.fixture
def small(desk):
    return SmallClinic(desk)


@pytest.fixture
def plan(desk):
    return desk.enter_plan(
        Plan(
            id="ppo",
            name="PPO 500",
            payer_name="Acme",
            plan_name="PPO",
            tiers=(
                Tier(
                    "in network",
                    in_network=True,
                    deductible=YearlyAmount("deductible", Scope.SELF_ONLY, Money.of(500)),
                    out_of_pocket=YearlyAmount("limit", Scope.SELF_ONLY, Money.of(4000)),
                    benefits=(Benefit.after_deductible({"imaging"}, Rate.percent(20)),),
                ),
            ),
        )
    )


@pytest.fixture
def prices(desk):
    common = {
        "fee_schedule": "own",
        "codes": (Code(CPT, "70551"),),
        "description": "MRI of the brain",
    }
    return desk.enter_prices(
        (
            Price(id="p0", **common, gross=Money.of(1200), discounted_cash=Money.of(600)),
            Price(
                id="p1",
                **common,
                payer_name="Acme",
                plan_name="PPO",
                gross=Money.of(1200),
                negotiated_dollar=Money.of(900),
            ),
        )
    )
