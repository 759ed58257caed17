"""Answers hold the parts that are needed, name those left out, and cannot be kept."""

import typing

import attrs
import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord import Actor, Purpose, Role
from carecoord.compliance import STANDARD_POLICY
from carecoord.coordination.narrowing import narrowed, parts_by_class
from carecoord.errors import InvalidValue
from carecoord.kernel.contact import Telecom, TelecomSystem
from carecoord.kernel.ids import BookingId
from carecoord.kinds import KINDS
from carecoord.patients import Patient
from carecoord.patients.repository import PATIENT
from carecoord.storage.collection import Page
from carecoord.testing.strategies import aggregates_of

PATIENT_PARTS = sorted(
    {part for view in STANDARD_POLICY.views if view.kind == "patient" for part in view.parts}
)
parts = st.frozensets(st.sampled_from(PATIENT_PARTS), min_size=1)


@frozen
class Holding:
    """Something that holds patients somewhere."""

    _one: Patient
    more: dict[str, tuple[Patient, ...]]
    words: str = attrs.field(init=False, default="")


def wrapped(patient):
    return [
        (patient, lambda it: it),
        ((1, patient), lambda it: it[1]),
        ([patient], lambda it: it[0]),
        (Page((patient,)), lambda it: it.items[0]),
        (Holding(patient, {}), lambda it: it._one),
        (Holding(patient, {"a": (patient,)}), lambda it: it.more["a"][0]),
    ]


@settings(max_examples=50)
@given(aggregates_of(PATIENT), parts)
def test_what_is_left_out_is_nowhere_and_all_else_is_there(patient, left):
    for whole, found in wrapped(patient):
        seen = found(narrowed(whole, {Patient: left}))
        assert seen.withheld == left
        for field in attrs.fields(Patient):
            if field.name not in left | {"withheld"}:
                assert getattr(seen, field.name) == getattr(patient, field.name)
        empty = evolve(patient, **{name: getattr(seen, name) for name in left}, withheld=left)
        assert all(not getattr(empty, name) for name in left)
        assert narrowed(seen, {Patient: left}) == seen


@given(aggregates_of(PATIENT))
def test_where_nothing_is_left_out_nothing_is_made_anew(patient):
    for whole, _ in wrapped(patient)[:-1]:
        assert narrowed(whole, {}) is whole or isinstance(whole, Holding)
    assert narrowed("text", {Patient: frozenset({"contacts"})}) == "text"


def test_every_part_of_the_standard_views_can_be_left_out():
    named = {}
    for view in STANDARD_POLICY.views:
        named.setdefault(view.kind, set()).update(view.parts)
    by_class = parts_by_class(tuple((k, frozenset(p)) for k, p in named.items()), KINDS)
    classes = {cls: kind.name for kind in KINDS for cls in typing.get_args(kind.cls) or (kind.cls,)}
    left = {}
    for cls, found in by_class.items():
        left.setdefault(classes[cls], set()).update(found)
        for name in found:
            assert attrs.fields_dict(cls)[name].default is not attrs.NOTHING
    assert left == named


@pytest.fixture
def paying(clinic):
    return clinic.desk(Actor.of("bea", Role.BILLING), Purpose.PAYMENT)


@pytest.fixture
def ada(desk, small):
    reached = Telecom(system=TelecomSystem.PHONE, value="+1 217 555 0117")
    return desk.change_record(evolve(small.ada, telecoms=(reached,)))


def test_billing_sees_what_payment_needs(paying, desk, small, ada):
    (opening, *_) = desk.find_openings("checkup", small.tuesday).openings
    visit = desk.book(ada.id, "checkup", opening, note="afraid of needles")
    seen = paying.look_up_patient(ada.id)
    assert seen.telecoms == ada.telecoms
    assert seen.coverages == ada.coverages
    assert seen.identifiers == ()
    assert "identifiers" in seen.withheld
    assert {one.withheld for one in paying.find_patients(family="")} == {seen.withheld}
    assert desk.look_up_visit(visit.id).note == "afraid of needles"
    assert desk.look_up_patient(ada.id) == ada


def test_what_was_narrowed_cannot_be_kept(paying, desk, ada, clinic):
    seen = paying.look_up_patient(ada.id)
    with pytest.raises(InvalidValue, match=r"patient\.withheld"):
        desk.change_record(seen)
    with pytest.raises(InvalidValue, match=r"patient\.withheld"):
        desk.take_over_patient(evolve(seen, id="another", version=0))
    assert desk.look_up_patient(ada.id) == ada


def test_a_repeated_answer_is_narrowed_too(clinic, small):
    seldom = Actor.of("sue", Role.SCHEDULER)
    desk = clinic.desk(seldom, Purpose.TREATMENT)
    (opening, *_) = desk.find_openings("checkup", small.tuesday).openings
    first = desk.book.once("key", small.ada.id, "checkup", opening, note="by the window")
    assert first.note == "by the window"
    payment = clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.PAYMENT)
    assert payment.look_up_visit(BookingId(first.id)).note == ""
    with clinic.desk(Actor.of("nora", Role.COORDINATOR), Purpose.PAYMENT).together() as together:
        assert together.look_up_visit(first.id).withheld == {"note"}
