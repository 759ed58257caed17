"""The notice of privacy practices: acknowledged, or the effort noted."""

from datetime import date

import pytest
from attrs import evolve

from carecoord.compliance.notices import (
    NOTICE_LIFECYCLE,
    NoticeReceipt,
    NoticeStatus,
    notice_is_acknowledged,
)
from carecoord.errors import NotAllowed

TODAY = date(2026, 3, 2)
GIVEN = NoticeReceipt(
    id="notice-1", patient="patient-1", edition="2026-02", given_on=date(2026, 3, 1)
)


def test_a_notice_is_acknowledged_or_the_effort_is_noted():
    assert not notice_is_acknowledged([], "2026-02")
    assert not notice_is_acknowledged([GIVEN], "2026-02")
    for done in (GIVEN.acknowledged(TODAY), GIVEN.not_acknowledged("was in a hurry")):
        assert notice_is_acknowledged([GIVEN, done], "2026-02")
        assert not notice_is_acknowledged([done], "2027-01")


@pytest.mark.parametrize("status", NoticeStatus)
def test_verbs_do_what_the_table_says(status):
    done = {
        "acknowledge": lambda one: one.acknowledged(TODAY),
        "note_effort": lambda one: one.not_acknowledged("was in a hurry"),
    }
    for verb, move in done.items():
        before = evolve(GIVEN, status=status)
        if NOTICE_LIFECYCLE.may(status, verb):
            assert move(before).status is NOTICE_LIFECYCLE.after(status, verb)
        else:
            with pytest.raises(NotAllowed):
                move(before)
