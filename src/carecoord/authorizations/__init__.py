"""Prior authorizations: whether one is needed, what was asked, decided, used, and by when.

A *requirement* is an entry of a payer's list. An *authorization* is requested through a *channel*,
decided by an *action* of X12 278, and then has an *approval* whose *approved units* visits use. A
*deadline* is the payer's; an *appeal* is against a denial.
"""

from carecoord.authorizations.appeals import (
    APPEAL_LEVELS,
    Appeal,
    AppealLevel,
    AppealOutcome,
    appeal_is_filed_in_time,
    appeal_level,
)
from carecoord.authorizations.authorization import (
    Authorization,
    authorization_is_in_force,
    missed_deadline_counts_as_denied,
)
from carecoord.authorizations.chain import (
    ENDED,
    authorization_is_updated_once,
    current_of,
    kept,
    superseded,
    update_of,
)
from carecoord.authorizations.deadlines import (
    Deadline,
    decision_deadline,
    decision_is_not_overdue,
    extension_comes_before_the_deadline,
)
from carecoord.authorizations.decisions import (
    NO_GUARANTEE,
    Action,
    Decision,
    LineDecision,
    decision_agrees_with_its_lines,
    denial_gives_its_reason,
)
from carecoord.authorizations.requests import (
    Channel,
    RequestedLine,
    Submission,
    UnitOfMeasure,
    Urgency,
    submission_can_be_traced,
)
from carecoord.authorizations.requirements import (
    CodeRange,
    LineNeed,
    Need,
    Requirement,
    needs,
    visit_has_the_authorization_it_needs,
)
from carecoord.authorizations.status import (
    ACTIONS,
    AUTHORIZATION_LIFECYCLE,
    IN_FORCE,
    WAITING,
    AuthorizationStatus,
)
from carecoord.authorizations.time_limits import (
    LIMITS,
    Program,
    Span,
    SpanUnit,
    TimeLimit,
)
from carecoord.authorizations.units import (
    Approval,
    ApprovedLine,
    Use,
    authorization_covers_the_date,
    authorization_covers_the_service,
    visit_fits_authorized_units,
    visit_uses_a_service_once,
)

__all__ = [
    "ACTIONS",
    "APPEAL_LEVELS",
    "AUTHORIZATION_LIFECYCLE",
    "ENDED",
    "IN_FORCE",
    "LIMITS",
    "NO_GUARANTEE",
    "WAITING",
    "Action",
    "Appeal",
    "AppealLevel",
    "AppealOutcome",
    "Approval",
    "ApprovedLine",
    "Authorization",
    "AuthorizationStatus",
    "Channel",
    "CodeRange",
    "Deadline",
    "Decision",
    "LineDecision",
    "LineNeed",
    "Need",
    "Program",
    "RequestedLine",
    "Requirement",
    "Span",
    "SpanUnit",
    "Submission",
    "TimeLimit",
    "UnitOfMeasure",
    "Urgency",
    "Use",
    "appeal_is_filed_in_time",
    "appeal_level",
    "authorization_covers_the_date",
    "authorization_covers_the_service",
    "authorization_is_in_force",
    "authorization_is_updated_once",
    "current_of",
    "decision_agrees_with_its_lines",
    "decision_deadline",
    "decision_is_not_overdue",
    "denial_gives_its_reason",
    "extension_comes_before_the_deadline",
    "kept",
    "missed_deadline_counts_as_denied",
    "needs",
    "submission_can_be_traced",
    "superseded",
    "update_of",
    "visit_fits_authorized_units",
    "visit_has_the_authorization_it_needs",
    "visit_uses_a_service_once",
]
