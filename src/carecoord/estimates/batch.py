"""Batch: a million claims of one tier at a time, in columns, to the same cent as one at a time.

    terms = BatchTerms(tier_terms(plan, "in network"))
    columns = ClaimColumns(service, charge, allowed, units=None, left=left)
    answer = terms.adjudicate(columns)
    answer.patient                      # what each claim costs its patient, in cents

Needs NumPy: `pip install carecoord[batch]`. Everything has to be known, without limits, exclusions
or requirements; `mixed_batch` answers any claims, in columns where that can be.
"""

from collections.abc import Iterable

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from carecoord.errors import InvalidValue
from carecoord.estimates.accumulators import Accumulators
from carecoord.estimates.terms import Corner, Terms, TierTerms
from carecoord.kernel.codes import Code

__all__ = ["LARGEST", "NOTHING", "BatchTerms", "ClaimColumns", "ColumnsOut"]

Cents = NDArray[np.int64]

NOTHING = 0
"""The service of a place in the columns where a claim has no line."""

LARGEST = 9 * 10**12
"""Cents times millionths of these still fit 64 bits."""

_CHUNK = 8192
"""Claims reckoned together: few enough that everything stays in the processor's cache."""


@frozen(eq=False)
class ClaimColumns:
    """Claims in columns: one row for each line of a claim, one column for each claim.

    `service` holds what `BatchTerms.service` gives. Amounts are in cents; no units means one of
    each. `left` is the state before the first line, one column for each claim as
    `BatchTerms.left` gives it.
    """

    service: NDArray[np.intp]
    charge: Cents
    allowed: Cents
    units: Cents | None
    left: Cents


@frozen(eq=False)
class ColumnsOut:
    """The figures of every line, in cents and laid out as they came in, and what is left after."""

    deductible: Cents
    copay: Cents
    coinsurance: Cents
    paid: Cents
    patient: Cents
    """Of each claim."""
    left: Cents
    claims: ClaimColumns

    in_network: bool

    @property
    def contractual(self) -> Cents:
        """What the contract takes off each line; nothing out of network, where there is none."""
        above = self.claims.charge - self.claims.allowed
        return above if self.in_network else np.zeros_like(above)

    @property
    def balance(self) -> Cents:
        """What of each line may be billed above what the plan allows, out of network alone."""
        above = np.maximum(0, self.claims.charge - self.claims.allowed)
        return np.zeros_like(above) if self.in_network else above


class BatchTerms:
    """The terms of a tier in columns."""

    def __init__(self, terms: TierTerms) -> None:
        self.terms = terms
        self._numbers: dict[int, int] = {}
        self._all: list[Terms] = []
        for low, _ in terms.every():
            if low.plain and id(low) not in self._numbers:
                self._all.append(low)
                self._numbers[id(low)] = len(self._all)
        every = self._all
        self._rate = self._column(one.rate for one in every)
        self._by_unit = self._column(one.by_unit for one in every)
        # Of each time at which a copay is taken: the copays that are not per visit, where they are.
        self._copays = {
            at: self._column(
                one.copay if one.copay_at == at and one.copay_place < 0 else 0 for one in every
            )
            for at in sorted({one.copay_at for one in every} - {0})
        }
        # Of each such time, the places of the copays per visit, and which services use them.
        self._visit_copays = {
            at: {
                one.copay_place: self._uses("copay_place", one.copay_place)
                for one in every
                if one.copay_at == at and one.copay_place >= 0
            }
            for at in self._copays
        }
        self._deductibles, self._limits = (
            {
                place: self._uses(name, place)
                for place in sorted({getattr(one, name) for one in every} - {-1})
            }
            for name in ("deductible", "limit")
        )

    def _uses(self, name: str, place: int) -> Cents | None:
        """For each service 1 where it uses the place and 0 where not; None where all do."""
        uses = [getattr(one, name) == place for one in self._all]
        return None if all(uses) else self._column(uses)

    @staticmethod
    def _column(values: Iterable[int]) -> Cents:
        return np.array([0, *map(int, values)], dtype=np.int64)

    def number_of(self, code: Code | None, category: str | None) -> int | None:
        """The number by which the columns name a service; None where they cannot hold it."""
        return self._numbers.get(id(self.terms.terms_for(code, category)[0]))

    def service(self, code: Code | None, category: str | None) -> int:
        """The number by which the columns name a service.

        Raises:
            InvalidValue: the plan does not say how it covers it.
        """
        number = self.number_of(code, category)
        if number is None:
            raise InvalidValue("service", "has benefits that are unknown or ask more than shares")
        return number

    def left(self, accumulators: Accumulators) -> Cents:
        """The state of a claim before its first line, as one column.

        Raises:
            InvalidValue: something of it is not known.
        """
        state, unsure = self.terms.opening(accumulators, Corner.LOW)
        if unsure:
            raise InvalidValue("accumulators", "must all be known")
        return np.array(state, dtype=np.int64)

    def adjudicate(self, claims: ClaimColumns) -> ColumnsOut:
        """Every claim by itself, line after line, in the same cents as `adjudicate`.

        Raises:
            InvalidValue: columns of different shapes, services that are none, negative amounts or
                ones above ninety billion dollars.
        """
        shape = claims.service.shape
        self._check(claims, shape)
        lines, count = shape
        in_network = self.terms.tier.in_network
        deductible, copay, coinsurance, paid = (np.empty(shape, np.int64) for _ in range(4))
        patient = np.zeros(count, np.int64)
        left = np.empty(claims.left.shape, np.int64)
        for start in range(0, count, _CHUNK):
            chunk = slice(start, start + _CHUNK)
            state = np.array(claims.left[:, chunk], dtype=np.int64, order="C")
            owed = patient[chunk]
            for line in range(lines):
                at = (line, chunk)
                service, allowed, charge = claims.service[at], claims.allowed[at], claims.charge[at]
                self._check_line(service, allowed, charge)
                if not in_network:
                    # A plan allows nobody without a contract more than the charge.
                    allowed = np.minimum(allowed, charge)
                units = None if claims.units is None else claims.units[at]
                self._line(
                    service, allowed, units, state,
                    deductible[at], copay[at], coinsurance[at], paid[at],
                )  # fmt: skip
                owed += allowed if in_network else charge
                owed -= paid[at]
            left[:, chunk] = state
        return ColumnsOut(deductible, copay, coinsurance, paid, patient, left, claims, in_network)

    def _check(self, claims: ClaimColumns, shape: tuple[int, ...]) -> None:
        columns = [claims.service, claims.charge, claims.allowed, claims.left]
        if claims.units is not None:
            columns.append(claims.units)
        if any(one.dtype != np.int64 for one in columns):
            raise InvalidValue("ClaimColumns", "must be of 64-bit integers")
        of_lines = [one for one in columns if one is not claims.left]
        if len(shape) != 2 or any(one.shape != shape for one in of_lines):
            raise InvalidValue("ClaimColumns", "must have the same lines and claims everywhere")
        if claims.units is not None and claims.units.min(initial=1) < 1:
            raise InvalidValue("ClaimColumns.units", "must be at least one for every line")
        if claims.left.shape != (self.terms.size, shape[1]):
            raise InvalidValue("ClaimColumns.left", "must be the state of this tier")

    def _check_line(self, service: NDArray[np.intp], allowed: Cents, charge: Cents) -> None:
        """Negative numbers are enormous when taken as unsigned, so one look finds both."""
        if service.view(np.uint64).max() > len(self._all):
            raise InvalidValue("ClaimColumns.service", "must be services of this tier")
        if max(allowed.view(np.uint64).max(), charge.view(np.uint64).max()) > LARGEST:
            raise InvalidValue("ClaimColumns", "has an amount that is no claim's")

    def _line(
        self,
        service: NDArray[np.intp],
        allowed: Cents,
        units: Cents | None,
        state: Cents,
        deductible: Cents,
        copay: Cents,
        coinsurance: Cents,
        paid: Cents,
    ) -> None:
        """One line of every claim of a chunk: fills its results, and moves the state on."""
        rest = paid
        rest[:] = allowed
        copay[:] = 0
        work = np.empty_like(rest)
        self._take_copay(1, service, units, state, copay, rest, work)
        rooms: list[tuple[int, Cents]] = []
        deductible[:] = 0
        for place, uses in self._deductibles.items():
            room = np.minimum(state[place], state[place + 1])
            np.minimum(room, rest, out=room)
            if uses is not None:
                room *= uses.take(service)
            deductible += room
            rooms.append((place, room))
        rest -= deductible
        self._take_copay(2, service, units, state, copay, rest, work)
        self._rate.take(service, out=coinsurance, mode="clip")
        coinsurance *= rest
        coinsurance += 500_000
        coinsurance //= 1_000_000
        rest -= coinsurance
        self._take_copay(3, service, units, state, copay, rest, work)
        for place, uses in self._limits.items():
            _relieve(
                state[place : place + 2],
                None if uses is None else uses.take(service),
                allowed,
                (coinsurance, copay, deductible),
                rest,
                work,
            )
        for place, room in rooms:
            np.minimum(room, deductible, out=room)
            state[place : place + 2] -= room

    def _take_copay(
        self,
        at: int,
        service: NDArray[np.intp],
        units: Cents | None,
        state: Cents,
        copay: Cents,
        rest: Cents,
        due: Cents,
    ) -> None:
        """The copays that are taken at this time, if any; `due` is room to work in."""
        if at not in self._copays:
            return
        self._copays[at].take(service, out=due, mode="clip")
        if units is not None and self._by_unit.any():
            due *= np.where(self._by_unit.take(service), units, 1)
        by_visit = self._visit_copays[at].items()
        for place, uses in by_visit:
            due += state[place] if uses is None else state[place] * uses.take(service)
        np.minimum(due, rest, out=due)
        for place, uses in by_visit:
            state[place] -= due if uses is None else due * uses.take(service)
        copay += due
        rest -= due


def _relieve(
    left: Cents,
    uses: Cents | None,
    allowed: Cents,
    parts: tuple[Cents, ...],
    rest: Cents,
    work: Cents,
) -> None:
    """What lies above the out-of-pocket limit goes to the plan, off one part after the other."""
    share = np.subtract(allowed, rest)
    if uses is not None:
        share *= uses
    np.minimum(left[0], left[1], out=work)
    np.subtract(share, work, out=work)
    if work.max(initial=0) > 0:
        relief = np.maximum(work, 0, out=work)
        if uses is not None:
            relief *= uses
        share -= relief
        rest += relief
        off = np.empty_like(relief)
        for part in parts:
            np.minimum(relief, part, out=off)
            part -= off
            relief -= off
    left -= share
