"""The standard policy: a table of grants to begin with, which every organization makes its own."""

from carecoord.compliance.access import ConsentNeeded, Grant, RolePolicy
from carecoord.compliance.access_facts import Relation
from carecoord.compliance.consents import ConsentKind
from carecoord.compliance.minimum_necessary import View
from carecoord.kernel.people import Purpose, Role
from carecoord.kernel.sensitivity import Sensitivity

__all__ = ["STANDARD_POLICY"]

_CARE = frozenset({Purpose.TREATMENT, Purpose.OPERATIONS, Purpose.EMERGENCY})
_MONEY = frozenset({Purpose.PAYMENT, Purpose.OPERATIONS})
_OVERSIGHT = frozenset({Purpose.OPERATIONS, Purpose.LEGAL, Purpose.PATIENT_REQUEST})
_ANY_WORK = _CARE | _MONEY | {Purpose.PATIENT_REQUEST}
_FOR_CARE = _CARE | {Purpose.PATIENT_REQUEST}
_FOR_MONEY = _MONEY | {Purpose.PATIENT_REQUEST}
_URGENT = frozenset({Purpose.TREATMENT, Purpose.EMERGENCY})

_AT_THE_DESK = frozenset({Role.COORDINATOR, Role.FRONT_DESK, Role.CLINICIAN, Role.SCHEDULER})
_AT_RECEPTION = frozenset(
    {
        "answering_questions",
        "answering_reminders",
        "arranging_outpatient_care",
        "booking_a_sequence",
        "booking_a_series",
        "booking_a_visit",
        "entering_data",
        "holding_group_sessions",
        "keeping_calendars",
        "keeping_the_waitlist",
        "preparing_a_visit",
        "receiving_a_patient",
        "reminding_patients",
    }
)
_CLINICAL = frozenset(
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
)
_BUT_NOTES = frozenset(Sensitivity) - {Sensitivity.PSYCHOTHERAPY_NOTES}
_OPENED_IN_EMERGENCIES = frozenset(
    {
        "booking_a_visit.look_up_visit",
        "booking_a_visit.visits_of",
        "entering_data.look_up_patient",
        "getting_authorization.authorizations_of",
        "referring_a_patient.referrals_of",
    }
)

_STAFF = frozenset(Role) - {Role.PATIENT, Role.SYSTEM}

_FRONT = frozenset({Role.COORDINATOR, Role.FRONT_DESK, Role.SCHEDULER})
_MONEY_ROLES = frozenset({Role.BILLING, Role.FINANCIAL_COUNSELOR})
_REACH = frozenset({"telecoms", "addresses", "language", "interpreter_needed"})
"""How somebody is reached and spoken to."""
_PERSON = _REACH | {"identifiers", "contacts", "coverages"}

_VIEWS = (
    View("patient", _FRONT, _ANY_WORK, _PERSON),
    View("patient", frozenset({Role.ADMINISTRATOR}), frozenset({Purpose.OPERATIONS}), _PERSON),
    View("patient", frozenset({Role.PATIENT}), frozenset({Purpose.PATIENT_REQUEST}), _PERSON),
    View("patient", frozenset({Role.CLINICIAN}), _URGENT, _PERSON),
    View("patient", frozenset({Role.CLINICIAN}), frozenset({Purpose.OPERATIONS}), _REACH),
    View("patient", _MONEY_ROLES, _FOR_MONEY, _REACH | {"contacts", "coverages"}),
    View("patient", frozenset({Role.SYSTEM}), _CARE, _REACH),
    View("patient", frozenset({Role.COMPLIANCE_OFFICER}), _OVERSIGHT, _REACH | {"contacts"}),
    View("booking", _AT_THE_DESK | {Role.PATIENT}, _FOR_CARE, frozenset({"note"})),
    View(
        "referral",
        frozenset({Role.COORDINATOR, Role.CLINICIAN}),
        _FOR_CARE,
        frozenset({"question", "reports"}),
    ),
    View(
        "authorization",
        frozenset({Role.COORDINATOR, Role.CLINICIAN}),
        _ANY_WORK,
        frozenset({"diagnoses", "note"}),
    ),
    View("authorization", _MONEY_ROLES, _FOR_MONEY, frozenset({"diagnoses"})),
    View("outpatient_appointment", _FRONT, _FOR_CARE, frozenset({"note"})),
)
"""What each needs. Those who keep a record see all of it, since a part left out cannot be kept. To
treat, and for patients themselves, the law asks for no limit: what is left out there follows from
the role."""

STANDARD_POLICY = RolePolicy(
    (
        Grant(
            frozenset({Role.COORDINATOR}),
            _AT_RECEPTION
            | frozenset(
                {
                    "complying",
                    "coordinating_coverages",
                    "discussing_costs",
                    "estimating_in_good_faith",
                    "following_benefits",
                    "getting_authorization",
                    "honoring_rights",
                    "keeping_accounts",
                    "keeping_attendance",
                    "keeping_obligations.attest_obligation",
                    "keeping_obligations.duties_coming_due",
                    "keeping_obligations.note_occurrence",
                    "keeping_obligations.obligation_report",
                    "referring_a_patient",
                    "reporting",
                }
            ),
            _ANY_WORK,
            knows=_BUT_NOTES,
        ),
        Grant(
            _STAFF,
            frozenset(
                {
                    "credentialing.acknowledge_policy",
                    "credentialing.may_interpret",
                    "credentialing.policies_to_read",
                }
            ),
            _ANY_WORK | {Purpose.LEGAL},
        ),
        Grant(
            frozenset({Role.FRONT_DESK, Role.SCHEDULER}),
            _AT_RECEPTION
            | frozenset(
                {
                    "estimating_in_good_faith.good_faith_estimate_due",
                    "estimating_in_good_faith.receive_cost_question",
                    "estimating_in_good_faith.visit_scheduled_without_coverage",
                    "honoring_rights.acknowledge_notice",
                    "honoring_rights.agreed_way_to_reach",
                    "honoring_rights.automated_messages_to",
                    "honoring_rights.give_notice",
                    "honoring_rights.note_notice_effort",
                    "honoring_rights.receive_individual_request",
                    "honoring_rights.record_consent",
                    "honoring_rights.revoke_consent",
                    "keeping_attendance.attendance_fee_of",
                    "keeping_attendance.attendance_of",
                }
            ),
            _FOR_CARE,
        ),
        Grant(frozenset({Role.CLINICIAN}), _CLINICAL, _CARE, knows=_BUT_NOTES),
        Grant(
            frozenset({Role.CLINICIAN}),
            _CLINICAL,
            frozenset({Purpose.TREATMENT}),
            knows=frozenset(Sensitivity),
            relations=frozenset({Relation.CARE_TEAM}),
        ),
        Grant(
            _MONEY_ROLES,
            frozenset(
                {
                    "answering_questions",
                    "arranging_outpatient_care",
                    "coordinating_coverages",
                    "discussing_costs",
                    "entering_data.find_patients",
                    "entering_data.look_up_patient",
                    "estimating_in_good_faith",
                    "following_benefits",
                    "getting_authorization",
                    "honoring_rights.agreed_way_to_reach",
                    "keeping_accounts",
                    "keeping_attendance",
                    "reporting",
                }
            ),
            _FOR_MONEY,
            knows=_BUT_NOTES,
        ),
        Grant(
            frozenset({Role.COMPLIANCE_OFFICER}),
            frozenset(
                {
                    "complying",
                    "credentialing",
                    "gathering_evidence",
                    "guarding_records.approve_access",
                    "guarding_records.emergency_accesses_to_review",
                    "guarding_records.end_relation",
                    "guarding_records.explain_access",
                    "guarding_records.label_record",
                    "guarding_records.note_relation",
                    "guarding_records.relations_to",
                    "guarding_records.review_emergency_access",
                    "guarding_records.revoke_delegation",
                    "honoring_rights",
                    "keeping_obligations",
                    "reading_the_audit",
                    "reporting",
                }
            ),
            _OVERSIGHT,
            knows=_BUT_NOTES,
        ),
        Grant(
            frozenset({Role.COMPLIANCE_OFFICER}),
            frozenset({"retaining_records"}),
            _OVERSIGHT,
            knows=frozenset(Sensitivity),
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
            knows=_BUT_NOTES,
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
            knows=_BUT_NOTES,
        ),
        Grant(
            frozenset({Role.COORDINATOR}),
            frozenset({"guarding_records.note_relation", "guarding_records.relations_to"}),
            _CARE,
            knows=_BUT_NOTES,
        ),
        Grant(
            _AT_THE_DESK | _MONEY_ROLES,
            frozenset({"guarding_records.delegate", "guarding_records.revoke_delegation"}),
            frozenset({Purpose.OPERATIONS}),
        ),
        Grant(
            _AT_THE_DESK,
            frozenset({"guarding_records.break_glass"}),
            _URGENT,
            closed_to=frozenset(),
        ),
        Grant(
            _AT_THE_DESK,
            _OPENED_IN_EMERGENCIES,
            _URGENT,
            knows=_BUT_NOTES,
            relations=frozenset({Relation.EMERGENCY}),
            closed_to=frozenset(),
        ),
    ),
    consents=(
        ConsentNeeded(
            Sensitivity.SUBSTANCE_USE,
            frozenset({Purpose.PAYMENT, Purpose.OPERATIONS}),
            ConsentKind.PART_2,
        ),
    ),
    delegable=True,
    views=_VIEWS,
)
"""A policy to begin with. Every organization writes its own."""
