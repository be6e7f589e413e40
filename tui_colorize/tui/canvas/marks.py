"""The cursor, the rulers and the hints, drawn in place of cells of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tui_colorize.tui.canvas.frame import Frame, FrameRequest
from tui_colorize.tui.canvas.painter import GROUND_STYLE

if TYPE_CHECKING:
    from tui_colorize.hints import Hint

Marks = dict[tuple[int, int], Segment]
"""(column, row) of the canvas -> what stands there instead of the picture."""

_DARK, _LIGHT = "#000000", "#ffffff"
_HINT, _SELECTED, _DISABLED = "○", "◉", "⊘"
# The arms of the cross are thick but for the one away from the half of the cell where the dot is.
_CROSS = ("╇", "╈")
_COLUMN, _ROW = "▾", "▸"
_BRUSH = "#ff4fa3"
_MIDDLE = 128
RULER = 1
"""Columns and rows that the rulers take at the left and on top."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is to be marked: the place of the cursor, the hints, the index of the selected one."""

    cursor: tuple[int, int] = (0, 0)
    hints: tuple[Hint, ...] = ()
    selected: int | None = None
    brush: bool = False


def draw_hints(overlay: Overlay, frame: Frame) -> Marks:
    """The cells of the hints on every pane, the selected one above the others, with its number."""
    marks: Marks = {}
    request = frame.request
    for number, hint in enumerate(overlay.hints):
        if number != overlay.selected:
            for column, row, _ in _places(request, hint.x, hint.y):
                marks[column, row] = _ring(_HINT, hint)
    if overlay.selected is not None and overlay.selected < len(overlay.hints):
        hint = overlay.hints[overlay.selected]
        for column, row, right in _places(request, hint.x, hint.y):
            marks[column, row] = _ring(_SELECTED, hint)
            # The number stands on whichever side has room.
            label = str(overlay.selected + 1)
            start = column + 1 if column + len(label) < right else column - len(label)
            for place, digit in enumerate(label, start):
                marks[place, row] = _glyph(digit, _DARK, _LIGHT)
    return _within(marks, request)


def draw_cursor(overlay: Overlay, frame: Frame) -> Marks:
    """A cross on every pane, on the colour of the dot that it is on; coloured for the brush."""
    marks: Marks = {}
    dot = frame.request.viewport.to_canvas(*overlay.cursor)
    for column, row, _ in _places(frame.request, *overlay.cursor):
        assert dot is not None
        ground = _color_at(frame, column, row, dot[1] % 2)
        ink = _DARK if _brightness(ground) > _MIDDLE else _LIGHT
        marks[column, row] = _glyph(_CROSS[dot[1] % 2], _BRUSH if overlay.brush else ink, ground)
    return _within(marks, frame.request)


def draw_rulers(overlay: Overlay, frame: Frame) -> Marks:
    """Above and at the left of every picture, where the cursor is."""
    marks: Marks = {}
    places = _places(frame.request, *overlay.cursor)
    for (column, row, _), (left, top) in zip(places, frame.request.corners, strict=False):
        marks[column, top - RULER] = Segment(_COLUMN, GROUND_STYLE)
        marks[left - RULER, row] = Segment(_ROW, GROUND_STYLE)
    return _within(marks, frame.request)


def _within(marks: Marks, request: FrameRequest) -> Marks:
    columns, rows = request.size
    return {
        (column, row): mark
        for (column, row), mark in marks.items()
        if 0 <= column < columns and 0 <= row < rows
    }


def _places(request: FrameRequest, x: int, y: int) -> Iterator[tuple[int, int, int]]:
    """The cell of a source pixel on each pane, with the pane's right edge."""
    dot = request.viewport.to_canvas(x, y)
    if dot is not None:
        for left, top in request.panes.corners:
            yield left + dot[0], top + dot[1] // 2, left + request.panes.width


def _color_at(frame: Frame, column: int, row: int, half: int) -> str:
    """The average of a half of a cell."""
    width, height = frame.request.cell
    middle = (height + 1) // 2
    rows = slice(row * height + half * middle, row * height + (height if half else middle))
    part = frame.pixels[rows, column * width : (column + 1) * width]
    return "#{:02x}{:02x}{:02x}".format(*(round(value) for value in part.mean(axis=(0, 1))))


def _brightness(color: str) -> float:
    return (2 * int(color[1:3], 16) + 5 * int(color[3:5], 16) + int(color[5:7], 16)) / 8


def _ring(glyph: str, hint: Hint) -> Segment:
    """On the hint's colour, in black or white, whichever shows it: seen on any picture. The other
    way round where the hint is disabled."""
    contrast = _DARK if _brightness(hint.color) > _MIDDLE else _LIGHT
    if hint.enabled:
        return _glyph(glyph, contrast, hint.color)
    return _glyph(_DISABLED, hint.color, contrast)


@lru_cache(maxsize=4096)
def _glyph(glyph: str, ink: str, ground: str) -> Segment:
    return Segment(glyph, Style(color=ink, bgcolor=ground))
