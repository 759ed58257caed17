"""Responsibility 5: complying. Disclosures, and what the law wants done in time.

These are controls; using them makes nobody compliant.
"""

from datetime import date

from carecoord.compliance.accounting import Accounting, accounting_of
from carecoord.compliance.consents import (
    authorized_disclosure_rests_on_a_consent,
)
from carecoord.compliance.disclosures import (
    Basis,
    Disclosure,
    DisclosureRecipient,
    Part2Notice,
    Suspension,
    part_2_disclosure_carries_its_notice,
)
from carecoord.compliance.repository import (
    Consents,
    Disclosures,
    IndividualRequests,
)
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import (
    disclosure_keeps_to_restrictions,
)
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue, insist
from carecoord.kernel.ids import (
    ConsentId,
    DisclosureId,
    IndividualRequestId,
    PatientId,
)

__all__ = ["account_for_disclosures", "record_disclosure", "suspend_accounting", "void_disclosure"]


@use_case("disclosure", reads=("patient", "individual_request", "consent"), writes=("disclosure",))
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
    consent: ConsentId | None = None,
    outside: frozenset[IndividualRequestId] = frozenset(),
) -> Disclosure:
    """Record what was disclosed of a patient's record, to whom, why and on what basis.

    `made_on` is today unless told; `outside` are agreed restrictions that somebody found not to
    concern what is given.

    Raises:
        NotFound: no such patient or consent.
        InvalidValue: it is dated after today.
        NotAllowed: Part 2 records go without their notice, an authorized disclosure without a valid
            consent in force, or a restriction stands in the way.
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
        consent=consent,
        outside=outside,
    )
    restrictions = turn.kept(IndividualRequests).of_patient(patient, RequestKind.RESTRICTION)
    insist(
        part_2_disclosure_carries_its_notice(disclosure),
        authorized_disclosure_rests_on_a_consent(
            disclosure, None if consent is None else turn.kept(Consents).get(consent)
        ),
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
