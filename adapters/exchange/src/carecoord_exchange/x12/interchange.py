"""The envelope of X12: interchanges, functional groups, transaction sets and their segments.

The control numbers and counts of each header and trailer have to agree; where one does not, part
of the file may be missing or doubled, and all of it is refused.

Source: ASC X12.5 and X12.6, version 005010.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord_exchange.problems import FileRefused, Findings, Problem
from carecoord_exchange.sources import Source, name_of, read_whole, refused

__all__ = [
    "Delimiters",
    "Interchange",
    "Segment",
    "Transaction",
    "read_interchange",
    "write_interchange",
]

_LARGEST = 64_000_000
_ISA_LENGTH = 106
_ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


@frozen
class Delimiters:
    """What parts segments, elements, components and repetitions of an interchange."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"
    repetition: str = "^"

    def __attrs_post_init__(self) -> None:
        parts = (self.element, self.component, self.segment, self.repetition)
        if len(set(parts)) < 4 or any(len(part) != 1 or part.isalnum() for part in parts):
            raise InvalidValue("ISA", "does not say what parts its elements")


@frozen
class Segment:
    """A segment: its tag, its elements, and its number in the file, which counts from 1."""

    tag: str
    elements: tuple[str, ...] = field(repr=False)
    number: int
    delimiters: Delimiters = field(repr=False)

    def __getitem__(self, place: int) -> str:
        """The element at a place as the guides number them, from 1; empty if there is none."""
        return self.elements[place - 1] if place <= len(self.elements) else ""

    def repeated(self, place: int) -> tuple[str, ...]:
        """The repetitions of an element, none of them blank."""
        return tuple(filter(None, self[place].split(self.delimiters.repetition)))

    def components(self, place: int) -> tuple[str, ...]:
        """The components of a composite element."""
        return tuple(self[place].split(self.delimiters.component))


@frozen
class Transaction:
    """A transaction set: what it is, such as `271`, its control number, and what stands in it."""

    type: str
    control: str
    guide: str
    segments: tuple[Segment, ...] = field(repr=False)


@frozen
class Interchange:
    """Who sent transactions to whom, and when, in the clocks of the sender."""

    file: str = field(repr=False)
    sender: str
    receiver: str
    sent: datetime | None
    control: str
    is_test: bool
    transactions: tuple[Transaction, ...]


def read_interchange(source: Source) -> Interchange:
    """The interchange in a file, with every control number and count checked.

    Raises:
        FileRefused: with every fault of the envelope, each with the number of its segment.
    """
    file = name_of(source)
    try:
        text = read_whole(source, largest=_LARGEST).decode("utf-8-sig").lstrip()
    except UnicodeDecodeError:
        raise refused(file, "is not UTF-8 text") from None
    delimiters = _delimiters(text, file)
    segments = list(_segments(text, delimiters))
    return _Envelope(file, segments).read()


def _delimiters(text: str, file: str) -> Delimiters:
    if not text.startswith("ISA") or len(text) < _ISA_LENGTH:
        raise refused(file, "does not begin with a whole ISA segment", place="ISA")
    parts = text[:_ISA_LENGTH].split(text[3])
    if len(parts) != 17 or [len(part) for part in parts[1:16]] != list(_ISA_WIDTHS[:15]):
        raise refused(file, "has elements of a wrong width", place="ISA")
    try:
        return Delimiters(text[3], text[104], text[105], parts[11])
    except InvalidValue as invalid:
        raise refused(file, invalid.reason, place="ISA") from None


def _segments(text: str, delimiters: Delimiters) -> Iterator[Segment]:
    number = 0
    for raw in text.split(delimiters.segment):
        stripped = raw.strip("\r\n")
        if stripped.strip():
            number += 1
            tag, *elements = stripped.split(delimiters.element)
            yield Segment(tag.strip(), tuple(elements), number, delimiters)


class _Envelope:
    def __init__(self, file: str, segments: Sequence[Segment]) -> None:
        self.file = file
        self.segments = segments
        self.problems: list[Problem] = []

    def read(self) -> Interchange:
        head = self.segments[0]
        last = self.segments[-1]
        transactions: list[Transaction] = []
        groups = 0
        group: Segment | None = None
        in_group = 0
        opened: int | None = None
        for index, segment in enumerate(self.segments):
            match segment.tag:
                case "ISA" if index:
                    self._error(segment, "a file holds one interchange")
                case "GS":
                    if group is not None or opened is not None:
                        self._error(segment, "begins before the group before it ends")
                    group, in_group, groups = segment, 0, groups + 1
                case "GE":
                    if opened is not None:
                        self._error(segment, "ends a group whose last set has not ended")
                    self._check(segment, 1, str(in_group), "transaction sets in the group")
                    self._same(segment, 2, "" if group is None else group[6], "GS06")
                    group = None
                case "ST":
                    if opened is not None:
                        self._error(segment, "begins before the set before it ends")
                    opened, in_group = index, in_group + 1
                case "SE":
                    if opened is None:
                        self._error(segment, "ends a set that has not begun")
                        continue
                    start = self.segments[opened]
                    self._check(segment, 1, str(index - opened + 1), "segments in the set")
                    self._same(segment, 2, start[2], "ST02")
                    guide = start[3] or ("" if group is None else group[8])
                    inside = tuple(self.segments[opened + 1 : index])
                    transactions.append(Transaction(start[1], start[2], guide, inside))
                    opened = None
                case "IEA":
                    self._check(segment, 1, str(groups), "groups in the interchange")
                    self._same(segment, 2, head[13], "ISA13")
                case _ if index and opened is None:
                    self._error(segment, "stands outside of any set")
        if opened is not None or group is not None or last.tag != "IEA":
            self._error(last, "the interchange is cut off")
        if self.problems:
            raise FileRefused(self.problems)
        return Interchange(
            self.file, head[6].strip(), head[8].strip(), _instant(head), head[13],
            head[15] == "T", tuple(transactions),
        )  # fmt: skip

    def _check(self, segment: Segment, place: int, counted: str, what: str) -> None:
        if segment[place].strip().lstrip("0") != counted.lstrip("0"):
            reason = f"does not agree with the number of {what}"
            self._error(segment, reason, f"{segment.tag}{place:02}")

    def _same(self, segment: Segment, place: int, other: str, name: str) -> None:
        if segment[place].strip() != other.strip() or not other.strip():
            reason = f"is not the same control number as {name}"
            self._error(segment, reason, f"{segment.tag}{place:02}")

    def _error(self, segment: Segment, reason: str, place: str = "") -> None:
        findings = Findings(self.file, segment.number)
        findings.error(place or segment.tag[:3], reason)
        self.problems += findings.problems


def _instant(head: Segment) -> datetime | None:
    """When it was sent, by the clocks of the sender, who names no zone."""
    try:
        return datetime.strptime(head[9] + head[10], "%y%m%d%H%M")  # noqa: DTZ007
    except ValueError:
        return None


def write_interchange(
    segments: Sequence[Sequence[str]],
    *,
    type: str,
    functional_id: str,
    guide: str,
    sender: tuple[str, str],
    receiver: tuple[str, str],
    sent: datetime,
    control: int,
    is_test: bool = False,
    delimiters: Delimiters = Delimiters(),
) -> str:
    """One transaction set in an envelope of its own; `control` numbers all three of its levels.

    `sender` and `receiver` are pairs of qualifier and id, such as `("30", "123456789")`.

    Raises:
        InvalidValue: an element holds a delimiter or a line break, or an id is too long.
    """
    if not 1 <= control <= 999_999_999:
        raise InvalidValue("control", "must be a number from 1 to 999,999,999")
    for name, (qualifier, id) in (("sender", sender), ("receiver", receiver)):
        if len(qualifier) != 2 or not 2 <= len(id) <= 15:
            raise InvalidValue(name, "must be a qualifier of two characters, and an id of 2 to 15")
    set_control = f"{control:04}"
    body = [["ST", type, set_control, guide], *segments]
    body.append(["SE", str(len(body) + 1), set_control])
    whole = [
        ["ISA", "00", " " * 10, "00", " " * 10, sender[0], sender[1].ljust(15),
         receiver[0], receiver[1].ljust(15), f"{sent:%y%m%d}", f"{sent:%H%M}",
         delimiters.repetition, "00501", f"{control:09}", "0", "T" if is_test else "P",
         delimiters.component],
        ["GS", functional_id, sender[1], receiver[1], f"{sent:%Y%m%d}", f"{sent:%H%M}",
         str(control), "X", guide],
        *body,
        ["GE", "1", str(control)],
        ["IEA", "1", f"{control:09}"],
    ]  # fmt: skip
    lines = []
    for index, elements in enumerate(whole):
        if index:
            _check_elements(elements, delimiters)
            while elements and not elements[-1]:
                elements = elements[:-1]
        lines.append(delimiters.element.join(elements) + delimiters.segment)
    return "\n".join(lines) + "\n"


def _check_elements(elements: Sequence[str], delimiters: Delimiters) -> None:
    forbidden = {
        delimiters.element, delimiters.segment, delimiters.component, delimiters.repetition,
    }  # fmt: skip
    for element in elements:
        if forbidden & set(element) or not element.isprintable():
            raise InvalidValue(elements[0], "an element holds a character that parts elements")
