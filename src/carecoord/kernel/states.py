"""Lifecycles: which moves a thing can make from which state, in one explicit table.

    LIGHT = Lifecycle("light", {
        (Light.OFF, "switch_on"): Light.ON,
        (Light.ON, "switch_off"): Light.OFF,
    })
    LIGHT.after(Light.OFF, "switch_on")     # Light.ON
    LIGHT.after(Light.OFF, "switch_off")    # NotAllowed: a light that is off cannot switch off

The documentation draws its diagrams from the same tables.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from attrs import field, frozen

from carecoord.errors import Allowed, Answer, NotAllowed, Refused

__all__ = ["Lifecycle"]

State = TypeVar("State", bound=Enum)


@frozen
class Lifecycle(Generic[State]):
    """A transition table: (state, verb) to the next state; what is not in it cannot happen."""

    name: str
    moves: Mapping[tuple[State, str], State] = field(repr=False)
    source: str = "carecoord's own table: FHIR fixes the states, not the moves"

    def may(self, state: State, verb: str) -> Answer:
        """Whether the verb can be done in this state."""
        if (state, verb) in self.moves:
            return Allowed()
        words = verb.replace("_", " ")
        article = "an" if self.name[0] in "aeiou" else "a"
        reason = f"{article} {self.name} that is {state.value} cannot {words}"
        return Refused(f"{self.name}_can_{verb}", reason, self.source)

    def after(self, state: State, verb: str) -> State:
        """The state that the verb leads to.

        Raises:
            NotAllowed: the verb cannot be done in this state, which the reason names.
        """
        answer = self.may(state, verb)
        if isinstance(answer, Refused):
            raise NotAllowed(answer)
        return self.moves[state, verb]

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        for (state, verb), after in self.moves.items():
            lines.append(f"    {state.name.lower()} --> {after.name.lower()}: {verb}")
        return "\n".join(lines)
