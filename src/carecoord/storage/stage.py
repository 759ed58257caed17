"""What a unit of work has read, and what it is going to change."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, evolve, field

from carecoord.errors import InvalidValue
from carecoord.storage.audit import stream_of
from carecoord.storage.backend import Changes, Row, Version
from carecoord.storage.commitments import ERASED, SALT, commitment_to
from carecoord.storage.kind import Aggregate, Kind
from carecoord.system import writer_name

__all__ = ["Stage"]


@define
class Stage:
    """Gathers the changes of one unit of work; nothing leaves it before the work is done."""

    _rows: dict[str, dict[str, Row | Version]] = field(factory=dict, repr=False)
    _seen: dict[tuple[str, str], tuple[int, str | None]] = field(factory=dict, repr=False)
    _read: dict[tuple[str, str], tuple[int, ...]] = field(factory=dict, repr=False)
    _withheld: dict[tuple[str, str], tuple[int, str | None]] = field(factory=dict, repr=False)
    _required: list[Version] = field(factory=list, repr=False)
    _audit: list[bytes] = field(factory=list, repr=False)
    detour: int = 0
    """How many streams further than the writer's own the audit entries go."""
    _open: bool = True

    def row(self, kind: Kind[Any], id: str) -> Row | Version | None:
        """What is to become of this aggregate, if anything: a row, or its erasure."""
        rows = self._rows.get(kind.name)
        return None if rows is None else rows.get(id)

    def rows(self, kind: Kind[Any]) -> dict[str, Row | Version]:
        """Everything that is to become of aggregates of this kind, by id."""
        return self._rows.get(kind.name, {})

    def put(self, row: Row) -> None:
        """Keep this row when the work is done."""
        self._check_open()
        self._rows.setdefault(row.kind.name, {})[row.id] = row

    def erase(self, version: Version) -> None:
        """Erase this aggregate when the work is done."""
        self._check_open()
        self._rows.setdefault(version.kind.name, {})[version.id] = version

    def require(self, version: Version) -> None:
        """Let the work fail unless this aggregate is then still at this version."""
        self._check_open()
        self._required.append(version)

    def append(self, entry: bytes) -> None:
        """Append an audit entry when the work is done."""
        self._check_open()
        self._audit.append(entry)

    def close(self) -> None:
        """Take no more changes: the work is done, and they would be lost."""
        self._open = False

    def _check_open(self) -> None:
        if not self._open:
            raise InvalidValue("work", "is done already")

    def read(self, kind: Kind[Any], aggregate: Aggregate) -> None:
        """Note that this aggregate was read here."""
        place = (kind.name, aggregate.id)
        before = self._read.get(place, ())
        if before[-1:] != (aggregate.version,):
            self._read[place] = (*before, aggregate.version)
        self.saw(kind, aggregate)

    def saw(self, kind: Kind[Any], aggregate: Aggregate) -> None:
        """Note that this aggregate was read or is being changed."""
        self._seen[kind.name, aggregate.id] = _noted(kind, aggregate)

    def withhold(self, kind: Kind[Any], aggregate: Aggregate) -> None:
        """Note that this aggregate was asked for by its id, and lies outside the scope."""
        self._withheld[kind.name, aggregate.id] = _noted(kind, aggregate)

    def copy(self) -> "Stage":
        """The same, to go back to."""
        return Stage(
            {kind: dict(rows) for kind, rows in self._rows.items()},
            dict(self._seen),
            dict(self._read),
            dict(self._withheld),
            list(self._required),
            list(self._audit),
        )

    def restore(self, earlier: "Stage") -> None:
        """Go back to an earlier copy: what came since never was."""
        for mine, theirs in (
            (self._rows, earlier._rows),
            (self._seen, earlier._seen),
            (self._read, earlier._read),
        ):
            mine.clear()
            mine.update(theirs)  # type: ignore[arg-type]
        self._required[:] = earlier._required
        self._audit[:] = earlier._audit

    @contextmanager
    def unnoted(self) -> Iterator[None]:
        """What is read meanwhile is not noted as seen: whoever asked is not shown it."""
        seen = dict(self._seen)
        try:
            yield
        finally:
            self._seen.clear()
            self._seen.update(seen)

    def forget_seen(self) -> None:
        """Begin to note anew what is read, changed or withheld."""
        self._seen.clear()
        self._withheld.clear()

    def seen(self) -> dict[tuple[str, str], tuple[int, str | None]]:
        """What was read or changed: kind and id, to version and whose record it is."""
        return self._seen

    def withheld(self) -> dict[tuple[str, str], tuple[int, str | None]]:
        """What was asked for and not given, even if all else was undone; as `seen`."""
        return dict(self._withheld)

    def seen_before(self) -> dict[tuple[str, str], tuple[int, str | None]]:
        """What of it was there before, as it was read; nothing that was only going to be."""
        return {
            place: (self._read[place][-1], whose)
            for place, (_, whose) in self._seen.items()
            if place in self._read
        }

    def committed(
        self, places: Iterable[tuple[str, str]], new_salt: Callable[[], str]
    ) -> dict[tuple[str, str], str]:
        """Of these kinds and ids, commitments to the bodies that are written and have none yet.

        For what is erased, that it is.
        """
        done = {}
        for kind, id in places:
            row = self._rows.get(kind, {}).get(id)
            if isinstance(row, Row) and SALT not in row.body:
                salted = evolve(row, body={**row.body, SALT: new_salt()})
                self._rows[kind][id] = salted
                done[kind, id] = commitment_to(kind, id, row.version, salted.body)
            elif isinstance(row, Version):
                done[kind, id] = ERASED
        return done

    def written(self) -> frozenset[str]:
        """The names of the kinds of which something is to be changed."""
        return frozenset(kind for kind, rows in self._rows.items() if rows)

    def rests_on_own_read(self, kind: str, id: str) -> bool:
        """Whether the version that is expected of this aggregate was read here.

        It may have been read again since, and be another by then. If it was handed in from an
        earlier work instead, reading again cannot help.
        """
        row = self._rows.get(kind, {}).get(id)
        if row is not None:
            expected = {row.version - 1 if isinstance(row, Row) else row.version}
        else:
            expected = {
                one.version for one in self._required if (one.kind.name, one.id) == (kind, id)
            }
        return bool(expected) and expected <= set(self._read.get((kind, id), ()))

    def changes(self) -> Changes:
        """All of it, as one commit."""
        rows = [one for of_kind in self._rows.values() for one in of_kind.values()]
        return Changes(
            adds=tuple(one for one in rows if isinstance(one, Row) and one.version == 1),
            replaces=tuple(one for one in rows if isinstance(one, Row) and one.version > 1),
            erases=tuple(one for one in rows if isinstance(one, Version)),
            requires=tuple(self._required),
            stream=stream_of(writer_name(), self.detour),
            audit=tuple(self._audit),
        )


def _noted(kind: Kind[Any], aggregate: Aggregate) -> tuple[int, str | None]:
    whose = None if kind.patient_of is None else kind.patient_of(aggregate)
    return aggregate.version, whose
