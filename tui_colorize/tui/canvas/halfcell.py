"""Two pixels in a cell: for every terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from tui_colorize.tui.canvas.painter import HALVES, RING, Block, Detail, Place, Tile, paint_changes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    RGB = Sequence[int]

_TILE = (40, 6)  # columns, rows
_UPPER, _LOWER, _BLANK = "▀", "▄", " "
_FRUGAL = 18.0  # bytes per cell of a frugal picture
_GLYPH, _CHANGE = 3, 18  # bytes of a cell, and of a change of ink or ground
_SAMPLE = 5  # one row of so many tells how large a picture gets
_TOLERANCES = (0, 10, 16, 24, 36, 54, 80)
"""How far a colour may be from the one that is taken for it, as a distance in RGB."""


class HalfCellPainter:
    """The upper half block in one colour on a ground of the other."""

    name = "half-cell"
    ring = RING
    cell = HALVES
    mends = False
    pointer = None

    def __init__(self, color_system: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._preset = color_system is ColorSystem.TRUECOLOR

    def paint(
        self,
        blocks: Sequence[Block],
        *,
        cell: tuple[int, int],
        detail: Detail,
        before: Mapping[Place, Tile],
    ) -> dict[Place, Tile]:
        def make(block: Block, changed: list[Block]) -> Iterator[Tile]:
            tolerance = _tolerance(block.pixels) if detail < Detail.FINE and changed else None
            for piece in changed:
                yield self._tile(piece, tolerance, detail)

        return paint_changes(blocks, size=_TILE, cell=cell, detail=detail, before=before, make=make)

    def resize(self, cell: object) -> None:
        """Halves of cells are what they are."""

    def put(self, tile: Tile) -> str:
        return ""

    def mend(self, tile: Tile, place: Place) -> str:
        return ""

    def forget(self, tiles: Sequence[Tile]) -> str:
        return ""

    def close(self) -> str:
        return ""

    def _tile(self, piece: Block, tolerance: int | None, detail: Detail) -> Tile:
        rows = []
        for row in range(piece.place[3]):
            upper, lower = piece.pixels[2 * row].tolist(), piece.pixels[2 * row + 1].tolist()
            if tolerance is None:
                rows.append([self.cell_of(*halves) for halves in zip(upper, lower, strict=True)])
            else:
                rows.append([self._segment(*cell) for cell in _frugal_row(upper, lower, tolerance)])
        return Tile(*piece.place[:2], piece.pixels, rows, detail=detail)

    def cell_of(self, upper: list[int], lower: list[int]) -> Segment:
        """One cell of two colours."""
        return self._segment(_UPPER, upper, lower)

    def _segment(self, glyph: str, ink: RGB, ground: RGB) -> Segment:
        style = Style.from_color(_color(*ink), _color(*ground))
        if self._preset:
            # Rich works these codes out once per style, slowly, in the middle of a redraw; a
            # picture has a style for every cell, so they are made here, outside the event loop.
            style._ansi = "38;2;{};{};{};48;2;{};{};{}".format(*ink, *ground)
        return Segment(glyph, style)


def _tolerance(pixels: Pixels) -> int:
    """The smallest tolerance with which a picture is frugal enough."""
    rows = range(0, pixels.shape[0] // 2, _SAMPLE)
    halves = [(pixels[2 * row].tolist(), pixels[2 * row + 1].tolist()) for row in rows]
    wanted = _FRUGAL * len(rows) * pixels.shape[1]
    for tolerance in _TOLERANCES[:-1]:
        if sum(_cost(_frugal_row(*both, tolerance)) for both in halves) <= wanted:
            return tolerance
    return _TOLERANCES[-1]


def _cost(cells: list[tuple[str, RGB, RGB]]) -> int:
    changes = sum((one[1] != other[1]) + (one[2] != other[2]) for one, other in pairwise(cells))
    return _GLYPH * len(cells) + _CHANGE * (changes + 2)


def _frugal_row(
    upper: list[list[int]], lower: list[list[int]], tolerance: int
) -> list[tuple[str, RGB, RGB]]:
    """(glyph, ink, ground) of each cell, with as few changes of ink and ground as the tolerance
    allows: the same two colours make an upper half block and, exchanged, a lower one."""
    limit = tolerance * tolerance
    cells: list[tuple[str, RGB, RGB]] = []
    ink: RGB = upper[0]
    ground: RGB = lower[0]
    for top, bottom in zip(upper, lower, strict=True):
        keeps_ink, keeps_ground = _near(ink, top, limit), _near(ground, bottom, limit)
        turned_ink, turned_ground = _near(ink, bottom, limit), _near(ground, top, limit)
        if _near(top, bottom, limit) and not (keeps_ink and keeps_ground):
            if not turned_ground:
                ground = top
            cells.append((_BLANK, ink, ground))
        elif turned_ink + turned_ground > keeps_ink + keeps_ground:
            ink, ground = ink if turned_ink else bottom, ground if turned_ground else top
            cells.append((_LOWER, ink, ground))
        else:
            ink, ground = ink if keeps_ink else top, ground if keeps_ground else bottom
            cells.append((_UPPER, ink, ground))
    return cells


def _near(one: RGB, other: RGB, limit: int) -> bool:
    red, green, blue = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return red * red + green * green + blue * blue <= limit


@lru_cache(maxsize=1 << 15)
def _color(red: int, green: int, blue: int) -> Color:
    return Color("", ColorType.TRUECOLOR, None, ColorTriplet(red, green, blue))
