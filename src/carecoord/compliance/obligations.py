"""Obligations: what is owed, by what source, by whom, until when, and what shows that it is met.

    review = Obligation(
        id=…, what="review who has access", source=…, owner=Owner(Role.COMPLIANCE_OFFICER),
        evidence="the signed list", due=Recurring(date(2026, 3, 1), months=6),
    )
    review.next_due                                     # 1 March 2026
    review.attested(by=cory, on=today, evidence="binder 4").next_due    # 1 September 2026

What the library can check itself has a `check` and is never attested: what it finds open is owed.
"""

from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Line
from carecoord.compliance.sources import Source
from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.ids import ActorId, ObligationId
from carecoord.kernel.people import Actor, Role
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.time import months_later
from carecoord.kernel.values import Range, checked

__all__ = [
    "OBLIGATION_LIFECYCLE",
    "RULES",
    "AfterEvent",
    "Attestation",
    "Check",
    "Obligation",
    "ObligationStatus",
    "Occurrence",
    "OnDay",
    "Owner",
    "Recurring",
    "attestation_answers_something_due",
    "obligation_is_met_in_time",
    "owner_attests",
    "people_attest_what_is_not_checked",
]


class Check(Enum):
    """What the library finds out by itself, from what is kept."""

    INDIVIDUAL_REQUESTS_ANSWERED = "individual_requests_answered"
    NOTICES_SIGNED_FOR = "notices_signed_for"
    INCIDENTS_ASSESSED = "incidents_assessed"
    BREACHES_TOLD = "breaches_told"
    LICENSES_CURRENT = "licenses_current"
    TRAINING_CURRENT = "training_current"
    POLICIES_ACKNOWLEDGED = "policies_acknowledged"
    INTERPRETERS_QUALIFIED = "interpreters_qualified"
    AUDIT_ANCHORED = "audit_anchored"


@frozen(field_transformer=checked)
class Owner:
    """Who answers for it: everybody of a role, or one person."""

    role: Role | None = None
    actor: ActorId | None = None

    def __attrs_post_init__(self) -> None:
        if (self.role is None) is (self.actor is None):
            raise InvalidValue("Owner", "is a role or a person, one of the two")

    def includes(self, actor: Actor) -> bool:
        """Whether somebody answers for it."""
        return self.actor == actor.id or self.role in actor.roles


Months = Annotated[int, Range(least=1, most=1200)]
Days = Annotated[int, Range(least=0, most=3653)]


@frozen(field_transformer=checked)
class OnDay:
    """Due once."""

    day: date


@frozen(field_transformer=checked)
class Recurring:
    """Due on a first day, and every so many months from it."""

    first: date
    months: Months

    def after(self, day: date) -> date:
        """The first of its days that lies after a day."""
        if day < self.first:
            return self.first
        gone = (day.year - self.first.year) * 12 + day.month - self.first.month
        number = gone // self.months
        while (due := months_later(self.first, number * self.months)) <= day < date.max:
            number += 1
        return due


@frozen(field_transformer=checked)
class AfterEvent:
    """Due within so many days of an event, every time that it occurs."""

    event: Line
    days: Days


@frozen(field_transformer=checked)
class Occurrence:
    """An event that occurred, for which nothing was attested yet."""

    on: date
    what: Line


@frozen(field_transformer=checked)
class Attestation:
    """Who says on which day that what was `due` is done, and where the evidence is."""

    by: ActorId
    on: date
    due: date
    evidence: Line


class ObligationStatus(Enum):
    """Whether it still binds."""

    ACTIVE = "active"
    RETIRED = "retired"


OBLIGATION_LIFECYCLE = Lifecycle(
    "obligation",
    {
        (ObligationStatus.ACTIVE, "attest"): ObligationStatus.ACTIVE,
        (ObligationStatus.ACTIVE, "arise"): ObligationStatus.ACTIVE,
        (ObligationStatus.ACTIVE, "retire"): ObligationStatus.RETIRED,
    },
)


@frozen(field_transformer=checked, kw_only=True)
class Obligation:
    """One thing that is owed. It has a day on which it is due, or a `check`, and never both.

    `evidence` says what shows that it is met. `occurrences` are events that still wait.

    Raises:
        InvalidValue: it is due and checked, or neither, or waits for events without any.
    """

    id: ObligationId
    what: Line
    source: Source
    owner: Owner
    evidence: Line
    due: OnDay | Recurring | AfterEvent | None = None
    check: Check | None = None
    occurrences: tuple[Occurrence, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    status: ObligationStatus = ObligationStatus.ACTIVE
    version: int = 0

    def __attrs_post_init__(self) -> None:
        if (self.due is None) is (self.check is None):
            raise InvalidValue("Obligation", "is due on days, or checked, one of the two")
        if self.occurrences and not isinstance(self.due, AfterEvent):
            raise InvalidValue("Obligation.occurrences", "belong to what is due after an event")

    @property
    def next_due(self) -> date | None:
        """The earliest day that nobody has attested yet; None if none is to come, or it is checked.

        Each attestation moves it on, past the day that was due and past the day of attesting.
        """
        if self.status is ObligationStatus.RETIRED:
            return None
        match self.due:
            case OnDay(day):
                return None if self.attestations else day
            case Recurring(first):
                done = [max(one.due, one.on) for one in self.attestations]
                return self.due.after(max(done)) if done else first
            case AfterEvent(_, days):
                waiting = [one.on for one in self.occurrences]
                return min(waiting) + timedelta(days=days) if waiting else None
        return None

    def attested(self, *, by: Actor, on: date, evidence: str) -> "Obligation":
        """What was due next is done.

        Raises:
            NotAllowed: it is retired, checked by the library, or another's, or nothing is due.
        """
        insist(
            OBLIGATION_LIFECYCLE.may(self.status, "attest"),
            people_attest_what_is_not_checked(self),
            owner_attests(self, by),
            attestation_answers_something_due(self),
        )
        due = self.next_due
        assert due is not None
        waiting = sorted(self.occurrences, key=lambda one: one.on)[1:]
        done = (*self.attestations, Attestation(by.id, on, due, evidence))
        return evolve(self, attestations=done, occurrences=tuple(waiting))

    def arisen(self, occurrence: Occurrence) -> "Obligation":
        """The event occurred after which it is due.

        Raises:
            NotAllowed: it is retired.
            InvalidValue: it is due after no event.
        """
        insist(OBLIGATION_LIFECYCLE.may(self.status, "arise"))
        return evolve(self, occurrences=(*self.occurrences, occurrence))

    def retired(self) -> "Obligation":
        """It binds no longer; what was attested stays."""
        return evolve(self, status=OBLIGATION_LIFECYCLE.after(self.status, "retire"))


def people_attest_what_is_not_checked(obligation: Obligation) -> Answer:
    """What the library checks itself is met when nothing is open, and not because somebody says so.

    Source: carecoord's own rule.
    """
    if obligation.check is None:
        return Allowed()
    rule = people_attest_what_is_not_checked.__name__
    reason = f"obligation {obligation.id} is checked: {obligation.check.value}"
    return Refused(rule, reason, "carecoord's own rule")


def owner_attests(obligation: Obligation, actor: Actor) -> Answer:
    """Who answers for an obligation attests it, and nobody else.

    Source: carecoord's own rule.
    """
    if obligation.owner.includes(actor):
        return Allowed()
    reason = f"{actor.id} does not answer for obligation {obligation.id}"
    return Refused(owner_attests.__name__, reason, "carecoord's own rule")


def attestation_answers_something_due(obligation: Obligation) -> Answer:
    """Only what is due, or is to become due, can be attested.

    Source: carecoord's own rule.
    """
    if obligation.check is not None or obligation.next_due is not None:
        return Allowed()
    reason = f"nothing is due of obligation {obligation.id}"
    rule = attestation_answers_something_due.__name__
    return Refused(rule, reason, "carecoord's own rule")


def obligation_is_met_in_time(obligation: Obligation, today: date) -> Answer:
    """What people attest is attested on the day on which it is due, or before.

    Source: the obligation's own.
    """
    due = obligation.next_due
    if due is None or today <= due:
        return Allowed()
    reason = f"obligation {obligation.id} was due on {due}"
    return Refused(obligation_is_met_in_time.__name__, reason, obligation.source.citation)


RULES = (
    people_attest_what_is_not_checked,
    owner_attests,
    attestation_answers_something_due,
    obligation_is_met_in_time,
)
