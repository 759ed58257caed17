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
them in at a desk on each store, empty at first. The median of the rounds counts.

    uv run benchmarks/import_bundles.py FOLDER [--rounds 5] [--stores memory sqlite]
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from carecoord_exchange.fhir import read_bundle
from carecoord_exchange.intake import take_in
from carecoord_exchange.json_text import parse_json

from carecoord import Actor, Clinic, Purpose, Role, open_store


def seconds(work: Callable[[], object]) -> float:
    """The CPU time that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def take_all(url: str, files: list[Path]) -> int:
    """Read every bundle and take it in on a store of this URL; how many patients came in."""
    with open_store(url) as store:
        desk = Clinic(store).desk(Actor("bench", {Role.COORDINATOR}), Purpose.OPERATIONS)
        return sum(take_in(desk, read_bundle(path), file=path.name).patients for path in files)


def one_round(files: list[Path], texts: list[bytes], stores: list[str]) -> dict[str, float]:
    """The CPU time of each part."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"memory": "memory://", "sqlite": f"sqlite:///{folder}/clinic.db"}
        urls = [(name, places[name]) for name in stores]
        return {
            "json.loads": seconds(lambda: [json.loads(text) for text in texts]),
            "strict JSON": seconds(lambda: [parse_json(text, file="bundle") for text in texts]),
            "reading": seconds(lambda: [read_bundle(path) for path in files]),
            **{f"import, {name}": seconds(partial(take_all, url, files)) for name, url in urls},
        }


def main() -> None:
    """Measure, and print the table and the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="FHIR bundles, as *.json")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stores", nargs="+", default=["memory", "sqlite"])
    asked = parser.parse_args()
    files = sorted(asked.folder.glob("*.json"))
    texts = [path.read_bytes() for path in files]
    rounds = [one_round(files, texts, asked.stores) for _ in range(asked.rounds)]
    median = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    megabytes = sum(map(len, texts)) / 1e6
    print(f"{len(files)} bundles, {megabytes:.1f} MB; median CPU time of {asked.rounds} rounds")
    for name, spent in median.items():
        print(f"  {name:<16}{spent * 1000:8.1f} ms   {megabytes / spent:7.1f} MB/s")
    for whole in ("reading", *(f"import, {name}" for name in asked.stores)):
        loads, strict = median["json.loads"] / median[whole], median["strict JSON"] / median[whole]
        print(f"share of {whole}: json.loads {loads:.0%}, strict JSON {strict:.0%}")


if __name__ == "__main__":
    main()
