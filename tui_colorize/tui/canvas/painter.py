"""Pixels into terminal cells. One painter for each kind of terminal, all behind one Protocol."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Cells = list[list[Segment]]
"""Rows of one-cell segments."""

_UPPER_HALF = "▀"


class Painter(Protocol):
    """Turns canvas pixels into rows of cells. Called from worker threads."""

    name: str
    """As the status bar calls it."""

    def paint(self, pixels: Pixels, before: tuple[Pixels, Cells] | None = None) -> Cells:
        """The cells for (2 * rows, columns, 3) pixels.

        before: what an earlier call was given and returned: cells whose pixels are the same are
        taken from there, as the same objects.
        """
        ...


class HalfCellPainter:
    """Two pixels in a cell: the upper half block in one colour on a ground of the other."""

    name = "half-cell"

    def __init__(self, color_system: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._preset = color_system is ColorSystem.TRUECOLOR

    def paint(self, pixels: Pixels, before: tuple[Pixels, Cells] | None = None) -> Cells:
        rows = pixels.shape[0] // 2
        if before is None or before[0].shape != pixels.shape:
            return [self._row(pixels, row) for row in range(rows)]
        changed = (before[0] != pixels).any(axis=2)
        changed = changed[0::2] | changed[1::2]
        cells = []
        for row in range(rows):
            line = before[1][row]
            columns = changed[row].nonzero()[0].tolist()
            if columns:
                line = list(line)
                upper, lower = pixels[2 * row], pixels[2 * row + 1]
                for column in columns:
                    line[column] = self.cell(upper[column].tolist(), lower[column].tolist())
            cells.append(line)
        return cells

    def _row(self, pixels: Pixels, row: int) -> list[Segment]:
        upper, lower = pixels[2 * row].tolist(), pixels[2 * row + 1].tolist()
        return [self.cell(top, bottom) for top, bottom in zip(upper, lower, strict=True)]

    def cell(self, upper: list[int], lower: list[int]) -> Segment:
        """One cell of two colours."""
        style = Style.from_color(_color(*upper), _color(*lower))
        if self._preset:
            # Rich works these codes out once per style, slowly, in the middle of a redraw; a
            # picture has a style for every cell, so they are made here, outside the event loop.
            style._ansi = "38;2;{};{};{};48;2;{};{};{}".format(*upper, *lower)
        return Segment(_UPPER_HALF, style)


@lru_cache(maxsize=1 << 15)
def _color(red: int, green: int, blue: int) -> Color:
    return Color("", ColorType.TRUECOLOR, None, ColorTriplet(red, green, blue))
