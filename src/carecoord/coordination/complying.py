"""Responsibility 5: complying. Disclosures, the individual's rights, and what the law owes in time.

These are controls; using them makes nobody compliant.
"""

from datetime import date

from carecoord.compliance.accounting import Accounting, accounting_of
from carecoord.compliance.disclosures import (
    Basis,
    Disclosure,
    DisclosureRecipient,
    Part2Notice,
    Suspension,
    part_2_disclosure_carries_its_notice,
)
from carecoord.compliance.individual_requests import (
    IndividualRequest,
    accounting_is_free_once_in_twelve_months,
    request_says_what_its_kind_needs,
)
from carecoord.compliance.repository import Disclosures, IndividualRequests
from carecoord.compliance.request_terms import AccountingFee, ReachAt, RestrictionTerms
from carecoord.compliance.request_times import DenialGround, RequestKind
from carecoord.compliance.restrictions import (
    disclosure_keeps_to_restrictions,
    restriction_ends_as_the_law_lets_it,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import DisclosureId, IndividualRequestId, PatientId

__all__ = [
    "account_for_disclosures",
    "deny_individual_request",
    "end_restriction",
    "extend_individual_request",
    "grant_individual_request",
    "individual_requests_awaiting_answer",
    "individual_requests_of",
    "overdue_individual_requests",
    "receive_individual_request",
    "record_disagreement",
    "record_disclosure",
    "review_denial",
    "suspend_accounting",
    "void_disclosure",
    "withdraw_individual_request",
]


@use_case("disclosure", reads=("patient", "individual_request"), writes=("disclosure",))
def record_disclosure(
    turn: Turn,
    patient: PatientId,
    recipient: DisclosureRecipient,
    *,
    what: str,
    purpose: str,
    basis: Basis,
    made_on: date | None = None,
    part_2: bool = False,
    notice: Part2Notice | None = None,
    outside: frozenset[IndividualRequestId] = frozenset(),
) -> Disclosure:
    """Record what was disclosed of a patient's record, to whom, why and on what basis.

    `made_on` is today unless told; `outside` are agreed restrictions that somebody found not to
    concern what is given.

    Raises:
        NotFound: no such patient.
        InvalidValue: it is dated after today.
        NotAllowed: Part 2 records go without their notice, or a restriction stands in the way.
    """
    turn.patients.get(patient)
    day = turn.today if made_on is None else made_on
    if day > turn.today:
        raise InvalidValue("made_on", "must not be after today")
    disclosure = Disclosure(
        id=DisclosureId(turn.new_id("disclosure")),
        patient=patient,
        made_on=day,
        recipient=recipient,
        what=what,
        purpose=purpose,
        basis=basis,
        recorded_by=turn.actor.id,
        part_2=part_2,
        notice=notice,
        outside=outside,
    )
    restrictions = turn.kept(IndividualRequests).of_patient(patient, RequestKind.RESTRICTION)
    insist(
        part_2_disclosure_carries_its_notice(disclosure),
        disclosure_keeps_to_restrictions(disclosure, restrictions),
    )
    return turn.kept(Disclosures).add(disclosure)


@use_case("disclosure", writes=("disclosure",))
def suspend_accounting(turn: Turn, disclosure: DisclosureId, suspension: Suspension) -> Disclosure:
    """Leave a disclosure out of accountings for as long as an agency or official said.

    Raises:
        NotAllowed: it was not made to oversight or law enforcement, or an oral statement is to hold
            for more than 30 days.
    """
    disclosures = turn.kept(Disclosures)
    return disclosures.replace(disclosures.get(disclosure).suspended(suspension))


@use_case("disclosure", writes=("disclosure",))
def void_disclosure(turn: Turn, disclosure: DisclosureId, reason: str) -> Disclosure:
    """Mark a disclosure as entered in error; it stays on record, and leaves the accounting."""
    disclosures = turn.kept(Disclosures)
    return disclosures.replace(disclosures.get(disclosure).voided(reason))


@use_case("disclosure", reads=("disclosure",))
def account_for_disclosures(
    turn: Turn, patient: PatientId, *, asked_on: date | None = None, since: date | None = None
) -> Accounting:
    """The accounting of a patient's disclosures over six years, or since a later day.

    `asked_on` is the day of the request: today unless told.
    """
    return accounting_of(
        turn.kept(Disclosures).of_patient(patient),
        asked_on=turn.today if asked_on is None else asked_on,
        on=turn.today,
        since=since,
    )


@use_case("individual_request", reads=("patient",), writes=("individual_request",))
def receive_individual_request(
    turn: Turn,
    patient: PatientId,
    kind: RequestKind,
    what: str,
    *,
    received_on: date | None = None,
    restriction: RestrictionTerms | None = None,
    reach_at: ReachAt | None = None,
) -> IndividualRequest:
    """Record what a patient asks for: access, amendment, accounting, restriction or another way.

    The clock runs from `received_on`, which is today unless told.

    Raises:
        NotFound: no such patient.
        InvalidValue: it is dated after today.
        NotAllowed: a restriction without terms, or the like.
    """
    turn.patients.get(patient)
    day = turn.today if received_on is None else received_on
    if day > turn.today:
        raise InvalidValue("received_on", "must not be after today")
    request = IndividualRequest(
        id=IndividualRequestId(turn.new_id("individual_request")),
        patient=patient,
        kind=kind,
        received_on=day,
        received_by=turn.actor.id,
        what=what,
        restriction=restriction,
        reach_at=reach_at,
    )
    insist(request_says_what_its_kind_needs(request))
    return turn.kept(IndividualRequests).add(request)


@use_case("individual_request", writes=("individual_request",))
def extend_individual_request(
    turn: Turn, request: IndividualRequestId, reason: str, *, told_on: date | None = None
) -> IndividualRequest:
    """Take the one extension, of which the patient was told in writing (today unless told).

    Raises:
        NotAllowed: it was extended before, has no days set by law, or its first days are over.
    """
    requests = turn.kept(IndividualRequests)
    day = turn.today if told_on is None else told_on
    if day > turn.today:
        raise InvalidValue("told_on", "must not be after today")
    return requests.replace(requests.get(request).extended(reason, told_on=day))


@use_case("individual_request", writes=("individual_request",))
def grant_individual_request(
    turn: Turn, request: IndividualRequestId, *, note: str = "", fee: AccountingFee | None = None
) -> IndividualRequest:
    """Answer a request as the patient asked; `fee` for a second accounting within twelve months.

    Raises:
        NotAllowed: it is answered already, or is to be free of charge.
    """
    requests = turn.kept(IndividualRequests)
    found = requests.get(request)
    earlier = requests.of_patient(found.patient, RequestKind.ACCOUNTING)
    insist(accounting_is_free_once_in_twelve_months(found, earlier, fee))
    return requests.replace(found.granted(by=turn.actor.id, on=turn.today, note=note, fee=fee))


@use_case("individual_request", writes=("individual_request",))
def deny_individual_request(
    turn: Turn,
    request: IndividualRequestId,
    ground: DenialGround,
    *,
    in_part: bool = False,
    note: str = "",
) -> IndividualRequest:
    """Deny a request, or grant it but for a part, on a ground that the law knows for it.

    Raises:
        NotAllowed: the ground is none of its kind, or it has to be granted.
    """
    requests = turn.kept(IndividualRequests)
    denied = requests.get(request).denied(
        ground, by=turn.actor.id, on=turn.today, note=note, in_part=in_part
    )
    return requests.replace(denied)


@use_case("individual_request", writes=("individual_request",))
def withdraw_individual_request(turn: Turn, request: IndividualRequestId) -> IndividualRequest:
    """Record that the patient took a request back."""
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).withdrawn())


@use_case("individual_request", writes=("individual_request",))
def review_denial(turn: Turn, request: IndividualRequestId) -> IndividualRequest:
    """Have a denial of access looked at again by somebody who did not decide, as the patient asked.

    Raises:
        NotAllowed: its ground is not one that is reviewed, or it was reviewed before.
    """
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).under_review())


@use_case("individual_request", writes=("individual_request",))
def record_disagreement(
    turn: Turn, request: IndividualRequestId, statement: str
) -> IndividualRequest:
    """Keep the patient's statement of disagreement with a denial."""
    requests = turn.kept(IndividualRequests)
    return requests.replace(requests.get(request).disagreed(statement))


@use_case("individual_request", writes=("individual_request",))
def end_restriction(
    turn: Turn, request: IndividualRequestId, *, individual_agrees: bool
) -> IndividualRequest:
    """End a restriction, or another way of reaching the patient, that was agreed to.

    Raises:
        NotAllowed: the patient does not agree, and it cannot be ended without.
    """
    requests = turn.kept(IndividualRequests)
    found = requests.get(request)
    insist(restriction_ends_as_the_law_lets_it(found, individual_agrees=individual_agrees))
    return requests.replace(found.ended())


@use_case("individual_request", reads=("individual_request",))
def individual_requests_of(
    turn: Turn, patient: PatientId, kind: RequestKind | None = None
) -> tuple[IndividualRequest, ...]:
    """The requests of a patient, or those of one kind."""
    return turn.kept(IndividualRequests).of_patient(patient, kind)


@use_case("individual_request", reads=("individual_request",))
def individual_requests_awaiting_answer(turn: Turn) -> tuple[IndividualRequest, ...]:
    """The requests without an answer, those without a clock first, then by due day."""
    return turn.kept(IndividualRequests).awaiting_answer()


@use_case("individual_request", reads=("individual_request",))
def overdue_individual_requests(turn: Turn) -> tuple[IndividualRequest, ...]:
    """The requests that should have been answered, the longest overdue first."""
    return turn.kept(IndividualRequests).overdue(turn.today)
