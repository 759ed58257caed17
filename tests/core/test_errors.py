import pickle

import pytest

from carecoord.errors import (
    AccessDenied,
    Allowed,
    AlreadyTaken,
    CarecoordError,
    Conflict,
    InvalidValue,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
    insist,
)

NO = Refused("some_rule", "it is forbidden", "a law")
ERRORS = [
    (InvalidValue("Patient.name", "must not be blank"), "Patient.name: must not be blank"),
    (NotFound("patient", "Okafor"), "no such patient"),
    (NotFound("patient", f"patient-{7:032x}"), f"no patient with id patient-{7:032x}"),
    (Conflict("patient", "p1"), "patient p1: stale_version"),
    (AlreadyTaken("booking", "resource"), "booking: the resource is already taken"),
    (NotAllowed(NO, NO), "some_rule: it is forbidden; some_rule: it is forbidden"),
    (AccessDenied("book", "no grant"), "book: no grant"),
    (Unavailable("the store is locked"), "the store is locked"),
    (OutcomeUnknown("the line broke"), "the line broke"),
]


@pytest.mark.parametrize(("error", "text"), ERRORS, ids=lambda one: type(one).__name__)
def test_an_error_says_what_it_is_about_and_crosses_processes(error, text):
    assert str(error) == text
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.args, str(again)) == (type(error), error.args, text)
    assert isinstance(error, CarecoordError)


def test_codes_are_stable_and_distinct():
    codes = [type(error).code for error, _ in ERRORS]
    assert codes == [
        "invalid_value",
        "not_found",
        "not_found",
        "conflict",
        "already_taken",
        "not_allowed",
        "access_denied",
        "unavailable",
        "outcome_unknown",
    ]


def test_a_refusal_is_false_and_allowed_is_true():
    assert Allowed()
    assert not NO


def test_every_refusal_is_raised_at_once():
    insist(Allowed(), Allowed())
    with pytest.raises(NotAllowed) as error:
        insist(Allowed(), NO, Allowed(), NO)
    assert error.value.refusals == (NO, NO)


@pytest.mark.parametrize("typed", ["Okafor", "123-45-6789", "p1", "1980-05-17", ""])
def test_what_was_typed_instead_of_an_id_is_never_repeated(typed):
    error = NotFound("patient", typed)
    assert error.id == ""
    for shown in (str(error), repr(error)):
        assert not typed or typed not in shown.replace("patient", "")


def test_a_reused_key_is_told_in_plain_words():
    error = Conflict("once", "once-1", "idempotency_key_reused")
    assert str(error) == "the idempotency key was used before, with other arguments"
