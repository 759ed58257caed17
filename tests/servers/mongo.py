"""A throwaway MongoDB server for tests and benchmarks.

It is the server that `CARECOORD_TEST_MONGO_URL` names, else one of the package `secantusdb`, which
speaks MongoDB's protocol over its storage engine and syncs to disk as a real one does. All workers
of a parallel run share one. That none can be started is an error.
"""

import fcntl
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from attrs import define, field, frozen
from pymongo import MongoClient
from pymongo.errors import PyMongoError

__all__ = ["Mongo", "MongoProcess", "mongo", "running_mongo"]

_PATIENCE = 60.0
_numbers = itertools.count(1)
_children: "dict[int, subprocess.Popen[bytes]]" = {}
"""The servers that this process started; another worker of the run may end them."""


@frozen
class Mongo:
    """A running server; `url` names no database."""

    url: str = field(repr=False)
    lasting: bool = False
    """Whether it stays when the tests are done, and must be left clean."""

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database."""
        name = f"carecoord_{socket.gethostname()[:20]}_{os.getpid()}_{next(_numbers)}"
        name = "".join(c if c.isalnum() else "_" for c in name)
        parts = urlsplit(self.url)
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            if self.lasting:
                with MongoClient(self.url) as client:
                    client.drop_database(name)


@define
class MongoProcess:
    """A server process over a folder: it can be killed, and started again where it was.

    It gives up transactions that stand still for `patience` seconds, as MongoDB does after
    `transactionLifetimeLimitSeconds`: those whose clients were killed.
    """

    folder: Path
    port: int = field(factory=lambda: _free_port())
    pid: int = 0
    patience: float = 60.0

    @property
    def url(self) -> str:
        """Its URL, which names no database."""
        return f"mongodb://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it, in a session of its own, and wait until it answers."""
        served = [str(self.port), str(self.folder / "data"), str(self.patience)]
        command = [sys.executable, __file__, *served]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        self.pid = process.pid
        _children[process.pid] = process
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                text = (self.folder / "log").read_text()
                raise RuntimeError(f"the MongoDB server did not start: {text}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            options: dict[str, Any] = {"serverSelectionTimeoutMS": 5_000}
            with suppress(PyMongoError), MongoClient(self.url, **options) as client:
                client.admin.command("ping")
                return True
        return False

    def stop(self) -> None:
        """End it and wait until it is gone."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it where it stands."""
        self._end(signal.SIGKILL)

    def _end(self, how: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)
        child = _children.pop(self.pid, None)
        if child is not None:
            child.wait(_PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_mongo() -> Iterator[Mongo]:
    """A server for as long as the block runs."""
    given = os.environ.get("CARECOORD_TEST_MONGO_URL")
    if given:
        yield Mongo(given, lasting=True)
        return
    folder = Path(tempfile.mkdtemp(prefix="carecoord-mongo-"))
    try:
        server = MongoProcess(folder)
        server.start()
        try:
            yield Mongo(server.url)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _shared(state: Path) -> Iterator[Mongo]:
    """The server that the workers of one run share: the first starts it, the last ends it."""
    with _locked(state) as users:
        if not users:
            server = MongoProcess(Path(tempfile.mkdtemp(prefix="carecoord-mongo-")))
            server.start()
            users.update(folder=str(server.folder), port=server.port, pid=server.pid, count=0)
        users["count"] += 1
        server = MongoProcess(Path(users["folder"]), users["port"], users["pid"])
    try:
        yield Mongo(server.url)
    finally:
        with _locked(state) as users:
            users["count"] -= 1
            if not users["count"]:
                server.stop()
                shutil.rmtree(server.folder, ignore_errors=True)
                users.clear()


@contextmanager
def _locked(state: Path) -> Iterator[dict[str, Any]]:
    """What is noted in a file, to be changed by one process at a time."""
    with state.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        noted: dict[str, Any] = json.loads(file.read() or "{}")
        yield noted
        file.truncate(0)
        file.write(json.dumps(noted))


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    """A MongoDB server of this test run."""
    shared = "PYTEST_XDIST_WORKER" in os.environ and not os.environ.get("CARECOORD_TEST_MONGO_URL")
    state = tmp_path_factory.getbasetemp().parent / "mongo.json"
    with _shared(state) if shared else running_mongo() as server:
        yield server


def _serve(port: str, folder: str, patience: str) -> None:
    """Be a server until told to stop."""
    from secantus import SecantusDBServer

    server = SecantusDBServer(
        port=int(port),
        storage_path=folder,
        sync_on_commit=True,
        transaction_lifetime_seconds=float(patience),
    )

    def stop(_number: int, _frame: object) -> None:
        server.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    server.start()
    server.wait()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
