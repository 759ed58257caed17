"""Retention rules of the federal level and of some states, as data to begin with.

    desk.set_retention_rules(retention_rules("US", "US-TX"))

Neither complete nor checked against the primary texts: counsel confirms what applies to the
organization, its licences and its payers' contracts, and the practice keeps its own list.
"""

from carecoord.compliance.retention import CountedFrom, KeptForMinors, RetentionRule
from carecoord.compliance.sources import Source, Sureness
from carecoord.errors import InvalidValue

__all__ = ["RETENTION_RULES", "retention_rules"]

_ENTRY, _SERVICE = CountedFrom.LAST_ENTRY, CountedFrom.LAST_SERVICE
_PRIVACY = frozenset({"consent", "disclosure", "individual_request", "notice_receipt"})
_M, _R = Sureness.MEMORY, Sureness.REPEATED

_ROWS = (
    ("hipaa-documents", "US", 6, _ENTRY, _PRIVACY, None, "45 CFR 164.530(j), 164.528(a)", _M),
    ("good-faith-estimates", "US", 6, _ENTRY, frozenset({"estimate"}), None,
     "45 CFR 149.610(f)", _R),
    ("hospital-records", "US", 5, _ENTRY, None, None, "42 CFR 482.24(b)(1)", _M),
    ("medicare-advantage", "US", 10, _ENTRY, None, None, "42 CFR 422.504(d)", _M),
    ("ca-clinics", "US-CA", 7, _SERVICE, None, KeptForMinors(18, 1),
     "Cal. Health & Safety Code 123145", _M),
    ("fl-physicians", "US-FL", 5, _SERVICE, None, None, "Fla. Admin. Code 64B8-10.002", _M),
    ("ny-physicians", "US-NY", 6, _SERVICE, None, KeptForMinors(21, 1), "8 NYCRR 29.2(a)(3)", _M),
    ("tx-physicians", "US-TX", 7, _SERVICE, None, KeptForMinors(21, 0),
     "22 Tex. Admin. Code 163.2", _M),
    ("wa-hospitals", "US-WA", 10, _SERVICE, None, KeptForMinors(18, 3), "RCW 70.41.190", _M),
)  # fmt: skip
"""Name, jurisdiction, years, from, kinds, minors, citation, how sure."""

RETENTION_RULES: tuple[RetentionRule, ...] = tuple(
    RetentionRule(
        name=name,
        jurisdiction=jurisdiction,
        years=years,
        counted_from=counted_from,
        kinds=kinds,
        minors=minors,
        source=Source(citation, sureness),
    )
    for name, jurisdiction, years, counted_from, kinds, minors, citation, sureness in _ROWS
)
"""All of them."""


def retention_rules(*jurisdictions: str) -> tuple[RetentionRule, ...]:
    """The rules of these jurisdictions, such as `US` and `US-TX`.

    Raises:
        InvalidValue: there is none of one of them, and nothing would be kept for it.
    """
    unknown = set(jurisdictions) - {rule.jurisdiction for rule in RETENTION_RULES}
    if unknown:
        raise InvalidValue("jurisdictions", "there are no rules here of one of them")
    return tuple(rule for rule in RETENTION_RULES if rule.jurisdiction in jurisdictions)
