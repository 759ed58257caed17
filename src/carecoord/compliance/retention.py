"""Retention: how long a patient's record is kept, by every rule that applies, the longest deciding.

    kept = keeping(rules, facts)        # Keeping(until=…, rule=…), or None where nothing tells
    record_was_kept_long_enough(rules, facts, today)

The record is kept and disposed of as a whole: as long as one rule keeps a part of it, all of it
stays. Rules are data, each with its jurisdiction and source; see `retention_rules`.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.compliance.sources import Source
from carecoord.errors import Allowed, Answer, Refused
from carecoord.kernel.ids import PatientId
from carecoord.kernel.time import months_later
from carecoord.kernel.values import Count, Positive, Range, Text, checked

__all__ = [
    "RULES",
    "CountedFrom",
    "Keeping",
    "KeptForMinors",
    "RecordFacts",
    "RetentionRule",
    "every_kind_has_a_retention_rule",
    "keeping",
    "record_tells_how_old_it_is",
    "record_was_kept_long_enough",
]

Name = Annotated[str, Text(longest=100)]
Years = Annotated[int, Range(least=0, most=200)]


class CountedFrom(Enum):
    """The day from which the years are counted."""

    LAST_ENTRY = "last_entry"
    """The last day that anything of the rule's kinds speaks of."""
    LAST_SERVICE = "last_service"
    """The last visit; without any, the last entry."""


@frozen(field_transformer=checked)
class KeptForMinors:
    """What is kept until so many years after the patient came of age, at `of_age`."""

    of_age: Positive
    years: Count


@frozen(field_transformer=checked, kw_only=True)
class RetentionRule:
    """How long one jurisdiction has some kinds, or without `kinds` the whole record, kept."""

    name: Name
    jurisdiction: Annotated[str, Text(longest=20)]
    years: Years
    counted_from: CountedFrom
    source: Source
    kinds: frozenset[str] | None = None
    minors: KeptForMinors | None = None

    def concerns(self, kind: str) -> bool:
        """Whether it speaks of a kind."""
        return self.kinds is None or kind in self.kinds

    def keeps_until(self, facts: "RecordFacts") -> date | None:
        """The last day on which the record has to be there; None if it holds nothing of the kinds.

        Somebody whose birth date is not known is taken to have been born on the last day that the
        record speaks of: so it is kept too long rather than too short.
        """
        days = [day for kind, day in facts.last_days if self.concerns(kind)]
        if not days:
            return None
        last = max(days)
        if self.counted_from is CountedFrom.LAST_SERVICE and facts.last_service is not None:
            last = facts.last_service
        until = _years_later(last, self.years)
        if self.minors is not None:
            born = max(days) if facts.born is None else facts.born
            grown = _years_later(born, self.minors.of_age)
            until = max(until, _years_later(grown, self.minors.years))
        return until


@frozen(field_transformer=checked, kw_only=True)
class RecordFacts:
    """What retention has to know of a patient's record.

    `last_days` has, of every kind in it, the last day that anything of the kind speaks of. It is
    empty where nothing in the record names a day.
    """

    patient: PatientId
    last_days: tuple[tuple[str, date], ...]
    last_service: date | None = None
    born: date | None = None


@frozen(field_transformer=checked)
class Keeping:
    """The last day on which a record has to be there, and the rule that asks for it."""

    until: date
    rule: RetentionRule

    @property
    def over_from(self) -> date:
        """The first day on which it may go."""
        return self.until + timedelta(days=1) if self.until < date.max else date.max


def keeping(rules: Iterable[RetentionRule], facts: RecordFacts) -> Keeping | None:
    """How long a record is kept, by the rule that keeps it longest; None if none concerns it."""
    found = [(until, rule) for rule in rules if (until := rule.keeps_until(facts)) is not None]
    if not found:
        return None
    until, rule = max(found, key=lambda one: (one[0], one[1].name))
    return Keeping(until, rule)


def _years_later(day: date, years: int) -> date:
    """The same day so many years on; for a 29 February that is not, the day after it."""
    later = months_later(day, 12 * years)
    return later if later.day == day.day or later == date.max else later + timedelta(days=1)


def record_was_kept_long_enough(
    rules: Iterable[RetentionRule], facts: RecordFacts, today: date
) -> Answer:
    """A record is disposed of only when the longest rule that applies to it is over.

    Source: the rule's own.
    """
    found = keeping(rules, facts)
    if found is None or today > found.until:
        return Allowed()
    reason = f"{found.rule.name} keeps the record of {facts.patient} until {found.until}"
    rule = record_was_kept_long_enough.__name__
    return Refused(rule, reason, found.rule.source.citation)


def every_kind_has_a_retention_rule(rules: Iterable[RetentionRule], facts: RecordFacts) -> Answer:
    """Nothing is disposed of of which no rule says how long it is kept.

    Source: carecoord's own rule.
    """
    known = tuple(rules)
    left = sorted(
        {kind for kind, _ in facts.last_days if not any(rule.concerns(kind) for rule in known)}
    )
    if not left:
        return Allowed()
    reason = f"no rule says how long to keep: {', '.join(left)}"
    return Refused(every_kind_has_a_retention_rule.__name__, reason, "carecoord's own rule")


def record_tells_how_old_it_is(facts: RecordFacts) -> Answer:
    """A record that names no day cannot be said to be old enough.

    Source: carecoord's own rule.
    """
    if facts.last_days:
        return Allowed()
    reason = f"nothing in the record of {facts.patient} tells how old it is"
    return Refused(record_tells_how_old_it_is.__name__, reason, "carecoord's own rule")


RULES = (
    record_was_kept_long_enough,
    every_kind_has_a_retention_rule,
    record_tells_how_old_it_is,
)
