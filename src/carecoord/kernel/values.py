"""Values that check themselves: `@frozen(field_transformer=checked)`.

    @frozen(field_transformer=checked)
    class Pet:
        name: str
        born: date | None = None

    Pet(name="")        # InvalidValue: Pet.name: must not be blank

Each field is checked by its type when the value is made, so a value that exists is one that
every store can keep. Text keeps clear of what some store cannot hold: NUL, lone surrogates,
over-long. Reprs show ids, enums, versions and flags only, so no patient detail reaches a log.
"""

import enum
import re
import types
import typing
from collections.abc import Callable, Iterable, Sized
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
from attrs import frozen

from carecoord.errors import InvalidValue

__all__ = [
    "LARGEST_INTEGER",
    "Count",
    "LongText",
    "Positive",
    "Range",
    "Text",
    "check_id",
    "check_instant",
    "check_text",
    "checked",
    "how_many",
    "is_id",
]

LARGEST_INTEGER = 2**63 - 1
"""The largest integer that every store can keep."""

_LONGEST_SPAN = timedelta(microseconds=LARGEST_INTEGER)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}\Z")

Check: TypeAlias = Callable[[str, Any], Any]
"""Takes the name of a field and a value; returns the value to keep, or raises InvalidValue."""


@frozen
class Text:
    """Limits of a text, for `Annotated[str, Text(…)]`: how long, and whether it may be blank."""

    longest: int = 500
    blank: bool = False


@frozen
class Range:
    """Limits of an integer, both inclusive, for `Annotated[int, Range(…)]`."""

    least: int = -LARGEST_INTEGER
    most: int = LARGEST_INTEGER


LongText: TypeAlias = Annotated[str, Text(longest=20_000, blank=True)]
"""A note of up to 20,000 characters, which may be empty."""
Count: TypeAlias = Annotated[int, Range(least=0)]
"""An integer from 0."""
Positive: TypeAlias = Annotated[int, Range(least=1)]
"""An integer from 1."""


def check_text(field: str, value: object, limits: Text = Text()) -> str:
    """The text itself, if every store can keep it.

    Raises:
        InvalidValue: not a string, blank, too long, or with a NUL or a lone surrogate.
    """
    if not isinstance(value, str):
        raise InvalidValue(field, "must be text")
    if not limits.blank and not value.strip():
        raise InvalidValue(field, "must not be blank")
    if len(value) > limits.longest:
        raise InvalidValue(field, f"must not be longer than {limits.longest:,} characters")
    if "\0" in value:
        raise InvalidValue(field, "must not contain a NUL character")
    if not value.isascii() and _LONE_SURROGATE.search(value):
        raise InvalidValue(field, "must not contain a lone surrogate")
    return str.__str__(value)


def is_id(value: object) -> bool:
    """Whether it could be an id; see `check_id`."""
    return isinstance(value, str) and _ID.match(value) is not None


def check_id(field: str, value: object) -> str:
    """The id itself: letters, digits and `. _ : -`, 1 to 128 of them, a letter or digit first.

    Raises:
        InvalidValue: anything else.
    """
    if not isinstance(value, str) or not is_id(value):
        raise InvalidValue(field, "must be an id: 1 to 128 letters, digits or . _ : -")
    return str.__str__(value)


def check_instant(field: str, value: object) -> datetime:
    """The same instant in UTC.

    Raises:
        InvalidValue: not a datetime, or one without a zone, which names no instant.
    """
    if not isinstance(value, datetime):
        raise InvalidValue(field, "must be a datetime")
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise InvalidValue(field, "must have a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise InvalidValue(field, "is outside the years that can be kept") from None


def _check_integer(limits: Range) -> Check:
    least, most = limits.least, limits.most

    def check(field: str, value: Any) -> Any:
        if type(value) is not int:
            raise InvalidValue(field, "must be a whole number")
        if not least <= value <= most:
            if least == -LARGEST_INTEGER or most == LARGEST_INTEGER:
                bound = f"at least {least}" if value < least else f"at most {most}"
                raise InvalidValue(field, f"must be {bound}")
            raise InvalidValue(field, f"must be from {least} to {most}")
        return value

    return check


def _check_instance(cls: type, noun: str) -> Check:
    def check(field: str, value: Any) -> Any:
        if not isinstance(value, cls):
            raise InvalidValue(field, f"must be {noun}")
        return value

    return check


def _check_date(field: str, value: Any) -> Any:
    if type(value) is not date:
        raise InvalidValue(field, "must be a date")
    return value


def _check_time(field: str, value: Any) -> Any:
    if type(value) is not time or value.tzinfo is not None:
        raise InvalidValue(field, "must be a time of day without a zone")
    return value.replace(fold=0)


def _check_decimal(field: str, value: Any) -> Any:
    if type(value) is not Decimal or not value.is_finite():
        raise InvalidValue(field, "must be a finite decimal")
    return value


def _check_span(field: str, value: Any) -> Any:
    if not isinstance(value, timedelta):
        raise InvalidValue(field, "must be a timedelta")
    if abs(value) > _LONGEST_SPAN:
        raise InvalidValue(field, "is longer than any store can keep")
    return value


def _check_zone(field: str, value: Any) -> Any:
    """The zone by its name, which is all that is kept of it."""
    if not isinstance(value, ZoneInfo):
        raise InvalidValue(field, "must be an IANA time zone")
    try:
        return ZoneInfo(value.key)
    except (ZoneInfoNotFoundError, TypeError):
        raise InvalidValue(field, "must be a time zone that IANA names") from None


def _check_choice(choices: tuple[object, ...]) -> Check:
    def check(field: str, value: Any) -> Any:
        if not any(value == one and type(value) is type(one) for one in choices):
            raise InvalidValue(field, "must be one of " + ", ".join(map(str, choices)))
        return value

    return check


def _check_many(
    of: Check, build: Callable[[Iterable[Any]], Any], accepted: tuple[type, ...]
) -> Check:
    def check(field: str, value: Any) -> Any:
        if type(value) not in accepted:
            raise InvalidValue(field, "must be a sequence")
        return build(of(f"{field}[{i}]", item) for i, item in enumerate(value))

    return check


def _check_row(of: tuple[Check, ...]) -> Check:
    def check(field: str, value: Any) -> Any:
        if type(value) not in (tuple, list) or len(value) != len(of):
            raise InvalidValue(field, f"must be a sequence of {len(of)}")
        return tuple(
            one(f"{field}[{i}]", item) for i, (one, item) in enumerate(zip(of, value, strict=True))
        )

    return check


def _check_union(members: tuple[Any, ...]) -> Check:
    rest = [member for member in members if member is not type(None)]
    if len(rest) == 1:
        of = _check_of(rest[0])

        def check_optional(field: str, value: Any) -> Any:
            return None if value is None else of(field, value)

        return check_optional
    if not all(attrs.has(member) for member in rest):
        raise TypeError("a union of several holds classes of attrs, and None")
    classes = tuple(rest)
    optional = len(rest) < len(members)
    names = " or ".join(cls.__name__ for cls in classes)

    def check(field: str, value: Any) -> Any:
        if (value is None and optional) or isinstance(value, classes):
            return value
        raise InvalidValue(field, f"must be {names}")

    return check


def _check_of(of: Any) -> Check:
    if isinstance(of, typing.NewType):
        return check_id
    origin, arguments = typing.get_origin(of), typing.get_args(of)
    if origin is Annotated:
        for limits in arguments[1:]:
            if isinstance(limits, Text):
                return lambda field, value: check_text(field, value, limits)
            if isinstance(limits, Range):
                return _check_integer(limits)
        return _check_of(arguments[0])
    if origin is types.UnionType or origin is typing.Union:
        return _check_union(arguments)
    if origin is Literal:
        return _check_choice(arguments)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return _check_many(_check_of(arguments[0]), tuple, (tuple, list))
        return _check_row(tuple(_check_of(argument) for argument in arguments))
    if origin is frozenset:
        return _check_many(_check_of(arguments[0]), frozenset, (frozenset, set, tuple, list))
    return _check_class(of)


def _check_class(of: Any) -> Check:
    if not isinstance(of, type):
        raise TypeError(f"a checked value cannot have a field of type {of!r}")
    if of is str:
        return check_text
    if of is int:
        return _check_integer(Range())
    special: dict[type, Check] = {
        bool: _check_instance(bool, "true or false"),
        datetime: check_instant,
        date: _check_date,
        time: _check_time,
        timedelta: _check_span,
        Decimal: _check_decimal,
        ZoneInfo: _check_zone,
    }
    if of in special:
        return special[of]
    if issubclass(of, enum.Enum):
        return _check_instance(of, "one of " + ", ".join(str(member.value) for member in of))
    if attrs.has(of):
        article = "an" if of.__name__[0] in "AEIOU" else "a"
        return _check_instance(of, f"{article} {of.__name__}")
    raise TypeError(f"a checked value cannot have a field of type {of!r}")


def _shown(of: Any) -> bool:
    """Whether a repr may show it: ids, enums, whole numbers and flags name no patient."""
    union = typing.get_origin(of) in (types.UnionType, typing.Union)
    members = typing.get_args(of) if union else (of,)
    return all(
        isinstance(member, typing.NewType)
        or member in (int, bool, type(None))
        or (isinstance(member, type) and issubclass(member, enum.Enum))
        for member in members
    )


def how_many(values: Sized) -> str:
    """How many there are, for reprs that must not show them: `attrs.field(repr=how_many)`."""
    return f"<{len(values)}>"


def checked(cls: type, fields: list["attrs.Attribute[Any]"]) -> list["attrs.Attribute[Any]"]:
    """The field transformer that makes a class check its fields; see the module's example."""
    done = []
    for field in fields:
        if isinstance(field.type, str):
            raise TypeError(f"{cls.__name__}.{field.name} must be annotated with a real type")
        check, name = _check_of(field.type), f"{cls.__name__}.{field.name}"
        done.append(
            field.evolve(
                converter=partial(check, name),
                repr=field.repr if field.repr is not True else _shown(field.type),
            )
        )
    return done
