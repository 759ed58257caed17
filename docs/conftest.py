"""Runs the Python blocks of every page, a page from top to bottom as one test.

Every page has a namespace and an empty folder of its own, so that pages need nothing of each other
and can run on different workers. Blocks of another language than `python` are not run.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.example import SybilFailure
from sybil.parsers.markdown import PythonCodeBlockParser

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
_PYTHON = re.compile(r"^\s*```\s*python\b", re.MULTILINE)


class Blocks(pytest.Item):
    """The blocks of one page."""

    def runtest(self) -> None:
        """Run them in order, in an empty folder."""
        page = Sybil([PythonCodeBlockParser()], path=str(self.path.parent)).parse(self.path)
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            for example in page.examples():
                example.evaluate()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What a failed example has to say, or the traceback from the page on."""
        if isinstance(excinfo.value, SybilFailure):
            return str(excinfo.value)
        excinfo.traceback = excinfo.traceback.cut(path=self.path)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The page."""
        return self.path, 0, self.path.name


class Page(pytest.File):
    """A page of the documentation."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its blocks, if it has any."""
        if _PYTHON.search(self.path.read_text()):
            yield Blocks.from_parent(self, name="blocks")


class Pages:
    """Collects the pages, and the README beside them."""

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Page | None:
        """A page, if the file is one."""
        if file_path.suffix == ".md" and (file_path == README or HERE in file_path.parents):
            return Page.from_parent(parent, path=file_path)
        return None


def pytest_configure(config: pytest.Config) -> None:
    """Collect for the whole run: the README lies outside this folder."""
    config.pluginmanager.register(Pages(), "pages")
