"""Disposals: the certificate counts what is gone, whatever the pieces in which it went."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.disposals import (
    DISPOSAL_LIFECYCLE,
    Disposal,
    DisposalMethod,
    DisposalStatus,
)
from carecoord.errors import NotAllowed

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BLOB = f"sha256-{'a' * 64}"


def disposal(**more):
    return Disposal(
        id="disposal-1", patient="ada", rule="rule-1", source="our own",
        kept_until=date(2026, 1, 1), method=DisposalMethod.CLEAR, begun_by="cory", begun_at=NOW,
        **more,
    )  # fmt: skip


pieces = st.lists(
    st.frozensets(st.tuples(st.sampled_from(["entry", "booking"]), st.sampled_from("abcdef")))
)


@given(pieces)
def test_it_has_every_kind_and_id_that_went_in_any_order(gone):
    one, other, seen = disposal(), disposal(), set()
    parts = []
    for piece in gone:
        parts.append(piece - seen)
        seen |= piece
    for part in parts:
        one = one.erasing(part, [BLOB])
    for part in reversed(parts):
        other = other.erasing(part, [BLOB])
    assert one.erased == other.erased
    assert {(row.kind, id) for row in one.erased for id in row.ids} == seen
    assert sum(count for _, count in one.counts) == len(seen)
    assert one.blobs == ({BLOB} if gone else frozenset())


@pytest.mark.parametrize("status", DisposalStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "continue": lambda one: one.erasing([("entry", "a")], []),
        "complete": lambda one: one.completed(NOW),
        "stop": lambda one: one.stopped(NOW),
    }
    for verb, move in done.items():
        before = disposal(status=status)
        if DISPOSAL_LIFECYCLE.may(status, verb):
            assert move(before).status is DISPOSAL_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)
