"""Updates of an authorization: a chain that never forks.

    old, new = update_of(old, id=new_id, lines=more)     # keep both
    new = new.submitted(…).decided(…)
    old, new = superseded(old, new)                      # or kept(old, new) if it was denied

Until the update is approved the old authorization stays in force, and its units can be used.
"""

from collections.abc import Mapping

from attrs import evolve

from carecoord.authorizations.authorization import Authorization
from carecoord.authorizations.requests import RequestedLine
from carecoord.authorizations.status import (
    AUTHORIZATION_LIFECYCLE,
    IN_FORCE,
    AuthorizationStatus,
)
from carecoord.errors import Allowed, Answer, InvalidValue, NotFound, Refused, insist
from carecoord.kernel.ids import AuthorizationId

__all__ = [
    "ENDED",
    "RULES",
    "authorization_is_updated_once",
    "current_of",
    "kept",
    "superseded",
    "update_of",
]

ENDED = frozenset(
    {
        AuthorizationStatus.DENIED,
        AuthorizationStatus.NOT_REQUIRED,
        AuthorizationStatus.CANCELLED,
        AuthorizationStatus.ENTERED_IN_ERROR,
    }
)
"""States in which an update has failed, and what it was to replace may be updated again."""


def update_of(
    old: Authorization, *, id: AuthorizationId, lines: tuple[RequestedLine, ...]
) -> tuple[Authorization, Authorization]:
    """The authorization, now waiting for its update, and the draft of the update.

    Raises:
        NotAllowed: it is not in force, or is being updated already.
    """
    insist(AUTHORIZATION_LIFECYCLE.may(old.status, "replace"), authorization_is_updated_once(old))
    draft = Authorization(
        id=id,
        patient=old.patient,
        coverage=old.coverage,
        program=old.program,
        lines=lines,
        urgency=old.urgency,
        diagnoses=old.diagnoses,
        requester=old.requester,
        performer=old.performer,
        facility=old.facility,
        replaces=old.id,
    )
    return evolve(old, replaced_by=id), draft


def superseded(old: Authorization, new: Authorization) -> tuple[Authorization, Authorization]:
    """The old one replaced, and its approved update with the visits that used the old one.

    Raises:
        InvalidValue: they are not next to each other in one chain.
        NotAllowed: the old one is no longer in force.
    """
    _check_neighbours(old, new)
    status = AUTHORIZATION_LIFECYCLE.after(old.status, "replace")
    if new.status not in IN_FORCE or new.approval is None or old.approval is None:
        raise InvalidValue("new.status", "must be approved before it replaces another")
    return (
        evolve(old, status=status, approval=evolve(old.approval, uses=())),
        evolve(new, approval=new.approval.taking_over(old.approval.uses)),
    )


def kept(old: Authorization, new: Authorization) -> Authorization:
    """The old one, which its update failed to replace.

    Raises:
        InvalidValue: they are not next to each other, or the update has not failed.
    """
    _check_neighbours(old, new)
    if new.status not in ENDED:
        raise InvalidValue("new.status", "must have ended without an approval")
    return evolve(old, replaced_by=None)


def current_of(
    id: AuthorizationId, authorizations: Mapping[AuthorizationId, Authorization]
) -> Authorization:
    """The authorization that holds today in the chain of this one.

    Source: Da Vinci PAS, where an inquiry on a replaced authorization returns the current one.

    Raises:
        NotFound: a link of the chain is missing.
        InvalidValue: the chain goes round in a circle.
    """
    seen: set[AuthorizationId] = set()
    while id not in seen:
        seen.add(id)
        found = authorizations.get(id)
        if found is None:
            raise NotFound("authorization", id)
        if found.status is not AuthorizationStatus.REPLACED or found.replaced_by is None:
            return found
        id = found.replaced_by
    raise InvalidValue("authorizations", "replace each other in a circle")


def authorization_is_updated_once(authorization: Authorization) -> Answer:
    """An update hangs on the newest of a chain, so that the chain never forks.

    Source: carecoord's own rule, from complaints about systems that forked it.
    """
    if authorization.replaced_by is None:
        return Allowed()
    reason = f"authorization {authorization.id} is being updated by {authorization.replaced_by}"
    return Refused(authorization_is_updated_once.__name__, reason, "carecoord's own rule")


RULES = (authorization_is_updated_once,)


def _check_neighbours(old: Authorization, new: Authorization) -> None:
    if old.replaced_by != new.id or new.replaces != old.id:
        raise InvalidValue("new.replaces", "must be the authorization that it updates")
