"""For authors of tests and adapters: strategies, the storage contract as laws, and faults.

Needs `carecoord[testing]`.
"""

from carecoord.testing import domain as _domain  # registers how dependent fields are drawn

del _domain
