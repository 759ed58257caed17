"""The schema that the migrations make is the one that the kinds ask for, however it comes about."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from carecoord_sql import open_sql
from carecoord_sql.__main__ import main
from carecoord_sql.migrate import upgrade
from carecoord_sql.migrations import HEAD
from carecoord_sql.schema import VERSION_TABLE, schema_of

from carecoord.errors import InvalidValue
from carecoord.kinds import KINDS, open_store
from carecoord.storage.backend import Changes, Row
from carecoord.storage.conditions import EVERYTHING, Test
from carecoord.storage.kind import Kind, Searched


def described(connection: sa.Connection) -> dict[str, Any]:
    """Everything about the schema that matters, in a form that can be compared."""
    inspector = sa.inspect(connection)
    found = {
        "columns": inspector.get_multi_columns(),
        "keys": inspector.get_multi_pk_constraint(),
        "references": inspector.get_multi_foreign_keys(),
        "indexes": inspector.get_multi_indexes(),
    }
    return {
        part: {
            name: sorted(map(repr, one)) if isinstance(one, list) else repr(one)
            for (_, name), one in of.items()
            if name != VERSION_TABLE
        }
        for part, of in found.items()
    }


def test_migrations_make_what_the_kinds_ask_for(new_url: Callable[[], str]) -> None:
    migrated, derived = open_sql(new_url()), open_sql(new_url())
    with migrated._engine.sql.connect() as one, derived._engine.sql.connect() as other:
        migrated._engine.lock_schema(one)
        upgrade(one)
        one.exec_driver_sql("COMMIT")
        schema_of(KINDS, migrated._engine.name).create_all(other)
        assert described(one) == described(other), "run adapters/sql/write_migration.py"
    migrated.close()
    derived.close()


def test_the_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "carecoord_sql:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_many_may_make_the_schema_at_once(new_url: Callable[[], str]) -> None:
    url = new_url()
    code = "import sys; from carecoord.kinds import open_store; open_store(sys.argv[1]).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(4)]
    assert [process.wait(120) for process in processes] == [0] * 4
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: open_store(url).close(), range(4)))


def test_a_deployment_can_upgrade(
    new_url: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upgrade", new_url()]) == 0
    assert main(["upgrade", "mysql://user:secret@nowhere/clinic"]) == 1
    assert "secret" not in capsys.readouterr().err


class _Anything:
    id: str
    version: int


def _kind(*searched: Searched[Any]) -> Kind[Any]:
    return Kind("novelty", _Anything, searched)


def test_a_kind_of_a_third_party_may_grow(new_url: Callable[[], str]) -> None:
    backend = open_sql(new_url())
    before = _kind(Searched("name", lambda it: it.name))
    row = Row(before, "n1", 1, {"schema": 1}, {"name": "a"})
    backend.create_schema((before,))
    backend.commit(Changes(adds=(row,)))
    after = _kind(
        Searched("name", lambda it: it.name),
        Searched("size", lambda it: it.size, "integer"),
        Searched("words", lambda it: it.words, many=True),
        Searched("like", lambda it: it.like, references="novelty"),
    )
    backend.create_schema((after,))
    backend.create_schema((after,))
    grown = Row(after, "n1", 1, {"schema": 1}, {"name": "a", "size": 3, "words": ("x",), "like": "n1"})  # fmt: skip # noqa: E501
    backend.commit(Changes(reindexed=(grown,)))
    assert backend.count(after, Test("words", "has", "x")) == 1
    assert backend.project(after, ("size", "like"), EVERYTHING, (), None, None) == [("n1", 3, "n1")]
    backend.close()


def test_a_reference_must_lead_to_one_of_the_kinds(new_url: Callable[[], str]) -> None:
    backend = open_sql(new_url())
    for searched in (
        Searched[Any]("like", lambda it: it.like, references="another"),
        Searched[Any]("likes", lambda it: it.likes, many=True, references="novelty"),
    ):
        with pytest.raises(InvalidValue):
            backend.create_schema((_kind(searched),))
    backend.close()
