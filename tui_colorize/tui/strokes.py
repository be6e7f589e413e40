"""Where a line or a stroke of the brush leaves its hints."""

from __future__ import annotations

from math import hypot

MOST = 24
"""Hints of one line: the network carries colour from one to the next, more only fill the table."""

Point = tuple[int, int]


def along(start: Point, end: Point, spacing: float) -> list[Point]:
    """Points of a straight line, both ends among them, evenly and at least `spacing` apart.

    Source pixels; MOST at most. Where the ends are closer than that there are only the two.
    """
    length = hypot(end[0] - start[0], end[1] - start[1])
    if length == 0:
        return [start]
    parts = max(1, min(MOST - 1, int(length / spacing)))
    return [_between(start, end, part / parts) for part in range(parts + 1)]


def steps(start: Point, end: Point, spacing: float) -> list[Point]:
    """Points of the way from start to end, each `spacing` from the one before; start is not one."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    return [_between(start, end, n * spacing / length) for n in range(1, int(length / spacing) + 1)]


def _between(start: Point, end: Point, part: float) -> Point:
    return (
        round(start[0] + (end[0] - start[0]) * part),
        round(start[1] + (end[1] - start[1]) * part),
    )
