"""Gateways: the ports through which the desk reaches payers, patients and other outside parties."""

from datetime import date, datetime
from typing import Protocol

from attrs import evolve, frozen

from carecoord.estimates.accumulators import Used
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.eligibility import CoverageStatus, Standing
from carecoord.kernel.ids import ReminderId
from carecoord.kernel.time import Zone
from carecoord.kernel.values import LongText, checked
from carecoord.patients.coverages import Coverage
from carecoord.patients.registration import Patient
from carecoord.visits.reminder_plan import Channel
from carecoord.visits.visit_types import Modality

__all__ = [
    "CoverageStatus",
    "EligibilityGateway",
    "Gateways",
    "Message",
    "Notifier",
    "Verification",
    "WouldReachOut",
]


@frozen(field_transformer=checked, kw_only=True)
class Verification:
    """A payer's answer about a coverage on a day, with all that it states of the benefits.

    `as_of` is the day that its figures are of; None is the day on which it answers. `used` are
    limits of the plan, by its names. `contradictions` say what it stated in two ways, and which
    counts.
    """

    status: CoverageStatus
    on: date
    reference: str | None = None
    as_of: date | None = None
    standings: tuple[Standing, ...] = ()
    used: tuple[Used, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    contradictions: tuple[str, ...] = ()


class EligibilityGateway(Protocol):
    """Asks a payer about a coverage, as an X12 270 or a CoverageEligibilityRequest does."""

    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        """The payer's answer for that day.

        It may be asked again when a use case is tried again.

        Raises:
            Unavailable: the payer cannot be reached.
        """
        ...  # pragma: no cover


@frozen(field_transformer=checked, kw_only=True)
class Message:
    """A reminder as it goes to a patient: where to, what of, and words to be sent as they are.

    `key` is the same however often it is handed over. `to` is a number, an email address, the lines
    of a letter's address, or for the portal the patient's id. `zone` is that of the place, by
    telehealth the patient's. The facts are there for a notifier with words of its own, in the
    patient's `language` or with a link for telehealth.
    """

    key: ReminderId
    channel: Channel
    to: LongText
    language: str | None
    starts: datetime
    zone: Zone
    place: str
    modality: Modality
    text: LongText


class Notifier(Protocol):
    """Delivers messages to patients, as a gateway for texts, calls, email or letters does."""

    def send(self, message: Message) -> str | None:
        """Take a message over, and give it a name by which it can be found later, if any.

        The same key may come again, where nobody knows what became of it: it is delivered once.
        How long to try is the notifier's own care; nothing waits for it but the next message.

        Raises:
            InvalidValue: nothing can ever be delivered there; it is not tried again.
            Unavailable: not just now. Whatever else it raises is taken for the same.
        """
        ...  # pragma: no cover


@frozen
class Gateways:
    """The outside parties that a clinic is connected to; None where it is not."""

    eligibility: EligibilityGateway | None = None
    notifier: Notifier | None = None

    def silent(self) -> "Gateways":
        """The same connections, over which nothing is asked: for questions of what may be.

        The notifier is used by no use case, only between them.
        """
        return evolve(self, eligibility=None if self.eligibility is None else _Silent())


class WouldReachOut(Exception):
    """A question has come as far as it can without asking the outside world."""


class _Silent:
    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        raise WouldReachOut
