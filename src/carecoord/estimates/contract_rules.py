"""Contract rules: how modifiers, several procedures and packages change what is allowed.

    lines = [modified(line, ("50",), MODIFIERS) for line in lines]
    lines = with_multiple_procedures(lines, {"surgery"}, (Rate.percent(100), Rate.percent(50)))
    lines = with_case_rate(lines, Money.of(8000))

Every rule is data of a contract; the rates given here by name are only the usual ones.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import evolve

from carecoord.errors import InvalidValue
from carecoord.estimates.services import ServiceLine
from carecoord.kernel.money import Money, Rate

__all__ = [
    "USUAL_MODIFIERS",
    "lesser_of_charge",
    "modified",
    "with_case_rate",
    "with_multiple_procedures",
]

USUAL_MODIFIERS: Mapping[str, Rate] = {
    "50": Rate.percent(150),
    "62": Rate.percent("62.5"),
    "80": Rate.percent(16),
    "AS": Rate.percent("13.6"),
}
"""Bilateral, two surgeons, assistant at surgery, assistant who is no physician: Medicare's shares
of the fee schedule (from memory; not checked against the primary text)."""


def _allowing(line: ServiceLine, rate: Rate) -> ServiceLine:
    between = line.allowed_between
    return evolve(
        line,
        allowed=None if line.allowed is None else line.allowed.portion(rate),
        allowed_between=None
        if between is None
        else (between[0].portion(rate), between[1].portion(rate)),
    )


def modified(line: ServiceLine, modifiers: Iterable[str], rates: Mapping[str, Rate]) -> ServiceLine:
    """The line with the share that each of its modifiers allows, one after the other.

    A modifier without a rate changes nothing: it informs, or has a price of its own. The charge
    stays, since it is the provider's to set.

    Source: the contract.
    """
    for modifier in modifiers:
        if modifier in rates:
            line = _allowing(line, rates[modifier])
    return line


def with_multiple_procedures(
    lines: Sequence[ServiceLine], categories: Collection[str], shares: Sequence[Rate]
) -> tuple[ServiceLine, ...]:
    """The lines with later procedures of one visit allowed less.

    Those of the categories are ranked by what is allowed, the highest first, the first given of
    equals first; the first gets the first share and so on, and all further ones the last. Several
    units of a line are ranked as one. What is not known exactly cannot be ranked.

    Source: the contract; as 42 CFR 414.40 has it for Medicare (from memory; not checked against
    the primary text).

    Raises:
        InvalidValue: no shares, or a line to be ranked whose allowed amount is not known.
    """
    if not shares:
        raise InvalidValue("shares", "must not be empty")
    ranked: list[tuple[int, int]] = []
    for place, line in enumerate(lines):
        if line.category in categories:
            if line.allowed is None:
                raise InvalidValue("ServiceLine.allowed", "must be known to be ranked")
            ranked.append((-line.allowed.cents, place))
    done = list(lines)
    for rank, (_, place) in enumerate(sorted(ranked)):
        done[place] = _allowing(done[place], shares[min(rank, len(shares) - 1)])
    return tuple(done)


def with_case_rate(lines: Sequence[ServiceLine], rate: Money) -> tuple[ServiceLine, ...]:
    """The lines with one price for all of them, split in proportion to their charges.

    The split loses no cent, and is made only so that each line has an amount: the price is that of
    the case, which can be more than is charged.

    Source: the contract.

    Raises:
        InvalidValue: a line without a charge, or nothing charged at all.
    """
    charges = [line.charge for line in lines]
    known = [charge.cents for charge in charges if charge is not None]
    if len(known) < len(charges):
        raise InvalidValue("ServiceLine.charge", "must be known to share a case rate")
    return tuple(
        evolve(line, allowed=part, allowed_between=None)
        for line, part in zip(lines, rate.split(known), strict=True)
    )


def lesser_of_charge(line: ServiceLine) -> ServiceLine:
    """The line where the contract allows no more than is charged.

    Source: the contract.
    """
    charge, allowed, between = line.charge, line.allowed, line.allowed_between
    if charge is None:
        return line
    return evolve(
        line,
        allowed=None if allowed is None else min(allowed, charge),
        allowed_between=None
        if between is None
        else (min(between[0], charge), min(between[1], charge)),
    )
