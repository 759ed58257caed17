"""What federal law asks of a practice, as a list to begin with; each with its source.

    for obligation in federal_obligations(first_review=date(2026, 3, 1)):
        desk.enter_obligation(obligation)

It is neither complete nor advice. How sure we are of each source stands with it: what is from
memory is to be confirmed by counsel. Where the law names no interval, as for the risk analysis, a
year is our own habit. The months of reviews and the owners are the practice's to change, with
`attrs.evolve`.
"""

from datetime import date

from carecoord.compliance.obligations import (
    AfterEvent,
    Check,
    Obligation,
    OnDay,
    Owner,
    Recurring,
)
from carecoord.compliance.sources import Source, Sureness
from carecoord.kernel.ids import ObligationId
from carecoord.kernel.people import Role

__all__ = ["federal_obligations"]

_S, _C = Sureness, Check
_OFFICER, _ADMINISTRATOR = Owner(Role.COMPLIANCE_OFFICER), Owner(Role.ADMINISTRATOR)
_BILLING = Owner(Role.BILLING)

_FOUND = "what the check finds open"
_CHECKED = (
    ("requests", _C.INDIVIDUAL_REQUESTS_ANSWERED, "45 CFR 164.524, 164.526, 164.528", _S.SECONDARY,
     "answer requests for access, amendment and accounting in time"),
    ("notices", _C.NOTICES_SIGNED_FOR, "45 CFR 164.520(c)(2)(ii)", _S.MEMORY,
     "have the notice of privacy practices acknowledged, or note the effort"),
    ("assessments", _C.INCIDENTS_ASSESSED, "45 CFR 164.402(2)", _S.SECONDARY,
     "assess every incident while those affected can still be told in time"),
    ("breaches", _C.BREACHES_TOLD, "45 CFR 164.404 to 164.408", _S.SECONDARY,
     "tell those affected by a breach, HHS and the media in time, and states by their clocks"),
    ("training", _C.TRAINING_CURRENT, "45 CFR 164.530(b), 164.308(a)(5)", _S.MEMORY,
     "train the workforce in privacy and security"),
    ("policies", _C.POLICIES_ACKNOWLEDGED, "45 CFR 164.530(b) and (i)", _S.MEMORY,
     "let the workforce know the policies, and their changes"),
    ("licenses", _C.LICENSES_CURRENT, "state practice acts; 42 CFR 482.11(c)", _S.MEMORY,
     "let nobody practice whose license or certification has ended"),
    ("interpreters", _C.INTERPRETERS_QUALIFIED, "45 CFR 92", _S.MEMORY,
     "let only qualified interpreters interpret"),
    ("audit", _C.AUDIT_ANCHORED, "45 CFR 164.312(b) and (c)", _S.MEMORY,
     "record what is done with records, so that a change of the record is seen"),
)  # fmt: skip
"""What the library checks itself: name, check, source, how sure, what."""

_REVIEWED = (
    ("risk-analysis", 12, _OFFICER, "45 CFR 164.308(a)(1)(ii)(A)", _S.MEMORY,
     "analyse the risks to electronic records, and manage them", "the risk analysis, signed"),
    ("evaluation", 12, _OFFICER, "45 CFR 164.308(a)(8)", _S.MEMORY,
     "evaluate the safeguards against the security rule", "the evaluation, signed"),
    ("contingency", 12, _ADMINISTRATOR, "45 CFR 164.308(a)(7)", _S.MEMORY,
     "test the contingency plan, and restore a backup", "the log of the test"),
    ("audit-review", 1, _OFFICER, "45 CFR 164.308(a)(1)(ii)(D)", _S.MEMORY,
     "review the audit for unusual access", "the review, with what was found"),
    ("access-review", 6, _ADMINISTRATOR, "45 CFR 164.308(a)(4)", _S.MEMORY,
     "review who has access, and end what is not needed", "the list of access, signed"),
    ("associates", 12, _OFFICER, "45 CFR 164.502(e), 164.504(e)", _S.MEMORY,
     "hold an agreement with every business associate", "the list of agreements"),
    ("notice-text", 12, _OFFICER, "45 CFR 164.520(b); 42 CFR 2.22", _S.MEMORY,
     "keep the notice of privacy practices true and posted", "the edition, with its date"),
    ("documentation", 12, _OFFICER, "45 CFR 164.316(b)(2), 164.530(j)", _S.MEMORY,
     "keep policies and their documentation for six years", "the index of the archive"),
    ("price-file", 12, _BILLING, "45 CFR 180.50", _S.MEMORY,
     "bring the hospital's price file up to date (hospitals only)", "the file, with its date"),
    ("assistance", 12, _BILLING, "26 CFR 1.501(r)-4", _S.REPEATED,
     "keep the financial assistance policy adopted and publicized (tax-exempt hospitals only)",
     "the minutes of the board"),
)  # fmt: skip
"""What people attest at intervals: name, months, owner, source, how sure, what, evidence."""

_ON_EVENTS = (
    ("overpayments", "an overpayment by a federal program was identified", 60, _BILLING,
     "42 CFR 401.305", _S.MEMORY, "return it", "the remittance"),
    ("complaints", "a complaint about privacy was received", 30, _OFFICER,
     "45 CFR 164.530(d); the 30 days are our own", _S.MEMORY, "document it and what became of it",
     "the file of the complaint"),
    ("sanctions", "somebody at work broke a privacy policy", 30, _OFFICER,
     "45 CFR 164.530(e); the 30 days are our own", _S.MEMORY, "apply sanctions and document them",
     "the file of the case"),
    ("leaving", "somebody left the workforce", 1, _ADMINISTRATOR,
     "45 CFR 164.308(a)(3)(ii)(C); the day is our own", _S.MEMORY, "end their access",
     "the record of the ended accounts"),
    ("policy-change", "the law changed", 90, _OFFICER,
     "45 CFR 164.530(i); the 90 days are our own", _S.MEMORY, "change the policies with it",
     "the new editions"),
)  # fmt: skip
"""What is due after an event: name, event, days, owner, source, how sure, what, evidence."""

_ONCE = (
    ("officials", _ADMINISTRATOR, "45 CFR 164.530(a), 164.308(a)(2)", _S.MEMORY,
     "designate a privacy official, a security official and a contact for complaints",
     "the letters of designation"),
    ("sanction-policy", _OFFICER, "45 CFR 164.530(e), 164.308(a)(1)(ii)(C)", _S.MEMORY,
     "have a policy of sanctions", "the policy, adopted"),
)  # fmt: skip
"""What is due once: name, owner, source, how sure, what, evidence."""


def federal_obligations(first_review: date) -> tuple[Obligation, ...]:
    """The list, with the first of each review due on a day.

    Source: 45 CFR 164 and others, each named with how it was read.
    """
    return (
        *(
            _obligation(name, what, citation, sureness, _OFFICER, _FOUND, check=check)
            for name, check, citation, sureness, what in _CHECKED
        ),
        *(
            _obligation(
                name, what, citation, sureness, owner, evidence, Recurring(first_review, months)
            )
            for name, months, owner, citation, sureness, what, evidence in _REVIEWED
        ),
        *(
            _obligation(name, what, citation, sureness, owner, evidence, AfterEvent(event, days))
            for name, event, days, owner, citation, sureness, what, evidence in _ON_EVENTS
        ),
        *(
            _obligation(name, what, citation, sureness, owner, evidence, OnDay(first_review))
            for name, owner, citation, sureness, what, evidence in _ONCE
        ),
    )


def _obligation(
    name: str,
    what: str,
    citation: str,
    sureness: Sureness,
    owner: Owner,
    evidence: str,
    due: OnDay | Recurring | AfterEvent | None = None,
    check: Check | None = None,
) -> Obligation:
    return Obligation(
        id=ObligationId(f"us-{name}"),
        what=what,
        source=Source(citation, sureness),
        owner=owner,
        evidence=evidence,
        due=due,
        check=check,
    )
