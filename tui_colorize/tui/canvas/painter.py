"""What a painter is: pixels in, tiles out. One painter for each kind of terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.tui.canvas.pointer import KittyPointer

    Pixels = NDArray[np.uint8]

Cells = list[list[Segment]]
"""Rows of one-cell segments."""

Place = tuple[int, int, int, int]
"""Column, row, columns, rows."""

HALVES = (1, 2)
"""The cell of a painter that colours halves of cells, in pixels."""
RING = "○"
"""What stands for a hint."""
HOLE = "\u00a0"
"""What stands in a cell that a picture is drawn over: another blank than that of the app's other
parts, so it is told from a cell of something that lies over the picture."""


class Detail(IntEnum):
    """How good a picture is to look: at a quarter of the resolution, ready at once; with half of
    the usual bytes; as good as those allow."""

    COARSE = 0
    FRUGAL = 1
    FINE = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """What is around the picture, in the colours of the theme: that of the empty cells, that of the
    rulers there, and that of words where there is no picture."""

    color: str = "#0d0f14"
    ruler: str = "#c9d1e0"
    words: str = "#8b93a7"

    @property
    def rgb(self) -> tuple[int, int, int]:
        from tui_colorize.color import hex_to_rgb

        return hex_to_rgb(self.color)

    @property
    def style(self) -> Style:
        """Of empty cells. The ink is that of the rulers: it need not be changed for them."""
        return Style(color=self.ruler, bgcolor=self.color)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A few cells of the canvas, drawn. The same object as long as it looks the same.

    column, row: its place on the canvas. pixels: what it shows, at the painter's full size. data:
    what is sent besides the cells. key: what the painter knows it by. detail: how good it looks.
    """

    column: int
    row: int
    pixels: Pixels
    cells: Cells
    data: str = ""
    key: int = 0
    detail: Detail = Detail.FINE

    @property
    def place(self) -> Place:
        return self.column, self.row, len(self.cells[0]), len(self.cells)

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) of a cell in pixels."""
        height, width = self.pixels.shape[:2]
        return width // len(self.cells[0]), height // len(self.cells)

    @property
    def cost(self) -> int:
        """About how many bytes it takes to show this, for those that draw in cells alone."""
        return len(self.data) or 40 * len(self.cells) * len(self.cells[0])


class Block(NamedTuple):
    """A part of the canvas that is one picture, or a part of one: its place, and its pixels to
    whole cells."""

    place: Place
    pixels: Pixels

    @property
    def cells(self) -> int:
        return self.place[2] * self.place[3]


class Painter(Protocol):
    """Turns canvas pixels into tiles. paint is called from worker threads, the rest is not."""

    @property
    def name(self) -> str:
        """As the status bar calls it."""
        ...

    @property
    def cell(self) -> tuple[int, int]:
        """(width, height) of a cell in the pixels that are drawn there."""
        ...

    @property
    def ring(self) -> str:
        """The character that stands for a hint."""
        ...

    @property
    def mends(self) -> bool:
        """Whether what is written over a picture erases it, so that it is drawn again there."""
        ...

    @property
    def pointer(self) -> KittyPointer | None:
        """What shows the cursor and the rulers; None: they are marks like the hints."""
        ...

    def resize(self, cell: Callable[[], tuple[int, int] | None]) -> None:
        """The terminal's cells may have another size now, which the function tells if known."""
        ...

    def paint(
        self,
        blocks: Sequence[Block],
        *,
        cell: tuple[int, int],
        detail: Detail,
        before: Mapping[Place, Tile],
    ) -> dict[Place, Tile]:
        """Tiles that cover all blocks.

        cell: the size of a cell when the blocks were made. detail: what is wanted; COARSE is for
        painters of pictures alone. before: what an earlier call returned; tiles whose pixels are
        the same are taken from there if they are good enough.
        """
        ...

    def put(self, tile: Tile) -> str:
        """What is sent, besides its cells, for a tile to be seen; "" where the cells are all. Where
        the painter mends, the terminal's cursor is in the tile's first cell."""
        ...

    def mend(self, tile: Tile, place: Place) -> str:
        """What draws a part of a tile again after its cells were written over; "" where the cells
        are all. place: on the canvas; the terminal's cursor is in its first cell."""
        ...

    def forget(self, tiles: Sequence[Tile]) -> str:
        """What frees the terminal's memory of tiles that are not on the screen any more."""
        ...

    def close(self) -> str:
        """What frees the terminal's memory of all that was put and not forgotten."""
        ...


def paint_changes(
    blocks: Sequence[Block],
    *,
    size: tuple[int, int],
    cell: tuple[int, int],
    detail: Detail,
    before: Mapping[Place, Tile],
    make: Callable[[Block, list[Block]], Iterable[Tile]],
) -> dict[Place, Tile]:
    """Blocks as tiles of at most size (columns, rows): those of before that look the same already,
    and what is made of a block and those of its pieces that do not. The rest as in Painter.paint.
    """
    tiles: dict[Place, Tile] = {}
    for block in blocks:
        changed = []
        for piece in _pieces(block, cell, size):
            tile = _unchanged(piece, before, detail)
            if tile is None:
                changed.append(piece)
            else:
                tiles[piece.place] = tile
        tiles.update((tile.place, tile) for tile in make(block, changed))
    return tiles


def _pieces(block: Block, cell: tuple[int, int], size: tuple[int, int]) -> Iterator[Block]:
    left, top, columns, rows = block.place
    for row in range(0, rows, size[1]):
        for column in range(0, columns, size[0]):
            width, height = min(size[0], columns - column), min(size[1], rows - row)
            x, y = column * cell[0], row * cell[1]
            part = block.pixels[y : y + height * cell[1], x : x + width * cell[0]]
            yield Block((left + column, top + row, width, height), part)


def _unchanged(piece: Block, before: Mapping[Place, Tile], detail: Detail) -> Tile | None:
    """The tile that shows these very pixels already, well enough."""
    import numpy as np

    tile = before.get(piece.place)
    if tile is None or tile.detail < detail:
        return None
    return tile if np.array_equal(tile.pixels, piece.pixels) else None
