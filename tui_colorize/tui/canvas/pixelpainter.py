"""What the painters share that send pictures: how good a picture may be for the bytes it takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from tui_colorize.tui.canvas.painter import Block, Detail, Place, Tile, paint_changes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.quantize import Palette

    Pixels = NDArray[np.uint8]

_GRAYS = 64  # more of them cannot be told apart
_SAMPLES = 5  # tiles that are tried first
_ROOM = 0.85  # of the budget: who has spent more cannot afford better, mostly
_SURE = 0.95  # of the budget: who would spend that is likely to stay within it
_ALIKE = 0.15  # of what a few pieces took: a picture that takes so much more or less is another


class Quality(NamedTuple):
    """shrink: pixels of the picture per pixel sent, along each side. colors: at most so many."""

    shrink: float
    colors: int


class _Afforded(NamedTuple):
    """quality: its number; taken: of the budget, by a few pieces, each by cells; ratio: of what
    all took to that."""

    quality: int = 0
    taken: float = 0.0
    ratio: float = 1.0


class PixelPainter(ABC):
    """Draws tiles in the best quality that the budget allows."""

    tile: ClassVar[tuple[int, int]]
    """Columns and rows of a tile."""
    qualities: ClassVar[Sequence[Quality]]
    """From the best to the worst."""
    coarse: ClassVar[Quality]
    """Of what is to be there at once."""
    budget: ClassVar[float]
    frugal_budget: ClassVar[float]
    """Bytes per cell."""
    small: ClassVar[int]
    """Cells of which a picture may always have the budget."""

    def __init__(self, cell: tuple[int, int], colors: int = 256) -> None:
        """cell: its size in pixels. colors: how many the terminal can show in one picture."""
        self.cell = cell
        self._best = [quality for quality in self.qualities if quality.colors <= colors]
        self._last: dict[Detail, _Afforded] = {}

    def resize(self, cell: Callable[[], tuple[int, int] | None]) -> None:
        self.cell = cell() or self.cell

    @abstractmethod
    def encode(self, pixels: Pixels, palette: Palette, shrink: float) -> str:
        """The bytes of a tile, as characters."""

    @abstractmethod
    def make(self, piece: Block, encoded: str, shrink: float, detail: Detail) -> Tile:
        """shrink: how much the pixels were shrunk to be encoded."""

    def paint(
        self,
        blocks: Sequence[Block],
        *,
        cell: tuple[int, int],
        detail: Detail,
        before: Mapping[Place, Tile],
    ) -> dict[Place, Tile]:
        def make(block: Block, changed: list[Block]) -> Iterator[Tile]:
            if changed:
                encode = self._encoder(block.pixels)
                coarse = detail is Detail.COARSE
                quality = self.coarse if coarse else self._affordable(changed, encode, detail)
                for piece in changed:
                    yield self.make(piece, encode(piece, quality), quality.shrink, detail)

        return paint_changes(
            blocks, size=self.tile, cell=cell, detail=detail, before=before, make=make
        )

    def _encoder(self, pixels: Pixels) -> Callable[[Block, Quality], str]:
        """Encodes pieces of these pixels, each in each quality only once, with common palettes."""
        from tui_colorize.tui.canvas.quantize import choose_palette

        @cache
        def gray() -> bool:
            return bool((pixels[..., 0] == pixels[..., 2]).all())

        palettes: dict[int, Palette] = {}
        done: dict[tuple[Place, float, int], str] = {}

        def encode(piece: Block, quality: Quality) -> str:
            count = quality.colors
            if count > _GRAYS and gray():
                count = _GRAYS
            if count not in palettes:
                # Many pictures have fewer colours than they may have.
                enough = (
                    each for most, each in palettes.items() if most > count >= len(each.colors)
                )
                palettes[count] = next(enough, None) or choose_palette(pixels, count)
            key = piece.place, quality.shrink, len(palettes[count].colors)
            if key not in done:
                done[key] = self.encode(piece.pixels, palettes[count], quality.shrink)
            return done[key]

        return encode

    def _affordable(
        self, pieces: list[Block], encode: Callable[[Block, Quality], str], detail: Detail
    ) -> Quality:
        """The best quality in which all of this is within the budget."""
        cells = sum(piece.cells for piece in pieces)
        budget = self.budget if detail is Detail.FINE else self.frugal_budget
        budget *= max(1.0, self.small / cells)

        def spent(index: int, pieces: list[Block]) -> float:
            size = sum(len(encode(piece, self._best[index])) for piece in pieces)
            return size / (budget * sum(piece.cells for piece in pieces))

        # A few pieces tell what all take. Where the last picture ended, if this one is like it.
        sample = pieces[:: max(1, len(pieces) // _SAMPLES)]
        index, taken, ratio = self._last.get(detail, _Afforded())
        if abs(spent(index, sample) - taken) > _ALIKE * taken:
            index, taken, ratio = _Afforded()
        while index and spent(index, sample) * ratio <= _ROOM:
            if spent(index - 1, sample) * ratio > _SURE:
                break
            index -= 1
        while index < len(self._best) - 1:
            if spent(index, sample) * ratio <= 1:
                whole = spent(index, pieces)
                ratio = whole / spent(index, sample)
                if whole <= 1:
                    break
            index += 1
        self._last[detail] = _Afforded(index, spent(index, sample), ratio)
        return self._best[index]


def shrunk(pixels: Pixels, by: float) -> Pixels:
    """Smaller by that factor, along each side."""
    import cv2
    import numpy as np

    if by == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width / by)), max(1, round(height / by)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
