"""A kind: how one sort of aggregate is kept, declared once in its context's `repository.py`.

VISIT_TYPE = Kind(
    "visit_type", VisitType,
    searched=(Searched("name", lambda it: it.name), Searched("active", lambda it: it.active)),
)
"""

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.kernel.values import LARGEST_INTEGER, check_instant

__all__ = [
    "BESIDE_THE_BODY",
    "LONGEST_INDEXED",
    "Aggregate",
    "Kind",
    "Scalar",
    "Searched",
    "instant_text",
    "searchable",
]

Scalar: TypeAlias = str | int | None
"""What a searched field holds: text, a whole number, or nothing."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")


class Aggregate(Protocol):
    """Whatever is kept: it has an id, and the version it was last kept as (0: never)."""

    @property
    def id(self) -> str:
        """Its typed id."""
        ...  # pragma: no cover

    @property
    def version(self) -> int:
        """How often it was kept."""
        ...  # pragma: no cover


T = TypeVar("T", bound=Aggregate)

BESIDE_THE_BODY = frozenset({"version", "withheld"})
"""Fields of aggregates that no body holds: the version has its own place, and what an answer
withheld (see `carecoord.compliance.View`) says of one copy alone that it is not whole."""

LONGEST_INDEXED = 2_500
"""How many bytes of UTF-8 a searched text or a claim may have; some stores index no more."""


def instant_text(instant: datetime) -> str:
    """An instant in UTC as text of fixed width, so that text order is the order of time."""
    return instant.isoformat("T", "microseconds")[:26] + "Z"


def searchable(value: object) -> Scalar:
    """The form of a value in a searched field: enums by value, times as text that sorts right.

    Raises:
        InvalidValue: a type that cannot be searched, or a number larger than stores can keep.
    """
    match value:
        case None | str():
            return value
        case bool():
            return int(value)
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise InvalidValue("where", "the number is larger than any store can keep")
            return value
        case enum.Enum():
            return searchable(value.value)
        case datetime():
            return instant_text(check_instant("where", value))
        case date():
            return value.isoformat()
        case _:
            raise InvalidValue("where", f"a {type(value).__name__} cannot be searched")


@frozen
class Searched(Generic[T]):
    """A field that is searched: a typed column, or an indexed field of a document.

    `of` reads it from the aggregate. `many` holds several values, searched with `has` and
    `has_any`. `references` names the kind whose id it holds. One that is not `indexed` is there to
    be read in projections and to narrow a search down; it may be as long as it likes. With
    `match="exact"` it is found by whole values only: equal, one of, has. `sensitive` fields are
    text; an encrypted store keeps a keyed hash of them, and finds them by whole values too,
    whatever their `match`.
    """

    name: str
    of: Callable[[T], object] = field(eq=False)
    type: Literal["text", "integer"] = "text"
    many: bool = False
    references: str | None = None
    indexed: bool = True
    sensitive: bool = False
    match: Literal["exact", "ordered"] = "ordered"

    def value(self, aggregate: T) -> Scalar | tuple[Scalar, ...]:
        """What the aggregate has in this field, in searchable form."""
        value = self.of(aggregate)
        if not self.many:
            return searchable(value)
        return tuple(sorted({searchable(one) for one in value}))  # type: ignore[attr-defined, type-var]


def _no_claims(_: Any) -> tuple[str, ...]:
    return ()


@frozen
class Kind(Generic[T]):
    """How one sort of aggregate is kept.

    `cls` is its class, or the union of its classes; `tags` gives every class of a union, nested
    unions included, the stable name under which it is kept. `patient_of` says whose record it is
    and makes it searchable as `patient`; `sensitivity_of` says how sensitive it is, searchable as
    `sensitivity`. `claims` are the strings it holds while it is kept in this state, each unique
    within the kind. An encrypted store hashes what follows the first bar of a
    claim, unless the word before it is among `plain_claims`, which hold ids and times only.
    `schema` numbers the form of the body; `upcasters` bring a body of schema n to n + 1. `settings`
    are fixed when a store is created.
    """

    name: str
    cls: type[T]
    searched: tuple[Searched[T], ...] = field(default=(), repr=False)
    patient_of: Callable[[T], str | None] | None = field(default=None, eq=False, repr=False)
    sensitivity_of: Callable[[T], Iterable[Sensitivity]] | None = field(
        default=None, eq=False, repr=False
    )
    claims: Callable[[T], tuple[str, ...]] = field(default=_no_claims, eq=False, repr=False)
    plain_claims: frozenset[str] = field(default=frozenset(), repr=False)
    tags: Mapping[str, type] = field(factory=dict, repr=False)
    schema: int = 1
    upcasters: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(
        factory=dict, eq=False, repr=False
    )
    settings: Mapping[str, str] = field(factory=dict)
    fields: Mapping[str, Searched[T]] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        searched = self.searched
        if self.patient_of is not None:
            whose = None if self.name == "patient" else "patient"
            searched = (Searched("patient", self.patient_of, references=whose), *searched)
        if self.sensitivity_of is not None:
            searched = (*searched, _sensitivity(self.sensitivity_of))
        by_name = {one.name: one for one in searched}
        for name in (self.name, *by_name):
            if not _NAME.match(name) or name in ("id", "version", "body", "claims"):
                raise InvalidValue("Kind", f"{name!r} cannot be the name of a kind or a field")
        if len(by_name) != len(searched):
            raise InvalidValue("Kind", f"{self.name} declares a searched field twice")
        for one in self.searched:
            if one.references is not None and (one.many or one.type != "text"):
                raise InvalidValue("Kind", f"{self.name}.{one.name} refers to more than one id")
            if not one.indexed and (one.many or one.references is not None):
                raise InvalidValue("Kind", f"{self.name}.{one.name} needs an index")
            if one.sensitive and (one.references is not None or one.type != "text"):
                raise InvalidValue("Kind", f"{self.name}.{one.name} is sensitive, and no text")
        if set(self.upcasters) != set(range(1, self.schema)):
            raise InvalidValue("Kind", f"{self.name} needs an upcaster for every earlier schema")
        object.__setattr__(self, "fields", by_name)

    def field_named(self, name: str) -> Searched[T]:
        """The searched field of this name; every kind has `id`.

        Raises:
            InvalidValue: none is declared.
        """
        if name == "id":
            return _ID
        found = self.fields.get(name)
        if found is None:
            raise InvalidValue("where", f"{self.name} has no searched field of this name")
        return found

    def searched_of(self, aggregate: T) -> dict[str, Scalar | tuple[Scalar, ...]]:
        """Every searched field of the aggregate.

        Raises:
            InvalidValue: a text of more than `LONGEST_INDEXED` bytes.
        """
        found = {}
        for name, one in self.fields.items():
            value = found[name] = one.value(aggregate)
            for text in value if isinstance(value, tuple) else (value,) if one.indexed else ():
                self._check_indexed(name, text)
        return found

    def claims_of(self, aggregate: T) -> tuple[str, ...]:
        """The strings that it claims, sorted, each once.

        Raises:
            InvalidValue: one of more than `LONGEST_INDEXED` bytes.
        """
        claims = tuple(sorted(set(self.claims(aggregate))))
        for claim in claims:
            self._check_indexed("claims", claim)
        return claims

    def _check_indexed(self, field: str, value: Scalar) -> None:
        if (
            isinstance(value, str)
            and len(value) > LONGEST_INDEXED // 4
            and len(value.encode()) > LONGEST_INDEXED
        ):
            raise InvalidValue(f"{self.name}.{field}", "is too long to be searched or claimed")


def _sensitivity(of: Callable[[T], object]) -> Searched[T]:
    return Searched("sensitivity", of, many=True, sensitive=True, match="exact")


_ID: Searched[Any] = Searched("id", lambda aggregate: aggregate.id)
