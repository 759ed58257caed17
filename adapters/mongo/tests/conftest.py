"""A backend over a new database."""

from collections.abc import Iterator

import pytest
from carecoord_mongo import MongoBackend, open_mongo

from adapters.mongo.tests.hotel import KINDS
from tests.servers.mongo import Mongo


@pytest.fixture(scope="module")
def url(mongo: Mongo) -> Iterator[str]:
    """The URL of a database of this module's."""
    with mongo.database() as url:
        yield url


@pytest.fixture(scope="module")
def created(url: str) -> Iterator[MongoBackend]:
    """A backend whose schema was created."""
    backend = open_mongo(url)
    backend.create_schema(KINDS)
    yield backend
    backend.close()


@pytest.fixture
def backend(created: MongoBackend) -> MongoBackend:
    """A backend that keeps no rows; its audit streams go on."""
    for kind in KINDS:
        created._collections.of(kind.name).delete_many({})
    return created
