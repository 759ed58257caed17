"""A simulated payer, for tests and lessons: it answers by a script, and can fail as payers do.

payer = SimulatedPayer({
    "M100": SimulatedMember(standings=(Standing(Figure.DEDUCTIBLE, False, True, …),)),
    "M200": SimulatedMember(last_day=date(2026, 2, 28)),     # inactive from March
    "M300": SimulatedMember(behaviour=Behaviour.STUCK),
})
Clinic(store, gateways=Gateways(eligibility=payer))
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum

from attrs import frozen

from carecoord.coordination.gateways import Verification
from carecoord.errors import Unavailable
from carecoord.estimates.accumulators import Used
from carecoord.estimates.benefits import Benefit
from carecoord.estimates.eligibility import CoverageStatus, Standing
from carecoord.kernel.values import checked
from carecoord.patients.coverages import Coverage
from carecoord.patients.registration import Patient

__all__ = ["Behaviour", "SimulatedMember", "SimulatedPayer"]


class Behaviour(Enum):
    """What the payer does when it is asked about a member."""

    ANSWERS = "answers"
    CANNOT_PROCESS = "cannot_process"
    """It answers that it cannot tell."""
    STUCK = "stuck"
    """It does not answer at all."""


@frozen(field_transformer=checked, kw_only=True)
class SimulatedMember:
    """What the payer knows of a member; days are both included, None leaves that side open.

    With `as_of` it states old figures, as payers do whose own files come in late.
    """

    behaviour: Behaviour = Behaviour.ANSWERS
    first_day: date | None = None
    last_day: date | None = None
    as_of: date | None = None
    standings: tuple[Standing, ...] = ()
    used: tuple[Used, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    contradictions: tuple[str, ...] = ()


class SimulatedPayer:
    """An `EligibilityGateway` over members by their member ids; it cannot tell of anybody else.

    `members` may be changed between two questions, as a payer's files change.
    """

    def __init__(self, members: Mapping[str, SimulatedMember]) -> None:
        self.members = dict(members)

    def verify(self, patient: Patient, coverage: Coverage, on: date) -> Verification:
        """What the payer knows of the member for that day.

        Raises:
            Unavailable: it does not answer.
        """
        member = self.members.get(coverage.member_id or "")
        if member is not None and member.behaviour is Behaviour.STUCK:
            raise Unavailable("the payer does not answer")
        if member is None or member.behaviour is Behaviour.CANNOT_PROCESS:
            return Verification(status=CoverageStatus.CANNOT_PROCESS, on=on)
        if (member.first_day is not None and on < member.first_day) or (
            member.last_day is not None and member.last_day < on
        ):
            return Verification(status=CoverageStatus.INACTIVE, on=on)
        return Verification(
            status=CoverageStatus.ACTIVE,
            on=on,
            reference=f"simulated-{coverage.member_id}",
            as_of=member.as_of,
            standings=member.standings,
            used=member.used,
            benefits=member.benefits,
            contradictions=member.contradictions,
        )
