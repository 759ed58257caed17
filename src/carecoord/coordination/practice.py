"""The practice: what holds for every desk of one organization, and where it keeps everything."""

from datetime import timedelta

from carecoord.authorizations.requirements import Requirement
from carecoord.compliance.access import AccessPolicy
from carecoord.compliance.standard_policy import STANDARD_POLICY
from carecoord.coordination.arguments import fingerprint_of
from carecoord.coordination.gateways import Gateways
from carecoord.errors import InvalidValue
from carecoord.kernel.business_days import BusinessDays
from carecoord.kernel.time import Zone
from carecoord.kinds import open_store
from carecoord.storage.store import Store
from carecoord.visits.attendance import AttendancePolicy
from carecoord.visits.reminder_plan import ReminderPolicy

__all__ = ["ATTENDANCE", "FEDERAL_BUSINESS_DAYS", "REMINDERS", "Practice"]

FEDERAL_BUSINESS_DAYS = BusinessDays.federal(range(2020, 2041))
"""Monday to Friday but for the federal holidays of these years."""

REMINDERS = ReminderPolicy((timedelta(days=7), timedelta(days=1), timedelta(hours=2)))
"""A week, a day and two hours before a visit, where a practice does not say otherwise."""

ATTENDANCE = AttendancePolicy(notice=timedelta(hours=24))
"""A day's notice, and no fee, where a practice does not say otherwise."""


class Practice:
    """One organization's store, policy, calendar, payers' lists and ways to the outside world.

    `zone` is that of the organization's calendar, by which "today" is meant; every location has its
    own. The clock and the ids are the store's; without a store, all is kept in memory.
    `figures_last` is for how many days what a payer stated of deductibles and limits is relied on.
    `requirements` are the payers' lists of what needs a prior authorization, the first entry that
    matches deciding. `reminders` is when and how patients are reminded of visits,
    `attendance` what it costs to miss one or to call it off late.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        zone: Zone = Zone("UTC"),  # noqa: B008 - an immutable value
        policy: AccessPolicy = STANDARD_POLICY,
        requirements: tuple[Requirement, ...] = (),
        business_days: BusinessDays = FEDERAL_BUSINESS_DAYS,
        reminders: ReminderPolicy = REMINDERS,
        attendance: AttendancePolicy = ATTENDANCE,
        gateways: Gateways = Gateways(),  # noqa: B008 - an immutable value
        figures_last: int = 30,
    ) -> None:
        if not isinstance(zone, Zone):
            raise InvalidValue("zone", "must be a Zone, an IANA time zone")
        self.store = open_store("memory:") if store is None else store
        self.zone = zone
        self.policy = policy
        self.policy_fingerprint = fingerprint_of(policy)
        """What tells this policy from any other, in the audit; None if it is no plain value."""
        self.requirements = requirements
        self.business_days = business_days
        self.reminders = reminders
        self.attendance = attendance
        self.gateways = gateways
        self.figures_last = figures_last
