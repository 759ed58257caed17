# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord", "carecoord-exchange", "carecoord-sql"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# carecoord-exchange = { path = "../adapters/exchange", editable = true }
# carecoord-sql = { path = "../adapters/sql", editable = true }
# ///
"""Where the time goes when a folder of FHIR bundles is taken into a clinic.

Each round does all of it one after the other, in one process, in CPU time: the bare parser of JSON
(`json.loads`), our strict one, reading the bundles into patients and the directory, and taking
them in at a desk on each store, empty at first. The best of the rounds counts.

    uv run benchmarks/import_bundles.py FOLDER [--rounds 9] [--stores memory sqlite]
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.intake import take_in
from carecoord_exchange.json_text import parse_json

from carecoord import Actor, Clinic, Purpose, Role, open_store


def seconds(work: Callable[[], object]) -> float:
    """The CPU time that the work takes, after all garbage of before is gone."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def each(work: Callable[[Any], object], items: list[Any]) -> Callable[[], None]:
    """The work for every item, one after the other, nothing kept."""

    def all_of_them() -> None:
        for item in items:
            work(item)

    return all_of_them


def take_all(url: str, files: list[Path]) -> float:
    """The CPU time of reading every bundle and taking it in; the store is open by then."""
    with open_store(url) as store:
        desk = Clinic(store).desk(Actor("bench", {Role.COORDINATOR}), Purpose.OPERATIONS)

        return seconds(each(lambda path: take_in(desk, read_bundle(path), file=path.name), files))


def one_round(files: list[Path], texts: list[bytes], stores: list[str]) -> dict[str, float]:
    """The CPU time of each part."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"memory": "memory://", "sqlite": f"sqlite:///{folder}/clinic.db"}
        urls = [(name, places[name]) for name in stores]
        return {
            "json.loads": seconds(each(json.loads, texts)),
            "strict JSON": seconds(each(lambda text: parse_json(text, file="bundle"), texts)),
            "reading": seconds(each(read_bundle, files)),
            **{f"import, {name}": take_all(url, files) for name, url in urls},
        }


def main() -> None:
    """Measure, and print the table and the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="FHIR bundles, as *.json")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--stores", nargs="+", default=["memory", "sqlite"])
    asked = parser.parse_args()
    files = sorted(asked.folder.glob("*.json"))
    texts = [path.read_bytes() for path in files]
    rounds = [one_round(files, texts, asked.stores) for _ in range(asked.rounds)]
    best = {name: min(one[name] for one in rounds) for name in rounds[0]}
    megabytes = sum(map(len, texts)) / 1e6
    print(f"{len(files)} bundles, {megabytes:.1f} MB; best CPU time of {asked.rounds} rounds")
    for name, spent in best.items():
        print(f"  {name:<16}{spent * 1000:8.1f} ms   {megabytes / spent:7.1f} MB/s")
    for whole in ("reading", *(f"import, {name}" for name in asked.stores)):
        loads, strict = best["json.loads"] / best[whole], best["strict JSON"] / best[whole]
        print(f"share of {whole}: json.loads {loads:.0%}, strict JSON {strict:.0%}")


if __name__ == "__main__":
    main()
