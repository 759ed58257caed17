# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord", "numpy", "sortedcontainers", "intervaltree"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# ///
"""How fast the first openings are found, against other ways to do it.

500 providers at 25 sites with 600 rooms, a year, about 1.1 million visits; split shifts, a sixth of
the providers overnight. Each query asks for the first 20 half-hour openings, on five minutes, of 40
random providers together with a room of a type at the provider's site, from a random day on. All
engines answer the same queries, one after the other in one run, and their answers are compared.

The floors do no more than the bare arithmetic, on rows of bits or bytes per resource, and give bare
numbers; the others give what they give, carecoord's index its openings.

SQLite is asked in two ways. `Sqlite` is what somebody would write: one statement for each day, with
the right indexes, which takes about the millisecond that a search in SQL is known to take; that is
the peer of `vs_sqlite`. `SqliteHours` knows beforehand that the answer is near, and begins with an
hour; `vs_sqlite_tuned` is told beside it. Five times as fast as that one would be faster than the
floors, which only give numbers.

    uv run benchmarks/slots.py [--quick] [--json] [--queries 200] [--providers 500] [--days 365]
        [--seed 1]
"""

import argparse
import gc
import heapq
import json
import random
import sqlite3
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import FunctionType, ModuleType
from zoneinfo import ZoneInfo

import numpy as np
from intervaltree import IntervalTree
from sortedcontainers import SortedList

from carecoord.kernel.time import Period
from carecoord.visits import Busy, Calendar, OpeningIndex, Requirement, Search, find_openings

CELL = timedelta(minutes=5)
DAY = 288
LENGTH = 6
WANTED = 20
TYPES = ("exam", "procedure", "imaging", "counsel")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
Gap = tuple[int, int]
Answer = list[tuple[int, int]]


class Clinic:
    """Hours and visits in cells; resources are numbered, providers first."""

    def __init__(self, providers: int, days: int, full: bool, chance: random.Random) -> None:
        self.providers, self.days = providers, days
        self.sites = max(providers // 20, 1)
        self.rooms = self.sites * 24
        self.site = [p % self.sites for p in range(providers)]
        self.site += [r // 24 for r in range(self.rooms)]
        self.type = [None] * providers + [TYPES[r % 4] for r in range(self.rooms)]
        self.hours = [self._hours(p, chance) for p in range(providers)]
        self.hours += [[(0, days * DAY)]] * self.rooms
        self.visits: list[list[Gap]] = [[] for _ in self.site]
        self._book(full, chance)
        self.gaps = [list(self._gaps(r)) for r in range(len(self.site))]

    def _hours(self, provider: int, chance: random.Random) -> list[Gap]:
        off = chance.randrange(7)
        if provider % 6 == 0:
            shifts = [(252, 348)]
        else:
            start = 96 + 3 * chance.randrange(-4, 5)
            shifts = [(start, start + 48), (start + 60, start + 108)]
        hours = [
            (day * DAY + a, day * DAY + b)
            for day in range(self.days)
            if day % 7 != off
            for a, b in shifts
        ]
        return [(a, min(b, self.days * DAY)) for a, b in hours]

    def _book(self, full: bool, chance: random.Random) -> None:
        wishes: list[tuple[int, int, int]] = []
        for provider in range(self.providers):
            for start, end in self.hours[provider]:
                at = start
                while True:
                    if not full:
                        at += chance.choice((0, 3, 4, 6, 9, 12))
                    elif chance.random() < 0.04:
                        at += chance.choice((1, 2, 3, 6))
                    length = chance.choice((3, 4, 6, 6, 9))
                    if at + length > end:
                        break
                    wishes.append((at, at + length, provider))
                    at += length
        wishes.sort()
        free = [[self.providers + site * 24 + r for r in range(24)] for site in range(self.sites)]
        busy: list[tuple[int, int]] = []
        for start, end, provider in wishes:
            while busy and busy[0][0] <= start:
                room = heapq.heappop(busy)[1]
                free[self.site[room]].append(room)
            rooms = free[self.site[provider]]
            if rooms:
                room = rooms.pop(chance.randrange(len(rooms)))
                heapq.heappush(busy, (end, room))
                self.visits[provider].append((start, end))
                self.visits[room].append((start, end))

    def _gaps(self, resource: int) -> Iterator[Gap]:
        visits = iter(self.visits[resource])
        visit = next(visits, None)
        for start, end in self.hours[resource]:
            at = start
            while visit is not None and visit[0] < end:
                if at < visit[0]:
                    yield at, visit[0]
                at = visit[1]
                visit = next(visits, None)
            if at < end:
                yield at, end

    def rooms_of(self, site: int, type: str) -> range:
        first = self.providers + site * 24 + TYPES.index(type)
        return range(first, self.providers + site * 24 + 24, len(TYPES))


class Query:
    """Which providers, which type of room, from which cell on."""

    def __init__(self, clinic: Clinic, chance: random.Random) -> None:
        count = min(40, clinic.providers)
        self.providers = sorted(
            chance.sample(range(clinic.providers), count), key=lambda p: (clinic.site[p], p)
        )
        self.type = chance.choice(TYPES)
        self.start = chance.randrange(max(clinic.days - 30, 1)) * DAY
        self.end = clinic.days * DAY


def instant(cell: int) -> datetime:
    return EPOCH + cell * CELL


class Carecoord:
    """OpeningIndex of carecoord.visits."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.span = Period(EPOCH, instant(clinic.days * DAY))
        self.index = OpeningIndex(self.span, map(self.calendar, range(len(clinic.site))))

    def calendar(self, resource: int) -> Calendar:
        clinic = self.clinic
        is_room = resource >= clinic.providers
        return Calendar(
            resource=f"{'room' if is_room else 'dr'}-{resource:04}",
            location=f"site-{clinic.site[resource]:02}",
            zone=ZONE,
            roles=frozenset({clinic.type[resource] or "doctor"}),
            open=tuple(Period(instant(a), instant(b)) for a, b in clinic.hours[resource]),
            busy=tuple(Busy(Period(instant(a), instant(b))) for a, b in self.busy(resource)),
        )

    def busy(self, resource: int) -> list[Gap]:
        """The visits; one after another without a gap is the same as one, and built sooner."""
        done: list[Gap] = []
        for start, end in self.clinic.visits[resource]:
            if done and done[-1][1] == start:
                done[-1] = (done[-1][0], end)
            else:
                done.append((start, end))
        return done

    def prepare(self, query: Query) -> Search:
        return Search(
            span=Period(instant(query.start), self.span.end),
            duration=LENGTH * CELL,
            requirements=(Requirement("doctor"), Requirement(query.type)),
            providers=frozenset(f"dr-{p:04}" for p in query.providers),
            starts_every=CELL,
            limit=WANTED,
        )

    def answer(self, search: Search) -> object:
        return self.index.openings(search)

    def plain(self, openings: object) -> Answer:
        return [((o.start - EPOCH) // CELL, int(o.provider[3:])) for o in openings]


class Engine:
    """One that takes queries as they are and gives bare numbers."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic

    def prepare(self, query: Query) -> Query:
        return query

    def plain(self, answer: object) -> Answer:
        return list(answer)


class BigIntegers(Engine):
    """Floor: a whole number per resource and week, runs found by shifting."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        self.rows = [self.row(gaps) for gaps in clinic.gaps]

    def row(self, gaps: list[Gap]) -> int:
        cells = bytearray(b"0") * (self.clinic.days * DAY)
        for start, end in gaps:
            cells[start:end] = b"1" * (end - start)
        cells.reverse()
        return int(cells, 2)

    def starts(self, resource: int, at: int, width: int) -> int:
        row = self.rows[resource] >> at & (1 << width + LENGTH - 1) - 1
        row &= row >> 1
        row &= row >> 2
        return row & row >> 2 & (1 << width) - 1

    def answer(self, query: Query) -> Answer:
        clinic, at, width = self.clinic, query.start, 128
        found: Answer = []
        while at < query.end and len(found) < WANTED:
            rooms: dict[int, int] = {}
            rows = []
            for provider in query.providers:
                row = self.starts(provider, at, width)
                if row:
                    site = clinic.site[provider]
                    if site not in rooms:
                        free = 0
                        for room in clinic.rooms_of(site, query.type):
                            free |= self.starts(room, at, width)
                        rooms[site] = free
                    row &= rooms[site]
                    if row:
                        rows.append((row, provider))
            either = 0
            for row, _ in rows:
                either |= row
            while either and len(found) < WANTED:
                lowest = either & -either
                either ^= lowest
                cell = at + lowest.bit_length() - 1
                found += [(cell, provider) for row, provider in rows if row & lowest]
            at += width
            width = min(width * 2, 4096)
        return found[:WANTED]


class Weeks(BigIntegers):
    """Floor: the same with the rows cut into days beforehand, so that no long number is shifted."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        mask = (1 << DAY + LENGTH - 1) - 1
        self.days = [[row >> day * DAY & mask for day in range(clinic.days)] for row in self.rows]

    def starts(self, resource: int, at: int, width: int) -> int:
        row = self.days[resource][at // DAY]
        row &= row >> 1
        row &= row >> 2
        return row & row >> 2

    def answer(self, query: Query) -> Answer:
        clinic, starts = self.clinic, self.starts
        found: Answer = []
        for at in range(query.start, query.end, DAY):
            rooms: dict[int, int] = {}
            rows = []
            either = 0
            for provider in query.providers:
                row = starts(provider, at, DAY)
                if row:
                    site = clinic.site[provider]
                    if site not in rooms:
                        free = 0
                        for room in clinic.rooms_of(site, query.type):
                            free |= starts(room, at, DAY)
                        rooms[site] = free
                    row &= rooms[site]
                    if row:
                        rows.append((row, provider))
                        either |= row
            while either:
                lowest = either & -either
                either ^= lowest
                cell = at + lowest.bit_length() - 1
                for row, provider in rows:
                    if row & lowest:
                        found.append((cell, provider))
                if len(found) >= WANTED:
                    return found[:WANTED]
        return found


class Numpy(Engine):
    """Floor: a byte per resource and cell that tells whether a visit can start there."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        self.starts = np.zeros((len(clinic.site), clinic.days * DAY), dtype=bool)
        for resource, gaps in enumerate(clinic.gaps):
            for start, end in gaps:
                self.starts[resource, start : max(end - LENGTH + 1, start)] = True
        self.rooms = {
            type: np.array([list(clinic.rooms_of(s, type)) for s in range(clinic.sites)])
            for type in TYPES
        }
        self.site = np.array(clinic.site)

    def answer(self, query: Query) -> Answer:
        providers = np.array(query.providers)
        sites, which = np.unique(self.site[providers], return_inverse=True)
        rooms = self.rooms[query.type][sites]
        at, width, found = query.start, 128, []
        while at < query.end and len(found) < WANTED:
            until = min(at + width, query.end)
            free = self.starts[rooms, at:until].any(axis=1)
            cells, who = np.nonzero((self.starts[providers, at:until] & free[which]).T)
            cells, who = cells[:WANTED] + at, providers[who[:WANTED]]
            found += zip(cells.tolist(), who.tolist(), strict=True)
            at += width
            width *= 2
        return found[:WANTED]


class Lists(Engine):
    """Sorted lists of gaps, searched by bisection, merged by a heap."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        long = [[gap for gap in gaps if gap[1] - gap[0] >= LENGTH] for gaps in clinic.gaps]
        self.first = [[start for start, _ in gaps] for gaps in long]
        self.last = [[end - LENGTH for _, end in gaps] for gaps in long]

    def next_start(self, resource: int, cell: int) -> int | None:
        last = self.last[resource]
        n = bisect_left(last, cell)
        return None if n == len(last) else max(self.first[resource][n], cell)

    def answer(self, query: Query) -> Answer:
        clinic = self.clinic
        heap = []
        for rank, provider in enumerate(query.providers):
            cell = self.next_start(provider, query.start)
            if cell is not None:
                heap.append((cell, rank, provider))
        heapq.heapify(heap)
        found: Answer = []
        while heap and len(found) < WANTED:
            cell, rank, provider = heap[0]
            soonest = None
            for room in clinic.rooms_of(clinic.site[provider], query.type):
                start = self.next_start(room, cell)
                if start == cell:
                    soonest = cell
                    break
                if start is not None and (soonest is None or start < soonest):
                    soonest = start
            if soonest == cell:
                found.append((cell, provider))
                soonest = cell + 1
            following = None if soonest is None else self.next_start(provider, soonest)
            if following is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (following, rank, provider))
        return found


class SortedContainers(Lists):
    """Visits in a SortedList per resource, gaps seen between neighbours."""

    def __init__(self, clinic: Clinic) -> None:
        Engine.__init__(self, clinic)
        self.gaps = [SortedList(gaps) for gaps in clinic.gaps]

    def next_start(self, resource: int, cell: int) -> int | None:
        gaps = self.gaps[resource]
        n = max(gaps.bisect_right((cell, sys.maxsize)) - 1, 0)
        for start, end in gaps.islice(n):
            if end - LENGTH >= max(start, cell):
                return max(start, cell)
        return None


class Trees(Engine):
    """An IntervalTree of visits per resource; each start within the hours is tried."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        self.trees: dict[int, IntervalTree] = {}

    def prepare(self, query: Query) -> Query:
        for provider in query.providers:
            rooms = self.clinic.rooms_of(self.clinic.site[provider], query.type)
            for resource in (provider, *rooms):
                if resource not in self.trees:
                    visits = self.clinic.visits[resource]
                    self.trees[resource] = IntervalTree.from_tuples(visits)
        return query

    def answer(self, query: Query) -> Answer:
        clinic, trees, found = self.clinic, self.trees, []
        windows = []
        for provider in query.providers:
            hours = clinic.hours[provider]
            n = max(bisect_left(hours, (query.start, 0)) - 1, 0)
            windows.append((provider, hours, n))
        for cell in range(query.start, query.end):
            for rank, (provider, hours, n) in enumerate(windows):
                while n < len(hours) and hours[n][1] < cell + LENGTH:
                    n += 1
                    windows[rank] = (provider, hours, n)
                if n == len(hours) or hours[n][0] > cell:
                    continue
                if trees[provider].overlaps(cell, cell + LENGTH):
                    continue
                rooms = clinic.rooms_of(clinic.site[provider], query.type)
                if any(not trees[room].overlaps(cell, cell + LENGTH) for room in rooms):
                    found.append((cell, provider))
                    if len(found) == WANTED:
                        return found
        return found


class Sqlite(Engine):
    """Hours and visits in indexed tables in memory, one statement for each day until enough."""

    first_window, longest_window = DAY, DAY

    SQL = """
        SELECT c.at, w.resource
        FROM wanted w CROSS JOIN shift s CROSS JOIN cell c
        WHERE s.resource = w.resource AND s.start > :at - 120 AND s.start < :until
          AND c.at >= max(s.start, :at) AND c.at <= min(s.until - 6, :until - 1)
          AND NOT EXISTS (
            SELECT 1 FROM visit v WHERE v.resource = w.resource
              AND v.start > c.at - 9 AND v.start < c.at + 6 AND v.until > c.at)
          AND EXISTS (
            SELECT 1 FROM room r WHERE r.site = w.site AND r.type = :type
              AND NOT EXISTS (
                SELECT 1 FROM visit v WHERE v.resource = r.resource
                  AND v.start > c.at - 9 AND v.start < c.at + 6 AND v.until > c.at))
        ORDER BY c.at, w.rank LIMIT 20"""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic)
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.executescript(
            """CREATE TABLE visit (resource INTEGER, start INTEGER, until INTEGER,
                 PRIMARY KEY (resource, start)) WITHOUT ROWID;
               CREATE TABLE shift (resource INTEGER, start INTEGER, until INTEGER,
                 PRIMARY KEY (resource, start)) WITHOUT ROWID;
               CREATE TABLE cell (at INTEGER PRIMARY KEY);
               CREATE TABLE room (site INTEGER, type TEXT, resource INTEGER,
                 PRIMARY KEY (site, type, resource)) WITHOUT ROWID;
               CREATE TABLE wanted (rank INTEGER PRIMARY KEY, resource INTEGER, site INTEGER);"""
        )
        for table, of in (("visit", clinic.visits), ("shift", clinic.hours[: clinic.providers])):
            rows = ((r, a, b) for r, taken in enumerate(of) for a, b in taken)
            self.db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        cells = ((n,) for n in range(clinic.days * DAY))
        self.db.executemany("INSERT INTO cell VALUES (?)", cells)
        rooms = range(clinic.providers, clinic.providers + clinic.rooms)
        self.db.executemany(
            "INSERT INTO room VALUES (?, ?, ?)",
            [(clinic.site[r], clinic.type[r], r) for r in rooms],
        )

    def answer(self, query: Query) -> Answer:
        site = self.clinic.site
        self.db.execute("DELETE FROM wanted")
        self.db.executemany(
            "INSERT INTO wanted VALUES (?, ?, ?)",
            [(rank, p, site[p]) for rank, p in enumerate(query.providers)],
        )
        at, width, found = query.start, self.first_window, []
        while at < query.end and len(found) < WANTED:
            facts = {"at": at, "until": at + width, "type": query.type}
            found += self.db.execute(self.SQL, facts).fetchall()
            at += width
            width = min(width * 2, self.longest_window)
        return found[:WANTED]


class SqliteHours(Sqlite):
    """The same, with windows that begin with an hour and grow: tuned to these queries."""

    first_window, longest_window = 12, 2 * DAY


def deep_size(root: object) -> int:
    """Bytes of everything that is reachable from an object, classes and modules left out."""
    seen: set[int] = set()
    todo, size = [root], 0
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType | ZoneInfo):
            continue
        seen.add(id(one))
        size += sys.getsizeof(one)
        todo += gc.get_referents(one)
    return size


def race(engines: list, queries: list[Query], slow: int) -> dict[str, float]:
    """Median milliseconds per query of each engine, taken in turns; answers must agree."""
    times: dict[str, list[float]] = {type(engine).__name__: [] for engine in engines}
    for number, query in enumerate(queries):
        answers = {}
        for engine in engines:
            name = type(engine).__name__
            if name == "Trees" and number >= slow:
                continue
            prepared = engine.prepare(query)
            begun = time.perf_counter()
            answer = engine.answer(prepared)
            times[name].append(time.perf_counter() - begun)
            answers[name] = engine.plain(answer)
        first = answers["Carecoord"]
        for name, answer in answers.items():
            if answer != first:
                raise SystemExit(f"query {number}: {name} and Carecoord disagree")
    return {name: statistics.median(taken) * 1000 for name, taken in times.items()}


def built(make: Callable[[Clinic], object], clinic: Clinic) -> object:
    begun = time.perf_counter()
    engine = make(clinic)
    print(f"  {make.__name__} built in {time.perf_counter() - begun:.1f} s", flush=True)
    return engine


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ask.add_argument("--quick", action="store_true", help="a tenth of it")
    ask.add_argument("--json", action="store_true", help="end with the ratios as JSON")
    ask.add_argument("--queries", type=int, default=200)
    ask.add_argument("--providers", type=int, default=500)
    ask.add_argument("--days", type=int, default=365)
    ask.add_argument("--seed", type=int, default=1)
    options = ask.parse_args()
    if options.quick:
        options.queries, options.providers, options.days = 60, 200, 90
    medians, ratios = {}, {}
    for label, full in (("ordinary", False), ("nearly full", True)):
        chance = random.Random(options.seed)
        clinic = Clinic(options.providers, options.days, full, chance)
        visits = sum(map(len, clinic.visits[: clinic.providers]))
        open_cells = sum(b - a for h in clinic.hours[: clinic.providers] for a, b in h)
        free = sum(b - a for g in clinic.gaps[: clinic.providers] for a, b in g)
        print(f"{label}: {visits:,} visits, {100 - 100 * free / open_cells:.0f}% booked")
        makes = [Carecoord, Weeks, Numpy, Lists]
        if not full:
            makes += [BigIntegers, SortedContainers, Trees, Sqlite, SqliteHours]
        engines = [built(make, clinic) for make in makes]
        queries = [Query(clinic, chance) for _ in range(options.queries)]
        if not full:
            ratios["index_mb"] = deep_size(engines[0].index) / 1e6
            check_plain_search(engines[0], queries[0])
        gc.collect()
        gc.freeze()
        medians[label] = race(engines, queries, slow=12)
        gc.unfreeze()
    for label, of in medians.items():
        print(f"\nfirst {WANTED} openings, {label} calendar      ms (median)")
        for name, taken in sorted(of.items(), key=lambda pair: pair[1]):
            print(f"  {name:32} {taken:9.3f}")
    ordinary, full_ = medians["ordinary"], medians["nearly full"]
    mine = ordinary["Carecoord"]
    ratios["vs_intervaltree"] = ordinary["Trees"] / mine
    ratios["vs_sqlite"] = ordinary["Sqlite"] / mine
    ratios["vs_sqlite_tuned"] = ordinary["SqliteHours"] / mine
    ratios["vs_sortedcontainers"] = ordinary["SortedContainers"] / mine
    ratios["vs_floor"] = mine / min(ordinary["Weeks"], ordinary["BigIntegers"], ordinary["Numpy"])
    ratios["vs_floor_full"] = full_["Carecoord"] / min(full_["Weeks"], full_["Numpy"])
    print()
    for name, ratio in sorted(ratios.items()):
        print(f"{name}: {ratio:.2f}")
    if options.json:
        print(json.dumps({"ratios": ratios}))


def check_plain_search(mine: Carecoord, query: Query) -> None:
    """The index also agrees with the plain search over the calendars of one query."""
    clinic, search = mine.clinic, mine.prepare(query)
    rooms = {r for p in query.providers for r in clinic.rooms_of(clinic.site[p], query.type)}
    calendars = [mine.calendar(resource) for resource in (*query.providers, *rooms)]
    begun = time.perf_counter()
    found = find_openings(search, calendars)
    taken = time.perf_counter() - begun
    if found.openings != mine.answer(search):
        raise SystemExit("the plain search and the index disagree")
    print(f"  plain search over a year of {len(calendars)} calendars: {taken * 1000:.0f} ms")


if __name__ == "__main__":
    main()
