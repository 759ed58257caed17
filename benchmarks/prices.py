# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord", "carecoord-exchange[prices]"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# carecoord-exchange = { path = "../adapters/exchange", editable = true }
# ///
"""How fast price files are narrowed, indexed and looked up, against other ways to do it.

A generated tall CSV of 2 million rows (3.0): 10,000 items with 200 payers' plans each, a third of
the descriptions quoted, a fifth of the rates a percentage. It is made once and kept in the folder
for temporary files. All engines answer the same questions and their answers are compared first;
then they take turns in one process. Ratios are of the best times.

- filter: the rows of one code and one payer, to cents. carecoord also checks that the whole is
  well-formed and the rows by CMS's conditions; the csv module and Polars take cells as they are.
- index: from the file to a lookup by code, payer and plan. carecoord checks every row and writes to
  disk; the csv module builds a dictionary in memory.
- lookup: a random price by code, payer, plan and setting. carecoord gives a Price, sqlite3 a row of
  an indexed table.
- memory: the peak of a process of its own that narrows, and one that indexes, files of two sizes.

    uv run benchmarks/prices.py [--rows 2000000] [--rounds 3] [--quick] [--json]
"""

import argparse
import csv
import gc
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from carecoord_exchange.hospital_prices import open_hospital_prices
from carecoord_exchange.price_index import PriceIndex

from carecoord.estimates.prices import Setting
from carecoord.kernel.codes import CPT, Code

STATEMENT = "To the best of its knowledge and belief, this hospital has included all and so on."
HEAD = (
    "hospital_name,last_updated_on,version,location_name,hospital_address,license_number|CA,"
    f'type_2_npi,"{STATEMENT}",attester_name\r\n'
    "West Mercy,2026-04-01,3.0.0,West Mercy,12 Main Street,50056,0000000001,true,Leigh Attester\r\n"
    "description,code|1,code|1|type,code|2,code|2|type,setting,modifiers,"
    "drug_unit_of_measurement,drug_type_of_measurement,standard_charge|gross,"
    "standard_charge|discounted_cash,standard_charge|min,standard_charge|max,payer_name,plan_name,"
    "standard_charge|negotiated_dollar,standard_charge|negotiated_percentage,"
    "standard_charge|negotiated_algorithm,standard_charge|methodology,median_amount,"
    "10th_percentile,90th_percentile,count,additional_generic_notes\r\n"
)
PLANS = [
    (f"Payer {number} Health", f"{kind} {number}")
    for number in range(40)
    for kind in ("HMO", "PPO", "POS", "EPO", "Medicare Advantage")
]
FOLDER = Path(tempfile.gettempdir()) / "carecoord-benchmark-prices"
PAYER = "Payer 7 Health"
Row = tuple[str, str, str, str, str, int | None]


def generated(rows: int) -> Path:
    """The file of so many rows, made if it is not there."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"tall-{rows}.csv"
    if path.exists():
        return path
    chance = random.Random(7)
    being_made = path.with_suffix(".part")
    with being_made.open("w", newline="", encoding="utf-8") as out:
        out.write(HEAD)
        for item in range(-(-rows // len(PLANS))):
            plans = PLANS[: rows - item * len(PLANS)]
            out.writelines(item_rows(item, plans, chance))
    being_made.rename(path)
    return path


def item_rows(item: int, plans: list[tuple[str, str]], chance: random.Random) -> list[str]:
    gross = chance.randrange(10_000, 5_000_000)
    name = f"Procedure {item} of the upper body" if item % 3 else f'"Procedure {item}, contrast"'
    setting = "outpatient" if item % 2 else "inpatient"
    start = (
        f"{name},{10_000 + item:05},CPT,{300 + item % 600:04},RC,{setting},,,,{dollars(gross)},"
        f"{dollars(gross * 6 // 10)},{dollars(gross // 10)},{dollars(gross)}"
    )
    rows = []
    for payer, plan in plans:
        amount = chance.randrange(gross // 10 + 1, gross)
        if chance.random() < 0.8:
            rate = f"{dollars(amount)},,,fee schedule,,,,"
        else:
            rate = (
                f",{chance.randrange(20, 90)}.5,,percent of total billed charges,"
                f"{dollars(amount)},{dollars(amount // 2)},{dollars(amount * 2)},"
                f"{chance.randrange(11, 500)}"
            )
        rows.append(f"{start},{payer},{plan},{rate},\r\n")
    return rows


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def cents(text: str) -> int | None:
    if not text:
        return None
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(f"{part:0<2}")


def best(rounds: int, engines: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The best time of each engine, in turns."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, engine in engines.items():
            gc.collect()
            begun = time.perf_counter()
            answer = engine()
            times[name].append(time.perf_counter() - begun)
            del answer
    return {name: min(taken) for name, taken in times.items()}


def shown(title: str, taken: dict[str, float], unit: str = "s", factor: float = 1) -> None:
    print(f"\n{title}")
    for name, seconds in taken.items():
        print(f"  {name:<34}{seconds * factor:>10.3f} {unit}")


def filtering(path: Path, code: str, rounds: int) -> dict[str, float]:
    wanted = {"codes": [Code(CPT, code)], "payers": [PAYER]}

    def ours() -> list[Row]:
        with open_hospital_prices(path, **wanted) as file:
            return [
                (
                    charge.codes[0].value, charge.setting.value, rate.payer_name, rate.plan_name,
                    rate.methodology.value, rate.negotiated_dollar and rate.negotiated_dollar.cents,
                )
                for charge in file
                for rate in charge.payer_rates
            ]  # fmt: skip

    def of_csv() -> list[Row]:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.reader(stream)
            next(rows), next(rows), next(rows)
            return [
                (row[1], row[5], row[13], row[14], row[18], cents(row[15]))
                for row in rows
                if row[13] == PAYER and row[1] == code and row[2] == "CPT"
            ]

    def of_polars() -> list[Row]:
        names = HEAD.splitlines()[2].split(",")
        columns = [names[at] for at in (1, 5, 13, 14, 18, 15)]
        found = (
            pl.scan_csv(path, skip_rows=2, infer_schema=False)
            .filter(
                (pl.col(names[1]) == code)
                & (pl.col(names[2]) == "CPT")
                & (pl.col(names[13]) == PAYER)
            )
            .select(columns)
            .collect()
        )
        return [(*row[:5], cents(row[5] or "")) for row in found.iter_rows()]

    engines = {
        "carecoord, checked": ours, "csv.reader": of_csv, "polars.scan_csv": of_polars
    }  # fmt: skip
    answers = {name: engine() for name, engine in engines.items()}
    assert answers["carecoord, checked"] == answers["csv.reader"] == answers["polars.scan_csv"]
    assert len(answers["csv.reader"]) == 5
    taken = best(rounds, engines)
    shown(f"filter: one code, one payer, {path.stat().st_size / 1e6:,.0f} MB", taken)
    return taken


def index_of(path: Path) -> Path:
    into = path.with_suffix(".index")
    with open_hospital_prices(path) as file:
        result = PriceIndex.build([file], into, fee_schedule="west-mercy")
    assert result.found == 0
    return into


def dictionary_of(path: Path) -> dict[tuple[str, ...], list[tuple[object, ...]]]:
    found: dict[tuple[str, ...], list[tuple[object, ...]]] = {}
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.reader(stream)
        next(rows), next(rows), next(rows)
        for number, row in enumerate(rows, 4):
            price = (
                row[0], row[5], row[6], cents(row[9]), cents(row[10]), cents(row[11]),
                cents(row[12]), cents(row[15]), row[16], row[17], row[18], cents(row[19]),
                cents(row[20]), cents(row[21]), row[22], row[23], number,
            )  # fmt: skip
            found.setdefault((row[2], row[1], row[13], row[14]), []).append(price)
    return found


def indexing(path: Path, rounds: int) -> tuple[dict[str, float], Path]:
    held, into = dictionary_of(path), index_of(path)
    with PriceIndex.open(into) as index:
        for key in random.Random(1).sample(sorted(held), 200):
            found = index.prices_for(Code(CPT, key[1]), payer_name=key[2], plan_name=key[3])
            assert [
                (price.gross.cents, price.negotiated_dollar and price.negotiated_dollar.cents)
                for price in found
            ] == [(price[3], price[7]) for price in held[key]]
    del held
    engines: dict[str, Callable[[], object]] = {
        "carecoord, checked, on disk": lambda: index_of(path),
        "csv.reader, dictionary in memory": lambda: dictionary_of(path),
    }
    taken = best(rounds, engines)
    shown("index: by code, payer and plan", taken)
    return taken, into


def looking_up(path: Path, into: Path, rounds: int, lookups: int) -> dict[str, float]:
    base = sqlite3.connect(str(path.with_suffix(".sqlite")))
    base.execute("DROP TABLE IF EXISTS price")
    base.execute(
        "CREATE TABLE price (code_type, code, payer, plan, setting, description, modifiers, gross,"
        " cash, low, high, dollar, percentage, algorithm, methodology, median, p10, p90, count,"
        " notes, number)"
    )
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = csv.reader(stream)
        next(rows), next(rows), next(rows)
        base.executemany(
            f"INSERT INTO price VALUES ({', '.join('?' * 21)})",
            (
                (
                    row[2], row[1], row[13], row[14], row[5], row[0], row[6], cents(row[9]),
                    cents(row[10]), cents(row[11]), cents(row[12]), cents(row[15]), row[16],
                    row[17], row[18], cents(row[19]), cents(row[20]), cents(row[21]), row[22],
                    row[23], number,
                )
                for number, row in enumerate(rows, 4)
            ),
        )  # fmt: skip
    base.execute("CREATE INDEX by_key ON price (code_type, code, payer, plan, setting)")
    base.commit()
    items = base.execute("SELECT count(DISTINCT code) FROM price").fetchone()[0]
    chance = random.Random(5)
    keys = []
    for _ in range(lookups):
        item = chance.randrange(items)
        setting = Setting.OUTPATIENT if item % 2 else Setting.INPATIENT
        keys.append((Code(CPT, f"{10_000 + item:05}"), *chance.choice(PLANS), setting))
    asked = [("CPT", code.value, payer, plan, s.value) for code, payer, plan, s in keys]
    select = (
        "SELECT * FROM price WHERE code_type = ? AND code = ? AND payer = ? AND plan = ?"
        " AND setting = ?"
    )
    with PriceIndex.open(into) as index:

        def ours() -> list[object]:
            return [
                index.prices_for(code, payer_name=payer, plan_name=plan, setting=setting)
                for code, payer, plan, setting in keys
            ]

        def raw() -> list[object]:
            return [base.execute(select, key).fetchall() for key in asked]

        for mine, theirs in zip(ours(), raw(), strict=True):
            assert [
                price.negotiated_dollar and price.negotiated_dollar.cents for price in mine
            ] == [row[11] for row in theirs]
        taken = best(rounds, {"carecoord, Price": ours, "sqlite3, row": raw})
    base.close()
    shown(f"lookup: {lookups:,} at random, each", taken, "µs", 1e6 / lookups)
    return taken


def memory(sizes: list[int]) -> None:
    print("\nmemory: the peak of a process")
    for task in ("filter", "index"):
        for rows in sizes:
            path = generated(rows)
            command = [sys.executable, __file__, "--task", task, "--file", str(path)]
            peak = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
            size = path.stat().st_size / 1e6
            print(f"  {task:<8}{rows:>12,} rows {size:>8,.0f} MB file {peak / 1024:>8,.0f} MB")


def one_task(task: str, path: Path) -> None:
    """What a process of its own does, to tell its peak in kilobytes."""
    if task == "filter":
        with open_hospital_prices(path, codes=[Code(CPT, "10050")], payers=[PAYER]) as file:
            assert sum(1 for _ in file) == 1
    else:
        index_of(path)
    print(peak_kilobytes())


def peak_kilobytes() -> int:
    """The peak of this process; what it was started from is left out where the system tells it."""
    status = Path("/proc/self/status")
    if status.exists():
        [peak] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(peak.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="fewer rows, within a minute")
    parser.add_argument("--json", action="store_true", help="end with a line of the ratios")
    parser.add_argument("--task", choices=["filter", "index"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        one_task(asked.task, asked.file)
        return
    rows, rounds = (400_000, 2) if asked.quick else (asked.rows, asked.rounds)
    path = generated(rows)
    code = f"{10_000 + rows // len(PLANS) // 2:05}"
    filtered = filtering(path, code, rounds + 2)
    indexed, into = indexing(path, rounds)
    found = looking_up(path, into, rounds + 2, 5_000 if asked.quick else 20_000)
    memory([rows // 4, rows])
    mine, of_csv, of_polars = filtered.values()
    ratios = {
        "filter_vs_csv": of_csv / mine,
        "filter_vs_polars": mine / of_polars,
        "index_vs_csv": indexed["csv.reader, dictionary in memory"]
        / indexed["carecoord, checked, on disk"],
        "lookup_vs_sqlite": found["carecoord, Price"] / found["sqlite3, row"],
    }
    print("\nratios")
    for name, ratio in ratios.items():
        print(f"  {name:<34}{ratio:>10.2f}")
    if asked.json:
        print(json.dumps({"ratios": ratios}))


if __name__ == "__main__":
    main()
