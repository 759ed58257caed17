"""Keeps what could be seen of marked values, to be looked through at the end."""

import traceback
from datetime import date

from carecoord import CarecoordError

__all__ = ["BORN", "MARK", "SEEN", "Ear"]

MARK = "CANARY"
BORN = date(1911, 7, 23)
SEEN = (MARK, "1911-07-23", "1911, 7, 23", "07/23/1911", "23 JULY 1911")
"""A year alone would be found in ids by chance."""


class Ear:
    """Keeps what could be seen."""

    def __init__(self):
        self.heard = []

    def hear(self, value):
        self.heard.append(repr(value))
        return value

    def read(self, text):
        """A text as it leaves the library."""
        self.heard.append(text)
        return text

    def expect(self, do, *arguments, **named):
        try:
            self.hear(do(*arguments, **named))
        except CarecoordError as error:
            self.heard += [str(error), repr(error), "".join(traceback.format_exception(error))]
        else:
            raise AssertionError("should have been refused")
