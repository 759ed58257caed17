"""Payment plans: instalments that add up exactly, and when they are behind.

PaymentPlan.equal(Money.of("500.00"), count=3, first_due=date(2026, 1, 31), agreed_on=…)
# 166.67 on 31 January, 166.67 on 28 February, 166.66 on 31 March
"""

from calendar import monthrange
from datetime import date
from itertools import pairwise
from operator import attrgetter

from attrs import field, frozen

from carecoord.errors import Allowed, Answer, InvalidValue, Refused
from carecoord.kernel.money import Money
from carecoord.kernel.values import checked

__all__ = [
    "MOST_INSTALMENTS",
    "RULES",
    "WARNINGS",
    "Instalment",
    "PaymentPlan",
    "plan_is_within_what_the_patient_owes",
    "plan_stays_clear_of_regulation_z",
]

MOST_INSTALMENTS = 4
"""Written agreements in more instalments than these, down payment apart, can be credit."""


@frozen(field_transformer=checked)
class Instalment:
    """What is to be paid by the end of a day."""

    due: date
    amount: Money = field(repr=attrgetter("currency"))


@frozen(field_transformer=checked, kw_only=True)
class PaymentPlan:
    """What a patient agreed to pay, and when; without interest or fees.

    `down_payment` is paid on the day of the agreement and is none of the instalments.

    Raises:
        InvalidValue: it does not add up to the total, or the days do not rise.
    """

    agreed_on: date
    total: Money
    instalments: tuple[Instalment, ...]
    down_payment: Money
    written: bool = True

    def __attrs_post_init__(self) -> None:
        if not self.instalments or any(one.amount.cents <= 0 for one in self.instalments):
            raise InvalidValue("PaymentPlan.instalments", "must be some, each above zero")
        if self.down_payment.cents < 0:
            raise InvalidValue("PaymentPlan.down_payment", "must not be below zero")
        days = [self.agreed_on, *(one.due for one in self.instalments)]
        if any(after <= before for before, after in pairwise(days)):
            raise InvalidValue("PaymentPlan.instalments", "must be due one after the other")
        paid = Money.total(one.amount for one in self.instalments) + self.down_payment
        if paid != self.total:
            raise InvalidValue("PaymentPlan.instalments", "must add up to the total")

    @classmethod
    def equal(
        cls,
        total: Money,
        *,
        count: int,
        first_due: date,
        agreed_on: date,
        down_payment: Money | None = None,
        written: bool = True,
    ) -> "PaymentPlan":
        """Equal monthly instalments; the odd cents are in the first ones.

        A month without the day of the first instalment has it on its last day.
        """
        down = Money(0, total.currency) if down_payment is None else down_payment
        if type(count) is not int or not 1 <= count <= 600:
            raise InvalidValue("PaymentPlan.count", "must be from 1 to 600")
        if first_due.year + count // 12 >= 9999:
            raise InvalidValue("PaymentPlan.first_due", "is outside the years that can be kept")
        parts = (total - down).split((1,) * count)
        months = (first_due.year * 12 + first_due.month - 1 + n for n in range(count))
        days = (_day_in_month(*divmod(month, 12), first_due.day) for month in months)
        return cls(
            agreed_on=agreed_on,
            total=total,
            instalments=tuple(Instalment(*row) for row in zip(days, parts, strict=True)),
            down_payment=down,
            written=written,
        )

    def due_by(self, day: date) -> Money:
        """All that is to be paid up to the end of this day, the down payment included."""
        zero = Money(0, self.total.currency)
        down = self.down_payment if day >= self.agreed_on else zero
        return down + Money.total(
            (one.amount for one in self.instalments if one.due <= day), self.total.currency
        )

    def behind(self, paid: Money, day: date) -> Money:
        """How much of what was due before this day is not paid; zero if it keeps the plan."""
        due = self._due_before(day)
        return due - paid if paid < due else Money(0, self.total.currency)

    def next_due(self, paid: Money) -> Instalment | None:
        """The first instalment that is not paid in full, and what is left of it."""
        covered = self.down_payment
        for one in self.instalments:
            covered = covered + one.amount
            if paid < covered:
                left = covered - paid
                return Instalment(one.due, left if left < one.amount else one.amount)
        return None

    def _due_before(self, day: date) -> Money:
        zero = Money(0, self.total.currency)
        down = self.down_payment if day > self.agreed_on else zero
        return down + Money.total(
            (one.amount for one in self.instalments if one.due < day), self.total.currency
        )


def plan_stays_clear_of_regulation_z(plan: PaymentPlan) -> Answer:
    """A written agreement in more than four instalments can make its giver a creditor.

    Even without a finance charge, disclosures of Regulation Z may then be owed. This warns and
    does not forbid.

    Source: 12 CFR 1026.2(a)(17) (from memory; not checked against the primary text).
    """
    if not plan.written or len(plan.instalments) <= MOST_INSTALMENTS:
        return Allowed()
    return Refused(
        plan_stays_clear_of_regulation_z.__name__,
        f"a written agreement in more than {MOST_INSTALMENTS} instalments can bring the "
        "disclosures of Regulation Z, even without interest",
        "12 CFR 1026.2(a)(17)",
    )


def plan_is_within_what_the_patient_owes(plan: PaymentPlan, owed: Money) -> Answer:
    """Nobody agrees to pay more than they owe.

    Source: carecoord's own rule.
    """
    if plan.total <= owed:
        return Allowed()
    return Refused(
        plan_is_within_what_the_patient_owes.__name__,
        "the plan comes to more than the patient owes",
        "carecoord's own rule",
    )


RULES = (plan_is_within_what_the_patient_owes, plan_stays_clear_of_regulation_z)
WARNINGS = frozenset({plan_stays_clear_of_regulation_z.__name__})
"""Rules whose refusal is shown and does not forbid."""


def _day_in_month(year: int, month: int, day: int) -> date:
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
