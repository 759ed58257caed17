"""Responsibility 5: what is owed, by whom and until when, and the evidence that it is done.

    for obligation in federal_obligations(first_review=date(2026, 3, 1)):
        desk.enter_obligation(obligation)
    desk.duties_coming_due(within_days=30)
    desk.attest_obligation(id, "risk analysis of 2026, binder 4")

A report says how each obligation stands. It makes nobody compliant.
"""

from datetime import date, datetime, timedelta

from attrs import evolve

from carecoord.compliance.breach_clocks import STATE_CLOCKS, StateClock
from carecoord.compliance.duties import Duty, Standing
from carecoord.compliance.obligations import Obligation, Occurrence, Owner
from carecoord.compliance.repository import Obligations
from carecoord.coordination.checking_obligations import CHECKED_KINDS, duties_found
from carecoord.coordination.turn import Turn
from carecoord.coordination.use_case import use_case
from carecoord.errors import InvalidValue
from carecoord.kernel.ids import ObligationId

__all__ = [
    "attest_obligation",
    "duties_coming_due",
    "enter_obligation",
    "note_occurrence",
    "obligation_report",
    "retire_obligation",
]

_CHECKED = ("obligation", *CHECKED_KINDS)


@use_case("obligation", writes=("obligation",))
def enter_obligation(turn: Turn, obligation: Obligation) -> Obligation:
    """Keep an obligation, or bring it up to date; what was attested and what waits stays.

    Raises:
        InvalidValue: events wait for it that would be due no more.
    """
    obligations = turn.kept(Obligations)
    here = obligations.get_or_none(obligation.id)
    if here is not None:
        obligation = evolve(
            obligation,
            attestations=here.attestations,
            occurrences=here.occurrences,
            status=here.status,
        )
    return obligations.enter(obligation)


@use_case("obligation", writes=("obligation",))
def note_occurrence(
    turn: Turn, obligation: ObligationId, what: str, *, on: date | None = None
) -> Obligation:
    """Note that an event occurred, today unless told, after which an obligation is due.

    Raises:
        NotAllowed: it is retired.
        InvalidValue: it is dated after today, or the obligation is due after no event.
    """
    obligations = turn.kept(Obligations)
    occurrence = Occurrence(_not_after_today(turn, on), what)
    return obligations.replace(obligations.get(obligation).arisen(occurrence))


@use_case("obligation", writes=("obligation",))
def attest_obligation(
    turn: Turn, obligation: ObligationId, evidence: str, *, on: date | None = None
) -> Obligation:
    """Attest that what is due next of an obligation is done, today unless told.

    Raises:
        NotAllowed: it is retired, another answers for it, the library checks it, or nothing is due.
        InvalidValue: it is dated after today.
    """
    obligations = turn.kept(Obligations)
    found = obligations.get(obligation)
    day = _not_after_today(turn, on)
    return obligations.replace(found.attested(by=turn.actor, on=day, evidence=evidence))


@use_case("obligation", writes=("obligation",))
def retire_obligation(turn: Turn, obligation: ObligationId) -> Obligation:
    """An obligation binds no longer; what was attested stays on record."""
    obligations = turn.kept(Obligations)
    return obligations.replace(obligations.get(obligation).retired())


@use_case("obligation", reads=_CHECKED)
def duties_coming_due(
    turn: Turn,
    *,
    within_days: int = 30,
    owner: Owner | None = None,
    last_anchor: datetime | None = None,
    clocks: tuple[StateClock, ...] = STATE_CLOCKS,
) -> tuple[Duty, ...]:
    """What is overdue or due within so many days, of everybody or one owner; the first due first.

    Raises:
        InvalidValue: the days are fewer than none or more than ten years.
    """
    if not 0 <= within_days <= 3653:
        raise InvalidValue("within_days", "must be from 0 to 3653")
    last = turn.today + timedelta(days=within_days)
    duties = (
        duty
        for obligation in turn.kept(Obligations).binding()
        for duty in duties_found(turn, obligation, clocks, last_anchor=last_anchor) or ()
        if duty.due <= last and owner in (None, duty.owner)
    )
    return tuple(sorted(duties, key=lambda duty: duty.due))


@use_case("obligation", reads=_CHECKED)
def obligation_report(
    turn: Turn,
    *,
    last_anchor: datetime | None = None,
    clocks: tuple[StateClock, ...] = STATE_CLOCKS,
) -> tuple[Standing, ...]:
    """How every obligation that binds stands, with all that is open of it, whenever it is due.

    `last_anchor` is when the audit was last anchored; untold, that check says that it cannot know.
    """
    return tuple(
        Standing(obligation, duties_found(turn, obligation, clocks, last_anchor=last_anchor))
        for obligation in turn.kept(Obligations).binding()
    )


def _not_after_today(turn: Turn, day: date | None) -> date:
    if day is not None and day > turn.today:
        raise InvalidValue("on", "must not be after today")
    return turn.today if day is None else day
