"""Write the golden files of a release: bodies of every kind, as this release keeps them.

    uv run nox -s golden                            # write them
    uv run python tests/golden/write.py --check     # is there one for every kind?

They are written once for each release, before it ships, and never changed afterwards: what a store
keeps today has to be read by every later release. Until it has shipped they may be written anew.
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from carecoord.kinds import KINDS
from carecoord.storage.kind import Kind
from carecoord.storage.wire import Codec
from carecoord.testing.strategies import aggregates_of

HERE = Path(__file__).parent
MOST = 8
"""How many bodies of a kind are kept at most."""


def bodies_of(kind: Kind[Any]) -> list[dict[str, Any]]:
    """A few bodies that between them have every shape that was drawn, the telling ones first."""
    codec, drawn = Codec(kind), []

    @settings(
        max_examples=150,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(aggregates_of(kind))
    def draw(aggregate: Any) -> None:
        body = codec.row(aggregate, 1).body
        drawn.append((len(json.dumps(body)), set(shapes(body)), body))

    draw()
    drawn.sort(key=lambda one: one[0])
    seen: set[str] = set()
    chosen: list[dict[str, Any]] = []
    while drawn and len(chosen) < MOST:
        _, new, body = max(drawn, key=lambda one: len(one[1] - seen) / (200 + one[0]))
        if not new - seen:
            break
        seen |= new
        chosen.append(body)
    return chosen


def shapes(value: Any, path: str = "") -> Iterator[str]:
    """What there is in a body: every place in it with the type of what stands there."""
    match value:
        case dict():
            yield f"{path}:{value.get('type', 'object')}"
            for name, one in value.items():
                yield from shapes(one, f"{path}.{name}")
        case list():
            yield f"{path}:{'some' if value else 'none'}"
            for one in value:
                yield from shapes(one, f"{path}[]")
        case _:
            yield f"{path}:{type(value).__name__}"


def main() -> None:
    """Write a file for every kind into the folder of this version, or see that each is there."""
    folder = HERE / version("carecoord")
    if "--check" in sys.argv:
        missing = [kind.name for kind in KINDS if not (folder / f"{kind.name}.json").exists()]
        sys.exit(f"no golden files of {', '.join(missing)}: run nox -s golden" if missing else 0)
    folder.mkdir(exist_ok=True)
    for kind in KINDS:
        path = folder / f"{kind.name}.json"
        lines = ",\n".join(json.dumps(body) for body in bodies_of(kind))
        path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(f"{path.relative_to(HERE)}: {path.stat().st_size:,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
