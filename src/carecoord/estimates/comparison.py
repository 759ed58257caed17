"""Comparison: options side by side, and what would change an answer.

    compare([("in network", estimate), ("cash", cash_estimate)])
    what_would_change(items, plan, "in network", accumulators)

An option is only called cheaper where it is so whatever the unknown turns out to be.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators, Spent, untouched, yearly_amounts
from carecoord.estimates.adjudication import adjudicate
from carecoord.estimates.benefits import Scope
from carecoord.estimates.estimate import Estimate
from carecoord.estimates.plans import Plan, Tier
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money
from carecoord.kernel.values import Text, checked

__all__ = ["Change", "Option", "certainly_cheapest", "compare", "what_would_change"]

Label = Annotated[str, Text(longest=200)]


@frozen(field_transformer=checked)
class Option:
    """What a patient owes at least and at most under one option; None: nobody knows the most."""

    label: Label
    at_least: Money
    at_most: Money | None


def compare(options: Iterable[tuple[str, Estimate]]) -> tuple[Option, ...]:
    """The options side by side, in the order given.

    Raises:
        InvalidValue: a label twice, or amounts in several currencies.
    """
    compared = tuple(Option(label, *estimate.patient_owes) for label, estimate in options)
    if len({one.label for one in compared}) < len(compared):
        raise InvalidValue("options", "must each have a label of their own")
    if len({one.at_least.currency for one in compared}) > 1:
        raise InvalidValue("options", "must be in one currency")
    return compared


def certainly_cheapest(options: Sequence[Option]) -> Option | None:
    """The option that costs at most what every other costs at least, or None if none does."""
    for one in options:
        most = one.at_most
        if most is not None and all(most <= other.at_least for other in options if other != one):
            return one
    return None


@frozen(field_transformer=checked)
class Change:
    """What the patient would owe if one thing were otherwise."""

    what: Label
    at_least: Money
    at_most: Money | None


def what_would_change(
    lines: Sequence[ServiceLine], plan: Plan, tier: str, accumulators: Accumulators
) -> tuple[Change, ...]:
    """The things that would change the patient's total, each tried by itself.

    Tried are: with and without each authorization or referral that the plan requires; with every
    deductible met; with nothing used yet, as at the start of a benefit year. What would make no
    difference is left out.
    """
    of_tier = plan.tier(tier)
    given = adjudicate(plan, tier, lines, accumulators)
    tried: list[tuple[str, Sequence[ServiceLine], Accumulators]] = []
    for name, required in (
        ("authorized", _requires("authorization_required", of_tier)),
        ("referred", _requires("referral_required", of_tier)),
    ):
        needing = [required(line) for line in lines]
        if any(needing):
            what = "prior authorization" if name == "authorized" else "referral"
            for there in (True, False):
                words = f"with the {what} that is required" if there else f"without {what}"
                tried.append((words, _with(name, there, lines, needing), accumulators))
    tried.append(("with the deductible met", lines, _deductibles_met(plan, of_tier, accumulators)))
    tried.append(("at the start of a benefit year", lines, untouched(plan)))
    changes = []
    for what, other_lines, used in tried:
        answer = adjudicate(plan, tier, other_lines, used)
        if answer.patient_owes != given.patient_owes:
            changes.append(Change(what, *answer.patient_owes))
    return tuple(changes)


def _requires(name: str, tier: Tier) -> Callable[[ServiceLine], bool]:
    def required(line: ServiceLine) -> bool:
        benefit = tier.benefit_for(line.code, line.category)
        return benefit is not None and bool(getattr(benefit, name))

    return required


def _with(
    name: str, there: bool, lines: Sequence[ServiceLine], needing: Sequence[bool]
) -> tuple[ServiceLine, ...]:
    changed = {name: there}
    return tuple(
        evolve(line, **changed) if needs else line  # type: ignore[arg-type]
        for line, needs in zip(lines, needing, strict=True)
    )


def _deductibles_met(plan: Plan, tier: Tier, accumulators: Accumulators) -> Accumulators:
    """The same, but that as much as every deductible of the tier has been spent on it."""
    limit = tier.out_of_pocket.name if tier.out_of_pocket else None
    met = {}
    for name, amount in yearly_amounts(plan).items():
        if name != limit and amount.scope is not Scope.NONE:
            most = max(
                (one for one in (amount.individual, amount.family) if one is not None),
                default=Money(0, plan.currency),
            )
            met[name] = Spent(name, amount.individual or most, most)
    kept = tuple(one for one in accumulators.spent if one.name not in met)
    return evolve(accumulators, spent=(*kept, *met.values()))
