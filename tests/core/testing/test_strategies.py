"""Strategies cover every kind of the library, and every type that a field may have."""

import json
from datetime import datetime
from typing import Any, Literal

import attrs
import pytest
from attrs import frozen
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Range, Text, check_text, checked
from carecoord.kinds import KINDS
from carecoord.storage.backend import Stored
from carecoord.storage.kind import Kind
from carecoord.storage.wire import Codec
from carecoord.testing.strategies import (
    NASTY_TEXTS,
    aggregates_of,
    drawn_by,
    families_of,
    integers,
    texts,
    values_of,
)
from carecoord.testing.things import BOX_OR_BAG, THING, Bag, Box


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_drawn_and_comes_back_from_its_wire_form(kind: Kind[Any]) -> None:
    """A new kind whose fields depend on each other is told how in `carecoord.testing`."""
    codec = Codec(kind)

    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    @given(aggregates_of(kind))
    def survives(aggregate: Any) -> None:
        row = codec.row(aggregate, 1)
        body = json.loads(json.dumps(row.body))
        again = codec.aggregate(Stored(row.id, 1, body))
        assert again == attrs.evolve(aggregate, version=1)
        assert codec.row(again, 1) == row

    survives()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_families_hold_whatever_is_referred_to(kind: Kind[Any]) -> None:
    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(families_of(kind, KINDS))
    def holds(family: list[tuple[Kind[Any], Any]]) -> None:
        seen: set[tuple[str, object]] = set()
        wanted: set[tuple[str, object]] = set()
        for of, member in family:
            seen.add((of.name, member.id))
            for field in of.fields.values():
                if field.references and field.value(member) is not None:
                    wanted.add((field.references, field.value(member)))
        assert family[-1][0] is kind
        assert wanted <= seen
        assert len(seen) == len(family)

    holds()


@pytest.mark.parametrize("text", NASTY_TEXTS)
def test_nasty_texts_can_all_be_kept(text: str) -> None:
    assert check_text("field", text) == text


def test_all_members_of_a_union_are_drawn() -> None:
    for cls in (Box, Bag):
        found = find(aggregates_of(BOX_OR_BAG), lambda it: isinstance(it, cls))  # noqa: B023
        assert isinstance(found, cls)


@pytest.mark.parametrize("of", [int | None, Box | Bag | None, Literal["a"] | None])
def test_nothing_is_drawn_where_it_may_be(of: Any) -> None:
    assert find(values_of(of), lambda it: it is None) is None
    assert find(values_of(of), lambda it: it is not None) is not None


def test_limits_are_kept_and_reached() -> None:
    for limits in (Range(2, 4), Range(least=10**6), Range(most=-(10**6)), Range()):
        for end in (limits.least, limits.most):
            assert find(integers(limits), lambda it: it == end) == end  # noqa: B023
        with pytest.raises(NoSuchExample):
            find(
                integers(limits),
                lambda it: not limits.least <= it <= limits.most,  # noqa: B023
                settings=settings(max_examples=200),
            )
    assert find(texts(Text(blank=True)), lambda text: text == "") == ""


def test_classes_of_others_can_be_told_of() -> None:
    @frozen(field_transformer=checked)
    class Pair:
        low: int
        high: int

        def __attrs_post_init__(self) -> None:
            if self.low >= self.high:
                raise InvalidValue("Pair.high", "must be above the low one")

    assert isinstance(find(values_of(Pair), lambda _: True), Pair)
    drawn_by(Pair, fields=lambda: {"low": st.just(1), "high": st.just(2)})
    assert find(values_of(Pair), lambda _: True) == Pair(1, 2)
    drawn_by(Pair, lambda: st.just(Pair(3, 4)))
    assert find(values_of(Pair), lambda _: True) == Pair(3, 4)


def test_a_type_that_no_field_may_have_is_refused() -> None:
    for of in (float, list[int], "int"):
        with pytest.raises(TypeError):
            find(values_of(of), lambda _: True)


def test_ids_of_families_that_cannot_be_are_passed_over() -> None:
    """A parent whose id is part of a rule of its own is drawn again."""

    @frozen(field_transformer=checked, kw_only=True)
    class Narrow:
        id: str
        version: int = 0

        def __attrs_post_init__(self) -> None:
            if not self.id.startswith("n"):
                raise InvalidValue("Narrow.id", "must start with n")

    drawn_by(Narrow, lambda: st.builds(Narrow, id=st.just("n")))
    narrow: Kind[Any] = Kind("owner", Narrow)
    with pytest.raises(NoSuchExample):
        find(
            families_of(THING, (narrow, THING)),
            lambda family: len(family) == 2 and not family[0][1].id.startswith("n"),
            settings=settings(max_examples=50, suppress_health_check=list(HealthCheck)),
        )


def test_instants_are_drawn_to_the_microsecond() -> None:
    assert find(values_of(datetime), lambda it: it.microsecond % 1000 > 0).microsecond
