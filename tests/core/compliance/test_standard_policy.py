"""Every use case, role, purpose and sensitivity: the policy decides as the table says."""

from datetime import UTC, datetime

import pytest

from carecoord.compliance.access import AccessRequest
from carecoord.compliance.access_facts import PatientRelation, Relation
from carecoord.compliance.standard_policy import STANDARD_POLICY
from carecoord.coordination.desk import Desk
from carecoord.coordination.use_case import UseCase
from carecoord.kernel.people import Actor, Purpose, Role
from carecoord.kernel.sensitivity import Sensitivity
from tests.core.compliance.standard_table import knows

_NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
USE_CASES = [one for one in vars(Desk).values() if isinstance(one, UseCase)]


@pytest.mark.parametrize("role", Role)
def test_the_policy_decides_as_the_table_says(role):
    actor = Actor("a", {role}, "own" if role is Role.PATIENT else None)
    for use_case in USE_CASES:
        for purpose in Purpose:
            decision = STANDARD_POLICY.decide(
                AccessRequest(actor, purpose, use_case.name, use_case.responsibility)
            )
            rows = knows(role, purpose, use_case.name, use_case.responsibility)
            standing = [known for whom, known in rows if whom not in ("care_team", "emergency")]
            assert decision.allowed is bool(standing), (use_case.name, purpose)
            for sensitivity in Sensitivity:
                known = any(sensitivity in reach.knows for reach in decision.reaches)
                expected = any(sensitivity in one for one in standing)
                assert known is expected, (use_case.name, purpose)


def test_the_care_team_of_a_patient_reaches_notes_of_that_patient_alone():
    team = PatientRelation(
        id="f", actor="a", patient="p", relation=Relation.CARE_TEAM,
        since=_NOW, recorded_by="b",
    )  # fmt: skip
    actor = Actor("a", {Role.CLINICIAN})
    decision = STANDARD_POLICY.decide(
        AccessRequest(actor, Purpose.TREATMENT, "visits_of", "booking_a_visit", lambda _: (team,))
    )
    notes = Sensitivity.PSYCHOTHERAPY_NOTES
    assert [one.patients for one in decision.reaches if notes in one.knows] == [{"p"}]
    assert decision.reason == "granted to clinician; granted to clinician for care_team"
