"""Contacts: people to call about a patient, and what they may be told."""

from enum import Enum

from attrs import frozen

from carecoord.kernel.contact import Address, HumanName, Telecom
from carecoord.kernel.values import checked

__all__ = ["Contact", "ContactRole"]


class ContactRole(Enum):
    """What a contact is to the patient, in FHIR's patient-contactrelationship codes."""

    EMERGENCY = "C"
    NEXT_OF_KIN = "N"
    GUARDIAN = "guardian"
    GUARANTOR = "guarantor"
    HEALTH_CARE_PROXY = "healthcare-proxy"
    CAREGIVER = "caregiver"
    OTHER = "U"


@frozen(field_transformer=checked, kw_only=True)
class Contact:
    """A person to call; `may_discuss_care` only where the patient agreed or did not object.

    Source: 45 CFR 164.510(b).
    """

    role: ContactRole
    name: HumanName
    telecoms: tuple[Telecom, ...] = ()
    address: Address | None = None
    may_discuss_care: bool = False
