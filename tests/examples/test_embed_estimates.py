"""The embed example runs as its reader would run it, and says what the lessons say."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "embed_estimates.py"


def test_the_example_prints_figures_and_writes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "estimate.html"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLE), "--html", str(page)],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    for line in (
        "We expect that you will owe $368.00.",
        "between $0.00 and $624.00",
        "certainly cheapest: with the plan",
        "dental_basic: pays $200.00, leaves $250.00",
        "dental_standard: pays $325.00, leaves $125.00",
    ):
        assert line in done.stdout
    assert "Good-faith estimate" in page.read_text(encoding="utf-8")
