"""Codes of X12 eligibility answers: what a statement is about, whose, for what time, where.

Source: ASC X12N/005010X279A1 (of its codes only those that are read here; from published examples
and public code, not checked against the guide).
"""

from enum import Enum

__all__ = ["ACTIVE", "INACTIVE", "WHOLE_PLAN", "BenefitKind", "Level", "Network", "TimePeriod"]

WHOLE_PLAN = "30"
"""The service type of the plan as a whole."""


class BenefitKind(Enum):
    """What a statement is about (EB01)."""

    ACTIVE = "1"
    ACTIVE_FULL_RISK = "2"
    ACTIVE_CAPITATED = "3"
    ACTIVE_CAPITATED_PRIMARY_CARE = "4"
    ACTIVE_PENDING_INVESTIGATION = "5"
    INACTIVE = "6"
    INACTIVE_PENDING_UPDATE = "7"
    INACTIVE_PENDING_INVESTIGATION = "8"
    COINSURANCE = "A"
    COPAY = "B"
    DEDUCTIBLE = "C"
    BENEFIT_DESCRIPTION = "D"
    EXCLUSIONS = "E"
    LIMITATIONS = "F"
    OUT_OF_POCKET = "G"
    UNLIMITED = "H"
    NON_COVERED = "I"
    PRIMARY_CARE_PROVIDER = "L"
    OTHER_PAYER = "R"
    CONTACT = "U"
    CANNOT_PROCESS = "V"
    OTHER_SOURCE_OF_DATA = "W"
    SERVICES_RESTRICTED_TO_PROVIDER = "N"
    NOT_DEEMED_NECESSARY = "O"
    SECOND_OPINION_REQUIRED = "Q"
    RESERVE = "K"
    MANAGED_CARE_COORDINATOR = "MC"
    COST_CONTAINMENT = "J"
    OTHER = "other"


class Level(Enum):
    """Whose coverage is meant (EB02)."""

    INDIVIDUAL = "IND"
    FAMILY = "FAM"
    EMPLOYEE = "EMP"
    EMPLOYEE_AND_CHILDREN = "ECH"
    EMPLOYEE_AND_SPOUSE = "ESP"
    DEPENDENTS = "DEP"
    CHILDREN = "CHD"
    SPOUSE_AND_CHILDREN = "SPC"
    SPOUSE = "SPO"


class TimePeriod(Enum):
    """For what time an amount holds (EB06)."""

    HOUR = "6"
    DAY = "7"
    DAYS_24 = "13"
    YEARS = "21"
    SERVICE_YEAR = "22"
    CALENDAR_YEAR = "23"
    YEAR_TO_DATE = "24"
    CONTRACT = "25"
    EPISODE = "26"
    VISIT = "27"
    OUTLIER = "28"
    REMAINING = "29"
    EXCEEDED = "30"
    NOT_EXCEEDED = "31"
    LIFETIME = "32"
    LIFETIME_REMAINING = "33"
    MONTH = "34"
    WEEK = "35"
    ADMISSION = "36"


class Network(Enum):
    """Which providers a statement is about (EB12)."""

    IN = "Y"
    OUT = "N"
    NOT_APPLICABLE = "W"
    UNKNOWN = "U"


ACTIVE = frozenset(kind for kind in BenefitKind if kind.value in set("12345"))
"""Statements that a plan is in force."""
INACTIVE = frozenset(kind for kind in BenefitKind if kind.value in set("678"))
"""Statements that it is not."""
