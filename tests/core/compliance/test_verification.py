"""Verification of one stream: every change is seen, and nothing is ever simply well."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.anchors import Anchor, Head
from carecoord.compliance.verification import (
    Fault,
    StreamVerification,
    Verification,
    verified_stream,
)
from carecoord.errors import InvalidValue
from carecoord.storage.audit import chained, start_of_stream

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def links(entries):
    digest, done = start_of_stream(0), []
    for sequence, entry in enumerate(entries, start=1):
        digest = chained(digest, 0, sequence, entry)
        done.append((sequence, digest, entry))
    return done


def anchored(kept, *sequences):
    return [
        Anchor(
            log="clinic",
            number=number,
            at=NOON,
            heads=(Head(0, at, kept[at - 1][1].hex()),),
            key="2026",
        )
        for number, at in enumerate(sequences, start=1)
    ]


def verify(kept, anchors):
    return verified_stream(0, kept, anchors, chain=chained, start=start_of_stream(0))


def whole(count=30):
    return links([b"entry %d" % n for n in range(count)])


@given(st.integers(0, 30), st.lists(st.integers(1, 30), max_size=3))
def test_it_is_proven_up_to_the_last_anchor_and_the_rest_is_tail(count, at):
    kept = whole(count)
    sequences = sorted(one for one in at if one <= count)
    found = verify(kept, anchored(kept, *sequences))
    last = max(sequences, default=0)
    assert found == StreamVerification(0, last, count - last)


def test_ten_thousand_random_changes_of_a_byte_are_all_seen():
    kept = whole(12)
    anchors = anchored(kept, 4, 9)
    chance = random.Random(5)
    for _ in range(10_000):
        changed = list(kept)
        where = chance.randrange(len(kept))
        sequence, digest, entry = kept[where]
        in_digest = chance.random() < 0.5
        bad = bytearray(digest if in_digest else entry)
        bad[chance.randrange(len(bad))] ^= chance.randrange(1, 256)
        changed[where] = (sequence, bytes(bad), entry) if in_digest else (sequence, digest, bad)
        found = verify(changed, anchors)
        assert [fault.sequence for fault in found.faults] == [where + 1]
        assert found.verified == max([n for n in (4, 9) if n <= where], default=0)


@given(st.data())
def test_a_rewritten_chain_is_seen_at_the_next_anchor(data):
    kept = whole(20)
    sequences = sorted(data.draw(st.sets(st.integers(1, 20), min_size=1, max_size=3)))
    where = data.draw(st.integers(1, 20))
    entries = [entry for *_, entry in kept]
    entries[where - 1] = b"forged"
    found = verify(links(entries), anchored(kept, *sequences))
    later = [one for one in sequences if one >= where]
    assert found.verified == max([one for one in sequences if one < where], default=0)
    assert [fault.sequence for fault in found.faults] == later[:1]
    assert found.tail == 20 - found.verified


@given(st.integers(1, 19))
def test_a_gap_is_seen_where_it_is(gone):
    kept = whole(20)
    del kept[gone - 1]
    assert [fault.sequence for fault in verify(kept, ()).faults] == [gone]


@given(st.integers(0, 20), st.integers(1, 20))
def test_a_cut_is_seen_as_far_as_it_was_anchored(left, at):
    kept = whole(20)
    found = verify(kept[:left], anchored(kept, at))
    assert bool(found.faults) is (left < at)


def test_a_verification_is_no_yes_or_no():
    stream = StreamVerification(0, 4, 2, (Fault("wrong", 0, 5),))
    found = Verification((stream,), 1, (Fault("the anchor is damaged", anchor=2),))
    assert (found.verified, found.tail, len(found.faults)) == (4, 2, 2)
    assert str(found) == "4 entries verified by 1 anchors, 2 unanchored, 2 faults"
    with pytest.raises(InvalidValue):
        bool(found)


def dated(*minutes):
    """Entries that say when they were written, as minutes after noon."""
    return links([b"%d" % one for one in minutes])


def clock_fault(kept, anchors=()):
    found = verified_stream(
        0,
        kept,
        anchors,
        chain=chained,
        start=start_of_stream(0),
        time_of=lambda entry: NOON + timedelta(minutes=int(entry)) if entry.strip() else None,
    )
    assert found.verified == max((one.heads[0].sequence for one in anchors), default=0)
    return [(one.what.partition(" over ")[2], one.sequence) for one in found.faults]


@given(st.lists(st.integers(-500, 500), max_size=12))
def test_a_clock_that_was_set_back_by_over_an_hour_is_seen_where_it_was(minutes):
    back = [
        at
        for at, minute in enumerate(minutes, start=1)
        if minute < max(minutes[: at - 1], default=minute) - 60
    ]
    found = clock_fault(dated(*minutes))
    assert found == [("an hour before what it follows", at) for at in back[:1]]


def test_an_entry_is_not_dated_after_the_anchor_that_covers_it():
    kept = dated(0, 61, 61)
    assert clock_fault(kept, anchored(kept, 1)) == []
    assert clock_fault(kept, anchored(kept, 1, 2)) == [("an hour after its anchor", 2)]


def test_nor_long_before_the_anchor_that_it_follows():
    kept = dated(-100, -61)
    assert clock_fault(kept) == []
    assert clock_fault(kept, anchored(kept, 1)) == [("an hour before what it follows", 2)]


def test_what_has_no_date_is_no_fault_of_the_clock():
    kept = links([b" ", b"0", b" "])
    assert clock_fault(kept, anchored(kept, 1)) == []
    assert clock_fault(links([b" "])) == []
