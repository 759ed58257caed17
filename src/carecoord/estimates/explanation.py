"""Explanations: an estimate in words that a patient understands, with its terms explained.

for sentence in explained(estimate): …
terms_used(estimate)                  # (term, what it means), only those that occur
"""

from collections.abc import Iterator

from carecoord.estimates.amounts import Amounts
from carecoord.estimates.estimate import Estimate, EstimateLine
from carecoord.kernel.money import Money

__all__ = ["MEANINGS", "explained", "explained_line", "summary", "terms_used"]

MEANINGS = {
    "Charge": "What the provider asks for a service before any plan or discount.",
    "Allowed amount": "The most that your plan and the provider have agreed on for a service.",
    "Contractual adjustment": "What the provider takes off under its contract. Nobody owes it.",
    "Deductible": "What you pay yourself in a year before your plan starts to pay its share.",
    "Copay": "A fixed amount that you pay for a visit or a service.",
    "Coinsurance": "Your share, in percent, of what is left after the deductible.",
    "Out-of-pocket limit": "The most that you pay in a year for covered care in the network.",
    "Not covered": "What your plan does not pay for, so that you owe it.",
    "Balance bill": "What a provider without a contract may ask above what the plan allows.",
    "Provider's liability": "What the plan denied and the provider may not ask of you.",
    "Discount": "What the provider takes off for those who pay without a plan. Nobody owes it.",
    "Cash price": "What you pay when no plan is used.",
}
"""What the terms of an estimate mean, in plain words."""

_FIGURES = (
    ("deductible", "Deductible", "goes toward your deductible"),
    ("copay", "Copay", "is your copay"),
    ("coinsurance", "Coinsurance", "is your coinsurance"),
    ("not_covered", "Not covered", "is not covered by your plan"),
    ("balance_bill", "Balance bill", "may be billed above what your plan allows"),
    ("self_pay", "Cash price", "is the price without a plan"),
)


def _between(low: Money, high: Money | None) -> str:
    if high is None:
        return f"at least {low}"
    return str(low) if low == high else f"between {low} and {high}"


def summary(estimate: Estimate) -> str:
    """One sentence: what the patient is expected to owe, and how sure that is."""
    low, high = estimate.patient_owes
    if low == high:
        return f"We expect that you will owe {low}."
    why = "; ".join(estimate.unknown)
    return f"We expect that you will owe {_between(low, high)}. What we do not know yet: {why}."


def explained_line(line: EstimateLine) -> str:
    """One paragraph about one service."""
    return " ".join(_sentences(line))


def _sentences(line: EstimateLine) -> Iterator[str]:
    low, high = line.low, line.high
    units = "" if line.units == 1 else f" ({line.units} units)"
    yield f"{line.description}{units}: the charge is {low.charge}."
    if low.contractual_adjustment == high.contractual_adjustment:
        yield from _adjustment(low)
    if low == high:
        yield from _parts(low)
    owed = _between(low.patient_responsibility, high.patient_responsibility)
    if low.payments:
        least, most = sorted((low.paid, high.paid))
        whose = "Your plan pays" if len(low.payments) == 1 else "Your plans pay"
        yield f"{whose} {_between(least, most)}."
    yield f"You owe {owed}."


def _adjustment(amounts: Amounts) -> Iterator[str]:
    adjustment = amounts.contractual_adjustment
    if adjustment.cents > 0:
        what = "contract" if amounts.payments else "discount"
        yield f"The provider's {what} takes off {adjustment}."
    elif adjustment:
        yield f"The contract allows {-adjustment} more than the charge."


def _parts(amounts: Amounts) -> Iterator[str]:
    if amounts.provider_liability:
        yield f"{amounts.provider_liability} is not paid and may not be billed to you."
    for name, _, words in _FIGURES:
        amount: Money = getattr(amounts, name)
        if amount:
            yield f"{amount} {words}."


def explained(estimate: Estimate) -> tuple[str, ...]:
    """The whole estimate: the summary, a paragraph for each service, and what to mind."""
    cautions = (f"Please mind: {caution}." for caution in estimate.cautions)
    return (summary(estimate), *map(explained_line, estimate.lines), *cautions)


def terms_used(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    """The terms that occur in the estimate, each with its meaning."""
    both = (estimate.low, estimate.high)
    used = {"Charge"}
    used |= {term for name, term, _ in _FIGURES if any(getattr(one, name) for one in both)}
    if estimate.plans:
        used.add("Allowed amount")
    if any(one.contractual_adjustment for one in both):
        used.add("Contractual adjustment" if estimate.plans else "Discount")
    if any(one.provider_liability for one in both):
        used.add("Provider's liability")
    if any(step.rule == "out_of_pocket_limit" for step in (*estimate.trace, *estimate.trace_high)):
        used.add("Out-of-pocket limit")
    return tuple((term, meaning) for term, meaning in MEANINGS.items() if term in used)
