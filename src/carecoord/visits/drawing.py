"""A provider's day and a site's week as SVG, from plain data.

    svg = day_svg("Dr. Oak, Monday", day, zone, calendar.open, bookings, openings)

What a booking is shown by its pattern and its words, not by colour alone, so that a black and white
print says the same; every drawing has a title and a description for those who do not see it. It
shows no patient: what is written into a booking is what `labels` says, else only its state.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from attrs import frozen

from carecoord.kernel.ids import BookingId
from carecoord.kernel.time import Period
from carecoord.visits.bookings import Block, Booking, GroupSession, Hold
from carecoord.visits.calendars import Calendar
from carecoord.visits.hours import first_shown
from carecoord.visits.search import Opening
from carecoord.visits.stretches import cut, joined

__all__ = ["day_svg", "week_svg"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_LEFT, _TOP, _LANE, _ASIDE, _INCH = 64, 48, 180, 76, 96
_STYLE = """
    text { font: 12px sans-serif; fill: #000 }
    .title { font-size: 16px; font-weight: bold }
    .open { fill: #fff; stroke: #000; stroke-width: 0.5 }
    .closed { fill: url(#closed) }
    .hour { stroke: #999; stroke-width: 0.5 }
    .visit { fill: #dbe9f6; stroke: #000; stroke-width: 1.5 }
    .hold { fill: #fff3cd; stroke: #000; stroke-width: 1; stroke-dasharray: 5 3 }
    .block { fill: #d9d9d9; stroke: #000; stroke-width: 1 }
    .session { fill: #dff0d8; stroke: #000; stroke-width: 3 }
    .buffer { fill: url(#buffer); stroke: #666; stroke-width: 0.5 }
    .taken { fill: #777; stroke: #000; stroke-width: 0.5 }
    .opening { fill: none; stroke: #000; stroke-width: 1; stroke-dasharray: 1 3 }
"""
_PATTERNS = (
    '<pattern id="closed" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#eee"/><path d="M0 6L6 0" stroke="#bbb"/></pattern>'
    '<pattern id="buffer" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" fill="#fff"/><path d="M0 0L4 4" stroke="#888"/></pattern>'
)


def day_svg(
    title: str,
    day: date,
    zone: ZoneInfo,
    open_periods: Iterable[Period],
    bookings: Iterable[Booking],
    openings: Iterable[Opening] = (),
    *,
    labels: Mapping[BookingId, str] | None = None,
) -> str:
    """One resource's day, from its first hour to its last, lanes side by side.

    Bookings that no longer occupy time are left out; those that reach over midnight are cut there.
    """
    whole = Period(first_shown(day, time(0), zone), first_shown(day + _DAY, time(0), zone))
    shown = sorted(
        (one for one in bookings if one.occupies_time and one.occupation.extended.overlaps(whole)),
        key=lambda one: (one.period.start, one.id),
    )
    hours = [common for one in open_periods if (common := one.intersection(whole)) is not None]
    offered = sorted((one for one in openings if one.period.overlaps(whole)), key=_start)
    lanes = 1 + max((one.occupation.lane for one in shown), default=0)
    width = lanes * _LANE + _ASIDE
    scale = _Scale.around(whole, [*hours, *(one.occupation.extended for one in shown)], zone)
    marks = [_rect("closed", scale.span, scale, 0, width, "")]
    marks += [_rect("open", period, scale, 0, width, "") for period in hours]
    marks += scale.hour_lines(width)
    lines = []
    for booking in shown:
        words = (labels or {}).get(booking.id, _state(booking))
        place = 8 + booking.occupation.lane * _LANE
        body, extended = booking.occupation.period, booking.occupation.extended
        around = [Period(extended.start, extended.end)] if extended != body else []
        marks += [_rect("buffer", one, scale, place, _LANE - 16, "buffers") for one in around]
        text = f"{scale.clock(body.start)} to {scale.clock(body.end)}: {words}"
        marks.append(_rect(_sort(booking), body, scale, place, _LANE - 16, text))
        marks.append(_words(body, scale, place + 4, f"{scale.clock(body.start)} {words}"))
        lines.append(text)
    for opening in offered:
        text = f"{scale.clock(opening.start)}: free"
        marks.append(_rect("opening", opening.period, scale, width - _ASIDE + 8, 60, text))
        marks.append(_words(opening.period, scale, width - _ASIDE + 12, "free"))
        lines.append(text)
    height = scale.height + _TOP + 16
    return _document(title, lines or ["Nothing is booked."], marks, _LEFT + width + 16, height)


@frozen
class _Scale:
    """Where instants are on the page."""

    span: Period
    zone: ZoneInfo

    @classmethod
    def around(cls, whole: Period, shown: Sequence[Period], zone: ZoneInfo) -> "_Scale":
        """From the hour before the first to the hour after the last; the whole day if nothing."""
        within = [one for period in shown if (one := period.intersection(whole)) is not None]
        if not within:
            return cls(whole, zone)
        start = min(one.start for one in within)
        end = max(one.end for one in within)
        before = (start - whole.start) // _HOUR
        after = -((whole.start - end) // _HOUR)
        last = min(whole.start + after * _HOUR, whole.end)
        return cls(Period(whole.start + before * _HOUR, last), zone)

    @property
    def height(self) -> int:
        """How high the day is: an inch an hour, or nearly."""
        return round(self.span.duration / _HOUR * _INCH)

    def y(self, instant: datetime) -> float:
        """How far down the page."""
        within = min(max(instant, self.span.start), self.span.end) - self.span.start
        return _TOP + round(within / _HOUR * _INCH, 2)

    def clock(self, instant: datetime) -> str:
        """What the wall shows."""
        return f"{instant.astimezone(self.zone):%H:%M}"

    def hour_lines(self, width: int) -> list[str]:
        """A line and a time for each hour that passes."""
        marks = []
        at = self.span.start
        while at <= self.span.end:
            y = self.y(at)
            marks.append(
                f'<line class="hour" x1="{_LEFT}" x2="{_LEFT + width}" y1="{y}" y2="{y}"/>'
            )
            marks.append(f'<text x="12" y="{y + 4}">{self.clock(at)}</text>')
            at += _HOUR
        return marks


def week_svg(title: str, first: date, calendars: Iterable[Calendar], *, days: int = 7) -> str:
    """The days of a site from `first` on: a row for each resource, its hours and what is taken.

    A filled part of a bar is taken, an empty one is free, hatched is closed; under each bar stands
    how much is free.
    """
    rows = sorted(calendars, key=lambda one: (one.location, one.resource))
    marks, lines = [], []
    for column in range(days):
        day = first + column * _DAY
        x = 120 + column * 120
        marks.append(f'<text x="{x}" y="{_TOP}">{day:%a} {day.day} {day:%b}</text>')
    for row, calendar in enumerate(rows):
        y = _TOP + 16 + row * 44
        marks.append(f'<text x="12" y="{y + 12}">{_safe(calendar.resource)}</text>')
        for column in range(days):
            day = first + column * _DAY
            bar, text = _bar(calendar, day, 120 + column * 120, y)
            marks += bar
            lines.append(f"{calendar.resource}, {day.isoformat()}: {text}")
    height = _TOP + 32 + 44 * len(rows)
    return _document(title, lines or ["Nobody works here."], marks, 136 + 120 * days, height)


def _bar(calendar: Calendar, day: date, x: int, y: int) -> tuple[list[str], str]:
    zone = calendar.zone
    start, end = first_shown(day, time(0), zone), first_shown(day + _DAY, time(0), zone)

    def drawn(kind: str, stretches: list[tuple[datetime, datetime]]) -> list[str]:
        made = []
        for one, other in stretches:
            left = x + 104 * ((one - start) / (end - start))
            width = 104 * ((other - one) / (end - start))
            made.append(
                f'<rect class="{kind}" x="{left:.2f}" y="{y}" width="{width:.2f}" height="16"/>'
            )
        return made

    hours = joined(
        (max(one.start, start), min(one.end, end)) for one in calendar.open if one.start < end
    )
    free = cut(hours, joined((one.period.start, one.period.end) for one in calendar.busy))
    taken = cut(hours, free)
    minutes = sum((other - one for one, other in free), timedelta()) // _MINUTE
    text = f"{minutes // 60} h {minutes % 60:02} free" if hours else "closed"
    bar = drawn("closed", [(start, end)]) + drawn("open", hours) + drawn("taken", taken)
    return [*bar, f'<text x="{x}" y="{y + 28}">{text}</text>'], text


def _start(opening: Opening) -> datetime:
    return opening.start


def _sort(booking: Booking) -> str:
    match booking:
        case Hold():
            return "hold"
        case Block():
            return "block"
        case GroupSession():
            return "session"
        case _:
            return "visit"


def _state(booking: Booking) -> str:
    return f"{_sort(booking)}, {booking.status.value}"


def _rect(kind: str, period: Period, scale: _Scale, x: float, width: float, text: str) -> str:
    top = scale.y(period.start)
    height = round(scale.y(period.end) - top, 2)
    title = f"<title>{_safe(text)}</title>" if text else ""
    return (
        f'<rect class="{kind}" x="{_LEFT + x}" y="{top}" width="{width}" height="{height}">'
        f"{title}</rect>"
    )


def _words(period: Period, scale: _Scale, x: float, text: str) -> str:
    return f'<text x="{_LEFT + x}" y="{scale.y(period.start) + 13}">{_safe(text[:26])}</text>'


def _safe(text: str) -> str:
    """The text as XML can hold it: marked up, and without characters that it forbids."""
    kept = (c if c >= " " and c not in "\ufffe\uffff" else "\ufffd" for c in text)
    return escape("".join(kept))


def _document(title: str, lines: list[str], marks: list[str], width: int, height: int) -> str:
    described = "&#10;".join(_safe(line) for line in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{_safe(title)}</title><desc id="desc">{described}</desc>'
        f"<defs>{_PATTERNS}</defs><style>{_STYLE}</style>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<text class="title" x="12" y="24">{_safe(title)}</text>'
        f"{''.join(marks)}</svg>"
    )
