"""Amounts: who bears a charge, to the cent.

charge = the plans' payments + the patient's responsibility + contractual adjustment + what the
provider may not bill; amounts that do not add up cannot be made.
"""

from collections.abc import Sequence

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.estimates.cost_sharing import Figures
from carecoord.kernel.money import Money
from carecoord.kernel.values import checked

__all__ = ["Amounts"]


@frozen(field_transformer=checked, kw_only=True)
class Amounts:
    """Who bears the charge of a line or of a whole estimate; they add up to it.

    `payments` has one amount for each plan of the estimate, in their order. Adjustments are signed:
    a contract can allow more than is charged.

    Raises:
        InvalidValue: they do not add up, or a part that cannot be negative is.
    """

    charge: Money
    allowed: Money
    payments: tuple[Money, ...] = ()
    contractual_adjustment: Money
    provider_liability: Money
    deductible: Money
    copay: Money
    coinsurance: Money
    not_covered: Money
    balance_bill: Money
    self_pay: Money

    def __attrs_post_init__(self) -> None:
        parts = (*self.payments, self.provider_liability, *self._owed())
        if min(part.cents for part in parts) < 0:
            raise InvalidValue("Amounts", "must not be negative")
        if Money.total((self.contractual_adjustment, *parts)) != self.charge:
            raise InvalidValue("Amounts", "must add up to the charge")

    def _owed(self) -> tuple[Money, ...]:
        return (
            self.deductible,
            self.copay,
            self.coinsurance,
            self.not_covered,
            self.balance_bill,
            self.self_pay,
        )

    @property
    def patient_responsibility(self) -> Money:
        """What the patient owes."""
        return Money.total(self._owed())

    @property
    def paid(self) -> Money:
        """What all plans pay."""
        return Money.total(self.payments, self.charge.currency)

    @classmethod
    def of(
        cls, figures: Figures, currency: str = "USD", payments: tuple[int, ...] | None = None
    ) -> "Amounts":
        """From the figures of a line, in cents; of one plan, or with the payments of several."""
        return cls(
            charge=Money(figures.charge, currency),
            allowed=Money(figures.allowed, currency),
            payments=tuple(Money(paid, currency) for paid in payments or (figures.paid,)),
            contractual_adjustment=Money(figures.contractual, currency),
            provider_liability=Money(figures.liable, currency),
            deductible=Money(figures.deductible, currency),
            copay=Money(figures.copay, currency),
            coinsurance=Money(figures.coinsurance, currency),
            not_covered=Money(figures.not_covered, currency),
            balance_bill=Money(figures.balance, currency),
            self_pay=Money(0, currency),
        )

    @classmethod
    def cash(cls, charge: Money, owed: Money) -> "Amounts":
        """Of a patient who pays alone: the discount is the adjustment."""
        nothing = Money(0, charge.currency)
        return cls(
            charge=charge,
            allowed=owed,
            contractual_adjustment=charge - owed,
            provider_liability=nothing,
            deductible=nothing,
            copay=nothing,
            coinsurance=nothing,
            not_covered=nothing,
            balance_bill=nothing,
            self_pay=owed,
        )

    @classmethod
    def total(cls, amounts: Sequence["Amounts"]) -> "Amounts":
        """The sum, part by part.

        Raises:
            InvalidValue: there is nothing to add up.
        """
        if not amounts:
            raise InvalidValue("Amounts", "must not be empty")

        def over(name: str) -> Money:
            return Money.total(getattr(one, name) for one in amounts)

        return cls(
            payments=tuple(
                Money.total(column)
                for column in zip(*(one.payments for one in amounts), strict=True)
            ),
            **{name: over(name) for name in _PARTS},
        )


_PARTS = (
    "charge",
    "allowed",
    "contractual_adjustment",
    "provider_liability",
    "deductible",
    "copay",
    "coinsurance",
    "not_covered",
    "balance_bill",
    "self_pay",
)
