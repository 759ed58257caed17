"""Values as bytes: to tell a repeated request from another one, or one policy from another."""

import enum
import hashlib
import json
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from carecoord.errors import InvalidValue

__all__ = ["encoded_arguments", "fingerprint_of"]


def encoded_arguments(arguments: tuple[Any, ...], named: dict[str, Any]) -> bytes:
    """The same bytes for the same arguments.

    Raises:
        InvalidValue: an argument is of a type that no use case takes.
    """
    plain = [_plain(arguments), {name: _plain(named[name]) for name in sorted(named)}]
    return json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode()


def fingerprint_of(value: Any) -> str | None:
    """What tells a value from any other of its kind: the same for the same data, wherever it is.

    None if it holds what is no data, such as a function.
    """
    try:
        return hashlib.sha256(encoded_arguments((value,), {})).hexdigest()
    except InvalidValue:
        return None


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case enum.Enum():
            return [type(value).__name__, _plain(value.value)]
        case date() | time() | Decimal() | timedelta() | ZoneInfo():
            return [type(value).__name__, str(value)]
        case tuple() | list():
            return [_plain(one) for one in value]
        case set() | frozenset():
            return sorted((_plain(one) for one in value), key=json.dumps)
    if attrs.has(type(value)):
        fields = (getattr(value, field.name) for field in attrs.fields(type(value)))
        return [type(value).__name__, *(_plain(one) for one in fields)]
    raise InvalidValue("arguments", f"a {type(value).__name__} cannot be given to a use case")
