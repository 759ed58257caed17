"""The scope of a decision: what of each kind its use case may know of, as a condition.

Every repository of a turn is bound to it, so that no use case has to remember. What a reach leaves
to the store (who consented, whose record is restricted) is looked up once, and only if a kind that
is asked for depends on it.
"""

from datetime import date
from functools import cached_property
from typing import Any

from carecoord.compliance.access import ConsentNeeded, Decision, Reach
from carecoord.compliance.consents import ConsentKind, consent_is_in_force
from carecoord.compliance.repository import ACCESS_FACT, CONSENT
from carecoord.kernel.sensitivity import Sensitivity
from carecoord.patients.repository import PATIENT
from carecoord.storage.conditions import (
    EVERYTHING,
    Condition,
    equal,
    every,
    has,
    has_any,
    is_none,
    negated,
    one_of,
    some,
)
from carecoord.storage.kind import Kind
from carecoord.storage.work import Work

__all__ = ["Scope"]


class Scope:
    """How far a decision reaches within one unit of work."""

    def __init__(self, work: Work, decision: Decision, today: date) -> None:
        self._work = work
        self._decision = decision
        self._today = today
        self._consented: dict[ConsentKind, tuple[str, ...]] = {}

    def of(self, kind: Kind[Any]) -> Condition:
        """What of this kind may be known.

        Whoever may work with the facts of access at all is not bound by them.
        """
        whose = self._decision.only_patient
        own: Condition = EVERYTHING
        if whose is not None and "patient" in kind.fields:
            own = equal("patient", whose)
        if kind is ACCESS_FACT:
            return own
        within = [self._within(kind, reach) for reach in self._decision.reaches]
        if EVERYTHING in within:
            return own
        reached = within[0] if len(within) == 1 else some(*within)
        return reached if own is EVERYTHING else every(own, reached)

    def _within(self, kind: Kind[Any], reach: Reach) -> Condition:
        parts: list[Condition] = []
        if "patient" in kind.fields:
            parts += self._of_patients(kind, reach)
            if reach.sites is not None and "location" in kind.fields:
                here = one_of("location", sorted(reach.sites))
                parts.append(some(is_none("location"), here))
        if "sensitivity" in kind.fields:
            hidden = tuple(one for one in Sensitivity if one not in reach.knows)
            if hidden:
                parts.append(negated(has_any("sensitivity", hidden)))
            parts += (self._with_consent(needed) for needed in reach.with_consent)
        return every(*parts) if parts else EVERYTHING

    def _of_patients(self, kind: Kind[Any], reach: Reach) -> list[Condition]:
        parts: list[Condition] = []
        if reach.patients is not None:
            parts.append(some(is_none("patient"), one_of("patient", sorted(reach.patients))))
        closed: set[str] = set(reach.but_not)
        if Sensitivity.RESTRICTED not in reach.knows and kind is not PATIENT:
            closed.update(self._restricted)
        if closed:
            parts.append(negated(one_of("patient", sorted(closed))))
        return parts

    def _with_consent(self, needed: ConsentNeeded) -> Condition:
        if needed.consent not in self._consented:
            self._consented[needed.consent] = self._who_consented(needed.consent)
        consented = one_of("patient", self._consented[needed.consent])
        return some(negated(has("sensitivity", needed.sensitivity)), consented)

    @cached_property
    def _restricted(self) -> tuple[str, ...]:
        """Whose whole record is restricted."""
        where = has("sensitivity", Sensitivity.RESTRICTED)
        return tuple(str(id) for (id,) in self._work.collection(PATIENT).values((), where))

    def _who_consented(self, kind: ConsentKind) -> tuple[str, ...]:
        """Whose consent of this kind is in force."""
        with self._work.stage.unnoted():
            found = tuple(self._work.collection(CONSENT).each(equal("kind", kind)))
        return tuple(
            sorted({one.patient for one in found if consent_is_in_force(one, self._today)})
        )
