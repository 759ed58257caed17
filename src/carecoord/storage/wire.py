"""The wire form: how an aggregate becomes a body of JSON values, and an aggregate again.

It knows the types of the kernel and the machinery; the classes come from the kinds.
"""

import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Generic
from zoneinfo import ZoneInfo

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from carecoord.errors import CarecoordError, InvalidValue
from carecoord.kernel.values import check_id
from carecoord.storage.backend import Body, Row, Stored
from carecoord.storage.kind import BESIDE_THE_BODY, Kind, T, instant_text

__all__ = ["SEALED", "Codec", "codec_of"]

SEALED = "sealed"
"""The key under which an encrypted store keeps a body; no field of an aggregate has this name."""

_TAG = "type"
_SCHEMA = "schema"
_MICROSECOND = timedelta(microseconds=1)
_MOST = 500
"""How many codecs are kept ready."""


def _read_instant(text: str, _: object = None) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _is_union_of_classes(of: Any) -> bool:
    return (
        typing.get_origin(of) in (types.UnionType, typing.Union)
        and any(attrs.has(member) for member in typing.get_args(of))
        and len([m for m in typing.get_args(of) if m is not type(None)]) > 1
    )


def _converter(tags: Mapping[str, type]) -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_unstructure_hook(datetime, instant_text)
    converter.register_structure_hook(datetime, _read_instant)
    for of, write, read in (
        (date, date.isoformat, date.fromisoformat),
        (time, time.isoformat, time.fromisoformat),
        (Decimal, str, Decimal),
        (ZoneInfo, lambda zone: zone.key, ZoneInfo),
        (timedelta, lambda span: span // _MICROSECOND, lambda count: count * _MICROSECOND),
    ):
        converter.register_unstructure_hook(of, write)
        converter.register_structure_hook(of, lambda value, _, read=read: read(value))
    converter.register_unstructure_hook_factory(
        lambda of: typing.cast(object, typing.get_origin(of)) is frozenset,
        lambda of: _write_set(converter, of),
    )
    names = {cls: tag for tag, cls in tags.items()}
    converter.register_unstructure_hook_factory(
        _is_union_of_classes, lambda of: _write_union(converter, names, of)
    )
    converter.register_structure_hook_factory(
        _is_union_of_classes, lambda of: _read_union(converter, tags, of)
    )
    return converter


def _write_set(converter: Converter, of: Any) -> Callable[[Any], list[Any]]:
    member = typing.get_args(of)[0]

    def write(values: Any) -> list[Any]:
        return sorted((converter.unstructure(value, member) for value in values), key=repr)

    return write


def _write_union(
    converter: Converter, names: Mapping[type, str], of: Any
) -> Callable[[Any], Body | None]:
    missing = [
        member.__name__
        for member in typing.get_args(of)
        if member is not type(None) and member not in names
    ]
    if missing:
        raise InvalidValue("Kind.tags", f"{', '.join(missing)} of a union need stable tags")

    def write(value: Any) -> Body | None:
        if value is None:
            return None
        return {_TAG: names[type(value)], **converter.unstructure(value)}

    return write


def _read_union(
    converter: Converter, tags: Mapping[str, type], of: Any
) -> Callable[[Any, Any], Any]:
    allowed = typing.get_args(of)

    def read(body: Any, _: Any) -> Any:
        if body is None and type(None) in allowed:
            return None
        cls = tags[body[_TAG]]
        if cls not in allowed:
            raise InvalidValue("body", "holds a tag of another union")
        return converter.structure(body, cls)

    return read


class Codec(Generic[T]):
    """Writes and reads the aggregates of one kind."""

    def __init__(self, kind: Kind[T]) -> None:
        self.kind = kind
        self._converter = _converter(kind.tags)
        self.classes = typing.get_args(kind.cls) or (kind.cls,)
        for cls in self.classes:
            left_out: Any = {
                field.name: override(omit=True)
                for field in attrs.fields(cls)
                if field.name in BESIDE_THE_BODY
            }
            self._converter.register_unstructure_hook(
                cls, make_dict_unstructure_fn(cls, self._converter, **left_out)
            )
            self._converter.register_structure_hook(
                cls, make_dict_structure_fn(cls, self._converter)
            )
        self._names = {
            cls: tuple(field.name for field in attrs.fields(cls)) for cls in self.classes
        }
        self._write = self._converter.get_unstructure_hook(kind.cls)
        self._read = self._converter.get_structure_hook(kind.cls)

    def row(self, aggregate: T, version: int) -> Row:
        """The row that keeps the aggregate as this version.

        Raises:
            InvalidValue: it is not of the kind's class, its id is none, or a text that is searched
                or claimed is too long for that.
        """
        if not isinstance(aggregate, self.classes):
            raise InvalidValue(self.kind.name, "is of another class than its kind's")
        return Row(
            self.kind,
            check_id(f"{self.kind.name}.id", aggregate.id),
            version,
            {_SCHEMA: self.kind.schema, **self._write(aggregate)},
            self.kind.searched_of(aggregate),
            self.kind.claims_of(aggregate),
        )

    def at_version(self, aggregate: T, version: int) -> T:
        """The same aggregate as this version; its other fields need no second check."""
        cls = type(aggregate)
        same = object.__new__(cls)
        for name in self._names[cls]:
            object.__setattr__(same, name, getattr(aggregate, name))
        object.__setattr__(same, "version", version)
        return same

    def aggregate(self, stored: Stored) -> T:
        """The aggregate that a stored body describes, older schemas brought up to date.

        Raises:
            InvalidValue: the body is of a newer schema than this code knows, or is damaged.
        """
        name, body = self.kind.name, stored.body
        schema = body.get(_SCHEMA)
        if schema != self.kind.schema:
            body = self._upcast(body, schema)
        body["version"] = stored.version
        try:
            return typing.cast(T, self._read(body, self.kind.cls))
        except CarecoordError:
            raise
        except Exception:  # noqa: BLE001 - whatever a damaged body makes the converter raise
            raise InvalidValue(f"{name} {stored.id}", "its stored body is damaged") from None

    def _upcast(self, body: Body, schema: Any) -> Body:
        name = self.kind.name
        if schema is None and SEALED in body:
            raise InvalidValue("keys", "are needed to open this store; it is kept encrypted")
        if type(schema) is not int or schema < 1:
            raise InvalidValue(name, "its stored body has no schema number")
        if schema > self.kind.schema:
            raise InvalidValue(name, "its stored body is of a newer schema than this release reads")
        steps = (self.kind.upcasters[n] for n in range(schema, self.kind.schema))
        return functools.reduce(lambda done, step: step(done), steps, body)


_made: dict[int, Codec[Any]] = {}


def codec_of(kind: Kind[T]) -> Codec[T]:
    """The codec of a kind, made once and shared by all stores of this process.

    Making one compiles code for every class that the kind keeps.
    """
    found = _made.get(id(kind))
    if found is None or found.kind is not kind:
        if len(_made) >= _MOST:
            _made.clear()
        found = _made[id(kind)] = Codec(kind)
    return found
