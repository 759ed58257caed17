from datetime import UTC, datetime, timedelta

import pytest

from carecoord.errors import InvalidValue
from carecoord.kernel.people import Role
from carecoord.kernel.time import Period
from carecoord.visits import (
    Modality,
    Occupation,
    OwnDuration,
    PatientStanding,
    Requirement,
    VisitType,
    notice_is_long_enough,
    patient_standing_suits_the_visit_type,
    role_may_book_the_visit_type,
    visit_is_within_the_planning_horizon,
    visit_type_is_active,
)

EIGHT = datetime(2026, 3, 9, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FACTS = {
    "id": "cleaning",
    "name": "Cleaning",
    "duration": 40 * MINUTE,
    "requirements": (Requirement("hygienist"), Requirement("room-chair", in_person_only=True)),
}


def kind(**rest: object) -> VisitType:
    return VisitType(**{**FACTS, **rest})


def test_a_slower_provider_takes_a_duration_of_their_own():
    slow = kind(own_durations=(OwnDuration("h-2", 60 * MINUTE),), buffer_after=10 * MINUTE)
    assert slow.duration_with("h-1") == 40 * MINUTE
    assert slow.occupation(EIGHT, ("h-2", "chair-1"), "main") == Occupation(
        Period.starting(EIGHT, minutes=60), ("h-2", "chair-1"), "main", buffer_after=10 * MINUTE
    )
    with pytest.raises(InvalidValue):
        slow.occupation(EIGHT, (), "main")


def test_telehealth_needs_no_room():
    provider, chair = kind().requirements
    assert provider.applies_to(Modality.TELEHEALTH)
    assert not chair.applies_to(Modality.TELEHEALTH)
    assert chair.applies_to(Modality.IN_PERSON)


def test_notice_and_horizon_include_their_edges():
    planned = kind(minimum_notice=120 * MINUTE, horizon=timedelta(days=90))
    assert notice_is_long_enough(planned, EIGHT, EIGHT - 120 * MINUTE)
    assert not notice_is_long_enough(planned, EIGHT, EIGHT - 119 * MINUTE)
    assert visit_is_within_the_planning_horizon(planned, EIGHT, EIGHT - timedelta(days=90))
    assert not visit_is_within_the_planning_horizon(planned, EIGHT, EIGHT - timedelta(days=91))
    assert visit_is_within_the_planning_horizon(kind(), EIGHT, EIGHT - timedelta(days=9999))
    for either in (planned, kind()):
        assert notice_is_long_enough(either, EIGHT, EIGHT + MINUTE).reason == "that time has passed"
    soon = notice_is_long_enough(planned, EIGHT, EIGHT)
    assert soon.reason == "it must be booked at least 120 minutes ahead"


def test_for_whom_and_by_whom():
    new = kind(standings={PatientStanding.NEW}, bookable_by={Role.SCHEDULER, Role.FRONT_DESK})
    assert patient_standing_suits_the_visit_type(new, PatientStanding.NEW)
    assert not patient_standing_suits_the_visit_type(new, PatientStanding.ESTABLISHED)
    assert patient_standing_suits_the_visit_type(kind(), PatientStanding.ESTABLISHED)
    assert role_may_book_the_visit_type(new, frozenset({Role.SCHEDULER}))
    refused = role_may_book_the_visit_type(new, frozenset({Role.PATIENT}))
    assert refused.reason == "it may be booked by: front_desk, scheduler"
    assert role_may_book_the_visit_type(kind(), frozenset({Role.PATIENT}))


def test_a_retired_visit_type_is_not_booked():
    assert visit_type_is_active(kind())
    assert not visit_type_is_active(kind().retired())


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": timedelta()},
        {"buffer_after": -MINUTE},
        {"minimum_notice": -MINUTE},
        {"minimum_notice": timedelta.max},
        {"buffer_before": timedelta.max},
        {"horizon": timedelta.max},
        {"duration": timedelta.max},
        {"duration": timedelta(hours=24), "buffer_after": MINUTE},
        {
            "own_durations": (OwnDuration("h-2", timedelta(hours=24)),),
            "buffer_after": MINUTE,
        },
        {"own_durations": (OwnDuration("h-2", MINUTE), OwnDuration("h-2", MINUTE))},
        {"requirements": ()},
        {"requirements": (Requirement("hygienist", in_person_only=True),)},
        {"modalities": ()},
        {"horizon": timedelta()},
        {"starts_every": timedelta()},
        {"starts_every": 7 * MINUTE},
        {"starts_every": timedelta(seconds=90)},
        {"seats": 0},
        {"name": "  "},
    ],
)
def test_impossible_visit_types_are_refused(wrong: dict[str, object]):
    with pytest.raises(InvalidValue):
        kind(**wrong)


def test_an_own_duration_is_above_nothing_and_within_a_day():
    for duration in (timedelta(), timedelta(hours=25)):
        with pytest.raises(InvalidValue):
            OwnDuration("h-2", duration)
