"""What the driver's errors mean; their text is never shown, since it quotes values."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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

__all__ = ["attempted", "duplicate_in", "failed_commit", "failed_write", "not_kept", "taken"]

T = TypeVar("T")

_DUPLICATE_KEY = 11000
_NO_SUCH_TRANSACTION = 251
_TOO_LARGE = 10334
_INTERRUPTED = {91, 11600, 11601, 11602}


def not_kept(error: PyMongoError) -> CarecoordError:
    """For a failure that left nothing behind: of a read, or within a transaction."""
    if isinstance(error, DocumentTooLarge) or _code(error) == _TOO_LARGE:
        return InvalidValue("aggregate", "is larger than the 16 MB that MongoDB can keep")
    if error.has_error_label("TransientTransactionError") or duplicate_in(error) is not None:
        return Unavailable("another unit of work was in the way; nothing was kept")
    code = _code(error)
    if code is not None:
        return Unavailable(f"MongoDB answered with error {code}; nothing was kept")
    return Unavailable("MongoDB could not be reached; nothing was kept")


def failed_write(error: PyMongoError) -> CarecoordError:
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


def failed_commit(error: PyMongoError) -> CarecoordError:
    """For a failure of a transaction's commit.

    The driver commits a second time where the connection breaks. That the transaction is then
    unknown means to MongoDB that it was not kept; but a server that forgets its transactions when
    it restarts says the same of one that was, so the outcome counts as unknown.
    """
    if _code(error) == _NO_SUCH_TRANSACTION:
        return OutcomeUnknown("MongoDB no longer knows the transaction that was being committed")
    if error.has_error_label("TransientTransactionError"):
        return not_kept(error)
    if isinstance(error, AutoReconnect | WriteConcernError) or error.has_error_label(
        "UnknownTransactionCommitResult"
    ):
        return OutcomeUnknown("the connection to MongoDB broke during the commit")
    return not_kept(error)


def duplicate_in(error: PyMongoError) -> Mapping[str, Any] | None:
    """The key that is there already, by its field, if that is what is wrong."""
    details: Any = getattr(error, "details", None) or {}
    if isinstance(error, BulkWriteError):
        details = next(iter(details.get("writeErrors", ())), {})
    if details.get("code") != _DUPLICATE_KEY:
        return None
    key: Mapping[str, Any] = details.get("keyValue") or {}
    return key


def taken(kind: str, key: Mapping[str, Any]) -> AlreadyTaken:
    """The error for a claim that another aggregate holds."""
    return AlreadyTaken(kind, str(key.get("claims", "")).partition("|")[0])


def attempted(
    action: Callable[[], T], meaning: Callable[[PyMongoError], CarecoordError] = not_kept
) -> T:
    """What the action gives, its failures told in the library's own words."""
    try:
        return action()
    except PyMongoError as error:
        failure = meaning(error)
    # Raised out here, so that no traceback leads to the driver's error and its text.
    raise failure


def _code(error: PyMongoError) -> int | None:
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else None
