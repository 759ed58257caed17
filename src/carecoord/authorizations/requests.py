"""What is asked of a payer, how urgently, and through which channel."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import ActorId
from carecoord.kernel.values import Positive, Text, checked

__all__ = [
    "RULES",
    "WARNINGS",
    "Channel",
    "RequestedLine",
    "Submission",
    "UnitOfMeasure",
    "Urgency",
    "submission_can_be_traced",
]


class Urgency(Enum):
    """Which clock the payer is on."""

    STANDARD = "standard"
    EXPEDITED = "expedited"
    """Waiting could seriously harm life, health or function."""


class Channel(Enum):
    """How a request or a decision travels."""

    X12_278 = "x12-278"
    FHIR_PAS = "fhir-pas"
    PHONE = "phone"
    FAX = "fax"
    PORTAL = "portal"


class UnitOfMeasure(Enum):
    """What is counted."""

    UNITS = "units"
    VISITS = "visits"
    DAYS = "days"
    HOURS = "hours"


@frozen(field_transformer=checked)
class RequestedLine:
    """One service that approval is asked for, and how much of it.

    `drug` is set for a drug, whose decisions have clocks of their own.
    """

    number: Positive
    code: Code
    units: Positive
    measure: UnitOfMeasure = UnitOfMeasure.UNITS
    drug: bool = False


@frozen(field_transformer=checked)
class Submission:
    """That the request was sent or told: when, by whom, how, and what shows it."""

    channel: Channel
    at: datetime
    by: ActorId
    reference: Annotated[str, Text(longest=100)] | None = None
    representative: Annotated[str, Text(longest=200)] | None = None
    """With whom one spoke."""


def submission_can_be_traced(submission: Submission) -> Answer:
    """Whoever asks by phone, fax or portal notes a reference number or, by phone, a name.

    It warns: the request stands without, but is hard to prove.

    Source: common practice of prior authorization desks; not law.
    """
    if submission.reference is not None or submission.channel in (
        Channel.X12_278,
        Channel.FHIR_PAS,
    ):
        return Allowed()
    if submission.channel is Channel.PHONE and submission.representative is not None:
        return Allowed()
    return Refused(
        submission_can_be_traced.__name__,
        f"a request by {submission.channel.value} has no reference number to show for it",
        "common practice",
    )


RULES = (submission_can_be_traced,)
WARNINGS = frozenset({submission_can_be_traced.__name__})
"""Rules whose refusal is shown and does not forbid."""
