"""X12 271: what a payer answers about a member's eligibility and benefits.

    for answer in read_eligibility("answer.271").answers:
        answer.status, answer.benefits, answer.rejections

Source: ASC X12N/005010X279A1 (of its codes only those that are read here; from published examples
and public code, not checked against the guide). A percentage in EB08 is a fraction, and the
patient's share. Period 22 is the service year, 23 the calendar year, 24 the year to date, 29 what
remains.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum
from typing import TypeVar

from attrs import evolve

from carecoord.errors import InvalidValue
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import Source, refused
from carecoord_exchange.x12.benefit_codes import (
    BenefitKind,
    Level,
    Network,
    TimePeriod,
)
from carecoord_exchange.x12.interchange import Segment, Transaction, read_interchange
from carecoord_exchange.x12.statements import (
    Answers,
    BenefitStatement,
    EligibilityAnswer,
    Person,
    Rejection,
)

__all__ = ["read_eligibility"]

EnumT = TypeVar("EnumT", bound=Enum)


def read_eligibility(source: Source) -> Answers:
    """The answers in a file of 271 transactions.

    Raises:
        FileRefused: it is no well-formed interchange, its control numbers or counts do not agree,
            or it holds no 271.
    """
    interchange = read_interchange(source)
    answers: list[EligibilityAnswer] = []
    problems: list[Problem] = []
    found = False
    for transaction in interchange.transactions:
        if transaction.type != "271":
            findings = Findings(interchange.file)
            findings.error("ST01", "is no answer about eligibility (271)")
            problems += findings.problems
            continue
        found = True
        reading = _Reading(interchange.file, transaction)
        answers += reading.answers()
        problems += reading.problems
    if not found:
        raise refused(interchange.file, "holds no answer about eligibility (271)", place="ST01")
    return Answers(interchange.sent, tuple(answers), tuple(problems))


class _Reading:
    """Walks the hierarchy: payer (20), provider (21), subscriber (22), dependent (23)."""

    def __init__(self, file: str, transaction: Transaction) -> None:
        self.file = file
        self.transaction = transaction
        self.problems: list[Problem] = []
        self.payer: tuple[str | None, str | None] = (None, None)
        self.subscriber = Person()
        self.rejections: list[Rejection] = []

    def answers(self) -> Iterator[EligibilityAnswer]:
        answered = False
        for level, segments in self._levels():
            if level in ("20", "21"):
                self._source(level, segments)
            elif level in ("22", "23"):
                answer = self._person(level, segments)
                if answer is not None:
                    answered = True
                    yield answer
            else:
                self._note(segments[0], "HL03", "is not a level of an eligibility answer")
        if not answered and self.rejections:
            yield EligibilityAnswer(
                *self.payer, Person(), Person(), False, (), (), tuple(self.rejections)
            )

    def _levels(self) -> Iterator[tuple[str, list[Segment]]]:
        found: list[Segment] = []
        for segment in self.transaction.segments:
            if segment.tag == "HL":
                if found:
                    yield found[0][3], found
                found = [segment]
            elif found:
                found.append(segment)
        if found:
            yield found[0][3], found

    def _source(self, level: str, segments: Sequence[Segment]) -> None:
        for segment in segments:
            if segment.tag == "NM1" and level == "20":
                self.payer = (segment[3].strip() or None, segment[9].strip() or None)
            elif segment.tag == "AAA":
                self.rejections.append(_rejection(segment))

    def _person(self, level: str, segments: Sequence[Segment]) -> EligibilityAnswer | None:
        person, benefits, traces, rejections = Person(), list[BenefitStatement](), [], []
        days: tuple[date | None, date | None] = (None, None)
        in_loop = False
        for segment in segments:
            match segment.tag:
                case "LS":
                    in_loop = True
                case "LE":
                    in_loop = False
                case "NM1" if not in_loop and segment[1] in ("IL", "03"):
                    person = evolve(
                        person, member_id=segment[9].strip() or None,
                        family=segment[3].strip() or None, given=segment[4].strip() or None,
                    )  # fmt: skip
                case "DMG" if not in_loop:
                    person = evolve(person, birth_date=self._day(segment, 2, segment[2]))
                case "TRN":
                    traces.append(segment[2].strip())
                case "AAA":
                    rejections.append(_rejection(segment))
                case "EB":
                    benefits += [one for one in [self._benefit(segment)] if one is not None]
                case "MSG" if benefits:
                    last = benefits[-1]
                    benefits[-1] = evolve(last, messages=(*last.messages, segment[1].strip()))
                case "DTP" if not in_loop:
                    first, final = self._days(segment)
                    if benefits:
                        benefits[-1] = evolve(benefits[-1], first_day=first, last_day=final)
                    elif segment[1] in ("346", "356", "291", "307"):
                        days = (first or days[0], final or days[1])
                    elif segment[1] in ("347", "357"):
                        days = (days[0], final or first)
        if level == "22":
            self.subscriber = person
        if not benefits and not rejections:
            return None
        return EligibilityAnswer(
            *self.payer, self.subscriber, person, level == "23", tuple(filter(None, traces)),
            tuple(benefits), tuple(rejections), *days,
        )  # fmt: skip

    def _benefit(self, segment: Segment) -> BenefitStatement | None:
        if not segment[1].strip():
            self._note(segment, "EB01", "does not say what it is about")
            return None
        kind = self._code(BenefitKind, segment, 1) or BenefitKind.OTHER
        amount, percentage = self._amount(segment), self._percentage(segment)
        if (segment[7].strip() and amount is None) or (segment[8].strip() and percentage is None):
            return None
        return BenefitStatement(
            kind=kind,
            level=self._code(Level, segment, 2),
            service_types=segment.repeated(3),
            insurance_type=segment[4].strip() or None,
            plan=segment[5].strip() or None,
            period=self._code(TimePeriod, segment, 6),
            amount=amount,
            percentage=percentage,
            quantity=f"{segment[9]} {segment[10]}".strip() or None,
            authorization_required={"Y": True, "N": False}.get(segment[11].strip()),
            network=self._code(Network, segment, 12),
            procedure=segment[13].strip() or None,
        )

    def _amount(self, segment: Segment) -> Money | None:
        text = segment[7].strip()
        if not text:
            return None
        try:
            amount = Money.of(text)
        except InvalidValue as invalid:
            self._note(segment, "EB07", invalid.reason)
            return None
        if amount.cents < 0:
            self._note(segment, "EB07", "must not be negative")
            return None
        return amount

    def _percentage(self, segment: Segment) -> Rate | None:
        text = segment[8].strip()
        if not text:
            return None
        try:
            share = Rate.of(text)
        except InvalidValue as invalid:
            self._note(segment, "EB08", invalid.reason)
            return None
        if not 0 <= share.millionths <= 1_000_000:
            self._note(segment, "EB08", "must be a fraction from 0 to 1")
            return None
        return share

    def _code(self, codes: type[EnumT], segment: Segment, place: int) -> EnumT | None:
        text = segment[place].strip()
        if not text:
            return None
        try:
            return codes(text)
        except ValueError:
            self._note(segment, f"{segment.tag}{place:02}", "is not a code that is known", True)
            return None

    def _days(self, segment: Segment) -> tuple[date | None, date | None]:
        if segment[2] == "RD8":
            first, _, last = segment[3].partition("-")
            return self._day(segment, 3, first), self._day(segment, 3, last)
        day = self._day(segment, 3, segment[3])
        return day, day if segment[1] in ("347", "357") else None

    def _day(self, segment: Segment, place: int, text: str) -> date | None:
        text = text.strip()
        if not text:
            return None
        try:
            if len(text) != 8 or not (text.isascii() and text.isdigit()):
                raise ValueError
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            self._note(segment, f"{segment.tag}{place:02}", "is no day of the calendar")
            return None

    def _note(self, segment: Segment, place: str, reason: str, warning: bool = False) -> None:
        findings = Findings(self.file, segment.number)
        (findings.warning if warning else findings.error)(place, reason)
        self.problems += findings.problems


def _rejection(segment: Segment) -> Rejection:
    follow_up = segment[4].strip()
    return Rejection(segment[3].strip(), follow_up, follow_up in ("C", "P", "R"))
