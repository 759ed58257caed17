"""The day comes out the same on every store, on real files, and says so by its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "coordinator_day.py"
PRICE_FILES = "price-files/hospital-examples"
SYNTHEA = "fhir/synthea"
WITHOUT_FILES = {
    "second registration refused": "not_registered_already",
    "double booking turned away": "resources_are_free",
    "she owes": "$580.00",
    "check-ups booked": 3,
    "balance": "$0.00",
    "referral": "closed",
    "audit holds": True,
}
pytestmark = pytest.mark.xdist_group("day")
"""One process runs all of it, so that stores can be compared."""

SHOWN: dict[str, dict[str, object]] = {}
"""The results of each way to run it, on the first store on which it ran."""


def day(*arguments):
    command = [sys.executable, EXAMPLE, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def results(*arguments):
    done = day("--json", *arguments)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_the_day_goes_as_it_should(new_url):
    with new_url() as url:
        found = results("--store", url)
    assert found.items() >= WITHOUT_FILES.items()
    assert SHOWN.setdefault("without files", found) == found


def test_the_day_can_be_lived_again_on_the_same_store(new_url):
    with new_url() as url:
        first = results("--store", url)
        if url != "memory:":
            assert results("--store", url)["she owes"] == first["she owes"]


@pytest.mark.parametrize("number", range(4))
def test_bundles_and_price_files_go_through_the_day(new_url, material, number):
    prices = sorted(material(PRICE_FILES).rglob("*Format_Example.csv"))[number]
    with new_url() as url:
        found = results("--store", url, "--patients", material(SYNTHEA), "--prices", prices)
    assert found["patients imported"] == 19
    assert found["prices imported"] > 0
    assert SHOWN.setdefault(prices.name, found) == found


def test_the_day_reads_well_on_a_new_file_of_its_own():
    done = day()
    assert done.returncode == 0, done.stderr
    assert "The day went as it should." in done.stdout
    assert "Okafor" not in done.stderr


def test_a_store_that_is_not_there_is_said_in_one_line():
    done = day("--store", "carrierpigeon://coop")
    assert done.returncode == 1
    assert done.stderr.startswith("invalid_value: url: no adapter is installed")
    assert len(done.stderr.splitlines()) == 1
