"""Where a figure comes from, and how sure we are of it."""

from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.kernel.values import Text, checked

__all__ = ["Source", "Sureness"]


class Sureness(Enum):
    """How a source was read."""

    PRIMARY = "primary"
    """The text of the law itself, or its schema."""
    SECONDARY = "secondary"
    REPEATED = "repeated"
    """Several public projects agree on it."""
    MEMORY = "memory"
    """To be confirmed by counsel before it is relied on."""
    OWN = "own"
    """The organization's own rule; nobody else can be asked."""


@frozen(field_transformer=checked)
class Source:
    """A citation, and how it was read."""

    citation: Annotated[str, Text(longest=200)]
    sureness: Sureness

    def __str__(self) -> str:
        return self.citation
