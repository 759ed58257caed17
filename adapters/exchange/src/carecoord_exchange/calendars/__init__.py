"""iCalendar: busy times in, visits out, and recurrence by the rules of RFC 5545."""

from carecoord.visits.recurrence import Frequency, Rule
from carecoord_exchange.calendars.busy import BusyTime, BusyTimes, read_busy_times
from carecoord_exchange.calendars.writing import (
    CalendarEntry,
    series_entries,
    visit_entry,
    write_calendar,
)

__all__ = [
    "BusyTime",
    "BusyTimes",
    "CalendarEntry",
    "Frequency",
    "Rule",
    "read_busy_times",
    "series_entries",
    "visit_entry",
    "write_calendar",
]
