"""Responsibility 4: what must be settled before a visit, and the patient's questions about it."""

from datetime import timedelta

from attrs import asdict, evolve, frozen

from carecoord.compliance.notices import notice_is_acknowledged
from carecoord.compliance.repository import IndividualRequests, NoticeReceipts
from carecoord.compliance.request_terms import ReachAt
from carecoord.compliance.request_times import RequestKind
from carecoord.compliance.restrictions import other_way_to_reach
from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import local_day_of
from carecoord.coordination.use_case import use_case
from carecoord.errors import insist
from carecoord.estimates.explanation import summary
from carecoord.kernel.ids import BookingId
from carecoord.kernel.values import LongText, checked
from carecoord.patients.coverages import CoverageType
from carecoord.patients.registration import Patient
from carecoord.visits.attendance import AttendancePolicy
from carecoord.visits.readiness import (
    Fact,
    Finding,
    PreVisitFacts,
    ReadinessItem,
    ReadinessPolicy,
    Settled,
    open_items,
)
from carecoord.visits.visit import Visit, visit_still_stands
from carecoord.visits.visit_types import Modality, VisitType

__all__ = [
    "VERIFIED_FOR",
    "Answered",
    "PreVisitPacket",
    "pre_visit_packet",
    "readiness_of",
    "settle_readiness",
]

VERIFIED_FOR = timedelta(days=30)
"""How long before a visit a coverage may have been verified, by the habit of many offices."""

_RECORD = (
    "booking",
    "patient",
    "visit_type",
    "location",
    "estimate",
    "authorization",
    "referral",
    "notice_receipt",
)
_MEDICARE = {CoverageType.MEDICARE, CoverageType.MEDICARE_ADVANTAGE}
_OF_AN_ACCIDENT = {CoverageType.AUTO, CoverageType.WORKERS_COMPENSATION}


@frozen(field_transformer=checked)
class Answered:
    """A question that patients ask, and its answer in plain words."""

    question: str
    answer: LongText


@frozen(field_transformer=checked)
class PreVisitPacket:
    """The answers to a patient's usual questions before one visit.

    `only_at` is the one way in which the patient has asked to be reached, which it has to take.
    """

    visit: BookingId
    answers: tuple[Answered, ...]
    only_at: ReachAt | None = None


@use_case("booking", reads=_RECORD)
def readiness_of(
    turn: Turn,
    visit: BookingId,
    told: PreVisitFacts = PreVisitFacts(),  # noqa: B008 - an immutable value
    *,
    policy: ReadinessPolicy = ReadinessPolicy(),  # noqa: B008 - an immutable value
) -> tuple[Finding, ...]:
    """What is still open before a visit: what blocks it first, then what only warns.

    What the record shows is looked up: coverage, estimate, authorization, interpreter, referral,
    instructions, the notice of privacy practices. What only people can know is kept with
    `settle_readiness`, or `told` for this answer alone; of two who speak, the later one wins.
    """
    found = visit_with(turn, visit)
    known = _facts(turn, found, turn.patients.get(found.patient))
    kept = {one.item.name.lower(): one.fact for one in found.settled}
    spoken = {
        name: fact for name, fact in asdict(told, recurse=False).items() if fact is not Fact.UNKNOWN
    }
    return open_items(evolve(known, **{**kept, **spoken}), policy)


@use_case("booking", writes=("booking",))
def settle_readiness(
    turn: Turn, visit: BookingId, item: ReadinessItem, fact: Fact, *, note: str = ""
) -> Visit:
    """Keep what was found out about an item before a visit, with who found it out and when.

    Raises:
        NotAllowed: the visit is off, or was missed.
    """
    found = visit_with(turn, visit)
    insist(visit_still_stands(found))
    settled = Settled(item, fact, turn.actor.id, turn.now, note)
    return turn.bookings.replace(found.settling(settled))


@use_case("booking", reads=(*_RECORD, "individual_request"))
def pre_visit_packet(turn: Turn, visit: BookingId) -> PreVisitPacket:
    """The answers to a patient's usual questions: when, where, how to prepare, at what cost.

    A question to which the record has no answer says so, and whom to ask.
    """
    found = visit_with(turn, visit)
    wanted = turn.visit_types.get(found.visit_type)
    place = turn.locations.get(found.occupation.location)
    patient = turn.patients.get(found.patient)
    starts = found.period.start.astimezone(place.zone)
    minutes = found.period.duration // timedelta(minutes=1)
    given = turn.estimates.of_visit(found.id)
    covered = patient.coverages_on(local_day_of(turn, found))
    answers = (
        ("When is it?", f"{starts:%A, %d %B %Y, at %H:%M}; it takes about {minutes} minutes."),
        ("Where is it?", _where(found, place.name)),
        ("How do I prepare?", wanted.instructions or "There is nothing special to prepare."),
        (
            "What should I bring?",
            "A photo identification, your insurance card, and a list of what you take.",
        ),
        (
            "What will it cost me?",
            summary(given[-1]) if given else "No estimate was given yet; ask us for one.",
        ),
        (
            "Who pays?",
            f"We will bill {covered[0].payer_name} first."
            if covered
            else "We know of no coverage for that day; without one you pay yourself.",
        ),
        ("Do I need an authorization or a referral?", _papers(turn, found)),
        ("How do I get there, and who interprets?", _help(patient, found)),
        ("What if I cannot come?", _cannot_come(wanted, turn.practice.attendance)),
    )
    requests = turn.kept(IndividualRequests).of_patient(
        found.patient, RequestKind.CONFIDENTIAL_COMMUNICATION
    )
    told = tuple(Answered(*one) for one in answers)
    return PreVisitPacket(found.id, told, other_way_to_reach(requests))


def _facts(turn: Turn, visit: Visit, patient: Patient) -> PreVisitFacts:
    day = local_day_of(turn, visit)
    wanted = turn.visit_types.get(visit.visit_type)
    covered = patient.coverages_on(day)
    verified = [one.verified_on for one in covered if one.verified_on is not None]
    authorized = any(
        use.visit == visit.id and use.on == day
        for authorization in turn.authorizations.used_by(visit.id)
        if authorization.approval is not None
        for use in authorization.approval.uses
    )
    referred = turn.referrals.for_booking(visit.id)
    types = {one.type for one in covered}
    estimated = bool(turn.estimates.of_visit(visit.id))
    return PreVisitFacts(
        coverage=Fact.YES if verified and max(verified) >= day - VERIFIED_FOR else Fact.NO,
        estimate=Fact.YES if estimated else Fact.NO,
        authorization=Fact.YES if authorized else Fact.UNKNOWN,
        referral=Fact.YES if referred else Fact.UNKNOWN,
        instructions=Fact.UNKNOWN if wanted.instructions else Fact.NOT_NEEDED,
        interpreter=_interpreter(patient, wanted),
        transport=Fact.NOT_NEEDED if visit.modality is Modality.TELEHEALTH else Fact.UNKNOWN,
        privacy_notice=_notice(turn, patient),
        secondary_payer=Fact.NOT_NEEDED if types and not types & _MEDICARE else Fact.UNKNOWN,
        accident=Fact.YES if types & _OF_AN_ACCIDENT else Fact.UNKNOWN,
        copay=_copay(types, estimated=estimated),
    )


def _interpreter(patient: Patient, visit_type: VisitType) -> Fact:
    if patient.interpreter_needed is None:
        return Fact.UNKNOWN
    if not patient.interpreter_needed:
        return Fact.NOT_NEEDED
    arranged = any(need.role == "interpreter" for need in visit_type.requirements)
    return Fact.YES if arranged else Fact.NO


def _notice(turn: Turn, patient: Patient) -> Fact:
    """Whether the latest edition that the patient was given is signed for, or was tried to be."""
    given = turn.kept(NoticeReceipts).of_patient(patient.id)
    if not given:
        return Fact.UNKNOWN
    return Fact.YES if notice_is_acknowledged(given, given[-1].edition) else Fact.NO


def _copay(types: set[CoverageType], *, estimated: bool) -> Fact:
    """An estimate says what is due; who pays all by themselves has no copay."""
    if types == {CoverageType.SELF_PAY}:
        return Fact.NOT_NEEDED
    return Fact.YES if estimated else Fact.UNKNOWN


def _where(visit: Visit, name: str) -> str:
    if visit.modality is Modality.TELEHEALTH:
        return "By video, from wherever you are; the link comes with the reminder."
    return f"At {name}."


def _papers(turn: Turn, visit: Visit) -> str:
    authorized = bool(turn.authorizations.used_by(visit.id))
    referred = bool(turn.referrals.for_booking(visit.id))
    known = [
        name for name, there in (("authorization", authorized), ("referral", referred)) if there
    ]
    if not known:
        return "We know of none for this visit; if your plan asks for one, call us before you come."
    return f"We have the {' and the '.join(known)} on file for this visit."


def _help(patient: Patient, visit: Visit) -> str:
    ride = "" if visit.modality is Modality.TELEHEALTH else "If you need a ride, tell us. "
    if patient.interpreter_needed:
        return f"{ride}We arrange a qualified interpreter, at no cost to you."
    return f"{ride}If you need an interpreter, tell us; it costs you nothing."


def _cannot_come(visit_type: VisitType, policy: AttendancePolicy) -> str:
    hours = policy.notice // timedelta(hours=1)
    fees = [one for one in (policy.no_show_fee, policy.late_fee) if one is not None]
    cost = (
        f" Later than {hours} hours before, or if you do not come, it may cost up to {max(fees)};"
        " members of Medicaid pay nothing."
        if fees
        else ""
    )
    return (
        f"Tell us as early as you can, so that somebody else can have the time of your "
        f"{visit_type.name.lower()}; we will find another one for you.{cost}"
    )
