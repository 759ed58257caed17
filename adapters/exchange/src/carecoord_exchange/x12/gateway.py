"""Asking payers by X12, as the desk does: an `EligibilityGateway` over any way to send.

def send(request: str) -> bytes: ...     # to the clearinghouse, and back with its answer

payers = X12Eligibility(send, clock=…, numbers=…, provider=…, payer_of=…, …)
Clinic(store, gateways=Gateways(eligibility=payers))
payers.ask(patient, coverage, date(2026, 5, 4), ("98",))
"""

from collections.abc import Callable, Sequence
from datetime import date

from carecoord.coordination.gateways import Verification
from carecoord.errors import Unavailable
from carecoord.estimates.eligibility import CoverageStatus
from carecoord.kernel.time import Clock
from carecoord.patients.coverages import Coverage
from carecoord.patients.registration import Patient
from carecoord_exchange.problems import FileRefused
from carecoord_exchange.x12.eligibility_answer import read_eligibility
from carecoord_exchange.x12.eligibility_request import Party, eligibility_request
from carecoord_exchange.x12.standing import benefits_of, standings_of
from carecoord_exchange.x12.statements import EligibilityAnswer

__all__ = ["X12Eligibility"]

_STATUS = {True: CoverageStatus.ACTIVE, False: CoverageStatus.INACTIVE}


class X12Eligibility:
    """Asks payers through a clearinghouse, one request and its answer at a time.

    `send` carries a request there and brings the answer back; what it raises as OSError counts as
    a payer that cannot be reached. `numbers` gives control numbers from 1 to 999,999,999, each only
    once for a long time; `payer_of` says how the clearinghouse knows the payer of a coverage.
    `sender`, `receiver` and `originator` are those that the clearinghouse assigned.
    `service_types` are asked about when a coverage is verified: 30 is the plan as a whole.
    """

    def __init__(
        self,
        send: Callable[[str], bytes],
        *,
        clock: Clock,
        numbers: Callable[[], int],
        provider: Party,
        payer_of: Callable[[Coverage], Party],
        sender: tuple[str, str],
        receiver: tuple[str, str],
        originator: str,
        service_types: Sequence[str] = ("30",),
        is_test: bool = False,
    ) -> None:
        self._send = send
        self._clock = clock
        self._numbers = numbers
        self._provider = provider
        self._payer_of = payer_of
        self._sender = sender
        self._receiver = receiver
        self._originator = originator
        self._service_types = service_types
        self._is_test = is_test

    def ask(
        self,
        patient: Patient,
        coverage: Coverage,
        on: date,
        service_types: Sequence[str] = ("30",),
    ) -> EligibilityAnswer:
        """All that the payer says of the coverage and its benefits for that day.

        Raises:
            InvalidValue: the coverage has no member id, or a text cannot be sent.
            Unavailable: the payer cannot be reached, or its answer cannot be used.
        """
        control = self._numbers()
        trace = f"{control:09}"
        request = eligibility_request(
            patient, coverage, payer=self._payer_of(coverage), provider=self._provider, on=on,
            trace=trace, originator=self._originator, sender=self._sender,
            receiver=self._receiver, sent=self._clock.now(), control=control,
            service_types=service_types, is_test=self._is_test,
        )  # fmt: skip
        try:
            answers = read_eligibility(self._send(request)).answers
        except OSError:
            raise Unavailable("the payer cannot be reached") from None
        except FileRefused as refused:
            raise Unavailable(f"the payer's answer cannot be read: {refused}") from None
        for answer in answers:
            if trace in answer.traces or (len(answers) == 1 and not answer.traces):
                return answer
        raise Unavailable("the payer's answer is to another question")

    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        """What the payer says of the coverage for that day, and what it states of its benefits.

        Raises:
            InvalidValue: the coverage has no member id, or a text cannot be sent.
            Unavailable: the payer cannot be reached, or its answer cannot be used.
        """
        answer = self.ask(patient, coverage, on, self._service_types)
        status = CoverageStatus.CANNOT_PROCESS
        if answer.is_active is not None and not answer.rejections:
            status = _STATUS[answer.is_active]
        standings, contradictory = standings_of(answer)
        benefits, more = benefits_of(answer)
        return Verification(
            status=status,
            on=on,
            reference=next(iter(answer.traces), None),
            standings=standings,
            benefits=benefits,
            contradictions=tuple(map(str, (*contradictory, *more))),
        )
