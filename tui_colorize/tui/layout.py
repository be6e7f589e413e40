"""Where the panels go, so that the picture is as large as it can be."""

from __future__ import annotations

from typing import NamedTuple

from tui_colorize.tui.canvas.panes import View, arrange, fit_area

SMALLEST = (40, 12)
"""Columns and rows below which the app only says that it needs more."""

_CHROME = 3  # rows of title, keys and status
_TIMELINE = 2  # rows that a film takes besides
_BELOW = 9  # rows of the panels below the picture, at least
_BELOW_MOST = 14
_RIGHT = 32  # columns of the panels beside it, at least
_RIGHT_MOST = 38
_RIGHT_ROWS = 20  # less is too low for two panels on top of each other
_WIDE, _WIDE_ROWS = 96, 16  # but for columns enough that the picture stays large beside them
_BELOW_COLUMNS = 76  # less is too narrow for two beside each other
_PATIENCE = 1.3  # how much larger the picture must get for the panels to go below it


class Place(NamedTuple):
    """where: "right", "below", or "none": too small, panels come only on demand.

    size: columns of the panels at the right, or rows of those below.
    """

    where: str
    size: int


def place_panels(source: tuple[int, int], columns: int, rows: int, *, film: bool = False) -> Place:
    """The better place for the panels on a terminal of that size."""
    rows -= _CHROME + _TIMELINE * film
    right = max(_RIGHT, min(_RIGHT_MOST, columns * 28 // 100))
    fits_right = columns >= 2 * _RIGHT and rows >= (_WIDE_ROWS if columns >= _WIDE else _RIGHT_ROWS)
    fits_below = columns >= _BELOW_COLUMNS and rows >= _BELOW + 8
    beside = _area(source, columns - right, rows) if fits_right else 0.0
    above = _area(source, columns, rows - _BELOW) if fits_below else 0.0
    if beside == above == 0.0:
        return Place("none", 0)
    if above > beside * _PATIENCE:
        # Rows that the picture cannot use go to the panels.
        size, most = _BELOW, min(_BELOW_MOST, (rows + _CHROME) * 2 // 5)
        while size < most and _area(source, columns, rows - size - 1) >= above:
            size += 1
        return Place("below", size)
    return Place("right", right)


def _area(source: tuple[int, int], columns: int, rows: int) -> float:
    panes = arrange(View.SIDE_BY_SIDE, source, columns, rows)
    return fit_area(source, panes.width, panes.height)
