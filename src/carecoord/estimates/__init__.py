"""Benefits, prices and estimates: what a visit will cost, and why, from plain values alone.

A *plan* has network *tiers*, and in each the *benefits* of kinds of services: which *cost shares*
(deductible, copay, coinsurance) apply, in which order. *Accumulators* say what has been used.
A *price* is an entry of a *fee schedule*: the gross charge, the cash price, what a payer has
negotiated. *Adjudication* reckons the *lines* of a claim; its *trace* are the steps. An
*estimate* is what a patient was told, and never changes; a *good-faith* estimate is the one that
the law owes to those who pay for themselves. Where several plans pay, they pay in *order*, each
after the first by a named *method*.
"""

from carecoord.estimates.accumulation import (
    Accumulation,
    AccumulationKind,
    Entry,
    accumulated,
    carried_over,
)
from carecoord.estimates.accumulators import (
    Accumulators,
    Spent,
    Used,
    accumulators_are_recent,
    check_names,
    in_the_year_of,
    untouched,
)
from carecoord.estimates.adjudication import Adjudication, Run, adjudicate
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.benefits import (
    Benefit,
    CopayPer,
    CostShare,
    Limit,
    Measure,
    Renewal,
    Scope,
    Without,
    YearlyAmount,
)
from carecoord.estimates.billing_limits import Notice, within_limits
from carecoord.estimates.comparison import (
    Change,
    Option,
    certainly_cheapest,
    compare,
    what_would_change,
)
from carecoord.estimates.conditions import (
    Conditions,
    Frequency,
    MemberFacts,
    PastService,
    Per,
    PlannedService,
    conditions_against,
    eligible,
)
from carecoord.estimates.contract_rules import (
    lesser_of_charge,
    modified,
    with_case_rate,
    with_multiple_procedures,
)
from carecoord.estimates.coordinated import Coordinated, PlanInTurn, coordinate
from carecoord.estimates.cost_requests import CostRequest, RequestReason
from carecoord.estimates.disputes import bill_can_be_disputed
from carecoord.estimates.documents import html_document, markdown_document
from carecoord.estimates.eligibility import (
    CoverageStatus,
    EligibilityResponse,
    Figure,
    Standing,
    accumulators_of,
    accumulators_stated,
    yearly_amount,
)
from carecoord.estimates.estimate import (
    Estimate,
    EstimateLine,
    Item,
    estimate_for_self_pay,
    estimate_with_plan,
    estimate_with_plans,
)
from carecoord.estimates.explanation import explained, summary, terms_used
from carecoord.estimates.fee_schedules import Price, PriceList, prices_of
from carecoord.estimates.good_faith import (
    GoodFaith,
    GoodFaithItem,
    GoodFaithProvider,
    Recurrence,
    co_provider_gaps,
    missing_contents,
)
from carecoord.estimates.good_faith_deadlines import (
    PayingWith,
    estimate_is_owed,
    requested_estimate_is_due,
    scheduled_estimate_is_due,
)
from carecoord.estimates.payment_order import (
    ChildOf,
    CoordinatedCoverage,
    Employment,
    MedicareReason,
    PaymentOrder,
    in_payment_order,
)
from carecoord.estimates.plans import NonCovered, Plan, Program, Tier
from carecoord.estimates.prices import PayerRate, Setting, StandardCharge
from carecoord.estimates.pricing import allowed_amount, expected_charge, service_line
from carecoord.estimates.secondary_payment import Method
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.surprise_billing import (
    Care,
    OutOfNetworkCare,
    WaiverConsent,
    balance_may_be_billed,
    governing_tier,
)
from carecoord.estimates.trace import Step, recomputed

__all__ = [
    "Accumulation",
    "AccumulationKind",
    "Accumulators",
    "Adjudication",
    "Amounts",
    "Benefit",
    "Care",
    "Change",
    "ChildOf",
    "Conditions",
    "Coordinated",
    "CoordinatedCoverage",
    "CopayPer",
    "CostRequest",
    "CostShare",
    "CoverageStatus",
    "EligibilityResponse",
    "Employment",
    "Entry",
    "Estimate",
    "EstimateLine",
    "Figure",
    "Frequency",
    "GoodFaith",
    "GoodFaithItem",
    "GoodFaithProvider",
    "Item",
    "Limit",
    "Measure",
    "MedicareReason",
    "MemberFacts",
    "Method",
    "NonCovered",
    "Notice",
    "Option",
    "OutOfNetworkCare",
    "PastService",
    "PayerRate",
    "PayingWith",
    "PaymentOrder",
    "Per",
    "Plan",
    "PlanInTurn",
    "PlannedService",
    "Price",
    "PriceList",
    "Program",
    "Recurrence",
    "Renewal",
    "RequestReason",
    "Run",
    "Scope",
    "ServiceLine",
    "Setting",
    "Spent",
    "StandardCharge",
    "Standing",
    "Step",
    "Tier",
    "Used",
    "WaiverConsent",
    "Without",
    "YearlyAmount",
    "accumulated",
    "accumulators_are_recent",
    "accumulators_of",
    "accumulators_stated",
    "adjudicate",
    "allowed_amount",
    "balance_may_be_billed",
    "bill_can_be_disputed",
    "carried_over",
    "certainly_cheapest",
    "check_names",
    "co_provider_gaps",
    "compare",
    "conditions_against",
    "coordinate",
    "eligible",
    "estimate_for_self_pay",
    "estimate_is_owed",
    "estimate_with_plan",
    "estimate_with_plans",
    "expected_charge",
    "explained",
    "governing_tier",
    "html_document",
    "in_payment_order",
    "in_the_year_of",
    "lesser_of_charge",
    "markdown_document",
    "missing_contents",
    "modified",
    "prices_of",
    "recomputed",
    "requested_estimate_is_due",
    "scheduled_estimate_is_due",
    "service_line",
    "summary",
    "terms_used",
    "untouched",
    "what_would_change",
    "with_case_rate",
    "with_multiple_procedures",
    "within_limits",
    "yearly_amount",
]
