"""The cursor, the rulers and the hints, drawn in place of cells of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tui_colorize.tui.canvas.frame import Frame, FrameRequest
from tui_colorize.tui.theme import ink_on

if TYPE_CHECKING:
    from tui_colorize.hints import Hint
    from tui_colorize.tui.canvas.painter import Ground

Marks = dict[tuple[int, int], Segment]
"""(column, row) of the canvas -> what stands there instead of the picture."""

_DARK, _LIGHT = "#000000", "#ffffff"
_SELECTED, _DISABLED = "◉", "×"
_FOLLOWED, _FOLLOWED_SELECTED = "◇", "◈"
# The arms of the cross are thick but for the one away from the half of the cell where the dot is.
_CROSS = ("╇", "╈")
_COLUMN, _ROW = "▾", "▸"
_BRUSH = "#ff4fa3"
RULER = 1
"""Columns and rows that the rulers take at the left and on top."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is to be marked: the place of the cursor, the hints, the index of the selected one.

    On a frame of a film None stands for a hint that is not there; followed: the indices of those
    that were put on other frames.
    """

    cursor: tuple[int, int] = (0, 0)
    hints: tuple[Hint | None, ...] = ()
    selected: int | None = None
    brush: bool = False
    followed: frozenset[int] = frozenset()


def draw_hints(overlay: Overlay, frame: Frame, ring: str, gap: int = 0) -> Marks:
    """The cells of the hints on every pane, the selected one above the others, with its number so
    many cells beside it. ring: the painter's."""
    marks: Marks = {}
    request = frame.request
    for number, hint in enumerate(overlay.hints):
        if hint is not None and number != overlay.selected:
            glyph = _FOLLOWED if number in overlay.followed else ring
            for column, row, _ in _places(request, hint.x, hint.y):
                marks[column, row] = _ring(glyph, hint)
    selected = overlay.selected
    hint = None
    if selected is not None and selected < len(overlay.hints):
        hint = overlay.hints[selected]
    if hint is not None and selected is not None:
        glyph = _FOLLOWED_SELECTED if selected in overlay.followed else _SELECTED
        for column, row, right in _places(request, hint.x, hint.y):
            marks[column, row] = _ring(glyph, hint)
            # The number stands on whichever side has room.
            label = str(selected + 1)
            fits = column + gap + len(label) < right
            start = column + 1 + gap if fits else column - gap - len(label)
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
        ink = _BRUSH if overlay.brush else ink_on(ground)
        marks[column, row] = _glyph(_CROSS[dot[1] % 2], ink, ground)
    return _within(marks, frame.request)


def draw_rulers(overlay: Overlay, frame: Frame) -> Marks:
    """Above and at the left of every picture, where the cursor is."""
    marks: Marks = {}
    column_mark, row_mark = (_ruler(mark, frame.request.ground) for mark in (_COLUMN, _ROW))
    places = _places(frame.request, *overlay.cursor)
    for (column, row, _), (left, top) in zip(places, frame.request.corners, strict=False):
        marks[column, top - RULER] = column_mark
        marks[left - RULER, row] = row_mark
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


def _ring(glyph: str, hint: Hint) -> Segment:
    """On the hint's colour, in black or white, whichever shows it: seen on any picture. A cross
    where the hint is disabled."""
    return _glyph(glyph if hint.enabled else _DISABLED, ink_on(hint.color), hint.color)


@lru_cache(maxsize=16)
def _ruler(glyph: str, ground: Ground) -> Segment:
    return Segment(glyph, ground.style)


@lru_cache(maxsize=4096)
def _glyph(glyph: str, ink: str, ground: str) -> Segment:
    return Segment(glyph, Style(color=ink, bgcolor=ground))
