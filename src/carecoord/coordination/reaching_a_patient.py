"""How a patient can be reached: by which channel and where, as far as law and wishes let it be."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

from attrs import frozen

from carecoord.compliance.consents import Consent, automated_messages_agreed
from carecoord.compliance.request_terms import ReachAt
from carecoord.kernel.contact import Address, Telecom, TelecomSystem, Use
from carecoord.patients.registration import Patient
from carecoord.visits.reminder_plan import (
    Channel,
    QuietHours,
    ReminderWishes,
    channel_has_consent,
)

__all__ = ["LETTER_TAKES", "Way", "way_to_reach"]

T = TypeVar("T")

LETTER_TAKES = timedelta(days=4)
"""How long a letter is on its way; later than that before a visit none is sent."""


@frozen
class Way:
    """A channel, and the number or address that it leads to."""

    channel: Channel
    to: str


def way_to_reach(
    patient: Patient,
    channels: Iterable[Channel],
    consents: Iterable[Consent],
    only: ReachAt | None,
    *,
    on: date,
    time_left: timedelta,
) -> Way | None:
    """The first of the channels that leads to the patient and may be used, or None.

    `only` is the one way in which the patient has asked to be reached, and nothing else is used
    then. Automated calls and texts go to numbers for which there is a consent.
    """
    known = tuple(consents)
    for channel in channels if only is None else Channel:
        to = _where(patient, channel, only, on)
        if to is None or (channel is Channel.LETTER and time_left < LETTER_TAKES):
            continue
        agreed = automated_messages_agreed(known, to, on)
        if channel_has_consent(channel, ReminderWishes((channel,), QuietHours(), agreed)):
            return Way(channel, to)
    return None


def _where(patient: Patient, channel: Channel, only: ReachAt | None, on: date) -> str | None:
    telecoms = patient.telecoms if only is None else _given(only.telecom)
    match channel:
        case Channel.TEXT:
            mobile = (one for one in telecoms if one.use is Use.MOBILE)
            return _first(telecoms, TelecomSystem.SMS) or _first(mobile, TelecomSystem.PHONE)
        case Channel.CALL:
            return _first(telecoms, TelecomSystem.PHONE)
        case Channel.EMAIL:
            return _first(telecoms, TelecomSystem.EMAIL)
        case Channel.LETTER:
            addresses = patient.addresses if only is None else _given(only.address)
            letters = (_on_an_envelope(patient, one) for one in addresses if _is_lived_at(one, on))
            return next(letters, None)
        case _:
            return patient.id if only is None else None


def _given(value: T | None) -> tuple[T, ...]:
    return () if value is None else (value,)


def _first(telecoms: Iterable[Telecom], system: TelecomSystem) -> str | None:
    usable = (one for one in telecoms if one.use is not Use.OLD)
    return next((one.value for one in usable if one.system is system), None)


def _is_lived_at(address: Address, on: date) -> bool:
    return address.use is not Use.OLD and (address.until is None or on <= address.until)


def _on_an_envelope(patient: Patient, address: Address) -> str:
    state = " ".join(part for part in (address.state, address.postal_code) if part)
    town = ", ".join(part for part in (address.city, state) if part)
    lines = (patient.name.full, *address.lines, town, address.country)
    return "\n".join(line for line in lines if line)
