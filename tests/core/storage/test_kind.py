"""A kind is declared once, and what it declares can be kept."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given

from carecoord.errors import InvalidValue
from carecoord.kernel.values import LARGEST_INTEGER, LongText, checked
from carecoord.storage.kind import Kind, Searched, instant_text, searchable
from carecoord.storage.memory import MemoryBackend
from carecoord.storage.store import Store
from carecoord.testing.strategies import instants


class Size(Enum):
    SMALL = "small"
    FOUR = 4


@frozen(field_transformer=checked, kw_only=True)
class Note:
    id: str
    text: LongText = ""
    of: str | None = None
    version: int = 0


def _searched(name: str, **declared: Any) -> Searched[Any]:
    return Searched(name, lambda it: None, **declared)


@pytest.mark.parametrize(
    "name", ["", "Note", "1st", "no-te", "x" * 42, "a b", "id", "body", "\xe9"]
)
def test_names_are_plain(name: str) -> None:
    with pytest.raises(InvalidValue):
        Kind(name, Note)
    with pytest.raises(InvalidValue):
        Kind("note", Note, (_searched(name),))


def test_a_field_is_declared_once() -> None:
    with pytest.raises(InvalidValue):
        Kind("note", Note, (_searched("text"), _searched("text")))
    with pytest.raises(InvalidValue):
        Kind("note", Note, (_searched("patient"),), patient_of=lambda it: None)


@pytest.mark.parametrize("upcasters", [{}, {2: dict}, {1: dict}, {1: dict, 2: dict, 3: dict}])
def test_every_earlier_schema_has_an_upcaster(upcasters: Any) -> None:
    with pytest.raises(InvalidValue):
        Kind("note", Note, schema=3, upcasters=upcasters)


@pytest.mark.parametrize("declared", [{"many": True}, {"type": "integer"}])
def test_a_reference_is_one_id(declared: Any) -> None:
    with pytest.raises(InvalidValue):
        Kind("note", Note, (_searched("of", references="note", **declared),))


@pytest.mark.parametrize("declared", [{"many": True}, {"references": "note"}])
def test_what_is_looked_up_by_its_values_needs_an_index(declared: Any) -> None:
    with pytest.raises(InvalidValue):
        Kind("note", Note, (_searched("of", indexed=False, **declared),))


def test_what_has_no_index_may_be_long() -> None:
    kind = Kind("note", Note, (Searched[Note]("text", lambda it: it.text, indexed=False),))
    assert kind.searched_of(Note(id="n", text="x" * 3_000)) == {"text": "x" * 3_000}


def test_a_store_has_every_kind_that_is_referred_to() -> None:
    kind = Kind("note", Note, (Searched("of", lambda it: it.of, references="page"),))
    with pytest.raises(InvalidValue) as caught:
        Store(MemoryBackend(), (kind,))
    assert caught.value.field == "kinds"
    to_itself = Kind("note", Note, (Searched("of", lambda it: it.of, references="note"),))
    Store(MemoryBackend(), (to_itself,))


def test_a_store_has_one_kind_of_a_name() -> None:
    with pytest.raises(InvalidValue):
        Store(
            MemoryBackend(), (Kind("note", Note), Kind("note", Note, schema=2, upcasters={1: dict}))
        )


def test_whose_record_it_is_can_be_searched() -> None:
    kind = Kind("note", Note, patient_of=lambda it: it.of)
    assert kind.field_named("patient").references == "patient"
    assert kind.searched_of(Note(id="n", of="p")) == {"patient": "p"}
    assert (
        Kind("patient", Note, patient_of=lambda it: it.id).field_named("patient").references is None
    )
    with pytest.raises(InvalidValue):
        kind.field_named("text")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, None), ("a", "a"), (True, 1), (-5, -5), (Size.SMALL, "small"), (Size.FOUR, 4),
        (date(2026, 2, 3), "2026-02-03"), (LARGEST_INTEGER, LARGEST_INTEGER),
        (datetime(2026, 2, 3, tzinfo=timezone(timedelta(hours=1))), "2026-02-02T23:00:00.000000Z"),
    ],
)  # fmt: skip
def test_values_have_one_searchable_form(value: object, form: object) -> None:
    assert searchable(value) == form


@pytest.mark.parametrize(
    "value",
    [
        1.5, Decimal(1), b"x", ("a",), timedelta(1), LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1,
        datetime(2026, 1, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        searchable(value)


@given(instants(), instants())
def test_text_order_of_instants_is_the_order_of_time(one: datetime, two: datetime) -> None:
    assert (instant_text(one) < instant_text(two)) is (one < two)
    assert datetime.fromisoformat(instant_text(one)).replace(tzinfo=UTC) == one


def test_many_values_are_each_there_once() -> None:
    many = Searched("sizes", lambda it: it, many=True)
    assert many.value(["b", "a", "b"]) == ("a", "b")


@pytest.mark.parametrize("text", ["x" * 2_501, "\U0001f600" * 626, "\xe9" * 1_251])
def test_what_is_too_long_for_an_index_is_refused_before_a_store_is_touched(text: str) -> None:
    """Some stores cannot index more; the limit holds on all of them."""
    plain = (Searched[Note]("text", lambda it: it.text),)
    many = (Searched[Note]("text", lambda it: [it.text, "short"], many=True),)
    for kind in (
        Kind("note", Note, plain),
        Kind("note", Note, many),
        Kind("note", Note, claims=lambda it: (it.text,)),
    ):
        store = Store(MemoryBackend(), (kind,))
        store.create_schema()
        with store.work() as work:
            with pytest.raises(InvalidValue):
                work.collection(kind).add(Note(id="n", text=text))
            work.collection(kind).add(Note(id="n", text=text[: len(text) - 1]))
