"""Reading the audit: the entries of all streams as one, in the order of time."""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from carecoord.compliance.audit import AuditEntry
from carecoord.storage.audit import STREAMS
from carecoord.storage.store import Store

__all__ = ["audit_entries"]

_LATE = timedelta(hours=1)
"""How far two entries of a stream may have changed places: a use case is kept when it ends, under
the time at which it began, and the clocks of processes differ."""


def audit_entries(store: Store) -> Iterator[AuditEntry]:
    """Every entry, by the time at which its use case began, read page by page.

    Two that were kept more than an hour out of order stay so.

    Raises:
        InvalidValue: what is kept is damaged, or of a newer schema.
        Unavailable: the store cannot answer just now.
    """
    streams = (_of_stream(store, stream) for stream in range(STREAMS))
    waiting: list[tuple[datetime, int, AuditEntry]] = []
    for number, entry in enumerate(heapq.merge(*streams, key=attrgetter("at"))):
        heapq.heappush(waiting, (entry.at, number, entry))
        while waiting[0][0] < entry.at - _LATE:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _of_stream(store: Store, stream: int) -> Iterator[AuditEntry]:
    for record in store.audit_trail(stream):
        yield AuditEntry.decoded(record.entry)
