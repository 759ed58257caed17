from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carecoord.visits.stretches import common, cut, joined

pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)))


def points(stretches: list[tuple[int, int]]) -> set[int]:
    return {n for start, end in stretches for n in range(start, end)}


@given(pairs)
def test_joining_keeps_the_points_and_leaves_gaps_only(stretches: list[tuple[int, int]]):
    done = joined(stretches)
    assert points(done) == points(stretches)
    assert all(start < end for start, end in done)
    assert all(one[1] < other[0] for one, other in pairwise(done))


@given(pairs, pairs)
def test_cutting_takes_points_away(stretches: list[tuple[int, int]], taken: list[tuple[int, int]]):
    rest = cut(joined(stretches), joined(taken))
    assert points(rest) == points(stretches) - points(taken)
    assert rest == joined(rest)


@given(pairs, pairs)
def test_what_is_common_belongs_to_both(one: list[tuple[int, int]], other: list[tuple[int, int]]):
    both = common(joined(one), joined(other))
    assert points(both) == points(one) & points(other)
    assert both == joined(both)
