"""Reading JSON strictly, whole or as a stream, whatever bytes it is made of.

UTF-8 alone; no key twice in an object, no NaN or Infinity, no numbers without end; numbers with a
fraction are exact decimals. Python's own limit of nesting, about a thousand levels, is the limit
here.

Source: RFC 8259; RFC 7493 for what is refused beyond it.
"""

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from carecoord.errors import InvalidValue
from carecoord_exchange.sources import UNREADABLE, refused

__all__ = ["parse_json", "stream_members"]

_BLOCK = 262_144
_LARGEST_ELEMENT = 64_000_000
"""Characters of one element of a streamed array, or of one other member."""
_BLANK = re.compile(r"[ \t\n\r]*")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidValue("json", "an object has the same key twice")
    return found


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidValue("json", "a number is too large") from None
    if len(text) > 400 or abs(number.adjusted()) > 400:
        raise InvalidValue("json", "a number is too large")
    return number


def _integer(text: str) -> int:
    if len(text) > 400:
        raise InvalidValue("json", "a number is too large")
    return int(text)


def _constant(text: str) -> Any:
    raise InvalidValue("json", f"{text} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
)


def parse_json(data: bytes, *, file: str) -> Any:
    """The value of a whole JSON text; a byte order mark in front does no harm.

    Raises:
        FileRefused: not strict JSON in UTF-8, or nested too deeply.
    """
    try:
        return _DECODER.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise refused(file, "is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise refused(file, "is not well-formed JSON", place=place) from None
    except RecursionError:
        raise refused(file, "is nested too deeply") from None
    except InvalidValue as invalid:
        raise refused(file, invalid.reason) from None


def stream_members(
    stream: BinaryIO, *, file: str, arrays: frozenset[str]
) -> Iterator[tuple[str, int | None, Any]]:
    """The members of the object that a JSON text is, one after another: key, index and value.

    A member named in `arrays` that is an array comes element by element, each with its index, so
    that memory stays flat; every other comes whole, with no index.

    Raises:
        FileRefused: not strict JSON in UTF-8, not an object, a key twice, or one value too large.
    """
    yield from _Members(stream, file, arrays).read()


class _Members:
    def __init__(self, stream: BinaryIO, file: str, arrays: frozenset[str]) -> None:
        self.stream = stream
        self.file = file
        self.arrays = arrays
        self.decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self.text = ""
        self.at = 0
        self.passed = 0
        self.ended = False

    def read(self) -> Iterator[tuple[str, int | None, Any]]:
        seen: set[str] = set()
        if self._next() != "{":
            raise refused(self.file, "must be a JSON object")
        self.at += 1
        if self._next() == "}":
            self.at += 1
        else:
            while True:
                if self._next() != '"':
                    raise self._broken()
                key = self._value()
                if key in seen:
                    raise refused(self.file, "an object has the same key twice")
                seen.add(key)
                self._expect(":")
                if key in self.arrays and self._next() == "[":
                    yield from self._elements(key)
                else:
                    yield key, None, self._value()
                if self._expect(",}") == "}":
                    break
        if self._next():
            raise self._broken()

    def _elements(self, key: str) -> Iterator[tuple[str, int | None, Any]]:
        self.at += 1
        if self._next() == "]":
            self.at += 1
            return
        index = 0
        while True:
            yield key, index, self._value()
            index += 1
            if self._expect(",]") == "]":
                return

    def _expect(self, characters: str) -> str:
        found = self._next()
        if not found or found not in characters:
            raise self._broken()
        self.at += 1
        return found

    def _next(self) -> str:
        """The next character that is not blank, which stays; empty at the end."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            if blank is not None:
                self.at = blank.end()
            if self.at < len(self.text) or not self._fill(_BLOCK):
                return self.text[self.at : self.at + 1]

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                unfinished = (
                    error.msg.startswith("Unterminated") or error.pos >= len(self.text) - 16
                )
                if unfinished and self._fill(max(_BLOCK, len(self.text) - self.at)):
                    continue
                raise self._broken(error.pos) from None
            except RecursionError:
                raise refused(self.file, "is nested too deeply") from None
            except InvalidValue as invalid:
                raise refused(self.file, invalid.reason) from None
            if end == len(self.text) and self._fill(_BLOCK):
                continue
            self.at = end
            return value

    def _fill(self, size: int) -> bool:
        """Read on; whether anything came."""
        if self.ended:
            return False
        self.passed += self.at
        rest = self.text[self.at :]
        if len(rest) > _LARGEST_ELEMENT:
            raise refused(self.file, "holds a value that is far too large")
        try:
            data = self.stream.read(size)
            self.ended = not data
            self.text = rest + self.decode(data, final=self.ended)
        except UnicodeDecodeError:
            raise refused(self.file, "is not UTF-8 text") from None
        except UNREADABLE:
            raise refused(self.file, "cannot be read") from None
        self.at = 0
        return bool(data)

    def _broken(self, position: int | None = None) -> InvalidValue:
        at = self.passed + (self.at if position is None else position)
        return refused(self.file, "is not well-formed JSON", place=f"character {at + 1}")
