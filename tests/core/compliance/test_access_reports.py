"""Who looked, and which access was unusual: by signs that a table states."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecoord.compliance.access_reports import (
    Access,
    Sign,
    Usual,
    accesses_to,
    unusual_accesses,
)
from carecoord.compliance.audit import AuditEntry, Touched
from carecoord.errors import InvalidValue
from carecoord.kernel.people import Purpose
from carecoord.kernel.time import Period, Zone

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
SPAN = Period(MONDAY, MONDAY + timedelta(days=7))
OPENED = (Period(MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=17)),)


def entry(*patients, actor="nora", roles=("coordinator",), at=MONDAY + timedelta(hours=10)):
    return AuditEntry(
        at=at,
        actor=actor,
        roles=roles,
        purpose=Purpose.TREATMENT,
        use_case="look_up_patient",
        outcome="done",
        reason="granted to coordinator",
        patients=patients,
        touched=tuple(Touched("patient", one, 1) for one in patients),
        origin="front desk",
    )


def signs(*entries, opened=OPENED, related=None, guarded=frozenset(), usual=None):
    found = unusual_accesses(
        entries,
        SPAN,
        zone=Zone("UTC"),
        related=related or {},
        guarded=guarded,
        opened=opened,
        usual=usual or Usual(),
    )
    return [(one.access.actor, *one.signs) for one in found]


def test_who_looked_is_told_with_what_and_why():
    looked = entry("ada", "ben")
    (access,) = accesses_to("ada", [looked, entry("cy"), entry()])
    assert access == Access(
        at=looked.at,
        actor="nora",
        roles=("coordinator",),
        purpose=Purpose.TREATMENT,
        use_case="look_up_patient",
        outcome="done",
        reason="granted to coordinator",
        kinds=("patient",),
        patients=("ada", "ben"),
        origin="front desk",
    )
    assert "ada" not in repr(access)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({"actor": "nora"}, []),
        ({"actor": "mel"}, [("mel", Sign.RELATED)]),
        ({"actor": "nora", "patients": ("star",)}, [("nora", Sign.GUARDED)]),
        ({"actor": "nora", "at": MONDAY + timedelta(hours=8)}, []),
        ({"actor": "nora", "at": MONDAY + timedelta(hours=7, minutes=59)},
         [("nora", Sign.AFTER_HOURS)]),
        ({"actor": "nora", "at": MONDAY + timedelta(hours=18)}, [("nora", Sign.AFTER_HOURS)]),
        ({"actor": "mel", "patients": ("ada", "star"), "at": MONDAY},
         [("mel", Sign.RELATED, Sign.GUARDED, Sign.AFTER_HOURS)]),
        ({"actor": "ada-at-home", "roles": ("patient",), "at": MONDAY}, []),
        ({"actor": "mel", "patients": ()}, []),
        ({"actor": "mel", "at": MONDAY - timedelta(minutes=1)}, []),
        ({"actor": "mel", "at": SPAN.end}, []),
    ],
)  # fmt: skip
def test_signs(what, found):
    patients = what.pop("patients", ("ada",))
    assert signs(entry(*patients, **what), related={"mel": {"ada"}}, guarded={"star"}) == found


def test_where_nobody_knows_the_hours_none_is_after_them():
    assert signs(entry("ada", at=MONDAY), opened=None) == []
    assert signs(entry("ada", at=MONDAY), opened=()) == [("nora", Sign.AFTER_HOURS)]


def day(number, records):
    at = MONDAY + timedelta(days=number, hours=10)
    return [entry(f"p{n}", at=at + timedelta(minutes=n)) for n in range(records)]


def test_volume_is_held_against_the_actors_own_days_and_told_once_a_day():
    usual = Usual(factor=2, least=3)
    quiet = [one for number in (-3, -2, -1) for one in day(number, 4)]
    assert signs(*quiet, *day(0, 8), opened=None, usual=usual) == []
    assert signs(*quiet, *day(0, 12), *day(1, 3), opened=None, usual=usual) == [
        ("nora", Sign.VOLUME)
    ]
    assert signs(*day(0, 3), opened=None, usual=usual) == []
    assert signs(*day(0, 4), opened=None, usual=usual) == [("nora", Sign.VOLUME)]
    long_ago = day(-29, 40)
    assert signs(*long_ago, *day(0, 4), opened=None, usual=usual) == [("nora", Sign.VOLUME)]


def test_the_reasons_are_words_without_names():
    usual = Usual(least=1)
    (found,) = unusual_accesses(
        [*day(-1, 1), *day(0, 4)], SPAN, zone=Zone("UTC"), related={}, guarded=set(), opened=None,
        usual=usual,
    )  # fmt: skip
    assert found.reasons == ("4 records in a day; usually 1",)


@given(st.integers(0, 60), st.integers(1, 5), st.integers(0, 40), st.integers(0, 20))
def test_volume_is_unusual_above_the_factor_and_the_least(reached, factor, least, usually):
    found = signs(
        *day(-1, usually), *day(0, reached), usual=Usual(factor=factor, least=least), opened=None
    )
    assert bool(found) is (reached > max(least, factor * usually))


def test_a_margin_is_not_negative():
    with pytest.raises(InvalidValue, match="margin"):
        Usual(margin=timedelta(minutes=-1))
