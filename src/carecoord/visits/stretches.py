"""Sets of half-open stretches, as sorted pairs that never touch, of whatever can be ordered.

The same few lines serve datetimes, where calendars are made, and whole numbers, where they are
searched.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias, TypeVar

__all__ = ["Stretch", "common", "cut", "joined"]

Point = TypeVar("Point", int, datetime)
Stretch: TypeAlias = tuple[int, int]
"""A stretch of whole numbers, the end excluded."""


def joined(stretches: Iterable[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """The same points in as few stretches as possible, in order; empty ones vanish."""
    done: list[tuple[Point, Point]] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if done and start <= done[-1][1]:
            if end > done[-1][1]:
                done[-1] = (done[-1][0], end)
        else:
            done.append((start, end))
    return done


def cut(
    stretches: list[tuple[Point, Point]], taken: list[tuple[Point, Point]]
) -> list[tuple[Point, Point]]:
    """What is left of the stretches when others are taken out; both are as `joined` gives them."""
    rest: list[tuple[Point, Point]] = []
    at, count = 0, len(taken)
    for start, end in stretches:
        while at < count and taken[at][1] <= start:
            at += 1
        while at < count and taken[at][0] < end:
            if start < taken[at][0]:
                rest.append((start, taken[at][0]))
            start = taken[at][1]
            if start >= end:
                break
            at += 1
        if start < end:
            rest.append((start, end))
    return rest


def common(
    stretches: list[tuple[Point, Point]], others: list[tuple[Point, Point]]
) -> list[tuple[Point, Point]]:
    """What belongs to both; both are as `joined` gives them."""
    both: list[tuple[Point, Point]] = []
    one = other = 0
    while one < len(stretches) and other < len(others):
        start = max(stretches[one][0], others[other][0])
        end = min(stretches[one][1], others[other][1])
        if start < end:
            both.append((start, end))
        if stretches[one][1] <= others[other][1]:
            one += 1
        else:
            other += 1
    return both
