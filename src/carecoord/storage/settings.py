"""What is fixed when a store is created, such as the grid on which time is claimed."""

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import checked
from carecoord.storage.kind import Kind

__all__ = ["SETTING", "Setting", "check_settings"]


@frozen(field_transformer=checked, kw_only=True)
class Setting:
    """One setting of one kind; its id is the kind's name, a dot and the setting's."""

    id: str
    value: str
    version: int = 0


SETTING = Kind("setting", Setting)

_FORMAT = "store.format"
"""In which form the store keeps things. Every store has it, sealed as everything in it is."""


def check_settings(kept: dict[str, str], kinds: Iterable[Kind[Any]]) -> tuple[Setting, ...]:
    """The settings that are not kept yet.

    Raises:
        InvalidValue: a kind comes with another setting than the store was created with.
    """
    wanted = {_FORMAT: "1"}
    for kind in kinds:
        wanted.update((f"{kind.name}.{name}", value) for name, value in kind.settings.items())
    for id, value in wanted.items():
        if kept.get(id, value) != value:
            raise InvalidValue(id, "differs from what the store was created with")
    return tuple(Setting(id=id, value=value) for id, value in wanted.items() if id not in kept)
