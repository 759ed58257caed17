from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord import HumanName, InvalidValue, Money, Role
from carecoord.coordination.arguments import encoded_arguments, fingerprint_of

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(),
        st.dates(),
        st.times(),
        st.timedeltas(),
        st.sampled_from([Role.BILLING, ZoneInfo("UTC"), Money(5), HumanName(family="X")]),
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_the_order_of_named_arguments_makes_no_difference(named):
    backwards = dict(reversed(list(named.items())))
    assert encoded_arguments((), named) == encoded_arguments((), backwards)


@given(VALUES, VALUES)
def test_the_same_bytes_mean_the_same_arguments(one, other):
    same = encoded_arguments((one,), {}) == encoded_arguments((other,), {})
    assert same == (repr(_typed(one)) == repr(_typed(other)))


def _typed(value):
    """The value with types told apart that Python holds for equal, and attrs values opened."""
    if isinstance(value, HumanName):
        return "HumanName X"
    if isinstance(value, tuple):
        return [_typed(one) for one in value]
    return (type(value).__name__, str(value))


def test_sets_are_the_same_in_any_order():
    one = encoded_arguments(({Role.BILLING, Role.CLINICIAN},), {})
    assert one == encoded_arguments((frozenset({Role.CLINICIAN, Role.BILLING}),), {})


def test_types_are_told_apart():
    alike = [date(2026, 1, 1), "2026-01-01", Decimal("1"), "1", 1, True, time(1), timedelta(1)]
    alike.append(datetime(2026, 1, 1, tzinfo=UTC))
    assert len({encoded_arguments((one,), {}) for one in alike}) == len(alike)


@pytest.mark.parametrize("strange", [object(), {"a": 1}, 1.5, b"x"])
def test_what_no_use_case_takes_is_refused(strange):
    with pytest.raises(InvalidValue, match="arguments"):
        encoded_arguments((strange,), {})


def test_a_fingerprint_is_of_the_data_and_of_nothing_else():
    assert fingerprint_of((1, "a")) == fingerprint_of((1, "a")) != fingerprint_of((1, "b"))
    assert len(fingerprint_of(None)) == 64
    assert fingerprint_of(print) is None
