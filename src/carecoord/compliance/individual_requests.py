"""Requests of the individual: a clock from receipt, one extension, a decision, and what follows.

request.due                                        # the last day for the answer
late = request.extended("records are off site", told_on=today)
done = late.granted(by=actor, on=today)
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Line, years_before
from carecoord.compliance.request_terms import (
    AWAITING_ANSWER,
    REQUEST_LIFECYCLE,
    AccountingFee,
    Extension,
    ReachAt,
    RequestDecision,
    RequestStatus,
    RestrictionTerms,
)
from carecoord.compliance.request_times import (
    ANSWER_TIMES,
    GROUNDS,
    REVIEWABLE,
    DenialGround,
    RequestKind,
)
from carecoord.errors import Allowed, Answer, Refused, insist
from carecoord.kernel.ids import ActorId, IndividualRequestId, PatientId
from carecoord.kernel.values import Text, checked

__all__ = [
    "RULES",
    "IndividualRequest",
    "accounting_is_free_once_in_twelve_months",
    "denial_may_be_reviewed",
    "denial_rests_on_a_ground_of_its_kind",
    "extension_is_told_in_time",
    "overdue_requests",
    "request_is_answered_in_time",
    "request_says_what_its_kind_needs",
]


_S = RequestStatus


@frozen(field_transformer=checked, kw_only=True)
class IndividualRequest:
    """One request and how it went; `what` is the individual's wish, in words."""

    id: IndividualRequestId
    patient: PatientId
    kind: RequestKind
    received_on: date
    received_by: ActorId
    what: Line
    restriction: RestrictionTerms | None = None
    reach_at: ReachAt | None = None
    extension: Extension | None = None
    fee: AccountingFee | None = None
    decision: RequestDecision | None = None
    reviewed: bool = False
    disagreement: Annotated[str, Text(longest=20_000)] | None = None
    status: RequestStatus = RequestStatus.RECEIVED
    version: int = 0

    @property
    def due(self) -> date | None:
        """The last day for the answer; None if it has one, or the law sets no days."""
        times = ANSWER_TIMES.get(self.kind)
        if times is None or self.status not in AWAITING_ANSWER:
            return None
        days = times.days + (times.extension if self.status is _S.EXTENDED else 0)
        return self.received_on + timedelta(days=days)

    def extended(self, reason: str, *, told_on: date) -> "IndividualRequest":
        """With its one extension, of which the individual was told in writing.

        Raises:
            NotAllowed: it was extended before, is answered, has no clock, or its time is over.
        """
        insist(
            REQUEST_LIFECYCLE.may(self.status, "extend"), extension_is_told_in_time(self, told_on)
        )
        return evolve(self, status=_S.EXTENDED, extension=Extension(reason, told_on))

    def granted(
        self, *, by: ActorId, on: date, note: str = "", fee: AccountingFee | None = None
    ) -> "IndividualRequest":
        """Done as asked."""
        status = REQUEST_LIFECYCLE.after(self.status, "grant")
        return evolve(self, status=status, fee=fee, decision=RequestDecision(on, by, None, note))

    def denied(
        self, ground: DenialGround, *, by: ActorId, on: date, note: str = "", in_part: bool = False
    ) -> "IndividualRequest":
        """Denied, or granted but for a part.

        Raises:
            NotAllowed: it is answered, the ground is none of its kind, or it has to be granted.
        """
        verb = "grant_in_part" if in_part else "deny"
        insist(
            REQUEST_LIFECYCLE.may(self.status, verb),
            denial_rests_on_a_ground_of_its_kind(self, ground),
        )
        status = REQUEST_LIFECYCLE.after(self.status, verb)
        return evolve(self, status=status, decision=RequestDecision(on, by, ground, note))

    def withdrawn(self) -> "IndividualRequest":
        """Taken back by the individual."""
        return evolve(self, status=REQUEST_LIFECYCLE.after(self.status, "withdraw"))

    def under_review(self) -> "IndividualRequest":
        """The individual asked for a denial of access to be looked at by somebody else.

        Raises:
            NotAllowed: it was not denied, not on a ground that is reviewed, or was reviewed before.
        """
        insist(REQUEST_LIFECYCLE.may(self.status, "review"), denial_may_be_reviewed(self))
        return evolve(self, status=_S.UNDER_REVIEW, reviewed=True)

    def disagreed(self, statement: str) -> "IndividualRequest":
        """With the individual's statement of disagreement with a denial, to go with the record.

        Source: 45 CFR 164.526(d)(2) (from memory; not checked against the primary text).
        """
        status = REQUEST_LIFECYCLE.after(self.status, "disagree")
        return evolve(self, status=status, disagreement=statement)

    def ended(self) -> "IndividualRequest":
        """What was granted holds no longer; see `restriction_ends_as_the_law_lets_it`."""
        return evolve(self, status=REQUEST_LIFECYCLE.after(self.status, "end"))


def overdue_requests(
    requests: Iterable[IndividualRequest], today: date
) -> tuple[IndividualRequest, ...]:
    """Those whose answer should have been given, the longest overdue first."""
    late = [
        (one.due, one.id, one) for one in requests if not request_is_answered_in_time(one, today)
    ]
    return tuple(one for *_, one in sorted(late, key=lambda row: row[:2]))


def request_is_answered_in_time(request: IndividualRequest, today: date) -> Answer:
    """A request is answered within its days, counted from the day after it came.

    Source: 45 CFR 164.524(b)(2) and 164.528(c)(1) (primary text); 164.526(b)(2) (from memory).
    """
    if request.due is None or today <= request.due:
        return Allowed()
    reason = f"request {request.id} for {request.kind.value} was due on {request.due}"
    return Refused(request_is_answered_in_time.__name__, reason, ANSWER_TIMES[request.kind].source)


def extension_is_told_in_time(request: IndividualRequest, told_on: date) -> Answer:
    """The individual is told why and until when, within the first days; there is one extension.

    Source: 45 CFR 164.524(b)(2)(ii), 164.526(b)(2)(ii), 164.528(c)(1)(ii) (secondary sources; not
    checked against the primary texts).
    """
    rule, times = extension_is_told_in_time.__name__, ANSWER_TIMES.get(request.kind)
    if times is None:
        reason = f"a request for {request.kind.value} has no days that could be extended"
        return Refused(rule, reason, "45 CFR 164.522")
    latest = request.received_on + timedelta(days=times.days)
    if request.received_on <= told_on <= latest:
        return Allowed()
    reason = f"the individual is told between receipt and {latest}"
    return Refused(rule, reason, times.source)


def denial_rests_on_a_ground_of_its_kind(
    request: IndividualRequest, ground: DenialGround
) -> Answer:
    """What is denied rests on a ground that the law knows for it; some requests are never denied.

    An accounting is given. A restriction towards a health plan on what was paid in full is agreed
    to. A reasonable wish to be reached elsewhere is met, and nobody asks why.

    Source: 45 CFR 164.522(a)(1)(vi) (read in public sources); 164.522(b), 164.524(a) and
    164.526(a)(2) (from memory; not checked against the primary texts).
    """
    rule = denial_rests_on_a_ground_of_its_kind.__name__
    if request.restriction is not None and request.restriction.binding:
        reason = f"request {request.id} is about what was paid in full, and is agreed to"
        return Refused(rule, reason, "45 CFR 164.522(a)(1)(vi)")
    if ground in GROUNDS[request.kind]:
        return Allowed()
    reason = f"a request for {request.kind.value} is not denied as {ground.value}"
    return Refused(rule, reason, "45 CFR 164.522 to 164.528")


def denial_may_be_reviewed(request: IndividualRequest) -> Answer:
    """A denial of access on a reviewable ground is reviewed once, if the individual asks.

    Source: 45 CFR 164.524(a)(4) (from memory; not checked against the primary text).
    """
    ground = None if request.decision is None else request.decision.ground
    reviewable = request.kind is RequestKind.ACCESS and ground in REVIEWABLE
    if reviewable and not request.reviewed:
        return Allowed()
    why = "was reviewed before" if request.reviewed else "rests on no ground that is reviewed"
    reason = f"the denial of request {request.id} {why}"
    return Refused(denial_may_be_reviewed.__name__, reason, "45 CFR 164.524(a)(4)")


def request_says_what_its_kind_needs(request: IndividualRequest) -> Answer:
    """A restriction has terms, another way to be reached says which; others have neither.

    Source: carecoord's own rule.
    """
    terms = request.kind is RequestKind.RESTRICTION
    elsewhere = request.kind is RequestKind.CONFIDENTIAL_COMMUNICATION
    if (request.restriction is not None, request.reach_at is not None) == (terms, elsewhere):
        return Allowed()
    reason = f"request {request.id} for {request.kind.value} lacks its terms or has another's"
    return Refused(request_says_what_its_kind_needs.__name__, reason, "carecoord's own rule")


def accounting_is_free_once_in_twelve_months(
    request: IndividualRequest, earlier: Iterable[IndividualRequest], fee: AccountingFee | None
) -> Answer:
    """The first accounting in twelve months is free, and nothing else but an accounting is charged.

    Source: 45 CFR 164.528(c)(2). The costs of copies are not reckoned here.
    """
    since = years_before(request.received_on, 1)
    given_before = any(
        one.kind is RequestKind.ACCOUNTING
        and one.status is RequestStatus.GRANTED
        and one.decision is not None
        and since < one.decision.on <= request.received_on
        for one in earlier
        if one.id != request.id
    )
    if fee is None or (request.kind is RequestKind.ACCOUNTING and given_before):
        return Allowed()
    reason = f"request {request.id} is answered without charge"
    rule = accounting_is_free_once_in_twelve_months.__name__
    return Refused(rule, reason, "45 CFR 164.528(c)(2)")


RULES = (
    request_is_answered_in_time,
    extension_is_told_in_time,
    denial_rests_on_a_ground_of_its_kind,
    denial_may_be_reviewed,
    request_says_what_its_kind_needs,
    accounting_is_free_once_in_twelve_months,
)
