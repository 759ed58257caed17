"""Reading a hospital price JSON, item by item."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from carecoord.estimates.prices import StandardCharge
from carecoord_exchange.hospital_prices.charges import ModifierTerms
from carecoord_exchange.hospital_prices.dictionary import STATES, Edition
from carecoord_exchange.hospital_prices.hospital import Hospital, updated_on
from carecoord_exchange.hospital_prices.json_items import Fields, ItemReader
from carecoord_exchange.hospital_prices.wanted import EVERYTHING, Wanted
from carecoord_exchange.json_text import stream_members
from carecoord_exchange.problems import Findings, Problem
from carecoord_exchange.sources import UNREADABLE, Source, name_of, opened, refused

__all__ = ["JsonPrices"]

_CHARGES = "standard_charge_information"
_MODIFIERS = "modifier_information"
_ARRAYS = frozenset({_CHARGES, _MODIFIERS})


class JsonPrices:
    """An open hospital price JSON: the hospital at once, the charges as they are read.

    What is said about the hospital may follow the prices in the file, so it is looked for first,
    and the file is then read again from its start: a stream has to be able to go back. With some
    codes or payers wanted, it reads as if the file had no other items and rates.
    """

    def __init__(self, source: Source, wanted: Wanted = EVERYTHING) -> None:
        self.file = name_of(source)
        self.wanted = wanted
        self._open = ExitStack()
        try:
            self._stream = self._open.enter_context(opened(source))
            self.hospital, self.warnings = self._head()
        except BaseException:
            self._open.close()
            raise

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    def __iter__(self) -> Iterator[StandardCharge | ModifierTerms | Problem]:
        return (read for _, read in self.placed())

    def placed(
        self,
    ) -> Iterator[tuple[tuple[int, ...], StandardCharge | ModifierTerms | Problem]]:
        """What is read, and of a charge also its place in the array: for itself and each rate."""
        yield from (((), warning) for warning in self.warnings)
        for key, index, value in self._members():
            if index is None:
                if key == _MODIFIERS:
                    yield (), Problem(self.file, None, key, "must be an array")
                continue
            findings = Findings(self.file, index, within=f"{key}/{index}")
            reading = ItemReader(self.hospital.edition, findings, self.wanted)
            if key == _CHARGES:
                read = list(reading.charges(value))
            else:
                read = list(reading.modifier(value))
            yield from (((), problem) for problem in findings.problems)
            for one in read:
                rates = len(one.payer_rates) if isinstance(one, StandardCharge) else 0
                yield (index,) * (1 + rates), one

    def _members(self) -> Iterator[tuple[str, int | None, Any]]:
        try:
            self._stream.seek(0)
        except UNREADABLE:
            raise refused(self.file, "a JSON file has to be read twice; give its path") from None
        return stream_members(self._stream, file=self.file, arrays=_ARRAYS)

    def _head(self) -> tuple[Hospital, list[Problem]]:
        members: dict[str, Any] = {}
        priced = False
        findings = Findings(self.file)
        for key, index, value in self._members():
            if key == _CHARGES and index is not None:
                priced = True
                if _complete(members):
                    break
            elif index is None:
                members[key] = value
        if not priced:
            findings.error(_CHARGES, "must be an array with at least one item")
        hospital = _Head(members, findings).hospital()
        findings.refuse_if_failed()
        if hospital is None:
            raise refused(self.file, "does not say whose prices it holds")
        return hospital, findings.problems


def _complete(members: Mapping[str, Any]) -> bool:
    version = members.get("version")
    edition = Edition.of(version.strip().lower()) if isinstance(version, str) else None
    needed = {"hospital_name", "last_updated_on", "hospital_address", "license_information"}
    if edition is Edition.V3:
        needed |= {"type_2_npi", "attestation", edition.location}
    elif edition is Edition.V2:
        needed |= {"affirmation", edition.location}
    return edition is not None and needed <= members.keys()


class _Head:
    def __init__(self, members: Mapping[str, Any], findings: Findings) -> None:
        self.members = members
        self.findings = findings

    def hospital(self) -> Hospital | None:
        fields = Fields(Edition.V3, self.findings)
        version = fields.text(self.members, "version", "", needed=True)
        edition = Edition.of(version.lower())
        if version and edition is None:
            self.findings.error("version", "must be 2.0, 2.1, 2.2 or 3.0")
        name = fields.text(self.members, "hospital_name", "", needed=True)
        updated = fields.text(self.members, "last_updated_on", "", needed=True)
        day = updated_on(updated) if "-" in updated else None
        if day is None and updated:
            self.findings.error("last_updated_on", "must be a date such as 2026-04-01")
        later = edition is Edition.V3
        locations = self._texts((edition or Edition.V2).location)
        addresses = self._texts("hospital_address", blank=not later)
        npis = self._texts("type_2_npi") if later else ()
        number, state = self._license(fields)
        confirmed, attester = self._statement(fields, edition or Edition.V2)
        if self.findings.failed or edition is None or day is None:
            return None
        return Hospital(
            name, day, version, edition, locations, addresses, number, state, npis, confirmed,
            attester, self._optional("financial_aid_policy"),
            self._optional("general_contract_provisions"),
        )  # fmt: skip

    def _optional(self, key: str) -> str | None:
        value = self.members.get(key)
        return value if isinstance(value, str) and value.strip() else None

    def _texts(self, key: str, *, blank: bool = False) -> tuple[str, ...]:
        value = self.members.get(key)
        if not isinstance(value, list) or not value:
            self.findings.error(key, "must be an array with at least one text")
            return ()
        for index, text in enumerate(value):
            if not isinstance(text, str):
                self.findings.error(f"{key}/{index}", "must be text")
            elif not text.strip() and not blank:
                self.findings.error(f"{key}/{index}", "must not be blank")
        return tuple(text.strip() for text in value if isinstance(text, str))

    def _object(self, key: str) -> Mapping[str, Any] | None:
        value = self.members.get(key)
        if isinstance(value, dict):
            return value
        self.findings.error(key, "must be an object")
        return None

    def _license(self, fields: Fields) -> tuple[str | None, str]:
        found = self._object("license_information")
        if found is None:
            return None, ""
        state = fields.text(found, "state", "license_information", needed=True).upper()
        if state and state not in STATES:
            self.findings.error("license_information/state", "must be a state")
        return fields.text(found, "license_number", "license_information") or None, state

    def _statement(self, fields: Fields, edition: Edition) -> tuple[bool, str | None]:
        name = "affirmation" if edition is Edition.V2 else "attestation"
        found = self._object(name)
        if found is None:
            return False, None
        statement = " ".join(fields.text(found, name, name, needed=True).lower().split())
        if statement and not statement.startswith(edition.statement):
            self.findings.error(f"{name}/{name}", "must be the required text")
        confirmed = found.get(f"confirm_{name}")
        if not isinstance(confirmed, bool):
            self.findings.error(f"{name}/confirm_{name}", "must be true or false")
        elif not confirmed:
            self.findings.warning(f"{name}/confirm_{name}", "the hospital does not confirm it")
        attester = None
        if edition is Edition.V3:
            attester = fields.text(found, "attester_name", name, needed=True) or None
        return confirmed is True, attester
