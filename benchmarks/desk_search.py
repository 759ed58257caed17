# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord", "carecoord-sql"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# carecoord-sql = { path = "../adapters/sql", editable = true }
# ///
"""Where the time of a search at the desk goes: 40 providers, 14 days, everything from the store.

A SQLite file holds an organization of 500 providers at 25 sites with 600 rooms and a year of their
visits, about 1.04 million. A desk asks for the first 20 half-hour openings of 40 random providers
with a room of a type within 14 days; then the same is done step by step: the schedules and what is
taken are read from the store, made into calendars, and searched. The desk looks at one day first
and then at ever longer times; the steps are shown for that day and for all 14. Last, what it would
cost to read the bookings themselves. The best of the rounds counts.

    uv run benchmarks/desk_search.py [--quick] [--json] [--days 365] [--queries 5] [--rounds 3]

The visits are kept without their claims, which no search reads; `--quick` has three weeks of them.
"""

import argparse
import json
import random
import tempfile
import time as clock
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from attrs import evolve

from carecoord import Actor, Clinic, HumanName, Period, Purpose, Role, Zone, open_store
from carecoord.directory.locations import Location
from carecoord.directory.repository import Locations
from carecoord.patients.registration import Patient
from carecoord.patients.repository import Patients
from carecoord.storage.backend import Changes
from carecoord.storage.store import Store
from carecoord.storage.wire import Codec
from carecoord.storage.work import Work
from carecoord.visits import (
    Occupation,
    Requirement,
    Schedule,
    Search,
    Shift,
    Visit,
    VisitType,
    Weekday,
    WeeklyTemplate,
    calendars_of,
    calendars_with,
    find_openings,
)
from carecoord.visits.repository import BOOKING, Bookings, Schedules, VisitTypes

ZONE = Zone("America/Denver")
FIRST = datetime(2026, 3, 2, tzinfo=ZONE).astimezone(UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROVIDERS, SITES, ROOMS = 500, 25, 600
TYPES = ("exam", "procedure", "imaging", "counsel")
DESK, PURE = "search at the desk", "pure search of 14 days of calendars"
READING = "  14 days: reading the bookings themselves"
R = TypeVar("R")


class Then:
    """A clock that stands still before the first visit."""

    def now(self) -> datetime:
        """The present."""
        return FIRST - DAY


def visits_of(chance: random.Random, days: int) -> list[Visit]:
    """Eight visits of every provider on five days of the week, each in a room of its own."""
    made = []
    for provider in range(PROVIDERS):
        site = provider % SITES
        room = site + SITES * (provider // SITES)
        for day in range(days):
            if (FIRST + day * DAY).astimezone(ZONE).weekday() > 4:
                continue
            at = FIRST + day * DAY + 8 * 60 * MINUTE
            for _ in range(8):
                at += chance.choice((0, 15, 30, 45)) * MINUTE
                number = len(made)
                period = Period.starting(at, minutes=chance.choice((15, 20, 30, 30, 45)))
                resources = (f"dr-{provider:03}", f"room-{room:03}")
                made.append(
                    Visit(
                        id=f"visit-{number}",
                        patient=f"patient-{provider}",
                        visit_type="check",
                        occupation=Occupation(period, resources, f"site-{site:02}"),
                    )
                )
                at = period.end
    return made


def schedules() -> list[Schedule]:
    """Split shifts of the providers, and rooms that are always open."""
    every, week = Weekday.every(), Weekday.weekdays()
    split = WeeklyTemplate((Shift(week, time(8), time(12)), Shift(week, time(13), time(17))))
    always = WeeklyTemplate((Shift(every, time(0), time(0)),))
    kinds = [("dr", PROVIDERS, split, "doctor"), ("room", ROOMS, always, "")]
    return [
        Schedule(
            id=f"hours-{kind}-{n}",
            resource=f"{kind}-{n:03}",
            location=f"site-{n % SITES:02}",
            zone=ZONE,
            roles={role or TYPES[n // SITES % len(TYPES)]},
            templates=(hours,),
        )
        for kind, count, hours, role in kinds
        for n in range(count)
    ]


def fill(store: Store, visits: list[Visit]) -> None:
    """Everything into the store."""
    kind = VisitType(
        id="check",
        name="Check",
        duration=30 * MINUTE,
        requirements=(Requirement("doctor"), Requirement("exam")),
    )
    with store.work() as work:
        VisitTypes(work).add(kind)
        for n in range(SITES):
            Locations(work).add(Location(id=f"site-{n:02}", name=f"Site {n}", zone=ZONE))
        for n in range(PROVIDERS):
            Patients(work).add(Patient(id=f"patient-{n}", name=HumanName(family=f"Test {n}")))
        for schedule in schedules():
            Schedules(work).add(schedule)
    codec = Codec(BOOKING)
    for start in range(0, len(visits), 5_000):
        some = visits[start : start + 5_000]
        rows = tuple(evolve(codec.row(visit, 1), claims=()) for visit in some)
        store.backend.commit(Changes(adds=rows))


def timed(times: dict[str, float], name: str, act: Callable[[], R]) -> R:
    """Do it, and keep the best time under its name."""
    begun = clock.perf_counter()
    result = act()
    taken = clock.perf_counter() - begun
    times[name] = min(times.get(name, taken), taken)
    return result


def main() -> None:
    """Fill a store, ask, and take the question apart."""
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--quick", action="store_true", help="three weeks of visits")
    ask.add_argument("--json", action="store_true", help="end with the ratios as JSON")
    ask.add_argument("--days", type=int, default=365)
    ask.add_argument("--queries", type=int, default=5)
    ask.add_argument("--rounds", type=int, default=3)
    options = ask.parse_args()
    if options.quick:
        options.days, options.queries = 21, 3
    chance = random.Random(1)
    visits = visits_of(chance, options.days)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'clinic.db'}", clock=Then())
        with store:
            begun = clock.perf_counter()
            fill(store, visits)
            print(
                f"{len(visits):,} visits kept in {clock.perf_counter() - begun:.0f} s", flush=True
            )
            desk = Clinic(store, zone=ZONE).desk(Actor("nora", {Role.SCHEDULER}), Purpose.TREATMENT)
            totals: dict[str, float] = {}
            for _ in range(options.queries):
                start = FIRST + chance.randrange(max(options.days - 14, 1)) * DAY
                span = Period(start, start + 14 * DAY)
                providers = tuple(f"dr-{n:03}" for n in chance.sample(range(PROVIDERS), 40))
                times: dict[str, float] = {}
                for _ in range(options.rounds):
                    one_search(store, desk, span, providers, times)
                for name, taken in times.items():
                    totals[name] = totals.get(name, 0.0) + taken / options.queries
    for name, taken in totals.items():
        print(f"  {name:50} {taken * 1000:9.1f} ms")
    whole, pure = totals[DESK], totals[PURE]
    ratios = {"desk_vs_pure": whole / pure, "vs_reading_bookings": totals[READING] / whole}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.1f}")
    if options.json:
        print(json.dumps({"ratios": ratios}))


def one_search(
    store: Store, desk: object, span: Period, providers: tuple[str, ...], times: dict[str, float]
) -> None:
    """The same question, asked at the desk and step by step; both give the same answer."""
    whole = timed(
        times, DESK, lambda: desk.find_openings("check", span, providers=providers, limit=20)
    )
    work, now = store.work(), Then().now()
    kind = VisitTypes(work).get("check")
    known = timed(times, "  schedules from the store", lambda: schedules_of(work, providers))
    resources = {one.resource for one in known}
    search = Search.of(kind, span, at=now, providers=providers, limit=20)
    first = Period(span.start, span.start + DAY + kind.duration)
    for name, part in (("first day", first), ("14 days", span)):
        read = partial(Bookings(work).busy, resources, part, now)
        taken = timed(times, f"  {name}: what is taken", read)
        make = partial(calendars_with, known, taken, part, at=now)
        made = timed(times, f"  {name}: calendars", make)
    found = timed(times, PURE, lambda: find_openings(search, made))
    bookings = timed(times, READING, lambda: Bookings(work).taking(resources, span))
    if found != whole or calendars_of(known, bookings, span, at=now) != made:
        raise SystemExit("the desk and the steps disagree")


def schedules_of(work: Work, providers: tuple[str, ...]) -> tuple[Schedule, ...]:
    """The providers' schedules, and those of the rooms where they work, as the desk reads them."""
    own = Schedules(work).of_resources(providers)
    there = sorted({one.location for one in own})
    return (*own, *Schedules(work).with_roles(["exam"], there))


if __name__ == "__main__":
    main()
