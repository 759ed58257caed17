"""A coordinator's day, from the first registration to the last closed loop.

    uv run examples/coordinator_day.py
    uv run examples/coordinator_day.py --store postgresql://localhost/clinic
    uv run examples/coordinator_day.py --patients BUNDLES --prices hospital.csv --json

Every step says in plain words what it does and what came of it. The day has a clock of its own, so
it comes out the same whenever it is run, on whichever store. Exit code 0: it went as it should.
"""

import argparse
import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.hospital_prices import open_hospital_prices
from carecoord_exchange.intake import take_in, take_in_prices
from carecoord_exchange.problems import Problem
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from carecoord import (
    Actor,
    CarecoordError,
    Clinic,
    Desk,
    Gateways,
    HumanName,
    Money,
    NotAllowed,
    Period,
    Purpose,
    Rate,
    Role,
    Zone,
    open_store,
)
from carecoord.accounts import EntryKind, Party, PaymentMethod
from carecoord.authorizations import (
    Action,
    Authorization,
    Channel,
    CodeRange,
    Need,
    Program,
    RequestedLine,
    Requirement,
)
from carecoord.coordination.discussing_costs import Service
from carecoord.coordination.gateways import CoverageStatus, Verification
from carecoord.directory import Location, Organization, OrganizationType, Practitioner
from carecoord.estimates import (
    Accumulators,
    Benefit,
    Estimate,
    Plan,
    Price,
    Setting,
    Tier,
    YearlyAmount,
    untouched,
)
from carecoord.estimates.benefits import Scope
from carecoord.estimates.repository import Prices
from carecoord.kernel.codes import CPT, HCPCS, ICD_10_CM, SNOMED_CT, Code
from carecoord.kernel.ids import (
    FeeScheduleId,
    LocationId,
    OrganizationId,
    PlanId,
    PractitionerId,
    PriceId,
    ResourceId,
    ScheduleId,
    VisitTypeId,
)
from carecoord.kernel.time import local_time
from carecoord.patients import Coverage, CoverageType, Patient
from carecoord.referrals import Recipient, ReferralStatus, Report, Urgency
from carecoord.storage.outbox import Outbox
from carecoord.visits import (
    AppointmentStatus,
    Opening,
    ResourceKind,
    Schedule,
    Shift,
    Visit,
    VisitType,
    Weekday,
    WeeklyTemplate,
)
from carecoord.visits import (
    Requirement as Needed,
)

ZONE = Zone("America/Chicago")
MONDAY = date(2026, 3, 2)
NORA = Actor.of("nora", Role.COORDINATOR)
MAIN_STREET = LocationId("main-street")
DR_WU, ROOM, SCANNER = ResourceId("dr-wu"), ResourceId("room-1"), ResourceId("scanner")
HEADACHE_CENTER = OrganizationId("headache-center")
CHECK_UP, SCAN = VisitTypeId("check-up"), VisitTypeId("scan")
PLAN = PlanId("plan-of-the-day")
OWN_PRICES, FILE_PRICES = FeeScheduleId("main-street"), FeeScheduleId("hospital-file")
IMAGING = "imaging"
IN_NETWORK = "in network"
HEADACHE = Code(ICD_10_CM, "R51.9")
"""Of the codes here only the diagnosis is from a published table."""
BRAIN_SCAN = Code(CPT, "70551")


class DayClock:
    """The clock of the day: it goes on when the story does."""

    def __init__(self, day: date) -> None:
        self.at = local_time(day, time(7, 45), ZONE)

    def now(self) -> datetime:
        """The present of the story."""
        self.at += timedelta(seconds=1)
        return self.at

    def until(self, instant: datetime) -> None:
        """Go on to an instant, unless it is past."""
        self.at = max(self.at, instant)


class Payer:
    """A simulated payer: a coverage is active on the days that its own record names."""

    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        """Answer as an X12 271 would."""
        status = CoverageStatus.ACTIVE if coverage.in_force(on) else CoverageStatus.INACTIVE
        return Verification(status=status, on=on, reference="SIM-271")


class Day:
    """What happens, told step by step, and what came of it, kept for `--json`."""

    def __init__(self, desk: Desk, clock: DayClock, console: Console) -> None:
        self.desk = desk
        self.clock = clock
        self.console = console
        self.results: dict[str, Any] = {}
        self.failed: list[str] = []

    def chapter(self, title: str) -> None:
        """Begin a part of the day, a quarter of an hour after the last one."""
        self.clock.at += timedelta(minutes=15)
        local = self.clock.at.astimezone(ZONE)
        self.console.rule(f"[bold]{local:%A %H:%M}  {title}", align="left", style="dim")

    def say(self, words: str) -> None:
        """Tell it in plain words."""
        self.console.print(f"  {words}")

    def check(self, name: str, as_it_should: bool, result: object) -> None:
        """Note a result, and whether it is what the day was to bring."""
        self.results[name] = result if isinstance(result, int | bool) else str(result)
        if not as_it_should:
            self.failed.append(name)
            self.console.print(f"  [bold red]not as it should be: {name} is {result}")


def open_doors(desk: Desk) -> None:
    """The clinic: a location, a physician and a scanner with their hours, visit types, a plan."""
    desk.enter_location(Location(id=MAIN_STREET, name="Main Street Clinic", zone=ZONE))
    desk.enter_practitioner(
        Practitioner(
            id=PractitionerId(DR_WU),
            name=HumanName(family="Wu", given=("Lin",), prefix=("Dr",)),
        )
    )
    desk.enter_organization(
        Organization(id=HEADACHE_CENTER, name="Lakeside Headache Center",
                     type=OrganizationType.PROVIDER)
    )  # fmt: skip
    for resource, kind, role, opens, closes in (
        (DR_WU, ResourceKind.PRACTITIONER, "physician", time(9), time(17)),
        (ROOM, ResourceKind.ROOM, "room", time(7), time(19)),
        (SCANNER, ResourceKind.DEVICE, "scanner", time(7), time(19)),
    ):
        desk.set_schedule(
            Schedule(
                id=ScheduleId(f"schedule-{resource}"),
                location=MAIN_STREET,
                zone=ZONE,
                resource=resource,
                kind=kind,
                roles=frozenset({role}),
                templates=(WeeklyTemplate((Shift(Weekday.weekdays(), opens, closes),)),),
            )
        )
    desk.offer_visit_type(
        VisitType(
            id=CHECK_UP,
            name="Check-up",
            duration=timedelta(minutes=30),
            buffer_after=timedelta(minutes=5),
            requirements=(Needed("physician"), Needed("room")),
        )
    )
    desk.offer_visit_type(
        VisitType(
            id=SCAN,
            name="Scan",
            duration=timedelta(minutes=45),
            buffer_before=timedelta(minutes=10),
            requirements=(Needed("scanner"),),
            instructions="Leave metal at home. Come 15 minutes early.",
        )
    )


def our_own_prices(desk: Desk) -> Price:
    """A fee schedule of our own, where no price file is given."""

    def price(name: str, **amounts: Any) -> Price:
        return Price(
            id=PriceId(name),
            fee_schedule=OWN_PRICES,
            codes=(BRAIN_SCAN,),
            description="Scan of the head",
            gross=Money.of(1200),
            **amounts,
        )

    cash = price("price-own-cash", discounted_cash=Money.of(650))
    acme = {"payer_name": "Acme Health", "plan_name": "PPO 500"}
    _, negotiated = desk.enter_prices(
        (cash, price("price-own-acme", **acme, negotiated_dollar=Money.of(900)))
    )
    return negotiated


def import_patients(day: Day, folder: Path) -> list[Patient]:
    """Read every FHIR bundle of a folder, and keep what it holds."""
    files = sorted(folder.glob("*.json"))
    patients: list[Patient] = []
    problems: list[Problem] = []
    practitioners = 0
    with progress(day.console, "reading bundles", len(files)) as advance:
        for path in files:
            contents = read_bundle(path)
            taken = take_in(day.desk, contents, file=path.name)
            patients += [day.desk.look_up_patient(one.id) for one in contents.patients]
            practitioners += taken.practitioners
            problems += taken.problems
            advance(1)
    day.say(
        f"{len(files)} bundles: {len(patients)} patients, {practitioners} entries of "
        f"practitioners; {len(problems)} things that could not be taken as they stood."
    )
    day.check("patients imported", bool(patients), len(patients))
    day.check("problems reported", True, len(problems))
    return patients


def import_prices(day: Day, path: Path) -> Price:
    """Read a hospital's price file; of its prices, one with a negotiated amount is asked about."""
    with (
        progress(day.console, "reading prices", None) as advance,
        open_hospital_prices(path) as file,
    ):
        taken = take_in_prices(day.desk, file, FILE_PRICES, progress=advance)
        day.say(f"{file.hospital.name}: {taken.prices} prices of {taken.items} items.")
    day.check("prices imported", taken.prices > 0, taken.prices)
    with day.desk.practice.store.work() as work:
        kept = Prices(work).in_fee_schedule(FILE_PRICES)
    negotiated = [
        one
        for one in kept
        if one.negotiated_dollar is not None
        and one.gross is not None
        and one.setting.covers(Setting.OUTPATIENT)
        and one.codes[0].system in (CPT, HCPCS)
        and not one.modifiers
    ]
    return min(negotiated, key=lambda one: (one.codes[0], one.payer_name or "", one.id))


def a_few_patients(day: Day) -> list[Patient]:
    """Patients of our own, where none are given."""
    known = [("Adler", "Ben", date(1961, 9, 3)), ("Castro", "Inés", date(1999, 2, 28)),
             ("Dube", "Thandi", date(2018, 12, 31))]  # fmt: skip
    return [found_or_registered(day.desk, *one) for one in known]


def found_or_registered(desk: Desk, family: str, given: str, born: date) -> Patient:
    """The patient of this name and birth date, registered if new."""
    found = desk.find_patients(family=family, given=given, born=born)
    return found[0] if found else desk.register(
        HumanName(family=family, given=(given,)), birth_date=born
    )  # fmt: skip


def register_and_verify(day: Day, price: Price) -> tuple[Patient, Coverage, Plan]:
    """Register a patient, take her coverage down, and ask the payer about it."""
    day.chapter("A new patient is on the telephone")
    desk = day.desk
    ada = found_or_registered(desk, "Okafor", "Ada", date(1980, 5, 17))
    day.say(
        f"Ada Okafor is registered as [bold]{short(ada.id)}[/]; logs show no more of her than that."
    )
    again = desk.register.may(HumanName(family="OKAFOR", given=("Ada",)), birth_date=ada.birth_date)
    day.say(f"Registering her once more? {short(again.refusals[0].reason)}.")
    day.check("second registration refused", not again, again.refusals[0].rule)
    plan = desk.enter_plan(
        Plan(
            id=PLAN,
            name=f"{price.payer_name} {price.plan_name}",
            payer_name=price.payer_name or "Acme Health",
            plan_name=price.plan_name,
            tiers=(
                Tier(
                    IN_NETWORK,
                    in_network=True,
                    deductible=YearlyAmount("deductible", Scope.SELF_ONLY, Money.of(500)),
                    out_of_pocket=YearlyAmount("limit", Scope.SELF_ONLY, Money.of(4000)),
                    benefits=(Benefit.after_deductible([IMAGING], Rate.percent(20)),),
                ),
            ),
        )
    )
    if not ada.coverages:
        ada = desk.add_coverage(
            ada.id, type=CoverageType.COMMERCIAL, payer_name=plan.payer_name, plan=plan.id,
            member_id="W-123456", starts=date(2026, 1, 1),
        )  # fmt: skip
    coverage = ada.coverages[0]
    ada = desk.verify_coverage(ada.id, coverage.id)
    day.say(f"{plan.payer_name} says that her coverage is active; verified {day_of(day)}.")
    day.check("coverage verified", ada.coverages[0].verified_on is not None, True)
    return ada, ada.coverages[0], plan


def answer_a_cost_question(
    day: Day, ada: Patient, coverage: Coverage, plan: Plan, price: Price
) -> Estimate:
    """What will it cost? First with what is known, then with what the payer adds."""
    day.chapter("“What will I have to pay?”")
    service = Service(price.codes[0], category=IMAGING)

    def estimate(accumulators: Accumulators) -> Estimate:
        return day.desk.estimate_for_coverage(
            ada.id, coverage.id, (service,), tier=IN_NETWORK,
            fee_schedule=price.fee_schedule, accumulators=accumulators,
            service_date=max(MONDAY, price.first_day or MONDAY),
        )  # fmt: skip

    rough = estimate(Accumulators())
    day.say(day.desk.explain_estimate(rough.id)[0])
    exact = estimate(untouched(plan, MONDAY))
    day.say("The payer adds that nothing of the year's deductible is used yet:")
    for sentence in day.desk.explain_estimate(exact.id):
        day.say(sentence)
    line = exact.low
    day.console.print(
        table("The estimate", ("charge", "contract takes off", "plan pays", "she owes"),
              [(line.charge, line.contractual_adjustment, line.paid, line.patient_responsibility)])
    )  # fmt: skip
    conserved = line.charge == line.paid + line.patient_responsibility + line.contractual_adjustment
    day.check("estimate adds up", conserved, line.charge)
    day.check("she owes", bool(line.patient_responsibility), line.patient_responsibility)
    day.check("unknown deductible gives a range", not rough.is_exact, True)
    return exact


def get_an_authorization(day: Day, ada: Patient, coverage: Coverage, price: Price) -> Authorization:
    """Find out that it needs one, ask for it, and record the payer's two answers."""
    day.chapter("A prior authorization")
    desk, code = day.desk, price.codes[0]
    lines = (RequestedLine(1, code, 1),)
    (need,) = desk.authorization_needed(ada.id, coverage.id, lines, program=Program.ERISA)
    day.say(f"Is one needed? [bold]{need.need.value.replace('_', ' ')}[/], says {need.source}.")
    day.check("authorization needed", need.need is Need.NEEDED, need.need.value)
    asked = desk.request_authorization(
        ada.id, coverage.id, lines, program=Program.ERISA, channel=Channel.PHONE,
        diagnoses=(HEADACHE,), requester=PractitionerId(DR_WU),
        reference="CALL-4711", representative="Kim",
    )  # fmt: skip
    due = asked.deadline.due_at.astimezone(ZONE) if asked.deadline else None
    day.say(f"Asked by telephone, reference CALL-4711. The decision is due by {due:%d %B %Y}.")
    desk.record_decision(asked.id, Action.PENDED, channel=Channel.PHONE)
    approved = desk.record_decision(
        asked.id, Action.CERTIFIED_IN_TOTAL, channel=Channel.PORTAL, number="A-2026-17",
        first=MONDAY, last=MONDAY + timedelta(days=90),
    )  # fmt: skip
    day.say("Pended at first, then certified in total as A-2026-17 for 90 days.")
    day.check("authorization approved", approved.approval is not None, approved.status.value)
    return approved


def book_and_move(day: Day, ada: Patient, others: list[Patient], approved: Authorization) -> Visit:
    """Book a scan, turn a second patient away from the same time, and move the first."""
    day.chapter("Booking")
    desk, code = day.desk, approved.lines[0].code
    openings = desk.find_openings(SCAN, week(), patient=ada.id, limit=40).openings
    wanted = next(one for one in openings if desk.book.may(others[0].id, SCAN, one))
    later = openings[-1]
    held = desk.hold(SCAN, wanted, patient=ada.id)
    visit = desk.book.once(f"scan-{held.id}", ada.id, SCAN, wanted, held=held.id)
    desk.use_authorization(approved.id, visit.id, code)
    day.say(f"A scan for {short(ada.id)} at {clock_time(visit)}, on the authorization.")
    refused: tuple[str, ...] = ()
    try:
        desk.book(others[0].id, SCAN, wanted)
    except NotAllowed as error:
        refused = tuple(one.rule for one in error.refusals)
        why = short(error.refusals[0].reason)
        day.say(f"The same time for {short(others[0].id)}? [bold]No[/]: {why}.")
    day.check("double booking turned away", refused == ("resources_are_free",), ", ".join(refused))
    moved = desk.reschedule(visit.id, later, reason="the bus comes at ten")
    day.say(f"She asks for another time: moved to {clock_time(moved)}; the first is free again.")
    given = desk.book(others[0].id, SCAN, wanted)
    day.check("freed time booked by another", given.period == wanted.occupation.period, True)
    left = desk.current_authorization(approved.id).approval
    day.check("authorized unit moved along", left is not None and left.remaining(1) == 0, True)
    return moved


def book_check_ups(day: Day, patients: list[Patient]) -> None:
    """A check-up for everybody, at the first openings of the week."""
    day.chapter("Check-ups for everybody")
    desk = day.desk
    rows: list[tuple[str, str]] = []
    with progress(day.console, "booking", len(patients)) as advance:
        for patient in patients:
            if (opening := next_opening(desk, patient)) is not None:
                visit = desk.book(patient.id, CHECK_UP, opening)
                rows.append((short(patient.id), clock_time(visit)))
            advance(1)
    shown = rows if len(rows) <= 6 else [*rows[:3], ("…", "…"), *rows[-2:]]
    day.console.print(table("Check-ups", ("patient", "when"), shown))
    starts = {row[1] for row in rows}
    day.check("check-ups booked", len(rows) > 0, len(rows))
    day.check("check-ups at different times", len(starts) == len(rows), True)


def next_opening(desk: Desk, patient: Patient) -> Opening | None:
    """The first check-up of the week that suits, if the record is active and there is one."""
    if not patient.active or patient.deceased_at is not None:
        return None
    found = desk.find_openings(CHECK_UP, week(), patient=patient.id, limit=1).openings
    return found[0] if found else None


def see_and_bill(day: Day, visit: Visit, ada: Patient, estimate: Estimate) -> None:
    """The visit takes place; it is charged, adjusted, paid, and the account comes to nothing."""
    desk, line = day.desk, estimate.low
    day.clock.until(visit.period.start - timedelta(minutes=15))
    day.chapter("The visit, and the bill")
    for step in (desk.check_in, desk.start, desk.complete):
        visit = step(visit.id)
    day.say("Checked in, seen, and done.")
    day.check("visit completed", visit.status is AppointmentStatus.FULFILLED, visit.status.value)
    account = desk.open_account(ada.id, f"Scan of {visit.period.start:%d %B %Y}")
    payer = Party.payer(account.coverages[0])
    charge = desk.post_charge(account.id, line.charge, visit=visit.id)
    if line.contractual_adjustment:
        desk.adjust(account.id, charge.id, line.contractual_adjustment,
                    EntryKind.CONTRACTUAL_ADJUSTMENT, party=payer)  # fmt: skip
    if line.paid:
        desk.post_payment(account.id, line.paid, by=payer, method=PaymentMethod.REMITTANCE)
    if line.patient_responsibility:
        desk.transfer_responsibility(
            account.id, charge.id, line.patient_responsibility, giver=payer
        )
        owed = desk.ledger_of(account.id).patient_responsibility
        day.say(f"She owes {owed}, as she was told. She pays by card.")
        desk.post_payment(account.id, owed, method=PaymentMethod.CARD)
    ledger = desk.ledger_of(account.id)
    rows = [(one.kind.value.replace("_", " "), one.amount) for one in ledger.entries]
    day.console.print(
        table("The account", ("entry", "amount"), [*rows, ("balance", ledger.balance)])
    )
    day.check("balance", ledger.balance == Money(0), ledger.balance)
    day.check(
        "balance is the sum of the entries", desk.balance_of(account.id) == ledger.balance, True
    )


def refer_and_close(day: Day, ada: Patient) -> None:
    """A referral, followed until the report is back."""
    day.chapter("A referral")
    desk, clock = day.desk, day.clock
    referral = desk.refer(
        ada.id, Recipient(organization=HEADACHE_CENTER), service=Code(SNOMED_CT, "11429006"),
        reason=HEADACHE, requester=PractitionerId(DR_WU), urgency=Urgency.URGENT,
        question="Migraine, or something else?",
    )  # fmt: skip
    desk.record_referral_accepted(referral.id)
    when = Period.starting(clock.at + timedelta(days=7), minutes=40)
    desk.record_referral_scheduled(referral.id, when)
    day.say(f"Sent, accepted, and scheduled there for {when.start.astimezone(ZONE):%A, %d %B}.")
    early = desk.close_referral.may(referral.id)
    day.say(f"Close it now? {early.refusals[0].reason}.")
    clock.until(when.end)
    desk.record_referral_seen(referral.id)
    desk.record_referral_report(
        referral.id, Report(clock.at, summary="Migraine without aura; treatment begun.")
    )
    closed = desk.close_referral(referral.id, note="read by Dr Wu")
    day.say("Seen, reported, read: the loop is closed.")
    day.check("not closed without a report", not early, True)
    day.check("referral", closed.status is ReferralStatus.CLOSED, closed.status.value)


def end_of_the_day(day: Day) -> None:
    """What is left to do, what the world was told, and whether the audit holds."""
    day.chapter("Before going home")
    store = day.desk.practice.store
    work = day.desk.worklist(MAIN_STREET, week())
    told: list[str] = []
    delivered = Outbox(store).deliver(lambda event: told.append(event.name), limit=1_000)
    day.say(f"{len(work.visits)} visits on the books this week, nothing overdue.")
    day.say(f"{delivered.delivered} events were handed to those who wait for them.")
    day.say("Every step is in the audit, reads and refusals too, and its chain holds.")
    overdue = len(work.overdue_authorizations) + len(work.overdue_referrals)
    day.check("overdue", overdue == 0, overdue)
    day.check("events set aside", not delivered.set_aside, len(delivered.set_aside))
    day.check("audit holds", store.broken_audit_streams() == (), True)


def week() -> Period:
    """The week that is planned."""
    start = local_time(MONDAY, time(8), ZONE)
    return Period.starting(start, duration=timedelta(days=12))


def short(text: str) -> str:
    """The text with its ids cut down to what tells them apart, to be read on a screen."""
    return re.sub(r"-[0-9a-f]{26}([0-9a-f]{6})\b", r" …\1", text)


def clock_time(visit: Visit) -> str:
    """When a visit begins, by the clocks of the clinic."""
    return f"{visit.period.start.astimezone(ZONE):%a %d %b %H:%M}"


def day_of(day: Day) -> str:
    """The day of the story."""
    return f"{day.clock.at.astimezone(ZONE):%d %B %Y}"


def table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Table:
    """A readable table; amounts stand right."""
    made = Table(title=title, title_justify="left", title_style="bold", show_edge=False)
    for place, head in enumerate(heads):
        right = all(isinstance(row[place], Money) for row in rows)
        made.add_column(head, justify="right" if right else "left", no_wrap=True)
    for row in rows:
        made.add_row(*map(str, row))
    return made


@contextlib.contextmanager
def progress(console: Console, what: str, total: int | None) -> Iterator[Any]:
    """A progress bar that goes away when it is done."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda count: bars.advance(task, count)


def run(day: Day, patients: Path | None, prices: Path | None) -> None:
    """The whole day."""
    day.chapter("Opening the doors")
    open_doors(day.desk)
    price = our_own_prices(day.desk) if prices is None else import_prices(day, prices)
    others = a_few_patients(day) if patients is None else import_patients(day, patients)
    day.desk.practice.requirements = (
        Requirement(needed=True, source="the payer's list of 2026",
                    codes=(CodeRange.only(price.codes[0]),)),
    )  # fmt: skip
    ada, coverage, plan = register_and_verify(day, price)
    estimate = answer_a_cost_question(day, ada, coverage, plan, price)
    approved = get_an_authorization(day, ada, coverage, price)
    visit = book_and_move(day, ada, others, approved)
    book_check_ups(day, others)
    see_and_bill(day, visit, ada, estimate)
    refer_and_close(day, ada)
    end_of_the_day(day)


def main() -> int:
    """Run the day; 0 if it went as it should."""
    parser = argparse.ArgumentParser(description="A coordinator's day, on a store of your choice.")
    parser.add_argument(
        "--store", metavar="URL", help="where it is kept; a new SQLite file if not given"
    )
    parser.add_argument("--patients", type=Path, metavar="DIR", help="a folder of FHIR R4 bundles")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="a CMS hospital price file")
    parser.add_argument("--json", action="store_true", help="print the results for machines")
    asked = parser.parse_args()
    console = Console(stderr=asked.json, quiet=asked.json, highlight=False)
    with contextlib.ExitStack() as stack:
        if asked.store is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            asked.store = f"sqlite:///{folder}/clinic.db"
        clock = DayClock(MONDAY)
        try:
            store = stack.enter_context(open_store(asked.store, clock=clock))
            clinic = Clinic(store, zone=ZONE, gateways=Gateways(eligibility=Payer()))
            desk = clinic.desk(NORA, Purpose.OPERATIONS, origin="examples")
            day = Day(desk, clock, console)
            run(day, asked.patients, asked.prices)
        except CarecoordError as error:
            print(f"{error.code}: {error}", file=sys.stderr)
            return 1
    if asked.json:
        print(json.dumps(day.results, indent=2))
    elif not day.failed:
        console.print("\n[bold green]The day went as it should.")
    return 1 if day.failed else 0


if __name__ == "__main__":
    sys.exit(main())
