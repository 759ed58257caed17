"""By when a payer must decide, and what it means if it does not.

    deadline = decision_deadline(
        Program.MEDICARE_ADVANTAGE, Urgency.STANDARD, (False,), received_at, zone=zone,
        business_days=BusinessDays.federal([2026]),
    )
    deadline.due_at, deadline.source

A payer's own promise can only shorten the legal time; missing it means nothing in law.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from attrs import evolve, frozen

from carecoord.authorizations.requests import Urgency
from carecoord.authorizations.time_limits import LIMITS, Program, Span, TimeLimit
from carecoord.errors import Allowed, Answer, Refused, insist
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone, local_date
from carecoord.kernel.values import Text, checked

__all__ = [
    "RULES",
    "Deadline",
    "decision_deadline",
    "decision_is_not_overdue",
    "extension_comes_before_the_deadline",
]


@frozen(field_transformer=checked, kw_only=True)
class Deadline:
    """By when a decision is due, by which rule, and how much longer it may become, once.

    `due_at` is the law's time or the payer's own shorter one; `lawful_until` is the law's, None
    where no law is known.
    """

    due_at: datetime
    source: Annotated[str, Text(longest=500)]
    lawful_until: datetime | None = None
    extension: Span | None = None
    missed_is_adverse: bool | None = None

    def extended(self, at: datetime, zone: Zone, business_days: BusinessDays) -> "Deadline":
        """With the law's extension, counted from the law's first deadline.

        Raises:
            NotAllowed: there is none, there was one already, or it comes too late.
        """
        insist(extension_comes_before_the_deadline(self, at))
        assert self.extension is not None and self.lawful_until is not None  # noqa: PT018
        last_moment = self.lawful_until - timedelta(microseconds=1)
        until = self.extension.after(last_moment, zone, business_days)
        return evolve(self, due_at=until, lawful_until=until, extension=None)

    def counts_as_denied(self, now: datetime) -> bool:
        """Whether the law's time has passed, and with that the request counts as denied."""
        passed = self.lawful_until is not None and now >= self.lawful_until
        return passed and self.missed_is_adverse is True


def decision_deadline(
    program: Program,
    urgency: Urgency,
    drugs: Iterable[bool],
    received_at: datetime,
    *,
    zone: Zone,
    business_days: BusinessDays,
    payer_days: Span | None = None,
    limits: tuple[TimeLimit, ...] = LIMITS,
) -> Deadline | None:
    """When the decision is due; None if no clock is known.

    `drugs` says of every line whether it is a drug: the request is due when its first line is.
    `payer_days` is what the payer itself promises, which counts only where it is shorter.
    """
    day, asked = local_date(received_at, zone), frozenset(drugs)
    running = [
        (limit.within.after(received_at, zone, business_days), limit)
        for limit in limits
        if limit.program is program
        and limit.urgency is urgency
        and limit.drugs in asked
        and (limit.since is None or limit.since <= day)
        and (limit.until is None or day < limit.until)
    ]
    found = [
        Deadline(
            due_at=due_at,
            source=limit.source,
            lawful_until=due_at,
            extension=limit.extension,
            missed_is_adverse=limit.missed_is_adverse,
        )
        for due_at, limit in running
    ]
    lawful = min(found, key=lambda deadline: deadline.due_at, default=None)
    if payer_days is None:
        return lawful
    promised = payer_days.after(received_at, zone, business_days)
    source = "the payer's own time limit"
    if lawful is None:
        return Deadline(due_at=promised, source=source)
    return evolve(lawful, due_at=promised, source=source) if promised < lawful.due_at else lawful


def decision_is_not_overdue(deadline: Deadline | None, now: datetime) -> Answer:
    """A payer decides in time; for Medicare Advantage a missed deadline is itself a denial.

    Source: that of the deadline; 42 CFR 422.568(f) for what a missed one means (secondary
    sources; not checked against the primary text).
    """
    if deadline is None or now < deadline.due_at:
        return Allowed()
    denied = deadline.counts_as_denied(now)
    meaning = "; it counts as a denial and can be appealed" if denied else ""
    reason = f"the decision was due at {deadline.due_at.isoformat()}{meaning}"
    return Refused(decision_is_not_overdue.__name__, reason, deadline.source)


def extension_comes_before_the_deadline(deadline: Deadline, at: datetime) -> Answer:
    """The law's time is extended once, where it can be at all, and before it has run out.

    Source: 42 CFR 422.568(b); 29 CFR 2560.503-1(f)(2)(iii)(A) (secondary sources; not checked
    against the primary texts).
    """
    rule = extension_comes_before_the_deadline.__name__
    if deadline.extension is None or deadline.lawful_until is None:
        reason = "this time limit allows no extension, or had one"
    elif at >= deadline.lawful_until:
        reason = "the time limit has run out"
    else:
        return Allowed()
    return Refused(rule, reason, deadline.source)


RULES = (decision_is_not_overdue, extension_comes_before_the_deadline)
