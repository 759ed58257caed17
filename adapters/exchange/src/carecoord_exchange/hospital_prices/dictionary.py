"""The data dictionaries of hospital price files: which versions there are, and their words.

A file of any 2.x is judged by the conditions of 2.2, the last of them, but may lack the columns
that 2.2 added. Version 3.0 is in force since 2026-01-01, enforced since 2026-04-01.

Source: 45 CFR 180.50; the CMS data dictionaries for CSV and JSON, 2.0 to 3.0.
"""

import re
from enum import Enum
from types import MappingProxyType

from carecoord.kernel.codes import CDT, CPT, HCPCS, MS_DRG, NDC, REVENUE_CODE

__all__ = ["CODE_SYSTEMS", "STATES", "Edition", "code_system"]


class Edition(Enum):
    """A generation of the data dictionary."""

    V2 = "2"
    V3 = "3"

    @classmethod
    def of(cls, version: str) -> "Edition | None":
        """The generation of a version such as `2.0.0`, `2.2` or `3.0.0`; None if there is none."""
        match = re.fullmatch(
            r"v?(?:(2)(?:\.[012](?:\.\d{1,3})?)?|(3)(?:\.0(?:\.\d{1,3})?)?)", version
        )
        return None if match is None else cls(match[1] or match[2])

    @property
    def location(self) -> str:
        """What the names of the locations are called."""
        return "hospital_location" if self is Edition.V2 else "location_name"

    @property
    def statement(self) -> str:
        """How the statement of truth begins that the hospital has to confirm, in lower case."""
        article = "the" if self is Edition.V2 else "this"
        return f"to the best of its knowledge and belief, {article} hospital has included all"

    def knows_code_type(self, code_type: str) -> bool:
        """Whether this type of code, in capitals, is one of the dictionary."""
        return code_type in CODE_SYSTEMS and (
            self is Edition.V3 or code_type not in {"CMG", "MS-LTC-DRG"}
        )


_OWN_SYSTEMS = "https://www.cms.gov/hospital-price-transparency/code-type#"
CODE_SYSTEMS = MappingProxyType(
    {
        "CPT": CPT, "HCPCS": HCPCS, "CDT": CDT, "NDC": NDC, "RC": REVENUE_CODE, "MS-DRG": MS_DRG,
        **{
            code_type: _OWN_SYSTEMS + code_type
            for code_type in (
                "ICD", "DRG", "R-DRG", "S-DRG", "APS-DRG", "AP-DRG", "APR-DRG", "APC", "LOCAL",
                "EAPG", "HIPPS", "CDM", "TRIS-DRG", "CMG", "MS-LTC-DRG",
            )
        },
    }
)  # fmt: skip
"""The system that a code has by its type; types that name no public system get one of their own.

`LOCAL` and `CDM` are a hospital's own codes: two hospitals may mean different things by one.
"""


def code_system(code_type: str) -> str:
    """The system of codes of this type, as a Code has it.

    Raises:
        KeyError: not a type of the dictionary; ask `Edition.knows_code_type` first.
    """
    return CODE_SYSTEMS[code_type]


_STATES = """
AL AK AS AZ AR CA CO CT DE DC FM FL GA GU HI ID IL IN IA KS KY LA ME MH MD MA MI MN MS MO MT NE NV
NH NJ NM NY NC ND MP OH OK OR PW PA PR RI SC SD TN TX UT VT VI VA WA WV WI WY
"""
STATES = frozenset(_STATES.split())
"""Postal abbreviations of the states and territories that license hospitals."""
