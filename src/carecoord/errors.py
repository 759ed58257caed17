"""Everything that can go wrong, and the answer of a rule, on one screen.

Nothing else leaves the library: adapters translate the errors of their drivers into these.
No message carries patient details; what is named is a field, a kind, an id or a rule.
"""

import re
from typing import ClassVar, TypeAlias

from attrs import frozen

__all__ = [
    "AccessDenied",
    "Allowed",
    "AlreadyTaken",
    "Answer",
    "CarecoordError",
    "Conflict",
    "InvalidValue",
    "NotAllowed",
    "NotFound",
    "OutcomeUnknown",
    "Refused",
    "Unavailable",
    "insist",
]


@frozen
class Allowed:
    """The rule has nothing against it."""

    def __bool__(self) -> bool:
        return True


@frozen
class Refused:
    """The rule forbids it, says why in plain words, and names its source."""

    rule: str
    reason: str
    source: str

    def __bool__(self) -> bool:
        return False


Answer: TypeAlias = Allowed | Refused


class CarecoordError(Exception):
    """The base of every error of the library; `code` is stable and fit for machines."""

    code: ClassVar[str] = "error"


class InvalidValue(CarecoordError):
    """A value that cannot be taken: `field` says which, `reason` says why, neither quotes it."""

    code = "invalid_value"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


_MADE_ID = re.compile(r"([a-z_]+-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")


class NotFound(CarecoordError):
    """There is none of this kind with this id, or none that this actor may know of.

    What was asked for is named only if it was made as an id, as `patient-0198c2f2…` or a UUID:
    anything else may be what somebody typed, and a patient's detail.
    """

    code = "not_found"

    def __init__(self, kind: str, id: str) -> None:
        id = id if _MADE_ID.match(id) else ""
        super().__init__(kind, id)
        self.kind = kind
        self.id = id

    def __str__(self) -> str:
        return f"no {self.kind} with id {self.id}" if self.id else f"no such {self.kind}"


class Conflict(CarecoordError):
    """Somebody else changed it in between, or what it rests on is not as expected.

    `reason` is one of `stale_version`, `already_exists`, `missing_reference`,
    `still_referenced`, `idempotency_key_reused`.
    """

    code = "conflict"

    def __init__(self, kind: str, id: str, reason: str = "stale_version") -> None:
        super().__init__(kind, id, reason)
        self.kind = kind
        self.id = id
        self.reason = reason

    def __str__(self) -> str:
        if self.reason == "idempotency_key_reused":
            return "the idempotency key was used before, with other arguments"
        return f"{self.kind} {self.id}: {self.reason}"


class AlreadyTaken(CarecoordError):
    """Another one of this kind holds what this one claims, as a time of a provider.

    `what` is the first word of the claim; the rest may identify a patient and stays out.
    """

    code = "already_taken"

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(kind, what)
        self.kind = kind
        self.what = what

    def __str__(self) -> str:
        return f"{self.kind}: the {self.what} is already taken"


class NotAllowed(CarecoordError):
    """Rules of the domain forbid it; `refusals` holds every one of them, not just the first."""

    code = "not_allowed"

    def __init__(self, *refusals: Refused) -> None:
        super().__init__(*refusals)
        self.refusals = refusals

    def __str__(self) -> str:
        return "; ".join(f"{refused.rule}: {refused.reason}" for refused in self.refusals)


def insist(*answers: Answer) -> None:
    """Go on only if every rule allows it.

    Raises:
        NotAllowed: with every refusal among the answers.
    """
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    if refusals:
        raise NotAllowed(*refusals)


class AccessDenied(CarecoordError):
    """The access policy does not let this actor do this, for this purpose."""

    code = "access_denied"

    def __init__(self, use_case: str, reason: str) -> None:
        super().__init__(use_case, reason)
        self.use_case = use_case
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.use_case}: {self.reason}"


class Unavailable(CarecoordError):
    """The store could not answer just now; nothing was kept, and trying again may succeed."""

    code = "unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class OutcomeUnknown(CarecoordError):
    """The connection broke during the commit: it is kept whole or not at all, but which is unknown.

    Ask again with the same idempotency key; the store's own retry does so.
    """

    code = "outcome_unknown"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason
