"""The chain of audit entries breaks when an entry is changed, removed, added, moved or forked."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.storage.audit import STREAMS, chained, start_of_stream, stream_of
from carecoord.storage.backend import AuditRecord
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store

STREAM = 3


class Kept(MemoryBackend):
    """A backend whose audit records somebody can reach."""

    def __init__(self, records: list[AuditRecord]) -> None:
        super().__init__()
        self.records = records

    def audit_records(self, stream: int, after: int, limit: int) -> list[AuditRecord]:
        """They are kept by place, as a table without its constraints would."""
        return self.records[after : after + limit] if stream == STREAM else []


def trail(entries: list[bytes]) -> list[AuditRecord]:
    records, digest = [], start_of_stream(STREAM)
    for sequence, entry in enumerate(entries, start=1):
        digest = chained(digest, STREAM, sequence, entry)
        records.append(AuditRecord(STREAM, sequence, digest, entry))
    return records


def broken(records: list[AuditRecord]) -> bool:
    return Store(Kept(records), ()).broken_audit_streams() == (STREAM,)


entries = st.lists(st.binary(max_size=20), min_size=3, max_size=8)


@given(entries)
def test_a_trail_that_nobody_touched_holds(entries: list[bytes]) -> None:
    assert not broken(trail(entries))
    assert not broken([])


@given(entries, st.data())
def test_any_change_but_a_cut_tail_is_seen(entries: list[bytes], data: st.DataObject) -> None:
    records = trail(entries)
    place = data.draw(st.integers(0, len(records) - 2))
    one, other = records[place], records[place + 1]
    assert broken([*records[:place], evolve(one, entry=one.entry + b"!"), *records[place + 1 :]])
    assert broken([*records[:place], *records[place + 1 :]])
    assert broken([*records[:place], one, *records[place:]])
    assert broken([*records[:place], other, one, *records[place + 2 :]])
    assert broken([*records[:place], evolve(one, digest=b"\0" * 32), *records[place + 1 :]])
    assert broken([*records[:place], evolve(one, sequence=99), *records[place + 1 :]])
    assert not broken(records[: place + 1])


def test_entries_cannot_be_read_as_others_or_moved_between_streams() -> None:
    start = start_of_stream(STREAM)
    digests = {
        chained(start, STREAM, 1, b"ab"),
        chained(start, STREAM, 1, b"a"),
        chained(start, STREAM, 2, b"ab"),
        chained(start, STREAM + 1, 1, b"ab"),
        chained(start_of_stream(STREAM + 1), STREAM, 1, b"ab"),
    }
    assert len(digests) == 5
    assert len({start_of_stream(stream) for stream in range(STREAMS)}) == STREAMS


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_writer_always_has_the_same_stream(writer: str) -> None:
    assert stream_of(writer) == stream_of(writer)
    assert 0 <= stream_of(writer) < STREAMS


def test_writers_are_spread_over_all_streams() -> None:
    assert {stream_of(f"{n}.{n}") for n in range(200)} == set(range(STREAMS))


def test_a_detour_leads_through_all_streams() -> None:
    ways = [stream_of("1.1", detour) for detour in range(STREAMS)]
    assert ways[0] == stream_of("1.1")
    assert sorted(ways) == list(range(STREAMS))
