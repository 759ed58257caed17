"""What any release has kept can be read by this one, and nothing of it is lost.

A test here that fails says that a store in use would lose something: raise the schema of the kind
and give it an upcaster. Only before a release has shipped, `tests/golden/write.py` writes its files
anew.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from carecoord.errors import InvalidValue
from carecoord.kinds import KINDS
from carecoord.storage.backend import Stored
from carecoord.storage.wire import Codec

HERE = Path(__file__).parents[2] / "golden"
FILES = sorted(HERE.glob("*/*.json"))
BY_NAME = {kind.name: kind for kind in KINDS}


def lost(before: Any, now: Any, path: str = "") -> list[str]:
    """Where something stood before that stands there no more."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            place
            for name, value in before.items()
            for place in (
                lost(value, now[name], f"{path}.{name}") if name in now else [f"{path}.{name}"]
            )
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = zip(before, now, strict=True)
        return [place for one, other in pairs for place in lost(one, other, f"{path}[]")]
    return [] if before == now else [path]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_a_release_has_kept_can_be_read(file: Path) -> None:
    kind = BY_NAME[file.stem]
    codec: Codec[Any] = Codec(kind)
    bodies = json.loads(file.read_text(encoding="utf-8"))
    assert bodies
    for body in bodies:
        try:
            aggregate = codec.aggregate(Stored(body["id"], 3, json.loads(json.dumps(body))))
        except InvalidValue as refusal:
            pytest.fail(f"{refusal}; if {file.parent.name} has not shipped, run nox -s golden")
        assert (aggregate.id, aggregate.version) == (body["id"], 3)
        written = json.dumps(codec.row(aggregate, 3).body)
        if body["schema"] == kind.schema:
            assert lost(body, json.loads(written)) == []
        assert codec.aggregate(Stored(body["id"], 3, json.loads(written))) == aggregate


def test_what_is_lost_is_noticed() -> None:
    before = {"a": 1, "b": {"c": [1, {"d": 2}]}}
    assert lost(before, {**before, "new": 5}) == []
    assert lost(before, {"a": 1, "b": {}}) == [".b.c"]
    assert lost(before, {"a": 2, "b": {"c": [1, {"d": 2}]}}) == [".a"]
    assert lost(before, {"a": 1, "b": {"c": [1, {"e": 2}]}}) == [".b.c[].d"]
    assert lost(before, {"a": 1, "b": {"c": [1]}}) == [".b.c"]
