"""Histories: what each process asked of its desk, and what it was answered, line by line.

A line is written before a use case is done and one after it, straight to the file, so that a
process that is killed leaves behind all that it knew.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from attrs import evolve, frozen

__all__ = ["HistoryFile", "Operation", "deliveries_in", "operations_in"]


@frozen
class Operation:
    """One use case that somebody asked for under a key.

    `results` are ids and versions if it was done, `refusal` is the code of the error if it was not.
    With neither it is unanswered: it may have happened, wholly, or not at all.
    """

    key: str
    actor: str
    verb: str
    given: Mapping[str, Any]
    invoked: float
    answered: float | None = None
    results: tuple[tuple[str, int], ...] | None = None
    refusal: str | None = None
    reason: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return self.results is not None

    @property
    def is_unanswered(self) -> bool:
        return self.results is None and self.refusal is None


class HistoryFile:
    """Where one process writes down what it does."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def write(self, what: str, **facts: Any) -> None:
        """One line, in the file when this returns."""
        os.write(self._file, json.dumps({"what": what, **facts}).encode() + b"\n")


def operations_in(paths: Iterable[Path]) -> tuple[Operation, ...]:
    """The operations of all files, each file's in its order."""
    found: dict[str, Operation] = {}
    for path in sorted(paths):
        for line in _lines(path):
            what = line.pop("what")
            if what == "asked":
                found[line["key"]] = Operation(**line)
            elif what == "answered":
                if line.get("results") is not None:
                    line["results"] = tuple((id, version) for id, version in line["results"])
                found[line["key"]] = evolve(found[line["key"]], **line)
    return tuple(found.values())


def deliveries_in(paths: Iterable[Path]) -> tuple[tuple[str, int], ...]:
    """Which versions of which aggregates a consumer was told of, in this order."""
    lines = (line for path in sorted(paths) for line in _lines(path))
    return tuple((line["about"], line["version"]) for line in lines if line["what"] == "delivered")


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    for line in path.read_text().splitlines(keepends=True):
        if line.endswith("\n"):  # else whoever wrote it was killed while it did
            yield json.loads(line)
