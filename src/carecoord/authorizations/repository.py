"""What the context of authorizations asks of storage."""

from datetime import date, datetime

from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.chain import ENDED, current_of
from carecoord.authorizations.status import IN_FORCE, WAITING
from carecoord.kernel.codes import Code
from carecoord.kernel.ids import AuthorizationId, BookingId, CoverageId, PatientId
from carecoord.storage.conditions import (
    Order,
    at_least,
    at_most,
    equal,
    every,
    has,
    is_none,
    one_of,
    some,
)
from carecoord.storage.kind import Kind, Searched
from carecoord.storage.repository import Repository

__all__ = ["AUTHORIZATION", "Authorizations"]


def _valid_until(authorization: Authorization) -> date | None:
    lines = () if authorization.approval is None else authorization.approval.lines
    days = [line.last for line in lines if line.last is not None]
    return max(days) if days and len(days) == len(lines) else None


def _services(authorization: Authorization) -> set[str]:
    approved = () if authorization.approval is None else authorization.approval.lines
    codes = [line.code for line in authorization.lines] + [line.code for line in approved]
    return {code.token for code in codes}


def _visits(authorization: Authorization) -> set[BookingId]:
    approval = authorization.approval
    uses = () if approval is None else (*approval.uses, *approval.uncovered)
    return {use.visit for use in uses}


def _claims(authorization: Authorization) -> tuple[str, ...]:
    if authorization.replaces is None or authorization.status in ENDED:
        return ()
    return (f"update|{authorization.replaces}",)


AUTHORIZATION = Kind(
    "authorization",
    Authorization,
    (
        Searched("status", lambda it: it.status),
        Searched("coverage", lambda it: it.coverage),
        Searched("program", lambda it: it.program),
        Searched("number", lambda it: it.number, sensitive=True, match="exact"),
        Searched("service", _services, many=True),
        Searched("visit", _visits, many=True),
        Searched("due_at", lambda it: None if it.deadline is None else it.deadline.due_at),
        Searched("valid_until", _valid_until),
        Searched("replaces", lambda it: it.replaces, references="authorization"),
    ),
    patient_of=lambda it: it.patient,
    sensitivity_of=lambda it: it.sensitivities,
    claims=_claims,
)


class Authorizations(Repository[Authorization]):
    """Authorizations, those due first before others; those without a deadline come first."""

    kind = AUTHORIZATION
    in_order = (Order("due_at"),)

    def of_patient(self, patient: PatientId) -> tuple[Authorization, ...]:
        """All of a patient's, ended and expired ones included."""
        return self.all(equal("patient", patient))

    def shown(self, patient: PatientId, on: date) -> tuple[Authorization, ...]:
        """Those of a patient that matter on this day: ended and expired ones are hidden."""
        lasting = some(is_none("valid_until"), at_least("valid_until", on))
        found = self.all(every(equal("patient", patient), lasting))
        return tuple(one for one in found if one.is_shown(on))

    def fitting(
        self, patient: PatientId, coverage: CoverageId, code: Code, on: date
    ) -> tuple[Authorization, ...]:
        """Those in force that name the service and have not expired; units are still to be judged.

        `Authorization.may_be_used` judges date and units.
        """
        lasting = some(is_none("valid_until"), at_least("valid_until", on))
        return self.all(
            every(
                equal("patient", patient),
                equal("coverage", coverage),
                one_of("status", IN_FORCE),
                has("service", code.token),
                lasting,
            )
        )

    def used_by(self, visit: BookingId) -> tuple[Authorization, ...]:
        """Those of which a visit uses units, or did before they were withdrawn."""
        return self.all(has("visit", visit))

    def numbered(self, number: str) -> tuple[Authorization, ...]:
        """Those with this number of a payer's."""
        return self.all(equal("number", number))

    def waiting(self) -> tuple[Authorization, ...]:
        """Those on which a payer owes a decision."""
        return self.all(one_of("status", WAITING))

    def overdue(self, now: datetime) -> tuple[Authorization, ...]:
        """Those on which a payer owes a decision that was due before now."""
        return self.all(every(one_of("status", WAITING), at_most("due_at", now)))

    def current(self, id: AuthorizationId) -> Authorization:
        """The one that holds today in the chain of updates of this one.

        Raises:
            NotFound: it, or a link of the chain, is not here.
            InvalidValue: the chain goes round in a circle.
        """
        chain = {id: self.get(id)}
        following = chain[id].replaced_by
        while following is not None and following not in chain:
            chain[following] = self.get(following)
            following = chain[following].replaced_by
        return current_of(id, chain)
