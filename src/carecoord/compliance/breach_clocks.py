"""Who is told of a breach, and by when: the federal clocks, and those of states as data.

    notifications_due(discovered_on, residents, STATE_CLOCKS)

Days are the outer limit; the law says "without unreasonable delay".
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.kernel.values import Positive, Range, Text, checked

__all__ = [
    "INDIVIDUALS_WITHIN",
    "STATE_CLOCKS",
    "NotificationDue",
    "Notified",
    "Residents",
    "StateClock",
    "notifications_due",
]

State = Annotated[str, Text(longest=2)]
"""A state by its two letters."""

INDIVIDUALS_WITHIN = timedelta(days=60)
"""How long those affected by a breach may wait to be told (45 CFR 164.404(b), primary text)."""
_MANY = 500


class Notified(Enum):
    """Who is told."""

    INDIVIDUALS = "individuals"
    HHS = "hhs"
    MEDIA = "media"
    STATE_AUTHORITY = "state_authority"


@frozen(field_transformer=checked)
class Residents:
    """How many of those affected live in a state."""

    state: State
    number: Positive


@frozen(field_transformer=checked)
class StateClock:
    """A state's own limit: who is told within how many days of discovery, from how many residents.

    It is data, to be replaced by what the organization's counsel has confirmed.
    """

    state: State
    who: Notified
    days: Annotated[int, Range(least=1, most=366)]
    source: Annotated[str, Text(longest=200)]
    at_least: Positive = 1


@frozen(field_transformer=checked)
class NotificationDue:
    """Who is to be told, by which day, and by what law; `state` where it is a state's."""

    who: Notified
    due: date
    source: Annotated[str, Text(longest=200)]
    state: State | None = None


_MEMORY = "(from memory; to be confirmed by counsel)"

STATE_CLOCKS: tuple[StateClock, ...] = (
    StateClock("CO", Notified.INDIVIDUALS, 30, f"C.R.S. 6-1-716 {_MEMORY}"),
    StateClock("CO", Notified.STATE_AUTHORITY, 30, f"C.R.S. 6-1-716 {_MEMORY}", 500),
    StateClock("FL", Notified.INDIVIDUALS, 30, f"Fla. Stat. 501.171 {_MEMORY}"),
    StateClock("FL", Notified.STATE_AUTHORITY, 30, f"Fla. Stat. 501.171 {_MEMORY}", 500),
    StateClock("NY", Notified.INDIVIDUALS, 30, f"N.Y. GBL 899-aa {_MEMORY}"),
    StateClock("WA", Notified.INDIVIDUALS, 30, f"RCW 19.255.010 {_MEMORY}"),
    StateClock("WA", Notified.STATE_AUTHORITY, 30, f"RCW 19.255.010 {_MEMORY}", 500),
)
"""Some of the states whose limits are shorter than 60 days; neither complete nor checked."""


def notifications_due(
    discovered_on: date,
    residents: Iterable[Residents],
    clocks: Iterable[StateClock] = STATE_CLOCKS,
    *,
    not_before: date | None = None,
) -> tuple[NotificationDue, ...]:
    """Everything that a breach of unsecured records asks for, the earliest first.

    `residents` count those affected by state. `not_before` is the end of a delay that law
    enforcement asked for: nothing is due before it.

    Source: 45 CFR 164.404(b), 164.406, 164.408(b) and (c), 164.412 (the 60 days: primary text; 500
    of one state for media, 500 in all for HHS and the yearly report of smaller ones: from memory).
    """
    groups = tuple(residents)
    limit = discovered_on + INDIVIDUALS_WITHIN
    many = sum(group.number for group in groups) >= _MANY
    year_end = date(discovered_on.year, 12, 31)
    dues = [
        NotificationDue(Notified.INDIVIDUALS, limit, "45 CFR 164.404(b)"),
        NotificationDue(Notified.HHS, limit, "45 CFR 164.408(b)")
        if many
        else NotificationDue(Notified.HHS, year_end + INDIVIDUALS_WITHIN, "45 CFR 164.408(c)"),
    ]
    table = tuple(clocks)
    for group in groups:
        if group.number > _MANY:
            media = NotificationDue(Notified.MEDIA, limit, "45 CFR 164.406", group.state)
            dues.append(media)
        dues += [
            NotificationDue(
                clock.who, discovered_on + timedelta(days=clock.days), clock.source, clock.state
            )
            for clock in table
            if clock.state == group.state and group.number >= clock.at_least
        ]
    delayed = [
        one
        if not_before is None or one.due >= not_before
        else NotificationDue(one.who, not_before, one.source, one.state)
        for one in dues
    ]
    return tuple(sorted(delayed, key=lambda one: (one.due, one.who.value, one.state or "")))
