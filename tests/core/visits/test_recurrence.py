"""Recurrence against published examples; the exchange adapter's tests have an oracle too."""

from datetime import datetime

import pytest

from carecoord.errors import InvalidValue
from carecoord.visits.recurrence import Rule

FIRST = datetime(1997, 9, 2, 9)


def at(year, month, day, hour=9, minute=0):
    return datetime(year, month, day, hour, minute)


LAST = at(2007, 1, 1)


def starts(text, first=FIRST, *, until=None, before=LAST):
    return list(Rule.parse(text, until=until).starts(first, before=before))


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [(9, 2), (9, 3), (9, 4)]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", [(9, 2), (9, 12), (9, 22), (10, 2), (10, 12)]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH", [(9, 2), (9, 4), (9, 16), (9, 18)]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=1TU", [(9, 2), (10, 7), (11, 4)]),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3", [(9, 28), (10, 29), (11, 28)]),
        ("FREQ=MONTHLY;COUNT=4;BYMONTHDAY=2,15", [(9, 2), (9, 15), (10, 2), (10, 15)]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", [(9, 4), (10, 7), (11, 6)]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", [(9, 29), (10, 30), (11, 27)]),
    ],
)
def test_examples_of_rfc_5545_within_a_year(rule, days):
    assert starts(rule) == [at(1997, month, day) for month, day in days]


def test_examples_of_rfc_5545_over_years():
    assert starts("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", at(1997, 5, 12)) == [
        at(1997, 5, 12), at(1998, 5, 11), at(1999, 5, 17),
    ]  # fmt: skip
    assert starts("FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", at(1997, 1, 1)) == [
        at(1997, 1, 1), at(1997, 4, 10), at(1997, 7, 19), at(2000, 1, 1),
    ]  # fmt: skip
    assert starts("FREQ=YEARLY;BYDAY=20MO;COUNT=3", at(1997, 5, 19)) == [
        at(1997, 5, 19), at(1998, 5, 18), at(1999, 5, 17),
    ]  # fmt: skip
    election = "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3"
    assert starts(election, at(1996, 11, 5)) == [
        at(1996, 11, 5), at(2000, 11, 7), at(2004, 11, 2),
    ]  # fmt: skip
    friday_13 = starts("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", before=at(1999, 9, 1))
    assert friday_13 == [at(1998, 2, 13), at(1998, 3, 13), at(1998, 11, 13), at(1999, 8, 13)]


def test_the_start_of_the_week_matters():
    first = at(1997, 8, 5)
    for week_start, days in (("MO", [5, 10, 19, 24]), ("SU", [5, 17, 19, 31])):
        rule = f"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={week_start}"
        assert starts(rule, first) == [at(1997, 8, day) for day in days]


def test_dates_that_do_not_exist_are_dropped_and_do_not_count():
    assert starts("FREQ=MONTHLY;COUNT=3", at(2007, 1, 30), before=at(2008, 1, 1)) == [
        at(2007, 1, 30), at(2007, 3, 30), at(2007, 4, 30),
    ]  # fmt: skip
    assert starts("FREQ=YEARLY;COUNT=2", at(2000, 2, 29)) == [at(2000, 2, 29), at(2004, 2, 29)]


def test_until_is_inclusive_and_times_expand():
    assert len(starts("FREQ=DAILY", until=at(1997, 9, 4))) == 3
    assert starts("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,30;COUNT=3") == [
        at(1997, 9, 2), at(1997, 9, 2, 9, 30), at(1997, 9, 2, 10),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ", "FREQ=", "FREQ=SECONDLY", "FREQ=HOURLY;COUNT=3", "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=x", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;X=1",
        "FREQ=DAILY;COUNT=1;UNTIL=19971224", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=1MO", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYWEEKNO=1",
        "FREQ=DAILY;WKST=XX", "FREQ=DAILY;BYHOUR=-1", "FREQ=MONTHLY;BYDAY=-0MO",
        "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 500), "FREQ=DAILY;COUNT=٣",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(InvalidValue):
        Rule.parse(rule)


def test_a_rule_that_never_comes_true_ends():
    assert starts("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", before=at(2400, 1, 1)) == []


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_nothing_comes_from_the_limit_on(frequency):
    found = starts(f"FREQ={frequency}", before=at(1997, 9, 3))
    assert found == [FIRST]
    assert starts(f"FREQ={frequency}", before=at(1997, 9, 2, 8)) == []
    assert starts(f"FREQ={frequency};BYMONTH=2;BYDAY=MO", before=at(1997, 12, 1)) == []


def test_a_week_by_number_alone_keeps_the_weekday():
    assert starts("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", at(1997, 5, 12)) == [
        at(1997, 5, 12), at(1998, 5, 11),
    ]  # fmt: skip
    assert starts("FREQ=YEARLY;BYWEEKNO=20;BYMONTHDAY=14;COUNT=1", at(1997, 5, 12)) == [
        at(1997, 5, 14)
    ]


def test_positions_count_in_the_whole_first_week_before_what_is_past_is_left_out():
    tuesday = at(2000, 2, 1)
    found = starts("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=2", tuesday)
    assert found == [at(2000, 2, 7), at(2000, 2, 14)]
