"""The embed example runs as its reader would run it, over tables of its own."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "embed_scheduling.py"


def test_the_example_finds_books_loses_a_race_and_says_why_nothing_is_left() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLE)],
        capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    for line in (
        "Mon 09:00  dr-elm, ms-fir, chair-1",
        "refused, for the hygienist and the chair are taken.",
        "The next time is Mon 10:00.",
        "Without the wanted times of day there is an opening at",
    ):
        assert line in done.stdout
