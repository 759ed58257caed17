"""Sensitivity: what in a record asks for more care than the rest of it."""

from enum import Enum

__all__ = ["Sensitivity"]


class Sensitivity(Enum):
    """Why somebody who may see a record may still not see this part of it, in codes of HL7 v3.

    The codes are those of ActCode, and of Confidentiality for a record that is restricted as a
    whole (both from memory; not checked against the code systems).
    """

    SUBSTANCE_USE = "SUD"
    """Treatment of a substance use disorder (42 CFR Part 2)."""
    PSYCHOTHERAPY_NOTES = "PSYTHPN"
    """Notes of a counselor, kept apart from the rest (45 CFR 164.501)."""
    REPRODUCTIVE = "SEX"
    """Sexuality and reproductive health."""
    MINOR_CONSENTED = "ADOL"
    """Care to which a minor consented alone, as the law of many states allows."""
    RESTRICTED = "R"
    """The whole record of somebody whom many would look up: well known, or a colleague."""
