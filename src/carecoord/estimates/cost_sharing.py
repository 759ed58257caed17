"""Cost sharing of one line: a row of integer cents, reckoned from the terms and what is left.

The state that is passed in holds what is left of deductibles, limits and copays, and is moved on
by every line. All amounts are in cents; shares are rounded half up, once, at the coinsurance.
"""

from typing import NamedTuple, TypeAlias

from carecoord.estimates.benefits import Without
from carecoord.estimates.plans import NonCovered
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.terms import BOUNDLESS, Corner, Terms

__all__ = ["Figures", "Row", "Unusual", "figures", "shared", "unusual"]


class Unusual(NamedTuple):
    """What a line has beyond the cost shares of its covered part."""

    charge: int
    allowed: int
    units: int
    covered_units: int
    reason: str
    """Why it is denied, or why some of its units are not covered; blank where all is covered."""
    not_covered: int
    liable: int
    """What the provider may not bill, though no contract takes it off."""
    contractual: int
    balance: int
    alternate: int
    """What is allowed above the cheaper service that the plan pays instead."""
    withheld_rate: int
    withheld: int
    """What the plan would pay but for something that is missing."""
    room: int
    over: int
    """What the plan would pay but for its limits of dollars, of which `room` was left."""
    unknown: tuple[str, ...]


Row: TypeAlias = tuple[int, int, Terms, int, int, int, int, int, int, int, int, int, Unusual | None]
"""charge and allowed of the covered part, terms, deductible left, deductible, copay due, copay,
base of the coinsurance, coinsurance, limit left, relief by the limit, what the cost shares leave
to the plan, and what is unusual."""


class Figures(NamedTuple):
    """The amounts of a line, in cents, after everything; they add up to the charge."""

    charge: int
    allowed: int
    contractual: int
    liable: int
    deductible: int
    copay: int
    coinsurance: int
    not_covered: int
    balance: int
    paid: int

    @property
    def patient(self) -> int:
        """What the patient owes."""
        return self.deductible + self.copay + self.coinsurance + self.not_covered + self.balance


def shared(charge: int, allowed: int, units: int, terms: Terms, state: list[int]) -> Row:
    """The cost shares of a covered amount, in the plan's order; the state is moved on."""
    rest = allowed
    room = deductible = due = copay = coinsurance = relief = 0
    copay_at = terms.copay_at
    if copay_at:
        place = terms.copay_place
        due = terms.copay if place < 0 else state[place]
        if terms.by_unit:
            due *= units
        if copay_at == 1:
            copay = due if due < rest else rest
            rest -= copay
    counter = terms.deductible
    if counter >= 0:
        room = state[counter]
        family = state[counter + 1]
        if family < room:
            room = family
        deductible = room if room < rest else rest
        rest -= deductible
    if copay_at == 2:
        copay = due if due < rest else rest
        rest -= copay
    base = rest
    rate = terms.rate
    if rate:
        coinsurance = (rest * rate + 500_000) // 1_000_000
        rest -= coinsurance
    if copay_at == 3:
        copay = due if due < rest else rest
        rest -= copay
    ceiling = BOUNDLESS
    met = deductible
    limit = terms.limit
    if limit >= 0:
        ceiling = state[limit]
        family = state[limit + 1]
        if family < ceiling:
            ceiling = family
        share = allowed - rest
        if share > ceiling:
            relief = share - ceiling
            rest += relief
            share = ceiling
            if relief > coinsurance + copay:
                met = deductible + coinsurance + copay - relief
        state[limit] -= share
        state[limit + 1] -= share
    if met:
        state[counter] -= met
        state[counter + 1] -= met
    if copay and terms.copay_place >= 0:
        state[terms.copay_place] -= copay
    return (
        charge, allowed, terms, room, deductible, due, copay, base, coinsurance, ceiling, relief,
        rest, None,
    )  # fmt: skip


def figures(row: Row) -> Figures:
    """The amounts of a row after the out-of-pocket limit and whatever else is unusual."""
    charge, allowed, _, _, deductible, _, copay, _, coinsurance, _, relief, rest, special = row
    if relief:
        off = min(relief, coinsurance)
        coinsurance -= off
        relief -= off
        off = min(relief, copay)
        copay -= off
        deductible -= relief - off
    if special is None:
        return Figures(
            charge, allowed, charge - allowed, 0, deductible, copay, coinsurance, 0, 0, rest
        )
    return Figures(
        special.charge,
        special.allowed,
        special.contractual,
        special.liable,
        deductible,
        copay,
        coinsurance,
        special.not_covered + special.alternate + special.withheld + special.over,
        special.balance,
        rest - special.withheld - special.over,
    )


def _amounts(
    line: ServiceLine, in_network: bool, corner: Corner, unknown: list[str]
) -> tuple[int, int]:
    """The charge and the allowed amount at the corner."""
    low: int | None
    high: int | None
    if line.allowed is not None:
        low = high = line.allowed.cents
    elif line.allowed_between is not None:
        low, high = line.allowed_between[0].cents, line.allowed_between[1].cents
    else:
        low, high = 0, None if line.charge is None else line.charge.cents
    if low != high:
        unknown.append("the allowed amount")
    if line.charge is None:
        unknown.append("the charge")
    charge = line.charge.cents if line.charge is not None else high or 0
    most = charge if high is None else high
    if not in_network:
        # A plan allows nobody without a contract more than the charge.
        low, most = min(low, charge), min(most, charge)
    wants_more = (corner is Corner.HIGH) if in_network else (corner is Corner.LOW)
    return charge, most if wants_more else low


_SEVERITY = {Without.PROVIDER_LIABLE: 0, None: 1, Without.PAID_LESS: 2, Without.NOT_COVERED: 3}


def _consequence(
    line: ServiceLine, terms: Terms, in_network: bool, corner: Corner, unknown: list[str]
) -> tuple[Without | None, str]:
    """What follows from a missing authorization or referral, and which of them is missing."""
    benefit = terms.benefit
    outcomes: list[tuple[Without | None, str]] = [(None, "")]
    if benefit is None:
        return outcomes[0]
    for required, given, without, what in (
        (benefit.authorization_required, line.authorized, benefit.without_authorization,
         "prior authorization"),
        (benefit.referral_required, line.referred, benefit.without_referral, "referral"),
    ):  # fmt: skip
        if not required or given:
            continue
        if without is Without.PROVIDER_LIABLE and not in_network:
            without = Without.NOT_COVERED
        missing = (without, f"no {what}")
        if given is None:
            unknown.append(f"whether there is a {what}")
            outcomes = [*outcomes, *(_worse(one, missing) for one in outcomes)]
        else:
            outcomes = [_worse(one, missing) for one in outcomes]
    outcomes.sort(key=lambda outcome: _SEVERITY[outcome[0]])
    if corner is Corner.FLOOR:
        # The plan pays least where it denies, whoever then bears it.
        return max(outcomes, key=lambda outcome: (_SEVERITY[outcome[0]] - 1) ** 2)
    return outcomes[0] if corner is Corner.LOW else outcomes[-1]


def _worse(
    one: tuple[Without | None, str], other: tuple[Without | None, str]
) -> tuple[Without | None, str]:
    """Of two things missing: the provider's liability first, else the graver for the patient."""
    for outcome in (one, other):
        if outcome[0] is Without.PROVIDER_LIABLE:
            return outcome
    return max(one, other, key=lambda outcome: _SEVERITY[outcome[0]])


def unusual(
    line: ServiceLine,
    terms: Terms,
    state: list[int],
    corner: Corner,
    *,
    unsure: set[int],
    in_network: bool,
    basis: NonCovered,
) -> tuple[int, int, Terms, int, int, int, int, int, int, int, int, int, Unusual]:
    """The row of any line: also one that is denied, limited, out of network or not priced.

    `unsure` are the places of limits of which it is not known how much is left.
    """
    unknown = list(terms.unknown)
    charge, allowed = _amounts(line, in_network, corner, unknown)
    doubts = len(unknown)
    without, reason = _consequence(line, terms, in_network, corner, unknown)
    eligible = line.eligible
    if eligible is None:
        unknown.append("whether the patient is eligible for it")
        eligible = corner is Corner.LOW
    denial_is_unsure = bool(terms.unknown) or len(unknown) > doubts
    limit_is_unsure = any(place in unsure for place, _ in terms.counts)
    by_charge = basis is NonCovered.CHARGE or not in_network
    if by_charge and charge < allowed and (denial_is_unsure or limit_is_unsure):
        # Where it may be denied and the charge is below the contract's amount, being denied could
        # cost less than being covered: the one that encloses both is taken.
        if corner is Corner.LOW:
            allowed = charge
        by_charge = False
    units = line.units
    covered = units
    if not terms.covered:
        covered, without, reason = 0, Without.NOT_COVERED, "excluded"
    elif not eligible:
        covered, without, reason = 0, Without.NOT_COVERED, "not eligible"
    elif without in (Without.NOT_COVERED, Without.PROVIDER_LIABLE):
        covered = 0
    else:
        for place, by_visit in terms.counts:
            if by_visit:
                if not state[place] and not state[place + 1]:
                    covered = 0
            elif state[place] < covered:
                covered = state[place]
        if covered < units:
            reason = "limit reached"
    for place, by_visit in terms.counts:
        if not by_visit:
            taken = covered
            if denial_is_unsure or (limit_is_unsure and len(terms.counts) > 1):
                # Denied, it would leave its units to later lines: least and most of that.
                taken = 0 if corner is Corner.LOW else min(units, state[place])
                unsure.add(place)
            state[place] -= taken
        elif covered and not state[place + 1]:
            state[place] -= 1
            state[place + 1] = 1
    part, part_allowed = charge * covered // units, allowed * covered // units
    paid_on = part_allowed
    if line.alternate is not None:
        paid_on = min(part_allowed, line.alternate.cents * covered // units)
    row = shared(part, paid_on, covered, terms, state)
    owed = charge - part if by_charge else allowed - part_allowed
    liable = owed if without is Without.PROVIDER_LIABLE else 0
    contractual, balance = (part - part_allowed, 0) if in_network else (0, part - part_allowed)
    contractual += charge - part - owed
    rest, rate = row[11], 0
    if without is Without.PAID_LESS and terms.benefit and terms.benefit.paid_less:
        rate = terms.benefit.paid_less.millionths
    withheld = (rest * rate + 500_000) // 1_000_000
    room, over = BOUNDLESS, 0
    if terms.dollars:
        room = min(state[place] for place in terms.dollars)
        over = max(0, rest - withheld - room)
        for place in terms.dollars:
            state[place] -= rest - withheld - over
    return (
        *row[:12],
        Unusual(
            charge, allowed, units, covered, reason, owed - liable, liable, contractual, balance,
            part_allowed - paid_on, rate, withheld, room, over, tuple(unknown),
        ),
    )  # fmt: skip
