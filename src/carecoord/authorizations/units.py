"""Approved units: how many there are, until when, and which visits use them.

approval.remaining(1)                                       # units of line 1 that are left
approval.used(visit, code, units=1, on=day, at=now)         # never more than approved
approval.released(visit)                                    # when the visit is cancelled
"""

from datetime import date, datetime

from attrs import evolve, field, frozen

from carecoord.authorizations.requests import UnitOfMeasure
from carecoord.errors import Allowed, Answer, InvalidValue, NotAllowed, Refused
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import BookingId
from carecoord.kernel.values import Positive, checked, how_many

__all__ = [
    "RULES",
    "Approval",
    "ApprovedLine",
    "Use",
    "authorization_covers_the_date",
    "authorization_covers_the_service",
    "visit_fits_authorized_units",
    "visit_uses_a_service_once",
]


@frozen(field_transformer=checked)
class ApprovedLine:
    """One approved service: how much of it, and on which days, both inclusive.

    No last day: none was stated.
    """

    number: Positive
    code: Code
    units: Positive
    measure: UnitOfMeasure
    first: date
    last: date | None = None


@frozen(field_transformer=checked)
class Use:
    """Units of a line that a visit takes; `on` is the day of the visit, `at` when it was noted."""

    visit: BookingId
    line: Positive
    units: Positive
    on: date
    at: datetime


@frozen(field_transformer=checked)
class Approval:
    """What a payer approved, and the visits that use it.

    `uncovered` are uses that a later decision no longer covers: their visits need another
    authorization, or another day.
    """

    lines: tuple[ApprovedLine, ...] = field(repr=how_many)
    uses: tuple[Use, ...] = field(default=(), repr=how_many)
    uncovered: tuple[Use, ...] = field(default=(), repr=how_many)

    def __attrs_post_init__(self) -> None:
        if len({line.number for line in self.lines}) < len(self.lines):
            raise InvalidValue("Approval.lines", "must not number two lines alike")

    def line(self, number: int) -> ApprovedLine:
        """The line of this number.

        Raises:
            InvalidValue: nothing was approved under this number.
        """
        for line in self.lines:
            if line.number == number:
                return line
        raise InvalidValue("line", "is not among the approved lines")

    def taken(self, number: int) -> int:
        """How many units of the line visits use."""
        return sum(use.units for use in self.uses if use.line == number)

    def remaining(self, number: int) -> int:
        """How many units of the line are left."""
        return self.line(number).units - self.taken(number)

    def has_expired(self, on: date) -> bool:
        """Whether no line can be used on this day or later."""
        return all(line.last is not None and line.last < on for line in self.lines)

    def refusals(
        self, visit: BookingId, code: Code, *, units: int, on: date
    ) -> tuple[Refused, ...]:
        """What keeps the visit from using it, of the line that comes nearest; nothing if it may."""
        line = self._nearest(visit, code, units, on)
        return () if isinstance(line, ApprovedLine) else line

    def used(
        self, visit: BookingId, code: Code, *, units: int, on: date, at: datetime
    ) -> "Approval":
        """With units of a service taken by a visit on its day.

        Raises:
            NotAllowed: no line covers the service on that day with so many units left.
        """
        line = self._nearest(visit, code, units, on)
        if not isinstance(line, ApprovedLine):
            raise NotAllowed(*line)
        return evolve(self, uses=(*self.uses, Use(visit, line.number, units, on, at)))

    def released(self, visit: BookingId) -> "Approval":
        """With whatever the visit used given back; a visit that used nothing changes nothing."""
        return evolve(
            self,
            uses=tuple(use for use in self.uses if use.visit != visit),
            uncovered=tuple(use for use in self.uncovered if use.visit != visit),
        )

    def withdrawn(self) -> "Approval":
        """With every use uncovered, since the approval stands no longer."""
        return evolve(self, uses=(), uncovered=(*self.uncovered, *self.uses))

    def taking_over(self, uses: tuple[Use, ...]) -> "Approval":
        """With the uses of what it replaces: the earliest first, as many as it covers."""
        approval = self
        for use in sorted(uses, key=lambda one: (one.on, one.at, one.visit, one.line)):
            line = next((line for line in self.lines if line.number == use.line), None)
            if (
                line is not None
                and authorization_covers_the_date(line, use.on)
                and visit_fits_authorized_units(approval, line, use.units)
            ):
                approval = evolve(approval, uses=(*approval.uses, use))
            else:
                approval = evolve(approval, uncovered=(*approval.uncovered, use))
        return approval

    def moved(self, visit: BookingId, *, on: date, at: datetime) -> "Approval":
        """With the visit's units used on another day.

        Raises:
            NotAllowed: the approval does not cover that day.
        """
        approval = self.released(visit)
        for use in self.uses:
            if use.visit == visit:
                code = self.line(use.line).code
                approval = approval.used(visit, code, units=use.units, on=on, at=at)
        return approval

    def _nearest(
        self, visit: BookingId, code: Code, units: int, on: date
    ) -> ApprovedLine | tuple[Refused, ...]:
        covered = authorization_covers_the_service(self, code)
        if isinstance(covered, Refused):
            return (covered,)
        found: list[tuple[Refused, ...]] = []
        for line in (line for line in self.lines if line.code == code):
            answers = (
                authorization_covers_the_date(line, on),
                visit_fits_authorized_units(self, line, units),
                visit_uses_a_service_once(self, code, visit),
            )
            refusals = tuple(answer for answer in answers if isinstance(answer, Refused))
            if not refusals:
                return line
            found.append(refusals)
        return min(found, key=len)


def authorization_covers_the_service(approval: Approval, code: Code) -> Answer:
    """A visit uses what was approved, and not something like it.

    Source: the payer's decision.
    """
    if any(line.code == code for line in approval.lines):
        return Allowed()
    reason = "this service is not among those approved"
    return Refused(authorization_covers_the_service.__name__, reason, "the payer's decision")


def authorization_covers_the_date(line: ApprovedLine, on: date) -> Answer:
    """The visit lies within the days that were approved, both included.

    Source: the payer's decision.
    """
    if line.first <= on and (line.last is None or on <= line.last):
        return Allowed()
    until = f"to {line.last.isoformat()}" if line.last else "on"
    reason = f"line {line.number} is approved from {line.first.isoformat()} {until}"
    return Refused(authorization_covers_the_date.__name__, reason, "the payer's decision")


def visit_fits_authorized_units(approval: Approval, line: ApprovedLine, units: int) -> Answer:
    """No visit takes more units than are left of those approved.

    Source: the payer's decision.
    """
    left = approval.remaining(line.number)
    if units <= left:
        return Allowed()
    reason = f"line {line.number} has {left} of {line.units} {line.measure.value} left"
    return Refused(visit_fits_authorized_units.__name__, reason, "the payer's decision")


def visit_uses_a_service_once(approval: Approval, code: Code, visit: BookingId) -> Answer:
    """One visit does not use a service twice, so a repeated request takes nothing more.

    Source: carecoord's own rule.
    """
    for use in approval.uses:
        if use.visit == visit and approval.line(use.line).code == code:
            reason = f"visit {visit} uses line {use.line} already"
            return Refused(visit_uses_a_service_once.__name__, reason, "carecoord's own rule")
    return Allowed()


RULES = (
    authorization_covers_the_service,
    authorization_covers_the_date,
    visit_fits_authorized_units,
    visit_uses_a_service_once,
)
