"""The standard policy as a table that was written down by hand, and what follows from it.

It shares no code with the policy: the laws compare both. Purposes: Treatment, Payment, Operations,
patient Request, Emergency, Legal. What it knows: `none` of what is sensitive, `most` (all but
psychotherapy notes), or `all`.
"""

from carecoord.kernel.people import Purpose, Role
from carecoord.kernel.sensitivity import Sensitivity

__all__ = ["knows", "visible"]

_TABLE = """
coordinator | TPORE | most | anybody | answering_questions answering_reminders
    arranging_outpatient_care booking_a_sequence booking_a_series booking_a_visit complying
    discussing_costs entering_data getting_authorization holding_group_sessions honoring_rights
    keeping_accounts keeping_attendance keeping_calendars attest_obligation duties_coming_due
    note_occurrence obligation_report keeping_the_waitlist preparing_a_visit receiving_a_patient
    referring_a_patient reminding_patients reporting coordinating_coverages
    estimating_in_good_faith following_benefits
coordinator | TOE | most | anybody | note_relation relations_to
front_desk scheduler | TORE | none | anybody | answering_questions answering_reminders
    arranging_outpatient_care booking_a_sequence booking_a_series booking_a_visit
    acknowledge_notice automated_messages_to give_notice note_notice_effort
    receive_individual_request record_consent revoke_consent entering_data holding_group_sessions
    attendance_fee_of attendance_of keeping_calendars keeping_the_waitlist preparing_a_visit
    receiving_a_patient reminding_patients good_faith_estimate_due receive_cost_question
    visit_scheduled_without_coverage agreed_way_to_reach
clinician | TOE | most | anybody | booking_a_visit find_patients look_up_patient
    getting_authorization day_of preparing_a_visit receiving_a_patient referring_a_patient
clinician | T | all | care_team | booking_a_visit find_patients look_up_patient
    getting_authorization day_of preparing_a_visit receiving_a_patient referring_a_patient
billing financial_counselor | POR | most | anybody | answering_questions arranging_outpatient_care
    discussing_costs find_patients look_up_patient getting_authorization keeping_accounts
    keeping_attendance reporting coordinating_coverages estimating_in_good_faith following_benefits
    agreed_way_to_reach
compliance_officer | ORL | most | anybody | complying credentialing gathering_evidence
    approve_access emergency_accesses_to_review end_relation explain_access label_record
    note_relation relations_to review_emergency_access revoke_delegation honoring_rights
    keeping_obligations reading_the_audit reporting
compliance_officer | ORL | all | anybody | retaining_records
administrator | O | none | anybody | credentialing entering_data keeping_calendars
    keeping_obligations discussing_costs reporting
system | TOE | most | anybody | answering_reminders reminding_patients
coordinator front_desk clinician scheduler billing financial_counselor compliance_officer
    administrator | TPOREL | none | anybody | acknowledge_policy policies_to_read may_interpret
coordinator front_desk clinician scheduler billing financial_counselor | O | none | anybody |
    delegate revoke_delegation
coordinator front_desk clinician scheduler | TE | none | even family | break_glass
coordinator front_desk clinician scheduler | TE | most | emergency | look_up_visit visits_of
    look_up_patient authorizations_of referrals_of
patient | R | most | self | look_up_patient visits_of consents_of individual_requests_of notices_of
"""

_LETTERS = {
    Purpose.TREATMENT: "T",
    Purpose.PAYMENT: "P",
    Purpose.OPERATIONS: "O",
    Purpose.PATIENT_REQUEST: "R",
    Purpose.EMERGENCY: "E",
    Purpose.LEGAL: "L",
}
_KNOWN = {
    "none": set(),
    "most": set(Sensitivity) - {Sensitivity.PSYCHOTHERAPY_NOTES},
    "all": set(Sensitivity),
}


def _rows():
    text = _TABLE.strip().replace("\n    ", " ")
    for line in text.splitlines():
        roles, purposes, known, whom, names = (part.strip() for part in line.split("|"))
        yield set(roles.split()), purposes, _KNOWN[known], whom, set(names.split())


_ROWS = tuple(_rows())


def knows(role: Role, purpose: Purpose, use_case: str, responsibility: str):
    """For each sort of patient that a role reaches by a use case, what it knows of them."""
    letter = _LETTERS.get(purpose, "?")
    return [
        (whom, known)
        for roles, purposes, known, whom, names in _ROWS
        if role.value in roles and letter in purposes and names & {use_case, responsibility}
    ]


def visible(roles, purpose, use_case, responsibility, *, patient, labels, facts):
    """Whether something with these labels of a patient may be known.

    `facts` says of whom the actor is family, care team and so on, and who is restricted or has
    consented to payment and operations on Part 2 records.
    """
    own = {facts["self"]}
    for role in roles:
        for whom, known in knows(role, purpose, use_case, responsibility):
            if whom == "self" and patient not in own:
                continue
            if whom in ("care_team", "emergency") and patient not in facts[whom]:
                continue
            if whom in ("anybody", "care_team") and (
                patient in own or patient in facts["family"] - facts["approved"]
            ):
                continue
            if patient in facts["restricted"] and Sensitivity.RESTRICTED not in known:
                continue
            money = purpose in (Purpose.PAYMENT, Purpose.OPERATIONS)
            unasked = money and whom not in ("self", "emergency")
            secret = Sensitivity.SUBSTANCE_USE in labels and patient not in facts["consented"]
            if labels <= known and not (unasked and secret):
                return True
    return False
