"""The trace: every figure of an estimate as steps of rule, inputs, amount and source.

A step adds its amount to one figure of its line. Each rule has one formula, so that anybody can
reckon every step again from its inputs: `recomputed(step) == step.amount`. Amounts are in cents,
rates in millionths.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated

from attrs import field, frozen

from carecoord.estimates.cost_sharing import Figures, Row
from carecoord.estimates.secondary_payment import Method, Standing, secondary_payment
from carecoord.estimates.terms import BOUNDLESS
from carecoord.kernel.values import Count, Text, checked

__all__ = ["FORMULAS", "Step", "figures_of", "recomputed", "steps_of"]

Word = Annotated[str, Text(longest=200)]


def _by_method(method: Method) -> Callable[[Mapping[str, int]], int]:
    def payment(inputs: Mapping[str, int]) -> int:
        """By the method, and no more than is left of the plan's limits of dollars."""
        standing = {name: inputs[name] for name in inputs if name != "room"}
        return min(secondary_payment(method, Standing(**standing)), inputs["room"])

    return payment


def _above_contract(inputs: Mapping[str, int]) -> int:
    """What is still owed above what a later plan's contract allows."""
    return max(0, inputs["owed"] - max(0, inputs["allowed"] - inputs["paid"]))


FORMULAS: Mapping[str, Callable[[Mapping[str, int]], int]] = {
    "charge": lambda i: i["charge"],
    "allowed_amount": lambda i: i["allowed"],
    "not_covered": lambda i: i["owed"] - i["owed"] * i["covered_units"] // i["units"],
    "provider_liability": lambda i: i["owed"] - i["owed"] * i["covered_units"] // i["units"],
    "contractual_adjustment": lambda i: i["charge"] - i["allowed"] - i["not_covered"],
    "balance_bill": lambda i: i["charge"] - i["allowed"],
    "alternate_benefit": lambda i: i["allowed"] - i["alternate"],
    "deductible": lambda i: min(i["remaining"], i["left"]),
    "copay": lambda i: min(i["remaining"], i["due"]),
    "coinsurance": lambda i: (i["remaining"] * i["rate"] + 500_000) // 1_000_000,
    "out_of_pocket_limit": lambda i: (
        -min(i["share"], max(0, i["cost_share"] - i["left"] - i["relieved"]))
    ),
    "paid_less": lambda i: (i["payable"] * i["rate"] + 500_000) // 1_000_000,
    "benefit_maximum": lambda i: max(0, i["payable"] - i["left"]),
    "plan_payment": lambda i: i["allowed"] - i["cost_share"] - i["not_paid"],
    **{method.value: _by_method(method) for method in Method},
    "paid_by_later_plan": lambda i: -min(i["share"], i["paid"] - i["relieved"]),
    "paid_above_what_is_owed": lambda i: i["relieved"] - i["paid"],
    "above_later_contract": lambda i: -min(i["share"], _above_contract(i) - i["taken"]),
    "later_contract": lambda i: _above_contract(i),
    "may_not_be_billed": lambda i: -i["share"],
    "borne_by_the_provider": lambda i: i["share"],
    "cash_price": lambda i: i["price"],
    "discount": lambda i: i["charge"] - i["price"],
}
"""What each rule computes from its inputs."""


@frozen(field_transformer=checked)
class Step:
    """One step of the reckoning: which rule added how much to which figure of which line."""

    line: Count
    rule: Word
    figure: Word = field(repr=True)
    inputs: tuple[tuple[Word, int], ...]
    amount: int
    source: Word
    plan: Count = 0
    """Which of several plans, 0 being the one that pays first."""


def recomputed(step: Step) -> int:
    """The amount of a step, reckoned again from its inputs."""
    return FORMULAS[step.rule](dict(step.inputs))


def figures_of(steps: Iterable[Step], line: int) -> Figures:
    """The amounts of a line, summed up from its steps alone; `paid` is what all plans pay."""
    sums = dict.fromkeys(Figures._fields, 0)
    for step in steps:
        if step.line == line and step.figure in sums:
            sums[step.figure] += step.amount
    return Figures(**sums)


def steps_of(number: int, row: Row) -> Iterator[Step]:
    """The steps of a line, in the order in which it was reckoned."""
    (_, allowed, terms, room, deductible, due, copay, base, coinsurance, ceiling, relief,
     rest, special) = row  # fmt: skip
    benefit = terms.benefit
    plan_says = (benefit.source if benefit else None) or "the plan's terms"

    def step(rule: str, figure: str, source: str = plan_says, **inputs: int) -> Step:
        amount = FORMULAS[rule](inputs)
        return Step(number, rule, figure, tuple(inputs.items()), amount, source)

    yield from _amounts(step, row, plan_says)
    remaining = allowed
    copay_at = terms.copay_at
    if copay_at == 1:
        yield step("copay", "copay", remaining=remaining, due=due)
        remaining -= copay
    if terms.deductible >= 0:
        yield step("deductible", "deductible", remaining=remaining, left=room)
        remaining -= deductible
    if copay_at == 2:
        yield step("copay", "copay", remaining=remaining, due=due)
    if terms.rate:
        yield step("coinsurance", "coinsurance", remaining=base, rate=terms.rate)
        remaining = base - coinsurance
    if copay_at == 3:
        yield step("copay", "copay", remaining=remaining, due=due)
    share = deductible + copay + coinsurance
    relieved = 0
    for figure, amount in (
        ("coinsurance", coinsurance), ("copay", copay), ("deductible", deductible),
    ):  # fmt: skip
        if relieved < relief and amount:
            relieving = step(
                "out_of_pocket_limit", figure,
                share=amount, cost_share=share, left=ceiling, relieved=relieved,
            )  # fmt: skip
            yield relieving
            relieved -= relieving.amount
    not_paid = 0
    if special and special.withheld_rate:
        why = f"{plan_says}: {special.reason}"
        yield step("paid_less", "not_covered", why, payable=rest, rate=special.withheld_rate)
        not_paid = special.withheld
    if special and special.room < BOUNDLESS:
        yield step("benefit_maximum", "not_covered", payable=rest - not_paid, left=special.room)
        not_paid += special.over
    yield step(
        "plan_payment", "paid", allowed=allowed, cost_share=share - relief, not_paid=not_paid
    )


def _amounts(step: Callable[..., Step], row: Row, plan_says: str) -> Iterator[Step]:
    """What comes before the cost shares: what is charged, allowed, denied and written off."""
    charge, allowed, special = row[0], row[1], row[12]
    provider, contract = "the provider's charge", "the price or contract"
    if special is None:
        yield step("charge", "charge", provider, charge=charge)
        yield step("allowed_amount", "allowed", contract, allowed=allowed)
        yield step(
            "contractual_adjustment", "contractual", contract,
            charge=charge, allowed=allowed, not_covered=0,
        )  # fmt: skip
        return
    yield step("charge", "charge", provider, charge=special.charge)
    yield step("allowed_amount", "allowed", contract, allowed=special.allowed)
    owed = special.not_covered + special.liable
    if special.covered_units < special.units:
        by_charge = owed == special.charge - charge
        name = "provider_liability" if special.liable else "not_covered"
        yield step(
            name,
            "liable" if special.liable else "not_covered",
            f"{plan_says}: {special.reason}",
            owed=special.charge if by_charge else special.allowed,
            covered_units=special.covered_units,
            units=special.units,
        )
    original = allowed + special.alternate
    if special.alternate:
        yield step(
            "alternate_benefit", "not_covered", plan_says, allowed=original, alternate=allowed
        )
    if special.balance:
        yield step("balance_bill", "balance", "out of network", charge=charge, allowed=original)
    else:
        yield step(
            "contractual_adjustment", "contractual", contract,
            charge=special.charge, allowed=original, not_covered=owed,
        )  # fmt: skip
