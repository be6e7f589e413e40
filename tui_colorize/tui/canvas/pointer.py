"""The cursor and the rulers as small pictures of the Kitty protocol, moved without being resent.

One picture holds the marks of all panes, since they keep their distance from each other.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_colorize.tui.canvas.kittycodes import POINTER, delete, transmission

if TYPE_CHECKING:
    from PIL import ImageDraw

CROSS, _COLUMN, _ROW = POINTER
_DARK, _LIGHT, _BRUSH = (0, 0, 0), (255, 255, 255), (255, 79, 163)

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the pointer is: in the first pane, in cells of the screen.

    corner: of the picture in it. cell: where the dot is. half: 1 in the lower half of the cell.
    others: how far away the other panes are. size: of a cell, in pixels. ruler: its colour.
    """

    corner: Cell
    cell: Cell
    half: int
    others: tuple[Cell, ...]
    size: tuple[int, int]
    brush: bool
    ruler: str


class KittyPointer:
    """Says what to send so that the pointer is where it should be."""

    def __init__(self) -> None:
        self._made: tuple[object, ...] = ()
        self._placed: dict[int, tuple[Cell, int]] = {}

    def show(self, spot: Spot | None) -> str:
        """Point there; None: nowhere."""
        if spot is None:
            gone = "".join(f"\x1b_Ga=d,d=i,i={number},q=2\x1b\\" for number in self._placed)
            self._placed = {}
            return gone
        text = ""
        made = (spot.others, spot.size, spot.brush, spot.ruler)
        if made != self._made:
            self._made, self._placed = made, {}
            text = _pictures(spot)
        (left, top), (column, row) = spot.corner, spot.cell
        wanted = {
            CROSS: ((column - 1, row - 1), spot.half * (spot.size[1] // 2)),
            _COLUMN: ((column, top - 1), 0),
            _ROW: ((left - 1, row), 0),
        }
        for number, (cell, down) in wanted.items():
            if self._placed.get(number) != (cell, down):
                offset = f",Y={down}" if down else ""
                text += (
                    f"\x1b[{cell[1] + 1};{cell[0] + 1}H"
                    f"\x1b_Ga=p,i={number},p=1,C=1{offset},q=2\x1b\\"
                )
        self._placed = wanted
        return text

    def forget(self) -> None:
        """The terminal has lost its pictures."""
        self._made, self._placed = (), {}

    def close(self) -> str:
        """What frees the terminal's memory."""
        made, self._made, self._placed = self._made, (), {}
        if not made:
            return ""
        return "".join(map(delete, POINTER))


def _pictures(spot: Spot) -> str:
    width, height = spot.size
    core = _BRUSH if spot.brush else _LIGHT

    def cross(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        """Four arms about the dot, which stays free; light with a dark edge, seen on anything."""
        x, y = x + width + width // 2, y + height + height // 4
        for color, thick in ((_DARK, 1), (core, 0)):
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                near, far = width // 2 - thick + 1, width + thick
                ends = [(x + dx * near, y + dy * near), (x + dx * far, y + dy * far)]
                (x0, x1), (y0, y1) = (sorted(axis) for axis in zip(*ends, strict=True))
                wide = (thick * abs(dy), thick * abs(dx))
                draw.rectangle(
                    (x0 - wide[0], y0 - wide[1], x1 + wide[0] + abs(dy), y1 + wide[1] + abs(dx)),
                    color,
                )

    def column(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        tip, side = (x + width // 2, y + height - 2), width // 2
        draw.polygon(
            [tip, (tip[0] - side, tip[1] - side), (tip[0] + side, tip[1] - side)], spot.ruler
        )

    def row(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
        tip, side = (x + width - 2, y + height // 2), width // 2
        draw.polygon(
            [tip, (tip[0] - side, tip[1] - side), (tip[0] - side, tip[1] + side)], spot.ruler
        )

    return (
        _picture(CROSS, spot, (3, 3), cross)
        + _picture(_COLUMN, spot, (1, 1), column)
        + _picture(_ROW, spot, (1, 1), row)
    )


def _picture(
    number: int,
    spot: Spot,
    size: Cell,
    draw: Callable[[ImageDraw.ImageDraw, int, int], None],
) -> str:
    """A mark of that size, in cells, for each pane."""
    from PIL import Image, ImageDraw

    width, height = spot.size
    places = ((0, 0), *spot.others)
    columns = max(x for x, _ in places) + size[0]
    rows = max(y for _, y in places) + size[1]
    image = Image.new("P", (columns * width, rows * height), 0)
    image.putpalette([1, 2, 3])  # no colour of the marks; index 0 is transparent
    canvas = ImageDraw.Draw(image)
    for x, y in places:
        draw(canvas, x * width, y * height)
    file = io.BytesIO()
    image.save(file, "PNG", transparency=0)
    encoded = b64encode(file.getvalue()).decode("ascii")
    return transmission(f"a=t,i={number},f=100,q=2", encoded)
