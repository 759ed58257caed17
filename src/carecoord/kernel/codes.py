"""Codes and identifiers: a system, and a value within it.

    Code(CPT, "99213")
    Identifier(US_SSN, "000-12-3456")

Code tables are not shipped: CPT belongs to the AMA, CDT to the ADA.
"""

from typing import Annotated

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Text, checked

__all__ = [
    "CDT",
    "CPT",
    "HCPCS",
    "ICD_10_CM",
    "LOINC",
    "MEDICAL_RECORD_NUMBER",
    "MS_DRG",
    "NDC",
    "NPI",
    "REVENUE_CODE",
    "SNOMED_CT",
    "US_SSN",
    "Code",
    "Identifier",
    "check_npi",
]

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CDT = "http://www.ada.org/cdt"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
MS_DRG = "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software"
REVENUE_CODE = "https://www.nubc.org/CodeSystem/RevenueCodes"
NDC = "http://hl7.org/fhir/sid/ndc"
SNOMED_CT = "http://snomed.info/sct"
LOINC = "http://loinc.org"

NPI = "http://hl7.org/fhir/sid/us-npi"
US_SSN = "http://hl7.org/fhir/sid/us-ssn"
MEDICAL_RECORD_NUMBER = "http://terminology.hl7.org/CodeSystem/v2-0203#MR"
"""The system of a clinic's own record numbers, where it has no better one."""


@frozen(field_transformer=checked, order=True)
class Code:
    """A code and the system that gives it meaning, as a FHIR Coding has them."""

    system: Annotated[str, Text(longest=300)]
    value: Annotated[str, Text(longest=100)]

    @property
    def token(self) -> str:
        """System and value as one text, as FHIR searches for them."""
        return f"{self.system}|{self.value}"

    def __str__(self) -> str:
        return self.value


@frozen(field_transformer=checked, order=True)
class Identifier:
    """A number or name that some system gave to one person, organization or thing."""

    system: Annotated[str, Text(longest=300)]
    value: Annotated[str, Text(longest=200)]

    def __attrs_post_init__(self) -> None:
        if self.system == NPI:
            check_npi("Identifier.value", self.value)

    @property
    def token(self) -> str:
        """System and value as one text, as FHIR searches for them."""
        return f"{self.system}|{self.value}"


def check_npi(field: str, value: str) -> str:
    """The National Provider Identifier itself, if its check digit is right.

    Source: 45 CFR 162.406; Luhn's formula over 80840 and the number (ISO/IEC 7812).

    Raises:
        InvalidValue: not ten digits, or a wrong check digit.
    """
    if len(value) != 10 or not (value.isascii() and value.isdigit()):
        raise InvalidValue(field, "an NPI has ten digits")
    digits = [int(character) for character in reversed("80840" + value)]
    doubled = (digit * 2 // 10 + digit * 2 % 10 for digit in digits[1::2])
    if (sum(digits[0::2]) + sum(doubled)) % 10:
        raise InvalidValue(field, "the check digit of this NPI is wrong")
    return value
