"""Busy times in, visits out, on the published fixtures and by laws."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from carecoord_exchange.calendars import (
    CalendarEntry,
    read_busy_times,
    series_entries,
    visit_entry,
    write_calendar,
)
from carecoord_exchange.problems import FileRefused
from hypothesis import given, settings
from hypothesis import strategies as st

from carecoord.errors import CarecoordError, InvalidValue
from carecoord.kernel.ids import ActorId, BookingId, LocationId, PatientId, ResourceId, VisitTypeId
from carecoord.kernel.time import Period, local_time
from carecoord.visits.occupation import Occupation
from carecoord.visits.series import Series
from carecoord.visits.statuses import CancellationReason
from carecoord.visits.visit import Visit

NEW_YORK = ZoneInfo("America/New_York")
REFUSED = {
    "big_bad_calendar.ics", "small_bad_calendar.ics", "pr_480_summary_with_colon.ics",
    "fuzz_testcase_0_char_in_component_name.ics", "fuzz_testcase_invalid_month.ics",
    "fuzz_testcase_vtimezone_lone_cr.ics", "issue_104_broken_calendar.ics",
    "parsing_error_in_UTC_offset.ics",
}  # fmt: skip


def utc(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


WIDE = Period(utc(1990, 1, 1), utc(2031, 1, 1))


def event(*lines):
    return calendar("BEGIN:VEVENT", "UID:e", *lines, "END:VEVENT")


def calendar(*lines):
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:t", *lines, "END:VCALENDAR"]
    return ("\r\n".join(whole) + "\r\n").encode()


def busy(data, span=WIDE, zone=NEW_YORK):
    return read_busy_times(data, span=span, zone=zone)


def starts(*lines, **options):
    found = busy(event(*lines), **options)
    assert found.problems == ()
    return [one.period.start for one in found.times]


def test_every_fixture_is_read_or_refused_and_nothing_crashes(material):
    files = sorted(material("icalendar").rglob("*.ics"))
    assert len(files) == 163
    refused = set()
    for path in files:
        try:
            found = busy(path)
        except FileRefused:
            refused.add(path.name)
            continue
        assert all(one.period.overlaps(WIDE) for one in found.times)
    assert refused == REFUSED


def test_counts_of_well_known_fixtures(material):
    folder = "icalendar/src/icalendar/tests/"
    for name, times in (
        ("calendars/issue_1081_freebusy_comma_separated.ics", 2),
        ("calendars/issue_27_multiple_periods_in_freebusy_one_freebusy.ics", 8),
        ("events/event_with_recurrence_exdates_on_different_lines.ics", 10),
        ("events/issue_112_missing_tzinfo_on_exdate.ics", 11),
        ("calendars/rfc_7265_appendix_example_2_ical.ics", 6),
    ):
        assert len(busy(material(folder + name)).times) == times


def test_a_series_keeps_its_time_on_the_wall_over_a_change_of_clocks():
    assert starts(
        "DTSTART;TZID=America/New_York:20260307T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"
    ) == [utc(2026, 3, 7, 14), utc(2026, 3, 8, 13), utc(2026, 3, 9, 13)]


def test_times_that_the_clock_skips_are_moved_on_and_count():
    assert starts(
        "DTSTART;TZID=America/New_York:20260307T023000", "DURATION:PT30M",
        "RRULE:FREQ=DAILY;COUNT=3",
    ) == [utc(2026, 3, 7, 7, 30), utc(2026, 3, 8, 7, 30), utc(2026, 3, 9, 6, 30)]  # fmt: skip
    assert starts("DTSTART;TZID=America/New_York:20261101T013000", "DURATION:PT30M") == [
        utc(2026, 11, 1, 5, 30)
    ]


def test_until_is_inclusive_in_utc_where_the_start_has_a_zone():
    begin = ("DTSTART;TZID=America/New_York:20260105T200000", "DURATION:PT1H")
    assert len(starts(*begin, "RRULE:FREQ=DAILY;UNTIL=20260108T010000Z")) == 3
    assert len(starts(*begin, "RRULE:FREQ=DAILY;UNTIL=20260108T005959Z")) == 2
    assert len(starts("DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=DAILY;UNTIL=20260108")) == 4


def test_whole_days_and_floating_times_are_the_owners():
    assert starts("DTSTART;VALUE=DATE:20260704") == [utc(2026, 7, 4, 4)]
    (day,) = busy(event("DTSTART;VALUE=DATE:20260308")).times
    assert day.period.duration == timedelta(hours=23)
    assert starts("DTSTART:20260704T090000", "DURATION:PT1H") == [utc(2026, 7, 4, 13)]


def test_exceptions_extra_dates_and_moved_occurrences():
    series = (
        "DTSTART;TZID=America/New_York:20260105T090000", "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=America/New_York:20260106T090000",
        "RDATE;TZID=America/New_York:20260110T090000",
        "RDATE;VALUE=PERIOD:20260120T140000Z/PT2H",
    )  # fmt: skip
    moved = (
        "BEGIN:VEVENT", "UID:e", "RECURRENCE-ID;TZID=America/New_York:20260107T090000",
        "DTSTART;TZID=America/New_York:20260107T150000", "DURATION:PT1H", "END:VEVENT",
    )  # fmt: skip
    data = calendar("BEGIN:VEVENT", "UID:e", *series, "END:VEVENT", *moved)
    found = busy(data)
    assert found.problems == ()
    assert [one.period.start for one in found.times] == [
        utc(2026, 1, 5, 14), utc(2026, 1, 7, 20), utc(2026, 1, 8, 14), utc(2026, 1, 10, 14),
        utc(2026, 1, 20, 14),
    ]  # fmt: skip


def test_what_leaves_time_free_is_not_busy():
    begin = ("DTSTART:20260704T090000Z", "DURATION:PT1H")
    assert starts(*begin, "TRANSP:TRANSPARENT") == []
    assert starts(*begin, "STATUS:CANCELLED") == []
    assert starts("DTSTART:20260704T090000Z") == []
    (tentative,) = busy(event(*begin, "STATUS:TENTATIVE")).times
    assert tentative.tentative
    free = calendar("BEGIN:VFREEBUSY", "UID:f", "FREEBUSY;FBTYPE=FREE:20260101T000000Z/PT1H",
                    "END:VFREEBUSY")  # fmt: skip
    assert busy(free).times == ()


def test_each_statement_of_busy_time_has_a_kind_of_its_own():
    data = calendar(
        "BEGIN:VFREEBUSY", "UID:f", "FREEBUSY;FBTYPE=FREE:20260101T000000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260102T000000Z/PT1H",
        "FREEBUSY:20260103T000000Z/20260103T010000Z,20260104T000000Z/PT1H",
        "END:VFREEBUSY",
    )  # fmt: skip
    found = busy(data)
    assert [(one.period.start.day, one.tentative) for one in found.times] == [
        (2, True), (3, False), (4, False),
    ]  # fmt: skip
    assert {problem.place for problem in found.problems} <= {
        "VFREEBUSY/FREEBUSY",
        "VFREEBUSY/DTEND",
    }


def test_only_what_touches_the_span_is_read():
    span = Period(utc(2026, 1, 5, 9), utc(2026, 1, 6, 9))
    assert starts("DTSTART:20260101T083000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", span=span) == [
        utc(2026, 1, 5, 8, 30), utc(2026, 1, 6, 8, 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (("DTSTART:nonsense",), "VEVENT/DTSTART"),
        (("SUMMARY:x",), "VEVENT/DTSTART"),
        (("DTSTART:00010101T000000Z", "DURATION:PT1H"), "VEVENT/DTSTART"),
        (("DTSTART:20260101T000000Z", "DTEND:20250101T000000Z"), "VEVENT/DTEND"),
        (("DTSTART:20260101T000000Z", "DTEND;VALUE=DATE:20260102"), "VEVENT/DTEND"),
        (("DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"), "VEVENT/RRULE"),
        (("DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:nonsense"), "VEVENT/RRULE"),
        (("DTSTART:20260101T000000Z", "DURATION:PT1H", "EXDATE:nonsense"), "VEVENT/EXDATE"),
        (("DTSTART:20260101T000000Z", "DURATION:nonsense"), "VEVENT/DURATION"),
        (("DTSTART:20260101T000000Z", "DURATION:-PT1H"), "VEVENT/DTEND"),
        (("DTSTART:20260101T000000Z", "DURATION:PT1H", "EXDATE:00010101T000000"), "VEVENT/EXDATE"),
        (("DTSTART:20260101T000000Z", "DURATION:PT1H", "RDATE:99991231T235959"), "VEVENT/RDATE"),
        (("DTSTART:20260101T000000Z", "DTEND:99991231T235959"), "VEVENT/DTEND"),
        (("DTSTART:20260101T000000Z", "DURATION:P4000000D"), "VEVENT/DTEND"),
        (
            ("DTSTART:20260101T000000Z", "DTEND:20260102T000000Z", "RECURRENCE-ID:00010101T000000"),
            "VEVENT/RECURRENCE-ID",
        ),
    ],
)
def test_faults_of_events_are_named_and_others_are_kept(lines, place):
    good = ("BEGIN:VEVENT", "UID:g", "DTSTART:20260601T090000Z", "DURATION:PT1H", "END:VEVENT")
    found = busy(calendar("BEGIN:VEVENT", *lines, "END:VEVENT", *good))
    assert {(p.entry, p.place) for p in found.problems} == {(0, place)}
    assert utc(2026, 6, 1, 9) in [one.period.start for one in found.times]


def test_what_is_no_calendar_is_refused():
    for data in (b"", b"hello", b"\xff\xfe", b"{}", b"BEGIN:VCALENDAR\r\nDTSTART\r\n"):
        with pytest.raises(FileRefused):
            busy(data)


def test_hostile_rules_do_not_take_for_ever(monkeypatch):
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    found = busy(event("DTSTART:19000101T000000Z", "DURATION:PT1H", never))
    assert len(found.times) == 0
    many = ["BEGIN:VEVENT", "DTSTART:19000101T000000Z", "DURATION:PT1H", never, "END:VEVENT"]
    monkeypatch.setattr("carecoord_exchange.calendars.busy._MOST_DAYS_OF_RULES", 60_000)
    found = busy(calendar(*many * 3), span=Period(utc(2029, 1, 1), utc(2031, 1, 1)))
    assert "VEVENT/RRULE" in {problem.place for problem in found.problems}


def entry(**changes):
    stated = {
        "uid": "v@carecoord", "period": Period(utc(2026, 3, 7, 14), utc(2026, 3, 7, 15)),
        "summary": "Visit", **changes,
    }  # fmt: skip
    return CalendarEntry(**stated)


def visit():
    occupation = Occupation(
        Period(utc(2026, 5, 4, 14), utc(2026, 5, 4, 14, 30)), (ResourceId("dr"),), LocationId("w")
    )
    return Visit(
        id=BookingId("visit-1"), patient=PatientId("patient-1"), visit_type=VisitTypeId("check"),
        occupation=occupation, note="Canary 4711",
    )  # fmt: skip


NOW = utc(2026, 1, 1)


def strictly_parsed(data):
    parsed = icalendar.Calendar.from_ical(data)
    assert all(component.errors == [] for component in parsed.walk())
    return parsed


def test_a_visit_is_written_and_read_back_as_busy():
    data = write_calendar(
        [visit_entry(visit(), summary="Visit", location="12 Main, West")], now=NOW
    )
    (written,) = strictly_parsed(data).walk("VEVENT")
    assert written["UID"] == "visit-1@carecoord"
    assert written["LOCATION"] == "12 Main, West"
    assert busy(data).periods == (visit().period,)
    assert b"Canary" not in data
    assert b"patient-1" not in data


def test_moving_and_cancelling_replace_what_a_calendar_has():
    actor = ActorId("a")
    moved = visit().rescheduled(
        Occupation(Period(utc(2026, 5, 5, 14), utc(2026, 5, 5, 15)), (ResourceId("dr"),),
                   LocationId("w")),
        by=actor, at=NOW,
    )  # fmt: skip
    gone = moved.cancelled(CancellationReason.PATIENT, by=actor, at=NOW)
    entries = [visit_entry(one, summary="Visit") for one in (visit(), moved, gone)]
    assert [one.sequence for one in entries] == [0, 1, 2]
    assert [one.status for one in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert busy(write_calendar(entries[2:], now=NOW)).times == ()


def test_a_series_with_exceptions_comes_back_as_its_expansion():
    series = entry(rule="FREQ=WEEKLY;COUNT=4", zone=NEW_YORK, except_for=(utc(2026, 3, 14, 13),))
    moved = entry(
        instead_of=utc(2026, 3, 21, 13), zone=NEW_YORK,
        period=Period(utc(2026, 3, 21, 18), utc(2026, 3, 21, 19)),
    )  # fmt: skip
    data = write_calendar([series, moved], now=NOW, name="West Clinic")
    strictly_parsed(data)
    assert b"BEGIN:VTIMEZONE" in data
    assert [one.period.start for one in busy(data).times] == [
        utc(2026, 3, 7, 14), utc(2026, 3, 21, 18), utc(2026, 3, 28, 13),
    ]  # fmt: skip


series_rules = st.sampled_from(
    ["FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=2MO",
     "FREQ=MONTHLY;BYMONTHDAY=31"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data(), series_rules, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_series_and_what_became_of_its_visits_come_back_as_busy_times(data, rule, first):
    count = data.draw(st.none() | st.integers(1, 12))
    last = data.draw(st.none() | st.just(first + timedelta(days=120)))
    series = Series(
        id="s1", patient="p1", visit_type="v", zone=NEW_YORK, first=first,
        at=data.draw(st.sampled_from([time(2, 30), time(9), time(23, 30)])), rule=rule,
        count=count, last=last,
    )  # fmt: skip
    until, hour = first + timedelta(days=200), timedelta(hours=1)
    for day in series.days(until):
        if data.draw(st.integers(0, 9)) == 0:
            series = series.without(day)
    expected, visits = [], {}
    for day in series.days(until):
        start = series.start(day)
        fate = data.draw(st.sampled_from(["planned", "kept", "moved", "cancelled"]))
        at = start + timedelta(hours=3) if fate == "moved" else start
        place = Occupation(Period(at, at + hour), (ResourceId("dr"),), LocationId("w"))
        one = Visit(id=f"v-{day}", patient="p1", visit_type="v", occupation=place)
        if fate == "cancelled":
            one = one.cancelled(CancellationReason.PATIENT, by=ActorId("a"), at=NOW)
        if fate != "planned":
            visits[day] = one
        if fate != "cancelled":
            expected.append(one.period)
    entries = series_entries(series, visits, duration=hour, summary="Therapy")
    written = write_calendar(entries, now=NOW)
    strictly_parsed(written)
    span = Period(local_time(first, time(0), NEW_YORK), local_time(until, time(23, 59), NEW_YORK))
    found = [one.period for one in busy(written, span=span).times]
    assert sorted(found) == sorted(one for one in expected if one.overlaps(span))


def test_a_series_that_never_takes_place_has_no_entry():
    never = Series(
        id="s1", patient="p1", visit_type="v", zone=NEW_YORK, first=date(2026, 1, 1), at=time(9),
        rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    )  # fmt: skip
    with pytest.raises(InvalidValue):
        series_entries(never, {}, duration=timedelta(hours=1), summary="Therapy")


def test_entries_that_cannot_be_are_refused():
    for changes in ({"rule": "FREQ=DAILY"}, {"rule": "x", "zone": NEW_YORK}, {"status": "MAYBE"}):
        with pytest.raises(InvalidValue):
            entry(**changes)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@settings(max_examples=60)
@given(texts.filter(str.strip), texts, st.datetimes(timezones=st.just(UTC)), st.integers(1, 2_000))
def test_whatever_is_written_is_read_strictly(summary, description, start, minutes):
    start = start.replace(year=2000 + start.year % 30, day=min(28, start.day), microsecond=0)
    one = entry(
        period=Period.starting(start, minutes=minutes), summary=summary, description=description
    )
    data = write_calendar([one], now=NOW)
    (written,) = strictly_parsed(data).walk("VEVENT")
    assert str(written["SUMMARY"]) == summary
    assert busy(data).periods == (one.period,)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_calendars_give_our_own_error_or_a_clean_result(data):
    whole = write_calendar(
        [entry(rule="FREQ=WEEKLY;COUNT=4", zone=NEW_YORK, except_for=(utc(2026, 3, 14, 13),))],
        now=NOW,
    )
    at = data.draw(st.integers(0, len(whole)))
    damage, cut = data.draw(st.binary(max_size=4)), data.draw(st.integers(0, 12))
    with contextlib.suppress(CarecoordError):
        busy(whole[:at] + damage + whole[at + cut :])


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Apia", "Australia/Lord_Howe"])
def test_busy_times_do_not_depend_on_the_order_of_events(zone):
    one = ("BEGIN:VEVENT", "UID:a", "DTSTART;VALUE=DATE:20260704", "END:VEVENT")
    two = ("BEGIN:VEVENT", "UID:b", "DTSTART:20260704T090000", "DURATION:PT1H", "END:VEVENT")
    own = ZoneInfo(zone)
    assert busy(calendar(*one, *two), zone=own) == busy(calendar(*two, *one), zone=own)
