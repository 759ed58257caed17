"""Killed amid its writes, a store loses nothing it acknowledged, and keeps nothing by halves."""

import random

from tests.soak.killing import kill_amid_writes
from tests.soak.places import Place


def test_what_was_acknowledged_outlives_a_kill(place: Place, soak: bool) -> None:
    rounds = 20 if soak else 2
    tally = kill_amid_writes(place, rounds, random.Random(1))
    print(f"\n{tally}")  # noqa: T201 - shown with -s
    assert tally.kills == rounds
    assert tally.acknowledged > 10 * rounds
