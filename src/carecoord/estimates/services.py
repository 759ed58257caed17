"""Service lines: what will be done, what is charged for it, and what is allowed."""

from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.codes import Code
from carecoord.kernel.money import Money
from carecoord.kernel.values import Positive, Text, checked

__all__ = ["ServiceLine"]


@frozen(field_transformer=checked)
class ServiceLine:
    """One service as it will be charged, for all its units together.

    `category` is the kind of service in the plan's words. `allowed` is the amount that the
    contract or, out of network, the plan itself allows; `allowed_between` bounds it where it is
    not known exactly. Where neither is stated it is unknown, between nothing and the charge. A
    charge that is not stated is taken to be the most that is allowed.

    `authorized` and `referred` say whether what the plan requires is there; None is unknown.
    `eligible` is False where a condition of the benefit is against the service, None where that
    cannot be told. `alternate` is what the plan allows for the cheaper service that it pays
    instead, a downgrade: the difference to `allowed` is the patient's.

    Raises:
        InvalidValue: a negative amount, two currencies, or bounds in the wrong order.
    """

    code: Code | None
    category: Annotated[str, Text(longest=100)] | None = None
    charge: Money | None = None
    allowed: Money | None = None
    allowed_between: tuple[Money, Money] | None = None
    units: Positive = 1
    authorized: bool | None = None
    referred: bool | None = None
    eligible: bool | None = True
    alternate: Money | None = None

    def __attrs_post_init__(self) -> None:
        amounts = (self.charge, self.allowed, *(self.allowed_between or ()), self.alternate)
        known = [amount for amount in amounts if amount is not None]
        if any(amount.cents < 0 for amount in known):
            raise InvalidValue("ServiceLine", "must not have a negative amount")
        if len({amount.currency for amount in known}) > 1:
            raise InvalidValue("ServiceLine", "must not mix currencies")
        if self.allowed_between is not None:
            if self.allowed is not None:
                raise InvalidValue("ServiceLine.allowed_between", "is known exactly")
            if self.allowed_between[1] < self.allowed_between[0]:
                raise InvalidValue("ServiceLine.allowed_between", "must be lower, then higher")

    @property
    def currency(self) -> str | None:
        """The currency of its amounts; None where it has none."""
        amounts = (self.charge, self.allowed, *(self.allowed_between or ()), self.alternate)
        return next((amount.currency for amount in amounts if amount is not None), None)
