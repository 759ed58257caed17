"""Reading the negotiated rates of one item of an in-network file."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import (
    BillingClass,
    Setting,
)
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money, Rate
from carecoord.kernel.values import check_text
from carecoord_exchange.amounts import (
    ROUNDED_MONEY,
    ROUNDED_RATE,
    money_of,
    number_of,
    rate_of,
)
from carecoord_exchange.hospital_prices.dictionary import CODE_SYSTEMS
from carecoord_exchange.payer_prices.network_rate import (
    ALL_CODES,
    Arrangement,
    NetworkRate,
    RateType,
)
from carecoord_exchange.problems import Findings

__all__ = ["rates_of"]

_ALL_TYPES = "CSTM-ALL"
_NO_END = date(9999, 12, 31)


_BILLING_CLASS = {
    "professional": BillingClass.PROFESSIONAL,
    "institutional": BillingClass.FACILITY,
    "both": BillingClass.BOTH,
}


def rates_of(
    item: Any, wanted: frozenset[int] | None, findings: Findings, *, settings_stated: bool
) -> Iterator[NetworkRate]:
    """The rates of an element of `in_network`; of the wanted groups of providers, or of all.

    Faults go to `findings`, and leave out the rate or item that they are about.
    """
    yield from _Item(wanted, findings, settings_stated).rates(item)


class _Item:
    def __init__(
        self, wanted: frozenset[int] | None, findings: Findings, settings_stated: bool
    ) -> None:
        self.wanted = wanted
        self.findings = findings
        self.settings_stated = settings_stated

    def rates(self, item: Any) -> Iterator[NetworkRate]:
        if not isinstance(item, dict):
            self.findings.error("", "must be an object")
            return
        arrangement = self._choice(item, "negotiation_arrangement", "", Arrangement)
        code = self._code(item, "")
        name = self._text(item, "name", "") or self._text(item, "description", "")
        if name is None:
            self.findings.error("name", "is missing")
        components = [
            self._code(part, path)
            for key in ("bundled_codes", "covered_services")
            for path, part in self._objects(item, key, "", needed=False)
        ]
        if arrangement is None or code is None or name is None or None in components:
            return
        base = {
            "code": code,
            "name": name,
            "arrangement": arrangement,
            "severity": self._text(item, "severity_of_illness", ""),
            "components": tuple(part for part in components if part is not None),
        }
        for path, rate in self._objects(item, "negotiated_rates", "", needed=True):
            groups = self._groups(rate, path)
            if groups is None or (self.wanted is not None and not groups):
                continue
            for where, price in self._objects(rate, "negotiated_prices", path, needed=True):
                read = self._price(price, where, groups, base)
                if read is not None:
                    yield read

    def _groups(self, rate: Mapping[str, Any], path: str) -> tuple[int, ...] | None:
        found = rate.get("provider_references", [])
        if not isinstance(found, list) or not all(
            isinstance(one, int) and not isinstance(one, bool) for one in found
        ):
            self.findings.error(f"{path}/provider_references", "must be an array of numbers")
            return None
        return tuple(one for one in found if self.wanted is None or one in self.wanted)

    def _price(
        self,
        price: Mapping[str, Any],
        path: str,
        groups: tuple[int, ...],
        base: Mapping[str, Any],
    ) -> NetworkRate | None:
        type = self._choice(price, "negotiated_type", path, RateType)
        class_name = self._text(price, "billing_class", path)
        billing_class = _BILLING_CLASS.get(class_name or "")
        if billing_class is None:
            known = ", ".join(_BILLING_CLASS)
            self.findings.error(f"{path}/billing_class", f"must be one of {known}")
        setting: Setting | None = Setting.BOTH
        if self.settings_stated or "setting" in price:
            setting = self._choice(price, "setting", path, Setting)
        expires = self._date(price, "expiration_date", path)
        places = self._texts(price, "service_code", path)
        unplaced = billing_class is BillingClass.PROFESSIONAL and not places
        if unplaced:
            self.findings.error(
                f"{path}/service_code", "must be stated for a professional billing class"
            )
        value = self._number(price, path)
        if type is None or billing_class is None or setting is None or unplaced:
            return None
        if expires is None or value is None:
            return None
        try:
            dollar, percentage = self._amount(value, type, path)
        except InvalidValue as invalid:
            self.findings.error(f"{path}/negotiated_rate", invalid.reason)
            return None
        return NetworkRate(
            **base, type=type, billing_class=billing_class, setting=setting,
            provider_groups=groups, dollar=dollar, percentage=percentage,
            expires=None if expires == _NO_END else expires,
            places_of_service=() if places == (ALL_CODES,) else places,
            modifiers=self._texts(price, "billing_code_modifier", path),
            notes=self._text(price, "additional_information", path),
        )  # fmt: skip

    def _amount(
        self, value: Decimal, type: RateType, path: str
    ) -> tuple[Money | None, Rate | None]:
        if type is RateType.PERCENTAGE:
            percentage, rounded = rate_of(value)
            if rounded:
                self.findings.warning(f"{path}/negotiated_rate", ROUNDED_RATE)
            return None, percentage
        dollar, rounded = money_of(value)
        if rounded:
            self.findings.warning(f"{path}/negotiated_rate", ROUNDED_MONEY)
        return dollar, None

    def _number(self, price: Mapping[str, Any], path: str) -> Decimal | None:
        value = price.get("negotiated_rate")
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            try:
                return number_of(f"{value:f}" if isinstance(value, Decimal) else str(value))
            except InvalidValue as invalid:
                self.findings.error(f"{path}/negotiated_rate", invalid.reason)
        else:
            self.findings.error(f"{path}/negotiated_rate", "must be a number")
        return None

    def _code(self, owner: Mapping[str, Any], path: str) -> Code | None:
        type = self._text(owner, "billing_code_type", path)
        value = self._text(owner, "billing_code", path)
        where = f"{path}/" if path else ""
        system = CODE_SYSTEMS.get(type or "")
        if type == _ALL_TYPES:
            system = f"https://www.cms.gov/transparency-in-coverage/code-type#{_ALL_TYPES}"
        if system is None:
            self.findings.error(f"{where}billing_code_type", "is not a type of code that is known")
        if value is None:
            self.findings.error(f"{where}billing_code", "is missing")
        if system is None or value is None:
            return None
        try:
            return Code(system, value)
        except InvalidValue as invalid:
            self.findings.error(f"{where}billing_code", invalid.reason)
            return None

    def _text(self, owner: Mapping[str, Any], key: str, path: str) -> str | None:
        value = owner.get(key)
        if value is None:
            return None
        try:
            return check_text(key, value).strip()
        except InvalidValue as invalid:
            self.findings.error(f"{path}/{key}" if path else key, invalid.reason)
            return None

    def _texts(self, owner: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
        value = owner.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(one.strip() for one in value if one.strip())
        self.findings.error(f"{path}/{key}", "must be an array of texts")
        return ()

    def _date(self, owner: Mapping[str, Any], key: str, path: str) -> date | None:
        value = owner.get(key)
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.findings.error(f"{path}/{key}", "must be a date such as 2026-12-31")
        return None

    def _choice(self, owner: Mapping[str, Any], key: str, path: str, choices: type[Any]) -> Any:
        try:
            return choices(owner.get(key))
        except ValueError:
            names = ", ".join(str(choice.value) for choice in choices)
            where = f"{path}/{key}" if path else key
            self.findings.error(where, f"must be one of {names}")
            return None

    def _objects(
        self, owner: Mapping[str, Any], key: str, path: str, *, needed: bool
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        where = f"{path}/{key}" if path else key
        value = owner.get(key, None if needed else [])
        if not isinstance(value, list) or (needed and not value):
            self.findings.error(where, "must be an array with at least one object")
            return
        for index, one in enumerate(value):
            if isinstance(one, dict):
                yield f"{where}/{index}", one
            else:
                self.findings.error(f"{where}/{index}", "must be an object")
