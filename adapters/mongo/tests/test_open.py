"""How a store is opened and its schema made."""

import threading
import traceback
from typing import Any

import pytest
from carecoord_mongo import MongoBackend, open_mongo
from carecoord_mongo.__main__ import main
from pymongo import MongoClient

from adapters.mongo.tests.hotel import GUEST, KINDS, ROOM, row
from carecoord.errors import Conflict, InvalidValue, Unavailable
from carecoord.kinds import KINDS as ALL_KINDS
from carecoord.kinds import open_store
from carecoord.storage.backend import Changes, Version
from tests.servers.mongo import Mongo


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mongodb://nurse:secret@127.0.0.1:1", "must name the database"),
        ("mongodb://nurse:secret@127.0.0.1:1/", "must name the database"),
        ("mongodb://nurse:se%cret@127.0.0.1:1/clinic", "is not a URL"),
        ("mongodb://nurse:secret@127.0.0.1:port/clinic", "is not a URL"),
        ("mongodb://nurse:secret@127.0.0.1:1/cli nic$", "is not a URL"),
        ("mongodb:secret", "is not a URL"),
        ("mongodb://[secret/clinic", "is not a URL"),
    ],
)
def test_a_url_names_server_and_database(url: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        open_mongo(url)
    assert reason in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_writes_are_durable_whatever_the_url_says() -> None:
    backend = open_mongo(
        "mongodb://nurse:secret@127.0.0.1:1/clinic"
        "?w=0&journal=false&readPreference=secondary&readConcernLevel=local&retryWrites=true"
    )
    kept = backend._collections.of("guest")
    assert kept.write_concern.document == {"w": "majority", "j": True}
    assert kept.read_concern.level == "majority"
    assert kept.read_preference.mode == 0
    options = backend._collections.client.options
    assert not options.retry_writes
    assert options.server_selection_timeout == 5
    assert repr(backend) == "MongoBackend('clinic')"
    backend.close()


def test_a_password_given_apart_is_used_and_never_shown(mongo: Mongo) -> None:
    backend = open_mongo("mongodb://nurse@127.0.0.1:1/clinic", password="secret")
    credentials: Any = backend._collections.client.options.pool_options._credentials
    assert (credentials.username, credentials.password) == ("nurse", "secret")
    assert "secret" not in f"{backend!r} {backend._collections.client!r}"
    backend.close()
    with pytest.raises(Unavailable) as caught:
        open_store(
            "mongodb://nurse@127.0.0.1:1/clinic?serverSelectionTimeoutMS=50", password="secret"
        )
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_the_url_says_how_long_to_look_for_a_server() -> None:
    backend = open_mongo("mongodb://127.0.0.1:1/clinic?ServerSelectionTimeoutMS=70")
    assert backend._collections.client.options.server_selection_timeout == 0.07
    backend.close()


def test_the_schema_can_be_made_by_many_at_once(mongo: Mongo) -> None:
    with mongo.database() as url:
        backend, again = open_mongo(url), open_mongo(url)
        errors: list[BaseException] = []

        def create(backend: MongoBackend) -> None:
            try:
                backend.create_schema(KINDS)
            except BaseException as error:  # noqa: BLE001 - told by the test's own thread
                errors.append(error)

        threads = [
            threading.Thread(target=create, args=(one,)) for one in (backend, again, backend, again)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        with MongoClient(url) as client:
            database: Any = client.get_default_database()
            names = set(database["guest"].index_information())
            assert names == {"_id_", "claims", *GUEST.fields}
            assert database["audit.heads"].count_documents({}) == 8
            assert database["schema.references"].count_documents({}) == 2
        backend.close()
        again.close()


def test_an_eraser_heeds_kinds_that_it_does_not_know(mongo: Mongo) -> None:
    """Who could refer to something is kept in the store, not in the process."""
    with mongo.database() as url:
        backend, other = open_mongo(url), open_mongo(url)
        backend.create_schema(KINDS)
        backend.commit(Changes(adds=(row(ROOM, "r"), row(GUEST, "a", room="r"))))
        with pytest.raises(Conflict) as caught:
            other.commit(Changes(erases=(Version(ROOM, "r", 1),)))
        assert caught.value.reason == "still_referenced"
        backend.close()
        other.close()


def test_a_deploy_upgrades_the_schema(mongo: Mongo, capsys: pytest.CaptureFixture[str]) -> None:
    with mongo.database() as url:
        for _ in range(2):
            assert main(["upgrade", url]) == 0
        with open_store(url, create=False) as store, store.work() as work:
            assert all(work.collection(kind).count() >= 0 for kind in ALL_KINDS)
        with MongoClient(url) as client:
            database: Any = client.get_default_database()
            assert {kind.name for kind in ALL_KINDS} <= set(database.list_collection_names())
    assert main(["upgrade", "mongodb://nurse:secret@127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == (
        "url: must name the database, as in mongodb://server/clinic\n"
    )
