"""What goes wrong outside the library comes in as its own errors, and quotes nothing."""

import os
import sqlite3
import stat
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from carecoord_sql import SqlBackend, open_sql, sqlite

from carecoord.errors import CarecoordError, InvalidValue, OutcomeUnknown, Unavailable
from carecoord.kinds import open_store
from carecoord.storage.backend import Changes
from tests.servers.postgres import Postgres

AUDITED = Changes(audit=(b"entry",))


@pytest.mark.parametrize(
    "url",
    [
        "no url at all",
        "mysql://user:secret@host/clinic",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///clinic.db?isolation_level=secret",
        "sqlite:////no/such/folder/secret/clinic.db",
        "postgresql://user:secret@host:port/clinic",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_unquoted(url: str) -> None:
    with pytest.raises(InvalidValue) as error:
        open_sql(url)
    assert error.value.field == "url"
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    ["postgresql://user:secret@127.0.0.1:9/clinic", "postgresql://user:secret@/clinic?host=/no"],
)
def test_a_server_that_is_not_there_is_unavailable(url: str) -> None:
    backend = open_sql(url)
    for attempt in (backend.audit_streams, lambda: backend.commit(AUDITED)):
        with pytest.raises(Unavailable) as error:
            attempt()
        assert "secret" not in f"{error.value!s} {error.value!r} {backend!r}"
        assert error.value.__cause__ is None


def test_a_password_given_apart_is_used_and_never_shown(postgres: Postgres) -> None:
    backend = open_sql("postgresql://user@127.0.0.1:9/clinic", password="secret")
    with pytest.raises(Unavailable) as error:
        backend.audit_streams()
    shown = "".join(traceback.format_exception(error.value))
    assert "secret" not in f"{shown} {error.value!r} {backend!r} {backend._engine.sql!r}"
    assert backend._engine._arguments["password"] == "secret"  # type: ignore[attr-defined]
    with postgres.database() as url, open_store(url, password="secret") as store:
        assert store.broken_audit_streams() == ()


def test_a_password_opens_no_sqlite_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as error:
        open_sql(f"sqlite:///{tmp_path / 'clinic.db'}", password="secret")
    assert error.value.field == "password"
    assert "secret" not in str(error.value)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "clinic.db").write_bytes(b"secret" * 1000)
    backend = open_sql(f"sqlite:///{tmp_path / 'clinic.db'}")
    with pytest.raises(Unavailable) as error:
        backend.audit_streams()
    assert "secret" not in str(error.value)


def test_a_store_without_a_schema_says_so(new_url: Callable[[], str]) -> None:
    backend = open_sql(new_url())
    for attempt in (backend.audit_streams, lambda: backend.commit(AUDITED)):
        with pytest.raises(Unavailable):
            attempt()
    backend.create_schema(())
    backend.commit(AUDITED)
    assert [record.sequence for record in backend.audit_streams()] == [1]
    backend.close()


def test_a_writer_that_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.2)
    path = tmp_path / "clinic.db"
    backend = open_sql(f"sqlite:///{path}")
    backend.create_schema(())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    errors: list[CarecoordError] = []

    def commit() -> None:
        with pytest.raises(Unavailable) as error:
            backend.commit(AUDITED)
        errors.append(error.value)

    threads = [threading.Thread(target=commit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(error) for error in errors] == ["the database is busy"] * 3
    other.execute("ROLLBACK")
    backend.commit(AUDITED)
    assert backend.audit_streams() != []
    backend.close()
    other.close()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_new_file_is_for_its_owner_alone_and_one_that_is_there_stays_as_it_is(
    tmp_path: Path,
) -> None:
    before = os.umask(0o022)
    try:
        backend = open_sql(f"sqlite:///{tmp_path / 'clinic.db'}")
        backend.create_schema(())
        backend.commit(AUDITED)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        assert modes == dict.fromkeys(("clinic.db", "clinic.db-wal", "clinic.db-shm"), 0o600)
        backend.close()
        (tmp_path / "clinic.db").chmod(0o640)
        backend.commit(AUDITED)
        assert stat.S_IMODE((tmp_path / "clinic.db").stat().st_mode) == 0o640
        backend.close()
    finally:
        os.umask(before)


def test_connections_are_synced_and_check_references(tmp_path: Path) -> None:
    backend = open_sql(f"sqlite:///{tmp_path / 'clinic.db'}")
    asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    for pragma, expected in asked.items():
        assert backend._ask(f"PRAGMA {pragma}", ()) == [(expected,)]
    backend.close()


class TestPostgres:
    """Connections that break, and servers that are set up otherwise."""

    @pytest.fixture
    def backend(self, postgres: Postgres) -> Iterator[SqlBackend]:
        with postgres.database() as url:
            backend = open_sql(url)
            backend.create_schema(())
            yield backend
            backend.close()

    def end_all(self, postgres: Postgres) -> None:
        postgres._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def test_reads_survive_a_lost_connection(self, backend: SqlBackend, postgres: Postgres) -> None:
        backend.commit(AUDITED)
        self.end_all(postgres)
        assert len(backend.audit_streams()) == 1

    def test_a_commit_over_a_lost_connection_keeps_nothing(
        self, backend: SqlBackend, postgres: Postgres
    ) -> None:
        assert backend.audit_streams() == []
        self.end_all(postgres)
        with pytest.raises(Unavailable):
            backend.commit(AUDITED)
        assert backend.audit_streams() == []
        backend.commit(AUDITED)
        assert len(backend.audit_streams()) == 1

    def test_an_answer_that_is_lost_leaves_the_outcome_open(
        self, backend: SqlBackend, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begin = backend._engine.begin

        def begun(connection: Any) -> Any:
            transaction = begin(connection)
            commit = transaction.commit

            def broken() -> None:
                self.end_all(postgres)
                commit()

            monkeypatch.setattr(transaction, "commit", broken)
            return transaction

        monkeypatch.setattr(backend._engine, "begin", begun)
        with pytest.raises(OutcomeUnknown):
            backend.commit(AUDITED)
        monkeypatch.undo()
        assert backend.audit_streams() == []

    def test_commits_wait_for_the_disk_whatever_the_database_says(self, postgres: Postgres) -> None:
        with postgres.database(new=True) as url:
            name = url.rpartition("/")[2].partition("?")[0]
            postgres._execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
            backend = open_sql(url)
            assert backend._ask("SHOW synchronous_commit", ()) == [("on",)]
            backend.close()
