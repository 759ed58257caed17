"""What an individual may ask for, how long an answer may take, and why it may be denied.

`ANSWER_TIMES[RequestKind.ACCESS]` is 30 days and one extension of 30. Where the law sets no days,
as for restrictions, there is no entry, and nothing is ever overdue.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from carecoord.kernel.values import Positive, checked

__all__ = ["ANSWER_TIMES", "GROUNDS", "REVIEWABLE", "AnswerTime", "DenialGround", "RequestKind"]


class RequestKind(Enum):
    """The requests that the privacy rule gives an individual."""

    ACCESS = "access"
    AMENDMENT = "amendment"
    ACCOUNTING = "accounting"
    RESTRICTION = "restriction"
    CONFIDENTIAL_COMMUNICATION = "confidential_communication"


@frozen(field_transformer=checked)
class AnswerTime:
    """Calendar days from receipt to the answer, and by how many it can be extended, once."""

    days: Positive
    extension: Positive
    source: str


_K = RequestKind

ANSWER_TIMES: Mapping[RequestKind, AnswerTime] = {
    _K.ACCESS: AnswerTime(30, 30, "45 CFR 164.524(b)(2)"),
    _K.AMENDMENT: AnswerTime(60, 30, "45 CFR 164.526(b)(2)"),
    _K.ACCOUNTING: AnswerTime(60, 30, "45 CFR 164.528(c)(1)"),
}
"""Access and accounting: primary text. Amendment: from memory, not checked. States may be shorter,
and under the rules on information blocking 30 days is an outer limit, no safe harbor (from memory):
an answer that is ready is given."""


class DenialGround(Enum):
    """On what a denial rests."""

    PSYCHOTHERAPY_NOTES = "psychotherapy_notes"
    LITIGATION_MATERIAL = "litigation_material"
    INMATE_SAFETY = "inmate_safety"
    RESEARCH_IN_PROGRESS = "research_in_progress"
    PRIVACY_ACT = "privacy_act"
    CONFIDENTIAL_SOURCE = "confidential_source"
    ENDANGERS_SOMEBODY = "endangers_somebody"
    REFERS_TO_ANOTHER_PERSON = "refers_to_another_person"
    REPRESENTATIVE_MAY_HARM = "representative_may_harm"
    NOT_CREATED_HERE = "not_created_here"
    NOT_IN_RECORD_SET = "not_in_record_set"
    NOT_OPEN_TO_ACCESS = "not_open_to_access"
    ACCURATE_AND_COMPLETE = "accurate_and_complete"
    NOT_AGREED = "not_agreed"
    """Nobody has to agree to a restriction, but to that of 164.522(a)(1)(vi)."""
    NOT_REASONABLE = "not_reasonable"
    NO_ALTERNATIVE_GIVEN = "no_alternative_given"
    NO_PAYMENT_ARRANGEMENT = "no_payment_arrangement"


_G = DenialGround

REVIEWABLE = frozenset(
    {_G.ENDANGERS_SOMEBODY, _G.REFERS_TO_ANOTHER_PERSON, _G.REPRESENTATIVE_MAY_HARM}
)
"""Grounds on which a licensed professional who did not decide looks again, if the individual asks.

Source: 45 CFR 164.524(a)(3) and (a)(4) (from memory; not checked against the primary text).
"""

GROUNDS: Mapping[RequestKind, frozenset[DenialGround]] = {
    _K.ACCESS: REVIEWABLE
    | {
        _G.PSYCHOTHERAPY_NOTES,
        _G.LITIGATION_MATERIAL,
        _G.INMATE_SAFETY,
        _G.RESEARCH_IN_PROGRESS,
        _G.PRIVACY_ACT,
        _G.CONFIDENTIAL_SOURCE,
        _G.NOT_IN_RECORD_SET,
    },
    _K.AMENDMENT: frozenset(
        {
            _G.NOT_CREATED_HERE,
            _G.NOT_IN_RECORD_SET,
            _G.NOT_OPEN_TO_ACCESS,
            _G.ACCURATE_AND_COMPLETE,
        }
    ),
    _K.ACCOUNTING: frozenset(),
    _K.RESTRICTION: frozenset({_G.NOT_AGREED}),
    _K.CONFIDENTIAL_COMMUNICATION: frozenset(
        {_G.NOT_REASONABLE, _G.NO_ALTERNATIVE_GIVEN, _G.NO_PAYMENT_ARRANGEMENT}
    ),
}
"""Why each may be denied: 45 CFR 164.524(a)(2) and (a)(3), 164.526(a)(2), 164.522 (psychotherapy
notes and litigation: read in public sources; the rest from memory)."""
