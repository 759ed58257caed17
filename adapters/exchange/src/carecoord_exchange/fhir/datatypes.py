"""FHIR's common datatypes, read into the kernel's values and written from them.

Source: HL7 FHIR R4, Datatypes: Identifier, HumanName, ContactPoint, Address, CodeableConcept.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from carecoord.kernel.codes import Code, Identifier
from carecoord.kernel.contact import Address, HumanName, Telecom, TelecomSystem, Use
from carecoord_exchange.fhir.elements import Element

__all__ = [
    "address",
    "address_json",
    "addresses",
    "codings",
    "identifier_json",
    "identifiers",
    "instant_text",
    "name_json",
    "names",
    "stated",
    "telecom_json",
    "telecoms",
]

EnumT = TypeVar("EnumT", bound=Enum)

IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


def stated(**members: Any) -> dict[str, Any]:
    """A JSON object of the members that say something: FHIR knows no empty ones."""
    return {
        key.rstrip("_"): list(value) if isinstance(value, tuple) else value
        for key, value in members.items()
        if value is not None and value != () and value != [] and value != {}
    }


def choice(element: Element, key: str, choices: type[EnumT]) -> EnumT | None:
    """The member of an enumeration that a code names; an unknown code is noted, and none."""
    text = element.text(key)
    if text is None:
        return None
    try:
        return choices(text)
    except ValueError:
        element.warning(key, "is not a code that is known; not taken")
        return None


def codings(element: Element | None) -> Iterator[tuple[str, str]]:
    """The system and code of each coding of a CodeableConcept, as far as they are stated."""
    if element is not None:
        for coding in element.elements("coding"):
            code = coding.text("code")
            if code is not None:
                yield coding.text("system") or "", code


def code_of(element: Element) -> Code | None:
    """The first coding of a CodeableConcept that has both a system and a code."""
    for system, value in codings(element):
        if system:
            return element.build(Code, system, value)
    return None


def identifiers(owner: Element) -> tuple[list[Identifier], list[Identifier]]:
    """The medical record numbers, and all other identifiers; no one twice."""
    found: tuple[list[Identifier], list[Identifier]] = ([], [])
    for element in owner.elements("identifier"):
        system, value = element.text("system"), element.text("value")
        if value is None:
            continue
        if system is None:
            element.error("system", "is missing, so the value means nothing here")
            continue
        read = element.build(Identifier, system, value)
        is_record = (IDENTIFIER_TYPES, "MR") in set(codings(element.element("type")))
        if read is not None and read not in found[0] and read not in found[1]:
            found[0 if is_record else 1].append(read)
    return found


def identifier_json(identifier: Identifier, *, record_number: bool = False) -> dict[str, Any]:
    """An Identifier, with the type of a medical record number if it is one."""
    kind = {"coding": [{"system": IDENTIFIER_TYPES, "code": "MR"}]} if record_number else None
    return stated(type=kind, system=identifier.system, value=identifier.value)


def names(owner: Element) -> tuple[HumanName, ...]:
    """The names of a person, the one to be called by first.

    That is the official one, else the usual one, else the first that is not given up.
    """
    found = []
    for element in owner.elements("name"):
        read = human_name(element)
        if read is not None:
            found.append(read)
    given_up = (Use.OLD, Use.MAIDEN, Use.NICKNAME, Use.ANONYMOUS, Use.TEMP)
    rank = {Use.OFFICIAL: 0, Use.USUAL: 1, **dict.fromkeys(given_up, 3)}
    main = min(
        found, key=lambda name: 2 if name.use is None else rank.get(name.use, 2), default=None
    )
    return () if main is None else (main, *(name for name in found if name is not main))


def human_name(element: Element) -> HumanName | None:
    """One name of a person; one that is only a text is a family name."""
    family, given = element.text("family"), element.texts("given")
    if family is None and not given:
        family = element.text("text")
        if family is None:
            return None
        element.warning("text", "is all that is known of the name; taken as the family name")
    use = choice(element, "use", Use)
    return element.build(
        HumanName, family=family, given=given, prefix=element.texts("prefix"),
        suffix=element.texts("suffix"), use=use,
    )  # fmt: skip


def name_json(name: HumanName) -> dict[str, Any]:
    """A HumanName."""
    return stated(
        use=name.use and name.use.value, family=name.family, given=name.given,
        prefix=name.prefix, suffix=name.suffix,
    )  # fmt: skip


def telecoms(owner: Element) -> tuple[Telecom, ...]:
    """Numbers and electronic addresses, in their order."""
    found = []
    for element in owner.elements("telecom"):
        value = element.text("value")
        if value is None:
            continue
        system = choice(element, "system", TelecomSystem) or TelecomSystem.OTHER
        use = choice(element, "use", Use)
        read = element.build(Telecom, system=system, value=value, use=use)
        if read is not None:
            found.append(read)
    return tuple(found)


def telecom_json(telecom: Telecom) -> dict[str, Any]:
    """A ContactPoint."""
    return stated(
        system=telecom.system.value, value=telecom.value, use=telecom.use and telecom.use.value
    )


def addresses(owner: Element) -> tuple[Address, ...]:
    """Postal addresses, in their order."""
    found = (address(element) for element in owner.elements("address"))
    return tuple(one for one in found if one is not None)


def address(element: Element) -> Address | None:
    """A postal address; one that is only a text is a single line."""
    lines = element.texts("line")
    parts = {
        "city": element.text("city"),
        "district": element.text("district"),
        "state": element.text("state"),
        "postal_code": element.text("postalCode"),
        "country": element.text("country"),
    }
    if not lines and not any(parts.values()):
        text = element.text("text")
        if text is None:
            return None
        lines = (text,)
    period, use = element.element("period"), choice(element, "use", Use)
    until = None if period is None else period.date("end")
    return element.build(Address, lines=lines, use=use, until=until, **parts)


def address_json(address: Address) -> dict[str, Any]:
    """An Address."""
    return stated(
        use=address.use and address.use.value, line=address.lines, city=address.city,
        district=address.district, state=address.state, postalCode=address.postal_code,
        country=address.country,
        period=address.until and {"end": address.until.isoformat()},
    )  # fmt: skip


def instant_text(instant: datetime) -> str:
    """An instant as FHIR writes it, in UTC."""
    return instant.isoformat().replace("+00:00", "Z")


def json_all(items: Sequence[Any], write: Any) -> list[Any]:
    """Each of the items written."""
    return [write(item) for item in items]
