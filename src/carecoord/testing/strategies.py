"""Hypothesis strategies for every value and aggregate, derived from the types of their fields.

    @given(values_of(Period))
    def test_a_period_ends_after_it_starts(period): ...

    @given(aggregates_of(PATIENT))
    def test_a_patient_survives_being_kept(patient): ...

A class whose fields depend on each other is told how in the module of its context, beside this one;
a third party calls `drawn_by` for classes of its own.
"""

import enum
import functools
import types
import typing
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import attrs
from hypothesis import reject
from hypothesis import strategies as st

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Range, Text
from carecoord.storage.kind import BESIDE_THE_BODY, Aggregate, Kind

__all__ = [
    "NASTY_TEXTS",
    "aggregates_of",
    "dates",
    "drawn_by",
    "families_of",
    "ids",
    "instants",
    "integers",
    "texts",
    "values_of",
    "values_of_fields",
    "zones",
]

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

NASTY_TEXTS = (
    "'; DROP TABLE thing; --",
    '"quoted" \\ back`tick`',
    "{$where: 'sleep(9)'}",
    "$gt",
    "a.b.$c",
    "%_%",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "NULL",
    "true",
    "1e309",
    "-0",
    " leading and trailing ",
    "line\r\nbreak\ttab",
    "\x01\x1f\x7f\x85",
    "e\u0301 is not \u00e9",
    "Stra\u00dfe \u0130\u0131 \ufb01",
    "\u202eright to left",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\ufeffmark",
    "lines\u2028apart\u2029",
    "\ud7ff\ue000\uffff\U00010000\U0010ffff",
)
"""Texts that have broken some store or another; all of them can be kept."""

_FIRST, _LAST = datetime(1900, 1, 1), datetime(2199, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001
_ID_START = "ABCXYZabcxyz0189"
_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/St_Johns",
    "America/Phoenix",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)

_drawn: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {}
_fields: dict[type, Callable[[], dict[str, st.SearchStrategy[Any]]]] = {}


def drawn_by(
    cls: Any,
    strategy: Callable[[], st.SearchStrategy[Any]] | None = None,
    *,
    fields: Callable[[], dict[str, st.SearchStrategy[Any]]] | None = None,
) -> None:
    """Say how values of a class are drawn: by a whole strategy, or only some of its fields.

    Both are given as functions, called when the strategy is first needed.
    """
    if strategy is not None:
        _drawn[cls] = strategy
    if fields is not None:
        _fields[cls] = fields
    _built.cache_clear()


def ids() -> st.SearchStrategy[str]:
    """Ids: letters, digits and `. _ : -`, a letter or digit first."""
    rest = st.text(st.sampled_from(_ID_START + "._:-"), max_size=12)
    longest = st.just("x" * 128)
    return st.builds(str.__add__, st.sampled_from(_ID_START), rest) | longest


def texts(limits: Text | None = None) -> st.SearchStrategy[str]:
    """Texts of every script, within the limits, that every store can keep."""
    limits = limits or Text()
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    drawn = st.text(characters, min_size=0 if limits.blank else 1, max_size=min(limits.longest, 24))
    nasty = st.sampled_from(NASTY_TEXTS).map(lambda text: text[: limits.longest])
    longest = st.sampled_from("x\u00e9\U0001f600").map(lambda one: one * min(limits.longest, 500))
    found = drawn | nasty | longest
    return found if limits.blank else found.filter(str.strip)


def integers(limits: Range | None = None) -> st.SearchStrategy[int]:
    """Whole numbers within the limits, the limits themselves among them."""
    limits = limits or Range()
    ends = st.sampled_from((limits.least, limits.most))
    small = st.integers(max(limits.least, -1000), min(limits.most, 1000))
    whole = st.integers(limits.least, limits.most)
    return (small if limits.least <= 1000 and limits.most >= -1000 else whole) | whole | ends


def instants() -> st.SearchStrategy[datetime]:
    """Instants in UTC, to the microsecond."""
    return st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))


def dates() -> st.SearchStrategy[date]:
    """Days of three centuries."""
    return st.dates(_FIRST.date(), _LAST.date())


def zones() -> st.SearchStrategy[ZoneInfo]:
    """Time zones, odd ones among them."""
    return st.sampled_from(_ZONES).map(ZoneInfo)


def values_of(of: Any) -> st.SearchStrategy[Any]:
    """Values of a checked class, or of any type that a field of one may have."""
    return st.deferred(lambda: _built(of))


def values_of_fields(cls: type[T], **told: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Values of a checked class, some of whose fields are drawn as told."""
    told = {**(_fields[cls]() if cls in _fields else {}), **told}
    fields = {
        field.alias: told[field.name] if field.name in told else _field(field)
        for field in attrs.fields(cls)  # type: ignore[arg-type]
        if field.init and field.name not in BESIDE_THE_BODY
    }
    return st.fixed_dictionaries(fields).map(functools.partial(_made, cls))


def _field(field: "attrs.Attribute[Any]") -> st.SearchStrategy[Any]:
    return ids() if field.name == "id" else values_of(field.type)


def aggregates_of(kind: Kind[A]) -> st.SearchStrategy[A]:
    """Aggregates of a kind that were never kept, and can be."""
    members = typing.get_args(kind.cls) or (kind.cls,)
    return st.one_of([values_of(member) for member in members]).map(
        functools.partial(_keepable, kind)
    )


def families_of(
    kind: Kind[Any], kinds: Sequence[Kind[Any]]
) -> st.SearchStrategy[list[tuple[Kind[Any], Any]]]:
    """An aggregate of a kind, and before it whatever it refers to, each with its kind."""
    by_name = {one.name: one for one in kinds}

    @st.composite  # without arguments, for Hypothesis would write all the kinds into its name
    def family_of_kind(draw: st.DrawFn) -> list[tuple[Kind[Any], Any]]:
        family: list[tuple[Kind[Any], Any]] = []
        begun: set[tuple[str, str]] = set()

        def add(kind: Kind[Any], aggregate: Any) -> None:
            begun.add((kind.name, aggregate.id))
            for field in kind.fields.values():
                id = field.value(aggregate) if field.references else None
                if field.references is None or id is None:
                    continue
                parents = by_name[field.references]
                if (parents.name, id) not in begun:
                    parent = draw(aggregates_of(parents))
                    add(parents, _evolved(parent, id=id))
            family.append((kind, aggregate))

        add(kind, draw(aggregates_of(kind)))
        return family

    return family_of_kind()


def _decimals() -> st.SearchStrategy[Decimal]:
    return st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4) | (
        st.integers(0, 10**12).map(Decimal)
    )


_SIMPLE: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    type(None): st.none,
    str: texts,
    int: integers,
    bool: st.booleans,
    datetime: instants,
    date: dates,
    time: st.times,
    timedelta: lambda: st.timedeltas(timedelta(0), timedelta(days=400)),
    Decimal: _decimals,
    ZoneInfo: zones,
}


@functools.cache
def _built(of: Any) -> st.SearchStrategy[Any]:
    if of in _drawn:
        return _drawn[of]()
    if of in _SIMPLE:
        return _SIMPLE[of]()
    if isinstance(of, typing.NewType):
        return ids()
    origin, arguments = typing.get_origin(of), typing.get_args(of)
    if origin is Annotated:
        return _annotated(arguments)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([values_of(member) for member in sorted(arguments, key=_none_first)])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    if origin is frozenset:
        return st.frozensets(values_of(arguments[0]), max_size=3)
    return _class(of)


def _none_first(member: Any) -> bool:
    return member is not type(None)


def _annotated(arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    for limits in arguments[1:]:
        if isinstance(limits, Text):
            return texts(limits)
        if isinstance(limits, Range):
            return integers(limits)
    return values_of(arguments[0])


def _class(of: Any) -> st.SearchStrategy[Any]:
    if isinstance(of, type) and issubclass(of, enum.Enum):
        return st.sampled_from(of)
    if isinstance(of, type) and attrs.has(of):
        return values_of_fields(of)
    raise TypeError(f"say with drawn_by how a {of!r} is drawn")


def _made(cls: type[T], fields: dict[str, Any]) -> T:
    """The value, if its fields agree with each other."""
    try:
        return cls(**fields)
    except InvalidValue:
        reject()


def _keepable(kind: Kind[Any], aggregate: Any) -> Any:
    """The aggregate, if no text is too long to be searched by."""
    try:
        kind.searched_of(aggregate)
        kind.claims_of(aggregate)
    except InvalidValue:
        reject()
    return attrs.evolve(aggregate, version=0)


def _evolved(aggregate: Any, **fields: Any) -> Any:
    try:
        return attrs.evolve(aggregate, **fields)
    except InvalidValue:
        reject()
