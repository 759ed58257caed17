"""The list of everything that is kept, and how a store is opened by its URL.

store = open_store("sqlite:///clinic.db")
"""

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any

from carecoord.accounts.repository import ACCOUNT, ENTRY
from carecoord.authorizations.repository import AUTHORIZATION
from carecoord.compliance.repository import (
    ACCESS_FACT,
    CONSENT,
    CREDENTIAL,
    DISCLOSURE,
    DISPOSAL,
    INCIDENT,
    INDIVIDUAL_REQUEST,
    NOTICE_RECEIPT,
    OBLIGATION,
    RETENTION_SCHEDULE,
    WORKFORCE_MEMBER,
    WORKFORCE_REQUIREMENT,
)
from carecoord.directory.repository import LOCATION, ORGANIZATION, PRACTITIONER
from carecoord.errors import InvalidValue
from carecoord.estimates.repository import (
    ACCUMULATION,
    COST_REQUEST,
    ELIGIBILITY_RESPONSE,
    ESTIMATE,
    PLAN,
    PRICE,
)
from carecoord.kernel.ids import Ids
from carecoord.kernel.time import Clock
from carecoord.patients.repository import PATIENT
from carecoord.referrals.repository import REFERRAL
from carecoord.storage.backend import Backend
from carecoord.storage.encryption.vault import KeyVault
from carecoord.storage.kind import Kind
from carecoord.storage.store import STORE_KINDS, Store
from carecoord.visits.repository import (
    BOOKING,
    OUTPATIENT_APPOINTMENT,
    REMINDER,
    REMINDER_PREFERENCE,
    SCHEDULE,
    SERIES,
    VISIT_TYPE,
    WAITLIST_ENTRY,
)

__all__ = ["KINDS", "open_store"]

KINDS: tuple[Kind[Any], ...] = (
    *STORE_KINDS,
    ORGANIZATION,
    PRACTITIONER,
    LOCATION,
    PATIENT,
    VISIT_TYPE,
    SCHEDULE,
    SERIES,
    BOOKING,
    WAITLIST_ENTRY,
    REMINDER,
    REMINDER_PREFERENCE,
    OUTPATIENT_APPOINTMENT,
    ACCOUNT,
    ENTRY,
    AUTHORIZATION,
    REFERRAL,
    PLAN,
    PRICE,
    ESTIMATE,
    ACCESS_FACT,
    ELIGIBILITY_RESPONSE,
    ACCUMULATION,
    COST_REQUEST,
    CONSENT,
    CREDENTIAL,
    DISCLOSURE,
    DISPOSAL,
    INCIDENT,
    INDIVIDUAL_REQUEST,
    NOTICE_RECEIPT,
    OBLIGATION,
    RETENTION_SCHEDULE,
    WORKFORCE_MEMBER,
    WORKFORCE_REQUIREMENT,
)
"""Every kind of the library, in an order in which each comes after those it refers to."""


def open_store(
    url: str,
    kinds: Sequence[Kind[Any]] = KINDS,
    *,
    create: bool = True,
    clock: Clock | None = None,
    ids: Ids | None = None,
    keys: KeyVault | None = None,
    password: str | None = None,
) -> Store:
    """Open the store at a URL; the scheme says which adapter, an installed third party's included.

    `memory:` keeps nothing, `sqlite:///clinic.db` a file, `postgresql://…` and `mongodb://…` a
    server, whose `password` is better given apart from the URL. With `create`, whatever is missing
    of its schema is made, which is safe to repeat; a deployment that migrates by itself passes
    False. A store that is created with `keys` is kept encrypted, and opens with them alone.

    Raises:
        InvalidValue: no adapter for the scheme is installed; the store was created with other
            settings, without keys or with others; encryption is not installed.
        Unavailable: the server cannot be reached, or, without `create`, there is no schema yet.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    found = list(entry_points(group="carecoord.stores", name=scheme))
    if not found:
        extra = {"sqlite": "sql", "postgresql": "sql", "mongodb": "mongo"}.get(scheme)
        hint = f"; install carecoord[{extra}]" if extra else ""
        raise InvalidValue("url", f"no adapter is installed for this scheme{hint}")
    secret = {} if password is None else {"password": password}
    backend: Backend = found[0].load()(url, **secret)
    try:
        if keys is not None:
            backend = _encrypted(backend, keys)
        store = Store(backend, kinds, clock=clock, ids=ids)
        store.create_schema() if create else store.check_settings()
    except BaseException:
        backend.close()  # whoever was told of the error has no store to close
        raise
    return store


def _encrypted(backend: Backend, keys: KeyVault) -> Backend:
    try:
        from carecoord.storage.encryption.backend import EncryptedBackend
    except ImportError:
        reason = "need encryption, which is not installed; install carecoord[encryption]"
        raise InvalidValue("keys", reason) from None
    return EncryptedBackend(backend, keys)
