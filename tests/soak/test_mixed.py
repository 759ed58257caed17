"""Whatever is done with time at once, and whoever is killed meanwhile, what is kept is sound."""

import random
from pathlib import Path

import pytest

from tests.soak.crashing import mix_and_crash
from tests.soak.places import PLACES


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_mix_of_everything_amid_crashes(name: str, tmp_path: Path, soak: bool) -> None:
    if not soak and name != "sqlite":
        pytest.skip("its servers are stressed with --soak; the short version is SQLite's")
    processes, seconds, pause = (16, 60.0, 1.0) if soak else (3, 3.0, 0.7)
    with PLACES[name](tmp_path) as place:
        figures = mix_and_crash(
            place, tmp_path, processes=processes, seconds=seconds, pause=pause, rng=random.Random(1)
        )
    print(f"\n{name}: {figures}")  # noqa: T201 - shown with -s
    assert figures.violations == []
    assert figures.acknowledged > processes
    assert figures.workers_killed > 0
