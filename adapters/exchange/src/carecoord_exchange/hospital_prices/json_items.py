"""The items and modifiers of a hospital price JSON, read by the types of their members."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from carecoord.estimates.prices import Setting, StandardCharge
from carecoord_exchange.hospital_prices.cells import Draft
from carecoord_exchange.hospital_prices.charges import ModifierTerms, charge_of
from carecoord_exchange.hospital_prices.dictionary import Edition
from carecoord_exchange.hospital_prices.wanted import EVERYTHING, Wanted
from carecoord_exchange.problems import Findings

__all__ = ["Fields", "ItemReader"]


class Fields:
    """Reads the members of objects by their types; faults go to the findings with their path."""

    def __init__(self, edition: Edition, findings: Findings) -> None:
        self.edition = edition
        self.findings = findings

    def text(self, owner: Mapping[str, Any], key: str, path: str, *, needed: bool = False) -> str:
        """The text of the member, blanks taken off; empty if it is missing or wrong."""
        value = owner.get(key)
        where = f"{path}/{key}" if path else key
        if value is None and key not in owner:
            if needed:
                self.findings.error(where, "is missing")
            return ""
        if not isinstance(value, str):
            self.findings.error(where, "must be text")
            return ""
        value = value.strip()
        if not value and (needed or self.edition is Edition.V3):
            self.findings.error(where, "must not be blank")
        return value

    def number(self, owner: Mapping[str, Any], key: str, path: str) -> str:
        """The number of the member in plain digits; empty if it is missing or wrong."""
        value = owner.get(key)
        if key not in owner:
            return ""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.findings.error(f"{path}/{key}", "must be a number")
            return ""
        return f"{value:f}" if isinstance(value, Decimal) else str(value)

    def objects(
        self, owner: Mapping[str, Any], key: str, path: str, *, needed: bool
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """The objects of an array with the path of each; there must be one if it is there."""
        where = f"{path}/{key}" if path else key
        if key not in owner and not needed:
            return []
        value = owner.get(key)
        if not isinstance(value, list) or not value:
            self.findings.error(where, "must be an array with at least one object")
            return []
        found: list[tuple[str, Mapping[str, Any]]] = []
        for index, element in enumerate(value):
            if isinstance(element, dict):
                found.append((f"{where}/{index}", element))
            else:
                self.findings.error(f"{where}/{index}", "must be an object")
        return found


_ITEM_NUMBERS = {
    "gross": "gross_charge", "discounted_cash": "discounted_cash",
    "minimum": "minimum", "maximum": "maximum",
}  # fmt: skip
_RATE_NUMBERS = {
    "dollar": "standard_charge_dollar", "percentage": "standard_charge_percentage",
    "estimated": "estimated_amount", "median": "median_amount",
    "percentile_10": "10th_percentile", "percentile_90": "90th_percentile",
}  # fmt: skip
_RATE_TEXTS = {
    "payer_name": "payer_name", "plan_name": "plan_name", "methodology": "methodology",
    "algorithm": "standard_charge_algorithm", "count": "count",
    "notes": "additional_payer_notes",
}  # fmt: skip
_NAMES = {
    "notes": "additional_generic_notes", "drug_unit": "drug_information/unit",
    "drug_type": "drug_information/type", "code": "code_information",
    "code_type": "code_information", **_ITEM_NUMBERS,
}  # fmt: skip


class ItemReader(Fields):
    """Reads one element of the arrays of items and of modifiers, as far as it is wanted."""

    def __init__(self, edition: Edition, findings: Findings, wanted: Wanted) -> None:
        super().__init__(edition, findings)
        self.wanted = wanted

    def charges(self, value: Any) -> Iterator[StandardCharge | ModifierTerms]:
        """The charges of an item, one for each element of its `standard_charges`."""
        if not isinstance(value, dict):
            if self.wanted is EVERYTHING:
                self.findings.error("", "must be an object")
            return
        if not self.wanted.has_code(_codes_in(value)):
            return
        item = {"description": self.text(value, "description", "", needed=True)}
        drug = value.get("drug_information", {})
        if isinstance(drug, dict):
            read = self.text if self.edition is Edition.V2 else self.number
            item["drug_unit"] = read(drug, "unit", "drug_information")
            item["drug_type"] = self.text(drug, "type", "drug_information")
        else:
            self.findings.error("drug_information", "must be an object")
        codes = [
            (self.text(code, "code", path), self.text(code, "type", path))
            for path, code in self.objects(value, "code_information", "", needed=True)
        ]
        charges = self.objects(value, "standard_charges", "", needed=True)
        if self.findings.failed:
            return
        for path, charge in charges:
            if self.wanted.payers is None or any(map(self._is_wanted, _payers_in(charge))):
                yield from self._charge(item, codes, path, charge)

    def _is_wanted(self, payer: Mapping[str, Any]) -> bool:
        names = (payer.get("payer_name"), payer.get("plan_name"))
        payer_name, plan_name = (name.strip() if isinstance(name, str) else "" for name in names)
        return self.wanted.has_payer(payer_name, plan_name)

    def _charge(
        self,
        item: Mapping[str, str],
        codes: list[tuple[str, str]],
        path: str,
        charge: Mapping[str, Any],
    ) -> Iterator[StandardCharge | ModifierTerms]:
        part = ItemReader(self.edition, self.findings.part(), self.wanted)
        stated = {name: part.number(charge, key, path) for name, key in _ITEM_NUMBERS.items()}
        stated["setting"] = part.text(charge, "setting", path, needed=True)
        stated["billing_class"] = part.text(charge, "billing_class", path)
        stated["notes"] = part.text(charge, "additional_generic_notes", path)
        modifiers = charge.get("modifier_code", [])
        if isinstance(modifiers, list) and all(isinstance(code, str) for code in modifiers):
            stated["modifiers"] = "|".join(modifiers)
        else:
            part.findings.error(f"{path}/modifier_code", "must be an array of texts")
        failed = part.findings.failed
        rates, paths = part.rates(charge, path)
        self.findings.problems += part.findings.problems
        if failed:
            return

        def place(field: str, number: int | None) -> str:
            if field in ("code", "code_type"):
                kind = "code" if field == "code" else "type"
                return f"code_information/{number or 0}/{kind}"
            if number is not None:
                return f"{paths[number]}/{ {**_RATE_NUMBERS, **_RATE_TEXTS}.get(field, field) }"
            name = _NAMES.get(field, field)
            own = field in ("drug_unit", "drug_type", "description")
            return name if own else f"{path}/{name}"

        read = charge_of(
            Draft({**item, **stated}, codes, rates, place), self.edition, self.findings
        )
        if isinstance(read, StandardCharge):
            yield read
        else:
            yield from read

    def rates(
        self, charge: Mapping[str, Any], path: str
    ) -> tuple[list[Mapping[str, str]], list[str]]:
        """The payers' rates in bare text, and the path of each; one that is wrong is left out."""
        rates: list[Mapping[str, str]] = []
        paths: list[str] = []
        for where, payer in self.objects(charge, "payers_information", path, needed=False):
            if not self._is_wanted(payer):
                continue
            part = Fields(self.edition, self.findings.part())
            texts = {name: part.text(payer, key, where) for name, key in _RATE_TEXTS.items()}
            numbers = {name: part.number(payer, key, where) for name, key in _RATE_NUMBERS.items()}
            if numbers["estimated"] and self.edition is Edition.V3:
                part.findings.warning(f"{where}/estimated_amount", "is no part of version 3.0")
            if not part.findings.failed:
                rates.append({**texts, **numbers})
                paths.append(where)
            self.findings.problems += part.findings.problems
        return rates, paths

    def modifier(self, value: Any) -> Iterator[ModifierTerms]:
        """The terms of a modifier, one for each payer's plan."""
        if self.wanted.codes is not None:
            return
        if not isinstance(value, dict):
            self.findings.error("", "must be an object")
            return
        code = self.text(value, "code", "", needed=True)
        description = self.text(value, "description", "", needed=True)
        setting = None
        if text := self.text(value, "setting", ""):
            try:
                setting = Setting(text.lower())
            except ValueError:
                self.findings.error("setting", "must be one of inpatient, outpatient, both")
        payers = self.objects(value, "modifier_payer_information", "", needed=True)
        terms = [
            {key: self.text(payer, key, path, needed=True) for key in _TERMS}
            for path, payer in payers
            if self._is_wanted(payer)
        ]
        if self.findings.failed:
            return
        modifiers = tuple(filter(None, (part.strip() for part in code.split("|"))))
        for stated in terms:
            yield ModifierTerms(
                modifiers, description, setting, stated["payer_name"], stated["plan_name"],
                terms=stated["description"],
            )  # fmt: skip


_TERMS = ("payer_name", "plan_name", "description")


def _codes_in(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _objects_in(item, "code_information"):
        code, code_type = one.get("code"), one.get("type")
        if isinstance(code, str) and isinstance(code_type, str):
            yield code.strip(), code_type.strip()


def _payers_in(charge: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _objects_in(charge, "payers_information")


def _objects_in(owner: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = owner.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
