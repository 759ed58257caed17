"""For authors of tests and adapters: strategies, the storage contract as laws, and faults.

Needs `carecoord[testing]`.
"""

# Importing these registers how values are drawn whose fields depend on each other.
from carecoord.testing import accounts as _accounts
from carecoord.testing import authorizations as _authorizations
from carecoord.testing import compliance as _compliance
from carecoord.testing import domain as _domain
from carecoord.testing import referrals as _referrals

del _accounts, _authorizations, _compliance, _domain, _referrals
