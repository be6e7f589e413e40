"""Sixel pictures: drawn over the cells, gone where something is written, so drawn again there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui_colorize.tui.canvas.painter import HOLE, RING, Block, Detail, Place, Tile
from tui_colorize.tui.canvas.pixelpainter import PixelPainter, Quality, shrunk
from tui_colorize.tui.canvas.sixelbands import BAND
from tui_colorize.tui.canvas.sixelcodes import sixels, squares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.quantize import Palette

    Pixels = NDArray[np.uint8]

_MENDED = 24  # colours of a cell that is drawn again
_MOST_MENDED = 128


class SixelPainter(PixelPainter):
    """Six rows of pixels at a time, one colour after the other."""

    name = "sixel"
    ring = RING
    mends = True
    pointer = None
    tile = (25, 3)
    qualities = (
        *(Quality(1, colors) for colors in (256, 192, 128, 96, 64, 48, 32)),
        *(Quality(2, colors) for colors in (64, 32, 16, 8)),
    )
    coarse = Quality(BAND, 32)
    # With these a picture of 100 x 40 cells stays below 620,000 bytes, a frugal one below half, the
    # coarse one before it included.
    budget = 130
    frugal_budget = 52
    small = 0

    def encode(self, pixels: Pixels, palette: Palette, shrink: float) -> str:
        import cv2
        import numpy as np

        indices = palette.indices(shrunk(pixels, shrink))
        height, width = pixels.shape[:2]
        if shrink == BAND:
            return squares(indices, palette.colors, width, height)
        whole = cv2.resize(indices, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        return sixels(np.asarray(whole, np.uint8), palette.colors)

    def make(self, piece: Block, encoded: str, shrink: float, detail: Detail) -> Tile:
        column, row, columns, rows = piece.place
        cells = [[Segment(HOLE)] * columns] * rows
        return Tile(column, row, piece.pixels, cells, encoded, detail=detail)

    def put(self, tile: Tile) -> str:
        return tile.data

    def mend(self, tile: Tile, place: Place) -> str:
        import numpy as np
        from PIL import Image

        column, row, columns, rows = place
        width, height = tile.cell
        x, y = (column - tile.column) * width, (row - tile.row) * height
        pixels = tile.pixels[y : y + rows * height, x : x + columns * width]
        colors = min(_MOST_MENDED, _MENDED * columns * rows)
        image = Image.fromarray(np.ascontiguousarray(pixels))
        few = image.quantize(colors, method=Image.Quantize.MEDIANCUT)
        palette = np.array(few.getpalette(), np.uint8).reshape(-1, 3)
        return sixels(np.asarray(few, np.uint8), palette)

    def forget(self, tiles: object) -> str:
        return ""

    def close(self) -> str:
        return ""
