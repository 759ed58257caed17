# /// script
# requires-python = ">=3.11"
# dependencies = ["carecoord"]
#
# [tool.uv.sources]
# carecoord = { path = "..", editable = true }
# ///
"""Slot search inside an app with tables of its own: no carecoord store, no clock, no account.

The app below keeps staff, rooms, hours and appointments in SQLite tables of its own making. It
hands carecoord plain values, asks for openings, and writes the chosen one into its own table, under
a constraint of its own that carecoord's claims feed.

    uv run examples/embed_scheduling.py
"""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from carecoord.kernel.ids import LocationId, ResourceId, ScheduleId
from carecoord.kernel.time import Period
from carecoord.visits import (
    Busy,
    Calendar,
    Opening,
    Requirement,
    Schedule,
    Search,
    Shift,
    Weekday,
    WeeklyTemplate,
    find_openings,
    resource_claims,
)

ZONE = ZoneInfo("America/Denver")
MAIN_STREET = LocationId("main-street")
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 6, 18, tzinfo=UTC)

TABLES = """
    CREATE TABLE staff (name TEXT PRIMARY KEY, job TEXT, opens TEXT, closes TEXT);
    CREATE TABLE appointment (
        id INTEGER PRIMARY KEY, starts TEXT, ends TEXT, staff TEXT REFERENCES staff);
    CREATE TABLE taken (
        claim TEXT PRIMARY KEY, appointment INTEGER REFERENCES appointment) WITHOUT ROWID;
"""


def open_app() -> sqlite3.Connection:
    """The app's own database, with two dentists, a hygienist and a chair."""
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    staff = [
        ("dr-oak", "dentist", "08:00", "12:00"),
        ("dr-elm", "dentist", "07:30", "15:30"),
        ("ms-fir", "hygienist", "09:00", "17:00"),
        ("chair-1", "chair", "00:00", "00:00"),
    ]
    db.executemany("INSERT INTO staff VALUES (?, ?, ?, ?)", staff)
    return db


def calendars(db: sqlite3.Connection, span: Period) -> list[Calendar]:
    """What the app knows of everybody, as plain values."""
    made = []
    for name, job, opens, closes in db.execute("SELECT * FROM staff"):
        shift = Shift(Weekday.weekdays(), time.fromisoformat(opens), time.fromisoformat(closes))
        hours = Schedule(
            id=ScheduleId(f"hours-{name}"),
            resource=ResourceId(name),
            location=MAIN_STREET,
            zone=ZONE,
            templates=(WeeklyTemplate((shift,)),),
        )
        rows = db.execute("SELECT starts, ends FROM appointment WHERE staff = ?", (name,))
        made.append(
            Calendar(
                resource=ResourceId(name),
                location=MAIN_STREET,
                zone=ZONE,
                roles=frozenset({job}),
                open=hours.open_periods(span),
                busy=tuple(Busy(Period(*map(datetime.fromisoformat, row))) for row in rows),
            )
        )
    return made


def book(db: sqlite3.Connection, opening: Opening) -> bool:
    """Write an appointment for everybody who takes part; whoever was faster wins.

    The claims are unique strings for each five minutes of each resource: a primary key on them is
    all it takes that no two processes book overlapping times.
    """
    starts, ends = opening.period.start.isoformat(), opening.period.end.isoformat()
    try:
        with db:
            for name in opening.resources:
                row = (starts, ends, name)
                made = db.execute("INSERT INTO appointment VALUES (NULL, ?, ?, ?)", row)
            claims = ((claim, made.lastrowid) for claim in resource_claims(opening.occupation))
            db.executemany("INSERT INTO taken VALUES (?, ?)", claims)
    except sqlite3.IntegrityError:
        return False
    return True


def main() -> None:
    """Find, book, lose a race, find again, and say why nothing is left."""
    db = open_app()
    monday = datetime.combine(date(2026, 3, 9), time(0), ZONE)
    week = Period(monday, monday + timedelta(days=5))
    search = Search(
        span=week,
        duration=60 * MINUTE,
        requirements=(Requirement("dentist"), Requirement("hygienist"), Requirement("chair")),
        starts_every=30 * MINUTE,
        earliest=NOW,
        limit=3,
    )
    first = find_openings(search, calendars(db, week)).openings
    print("The first times with a dentist, the hygienist and the chair:")
    for opening in first:
        print(f"  {opening.start.astimezone(ZONE):%a %H:%M}  {', '.join(opening.resources)}")
    assert [f"{one.start.astimezone(ZONE):%H:%M}" for one in first] == ["09:00", "09:00", "09:30"]

    assert book(db, first[0])
    print("Booked the first. Somebody who saw the same list tries the second:")
    assert not book(db, first[1])
    print("  refused, for the hygienist and the chair are taken.")

    again = find_openings(search, calendars(db, week)).openings
    print(f"The next time is {again[0].start.astimezone(ZONE):%a %H:%M}.")
    assert again[0].start == first[0].start + 60 * MINUTE

    evening = Shift(Weekday.every(), time(18), time(22))
    nights = evolve(search, hours=(evening,))
    found = find_openings(nights, calendars(db, week))
    assert found.explanation is not None
    print("In the evening there is nothing:")
    for line in found.explanation.in_words():
        print(f"  {line}")


if __name__ == "__main__":
    main()
