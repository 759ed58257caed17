"""The list of everything that is kept, and how a store is opened by its URL.

store = open_store("sqlite:///clinic.db")
"""

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any

from carecoord.accounts.repository import ACCOUNT, ENTRY
from carecoord.authorizations.repository import AUTHORIZATION
from carecoord.compliance.repository import (
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
from carecoord.estimates.repository import ESTIMATE, PLAN, PRICE
from carecoord.kernel.ids import Ids
from carecoord.kernel.time import Clock
from carecoord.patients.repository import PATIENT
from carecoord.referrals.repository import REFERRAL
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
) -> Store:
    """Open the store at a URL; the scheme says which adapter, an installed third party's included.

    `memory:` keeps nothing, `sqlite:///clinic.db` a file, `postgresql://…` and `mongodb://…` a
    server. With `create`, whatever is missing of its schema is made, which is safe to repeat; a
    deployment that migrates by itself passes False.

    Raises:
        InvalidValue: no adapter for the scheme is installed, or the store was created with other
            settings.
        Unavailable: the server cannot be reached.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    found = list(entry_points(group="carecoord.stores", name=scheme))
    if not found:
        extra = {"sqlite": "sql", "postgresql": "sql", "mongodb": "mongo"}.get(scheme)
        hint = f"; install carecoord[{extra}]" if extra else ""
        raise InvalidValue("url", f"no adapter is installed for this scheme{hint}")
    store = Store(found[0].load()(url), kinds, clock=clock, ids=ids)
    if create:
        store.create_schema()
    return store
