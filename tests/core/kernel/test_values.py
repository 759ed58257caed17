"""A value that exists is one that every store can keep."""

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Optional
from zoneinfo import ZoneInfo

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import (
    LARGEST_INTEGER,
    Count,
    LongText,
    Positive,
    Range,
    Text,
    check_id,
    check_instant,
    check_text,
    checked,
    is_id,
)
from carecoord.testing.strategies import ids, texts
from carecoord.testing.strategies import instants as drawn_instants

PetId = NewType("PetId", str)
NAIVE = datetime(2026, 1, 1)


class Sound(enum.Enum):
    BARK = "bark"
    MEOW = "meow"


class Word(str, enum.Enum):  # noqa: UP042 - str() of a StrEnum would do no harm
    """An enum that is text too."""

    LOUD = "loud"


class NoZone(tzinfo):
    """Says nothing about its offset."""

    def utcoffset(self, dt: datetime | None) -> None:
        return None


@frozen(field_transformer=checked)
class Collar:
    size: int


@frozen(field_transformer=checked)
class Ear:
    left: bool


def of(type_: Any) -> Any:
    """A checked class with one field `it` of this type."""
    return attrs.make_class(
        "Holder", {"it": attrs.field(type=type_)}, frozen=True, field_transformer=checked
    )


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        (str, ["x", " x ", "\U0001f600", "x" * 500], ["", " \n\t", "x" * 501, 1, None, b"x"]),
        (str, ["a\x01b", "\ud7ff", "\ue000"], ["a\0b", "\ud800", "x\udfff"]),
        (LongText, ["", "x" * 20_000], ["x" * 20_001, "\0", None]),
        (Annotated[str, Text(longest=2)], ["ab"], ["abc", ""]),
        (PetId, ["a", "0", "a.b_c:d-e", "x" * 128], ["", "x" * 129, "-a", "a b", "a\n", "\xe9", 1]),
        (int, [0, -LARGEST_INTEGER, LARGEST_INTEGER], [True, 1.0, "1", LARGEST_INTEGER + 1, None]),
        (Count, [0, 5], [-1, LARGEST_INTEGER + 1]),
        (Positive, [1], [0]),
        (Annotated[int, Range(2, 4)], [2, 4], [1, 5]),
        (Annotated[bool, "a remark"], [True], [1]),
        (bool, [True, False], [0, 1, None]),
        (date, [date.min, date.max], [datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01"]),
        (time, [time(0), time(23, 59, 59, 999_999)], [time(0, tzinfo=UTC), "00:00"]),
        (timedelta, [timedelta(0), timedelta(-1), timedelta(days=10**8)], [5, timedelta.max]),
        (Decimal, [Decimal("1.10"), Decimal("-0")], [Decimal("NaN"), Decimal("inf"), 1, 1.0]),
        (ZoneInfo, [ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu")], [UTC, "UTC"]),
        (Sound, [Sound.BARK], ["bark", "BARK"]),
        (Literal["a", 1], ["a", 1], ["b", 2, True, [], None]),
        (Collar, [Collar(1)], [1, Ear(True), None]),
        (Collar | None, [Collar(1), None], [1]),
        (Optional[int], [None, 3], ["3"]),  # noqa: UP045 - an old way to write it
        (Collar | Ear, [Collar(1), Ear(True)], [None, 1]),
        (Collar | Ear | None, [Collar(1), Ear(True), None], [1]),
        (tuple[int, ...], [(), (1, 2)], [(1, "2"), {1}, 1, "12", None]),
        (tuple[int, str], [(1, "a")], [(1,), (1, "a", 2), ("a", 1), None]),
        (frozenset[str], [frozenset(), frozenset({"a"})], [frozenset({1}), "a"]),
    ],
)
def test_every_type_takes_what_it_should(type_: Any, good: list[Any], bad: list[Any]) -> None:
    holder = of(type_)
    for value in good:
        assert holder(value).it == value
    for value in bad:
        with pytest.raises(InvalidValue) as caught:
            holder(value)
        assert caught.value.field.partition("[")[0] == "Holder.it"


def test_sequences_are_kept_as_tuples_and_frozensets() -> None:
    assert of(tuple[int, ...])([1, 2]).it == (1, 2)
    assert of(tuple[int, str])([1, "a"]).it == (1, "a")
    assert of(frozenset[int])([1, 2, 1]).it == of(frozenset[int])({1, 2}).it == frozenset({1, 2})


def test_an_error_names_the_place_and_never_the_value() -> None:
    with pytest.raises(InvalidValue) as caught:
        of(tuple[tuple[int, str], ...])(((1, "a"), (2, "canary\0")))
    assert caught.value.field == "Holder.it[1][1]"
    assert "canary" not in f"{caught.value!r} {caught.value}"


def test_an_instant_is_kept_in_utc() -> None:
    holder = of(datetime)
    east = timezone(timedelta(hours=5, minutes=45))
    kept = holder(datetime(2026, 1, 1, 12, tzinfo=east)).it
    assert kept == datetime(2026, 1, 1, 6, 15, tzinfo=UTC)
    assert kept.tzinfo is UTC
    for bad in (
        NAIVE,
        datetime(2026, 1, 1, tzinfo=NoZone()),
        datetime.min.replace(tzinfo=east),
        date(2026, 1, 1),
    ):
        with pytest.raises(InvalidValue):
            holder(bad)


@given(drawn_instants())
def test_an_instant_in_utc_is_itself(instant: datetime) -> None:
    assert check_instant("field", instant) is instant
    assert check_instant("field", instant.astimezone(ZoneInfo("Australia/Lord_Howe"))) == instant


def test_a_time_of_day_has_no_fold() -> None:
    assert of(time)(time(1, 30, fold=1)).it.fold == 0


def test_text_and_ids_are_plain_strings() -> None:
    """What looks like text but writes itself otherwise would come back as something else."""
    for kept in (of(str)(Word.LOUD).it, of(PetId)(Word.LOUD).it):
        assert type(kept) is str
        assert kept == "loud"


def test_a_zone_is_one_that_can_be_found_by_its_name() -> None:
    holder = of(ZoneInfo)
    assert holder(ZoneInfo.no_cache("Europe/London")).it is ZoneInfo("Europe/London")
    data = Path(__file__).parent / "no-such-file"
    assert not data.exists()
    unnamed = ZoneInfo.from_file(BytesIO(_minimal_tzif()))
    elsewhere = ZoneInfo.from_file(BytesIO(_minimal_tzif()), key="No/Where")
    for zone in (unnamed, elsewhere):
        with pytest.raises(InvalidValue):
            holder(zone)


def _minimal_tzif() -> bytes:
    """A zone file of one type and no transition: always UTC."""
    header = b"TZif" + b"\0" * 16 + b"\0\0\0\0" * 4 + b"\0\0\0\1" + b"\0\0\0\4"
    return header + b"\0\0\0\0\0\0" + b"UTC\0"


@pytest.mark.parametrize(
    "type_",
    [
        float,
        object,
        list[int],
        dict[str, int],
        set[int],
        None,
        Any,
        str | int,
        str | Collar,
        Sound | Collar | None,
        tuple[float, ...],
    ],
)
def test_a_field_that_stores_could_not_keep_cannot_be_declared(type_: Any) -> None:
    with pytest.raises(TypeError):
        of(type_)


def test_a_field_needs_a_real_type() -> None:
    with pytest.raises(TypeError, match="real type"):
        of("int")


def test_a_repr_shows_ids_enums_numbers_and_flags_only() -> None:
    @frozen(field_transformer=checked)
    class Shown:
        id: PetId
        perhaps: PetId | None
        sound: Sound
        count: int
        flag: bool
        maybe: int | None
        name: str
        born: date
        collar: Collar
        hidden: int = attrs.field(repr=False)

    shown = repr(
        Shown(
            PetId("pet-1"), PetId("pet-2"), Sound.BARK, 3, True, None,
            "canary", date(2020, 2, 2), Collar(4), 5,
        )
    )  # fmt: skip
    for part in ("pet-1", "pet-2", "BARK", "count=3", "flag=True", "maybe=None"):
        assert part in shown
    for part in ("canary", "2020", "name", "born", "collar", "hidden"):
        assert part not in shown


@given(ids())
def test_every_drawn_id_is_one(id: str) -> None:
    assert is_id(id)
    assert check_id("field", id) == id


@given(st.text())
def test_text_is_taken_as_it_is_or_refused(text: str) -> None:
    try:
        assert check_text("field", text) == text
    except InvalidValue:
        assert not text.strip() or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)


@given(texts(Text(longest=7)))
def test_drawn_texts_keep_their_limits(text: str) -> None:
    assert check_text("field", text, Text(longest=7)) == text


def test_values_within_values_are_checked_once_and_kept() -> None:
    holder = of(tuple[Money | Rate, ...])
    assert holder((Money(5), Rate(6))).it == (Money(5), Rate(6))
