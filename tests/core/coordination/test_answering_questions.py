from datetime import date

import pytest

from carecoord import Clinic, Gateways, NotAllowed, NotFound
from carecoord.coordination.gateways import CoverageStatus, Verification
from carecoord.patients import CoverageType


class Payer:
    """A payer that answers with a fixed status."""

    def __init__(self, status):
        self.status, self.asked = status, []

    def verify(self, patient, coverage, on):
        self.asked.append((patient.id, coverage.id, on))
        return Verification(status=self.status, on=on, reference="T-1")


@pytest.fixture
def ada(desk, small):
    return desk.add_coverage(small.ada.id, type=CoverageType.COMMERCIAL, payer_name="Acme")


def connected(clinic, desk, status):
    clinic.gateways = Gateways(eligibility=Payer(status))
    return clinic.gateways.eligibility


def test_an_active_coverage_is_marked_as_verified_today(clinic, desk, ada):
    payer = connected(clinic, desk, CoverageStatus.ACTIVE)
    verified = desk.verify_coverage(ada.id, ada.coverages[0].id, on=date(2026, 3, 9))
    assert verified.coverages[0].verified_on == date(2026, 3, 2)
    assert payer.asked == [(ada.id, ada.coverages[0].id, date(2026, 3, 9))]
    desk.verify_coverage(ada.id, ada.coverages[0].id)
    assert payer.asked[-1][-1] == date(2026, 3, 2)


@pytest.mark.parametrize("status", [CoverageStatus.INACTIVE, CoverageStatus.CANNOT_PROCESS])
def test_an_answer_that_is_no_yes_verifies_nothing(clinic, desk, ada, status):
    connected(clinic, desk, status)
    with pytest.raises(NotAllowed, match="coverage_is_active"):
        desk.verify_coverage(ada.id, ada.coverages[0].id)
    assert desk.look_up_patient(ada.id).coverages[0].verified_on is None


def test_without_a_gateway_it_is_asked_by_phone_and_recorded(desk, ada):
    with pytest.raises(NotAllowed, match="by phone"):
        desk.verify_coverage(ada.id, ada.coverages[0].id)
    coverage = ada.coverages[0].id
    recorded = desk.record_verification(ada.id, coverage, ends=date(2026, 12, 31))
    assert recorded.coverages[0].verified_on == date(2026, 3, 2)
    assert recorded.coverages[0].ends == date(2026, 12, 31)
    assert desk.record_verification(ada.id, coverage).coverages[0].ends == date(2026, 12, 31)
    with pytest.raises(NotFound):
        desk.record_verification(ada.id, "coverage-none")


def test_a_clinic_begins_without_gateways():
    assert Clinic().gateways.eligibility is None


def test_asking_whether_one_may_verify_asks_no_payer(clinic, desk, ada):
    payer = connected(clinic, desk, CoverageStatus.INACTIVE)
    assert desk.verify_coverage.may(ada.id, ada.coverages[0].id)
    assert payer.asked == []
