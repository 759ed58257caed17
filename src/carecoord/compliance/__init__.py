"""Compliance: who may do what, for which purpose, and the record of what was done."""

from carecoord.compliance.access import (
    STANDARD_POLICY,
    AccessPolicy,
    AccessRequest,
    Decision,
    Grant,
    RolePolicy,
)
from carecoord.compliance.audit import AuditEntry, Touched

__all__ = [
    "STANDARD_POLICY",
    "AccessPolicy",
    "AccessRequest",
    "AuditEntry",
    "Decision",
    "Grant",
    "RolePolicy",
    "Touched",
]
