"""Of all who want the same time of a provider at the same moment, exactly one gets it."""

import random

import pytest

from tests.soak.contending import contend
from tests.soak.places import Place


@pytest.mark.parametrize("way", ["claim", "book"])
def test_of_all_who_want_a_time_exactly_one_gets_it(place: Place, way: str, soak: bool) -> None:
    processes, groups = (16, 150) if soak else (3, 4)
    contest = contend(place.url, way, processes, groups, random.Random(1))
    print(f"\n{way}: {processes} processes, {groups} groups, {contest}")  # noqa: T201 - shown with -s
    assert contest.winners == (1,) * groups


def test_looking_first_does_not_do(place: Place, soak: bool) -> None:
    """The control: the same contest can be lost."""
    processes, groups = (16, 150) if soak else (3, 8)
    contest = contend(place.url, "naive", processes, groups, random.Random(1))
    double = sum(count > 1 for count in contest.winners)
    print(f"\nnaive: {double} of {groups} groups have more than one winner")  # noqa: T201
    assert double > 0
