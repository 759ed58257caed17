"""What a transition table does not hold cannot happen."""

from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import Allowed, NotAllowed, Refused
from carecoord.kernel.states import Lifecycle


class Light(Enum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


MOVES = {
    (Light.OFF, "switch_on"): Light.ON,
    (Light.ON, "switch_off"): Light.OFF,
    (Light.ON, "break"): Light.BROKEN,
}
LIGHT = Lifecycle("light", MOVES)


@given(st.sampled_from(Light), st.sampled_from(("switch_on", "switch_off", "break", "repair")))
def test_a_move_leads_where_the_table_says_or_is_refused(state: Light, verb: str) -> None:
    answer = LIGHT.may(state, verb)
    if (state, verb) in MOVES:
        assert answer == Allowed()
        assert LIGHT.after(state, verb) is MOVES[state, verb]
    else:
        assert isinstance(answer, Refused)
        with pytest.raises(NotAllowed) as caught:
            LIGHT.after(state, verb)
        assert caught.value.refusals == (answer,)


def test_a_refusal_names_the_state_in_plain_words() -> None:
    answer = LIGHT.may(Light.OFF, "switch_off")
    assert isinstance(answer, Refused)
    assert answer.rule == "light_can_switch_off"
    assert answer.reason == "a light that is off cannot switch off"
    assert answer.source
    other = Lifecycle("offer", MOVES).may(Light.OFF, "break")
    assert isinstance(other, Refused)
    assert other.reason.startswith("an offer ")


def test_the_diagram_draws_every_move() -> None:
    lines = LIGHT.diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert lines[1:] == [
        "    off --> on: switch_on",
        "    on --> off: switch_off",
        "    on --> broken: break",
    ]


def test_a_repr_does_not_draw_the_table() -> None:
    assert "switch_on" not in repr(LIGHT)
