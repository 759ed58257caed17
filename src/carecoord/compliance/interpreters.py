"""Who may interpret: somebody qualified, and a child never.

interpreter_may_interpret(Interpreter(InterpretedBy.WORKFORCE, actor), credentials, today)
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.compliance.credentials import Credential, CredentialKind
from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import checked

__all__ = ["RULES", "InterpretedBy", "Interpreter", "interpreter_may_interpret"]


class InterpretedBy(Enum):
    """Who is to interpret."""

    WORKFORCE = "workforce"
    """Somebody at work here, who has to be a qualified interpreter."""
    SERVICE = "service"
    """A service that sends qualified interpreters, or has them on the line."""
    ACCOMPANYING_ADULT = "accompanying_adult"
    CHILD = "child"


@frozen(field_transformer=checked)
class Interpreter:
    """Who is to interpret; `actor` for the workforce, and for nobody else.

    `patient_asked`: alone with a qualified interpreter, the patient asked for the accompanying
    adult, who agrees. `emergency`: somebody's safety is at stake, and no qualified interpreter is
    at hand.
    """

    by: InterpretedBy
    actor: ActorId | None = None
    patient_asked: bool = False
    emergency: bool = False

    def __attrs_post_init__(self) -> None:
        if (self.by is InterpretedBy.WORKFORCE) is (self.actor is None):
            raise InvalidValue("Interpreter.actor", "is told of the workforce, and of nobody else")


def interpreter_may_interpret(
    interpreter: Interpreter, credentials: Iterable[Credential], on: date
) -> Answer:
    """Qualified interpreters interpret; an adult who came along if the patient asked for it.

    In an emergency anybody may until a qualified one is there, a child only then.

    Source: 45 CFR 92.201(c) to (e) (from memory; not checked against the primary text).
    """
    qualified = any(
        one.kind is CredentialKind.QUALIFIED_INTERPRETER and one.holds(on)
        for one in credentials
        if one.holder == interpreter.actor
    )
    fit = {
        InterpretedBy.SERVICE: True,
        InterpretedBy.WORKFORCE: qualified,
        InterpretedBy.ACCOMPANYING_ADULT: interpreter.patient_asked,
        InterpretedBy.CHILD: False,
    }
    if fit[interpreter.by] or interpreter.emergency:
        return Allowed()
    reason = f"{interpreter.by.value} is no qualified interpreter"
    return Refused(interpreter_may_interpret.__name__, reason, "45 CFR 92.201")


RULES = (interpreter_may_interpret,)
