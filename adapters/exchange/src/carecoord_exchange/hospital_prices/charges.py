"""From the words of one item of a price file to a StandardCharge, by the dictionary's conditions.

CSV rows and JSON objects become the same `Draft` of bare text, so each condition is written once.
What fails in one payer's rate leaves out that rate; what fails in the item leaves out the item.

Source: 45 CFR 180.50; the CMS data dictionaries, "Conditional Requirements", 2.2 and 3.0.
"""

import re
from collections.abc import Mapping

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
from carecoord.kernel.money import Money
from carecoord_exchange.hospital_prices.cells import NINE_NINES, Cells, Draft
from carecoord_exchange.hospital_prices.dictionary import Edition, code_system
from carecoord_exchange.problems import Findings

__all__ = ["ModifierTerms", "charge_of", "further_rates_of"]

_NEGOTIATED = ("dollar", "percentage", "algorithm")


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


def charge_of(
    draft: Draft, edition: Edition, findings: Findings
) -> StandardCharge | tuple[ModifierTerms, ...]:
    """The charge that the draft states, or the terms of a modifier; an empty tuple for neither.

    Every fault goes to `findings`.
    """
    return _Reading(draft, edition, findings).result()


def further_rates_of(
    draft: Draft, edition: Edition, findings: Findings, charge: StandardCharge
) -> list[PayerRate]:
    """The rates of a draft about the very item that became `charge`; faulty ones are left out."""
    reading = _Reading(draft, edition, findings)
    reading.check_charges(charge.minimum, charge.maximum)
    rates = [reading.rate(number, rate) for number, rate in enumerate(draft.rates)]
    return [] if reading.failed else [rate for rate in rates if rate is not None]


class _Reading(Cells):
    def __init__(self, draft: Draft, edition: Edition, findings: Findings) -> None:
        super().__init__(draft, findings)
        self.edition = edition

    def result(self) -> StandardCharge | tuple[ModifierTerms, ...]:
        draft, item = self.draft, self.draft.item
        description = item.get("description", "")
        if not description:
            self.error("description", "must not be blank")
        codes = self._codes()
        modifiers = tuple(filter(None, re.split(r"[\s|,;]+", item.get("modifiers", ""))))
        by_itself = not draft.codes and bool(modifiers)
        setting = self.choice(Setting, "setting", required=not by_itself)
        drug = self._drug()
        gross, cash = self.amount("gross"), self.amount("discounted_cash")
        minimum, maximum = self.amount("minimum"), self.amount("maximum")
        billing_class = self.choice(BillingClass, "billing_class", unknown_is_warning=True)
        if not draft.codes and not modifiers:
            self.error("code", "an item needs a code and its type", 0)
        if not by_itself:
            self.check_charges(minimum, maximum)
        rates = [self.rate(number, rate, by_itself) for number, rate in enumerate(draft.rates)]
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
            self.invalid(invalid)
            return ()

    def _codes(self) -> tuple[Code, ...]:
        codes: list[Code] = []
        for number, (code, code_type) in enumerate(self.draft.codes):
            known = code_type.upper()
            if not code:
                self.error("code", "a type of code needs the code", number)
            elif not code_type:
                self.error("code_type", "a code needs its type", number)
            elif not self.edition.knows_code_type(known):
                self.error("code_type", "is not a type of code in the dictionary", number)
            else:
                try:
                    codes.append(Code(code_system(known), code))
                except InvalidValue as invalid:
                    self.error("code", invalid.reason, number)
        return tuple(dict.fromkeys(codes))

    def _drug(self) -> DrugMeasure | None:
        item = self.draft.item
        stated = bool(item.get("drug_unit") or item.get("drug_type"))
        needed = any(code_type.upper() == "NDC" for _, code_type in self.draft.codes)
        if not stated and not needed:
            return None
        unit = self.choice(DrugUnit, "drug_type", required=True, upper=True)
        quantity = self.number("drug_unit", required=True)
        return None if unit is None or quantity is None else DrugMeasure(quantity, unit)

    def check_charges(self, minimum: Money | None, maximum: Money | None) -> None:
        item, rates = self.draft.item, self.draft.rates
        negotiated = any(rate.get(form) for rate in rates for form in _NEGOTIATED)
        if not (item.get("gross") or item.get("discounted_cash") or negotiated):
            self.error("gross", "an item needs a gross, cash or negotiated charge")
        if any(rate.get("dollar") for rate in rates):
            for bound, amount in (("minimum", minimum), ("maximum", maximum)):
                if amount is None and not item.get(bound):
                    self.error(bound, "must be stated with a negotiated dollar amount")
        elif not negotiated and (minimum is not None or maximum is not None):
            self.warning("minimum", "is stated without any negotiated charge")

    def rate(
        self, number: int, rate: Mapping[str, str], by_itself: bool = False
    ) -> PayerRate | None:
        if not any(rate.get(form) for form in _NEGOTIATED):
            if not by_itself:
                self._check_unstated(number, rate)
            return None
        failed, self.failed = self.failed, False
        for name in ("payer_name", "plan_name"):
            if not rate.get(name):
                self.error(name, "must be stated with a negotiated charge", number)
        methodology = self.choice(Methodology, "methodology", number, required=not by_itself)
        noted = rate.get("notes") or self.draft.item.get("notes")
        if methodology is Methodology.OTHER and not noted:
            self.error("notes", "must explain a methodology of 'other'", number)
        if not by_itself:
            self._check_allowed(number, rate, bool(noted))
        dollar, percentage = self.amount("dollar", number), self.percentage(number)
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
            self.invalid(invalid, number)
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
            self.warning("dollar", reason, number)

    def _check_allowed(self, number: int, rate: Mapping[str, str], noted: bool) -> None:
        computed = rate.get("percentage") or rate.get("algorithm")
        if self.edition is Edition.V2:
            if computed and not rate.get("dollar") and not rate.get("estimated"):
                self.error(
                    "estimated", "must be stated where no dollar amount is negotiated", number
                )
            return
        if rate.get("count") == "0" and not noted:
            self.error("notes", "must explain why no remittance was counted", number)
        if not computed:
            return
        if not rate.get("count"):
            self.error("count", "must be stated with a percentage or algorithm", number)
        elif rate.get("count") != "0":
            for name in ("median", "percentile_10", "percentile_90"):
                if not rate.get(name):
                    self.error(name, "must be stated with a percentage or algorithm", number)

    def _allowed(self, number: int, rate: Mapping[str, str]) -> AllowedAmounts | None:
        count = None
        if rate.get("count") == str(NINE_NINES):
            self.warning("count", "nine nines stand for no number; not taken", number)
        elif rate.get("count"):
            try:
                count = Remittances.of(rate["count"].lower())
            except InvalidValue as invalid:
                self.error("count", invalid.reason, number)
        allowed = AllowedAmounts(
            median=self.amount("median", number),
            percentile_10=self.amount("percentile_10", number),
            percentile_90=self.amount("percentile_90", number),
            count=count,
            estimated=self.amount("estimated", number),
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
            self.error("notes", "a modifier by itself needs a negotiated charge or notes")
        return tuple(terms)
