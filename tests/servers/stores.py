"""The four stores, each with new and empty places by URL."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

import pytest

__all__ = ["STORES", "NewUrl", "new_url"]

STORES = ("memory", "sqlite", "postgresql", "mongodb")

NewUrl: TypeAlias = Callable[[], AbstractContextManager[str]]
"""Gives the URL of a new, empty store for as long as a block runs."""


@pytest.fixture(scope="session", params=STORES)
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewUrl:
    """Where to find new stores of each kind; one that cannot start is an error, not a skip."""
    if request.param == "memory":
        return _memory
    if request.param == "sqlite":
        return lambda: _sqlite(tmp_path_factory)
    server = request.getfixturevalue("postgres" if request.param == "postgresql" else "mongo")
    found: NewUrl = server.database
    return found


@contextmanager
def _memory() -> Iterator[str]:
    yield "memory:"


@contextmanager
def _sqlite(folders: pytest.TempPathFactory) -> Iterator[str]:
    yield f"sqlite:///{folders.mktemp('sqlite') / 'clinic.db'}"
