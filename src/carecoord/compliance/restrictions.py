"""Restrictions that were agreed to, held against every disclosure.

    insist(disclosure_keeps_to_restrictions(disclosure, restrictions))

Whether what is disclosed concerns the restricted service is for a person to say: a restriction that
could apply stands in the way until somebody found it `outside` of what is given.
"""

from collections.abc import Iterable

from carecoord.compliance.disclosures import Disclosure
from carecoord.compliance.individual_requests import IndividualRequest
from carecoord.compliance.request_terms import ReachAt, RequestStatus
from carecoord.errors import Allowed, Answer, Refused

__all__ = [
    "RULES",
    "could_concern",
    "disclosure_keeps_to_restrictions",
    "other_way_to_reach",
    "restriction_ends_as_the_law_lets_it",
]

_HOLDING = frozenset({RequestStatus.GRANTED, RequestStatus.PARTLY_GRANTED})


def could_concern(restriction: IndividualRequest, disclosure: Disclosure) -> bool:
    """Whether an agreed restriction speaks of this patient, basis and sort of recipient."""
    terms, plan = restriction.restriction, disclosure.recipient.coverage
    return (
        terms is not None
        and restriction.status in _HOLDING
        and restriction.patient == disclosure.patient
        and disclosure.basis in terms.against
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


RULES = (disclosure_keeps_to_restrictions, restriction_ends_as_the_law_lets_it)
