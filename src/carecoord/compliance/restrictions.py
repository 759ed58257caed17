"""Restrictions that were agreed to, held against every disclosure.

    insist(disclosure_keeps_to_restrictions(disclosure, restrictions))

Whether what is disclosed concerns the restricted service is for a person to say: a restriction that
could apply stands in the way until somebody found it `outside` of what is given.
"""

from collections.abc import Iterable, Set

from carecoord.compliance.disclosures import Basis, Disclosure
from carecoord.compliance.individual_requests import IndividualRequest
from carecoord.compliance.request_terms import ReachAt, RequestStatus
from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.ids import CoverageId, IndividualRequestId, PatientId

__all__ = [
    "RULES",
    "could_concern",
    "disclosure_keeps_to_restrictions",
    "other_way_to_reach",
    "plan_is_asked_for_nothing_restricted",
    "restriction_ends_as_the_law_lets_it",
]

_HOLDING = frozenset({RequestStatus.GRANTED, RequestStatus.PARTLY_GRANTED})


def could_concern(restriction: IndividualRequest, disclosure: Disclosure) -> bool:
    """Whether an agreed restriction speaks of this patient, basis and sort of recipient."""
    plan = disclosure.recipient.coverage
    return _speaks_of(restriction, disclosure.patient, disclosure.basis, plan)


def _speaks_of(
    restriction: IndividualRequest, patient: PatientId, basis: Basis, plan: CoverageId | None
) -> bool:
    terms = restriction.restriction
    return (
        terms is not None
        and restriction.status in _HOLDING
        and restriction.patient == patient
        and basis in terms.against
        and (not terms.to_plan or plan is not None)
        and (terms.coverage is None or terms.coverage == plan)
    )


def other_way_to_reach(requests: Iterable[IndividualRequest]) -> ReachAt | None:
    """The one way in which a patient may be reached, as was agreed last; None where any will do.

    Source: 45 CFR 164.522(b)(1)(i) (from memory; not checked against the primary text).
    """
    agreed = [
        (one.received_on, one.id, one.reach_at)
        for one in requests
        if one.reach_at is not None and one.status in _HOLDING
    ]
    return max(agreed, key=lambda row: row[:2])[2] if agreed else None


def disclosure_keeps_to_restrictions(
    disclosure: Disclosure, restrictions: Iterable[IndividualRequest]
) -> Answer:
    """Nothing is disclosed against a restriction that was agreed to.

    Source: 45 CFR 164.522(a)(1)(iii) and (vi). What the law requires is another basis.
    """
    for one in restrictions:
        if could_concern(one, disclosure) and one.id not in disclosure.outside:
            reason = f"restriction {one.id} was agreed to, and may concern what is disclosed"
            rule = disclosure_keeps_to_restrictions.__name__
            return Refused(rule, reason, "45 CFR 164.522(a)(1)")
    return Allowed()


def plan_is_asked_for_nothing_restricted(
    patient: PatientId,
    plan: CoverageId,
    restrictions: Iterable[IndividualRequest],
    outside: Set[IndividualRequestId],
) -> Answer:
    """A plan is not asked to pay for what the patient paid for and does not want it to know of.

    Nothing is asked while a restriction could concern it that nobody found to lie `outside`.

    Source: 45 CFR 164.522(a)(1)(vi).
    """
    for one in restrictions:
        if _speaks_of(one, patient, Basis.PAYMENT, plan) and one.id not in outside:
            reason = f"restriction {one.id} was agreed to, and may concern what is asked for"
            rule = plan_is_asked_for_nothing_restricted.__name__
            return Refused(rule, reason, "45 CFR 164.522(a)(1)(vi)")
    return Allowed()


def restriction_ends_as_the_law_lets_it(
    request: IndividualRequest, *, individual_agrees: bool
) -> Answer:
    """Of what was paid in full, only the individual can end the restriction.

    Any other can be ended by the practice too, for what comes after it told the individual.

    Source: 45 CFR 164.522(a)(2) (from memory; not checked against the primary text).
    """
    terms = request.restriction
    if individual_agrees or (terms is not None and not terms.binding):
        return Allowed()
    reason = f"request {request.id} ends only if the individual agrees"
    rule = restriction_ends_as_the_law_lets_it.__name__
    return Refused(rule, reason, "45 CFR 164.522(a)(2)")


RULES = (
    disclosure_keeps_to_restrictions,
    plan_is_asked_for_nothing_restricted,
    restriction_ends_as_the_law_lets_it,
)
