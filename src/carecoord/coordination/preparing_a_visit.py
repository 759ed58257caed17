"""Responsibility 4: what must be settled before a visit, and the patient's questions about it."""

from datetime import timedelta

from attrs import asdict, evolve, frozen

from carecoord.coordination.openness import visit_with
from carecoord.coordination.turn import Turn
from carecoord.coordination.units import local_day_of
from carecoord.coordination.use_case import use_case
from carecoord.estimates.explanation import summary
from carecoord.kernel.ids import BookingId
from carecoord.kernel.values import LongText, checked
from carecoord.patients.registration import Patient
from carecoord.visits.readiness import (
    Fact,
    Finding,
    PreVisitFacts,
    ReadinessPolicy,
    open_items,
)
from carecoord.visits.visit import Visit
from carecoord.visits.visit_types import Modality, VisitType

__all__ = ["VERIFIED_FOR", "Answered", "PreVisitPacket", "pre_visit_packet", "readiness_of"]

VERIFIED_FOR = timedelta(days=30)
"""How long before a visit a coverage may have been verified, by the habit of many offices."""

_RECORD = ("booking", "patient", "visit_type", "location", "estimate", "authorization", "referral")


@frozen(field_transformer=checked)
class Answered:
    """A question that patients ask, and its answer in plain words."""

    question: str
    answer: LongText


@frozen(field_transformer=checked)
class PreVisitPacket:
    """The answers to a patient's usual questions before one visit."""

    visit: BookingId
    answers: tuple[Answered, ...]


@use_case("booking", reads=_RECORD)
def readiness_of(
    turn: Turn,
    visit: BookingId,
    told: PreVisitFacts = PreVisitFacts(),  # noqa: B008 - an immutable value
    *,
    policy: ReadinessPolicy = ReadinessPolicy(),  # noqa: B008 - an immutable value
) -> tuple[Finding, ...]:
    """What is still open before a visit: what blocks it first, then what only warns.

    What the record shows is looked up: coverage, estimate, authorization, interpreter, referral and
    instructions. What only people can know is `told`, and `told` wins where both speak.
    """
    found = visit_with(turn, visit)
    known = _facts(turn, found, turn.patients.get(found.patient))
    spoken = {
        name: fact for name, fact in asdict(told, recurse=False).items() if fact is not Fact.UNKNOWN
    }
    return open_items(evolve(known, **spoken), policy)


@use_case("booking", reads=_RECORD)
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
        ("What if I cannot come?", _cannot_come(wanted)),
    )
    return PreVisitPacket(found.id, tuple(Answered(*one) for one in answers))


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
    return PreVisitFacts(
        coverage=Fact.YES if verified and max(verified) >= day - VERIFIED_FOR else Fact.NO,
        estimate=Fact.YES if turn.estimates.of_visit(visit.id) else Fact.NO,
        authorization=Fact.YES if authorized else Fact.UNKNOWN,
        referral=Fact.YES if referred else Fact.UNKNOWN,
        instructions=Fact.UNKNOWN if wanted.instructions else Fact.NOT_NEEDED,
        interpreter=Fact.NOT_NEEDED if patient.interpreter_needed is False else Fact.UNKNOWN,
        transport=Fact.NOT_NEEDED if visit.modality is Modality.TELEHEALTH else Fact.UNKNOWN,
    )


def _where(visit: Visit, name: str) -> str:
    if visit.modality is Modality.TELEHEALTH:
        return "By video, from wherever you are; the link comes with the reminder."
    return f"At {name}."


def _cannot_come(visit_type: VisitType) -> str:
    return (
        f"Tell us as early as you can, so that somebody else can have the time of your "
        f"{visit_type.name.lower()}; we will find another one for you."
    )
