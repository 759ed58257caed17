"""How people and organizations are called and reached, as FHIR's datatypes have it."""

from datetime import date
from enum import Enum
from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Text, checked

__all__ = ["Address", "HumanName", "Telecom", "TelecomSystem", "Use", "folded", "phone_digits"]


class Use(Enum):
    """What a name, number or address is for."""

    USUAL = "usual"
    OFFICIAL = "official"
    HOME = "home"
    WORK = "work"
    MOBILE = "mobile"
    TEMP = "temp"
    OLD = "old"
    BILLING = "billing"
    NICKNAME = "nickname"
    MAIDEN = "maiden"
    ANONYMOUS = "anonymous"


class TelecomSystem(Enum):
    """By what means somebody is reached."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    FAX = "fax"
    PAGER = "pager"
    URL = "url"
    OTHER = "other"


@frozen(field_transformer=checked, kw_only=True)
class HumanName:
    """The name of a person; at least one of family and given names."""

    family: str | None = None
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    use: Use | None = None

    def __attrs_post_init__(self) -> None:
        if self.family is None and not self.given:
            raise InvalidValue("HumanName", "needs a family name or a given name")

    @property
    def full(self) -> str:
        """The whole name, as it is written on a letter."""
        family = () if self.family is None else (self.family,)
        return " ".join((*self.prefix, *self.given, *family, *self.suffix))


@frozen(field_transformer=checked, kw_only=True)
class Telecom:
    """A telephone number, an email address or the like."""

    system: TelecomSystem
    value: Annotated[str, Text(longest=320)]
    use: Use | None = None


@frozen(field_transformer=checked, kw_only=True)
class Address:
    """A postal address; every part may be unknown."""

    lines: tuple[str, ...] = ()
    city: str | None = None
    district: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    use: Use | None = None
    until: date | None = None


def folded(text: str) -> str:
    """The text as names are searched: without regard to case and surrounding spaces."""
    return " ".join(text.casefold().split())


def phone_digits(number: str) -> str:
    """The digits of a telephone number, without the country code of North America."""
    digits = "".join(one for one in number if one in "0123456789")
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
