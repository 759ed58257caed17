"""Answers narrowed to what is necessary: parts of aggregates left out, and named as left out.

    narrowed(patient, {Patient: frozenset({"contacts"})})
    # the patient without contacts, and withheld={"contacts"}

A copy that was narrowed is for reading: no unit of work keeps it.
"""

import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

from carecoord.compliance.minimum_necessary import Withheld
from carecoord.storage.kind import Kind

__all__ = ["narrowed", "parts_by_class"]

R = TypeVar("R")


def parts_by_class(withheld: Withheld, kinds: Iterable[Kind[Any]]) -> dict[type, frozenset[str]]:
    """Which parts each class of these kinds goes without."""
    parts = dict(withheld)
    return {
        cls: parts[kind.name] & {one.name for one in attrs.fields(cls)}
        for kind in kinds
        if kind.name in parts
        for cls in typing.get_args(kind.cls) or (kind.cls,)
        if attrs.has(cls) and "withheld" in attrs.fields_dict(cls)
    }


def narrowed(result: R, parts: Mapping[type, frozenset[str]]) -> R:
    """The same, but that no aggregate anywhere in it has the parts that its class goes without."""
    return typing.cast(R, _narrowed(result, parts))


def _narrowed(value: Any, parts: Mapping[type, frozenset[str]]) -> Any:
    cls = type(value)
    if cls in (tuple, list, frozenset, set):
        inside = [_narrowed(one, parts) for one in value]
        same = all(new is old for new, old in zip(inside, value, strict=True))
        return value if same else cls(inside)
    if cls is dict:
        return {key: _narrowed(one, parts) for key, one in value.items()}
    if not attrs.has(cls):
        return value
    left = parts.get(cls, frozenset())
    changes: dict[str, Any] = {"withheld": left} if left else {}
    for field in attrs.fields(cls):
        if not field.init or field.name == "withheld":
            continue
        was = getattr(value, field.name)
        now = _without(field) if field.name in left else _narrowed(was, parts)
        if now is not was:
            changes[field.alias] = now
    return attrs.evolve(value, **changes) if changes else value


def _without(field: "attrs.Attribute[Any]") -> Any:
    """What stands in the place of a part that is left out."""
    default: Any = field.default
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
