"""The databases that the tests of this adapter run on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Gives the URL of a new, empty database."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres")
            yield lambda: stack.enter_context(server.database(new=True))
        else:
            yield lambda: f"sqlite:///{_folder(tmp_path_factory) / 'clinic.db'}"


def _folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("sqlite")
