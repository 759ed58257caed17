"""What a store holds after a history, read as it is kept and not as a desk would show it."""

from collections.abc import Iterable

import sqlalchemy as sa
from attrs import frozen
from pymongo import MongoClient

from carecoord.compliance.audit import AuditEntry
from carecoord.coordination.reading_the_audit import audit_entries
from carecoord.storage.events import EVENT, Event
from carecoord.storage.idempotency import ONCE, once_id
from carecoord.storage.store import Store
from carecoord.visits import Booking, WaitlistEntry
from carecoord.visits.repository import BOOKING, WAITLIST_ENTRY
from tests.soak.history import Operation

__all__ = ["Kept", "kept_in"]


@frozen
class Kept:
    """All of it: `recorded` are the keys of operations whose outcome is kept under them."""

    bookings: tuple[Booking, ...]
    waitlist: tuple[WaitlistEntry, ...]
    claims: frozenset[tuple[str, str]]
    """Each claim with its owner."""
    events: tuple[Event, ...]
    entries: tuple[AuditEntry, ...]
    recorded: frozenset[str]
    deliveries: tuple[tuple[str, int], ...] = ()
    broken_streams: tuple[int, ...] = ()


def kept_in(
    store: Store,
    url: str,
    history: Iterable[Operation],
    deliveries: tuple[tuple[str, int], ...],
) -> Kept:
    """What the store at this URL holds."""
    work = store.work()
    records = {id for (id,) in work.collection(ONCE).values(())}
    return Kept(
        bookings=tuple(work.collection(BOOKING).each()),
        waitlist=tuple(work.collection(WAITLIST_ENTRY).each()),
        claims=frozenset(_claims(url)),
        events=tuple(work.collection(EVENT).each()),
        entries=tuple(audit_entries(store)),
        recorded=frozenset(
            one.key for one in history if once_id(one.actor, one.verb, one.key) in records
        ),
        deliveries=deliveries,
        broken_streams=store.broken_audit_streams(),
    )


def _claims(url: str) -> Iterable[tuple[str, str]]:
    """The claims of bookings, by looking into the database itself."""
    if url.startswith("mongodb:"):
        with MongoClient(url) as client:
            documents = client.get_default_database()["booking"].find({}, {"claims": 1})
            return [(claim, one["_id"]) for one in documents for claim in one.get("claims", ())]
    engine = sa.create_engine(sa.make_url(url.replace("postgresql:", "postgresql+psycopg:")))
    with engine.connect() as connection:
        claims = sa.table("_claim", sa.column("kind"), sa.column("claim"), sa.column("owner"))
        query = sa.select(claims.c.claim, claims.c.owner).where(claims.c.kind == "booking")
        found = [(claim, owner) for claim, owner in connection.execute(query)]
    engine.dispose()
    return found
