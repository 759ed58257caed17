"""Legal holds: what must not go, however old it is, because a court or an inquiry may ask for it.

    schedule = schedule.holding(hold)
    record_is_under_no_legal_hold(schedule, patient, kinds)

The rules of retention and the holds are one aggregate, the retention schedule. Every disposal rests
on its version, so that a hold that is placed meanwhile stops it.
"""

from collections.abc import Iterable
from datetime import date

from attrs import evolve, frozen

from carecoord.compliance.disclosures import Line
from carecoord.compliance.retention import RetentionRule
from carecoord.errors import Allowed, Answer, InvalidValue, NotFound, Refused, insist
from carecoord.kernel.ids import ActorId, LegalHoldId, PatientId, RetentionScheduleId
from carecoord.kernel.values import checked

__all__ = [
    "RETENTION_SCHEDULE_ID",
    "RULES",
    "LegalHold",
    "RetentionSchedule",
    "hold_is_still_in_place",
    "record_is_under_no_legal_hold",
]

RETENTION_SCHEDULE_ID = RetentionScheduleId("retention-schedule")
"""A store has one schedule."""


@frozen(field_transformer=checked, kw_only=True)
class LegalHold:
    """What is held: the records of some patients, or of all; because of some kinds, or of any."""

    id: LegalHoldId
    matter: Line
    placed_on: date
    placed_by: ActorId
    patients: frozenset[PatientId] | None = None
    kinds: frozenset[str] | None = None
    released_on: date | None = None
    released_by: ActorId | None = None

    def holds(self, patient: PatientId, kinds: Iterable[str]) -> bool:
        """Whether it holds a patient's record that has these kinds in it."""
        return (
            self.released_on is None
            and (self.patients is None or patient in self.patients)
            and (self.kinds is None or not self.kinds.isdisjoint(kinds))
        )


@frozen(field_transformer=checked, kw_only=True)
class RetentionSchedule:
    """The rules of retention that the organization has adopted, and the holds it was placed under.

    Holds that were released stay on it.
    """

    id: RetentionScheduleId
    rules: tuple[RetentionRule, ...] = ()
    holds: tuple[LegalHold, ...] = ()
    version: int = 0

    def __attrs_post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise InvalidValue("RetentionSchedule.rules", "two of them have the same name")

    def with_rules(self, rules: Iterable[RetentionRule]) -> "RetentionSchedule":
        """With these rules in the place of all before."""
        return evolve(self, rules=tuple(rules))

    def holding(self, hold: LegalHold) -> "RetentionSchedule":
        """With one more hold."""
        return evolve(self, holds=(*self.holds, hold))

    def releasing(self, hold: LegalHoldId, *, by: ActorId, on: date) -> "RetentionSchedule":
        """With a hold released.

        Raises:
            NotFound: there is no such hold.
            NotAllowed: it was released before.
        """
        found = next((one for one in self.holds if one.id == hold), None)
        if found is None:
            raise NotFound("legal_hold", hold)
        insist(hold_is_still_in_place(found))
        released = evolve(found, released_on=on, released_by=by)
        return evolve(self, holds=tuple(released if one is found else one for one in self.holds))


def record_is_under_no_legal_hold(
    schedule: RetentionSchedule, patient: PatientId, kinds: Iterable[str]
) -> Answer:
    """Nothing that a hold covers is disposed of, and of its record nothing else either.

    Source: Federal Rules of Civil Procedure 37(e); 18 U.S.C. 1519 (both from memory; not checked
    against the primary texts).
    """
    there = tuple(kinds)
    for hold in schedule.holds:
        if hold.holds(patient, there):
            reason = f"hold {hold.id} covers the record of {patient}"
            rule = record_is_under_no_legal_hold.__name__
            return Refused(rule, reason, "Fed. R. Civ. P. 37(e)")
    return Allowed()


def hold_is_still_in_place(hold: LegalHold) -> Answer:
    """A hold is released once.

    Source: carecoord's own rule.
    """
    if hold.released_on is None:
        return Allowed()
    reason = f"hold {hold.id} was released on {hold.released_on}"
    return Refused(hold_is_still_in_place.__name__, reason, "carecoord's own rule")


RULES = (record_is_under_no_legal_hold, hold_is_still_in_place)
