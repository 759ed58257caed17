"""People at work: who acts, in which roles, and for what purpose."""

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from carecoord.kernel.ids import ActorId, LocationId, PatientId
from carecoord.kernel.values import checked

__all__ = ["Actor", "Purpose", "Role"]


class Role(Enum):
    """What somebody is here to do; an actor may have several."""

    COORDINATOR = "coordinator"
    FRONT_DESK = "front_desk"
    CLINICIAN = "clinician"
    BILLING = "billing"
    FINANCIAL_COUNSELOR = "financial_counselor"
    SCHEDULER = "scheduler"
    COMPLIANCE_OFFICER = "compliance_officer"
    ADMINISTRATOR = "administrator"
    PATIENT = "patient"
    SYSTEM = "system"


class Purpose(Enum):
    """Why a record is used, in the codes of HL7 v3 PurposeOfUse."""

    TREATMENT = "TREAT"
    PAYMENT = "HPAYMT"
    OPERATIONS = "HOPERAT"
    PATIENT_REQUEST = "PATRQT"
    PUBLIC_HEALTH = "PUBHLTH"
    EMERGENCY = "ETREAT"
    LEGAL = "HLEGAL"


@frozen(field_transformer=checked)
class Actor:
    """A person or program at work, known to the audit by its id alone.

        Actor.of("nora", Role.COORDINATOR)

    `patient` is their own record here, if they have one; `sites` are the locations where they work,
    for policies that go by them.
    """

    id: ActorId
    roles: frozenset[Role]
    patient: PatientId | None = None
    sites: frozenset[LocationId] = frozenset()

    @classmethod
    def of(
        cls,
        id: str,
        *roles: Role,
        patient: PatientId | None = None,
        sites: Iterable[LocationId] = (),
    ) -> "Actor":
        """Somebody with these roles."""
        return cls(ActorId(id), frozenset(roles), patient, frozenset(sites))
