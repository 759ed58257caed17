from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord.errors import InvalidValue, NotFound, Refused
from carecoord.kernel.codes import US_SSN, Identifier
from carecoord.kernel.contact import Address, HumanName, folded
from carecoord.patients.coverages import Coverage, CoverageType
from carecoord.patients.registration import (
    Patient,
    birth_date_is_possible,
    not_registered_already,
    patient_is_active,
)

ADA = Patient(id="p1", name=HumanName(family="Okafor", given=["Ada"]), birth_date=date(1980, 5, 17))


def coverage(id: str) -> Coverage:
    return Coverage(id=id, type=CoverageType.COMMERCIAL, payer_name="Acme")


@given(st.permutations(["c1", "c2", "c3", "c4"]))
def test_ordering_coverages_keeps_each_of_them_once(order):
    patient = ADA
    for id in ("c1", "c2", "c3", "c4"):
        patient = patient.covered(coverage(id))
    ordered = patient.with_coverages_ordered(order)
    assert [one.id for one in ordered.coverages] == order
    assert set(ordered.coverages) == set(patient.coverages)


@pytest.mark.parametrize("ids", [[], ["c1"], ["c1", "c1"], ["c1", "c3"], ["c1", "c2", "c2"]])
def test_an_order_that_is_not_of_all_coverages_is_refused(ids):
    patient = ADA.covered(coverage("c1")).covered(coverage("c2"))
    with pytest.raises(InvalidValue):
        patient.with_coverages_ordered(ids)


def test_a_coverage_can_pay_first_and_be_changed_in_its_place():
    patient = ADA.covered(coverage("c1")).covered(coverage("c2"), first=True)
    assert [one.id for one in patient.coverages] == ["c2", "c1"]
    changed = patient.with_coverage_changed(evolve(coverage("c1"), ends=date(2026, 1, 31)))
    assert [one.id for one in changed.coverages] == ["c2", "c1"]
    assert [one.id for one in changed.coverages_on(date(2026, 2, 1))] == ["c2"]
    with pytest.raises(NotFound):
        patient.with_coverage_changed(coverage("c9"))


def test_no_two_coverages_have_one_id():
    with pytest.raises(InvalidValue):
        ADA.covered(coverage("c1")).covered(coverage("c1"))


@given(st.dates(), st.dates())
def test_a_birth_date_is_possible_in_the_past_130_years(birth, today):
    possible = birth <= today and today.year - birth.year <= 130
    assert bool(birth_date_is_possible(birth, today)) == possible


def test_an_unknown_birth_date_is_possible():
    assert birth_date_is_possible(None, date(2026, 1, 1))


def test_the_same_name_and_birth_date_is_a_resemblance_whatever_the_case():
    twin = evolve(ADA, id="p2", name=HumanName(family="OKAFOR ", given=["ada"]))
    assert not not_registered_already(twin, [ADA])
    assert not_registered_already(evolve(twin, birth_date=date(1981, 5, 17)), [ADA])
    assert not_registered_already(evolve(twin, birth_date=None), [evolve(ADA, birth_date=None)])
    assert not_registered_already(twin, [])


def test_the_same_identifier_is_a_resemblance():
    number = Identifier(US_SSN, "000-12-3456")
    known = evolve(ADA, identifiers=[number])
    other = Patient(id="p3", name=HumanName(given=["X"]), identifiers=[number])
    assert not not_registered_already(other, [known])


def test_nothing_new_is_arranged_for_inactive_records_or_the_dead():
    assert patient_is_active(ADA)
    assert not patient_is_active(evolve(ADA, active=False))
    assert not patient_is_active(evolve(ADA, deceased_at=datetime(2026, 1, 1, tzinfo=UTC)))


def test_a_repr_shows_the_id_and_nothing_that_names_the_patient():
    shown = repr(evolve(ADA, addresses=[Address(city="Nowhere")]))
    assert "p1" in shown
    for detail in ("Okafor", "Ada", "1980", "Nowhere"):
        assert detail not in shown


def test_a_name_needs_a_part_and_is_written_in_full():
    with pytest.raises(InvalidValue, match="HumanName"):
        HumanName()
    name = HumanName(prefix=["Dr"], given=["Ada", "N."], family="Okafor", suffix=["MD"])
    assert name.full == "Dr Ada N. Okafor MD"
    assert HumanName(given=["Plato"]).full == "Plato"


@given(st.text(), st.text())
def test_folding_forgets_case_and_spaces_only(one, other):
    assert folded(one) == folded(folded(one))
    assert folded(f" {one}  {other} ") == folded(f"{one} {other}")


def test_a_birth_date_later_in_this_year_is_refused_as_one_of_a_later_year_is():
    today = date(2026, 6, 1)
    for birth in (date(2026, 6, 2), date(2027, 1, 1), date(2199, 1, 1)):
        refused = birth_date_is_possible(birth, today)
        assert isinstance(refused, Refused)
        assert refused.reason == "the birth date is in the future"
    refused = birth_date_is_possible(date(1895, 1, 1), today)
    assert isinstance(refused, Refused)
    assert refused.reason == "the birth date is more than 130 years ago"
