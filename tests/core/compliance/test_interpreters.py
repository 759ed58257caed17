"""Interpreters: qualified, or in an emergency; a child never otherwise."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.credentials import Credential, CredentialKind
from carecoord.compliance.interpreters import (
    InterpretedBy,
    Interpreter,
    interpreter_may_interpret,
)
from carecoord.errors import InvalidValue

TODAY = date(2026, 3, 2)


def credential(kind=CredentialKind.QUALIFIED_INTERPRETER, holder="lena", days=9):
    return Credential(
        id="credential-1", holder=holder, kind=kind, what="Spanish", issued_on=date(2020, 1, 1),
        expires_on=TODAY + timedelta(days=days),
    )  # fmt: skip


@given(
    st.sampled_from(InterpretedBy),
    st.booleans(),
    st.booleans(),
    st.sampled_from(CredentialKind),
    st.sampled_from(["lena", "nora"]),
    st.integers(-5, 5),
)
def test_only_who_is_qualified_interprets_but_in_an_emergency(
    by, asked, emergency, kind, holder, days
):
    lena = "lena" if by is InterpretedBy.WORKFORCE else None
    answer = interpreter_may_interpret(
        Interpreter(by, lena, asked, emergency), [credential(kind, holder, days)], TODAY
    )
    own = kind is CredentialKind.QUALIFIED_INTERPRETER and holder == "lena" and days >= 0
    fit = {
        InterpretedBy.SERVICE: True,
        InterpretedBy.WORKFORCE: own,
        InterpretedBy.ACCOMPANYING_ADULT: asked,
        InterpretedBy.CHILD: False,
    }
    assert bool(answer) is (fit[by] or emergency)


def test_who_interprets_of_the_workforce_is_named():
    for wrong in ((InterpretedBy.WORKFORCE, None), (InterpretedBy.CHILD, "lena")):
        with pytest.raises(InvalidValue):
            Interpreter(*wrong)
