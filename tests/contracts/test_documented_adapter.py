"""The adapter that the documentation writes keeps the contract too."""

import re
from pathlib import Path
from typing import Any

import pytest

from carecoord.testing.laws import OpenStore, StorageLaws

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-an-adapter.md"


@pytest.fixture(scope="session")
def open_store(tmp_path_factory: pytest.TempPathFactory) -> OpenStore:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    page: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        if "KINDS" not in block and ".test_" not in block:
            exec(block, page)
    opener: OpenStore = page["new_plain_store"]
    return opener


class TestDocumentedAdapter(StorageLaws):
    pass
