"""The cursor and the hints, drawn over the cells of the picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tui_colorize.tui.canvas.frame import Frame, FrameRequest

if TYPE_CHECKING:
    from tui_colorize.hints import Hint

Marks = dict[tuple[int, int], Segment]
"""(column, row) of the canvas -> what stands there instead of the picture."""

_DARK, _LIGHT = "#000000", "#ffffff"
_HINT, _SELECTED = "●", "◉"
_BRUSH = "#ff4fa3"
_MIDDLE = 128


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is to be marked: the place of the cursor, the hints, the index of the selected one."""

    cursor: tuple[int, int] = (0, 0)
    hints: tuple[Hint, ...] = ()
    selected: int | None = None
    brush: bool = False


def draw(overlay: Overlay, frame: Frame) -> Marks:
    """The cells of all marks, on every pane: hints, the selected one above them, the cursor."""
    marks: Marks = {}
    request = frame.request
    for number, hint in enumerate(overlay.hints, 1):
        if number - 1 != overlay.selected:
            for column, row, _ in _places(request, hint.x, hint.y):
                marks[column, row] = _dot(_HINT, hint.color)
    if overlay.selected is not None and overlay.selected < len(overlay.hints):
        hint = overlay.hints[overlay.selected]
        for column, row, right in _places(request, hint.x, hint.y):
            marks[column, row] = _dot(_SELECTED, hint.color)
            # The number stands on whichever side has room, outside the cursor's brackets.
            label = str(overlay.selected + 1)
            gap = 1 + (
                request.viewport.to_canvas(*overlay.cursor)
                == request.viewport.to_canvas(hint.x, hint.y)
            )
            fits = column + gap + len(label) <= right
            start = column + gap if fits else column - gap - len(label) + 1
            for place, digit in enumerate(label, start):
                marks[place, row] = _glyph(digit, _DARK, _LIGHT)
    for mark in _cursor(overlay, frame):
        marks[mark[0]] = mark[1]
    return {
        place: mark
        for place, mark in marks.items()
        if 0 <= place[0] < request.size[0] and 0 <= place[1] < request.size[1]
    }


def _places(request: FrameRequest, x: int, y: int) -> Iterator[tuple[int, int, int]]:
    """The cell of a source pixel on each pane, with the pane's right edge."""
    dot = request.viewport.to_canvas(x, y)
    if dot is not None:
        for left, top in request.panes.corners:
            yield left + dot[0], top + dot[1] // 2, left + request.panes.width


def _cursor(overlay: Overlay, frame: Frame) -> Iterable[tuple[tuple[int, int], Segment]]:
    """Brackets around the dot, thick in the half of the row where it is; coloured for the brush."""
    request = frame.request
    dot = request.viewport.to_canvas(*overlay.cursor)
    if dot is None:
        return
    left, right = "▟▙" if dot[1] % 2 else "▜▛"
    for corner_x, corner_y in request.panes.corners:
        row = corner_y + dot[1] // 2
        for column, glyph in ((dot[0] - 1, left), (dot[0] + 1, right)):
            if 0 <= column < request.panes.width:
                ground = _average(frame, corner_x + column, row)
                ink = _DARK if sum(ground) > 3 * _MIDDLE else _LIGHT
                if overlay.brush:
                    ink = _BRUSH
                paper = "#{:02x}{:02x}{:02x}".format(*ground)
                yield (corner_x + column, row), _glyph(glyph, ink, paper)


def _average(frame: Frame, column: int, row: int) -> tuple[int, int, int]:
    upper, lower = (frame.pixels[2 * row + half, column].tolist() for half in (0, 1))
    red, green, blue = ((a + b) // 2 for a, b in zip(upper, lower, strict=True))
    return red, green, blue


def _dot(glyph: str, color: str) -> Segment:
    """In its own colour, on black or white, whichever shows it: seen on any picture."""
    bright = 2 * int(color[1:3], 16) + 5 * int(color[3:5], 16) + int(color[5:7], 16)
    return _glyph(glyph, color, _DARK if bright > 8 * _MIDDLE else _LIGHT)


@lru_cache(maxsize=4096)
def _glyph(glyph: str, ink: str, ground: str) -> Segment:
    return Segment(glyph, Style(color=ink, bgcolor=ground, bold=True))
