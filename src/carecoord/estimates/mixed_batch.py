"""Mixed batches: any claims of one tier at once, in columns where they can be, else one by one.

    answer = adjudicate_all(BatchTerms(tier_terms(plan, "in network")), claims)
    answer.at_least, answer.at_most     # what each patient owes, in cents
    answer.one_by_one                   # those that columns could not hold, with all about them

The answer is the same, to the cent, as that of `adjudicate` for each claim.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from attrs import frozen

from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.adjudication import Adjudication, adjudicated
from carecoord.estimates.batch import LARGEST, BatchTerms, Cents, ClaimColumns
from carecoord.estimates.services import ServiceLine
from carecoord.estimates.terms import Corner

__all__ = ["Claim", "MixedOut", "adjudicate_all"]

Claim: TypeAlias = tuple[Sequence[ServiceLine], Accumulators]
"""The lines of a claim, and what had been used before it."""


@frozen(eq=False)
class MixedOut:
    """What each patient owes, at least and at most, in the order of the claims.

    `one_by_one` holds the claims that columns could not hold, by their place: something of them is
    unknown, or their benefits ask more than cost shares.
    """

    at_least: Cents
    at_most: Cents
    one_by_one: Mapping[int, Adjudication]


def adjudicate_all(batch: BatchTerms, claims: Sequence[Claim]) -> MixedOut:
    """Every claim by itself, in the same cents as `adjudicate`.

    Raises:
        InvalidValue: an amount in another currency than the plan's.
    """
    at_least, at_most = np.zeros((2, len(claims)), np.int64)
    one_by_one: dict[int, Adjudication] = {}
    columns: dict[int, tuple[list[int], list[int]]] = {}
    for place, (lines, used) in enumerate(claims):
        state, unsure = batch.terms.opening(used, Corner.LOW)
        services = [batch.number_of(line.code, line.category) for line in lines]
        if unsure or None in services or not all(_fits(batch, line) for line in lines):
            answer = adjudicated(batch.terms, tuple(lines), used)
            one_by_one[place] = answer
            at_least[place], at_most[place] = answer.low.patient_cents, answer.high.patient_cents
        else:
            columns[place] = (state, [number or 0 for number in services])
    if columns:
        places = list(columns)
        patient = batch.adjudicate(_in_columns(claims, columns)).patient
        at_least[places] = at_most[places] = patient
    return MixedOut(at_least, at_most, one_by_one)


def _fits(batch: BatchTerms, line: ServiceLine) -> bool:
    """Whether columns can hold the line."""
    charge, allowed = line.charge, line.allowed
    return (
        charge is not None
        and allowed is not None
        and line.eligible is True
        and line.alternate is None
        and line.currency == batch.terms.currency
        and max(charge.cents, allowed.cents) * line.units <= LARGEST
    )


def _in_columns(
    claims: Sequence[Claim], columns: Mapping[int, tuple[list[int], list[int]]]
) -> ClaimColumns:
    """These claims in columns; the places of shorter ones stay empty."""
    most = max(len(claims[place][0]) for place in columns)
    shape = (max(1, most), len(columns))
    service, charge, allowed = np.zeros((3, *shape), np.int64)
    units = np.ones(shape, np.int64)
    for column, (place, (_, numbers)) in enumerate(columns.items()):
        for row, (line, number) in enumerate(zip(claims[place][0], numbers, strict=True)):
            assert line.charge is not None
            assert line.allowed is not None
            at = (row, column)
            service[at], units[at] = number, line.units
            charge[at], allowed[at] = line.charge.cents, line.allowed.cents
    states = [state for state, _ in columns.values()]
    left = np.array(states, dtype=np.int64).T.reshape(len(states[0]), len(columns))
    return ClaimColumns(service, charge, allowed, units, left)
