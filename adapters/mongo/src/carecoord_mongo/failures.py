"""What the driver's errors mean; their text is never shown, since it quotes values."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from carecoord.errors import AlreadyTaken, CarecoordError, InvalidValue, OutcomeUnknown, Unavailable

__all__ = [
    "DriverError",
    "attempted",
    "duplicate_in",
    "failed_commit",
    "failed_write",
    "not_kept",
    "taken",
]

DriverError: TypeAlias = PyMongoError | BSONError

T = TypeVar("T")

_DUPLICATE_KEY = 11000
_NO_SUCH_TRANSACTION = 251
_TOO_LARGE = 10334
_INTERRUPTED = {91, 11600, 11601, 11602}


def not_kept(error: DriverError) -> CarecoordError:
    """For a failure that left nothing behind: of a read, or within a transaction."""
    if isinstance(error, DocumentTooLarge) or _code(error) == _TOO_LARGE:
        return InvalidValue("aggregate", "is larger than the 16 MB that MongoDB can keep")
    if _has_label(error, "TransientTransactionError") or duplicate_in(error) is not None:
        return Unavailable("another unit of work was in the way; nothing was kept")
    code = _code(error)
    if code is not None:
        return Unavailable(f"MongoDB answered with error {code}; nothing was kept")
    return Unavailable("MongoDB could not be reached; nothing was kept")


def failed_write(error: DriverError) -> CarecoordError:
    """For a failure of a single write, which may have been kept."""
    if isinstance(error, ServerSelectionTimeoutError):
        return not_kept(error)
    if isinstance(error, NotPrimaryError | OperationFailure) and not (
        isinstance(error, WriteConcernError) or _code(error) in _INTERRUPTED
    ):
        return not_kept(error)
    if isinstance(error, AutoReconnect | WriteConcernError | OperationFailure):
        return OutcomeUnknown("the connection to MongoDB broke during the commit")
    return not_kept(error)


def failed_commit(error: DriverError) -> CarecoordError:
    """For a failure of a transaction's commit.

    The driver commits a second time where the connection breaks. That the transaction is then
    unknown means to MongoDB that it was not kept; but a server that forgets its transactions when
    it restarts says the same of one that was, so the outcome counts as unknown.
    """
    if _code(error) == _NO_SUCH_TRANSACTION:
        return OutcomeUnknown("MongoDB no longer knows the transaction that was being committed")
    if _has_label(error, "TransientTransactionError"):
        return not_kept(error)
    if isinstance(error, AutoReconnect | WriteConcernError) or _has_label(
        error, "UnknownTransactionCommitResult"
    ):
        return OutcomeUnknown("the connection to MongoDB broke during the commit")
    return not_kept(error)


def duplicate_in(error: DriverError) -> Mapping[str, Any] | None:
    """The key that is there already, by its field, if that is what is wrong."""
    details = _details(error)
    if details.get("code") != _DUPLICATE_KEY:
        return None
    key: Mapping[str, Any] = details.get("keyValue") or {}
    return key


def taken(kind: str, key: Mapping[str, Any]) -> AlreadyTaken:
    """The error for a claim that another aggregate holds."""
    return AlreadyTaken(kind, str(key.get("claims", "")).partition("|")[0])


def attempted(
    action: Callable[[], T], meaning: Callable[[DriverError], CarecoordError] = not_kept
) -> T:
    """What the action gives, its failures told in the library's own words."""
    try:
        return action()
    except (PyMongoError, BSONError) as error:
        failure = meaning(error)
    # Raised out here, so that no traceback leads to the driver's error and its text.
    raise failure


def _has_label(error: DriverError, label: str) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label(label)


def _code(error: DriverError) -> int | None:
    code = _details(error).get("code", getattr(error, "code", None))
    return code if isinstance(code, int) else None


def _details(error: DriverError) -> Mapping[str, Any]:
    """What the server says; of several writes in one go, about the first that failed."""
    details: Any = getattr(error, "details", None) or {}
    if isinstance(error, BulkWriteError):
        return next(iter(details.get("writeErrors", ())), {})
    return details if isinstance(details, Mapping) else {}
