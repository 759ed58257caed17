"""The minimum necessary: which parts of a record somebody needs, by role and purpose.

    view = View("patient", {Role.BILLING}, {Purpose.PAYMENT}, {"addresses", "coverages"})
    parts_withheld((view,), {Role.BILLING}, Purpose.PAYMENT)      # (): billing sees both
    parts_withheld((view,), {Role.SCHEDULER}, Purpose.TREATMENT)  # (("patient", {both}),)

A part that any view names is left out of every answer, unless a view shows it to the roles by which
access was granted. What no view names is shown to whoever reaches the record.
Source: 45 CFR 164.502(b) and 164.514(d) (from memory; not checked against the primary texts).
"""

from collections.abc import Iterable, Set
from typing import Annotated, TypeAlias

from attrs import frozen

from carecoord.kernel.people import Purpose, Role
from carecoord.kernel.values import Text, checked

__all__ = ["View", "Withheld", "parts_withheld"]

Name = Annotated[str, Text(longest=100)]

Withheld: TypeAlias = tuple[tuple[str, frozenset[str]], ...]
"""Of which kinds which parts are left out."""


@frozen(field_transformer=checked)
class View:
    """The parts of a kind that these roles see for these purposes; parts are fields by name."""

    kind: Name
    roles: frozenset[Role]
    purposes: frozenset[Purpose]
    parts: frozenset[Name]


def parts_withheld(views: Iterable[View], roles: Set[Role], purpose: Purpose) -> Withheld:
    """What is left out for these roles and this purpose, by kind in the order of names."""
    left: dict[str, frozenset[str]] = {}
    shown: dict[str, frozenset[str]] = {}
    for view in views:
        left[view.kind] = left.get(view.kind, frozenset()) | view.parts
        if view.roles & roles and purpose in view.purposes:
            shown[view.kind] = shown.get(view.kind, frozenset()) | view.parts
    found = ((kind, parts - shown.get(kind, frozenset())) for kind, parts in sorted(left.items()))
    return tuple((kind, parts) for kind, parts in found if parts)
