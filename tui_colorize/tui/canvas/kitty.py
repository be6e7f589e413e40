"""Kitty pictures: sent once, shown by placeholders that are moved and covered like text."""

from __future__ import annotations

import io
import itertools
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui_colorize.tui.canvas.kittycodes import delete, placeholder, transmission
from tui_colorize.tui.canvas.painter import RING, Block, Detail, Tile
from tui_colorize.tui.canvas.pixelpainter import PixelPainter, Quality, shrunk
from tui_colorize.tui.canvas.pointer import KittyPointer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.quantize import Palette

    Pixels = NDArray[np.uint8]


class _Number(Style):
    """The number of a picture, written as an ink. The dimming of what is below a dialogue would
    make another number of it."""

    def __add__(self, style: object) -> Style:
        return self

    def clear_meta_and_links(self) -> Style:  # type: ignore[override]
        return self


class KittyPainter(PixelPainter):
    """PNG with a palette, no larger than the budget allows."""

    name = "kitty"
    mends = False
    tile = (20, 8)
    qualities = (
        *(Quality(shrink, 256) for shrink in (1, 1.25, 1.5, 2, 2.5, 3)),
        *(Quality(3, colors) for colors in (32, 16)),
        Quality(4, 16),
    )
    # With these a picture of 100 x 40 cells stays below 200,000 bytes, a frugal one below half of
    # that, the coarse one before it and both their placeholders included.
    coarse = Quality(4.5, 64)
    budget = 28.5
    frugal_budget = 14
    small = 4000

    def __init__(self, cell: tuple[int, int], ring: str = RING) -> None:
        super().__init__(cell)
        self.ring = ring
        self.pointer = KittyPointer()
        # Other programs of the same window have pictures of their own, mostly with small numbers.
        self._numbers = itertools.count((os.getpid() % 0x80 + 0x40) << 16)
        self._kept: set[int] = set()
        self.tell: Callable[[set[int]], object] | None = None
        """Called with the numbers of pictures that the terminal now keeps, or keeps no longer."""

    def encode(self, pixels: Pixels, palette: Palette, shrink: float) -> str:
        import numpy as np
        from PIL import Image

        if shrink > 1:
            # Kitty darkens the edge of a picture that it enlarges: let that be where none is seen.
            width, height = self.cell
            pixels = np.pad(pixels, ((height, height), (width, width), (0, 0)), mode="edge")
        indices = palette.indices(shrunk(pixels, shrink))
        # np.unique would sort the pixels, which takes as long as all the rest.
        used = np.flatnonzero(np.bincount(indices.ravel()))
        number = np.zeros(256, np.uint8)
        number[used] = np.arange(len(used))
        image = Image.fromarray(number[indices])
        image.putpalette(palette.colors[used].tobytes())
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=4)
        return b64encode(file.getvalue()).decode("ascii")

    def make(self, piece: Block, encoded: str, shrink: float, detail: Detail) -> Tile:
        column, row, columns, rows = piece.place
        margin = 1 if shrink > 1 else 0
        number = next(self._numbers)
        red, green, blue = number >> 16, number >> 8 & 255, number & 255
        style = _Number(color=Color.from_rgb(red, green, blue))
        # The number must arrive as it is, however few colours Rich thinks the terminal has.
        style._ansi = f"38;2;{red};{green};{blue}"
        cells = [
            [Segment(placeholder(margin + y, margin + x), style) for x in range(columns)]
            for y in range(rows)
        ]
        size = f"c={columns + 2 * margin},r={rows + 2 * margin}"
        head = f"a=T,U=1,i={number},{size},f=100,q=2"
        data = transmission(head, encoded)
        return Tile(column, row, piece.pixels, cells, data, number, detail)

    def put(self, tile: Tile) -> str:
        if tile.key in self._kept:
            return ""
        self._keep(self._kept | {tile.key})
        return tile.data

    def mend(self, tile: object, place: object) -> str:
        return ""  # whatever lay over the placeholders, they are text that Textual writes again

    def forget(self, tiles: Sequence[Tile]) -> str:
        self._keep(self._kept - {tile.key for tile in tiles})
        return "".join(delete(tile.key) for tile in tiles)

    def close(self) -> str:
        kept = sorted(self._kept)
        self._keep(set())
        return "".join(map(delete, kept))

    def _keep(self, numbers: set[int]) -> None:
        changed, self._kept = self._kept ^ numbers, numbers
        if self.tell is not None:
            self.tell(changed)
