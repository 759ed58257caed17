"""X12 270: asking a payer about a patient's eligibility and benefits.

Source: ASC X12N/005010X279A1, as in published examples; not checked against the guide.
"""

from collections.abc import Sequence
from datetime import date, datetime

from attrs import frozen

from carecoord.errors import InvalidValue
from carecoord.patients.coverages import Coverage, Relationship
from carecoord.patients.registration import Gender, Patient
from carecoord_exchange.x12.interchange import write_interchange

__all__ = ["Party", "eligibility_request"]

GUIDE = "005010X279A1"


@frozen
class Party:
    """A payer or provider as X12 names it: `XX` and an NPI, `PI` and a payer's id, and so on."""

    name: str
    qualifier: str
    id: str
    given: str | None = None
    """Set for a person, whose family name is then `name`."""


def eligibility_request(
    patient: Patient,
    coverage: Coverage,
    *,
    payer: Party,
    provider: Party,
    on: date,
    trace: str,
    originator: str,
    sender: tuple[str, str],
    receiver: tuple[str, str],
    sent: datetime,
    control: int,
    service_types: Sequence[str] = ("30",),
    is_test: bool = False,
) -> str:
    """A whole interchange that asks whether the coverage is in force on a day, and what it pays.

    A patient who is not the subscriber is asked about as the subscriber's dependent. `trace` comes
    back with the answer; `originator` is the ten-character id of who asks.

    Raises:
        InvalidValue: the coverage has no member id, or a text holds what parts elements.
    """
    if coverage.member_id is None:
        raise InvalidValue("Coverage.member_id", "is needed to ask the payer")
    if len(originator) != 10:
        raise InvalidValue("originator", "must have ten characters")
    is_dependent = coverage.relationship is not Relationship.SELF
    tracing = ["TRN", "1", trace, originator]
    member = ["MI", coverage.member_id]
    name = [patient.name.family or "", " ".join(patient.name.given[:1]), *[""] * 3]
    asked = [["DTP", "291", "D8", f"{on:%Y%m%d}"], *(["EQ", type] for type in service_types)]
    if patient.birth_date is not None:
        gender = _GENDERS.get(patient.gender, "")
        asked.insert(0, ["DMG", "D8", f"{patient.birth_date:%Y%m%d}", gender])
    segments = [
        ["BHT", "0022", "13", trace, f"{sent:%Y%m%d}", f"{sent:%H%M}"],
        ["HL", "1", "", "20", "1"],
        _named("PR", payer),
        ["HL", "2", "1", "21", "1"],
        _named("1P", provider),
        ["HL", "3", "2", "22", "1" if is_dependent else "0"],
    ]
    if is_dependent:
        segments += [
            ["NM1", "IL", "1", *[""] * 5, *member],
            ["HL", "4", "3", "23", "0"],
            tracing,
            ["NM1", "03", "1", *name],
        ]
    else:
        segments += [tracing, ["NM1", "IL", "1", *name, *member]]
    return write_interchange(
        [*segments, *asked], type="270", functional_id="HS", guide=GUIDE, sender=sender,
        receiver=receiver, sent=sent, control=control, is_test=is_test,
    )  # fmt: skip


_GENDERS = {Gender.FEMALE: "F", Gender.MALE: "M"}


def _named(code: str, party: Party) -> list[str]:
    kind = "2" if party.given is None else "1"
    return [
        "NM1", code, kind, party.name, party.given or "", "", "", "", party.qualifier, party.id,
    ]  # fmt: skip
