"""Benefits, prices and estimates: what a visit will cost, and why, from plain values alone.

A *plan* has network *tiers*, and in each the *benefits* of kinds of services: which *cost shares*
(deductible, copay, coinsurance) apply, in which order. *Accumulators* say what has been used.
A *price* is an entry of a *fee schedule*: the gross charge, the cash price, what a payer has
negotiated. *Adjudication* reckons the *lines* of a claim; its *trace* are the steps. An
*estimate* is what a patient was told, and never changes; a *good-faith* estimate is the one that
the law owes to those who pay for themselves.
"""

from carecoord.estimates.accumulators import (
    Accumulators,
    Spent,
    Used,
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
from carecoord.estimates.disputes import bill_can_be_disputed
from carecoord.estimates.estimate import (
    Estimate,
    EstimateLine,
    Item,
    estimate_for_self_pay,
    estimate_with_plan,
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
from carecoord.estimates.plans import NonCovered, Plan, Program, Tier
from carecoord.estimates.prices import PayerRate, Setting, StandardCharge
from carecoord.estimates.pricing import allowed_amount, expected_charge, service_line
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.trace import Step, recomputed

__all__ = [
    "Accumulators",
    "Adjudication",
    "Amounts",
    "Benefit",
    "CopayPer",
    "CostShare",
    "Estimate",
    "EstimateLine",
    "GoodFaith",
    "GoodFaithItem",
    "GoodFaithProvider",
    "Item",
    "Limit",
    "Measure",
    "NonCovered",
    "PayerRate",
    "PayingWith",
    "Plan",
    "Price",
    "PriceList",
    "Program",
    "Recurrence",
    "Renewal",
    "Run",
    "Scope",
    "ServiceLine",
    "Setting",
    "Spent",
    "StandardCharge",
    "Step",
    "Tier",
    "Used",
    "Without",
    "YearlyAmount",
    "adjudicate",
    "allowed_amount",
    "bill_can_be_disputed",
    "co_provider_gaps",
    "estimate_for_self_pay",
    "estimate_is_owed",
    "estimate_with_plan",
    "expected_charge",
    "explained",
    "in_the_year_of",
    "missing_contents",
    "prices_of",
    "recomputed",
    "requested_estimate_is_due",
    "scheduled_estimate_is_due",
    "service_line",
    "summary",
    "terms_used",
    "untouched",
]
