"""Access: decided for every use case before it begins, by a policy that is data; deny by default.

policy = RolePolicy((Grant({Role.SCHEDULER}, {"booking_a_visit"}, {Purpose.TREATMENT}),))
policy.decide(request)      # Decision(allowed=…, reason=…, only_patient=…)
"""

from typing import Protocol

from attrs import frozen

from carecoord.kernel.ids import PatientId
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.values import checked

__all__ = [
    "STANDARD_POLICY",
    "AccessPolicy",
    "AccessRequest",
    "Decision",
    "Grant",
    "RolePolicy",
]


@frozen
class AccessRequest:
    """Who wants to do what, and why: the use case, and the responsibility it belongs to."""

    actor: Actor
    purpose: Purpose
    use_case: str
    responsibility: str


@frozen(field_transformer=checked, kw_only=True)
class Decision:
    """Whether it is allowed, and why; `only_patient` limits it to the records of one patient."""

    allowed: bool
    reason: str
    only_patient: PatientId | None = None


class AccessPolicy(Protocol):
    """What decides on access."""

    def decide(self, request: AccessRequest) -> Decision:
        """The decision, with the reason that answers "why was this allowed?"."""
        ...  # pragma: no cover


@frozen(field_transformer=checked)
class Grant:
    """Lets each of these roles do what belongs to these responsibilities, for these purposes.

    A responsibility is the name of a module of `carecoord.coordination`, or that name, a dot and
    one use case of it.
    """

    roles: frozenset[Role]
    responsibilities: frozenset[str]
    purposes: frozenset[Purpose]

    def covers(self, request: AccessRequest) -> bool:
        """Whether it lets the request pass."""
        names = {request.responsibility, f"{request.responsibility}.{request.use_case}"}
        return (
            bool(self.roles & request.actor.roles)
            and bool(self.responsibilities & names)
            and request.purpose in self.purposes
        )


@frozen(field_transformer=checked)
class RolePolicy:
    """Grants by role. What no grant covers is denied; patients reach their own records only."""

    grants: tuple[Grant, ...]

    def decide(self, request: AccessRequest) -> Decision:
        """See `AccessPolicy`."""
        covering = [grant for grant in self.grants if grant.covers(request)]
        if not covering:
            return Decision(
                allowed=False, reason="no grant covers these roles, this use case and this purpose"
            )
        by_staff = [g for g in covering if g.roles & request.actor.roles - {Role.PATIENT}]
        if by_staff:
            roles = sorted(role.value for role in by_staff[0].roles & request.actor.roles)
            return Decision(allowed=True, reason=f"granted to {', '.join(roles)}")
        if request.actor.patient is None:
            return Decision(allowed=False, reason="a patient must be known by their own record")
        return Decision(
            allowed=True, reason="granted for the own record", only_patient=request.actor.patient
        )


_CARE = frozenset({Purpose.TREATMENT, Purpose.OPERATIONS, Purpose.EMERGENCY})
_MONEY = frozenset({Purpose.PAYMENT, Purpose.OPERATIONS})
_ANY_WORK = _CARE | _MONEY | {Purpose.PATIENT_REQUEST}
_STAFF = frozenset(Role) - {Role.PATIENT, Role.SYSTEM}

STANDARD_POLICY = RolePolicy(
    (
        Grant(
            frozenset({Role.COORDINATOR}),
            frozenset(
                {
                    "answering_questions",
                    "answering_reminders",
                    "arranging_outpatient_care",
                    "booking_a_sequence",
                    "booking_a_series",
                    "booking_a_visit",
                    "complying",
                    "discussing_costs",
                    "entering_data",
                    "getting_authorization",
                    "holding_group_sessions",
                    "honoring_rights",
                    "keeping_accounts",
                    "keeping_attendance",
                    "keeping_calendars",
                    "keeping_obligations.attest_obligation",
                    "keeping_obligations.duties_coming_due",
                    "keeping_obligations.note_occurrence",
                    "keeping_obligations.obligation_report",
                    "keeping_the_waitlist",
                    "preparing_a_visit",
                    "receiving_a_patient",
                    "referring_a_patient",
                    "reminding_patients",
                    "reporting",
                }
            ),
            _ANY_WORK,
        ),
        Grant(
            _STAFF,
            frozenset({"credentialing.acknowledge_policy", "credentialing.policies_to_read"}),
            _ANY_WORK | {Purpose.LEGAL},
        ),
        Grant(
            frozenset({Role.FRONT_DESK, Role.SCHEDULER}),
            frozenset(
                {
                    "answering_questions",
                    "answering_reminders",
                    "arranging_outpatient_care",
                    "booking_a_sequence",
                    "booking_a_series",
                    "booking_a_visit",
                    "honoring_rights.acknowledge_notice",
                    "honoring_rights.automated_messages_to",
                    "honoring_rights.give_notice",
                    "honoring_rights.note_notice_effort",
                    "honoring_rights.receive_individual_request",
                    "honoring_rights.record_consent",
                    "honoring_rights.revoke_consent",
                    "entering_data",
                    "holding_group_sessions",
                    "keeping_attendance.attendance_fee_of",
                    "keeping_attendance.attendance_of",
                    "keeping_calendars",
                    "keeping_the_waitlist",
                    "preparing_a_visit",
                    "receiving_a_patient",
                    "reminding_patients",
                }
            ),
            _CARE | {Purpose.PATIENT_REQUEST},
        ),
        Grant(
            frozenset({Role.CLINICIAN}),
            frozenset(
                {
                    "booking_a_visit",
                    "entering_data.find_patients",
                    "entering_data.look_up_patient",
                    "getting_authorization",
                    "keeping_calendars.day_of",
                    "preparing_a_visit",
                    "receiving_a_patient",
                    "referring_a_patient",
                }
            ),
            _CARE,
        ),
        Grant(
            frozenset({Role.BILLING, Role.FINANCIAL_COUNSELOR}),
            frozenset(
                {
                    "answering_questions",
                    "arranging_outpatient_care",
                    "discussing_costs",
                    "entering_data.find_patients",
                    "entering_data.look_up_patient",
                    "getting_authorization",
                    "keeping_accounts",
                    "keeping_attendance",
                    "reporting",
                }
            ),
            _MONEY | {Purpose.PATIENT_REQUEST},
        ),
        Grant(
            frozenset({Role.COMPLIANCE_OFFICER}),
            frozenset(
                {
                    "complying",
                    "credentialing",
                    "gathering_evidence",
                    "honoring_rights",
                    "keeping_obligations",
                    "reading_the_audit",
                    "reporting",
                    "retaining_records",
                }
            ),
            frozenset({Purpose.OPERATIONS, Purpose.LEGAL, Purpose.PATIENT_REQUEST}),
        ),
        Grant(
            frozenset({Role.ADMINISTRATOR}),
            frozenset(
                {
                    "credentialing",
                    "entering_data",
                    "keeping_calendars",
                    "keeping_obligations",
                    "discussing_costs",
                    "reporting",
                }
            ),
            frozenset({Purpose.OPERATIONS}),
        ),
        Grant(
            frozenset({Role.SYSTEM}),
            frozenset({"answering_reminders", "reminding_patients"}),
            _CARE,
        ),
        Grant(
            frozenset({Role.PATIENT}),
            frozenset(
                {
                    "entering_data.look_up_patient",
                    "booking_a_visit.visits_of",
                    "honoring_rights.consents_of",
                    "honoring_rights.individual_requests_of",
                    "honoring_rights.notices_of",
                }
            ),
            frozenset({Purpose.PATIENT_REQUEST}),
        ),
    )
)
"""A policy to begin with. Every organization writes its own."""
