"""Several plans on one claim: each pays in turn, by the method of its own.

    coordinate([
        PlanInTurn(first, "in network", used_of_first, lines),
        PlanInTurn(second, "in network", used_of_second, its_lines, Method.NAIC_STANDARD),
    ])

The first plan pays as if it stood alone. What a later one pays goes off what the patient owes:
coinsurance first, then copay, deductible, what is not covered, and the balance bill. Where it pays
beyond that, up to the highest allowed amount, what the provider may not bill and the contractual
adjustment shrink. A plan's maximum of dollars is applied after coordination, and only what it
really pays uses it up.
"""

from collections.abc import Sequence

from attrs import evolve, frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.adjudication import Adjudication, adjudicate, tier_terms
from carecoord.estimates.amounts import Amounts
from carecoord.estimates.cost_sharing import figures, unusual
from carecoord.estimates.plans import Plan
from carecoord.estimates.secondary_payment import Method
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.terms import BOUNDLESS, Corner
from carecoord.estimates.trace import FORMULAS, Step
from carecoord.estimates.turns import LineInTurn, Turn, after_payment
from carecoord.kernel.money import Money

__all__ = ["Coordinated", "PlanInTurn", "coordinate"]


@frozen(repr=False)
class PlanInTurn:
    """A plan with what it needs to pay in its turn.

    `lines` are the services as this plan allows them. `method` is None for the plan that pays
    first, and named for every other. `contract_binds` says that the provider takes off what is
    above this plan's allowed amount as well.
    """

    plan: Plan
    tier: str
    accumulators: Accumulators
    lines: tuple[ServiceLine, ...]
    method: Method | None = None
    contract_binds: bool = False


@frozen(repr=False)
class Coordinated:
    """The lines after every plan has paid, at least and at most, and the methods by which."""

    first: Adjudication
    methods: tuple[Method, ...]
    low: tuple[Amounts, ...]
    high: tuple[Amounts, ...]
    unknown: tuple[str, ...]
    _turns: tuple[Turn, ...] = ()

    def steps(self) -> tuple[Step, ...]:
        """How every figure came about: the first plan's steps, then those of each later plan.

        Steps of a later plan whose figure begins with `alone_` say what it would pay by itself.
        Where the answer is a range, only the first plan's steps to the lowest amounts are known.
        """
        later = (step for turn in self._turns for step in turn.steps())
        return (*self.first.low.steps(), *later)

    @property
    def is_exact(self) -> bool:
        """Whether nothing that changes the answer was unknown."""
        return self.low == self.high

    def undecided(self) -> Money:
        """What of the charge is certain to be nobody's yet: none where the answer is exact."""
        if self.is_exact:
            return Money(0, self.first.low.currency)
        least = Money.total(one.patient_responsibility for one in self.low)
        # A later plan that pays more can shrink what is adjusted: only what the first contract
        # allows above the charge is certain of that.
        charge = Money.total(one.charge for one in self.low)
        above = min(0, self.first.certain_adjustment().cents)
        return charge - least - self.first.certain_payment() - Money(above, charge.currency)


def coordinate(plans: Sequence[PlanInTurn]) -> Coordinated:
    """What every plan pays for the lines, in the order in which the plans pay.

    Where something is unknown to any of the plans, the range is wide and safe: at most what the
    first plan leaves if the others pay nothing, at least what it leaves less all that the others
    could allow, and nothing where another's contract binds.

    Source: each method's own.

    Raises:
        InvalidValue: no plan, another number of lines, another currency, a first plan with a
            method or a later one without.
    """
    if not plans:
        raise InvalidValue("plans", "must not be empty")
    first, later = plans[0], tuple(plans[1:])
    if first.method is not None or any(turn.method is None for turn in later):
        raise InvalidValue("PlanInTurn.method", "is named for every plan but the first")
    if any(turn.plan.currency != first.plan.currency for turn in later):
        raise InvalidValue("Plan.currency", "must be the same for every plan")
    if any(len(turn.lines) != len(first.lines) for turn in later):
        raise InvalidValue("PlanInTurn.lines", "must be as many for every plan")
    answer = adjudicate(first.plan, first.tier, first.lines, first.accumulators)
    alone = [adjudicate(turn.plan, turn.tier, turn.lines, turn.accumulators) for turn in later]
    methods = tuple(turn.method for turn in later if turn.method is not None)
    currency = first.plan.currency
    lines = [LineInTurn(one, (one.paid,), one.allowed) for one in answer.low.figures()]
    unknown = list(answer.unknown())
    unknown += [what for one in alone for what in one.unknown() if what not in unknown]
    if not unknown and answer.is_bounded and all(one.is_bounded for one in alone):
        turns: list[Turn] = []
        for number, turn in enumerate(later, 1):
            lines = _paid_in_turn(number, turn, lines, turns)
        amounts = tuple(_amounts(line, currency) for line in lines)
        return Coordinated(answer, methods, amounts, amounts, (), tuple(turns))
    could_allow = sum(
        max(low.allowed, high.allowed)
        for one in alone
        for low, high in zip(one.low.figures(), one.high.figures(), strict=True)
    )
    least = []
    nothing = (0,) * len(later)
    for line in lines:
        payment = min(line.figures.patient, could_allow) if later else 0
        could_allow -= payment
        paid, _ = after_payment(line, payment, 0, any(turn.contract_binds for turn in later))
        least.append(evolve(paid, payments=(*line.payments, payment, *nothing[1:])[: len(plans)]))
    most = [LineInTurn(one, (one.paid, *nothing), one.allowed) for one in answer.high.figures()]
    return Coordinated(
        answer,
        methods,
        tuple(_amounts(line, currency) for line in least),
        tuple(_amounts(line, currency) for line in most),
        tuple(unknown),
    )


def _paid_in_turn(
    number: int, turn: PlanInTurn, lines: Sequence[LineInTurn], turns: list[Turn]
) -> list[LineInTurn]:
    """The lines after this plan has paid too; everything about it is known."""
    terms = tier_terms(turn.plan, turn.tier)
    state, unsure = terms.opening(turn.accumulators, Corner.LOW)
    method = turn.method
    assert method is not None
    done: list[LineInTurn] = []
    for line, service in zip(lines, turn.lines, strict=True):
        of_line = terms.terms_for(service.code, service.category)[0]
        if method is Method.MAINTENANCE_OF_BENEFITS and service.allowed is not None:
            left = max(0, service.allowed.cents - line.paid)
            service = evolve(service, allowed=Money(left, service.allowed.currency))
        row = unusual(
            service,
            evolve(of_line, dollars=()),
            state,
            Corner.LOW,
            unsure=unsure,
            in_network=terms.tier.in_network,
            basis=turn.plan.non_covered,
        )
        own = figures(row)
        own_allowed = own.allowed
        if method is Method.MAINTENANCE_OF_BENEFITS:
            own_allowed += line.paid
        so_far = line.figures
        inputs = {
            "charge": so_far.charge,
            "allowed_before": line.highest_allowed,
            "paid_before": line.paid,
            "owed": so_far.patient,
            "obligated": max(0, so_far.charge - so_far.contractual - so_far.liable),
            "own_allowed": own_allowed,
            "own_benefit": own.paid,
            "room": min((state[place] for place in of_line.dollars), default=BOUNDLESS),
        }
        payment = FORMULAS[method.value](inputs)
        for place in of_line.dollars:
            state[place] -= payment
        after, moves = after_payment(line, payment, own_allowed, turn.contract_binds)
        turns.append(Turn(number, len(done), row, method, inputs, moves))
        done.append(after)
    return done


def _amounts(line: LineInTurn, currency: str) -> Amounts:
    return Amounts.of(line.figures, currency, line.payments)
