"""Reading an in-network file: whose it is, which groups of providers are wanted, their rates."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any

from attrs import frozen

from carecoord_exchange.json_text import stream_members
from carecoord_exchange.payer_prices.network_rate import NetworkRate
from carecoord_exchange.payer_prices.rates import rates_of
from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import UNREADABLE, Source, name_of, opened, refused

__all__ = ["PayerFile", "PayerPrices", "open_payer_prices"]

_RATES = "in_network"
_PROVIDERS = "provider_references"
_ARRAYS = frozenset({_RATES, _PROVIDERS})


@frozen
class PayerFile:
    """Who published the rates, as of when, and for which plan if the file is for one alone."""

    entity: str
    entity_type: str
    updated: date
    version: str
    issuer: str | None = None
    plan_name: str | None = None
    plan_id_type: str | None = None
    plan_id: str | None = None
    market: str | None = None


class PayerPrices:
    """An open in-network file: the payer at once, the rates as they are read.

    What the rates refer to may follow them in the file, so the file is read twice: a stream has to
    be able to go back.
    """

    def __init__(
        self,
        source: Source,
        npis: Collection[str] | None = None,
        tins: Collection[str] | None = None,
    ) -> None:
        self.file = name_of(source)
        self._open = ExitStack()
        self._all = npis is None and tins is None
        self._npis = frozenset(npis or ())
        self._tins = frozenset(tin.replace("-", "") for tin in tins or ())
        try:
            self._stream = self._open.enter_context(opened(source))
            self.payer, self.provider_groups, self.warnings = self._head()
        except BaseException:
            self._open.close()
            raise

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    @property
    def narrowed(self) -> bool:
        """Whether it is read for some groups of providers alone."""
        return not self._all

    def __iter__(self) -> Iterator[NetworkRate | Problem]:
        return (read for _, read in self.placed())

    def placed(self) -> Iterator[tuple[int, NetworkRate | Problem]]:
        """What is read, and of a rate the place of its item in the array."""
        yield from ((0, warning) for warning in self.warnings)
        stated = not self.payer.version.startswith("1")
        for key, index, value in self._members():
            if key == _RATES and index is not None:
                findings = Findings(self.file, index, within=f"{_RATES}/{index}")
                rates = rates_of(value, self.provider_groups, findings, settings_stated=stated)
                read = list(rates)
                yield from ((index, problem) for problem in findings.problems)
                yield from ((index, rate) for rate in read)

    def _members(self) -> Iterator[tuple[str, int | None, Any]]:
        try:
            self._stream.seek(0)
        except UNREADABLE:
            raise refused(self.file, "has to be read twice; give its path") from None
        return stream_members(self._stream, file=self.file, arrays=_ARRAYS)

    def _head(self) -> tuple[PayerFile, frozenset[int] | None, list[Problem]]:
        members: dict[str, Any] = {}
        findings = Findings(self.file)
        groups: set[int] = set()
        rated = False
        for key, index, value in self._members():
            if index is None:
                members[key] = value
            elif key == _RATES:
                rated = True
            elif not self._all and self._wanted(value, index, findings):
                groups.add(value["provider_group_id"])
        if not rated:
            findings.error(_RATES, "must be an array with at least one item")
        payer = _payer(members, findings)
        if payer is None:
            findings.refuse_if_failed()
            raise refused(self.file, "does not say whose rates it holds")
        if not rated:
            findings.refuse_if_failed()
        return payer, None if self._all else frozenset(groups), findings.problems

    def _wanted(self, reference: Any, index: int, findings: Findings) -> bool:
        """Whether a provider reference has one of the wanted NPIs or tax numbers."""
        id = reference.get("provider_group_id") if isinstance(reference, dict) else None
        groups = reference.get("provider_groups") if isinstance(reference, dict) else None
        if not isinstance(id, int) or isinstance(id, bool) or not isinstance(groups, list):
            findings.error(f"{_PROVIDERS}/{index}", "must have an id and groups of providers")
            return False
        for group in groups:
            npis = group.get("npi") if isinstance(group, dict) else None
            if not isinstance(npis, list):
                findings.error(f"{_PROVIDERS}/{index}", "has a group without NPIs")
            elif self._is_wanted(npis, group.get("tin")):
                return True
        return False

    def _is_wanted(self, npis: list[Any], tin: Any) -> bool:
        """Whether the group is wanted; a tax number of type `npi` stands for a person's own."""
        if any(isinstance(npi, int | str) and str(npi) in self._npis for npi in npis):
            return True
        value = tin.get("value") if isinstance(tin, dict) else None
        if not isinstance(value, str):
            return False
        return (
            value in self._npis
            if tin.get("type") == "npi"
            else value.replace("-", "") in self._tins
        )


def _payer(members: Mapping[str, Any], findings: Findings) -> PayerFile | None:
    def text(key: str, *, needed: bool = False) -> str | None:
        value = members.get(key)
        if value is None and not needed:
            return None
        if not isinstance(value, str) or not value.strip():
            findings.error(key, "is missing" if value is None else "must be text")
            return None
        return value.strip()

    entity = text("reporting_entity_name", needed=True)
    entity_type = text("reporting_entity_type", needed=True)
    version, updated = text("version", needed=True), text("last_updated_on", needed=True)
    if version is not None and not re.fullmatch(r"[12]\.\d{1,3}(\.\d{1,3})?", version, re.ASCII):
        findings.error("version", "must be 1 or 2, such as 2.0.0")
        version = None
    day = None
    if updated is not None:
        try:
            day = date.fromisoformat(updated)
        except ValueError:
            findings.error("last_updated_on", "must be a date such as 2026-04-01")
    if entity is None or entity_type is None or version is None or day is None:
        return None
    return PayerFile(
        entity, entity_type, day, version, text("issuer_name"), text("plan_name"),
        text("plan_id_type"), text("plan_id"), text("plan_market_type"),
    )  # fmt: skip


@contextmanager
def open_payer_prices(
    source: Source,
    *,
    npis: Collection[str] | None = None,
    tins: Collection[str] | None = None,
) -> Iterator[PayerPrices]:
    """An open in-network file; with `npis` or `tins`, only of groups that have one of these.

    Where a payer contracts with a tax number (`tins`) as a whole, it states no NPIs.

    Raises:
        FileRefused: it cannot be read, is no in-network file, or does not say whose it is; while
            it is iterated, that it is not well-formed from some place on.
    """
    prices = PayerPrices(source, npis, tins)
    try:
        yield prices
    finally:
        prices.close()
