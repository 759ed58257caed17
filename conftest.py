"""What every test of the workspace may ask for."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

# The core's own tests run where no adapter and no driver is installed.
_SERVERS = {
    "tests.servers.mongo": "pymongo",
    "tests.servers.postgres": "psycopg",
    "tests.servers.stores": "pytest",
    "tests.attacks.tally": "pytest",
}
pytest_plugins = [
    plugin for plugin, driver in _SERVERS.items() if find_spec(driver) and find_spec(plugin)
]


@pytest.fixture(scope="session")
def material() -> Callable[[str], Path]:
    """Find a file or folder of the real files that other people wrote; skip where there are none.

    They lie in `../shared/material`, seen from here, or where `CARECOORD_MATERIAL` says.
    """
    beside = Path(__file__).parent.parent / "shared" / "material"
    base = Path(os.environ.get("CARECOORD_MATERIAL") or beside)

    def find(path: str) -> Path:
        if not base.is_dir():
            pytest.skip("the material of real files is not here; CARECOORD_MATERIAL can name it")
        found = base / path
        assert found.exists(), f"the material lacks {path}"
        return found

    return find
