"""The driver's errors are told in words of our own, and never quoted."""

import traceback

import pytest
from carecoord_mongo import MongoBackend, open_mongo
from carecoord_mongo.failures import attempted, failed_commit, failed_write, not_kept
from pymongo import MongoClient
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from adapters.mongo.tests.hotel import GUEST, row
from carecoord.errors import CarecoordError, InvalidValue, OutcomeUnknown, Unavailable
from carecoord.storage.backend import Changes
from carecoord.storage.conditions import EVERYTHING, equal

CANARY = "Canary Jones"


def labelled(error: PyMongoError, label: str) -> PyMongoError:
    error._add_error_label(label)
    return error


LOST = NetworkTimeout(CANARY)
NO_SERVER = ServerSelectionTimeoutError(CANARY)
NOT_PRIMARY = NotPrimaryError(CANARY, {"code": 10107})
SHUTTING_DOWN = NotPrimaryError(CANARY, {"code": 11600, "errmsg": CANARY})
REFUSED = OperationFailure(CANARY, 13)
HALF_WRITTEN = WriteConcernError(CANARY, 64)
IN_THE_WAY = labelled(OperationFailure(CANARY, 112), "TransientTransactionError")
FORGOTTEN = labelled(OperationFailure(CANARY, 251), "TransientTransactionError")
UNKNOWN = labelled(ExecutionTimeout(CANARY, 50), "UnknownTransactionCommitResult")
RACE = BulkWriteError({"writeErrors": [{"code": 11000, "errmsg": CANARY}]})
TOO_LARGE = DocumentTooLarge(CANARY)


@pytest.mark.parametrize(
    ("error", "of_statement", "of_write", "of_commit"),
    [
        (LOST, Unavailable, OutcomeUnknown, OutcomeUnknown),
        (AutoReconnect(CANARY), Unavailable, OutcomeUnknown, OutcomeUnknown),
        (NO_SERVER, Unavailable, Unavailable, OutcomeUnknown),
        (NOT_PRIMARY, Unavailable, Unavailable, OutcomeUnknown),
        (SHUTTING_DOWN, Unavailable, OutcomeUnknown, OutcomeUnknown),
        (REFUSED, Unavailable, Unavailable, Unavailable),
        (HALF_WRITTEN, Unavailable, OutcomeUnknown, OutcomeUnknown),
        (IN_THE_WAY, Unavailable, Unavailable, Unavailable),
        (FORGOTTEN, Unavailable, Unavailable, OutcomeUnknown),
        (UNKNOWN, Unavailable, Unavailable, OutcomeUnknown),
        (RACE, Unavailable, Unavailable, Unavailable),
        (TOO_LARGE, InvalidValue, InvalidValue, InvalidValue),
        (PyMongoError(CANARY), Unavailable, Unavailable, Unavailable),
    ],
)
def test_every_failure_has_its_meaning(
    error: PyMongoError,
    of_statement: type[CarecoordError],
    of_write: type[CarecoordError],
    of_commit: type[CarecoordError],
) -> None:
    """What is unknown is never told as not kept; what was not kept may be tried again."""

    def fail() -> None:
        raise error

    for meaning, expected in (
        (not_kept, of_statement),
        (failed_write, of_write),
        (failed_commit, of_commit),
    ):
        with pytest.raises(expected) as caught:
            attempted(fail, meaning)
        assert caught.value.__context__ is None
        assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    backend = open_mongo("mongodb://127.0.0.1:1/clinic?serverSelectionTimeoutMS=50")
    writes = Changes(adds=(row(GUEST, "a", name=CANARY),))
    try:
        for ask in (
            lambda: backend.create_schema((GUEST,)),
            lambda: backend.fetch(GUEST, "a"),
            lambda: backend.select(GUEST, equal("name", CANARY), (), None, None),
            lambda: backend.count(GUEST, EVERYTHING),
            lambda: backend.commit(writes),
            lambda: backend.commit(Changes(audit=(b"a",))),
            lambda: backend.audit_streams(),
            lambda: backend.audit_records(1, 0, 1),
        ):
            with pytest.raises(Unavailable) as caught:
                ask()
            assert CANARY not in "".join(traceback.format_exception(caught.value))
    finally:
        backend.close()


def test_a_body_that_is_too_large_is_refused(backend: MongoBackend) -> None:
    large = row(GUEST, "a", name="x")
    large.body["note"] = "x" * (17 * 1024 * 1024)
    for asked in (Changes(adds=(large,)), Changes(adds=(large,), audit=(b"a",))):
        with pytest.raises(InvalidValue):
            backend.commit(asked)
    assert backend.fetch(GUEST, "a") is None


class _Alone:
    """A server that says it stands alone."""

    def __init__(self, client: "MongoClient[object]") -> None:
        self.admin = self
        self._client = client

    def command(self, name: str) -> dict[str, object]:
        return {"isWritablePrimary": True, "ok": 1}


def test_a_server_that_stands_alone_is_refused(
    backend: MongoBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take everything but transactions."""
    alone = _Alone(backend._collections.client)
    monkeypatch.setattr(backend._collections, "client", alone)
    with pytest.raises(InvalidValue):
        backend.create_schema((GUEST,))
