"""Turns: what one plan's payment does to a line that other plans have paid on before.

What is paid goes off what the patient owes, coinsurance first; where it is more, off what the
provider may not bill, and off the contractual adjustment. Every move is a step of the trace.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from carecoord.estimates.cost_sharing import Figures, Row
from carecoord.estimates.secondary_payment import Method
from carecoord.estimates.trace import FORMULAS, Step, steps_of

__all__ = ["LineInTurn", "Move", "Turn", "after_payment"]


@frozen(repr=False)
class LineInTurn:
    """A line between two plans: what each has paid, and what is owed, in cents."""

    figures: Figures
    payments: tuple[int, ...]
    highest_allowed: int

    @property
    def paid(self) -> int:
        """What all plans so far have paid."""
        return sum(self.payments)


_OWED = ("coinsurance", "copay", "deductible", "not_covered", "balance")


Move = tuple[str, str, dict[str, int]]
"""A step to be: its rule, the figure that it changes, and its inputs."""


def after_payment(
    line: LineInTurn, payment: int, own_allowed: int, contract_binds: bool
) -> tuple[LineInTurn, list[Move]]:
    """The line once this plan has paid, and the steps that lead there."""
    parts = line.figures._asdict()
    moves: list[Move] = []

    def move(rule: str, figure: str, **inputs: int) -> int:
        amount = FORMULAS[rule](inputs)
        parts[figure] += amount
        moves.append((rule, figure, inputs))
        return amount

    relieved = 0
    for part in (*_OWED, "liable"):
        if parts[part] and relieved < payment:
            share = parts[part]
            relieved -= move(
                "paid_by_later_plan", part, share=share, paid=payment, relieved=relieved
            )
    if relieved < payment:
        move("paid_above_what_is_owed", "contractual", paid=payment, relieved=relieved)
    if contract_binds:
        # Under this plan's contract too, nobody owes what lies above its allowed amount.
        contract = {
            "owed": sum(parts[part] for part in _OWED),
            "allowed": own_allowed,
            "paid": line.paid + payment,
        }
        taken = 0
        for part in reversed(_OWED):
            if parts[part]:
                share = parts[part]
                taken -= move("above_later_contract", part, share=share, taken=taken, **contract)
        move("later_contract", "contractual", **contract)
    after = LineInTurn(
        Figures(**parts), (*line.payments, payment), max(line.highest_allowed, own_allowed)
    )
    return after, moves


@frozen(repr=False)
class Turn:
    """What one later plan did about one line."""

    plan: int
    line: int
    row: Row
    method: Method
    inputs: dict[str, int]
    moves: list[Move]

    def steps(self) -> Iterator[Step]:
        """How the plan would pay alone, what it pays, and what that changes."""
        for step in steps_of(self.line, self.row):
            yield evolve(step, plan=self.plan, figure=f"alone_{step.figure}")
        rule = self.method.value
        yield self._step(rule, "paid", "the rules of coordination", self.inputs)
        for rule, figure, inputs in self.moves:
            yield self._step(rule, figure, "what the plan before left", inputs)

    def _step(self, rule: str, figure: str, source: str, inputs: dict[str, int]) -> Step:
        amount = FORMULAS[rule](inputs)
        return Step(self.line, rule, figure, tuple(inputs.items()), amount, source, self.plan)
