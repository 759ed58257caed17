"""What was wrong with a file, and where: several problems at once, none of them quoting a value."""

from collections.abc import Sequence

from attrs import field, frozen

from carecoord.errors import InvalidValue
from carecoord.kernel.values import Text, check_text

__all__ = ["FileRefused", "Findings", "Problem"]

_LONGEST_PLACE = 300


@frozen
class Problem:
    """Something in a file that could not be taken as it stands.

    `entry` is the row of a table, counted from 1 as a spreadsheet does, or the entry of a bundle or
    array, counted from 0; `place` is the column, or the path within the entry. What a `warning`
    is about was taken, only not as it stands; anything else was left out.

    Files of patients are often named after them, so that neither `str` nor `repr` shows the name;
    who wants it prints `file` by itself.
    """

    file: str = field(repr=False)
    entry: int | None
    place: str
    reason: str
    warning: bool = False

    def __str__(self) -> str:
        entry = "" if self.entry is None else f"{self.entry}, "
        return f"{entry}{self.place}: {self.reason}"


class FileRefused(InvalidValue):
    """The whole file cannot be taken; `problems` holds every reason, and is never empty.

    Its message tells the first of them, and not the name of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(first.place, first.reason + more)


class Findings:
    """Gathers the problems of one entry of a file; places are told from `within`, if given."""

    def __init__(self, file: str, entry: int | None = None, *, within: str = "") -> None:
        self.file = file
        self.entry = entry
        self.within = within
        self.problems: list[Problem] = []

    @property
    def failed(self) -> bool:
        """Whether something other than a warning was found."""
        return any(not problem.warning for problem in self.problems)

    def error(self, place: str, reason: str) -> None:
        """Note why this cannot be taken."""
        self._note(place, reason, warning=False)

    def warning(self, place: str, reason: str) -> None:
        """Note what was taken, only not as it stands."""
        self._note(place, reason, warning=True)

    def _note(self, place: str, reason: str, *, warning: bool) -> None:
        where = _shortened("/".join(filter(None, (self.within, place))))
        self.problems.append(Problem(self.file, self.entry, where, reason, warning))

    def part(self) -> "Findings":
        """Findings of their own for a part that can fail by itself."""
        return Findings(self.file, self.entry, within=self.within)

    def refuse_if_failed(self) -> None:
        """Refuse the whole file if something other than a warning was found.

        Raises:
            FileRefused: with every problem.
        """
        if self.failed:
            raise FileRefused(self.problems)


def _shortened(place: str) -> str:
    """A place fit for a report: headers of a hostile file may be of any length."""
    shown = place if place.isprintable() else "".join(c if c.isprintable() else "?" for c in place)
    try:
        return check_text("place", shown, Text(longest=_LONGEST_PLACE, blank=True))
    except InvalidValue:
        return shown[:_LONGEST_PLACE] + "…"
