"""Where an authorization stands, and the moves that a payer's actions make."""

from collections.abc import Mapping
from enum import Enum

from carecoord.authorizations.decisions import Action
from carecoord.kernel.states import Lifecycle

__all__ = ["ACTIONS", "AUTHORIZATION_LIFECYCLE", "IN_FORCE", "WAITING", "AuthorizationStatus"]


class AuthorizationStatus(Enum):
    """Where an authorization stands."""

    DRAFT = "draft"
    REQUESTED = "requested"
    PENDED = "pended"
    """The payer has it and has not decided, or wants to be called."""
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    MODIFIED = "modified"
    DENIED = "denied"
    NOT_REQUIRED = "not_required"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    ENTERED_IN_ERROR = "entered_in_error"


_S = AuthorizationStatus
IN_FORCE = frozenset({_S.APPROVED, _S.PARTLY_APPROVED, _S.MODIFIED})
"""States in which approved units can be used."""
WAITING = frozenset({_S.REQUESTED, _S.PENDED})
"""States in which the payer owes a decision."""

ACTIONS: Mapping[Action, tuple[str, AuthorizationStatus]] = {
    Action.CERTIFIED_IN_TOTAL: ("certify_in_total", _S.APPROVED),
    Action.CERTIFIED_IN_PART: ("certify_in_part", _S.PARTLY_APPROVED),
    Action.NOT_CERTIFIED: ("deny", _S.DENIED),
    Action.PENDED: ("pend", _S.PENDED),
    Action.MODIFIED: ("modify", _S.MODIFIED),
    Action.CANCELLED: ("cancel", _S.CANCELLED),
    Action.CONTACT_PAYER: ("ask_to_call", _S.PENDED),
    Action.NO_ACTION_REQUIRED: ("need_none", _S.NOT_REQUIRED),
}
"""The move that each action of a payer makes, and the state it leads to."""
_REDECIDED = ("certify_in_total", "certify_in_part", "modify")

AUTHORIZATION_LIFECYCLE = Lifecycle(
    "authorization",
    {
        (_S.DRAFT, "submit"): _S.REQUESTED,
        (_S.DRAFT, "cancel"): _S.CANCELLED,
        (_S.DRAFT, "void"): _S.ENTERED_IN_ERROR,
        (_S.REQUESTED, "submit"): _S.REQUESTED,
        (_S.PENDED, "submit"): _S.PENDED,
        (_S.REQUESTED, "void"): _S.ENTERED_IN_ERROR,
        (_S.PENDED, "void"): _S.ENTERED_IN_ERROR,
        **{
            (state, verb): after
            for state in (_S.REQUESTED, _S.PENDED)
            for verb, after in ACTIONS.values()
        },
        **{
            (state, verb): after
            for state in (_S.DENIED, _S.PARTLY_APPROVED, _S.MODIFIED)
            for verb, after in ACTIONS.values()
            if verb in _REDECIDED
        },
        **{
            (state, verb): after
            for state in (_S.APPROVED, _S.PARTLY_APPROVED, _S.MODIFIED)
            for verb, after in (("cancel", _S.CANCELLED), ("replace", _S.REPLACED))
        },
        **{(state, "appeal"): state for state in (_S.DENIED, _S.PARTLY_APPROVED, _S.MODIFIED)},
    },
    source="X12 005010X217 278, HCR01 for the actions; the moves are carecoord's own table",
)
