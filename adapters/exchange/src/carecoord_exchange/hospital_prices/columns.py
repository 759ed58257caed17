"""The columns of a hospital price CSV: what row 3 calls them, tall or wide.

Tall has a row for each payer's plan; wide has a group of columns for each. Case, blanks around
the parts of a header, blank headers and columns of the hospital's own do no harm.
"""

from collections.abc import Mapping, Sequence

from attrs import frozen

from carecoord_exchange.hospital_prices.dictionary import Edition
from carecoord_exchange.problems import Findings

__all__ = ["Columns", "columns_of", "parts_of"]

_ITEM = {
    "description": "description",
    "modifiers": "modifiers",
    "setting": "setting",
    "drug_unit_of_measurement": "drug_unit",
    "drug_type_of_measurement": "drug_type",
    "standard_charge|gross": "gross",
    "standard_charge|discounted_cash": "discounted_cash",
    "standard_charge|min": "minimum",
    "standard_charge|max": "maximum",
    "additional_generic_notes": "notes",
    "billing_class": "billing_class",
}
_RATE = {
    "standard_charge|negotiated_dollar": "dollar",
    "standard_charge|negotiated_percentage": "percentage",
    "standard_charge|negotiated_algorithm": "algorithm",
    "standard_charge|methodology": "methodology",
}
_ALLOWED_V2 = {"estimated_amount": "estimated"}
_ALLOWED_V3 = {
    "median_amount": "median",
    "10th_percentile": "percentile_10",
    "90th_percentile": "percentile_90",
    "count": "count",
}
_TALL_ONLY = {"payer_name": "payer_name", "plan_name": "plan_name"}
_WIDE_ONLY = {"additional_payer_notes": "notes"}
_MAY_LACK = {"billing_class"}
_MAY_LACK_V2 = _MAY_LACK | {"modifiers", "drug_unit", "drug_type", "estimated"}


@frozen
class Columns:
    """Where each field stands in a row; `headers` are as the file has them."""

    headers: tuple[str, ...]
    item: Mapping[str, int]
    codes: tuple[tuple[int, int], ...]
    tall: Mapping[str, int] | None
    wide: Mapping[tuple[str, str], Mapping[str, int]]

    def header(self, index: int | None, otherwise: str) -> str:
        """What the column is called in the file."""
        return self.headers[index] if index is not None else otherwise


def parts_of(header: str) -> tuple[str, ...]:
    """The parts of a header between its bars, blanks taken off."""
    return tuple(part.strip() for part in header.split("|"))


def columns_of(headers: Sequence[str], edition: Edition, findings: Findings) -> Columns:
    """The columns that the headers of row 3 name; faults go to `findings`."""
    found = _Found(edition, findings)
    for index, header in enumerate(headers):
        if header.strip():
            found.take(index, header.strip())
    return found.columns(tuple(header.strip() for header in headers))


class _Found:
    def __init__(self, edition: Edition, findings: Findings) -> None:
        self.findings = findings
        self.allowed = _ALLOWED_V2 if edition is Edition.V2 else _ALLOWED_V3
        self.may_lack = _MAY_LACK_V2 if edition is Edition.V2 else _MAY_LACK
        self.seen: set[tuple[str, ...]] = set()
        self.item: dict[str, int] = {}
        self.codes: dict[int, dict[str, int]] = {}
        self.tall: dict[str, int] = {}
        self.wide: dict[tuple[str, str], dict[str, int]] = {}

    def take(self, index: int, header: str) -> None:
        """Place one header, which is not blank."""
        parts = parts_of(header)
        key = tuple(part.lower() for part in parts)
        if key in self.seen:
            self.findings.error(header, "a column may not come twice")
        elif any(part.startswith("[") and part.endswith("]") for part in parts):
            self.findings.error(header, "the part in brackets has to be filled in")
        elif key[0] == "code" and len(key) in (2, 3):
            self._take_code(index, header, key)
        else:
            self._take_field(index, header, parts, "|".join(key))
        self.seen.add(key)

    def _take_code(self, index: int, header: str, key: tuple[str, ...]) -> None:
        number = key[1]
        if not (number.isascii() and number.isdigit() and 0 < len(number) < 4) or (
            len(key) == 3 and key[2] != "type"
        ):
            self.findings.error(header, "must be code|1, code|1|type and so on")
            return
        self.codes.setdefault(int(number), {})["code" if len(key) == 2 else "type"] = index

    def _take_field(self, index: int, header: str, parts: tuple[str, ...], key: str) -> None:
        if key in _ITEM:
            self.item[_ITEM[key]] = index
        elif name := {**_RATE, **self.allowed, **_TALL_ONLY}.get(key):
            self.tall[name] = index
        elif place := self._wide_field(parts):
            plan, name = place
            self.wide.setdefault(plan, {})[name] = index
        elif parts[0].lower() == "standard_charge":
            self.findings.error(header, "is not a standard charge of the dictionary")

    def _wide_field(self, parts: tuple[str, ...]) -> tuple[tuple[str, str], str] | None:
        first, last = parts[0].lower(), parts[-1].lower()
        if len(parts) == 4 and (name := _RATE.get(f"{first}|{last}")):
            return (parts[1], parts[2]), name
        if len(parts) == 3 and (name := {**self.allowed, **_WIDE_ONLY}.get(first)):
            return (parts[1], parts[2]), name
        return None

    def columns(self, headers: tuple[str, ...]) -> Columns:
        """What was found, when nothing is missing."""
        required_rate = {**_RATE, **self.allowed}
        self._require(_ITEM, self.item, "{}")
        if not self.codes:
            self.findings.error("code|1", "the column is missing")
        for number, pair in sorted(self.codes.items()):
            for kind, suffix in (("code", ""), ("type", "|type")):
                if kind not in pair:
                    self.findings.error(f"code|{number}{suffix}", "the column is missing")
        if bool(self.tall) == bool(self.wide):
            self.findings.error(
                "row 3", "must have either one set of payer columns (tall) or one for each (wide)"
            )
        elif self.tall:
            self._require({**required_rate, **_TALL_ONLY}, self.tall, "{}")
        for (payer, plan), group in self.wide.items():
            if not payer or not plan:
                self.findings.error(
                    "row 3", "a column for a payer's plan must name the payer and the plan"
                )
            middle = f"{payer}|{plan}"
            self._require(
                {
                    key.replace("|", f"|{middle}|") if "|" in key else f"{key}|{middle}": name
                    for key, name in {**required_rate, **_WIDE_ONLY}.items()
                },
                group,
                "{}",
            )
        return Columns(
            headers=headers,
            item=self.item,
            codes=tuple(
                (pair["code"], pair["type"])
                for _, pair in sorted(self.codes.items())
                if len(pair) == 2
            ),
            tall=self.tall or None,
            wide=self.wide,
        )

    def _require(self, known: Mapping[str, str], found: Mapping[str, int], shown: str) -> None:
        for key, name in known.items():
            if name not in found and name not in self.may_lack:
                self.findings.error(shown.format(key), "the column is missing")
