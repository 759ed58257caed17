"""Compliance: who may do what, for which purpose, and the record of what was done."""

from carecoord.compliance.access import (
    AccessPolicy,
    AccessRequest,
    ConsentNeeded,
    Decision,
    Grant,
    Reach,
    RolePolicy,
)
from carecoord.compliance.access_facts import Relation
from carecoord.compliance.audit import AuditEntry, Touched
from carecoord.compliance.minimum_necessary import View
from carecoord.compliance.standard_policy import STANDARD_POLICY

__all__ = [
    "STANDARD_POLICY",
    "AccessPolicy",
    "AccessRequest",
    "AuditEntry",
    "ConsentNeeded",
    "Decision",
    "Grant",
    "Reach",
    "Relation",
    "RolePolicy",
    "Touched",
    "View",
]
