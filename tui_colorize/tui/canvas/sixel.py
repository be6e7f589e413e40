"""Sixel pictures: drawn over the cells, gone where something is written, so drawn again there."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from rich.segment import Segment

from tui_colorize.tui.canvas.painter import HOLE, Block, Detail, Place, Tile
from tui_colorize.tui.canvas.pixelpainter import PixelPainter, Quality, shrunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from tui_colorize.tui.canvas.quantize import Palette

    Pixels = NDArray[np.uint8]

_DEFINITION = re.compile(r"#(\d+);2;\d+;\d+;\d+")
_BAND = 6  # rows of pixels that are sent together
_MENDED = 24  # colours of a cell that is drawn again
_MOST_MENDED = 128


class SixelPainter(PixelPainter):
    """Six rows of pixels at a time, one colour after the other."""

    name = "sixel"
    mends = True
    pointer = None
    tile = (25, 3)
    qualities = (
        *(Quality(1, colors) for colors in (256, 192, 128, 96, 64, 48, 32)),
        *(Quality(2, colors) for colors in (64, 32, 16, 8)),
    )
    coarse = Quality(_BAND, 32)
    previewed = 100_000
    # With these a picture of 100 x 40 cells stays below 620,000 bytes, a frugal one below half.
    budget = 140
    frugal_budget = 52
    small = 0

    def encode(self, pixels: Pixels, palette: Palette, shrink: float) -> str:
        from PIL import Image

        indices = palette.indices(shrunk(pixels, shrink))
        height, width = pixels.shape[:2]
        if shrink == _BAND:
            return _squares(indices, palette, width, height)
        image = Image.fromarray(indices).resize((width, height), Image.Resampling.NEAREST)
        image.putpalette(palette.colors.tobytes())
        return _sixels(image)

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
        return _sixels(few)

    def forget(self, tiles: object) -> str:
        return ""

    def close(self) -> str:
        return ""


def _squares(indices: NDArray[np.uint8], palette: Palette, width: int, height: int) -> str:
    """A picture of that size in squares as high as a band: each band is one row of runs."""
    import numpy as np

    parts = [f'\x1bP0;0;0q"1;1;{width};{height}']
    for number in np.unique(indices):
        red, green, blue = (round(value / 2.55) for value in palette.colors[number].tolist())
        parts.append(f"#{number};2;{red};{green};{blue}")
    edges = np.linspace(0, width, indices.shape[1] + 1).round().astype(int).tolist()
    for top in range(0, height, _BAND):
        row = indices[min(top // _BAND, len(indices) - 1)].tolist()
        pixels = chr(63 + (1 << min(_BAND, height - top)) - 1)
        end = 0
        for number, run in groupby(row):
            start, end = end, end + len(list(run))
            parts.append(f"#{number}!{edges[end] - edges[start]}{pixels}")
        parts.append("-")
    return "".join([*parts, "\x1b\\"])


def _sixels(image: Image) -> str:
    from textual_image._sixel import image_to_sixels

    # A colour is selected after it is defined: some terminals do not take the one for the other.
    return _DEFINITION.sub(r"\g<0>#\1", str(image_to_sixels(image)))
