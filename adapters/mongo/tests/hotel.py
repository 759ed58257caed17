"""Kinds that try the backend: guests of rooms, with searched fields of every sort."""

from typing import Any

from carecoord.storage.backend import Row
from carecoord.storage.kind import Kind, Scalar, Searched

__all__ = ["GUEST", "KINDS", "ROOM", "row"]


def _searched(name: str, **more: Any) -> Searched[Any]:
    return Searched(name, lambda _: None, **more)


ROOM: Kind[Any] = Kind("room", Any, (_searched("floor", type="integer"),))
GUEST: Kind[Any] = Kind(
    "guest",
    Any,
    (
        _searched("name"),
        _searched("stars", type="integer"),
        _searched("wishes", many=True),
        _searched("years", type="integer", many=True),
        _searched("room", references="room"),
        _searched("friend", references="guest"),
    ),
)
KINDS = (ROOM, GUEST)


def row(
    kind: Kind[Any],
    id: str,
    version: int = 1,
    *claims: str,
    **searched: Scalar | tuple[Scalar, ...],
) -> Row:
    """A row whose other searched fields have nothing in them."""
    nothing = {name: () if one.many else None for name, one in kind.fields.items()}
    body = {"schema": 1, "id": id, "at": version}
    return Row(kind, id, version, body, {**nothing, **searched}, claims)
