"""For authors of tests and adapters: strategies, the storage contract as laws, and faults.

Needs `carecoord[testing]`. How values are drawn whose fields depend on each other is told in the
module of their context; a new class with such a rule needs a line there.
"""

from carecoord.testing import (
    accounts,
    authorizations,
    compliance,
    given_estimates,
    kernel,
    referrals,
    visits,
)

__all__ = [
    "accounts",
    "authorizations",
    "compliance",
    "given_estimates",
    "kernel",
    "referrals",
    "visits",
]
