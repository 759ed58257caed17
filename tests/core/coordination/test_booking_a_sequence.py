from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from carecoord import InvalidValue, NotAllowed, NotFound, Period, Zone
from carecoord.coordination.booking_a_sequence import SequenceStep
from carecoord.visits import Modality, Opening
from carecoord.visits.sequences import sequence_keeps_its_days

CHICAGO = Zone("America/Chicago")
WEEK = Period(datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))


@pytest.fixture
def steps(desk, small):
    for name, minutes in (("prep", 15), ("procedure", 60), ("follow-up", 30)):
        own = {"id": name, "name": name, "duration": timedelta(minutes=minutes), "version": 0}
        desk.offer_visit_type(evolve(small.type, **own))
    return (
        SequenceStep("prep"),
        SequenceStep("procedure", least_days=3, most_days=3),
        SequenceStep("follow-up", least_days=1, most_days=14),
    )


def days(visits):
    found = [one.period.start.astimezone(CHICAGO).date() for one in visits]
    return [(later - found[0]).days for later in found]


def test_every_sequence_found_can_be_booked_at_once(desk, small, steps):
    found = desk.find_sequences(steps, WEEK, patient=small.ada.id, limit=3)
    assert len(found) == 3
    for one in found:
        assert desk.book_sequence.may(small.ada.id, steps, one)
    visits = desk.book_sequence(small.ada.id, steps, found[0], note="hip")
    assert [one.visit_type for one in visits] == ["prep", "procedure", "follow-up"]
    assert days(visits) == [0, 3, 6]  # Tuesday, Friday, and Monday, since Saturday is closed
    assert {one.note for one in visits} == {"hip"}
    again = desk.find_sequences(steps, WEEK, patient=small.ben.id, limit=1)
    assert again[0][0].start > found[0][0].start


def test_all_of_a_sequence_is_booked_or_none(desk, small, steps):
    (first, *_) = desk.find_sequences(steps, WEEK)
    desk.book(small.ben.id, "follow-up", first[2])
    with pytest.raises(NotAllowed, match="resources_are_free"):
        desk.book_sequence(small.ada.id, steps, first)
    assert desk.visits_of(small.ada.id) == ()


def test_a_sequence_keeps_its_days(desk, small, steps):
    (first, *_) = desk.find_sequences(steps, WEEK)
    late = (first[0], evolve(first[1], start=first[1].start + timedelta(days=4)), first[2])
    with pytest.raises(NotAllowed, match="step 2, 3"):
        desk.book_sequence(small.ada.id, steps, late)
    for wrong in ((), first[:2]):
        with pytest.raises(InvalidValue):
            desk.book_sequence(small.ada.id, steps[: len(wrong)] if not wrong else steps, wrong)
    with pytest.raises(InvalidValue):
        SequenceStep("prep", least_days=2, most_days=1)
    with pytest.raises(InvalidValue):
        desk.find_sequences((), WEEK)
    with pytest.raises(NotFound):
        desk.find_sequences((SequenceStep("none"),), WEEK)


def test_a_step_has_its_own_providers_places_and_modality(desk, small, steps):
    alone = evolve(steps[0], providers=("dr-wu",), locations=("main",))
    assert desk.find_sequences((alone,), WEEK, limit=1)
    assert desk.find_sequences((evolve(alone, providers=("dr-else",)),), WEEK) == ()
    with pytest.raises(InvalidValue, match="telehealth"):
        desk.find_sequences((evolve(alone, modality=Modality.TELEHEALTH),), WEEK)


instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 20), timezones=st.just(UTC))


@given(st.lists(instants, min_size=1, max_size=4), st.data())
def test_the_days_are_counted_on_the_wall_and_nothing_begins_before_the_last_has_ended(
    starts, data
):
    openings = [Opening(start, timedelta(minutes=30), "main", ("dr-wu",)) for start in starts]
    between = [
        tuple(sorted(data.draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))))
        for _ in starts[1:]
    ]
    expected = all(
        least <= (b.astimezone(CHICAGO).date() - a.astimezone(CHICAGO).date()).days <= most
        and b >= a + timedelta(minutes=30)
        for a, b, (least, most) in zip(starts, starts[1:], between, strict=False)
    )
    assert bool(sequence_keeps_its_days(openings, between, {"main": CHICAGO})) is expected
