"""Legal holds: what they cover stays until they are released, once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.legal_holds import (
    RETENTION_SCHEDULE_ID,
    LegalHold,
    RetentionSchedule,
    record_is_under_no_legal_hold,
)
from carecoord.compliance.retention_rules import RETENTION_RULES
from carecoord.errors import InvalidValue, NotAllowed, NotFound

TODAY = date(2026, 3, 2)
PATIENTS, KINDS = ("ada", "ben"), ("entry", "booking")


def hold(number=1, patients=None, kinds=None):
    return LegalHold(
        id=f"hold-{number}", matter="Doe v. Clinic", placed_on=TODAY, placed_by="cory",
        patients=patients, kinds=kinds,
    )  # fmt: skip


scopes = st.tuples(
    st.none() | st.frozensets(st.sampled_from(PATIENTS), min_size=1),
    st.none() | st.frozensets(st.sampled_from(KINDS), min_size=1),
)


@given(
    st.lists(st.tuples(scopes, st.booleans()), max_size=5),
    st.sampled_from(PATIENTS),
    st.frozensets(st.sampled_from(KINDS)),
)
def test_a_record_is_free_if_every_hold_that_covers_it_is_released(rows, patient, kinds):
    schedule = RetentionSchedule(id=RETENTION_SCHEDULE_ID)
    covered = False
    for number, ((patients, held), released) in enumerate(rows):
        schedule = schedule.holding(hold(number, patients, held))
        if released:
            schedule = schedule.releasing(f"hold-{number}", by="cory", on=TODAY)
        elif (patients is None or patient in patients) and (held is None or held & kinds):
            covered = True
    assert bool(record_is_under_no_legal_hold(schedule, patient, kinds)) is not covered
    assert len(schedule.holds) == len(rows)


def test_a_hold_is_released_once():
    schedule = RetentionSchedule(id=RETENTION_SCHEDULE_ID).holding(hold())
    released = schedule.releasing("hold-1", by="cory", on=TODAY)
    assert released.holds[0].released_by == "cory"
    with pytest.raises(NotAllowed, match="hold_is_still_in_place"):
        released.releasing("hold-1", by="cory", on=TODAY)
    with pytest.raises(NotFound):
        schedule.releasing("hold-2", by="cory", on=TODAY)


def test_rules_are_told_from_one_another_by_name():
    schedule = RetentionSchedule(id=RETENTION_SCHEDULE_ID)
    assert schedule.with_rules(RETENTION_RULES).rules == RETENTION_RULES
    with pytest.raises(InvalidValue):
        schedule.with_rules(RETENTION_RULES[:1] * 2)
