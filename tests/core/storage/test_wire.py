"""Bodies are JSON, tell classes apart by stable tags, and are refused when damaged."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import checked
from carecoord.storage import wire
from carecoord.storage.backend import Stored
from carecoord.storage.kind import Kind
from carecoord.storage.wire import Codec, codec_of
from carecoord.testing.strategies import aggregates_of, values_of
from carecoord.testing.things import (
    BOX_OR_BAG,
    THING,
    Bag,
    Box,
    Content,
    ParcelId,
    Round,
    Thing,
    ThingId,
)


@frozen(field_transformer=checked, kw_only=True)
class Free:
    """Its id is not a typed one."""

    id: str
    version: int = 0


@given(aggregates_of(THING), st.integers(1, 5))
def test_a_body_is_json_and_comes_back_as_it_was(thing: Thing, version: int) -> None:
    codec = Codec(THING)
    row = codec.row(thing, version)
    body = json.loads(json.dumps(row.body))
    assert "version" not in body
    assert body["schema"] == 1
    assert codec.aggregate(Stored(row.id, version, body)) == evolve(thing, version=version)


@given(values_of(Content))
def test_the_order_of_a_set_does_not_change_its_body(content: Content) -> None:
    again = evolve(content, few=frozenset(sorted(content.few, reverse=True)))
    one, two = (
        Codec(THING).row(Thing(id=ThingId("t"), content=it), 1).body for it in (content, again)
    )
    assert json.dumps(one) == json.dumps(two)


def test_classes_of_a_kind_have_stable_tags() -> None:
    codec = Codec(BOX_OR_BAG)
    body = codec.row(Bag(id=ParcelId("p"), weight=3), 1).body
    assert body == {"schema": 1, "type": "bag", "id": "p", "weight": 3}
    assert isinstance(codec.aggregate(Stored("p", 1, {**body, "type": "box"})), Box)


def test_a_class_without_a_tag_cannot_be_declared() -> None:
    kind = Kind("parcel", Box | Bag, tags={"box": Box})  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="Bag"):
        Codec(kind)


def test_what_is_of_another_class_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Codec(THING).row(Box(id=ParcelId("p"), weight=3), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("id", ["", "no id", "\xe9", "x" * 129, "a/b", "-a"])
def test_an_id_that_could_not_be_found_again_is_refused(id: str) -> None:
    with pytest.raises(InvalidValue):
        Codec(Kind("free", Free)).row(evolve(Free(id="x"), id=id or " "), 1)


GOOD: dict[str, Any] = Codec(THING).row(Thing(id=ThingId("t")), 1).body
SHAPE = {"type": "round", "radius": 1, "id": "s", "weight": 1}
CONTENT: dict[str, Any] = {
    "flag": True, "number": 1, "note": "", "at": "2026-01-02T03:04:05.000006Z",
    "day": "2026-01-02", "hour": "03:04:05", "span": 7, "exact": "1.50",
    "price": {"cents": 5, "currency": "USD"}, "share": {"millionths": 9},
    "during": {"start": "2026-01-01T00:00:00.000000Z", "end": "2026-01-02T00:00:00.000000Z"},
    "zone": "Europe/London", "code": {"system": "s", "value": "v"},
    "identifier": {"system": "s", "value": "v"}, "colour": "null", "way": "in",
    "pair": ["a", 1], "many": [], "few": ["x"], "days": ["2026-01-02"],
    "codes": [{"system": "s", "value": "v"}], "shape": SHAPE, "perhaps": None, "shapes": [SHAPE],
    "maybe": None,
}  # fmt: skip
"""A body as it has always been written; it must stay readable."""


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": None}, {"schema": "1"}, {"schema": 0}, {"schema": 2},
        {"rank": "canary"}, {"seen": "canary"}, {"colour": "canary"},
        {"words": 5}, {"badges": [""]}, {"content": {"flag": True}},
    ],
)  # fmt: skip
def test_a_damaged_body_is_refused_without_being_quoted(damage: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as caught:
        Codec(THING).aggregate(Stored("t", 1, {**GOOD, **damage}))
    assert "canary" not in f"{caught.value!r}"


def test_a_body_is_read_as_it_was_written() -> None:
    content = Codec(THING).aggregate(Stored("t", 1, {**GOOD, "content": CONTENT})).content
    assert content is not None
    assert content.at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert content.span == timedelta(microseconds=7)
    assert content.exact == Decimal("1.50")
    assert (content.price, content.share) == (Money(5), Rate(9))
    assert content.zone is ZoneInfo("Europe/London")
    assert content.shape == Round(1)


@pytest.mark.parametrize("tag", ["triangle", "box", None, 5])
def test_a_tag_of_another_union_is_refused(tag: object) -> None:
    kind = evolve(THING, tags={**THING.tags, "box": Box})
    with pytest.raises(InvalidValue):
        Codec(kind).aggregate(
            Stored("t", 1, {**GOOD, "content": {**CONTENT, "shape": {**SHAPE, "type": tag}}})
        )


def test_nothing_within_a_union_stays_nothing() -> None:
    @frozen(field_transformer=checked, kw_only=True)
    class Holder:
        id: ThingId
        shape: Round | Box | None = None
        version: int = 0

    codec = Codec(Kind("holder", Holder, tags={"round": Round, "box": Box}))
    for shape in (None, Round(3), Box(id=ParcelId("b"), weight=1)):
        row = codec.row(Holder(id=ThingId("h"), shape=shape), 1)
        assert codec.aggregate(Stored("h", 0, row.body)).shape == shape
    row.body["shape"]["type"] = "other"
    with pytest.raises(InvalidValue):
        codec.aggregate(Stored("h", 0, row.body))


def test_the_codec_of_a_kind_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    again = evolve(THING)
    assert codec_of(THING) is codec_of(THING)
    assert again == THING
    assert codec_of(again).kind is again
    monkeypatch.setattr(wire, "_MOST", 0)
    assert codec_of(evolve(THING)) is not codec_of(again)
