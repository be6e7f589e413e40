"""How the canvas is divided between the gray and the coloured picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class View(StrEnum):
    """What the canvas shows; `v` goes from one to the next."""

    SIDE_BY_SIDE = "side by side"
    SPLIT = "split"
    COLOR = "colour"
    BLINK = "blink"

    @property
    def next(self) -> View:
        views = list(View)
        return views[(views.index(self) + 1) % len(views)]


@dataclass(frozen=True, slots=True)
class Panes:
    """Panes of one size, in cells of the canvas: the gray one first, then the coloured one."""

    width: int
    height: int
    corners: tuple[tuple[int, int], ...]

    def moved(self, columns: int, rows: int) -> Panes:
        """The same panes elsewhere on the canvas."""
        return replace(self, corners=tuple((x + columns, y + rows) for x, y in self.corners))

    def at(self, column: int, row: int) -> tuple[int, int] | None:
        """The cell within its pane that a cell of the canvas belongs to."""
        for x, y in self.corners:
            if x <= column < x + self.width and y <= row < y + self.height:
                return column - x, row - y
        return None


def fit_area(source: tuple[int, int], width: int, height: int) -> float:
    """The area a picture gets in so many cells, in canvas pixels (a cell is two, one on top)."""
    if width < 1 or height < 1:
        return 0.0
    scale = min(width / source[0], 2 * height / source[1])
    return source[0] * source[1] * scale * scale


def arrange(view: View, source: tuple[int, int], width: int, height: int) -> Panes:
    """The panes of a view on a canvas of so many cells: beside or above each other, whichever
    shows the picture larger, with an empty column or row between them."""
    width, height = max(1, width), max(1, height)
    if view is not View.SIDE_BY_SIDE:
        return Panes(width, height, ((0, 0),))
    half_width, half_height = max(1, (width - 1) // 2), max(1, (height - 1) // 2)
    beside = fit_area(source, half_width, height)
    above = fit_area(source, width, half_height)
    if above > beside and height > 1:
        return Panes(width, half_height, ((0, 0), (0, height - half_height)))
    return Panes(half_width, height, ((0, 0), (width - half_width, 0)))
