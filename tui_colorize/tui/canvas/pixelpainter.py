"""What the painters share that send pictures: how good a picture may be for the bytes it takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from tui_colorize.tui.canvas.painter import Block, Place, Tile, pieces, unchanged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.quantize import Palette

    Pixels = NDArray[np.uint8]

_GRAYS = 64  # more of them cannot be told apart
_SAMPLES = 5  # tiles that tell how large all of them get


class Quality(NamedTuple):
    """shrink: pixels of the picture per pixel sent, along each side. colors: at most so many."""

    shrink: int
    colors: int


class _Piece(NamedTuple):
    """A block that becomes a tile, and the number of the block that it is cut from."""

    block: Block
    source: int

    @property
    def cells(self) -> int:
        return self.block.place[2] * self.block.place[3]


class PixelPainter(ABC):
    """Draws tiles in the best quality that the budget allows."""

    tile: ClassVar[tuple[int, int]]
    """Columns and rows of a tile."""
    qualities: ClassVar[Sequence[Quality]]
    """From the best to the worst."""
    budget: ClassVar[float]
    frugal_budget: ClassVar[float]
    """Bytes per cell."""
    small: ClassVar[int]
    """Cells of which a picture may always have the budget."""

    def __init__(self, cell: tuple[int, int], colors: int = 256) -> None:
        """cell: its size in pixels. colors: how many the terminal can show in one picture."""
        self.cell = cell
        self._best = [quality for quality in self.qualities if quality.colors <= colors]

    def resize(self, cell: Callable[[], tuple[int, int] | None]) -> None:
        self.cell = cell() or self.cell

    @abstractmethod
    def encode(self, pixels: Pixels, palette: Palette, shrink: int) -> str:
        """The bytes of a tile, as characters."""

    @abstractmethod
    def make(self, block: Block, encoded: str, frugal: bool) -> Tile: ...

    def paint(
        self,
        blocks: Sequence[Block],
        *,
        cell: tuple[int, int],
        frugal: bool,
        before: Mapping[Place, Tile],
    ) -> dict[Place, Tile]:
        tiles = {}
        changed = []
        for number, block in enumerate(blocks):
            for piece in pieces(block, cell, self.tile):
                tile = unchanged(piece, before, frugal)
                if tile is None:
                    changed.append(_Piece(piece, number))
                else:
                    tiles[piece.place] = tile
        if changed:
            encode = self._encoder(blocks)
            quality = self._affordable(changed, encode, frugal)
            for one in changed:
                tiles[one.block.place] = self.make(one.block, encode(one, quality), frugal)
        return tiles

    def _encoder(self, blocks: Sequence[Block]) -> Callable[[_Piece, Quality], str]:
        """Encodes pieces, each in each quality only once, with palettes of the whole blocks."""
        from tui_colorize.tui.canvas.quantize import choose_palette

        palettes: dict[tuple[int, int], Palette] = {}
        done: dict[tuple[Place, Quality], str] = {}

        def encode(piece: _Piece, quality: Quality) -> str:
            key = piece.block.place, quality
            if key not in done:
                pixels = blocks[piece.source].pixels
                which = piece.source, quality.colors
                if which not in palettes:
                    gray = (pixels[..., 0] == pixels[..., 2]).all()
                    count = min(quality.colors, _GRAYS) if gray else quality.colors
                    palettes[which] = choose_palette(pixels, count)
                done[key] = self.encode(piece.block.pixels, palettes[which], quality.shrink)
            return done[key]

        return encode

    def _affordable(
        self,
        pieces: Sequence[_Piece],
        encode: Callable[[_Piece, Quality], str],
        frugal: bool,
    ) -> Quality:
        """The best quality in which all of this is within the budget, judged by a few pieces."""
        sample = pieces[:: max(1, len(pieces) // _SAMPLES)]
        cells = sum(piece.cells for piece in pieces)
        budget = self.frugal_budget if frugal else self.budget
        budget *= max(1.0, self.small / cells)
        wanted = budget * sum(piece.cells for piece in sample)
        for quality in self._best[:-1]:
            if sum(len(encode(piece, quality)) for piece in sample) <= wanted:
                return quality
        return self._best[-1]


def shrunk(pixels: Pixels, by: int) -> Pixels:
    """Averaged over squares of that side."""
    import cv2
    import numpy as np

    if by == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, width // by), max(1, height // by))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
