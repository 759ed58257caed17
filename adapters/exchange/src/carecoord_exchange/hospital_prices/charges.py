"""From the words of one item of a price file to a StandardCharge, by the dictionary's conditions.

CSV rows and JSON objects become the same `Draft` of bare text, so each condition is written once.
What fails in one payer's rate leaves out that rate; what fails in the item leaves out the item.

Source: 45 CFR 180.50; the CMS data dictionaries, "Conditional Requirements", 2.2 and 3.0.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.prices import (
    AllowedAmounts,
    BillingClass,
    DrugMeasure,
    DrugUnit,
    Methodology,
    PayerRate,
    Remittances,
    Setting,
    StandardCharge,
)
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money, Rate
from carecoord_exchange.amounts import (
    ROUNDED_MONEY,
    ROUNDED_RATE,
    money_of,
    number_of,
    rate_of,
)
from carecoord_exchange.hospital_prices.dictionary import Edition, code_system
from carecoord_exchange.problems import Findings

__all__ = ["Draft", "ModifierTerms", "charge_of"]

_NINE_NINES = Decimal(999_999_999)
_NEGOTIATED = ("dollar", "percentage", "algorithm")
T = TypeVar("T")
_EnumT = TypeVar("_EnumT", bound=Enum)


@frozen
class ModifierTerms:
    """What a modifier changes, stated by itself and not for one item."""

    modifiers: tuple[str, ...]
    description: str
    setting: Setting | None = None
    payer_name: str | None = None
    plan_name: str | None = None
    rate: PayerRate | None = None
    terms: str | None = None


@frozen
class Draft:
    """One item in bare text, blanks taken off; a field that is not stated is missing or empty.

    `item` has description, setting, modifiers, gross, discounted_cash, minimum, maximum,
    drug_unit, drug_type, billing_class and notes; `codes` are pairs of code and type; each of
    `rates` has payer_name, plan_name, dollar, percentage, algorithm, methodology, notes and the
    allowed amounts. `place` says where a field stands in the file; its number is that of the
    code or rate. `names_each_payer` is false where the payers are named by columns, whether or
    not they have a rate for the item.
    """

    item: Mapping[str, str]
    codes: Sequence[tuple[str, str]]
    rates: Sequence[Mapping[str, str]]
    place: Callable[[str, int | None], str]
    names_each_payer: bool = True


def charge_of(
    draft: Draft, edition: Edition, findings: Findings
) -> StandardCharge | tuple[ModifierTerms, ...]:
    """The charge that the draft states, or the terms of a modifier; an empty tuple for neither.

    Every fault goes to `findings`.
    """
    return _Reading(draft, edition, findings).result()


class _Reading:
    def __init__(self, draft: Draft, edition: Edition, findings: Findings) -> None:
        self.draft = draft
        self.edition = edition
        self.findings = findings
        self.failed = False

    def result(self) -> StandardCharge | tuple[ModifierTerms, ...]:
        draft, item = self.draft, self.draft.item
        description = item.get("description", "")
        if not description:
            self._error("description", "must not be blank")
        codes = self._codes()
        modifiers = tuple(filter(None, re.split(r"[\s|,;]+", item.get("modifiers", ""))))
        by_itself = not draft.codes and bool(modifiers)
        setting = self._choice(Setting, "setting", required=not by_itself)
        drug = self._drug()
        gross, cash = self._amount("gross"), self._amount("discounted_cash")
        minimum, maximum = self._amount("minimum"), self._amount("maximum")
        billing_class = self._choice(BillingClass, "billing_class", unknown_is_warning=True)
        if not draft.codes and not modifiers:
            self._error("code", "an item needs a code and its type", 0)
        if not by_itself:
            self._check_charges(minimum, maximum)
        rates = [self._rate(number, rate, by_itself) for number, rate in enumerate(draft.rates)]
        if self.failed:
            return ()
        kept = tuple(rate for rate in rates if rate is not None)
        notes = item.get("notes") or None
        if by_itself:
            return self._modifier(modifiers, description, setting, kept, notes)
        if gross is None and cash is None and not kept:
            return ()
        try:
            return StandardCharge(
                description=description, codes=codes, setting=setting or Setting.BOTH,
                modifiers=modifiers, gross=gross, discounted_cash=cash, payer_rates=kept,
                minimum=minimum, maximum=maximum, drug=drug, billing_class=billing_class,
                notes=notes,
            )  # fmt: skip
        except InvalidValue as invalid:
            self._invalid(invalid)
            return ()

    def _codes(self) -> tuple[Code, ...]:
        codes: list[Code] = []
        for number, (code, code_type) in enumerate(self.draft.codes):
            known = code_type.upper()
            if not code:
                self._error("code", "a type of code needs the code", number)
            elif not code_type:
                self._error("code_type", "a code needs its type", number)
            elif not self.edition.knows_code_type(known):
                self._error("code_type", "is not a type of code in the dictionary", number)
            else:
                try:
                    codes.append(Code(code_system(known), code))
                except InvalidValue as invalid:
                    self._error("code", invalid.reason, number)
        return tuple(dict.fromkeys(codes))

    def _drug(self) -> DrugMeasure | None:
        item = self.draft.item
        stated = bool(item.get("drug_unit") or item.get("drug_type"))
        needed = any(code_type.upper() == "NDC" for _, code_type in self.draft.codes)
        if not stated and not needed:
            return None
        unit = self._choice(DrugUnit, "drug_type", required=True, upper=True)
        quantity = self._number("drug_unit", required=True)
        return None if unit is None or quantity is None else DrugMeasure(quantity, unit)

    def _check_charges(self, minimum: Money | None, maximum: Money | None) -> None:
        item, rates = self.draft.item, self.draft.rates
        negotiated = any(rate.get(form) for rate in rates for form in _NEGOTIATED)
        if not (item.get("gross") or item.get("discounted_cash") or negotiated):
            self._error("gross", "an item needs a gross, cash or negotiated charge")
        if any(rate.get("dollar") for rate in rates):
            for bound, amount in (("minimum", minimum), ("maximum", maximum)):
                if amount is None and not item.get(bound):
                    self._error(bound, "must be stated with a negotiated dollar amount")
        elif not negotiated and (minimum is not None or maximum is not None):
            self._warning("minimum", "is stated without any negotiated charge")

    def _rate(self, number: int, rate: Mapping[str, str], by_itself: bool) -> PayerRate | None:
        if not any(rate.get(form) for form in _NEGOTIATED):
            if not by_itself:
                self._check_unstated(number, rate)
            return None
        failed, self.failed = self.failed, False
        for name in ("payer_name", "plan_name"):
            if not rate.get(name):
                self._error(name, "must be stated with a negotiated charge", number)
        methodology = self._choice(Methodology, "methodology", number, required=not by_itself)
        noted = rate.get("notes") or self.draft.item.get("notes")
        if methodology is Methodology.OTHER and not noted:
            self._error("notes", "must explain a methodology of 'other'", number)
        if not by_itself:
            self._check_allowed(number, rate, bool(noted))
        dollar, percentage = self._amount("dollar", number), self._percentage(number)
        allowed = self._allowed(number, rate)
        try:
            if self.failed:
                return None
            return PayerRate(
                payer_name=rate.get("payer_name", ""), plan_name=rate.get("plan_name", ""),
                negotiated_dollar=dollar, negotiated_percentage=percentage,
                negotiated_algorithm=rate.get("algorithm") or None, methodology=methodology,
                allowed=allowed, notes=rate.get("notes") or None,
            )  # fmt: skip
        except InvalidValue as invalid:
            self._invalid(invalid, number)
            return None
        finally:
            self.failed = failed

    def _check_unstated(self, number: int, rate: Mapping[str, str]) -> None:
        """A rate of none of the three forms; some of its fields may be there all the same."""
        if not self.draft.names_each_payer or not (
            rate.get("payer_name") and rate.get("plan_name")
        ):
            return
        reason = "names a payer's plan without a negotiated charge"
        if self.edition is Edition.V3:
            self.findings.error(self.draft.place("dollar", number), reason)
        else:
            self._warning("dollar", reason, number)

    def _check_allowed(self, number: int, rate: Mapping[str, str], noted: bool) -> None:
        computed = rate.get("percentage") or rate.get("algorithm")
        if self.edition is Edition.V2:
            if computed and not rate.get("dollar") and not rate.get("estimated"):
                self._error(
                    "estimated", "must be stated where no dollar amount is negotiated", number
                )
            return
        if rate.get("count") == "0" and not noted:
            self._error("notes", "must explain why no remittance was counted", number)
        if not computed:
            return
        if not rate.get("count"):
            self._error("count", "must be stated with a percentage or algorithm", number)
        elif rate.get("count") != "0":
            for name in ("median", "percentile_10", "percentile_90"):
                if not rate.get(name):
                    self._error(name, "must be stated with a percentage or algorithm", number)

    def _allowed(self, number: int, rate: Mapping[str, str]) -> AllowedAmounts | None:
        count = None
        if rate.get("count") == str(_NINE_NINES):
            self._warning("count", "nine nines stand for no number; not taken", number)
        elif rate.get("count"):
            try:
                count = Remittances.of(rate["count"].lower())
            except InvalidValue as invalid:
                self._error("count", invalid.reason, number)
        allowed = AllowedAmounts(
            median=self._amount("median", number),
            percentile_10=self._amount("percentile_10", number),
            percentile_90=self._amount("percentile_90", number),
            count=count,
            estimated=self._amount("estimated", number),
        )
        return None if allowed == AllowedAmounts() else allowed

    def _modifier(
        self,
        modifiers: tuple[str, ...],
        description: str,
        setting: Setting | None,
        rates: tuple[PayerRate, ...],
        notes: str | None,
    ) -> tuple[ModifierTerms, ...]:
        terms = [
            ModifierTerms(
                modifiers, description, setting, rate.payer_name, rate.plan_name, rate,
                rate.notes or notes,
            )
            for rate in rates
        ]  # fmt: skip
        terms += [
            ModifierTerms(
                modifiers, description, setting, rate.get("payer_name") or None,
                rate.get("plan_name") or None, None, rate["notes"],
            )
            for rate in self.draft.rates
            if rate.get("notes") and not any(rate.get(form) for form in _NEGOTIATED)
        ]  # fmt: skip
        if not terms and notes:
            terms.append(ModifierTerms(modifiers, description, setting, terms=notes))
        if not terms and not self.findings.failed:
            self._error("notes", "a modifier by itself needs a negotiated charge or notes")
        return tuple(terms)

    def _text(self, field: str, number: int | None) -> str:
        holder = self.draft.item if number is None else self.draft.rates[number]
        return holder.get(field, "")

    def _number(
        self, field: str, number: int | None = None, *, required: bool = False
    ) -> Decimal | None:
        text = self._text(field, number)
        if text or required:
            try:
                return number_of(text)
            except InvalidValue as invalid:
                self._error(field, invalid.reason if text else "must not be blank", number)
        return None

    def _amount(self, field: str, number: int | None = None) -> Money | None:
        value = self._number(field, number)
        if value == _NINE_NINES:
            self._warning(field, "nine nines stand for no amount; not taken", number)
            return None
        return self._brought(money_of, ROUNDED_MONEY, value, field, number)

    def _percentage(self, number: int) -> Rate | None:
        value = self._number("percentage", number)
        return self._brought(rate_of, ROUNDED_RATE, value, "percentage", number)

    def _brought(
        self,
        bring: Callable[[Decimal], tuple[T, bool]],
        how: str,
        value: Decimal | None,
        field: str,
        number: int | None,
    ) -> T | None:
        if value is None:
            return None
        try:
            brought, rounded = bring(value)
        except InvalidValue as invalid:
            self._error(field, invalid.reason, number)
            return None
        if rounded:
            self._warning(field, how, number)
        return brought

    def _choice(
        self,
        choices: type[_EnumT],
        field: str,
        number: int | None = None,
        *,
        required: bool = False,
        upper: bool = False,
        unknown_is_warning: bool = False,
    ) -> _EnumT | None:
        text = self._text(field, number)
        if not text:
            if required:
                self._error(field, "must not be blank", number)
            return None
        try:
            return choices(" ".join((text.upper() if upper else text.lower()).split()))
        except ValueError:
            names = ", ".join(str(choice.value) for choice in choices)
            if unknown_is_warning:
                self._warning(field, "is not known; not taken", number)
            else:
                self._error(field, f"must be one of {names}", number)
            return None

    def _invalid(self, invalid: InvalidValue, number: int | None = None) -> None:
        """What the value itself refuses, such as text that no store can keep."""
        field = invalid.field.rpartition(".")[2]
        own = {"negotiated_algorithm": "algorithm", "negotiated_dollar": "dollar"}
        self._error(own.get(field, field), invalid.reason, number)

    def _warning(self, field: str, reason: str, number: int | None = None) -> None:
        self.findings.warning(self.draft.place(field, number), reason)

    def _error(self, field: str, reason: str, number: int | None = None) -> None:
        self.failed = True
        self.findings.error(self.draft.place(field, number), reason)
