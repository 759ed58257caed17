"""Kinds of the contract's own: things with a field of every sort, in every way that is searched."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal, NewType
from zoneinfo import ZoneInfo

from attrs import frozen
from hypothesis import strategies as st

from carecoord.kernel.codes import Code, Identifier
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.time import Period
from carecoord.kernel.values import LARGEST_INTEGER, Count, LongText, Text, checked
from carecoord.storage.kind import Kind, Searched
from carecoord.testing.strategies import NASTY_TEXTS, drawn_by, values_of

__all__ = [
    "BOX_OR_BAG",
    "OWNER",
    "THING",
    "THINGS",
    "Bag",
    "Box",
    "Colour",
    "Content",
    "Owner",
    "OwnerId",
    "ParcelId",
    "Thing",
    "ThingId",
    "badges",
    "holding",
    "labels",
    "owners",
    "ranks",
    "sightings",
    "things",
]

OwnerId = NewType("OwnerId", str)
ThingId = NewType("ThingId", str)
ParcelId = NewType("ParcelId", str)


class Colour(Enum):
    """An enum whose values a naive store could take for something else."""

    RED = "red"
    NULL = "null"
    DOLLAR = "$ne"


@frozen(field_transformer=checked)
class Round:
    """One member of a union within a body."""

    radius: Count


@frozen(field_transformer=checked)
class Square:
    """The other member; it looks the same but for its tag."""

    radius: Count


@frozen(field_transformer=checked)
class Content:
    """A value of every type that a field may have."""

    flag: bool
    number: int
    note: LongText
    at: datetime
    day: date
    hour: time
    span: timedelta
    exact: Decimal
    price: Money
    share: Rate
    during: Period
    zone: ZoneInfo
    code: Code
    identifier: Identifier
    colour: Colour
    way: Literal["in", "out"]
    pair: tuple[str, int]
    many: tuple[Money, ...]
    few: frozenset[str]
    days: frozenset[date]
    codes: frozenset[Code]
    shape: Round | Square
    perhaps: Round | Square | None
    shapes: tuple[Round | Square, ...]
    maybe: Period | None


@frozen(field_transformer=checked, kw_only=True)
class Owner:
    """What things refer to."""

    id: OwnerId
    name: str = "somebody"
    version: int = 0


@frozen(field_transformer=checked, kw_only=True)
class Thing:
    """What is kept, searched and claimed in the laws."""

    id: ThingId
    label: Annotated[str, Text(blank=True)] | None = None
    rank: int | None = None
    seen: datetime | None = None
    colour: Colour = Colour.RED
    words: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    secret: str | None = None
    owner: OwnerId | None = None
    badges: frozenset[str] = frozenset()
    content: Content | None = None
    version: int = 0


def holding(id: str, *badges: str, version: int = 0) -> Thing:
    """A thing that holds these badges."""
    return Thing(id=ThingId(id), badges=frozenset(badges), version=version)


@frozen(field_transformer=checked, kw_only=True)
class Box:
    """One class of a kind that has two."""

    id: ParcelId
    weight: Count
    version: int = 0


@frozen(field_transformer=checked, kw_only=True)
class Bag:
    """The other class; it looks the same but for its tag."""

    id: ParcelId
    weight: Count
    version: int = 0


OWNER = Kind("owner", Owner, (Searched("name", lambda it: it.name),))

THING = Kind(
    "thing",
    Thing,
    (
        Searched("label", lambda it: it.label),
        Searched("rank", lambda it: it.rank, "integer"),
        Searched("seen", lambda it: it.seen),
        Searched("colour", lambda it: it.colour),
        Searched("words", lambda it: it.words, many=True),
        Searched("numbers", lambda it: it.numbers, "integer", many=True),
        Searched("secret", lambda it: it.secret, sensitive=True, match="exact"),
        Searched("owner", lambda it: it.owner, references="owner"),
    ),
    claims=lambda it: tuple(f"badge|{badge}" for badge in it.badges),
    tags={"round": Round, "square": Square},
    settings={"grid": "5"},
)

BOX_OR_BAG: Kind[Box | Bag] = Kind(
    "parcel",
    Box | Bag,  # type: ignore[arg-type]
    (Searched("weight", lambda it: it.weight, "integer"),),
    tags={"box": Box, "bag": Bag},
)

THINGS = (OWNER, THING, BOX_OR_BAG)
"""The kinds with which the laws open a store."""


def labels() -> st.SearchStrategy[str]:
    """Few enough to meet again, near enough to be mistaken for each other."""
    near = (
        "",
        "a",
        "A",
        "ab",
        "a%",
        "a_b",
        "aXb",
        "a\\",
        "b",
        "B",
        "10",
        "9",
        " a",
        "a ",
        "\u00e9",
    )
    far = ("\u00e9", "e\u0301", "z", "Z", "\uffff", "\U0001f600", "\U0001f600a", "'", "$a", "\x01")
    return st.sampled_from((*near, *far)) | st.sampled_from(NASTY_TEXTS)


def ranks() -> st.SearchStrategy[int]:
    """Whole numbers, the largest of either sign among them."""
    ends = st.sampled_from((-LARGEST_INTEGER, LARGEST_INTEGER, 2**53, 2**53 + 1))
    return st.integers(-3, 3) | ends


def sightings() -> st.SearchStrategy[datetime]:
    """Instants that differ by days, or by a microsecond."""
    start = datetime(2026, 3, 8, 7, tzinfo=UTC)
    steps = st.sampled_from((timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=1)))
    days = st.integers(-2, 2).map(lambda n: timedelta(days=n))
    ends = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    return st.builds(lambda day, step: start + day + step, days, steps) | st.sampled_from(ends)


def badges() -> st.SearchStrategy[str]:
    """Names of which a few are wanted by everybody."""
    return st.sampled_from(("a", "A", "b", "a|b", "*")) | st.sampled_from(NASTY_TEXTS)


def owners() -> st.SearchStrategy[Owner]:
    """Owners, of any name."""
    owner: st.SearchStrategy[Owner] = values_of(Owner)
    return owner


def things(ids: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Thing]:
    """Things without owner, badges or content, whose searched fields often agree."""
    return st.builds(
        Thing,
        id=values_of(ThingId) if ids is None else ids,
        label=st.none() | labels(),
        rank=st.none() | ranks(),
        seen=st.none() | sightings(),
        colour=st.sampled_from(Colour),
        words=st.frozensets(labels().filter(str.strip), max_size=3),
        numbers=st.frozensets(ranks(), max_size=3),
        secret=st.none() | labels().filter(str.strip),
    )


drawn_by(Thing, fields=lambda: {"owner": st.none(), "badges": st.frozensets(badges(), max_size=2)})
