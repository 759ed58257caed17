"""Which stores are put under stress, and how much: a little always, all of it with `--soak`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.places import PLACES, Place


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="stress the stores in full")


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether it is done in full."""
    return bool(request.config.getoption("soak", default=False))


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A durable store of its own, which can be killed."""
    with PLACES[request.param](tmp_path) as place:
        yield place
