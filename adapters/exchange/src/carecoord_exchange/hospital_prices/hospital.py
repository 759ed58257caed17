"""What a price file says about the hospital itself, and reading it from the head of a CSV."""

import re
from collections.abc import Sequence
from datetime import date

from attrs import frozen

from carecoord_exchange.hospital_prices.columns import parts_of
from carecoord_exchange.hospital_prices.dictionary import STATES, Edition
from carecoord_exchange.problems import Findings

__all__ = ["Hospital", "hospital_of", "updated_on"]


@frozen
class Hospital:
    """Whose prices a file holds, as of when, and whether the hospital stands by them.

    NPIs are as the file has them: published examples carry numbers whose check digit is wrong.
    """

    name: str
    updated: date
    version: str
    edition: Edition
    locations: tuple[str, ...]
    addresses: tuple[str, ...]
    license_number: str | None
    license_state: str
    npis: tuple[str, ...] = ()
    confirmed: bool = True
    attester: str | None = None
    financial_aid_policy: str | None = None
    general_contract_provisions: str | None = None


def updated_on(text: str) -> date | None:
    """The day that a text such as 2026-04-01 or 4/1/2026 names, or None."""
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        month, day, year = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def hospital_of(
    headers: Sequence[str], values: Sequence[str], findings: Findings
) -> Hospital | None:
    """The hospital of rows 1 and 2 of a CSV; faults go to `findings`, and then it may be None."""
    cells = _Head(headers, values, findings)
    version = cells.required("version")
    edition = Edition.of(version.lower())
    if edition is None:
        if version:
            findings.error("version", "must be 2.0, 2.1, 2.2 or 3.0")
        return None
    name, updated = cells.required("hospital_name"), cells.required("last_updated_on")
    day = updated_on(updated)
    if day is None and updated:
        findings.error("last_updated_on", "must be a date such as 2026-04-01 or 4/1/2026")
    locations = cells.several(edition.location)
    addresses = cells.several("hospital_address")
    number, state = cells.license()
    confirmed = cells.statement(edition)
    later = edition is Edition.V3
    npis = cells.several("type_2_npi") if later else ()
    attester = cells.required("attester_name") if later else None
    if findings.failed or day is None:
        return None
    return Hospital(
        name, day, version, edition, locations, addresses, number, state, npis, confirmed,
        attester, cells.optional("financial_aid_policy"),
        cells.optional("general_contract_provisions"),
    )  # fmt: skip


class _Head:
    def __init__(self, headers: Sequence[str], values: Sequence[str], findings: Findings) -> None:
        self.findings = findings
        self.cells: dict[tuple[str, ...], str] = {}
        for index, header in enumerate(headers):
            key = tuple(part.lower() for part in parts_of(header))
            if key == ("",):
                continue
            if key in self.cells:
                findings.error(header, "a column may not come twice")
            self.cells[key] = values[index].strip() if index < len(values) else ""

    def required(self, name: str) -> str:
        value = self.cells.get((name,))
        if value is None:
            self.findings.error(name, "the column is missing")
        elif not value:
            self.findings.error(name, "must not be blank")
        return value or ""

    def several(self, name: str) -> tuple[str, ...]:
        parts = parts_of(self.required(name))
        if len(parts) > 1 and not all(parts):
            self.findings.error(name, "must not have a blank part between bars")
        return parts

    def optional(self, name: str) -> str | None:
        return self.cells.get((name,)) or None

    def license(self) -> tuple[str | None, str]:
        found = [key for key in self.cells if key[0] == "license_number"]
        if not found:
            self.findings.error("license_number|[state]", "the column is missing")
            return None, ""
        key = found[0]
        state = key[1].upper() if len(key) == 2 else ""
        if state not in STATES:
            self.findings.error("license_number|[state]", "must name a state in its header")
        return self.cells[key] or None, state

    def statement(self, edition: Edition) -> bool:
        for key, value in self.cells.items():
            if " ".join(key[0].split()).startswith(edition.statement):
                if value.lower() not in ("true", "false"):
                    self.findings.error("statement of truth", "must be true or false")
                if value.lower() == "false":
                    self.findings.warning("statement of truth", "the hospital does not confirm it")
                return value.lower() == "true"
        self.findings.error("statement of truth", "the column with the required text is missing")
        return False
