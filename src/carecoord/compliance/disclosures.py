"""Disclosures: what left the practice, to whom, when, why, and on what basis.

Every disclosure can be recorded; an accounting leaves out those that the law lets it leave out.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import evolve, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused, insist
from carecoord.kernel.contact import Address
from carecoord.kernel.ids import (
    ActorId,
    ConsentId,
    CoverageId,
    DisclosureId,
    IndividualRequestId,
    PatientId,
)
from carecoord.kernel.states import Lifecycle
from carecoord.kernel.values import Text, checked

__all__ = [
    "ACCOUNTED_YEARS",
    "DISCLOSURE_LIFECYCLE",
    "LEFT_OUT",
    "RULES",
    "Basis",
    "Disclosure",
    "DisclosureRecipient",
    "DisclosureStatus",
    "Part2Notice",
    "Suspension",
    "oral_suspension_lasts_thirty_days",
    "part_2_disclosure_carries_its_notice",
    "suspension_is_of_oversight_or_law_enforcement",
    "years_before",
]

Line = Annotated[str, Text(longest=1000)]

ACCOUNTED_YEARS = 6
"""How far back an accounting goes (45 CFR 164.528(a)(1))."""
_ORAL_SUSPENSION = timedelta(days=30)


class Basis(Enum):
    """What allowed a disclosure, by the paragraphs of 45 CFR 164.502 to 164.514."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    TO_INDIVIDUAL = "to_individual"
    INCIDENTAL = "incidental"
    AUTHORIZED = "authorized"
    """By the individual's authorization (164.508), or a Part 2 consent."""
    DIRECTORY_OR_INVOLVED = "directory_or_involved"
    """A facility directory, or somebody involved in the care (164.510)."""
    NATIONAL_SECURITY = "national_security"
    CUSTODY = "custody"
    """To a correctional institution or an official with custody (164.512(k)(5))."""
    LIMITED_DATA_SET = "limited_data_set"
    HHS = "hhs"
    REQUIRED_BY_LAW = "required_by_law"
    PUBLIC_HEALTH = "public_health"
    ABUSE_OR_NEGLECT = "abuse_or_neglect"
    HEALTH_OVERSIGHT = "health_oversight"
    JUDICIAL = "judicial"
    LAW_ENFORCEMENT = "law_enforcement"
    DECEDENT = "decedent"
    ORGAN_DONATION = "organ_donation"
    RESEARCH = "research"
    SERIOUS_THREAT = "serious_threat"
    GOVERNMENT_FUNCTION = "government_function"
    """Military, protective and other functions of 164.512(k) that are not left out."""
    WORKERS_COMPENSATION = "workers_compensation"
    IMPERMISSIBLE = "impermissible"
    """Nothing allowed it; it is accounted for, and is an incident too."""


LEFT_OUT: Mapping[Basis, str] = {
    Basis.TREATMENT: "164.528(a)(1)(i)",
    Basis.PAYMENT: "164.528(a)(1)(i)",
    Basis.OPERATIONS: "164.528(a)(1)(i)",
    Basis.TO_INDIVIDUAL: "164.528(a)(1)(ii)",
    Basis.INCIDENTAL: "164.528(a)(1)(iii)",
    Basis.AUTHORIZED: "164.528(a)(1)(iv)",
    Basis.DIRECTORY_OR_INVOLVED: "164.528(a)(1)(v)",
    Basis.NATIONAL_SECURITY: "164.528(a)(1)(vi)",
    Basis.CUSTODY: "164.528(a)(1)(vii)",
    Basis.LIMITED_DATA_SET: "164.528(a)(1)(viii)",
}
"""What an accounting leaves out, by 45 CFR 164.528(a)(1) (primary text; paragraph numbers from
memory)."""


class DisclosureStatus(Enum):
    """Whether what was recorded stands."""

    RECORDED = "recorded"
    ENTERED_IN_ERROR = "entered_in_error"


DISCLOSURE_LIFECYCLE = Lifecycle(
    "disclosure", {(DisclosureStatus.RECORDED, "void"): DisclosureStatus.ENTERED_IN_ERROR}
)


@frozen(field_transformer=checked)
class DisclosureRecipient:
    """Who received it, and the address if it is known.

    `coverage` where it is the health plan of one, so that a restriction can be held against it.
    """

    name: Line
    address: Address | None = None
    coverage: CoverageId | None = None


@frozen(field_transformer=checked)
class Part2Notice:
    """What travels with records of substance use treatment: the statement, and the consent.

    `consent` is a copy or a clear explanation of the consent, or a reference to where it is filed.
    """

    statement: Line
    consent: Line


@frozen(field_transformer=checked)
class Suspension:
    """An agency or official said that accounting for a disclosure would impede its work.

    It holds from `stated_on` until the day before `ends_on`; `reference` is where the statement, or
    the note of an oral one, is filed.
    """

    agency: Line
    written: bool
    stated_on: date
    ends_on: date
    reference: Line

    def __attrs_post_init__(self) -> None:
        if self.ends_on <= self.stated_on:
            raise InvalidValue("Suspension.ends_on", "must be after the statement")

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.stated_on <= on < self.ends_on


@frozen(field_transformer=checked, kw_only=True)
class Disclosure:
    """What was given to whom, when and why; `part_2` where records of Part 2 are among it.

    `consent` is the one that an authorized disclosure rests on; `outside` are restrictions that
    somebody looked at and found not to concern what was given.
    """

    id: DisclosureId
    patient: PatientId
    made_on: date
    recipient: DisclosureRecipient
    what: Line
    purpose: Line
    basis: Basis
    recorded_by: ActorId
    part_2: bool = False
    notice: Part2Notice | None = None
    consent: ConsentId | None = None
    suspension: Suspension | None = None
    outside: frozenset[IndividualRequestId] = frozenset()
    status: DisclosureStatus = DisclosureStatus.RECORDED
    void_reason: Line | None = None
    version: int = 0

    def suspended(self, suspension: Suspension) -> "Disclosure":
        """Left out of accountings while the suspension holds; a later one takes its place.

        Raises:
            NotAllowed: it was not made to oversight or law enforcement, or an oral statement is to
                hold for more than 30 days.
        """
        insist(
            suspension_is_of_oversight_or_law_enforcement(self),
            oral_suspension_lasts_thirty_days(suspension),
        )
        return evolve(self, suspension=suspension)

    def voided(self, reason: str) -> "Disclosure":
        """Entered in error: it never took place."""
        status = DISCLOSURE_LIFECYCLE.after(self.status, "void")
        return evolve(self, status=status, void_reason=reason)

    def accounted(self, *, asked_on: date, on: date) -> bool:
        """Whether an accounting asked for on a day and given on another has to show it."""
        return (
            self.status is DisclosureStatus.RECORDED
            and self.basis not in LEFT_OUT
            and years_before(asked_on, ACCOUNTED_YEARS) <= self.made_on <= asked_on
            and not (self.suspension is not None and self.suspension.in_force(on))
        )


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 28 February for a 29th that was not.

    Raises:
        InvalidValue: it lies before the calendar.
    """
    if day.year <= years:
        raise InvalidValue("day", "lies before the calendar")
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def part_2_disclosure_carries_its_notice(disclosure: Disclosure) -> Answer:
    """Records of substance use treatment go out with the statement and the consent's scope.

    Source: 42 CFR 2.32 (in force since 2026-02-16; primary and secondary sources). It is asked for
    of every disclosure that rests on the patient's consent; others, as a medical emergency, court
    order or the patient's own request, have none.
    """
    by_consent = {Basis.AUTHORIZED, Basis.TREATMENT, Basis.PAYMENT, Basis.OPERATIONS}
    if not disclosure.part_2 or disclosure.basis not in by_consent or disclosure.notice is not None:
        return Allowed()
    reason = f"disclosure {disclosure.id} holds Part 2 records and goes without their notice"
    return Refused(part_2_disclosure_carries_its_notice.__name__, reason, "42 CFR 2.32")


def suspension_is_of_oversight_or_law_enforcement(disclosure: Disclosure) -> Answer:
    """Only disclosures to health oversight or law enforcement can be suspended.

    Source: 45 CFR 164.528(a)(2)(i).
    """
    if disclosure.basis in (Basis.HEALTH_OVERSIGHT, Basis.LAW_ENFORCEMENT):
        return Allowed()
    rule = suspension_is_of_oversight_or_law_enforcement.__name__
    reason = f"disclosure {disclosure.id} was made on another basis: {disclosure.basis.value}"
    return Refused(rule, reason, "45 CFR 164.528(a)(2)(i)")


def oral_suspension_lasts_thirty_days(suspension: Suspension) -> Answer:
    """An oral statement suspends for 30 days at most; a written one for the time that it names.

    Source: 45 CFR 164.528(a)(2)(ii) (from memory; not checked against the primary text).
    """
    if suspension.written or suspension.ends_on - suspension.stated_on <= _ORAL_SUSPENSION:
        return Allowed()
    reason = "an oral statement suspends for no more than 30 days"
    return Refused(oral_suspension_lasts_thirty_days.__name__, reason, "45 CFR 164.528(a)(2)(ii)")


RULES = (
    part_2_disclosure_carries_its_notice,
    suspension_is_of_oversight_or_law_enforcement,
    oral_suspension_lasts_thirty_days,
)
