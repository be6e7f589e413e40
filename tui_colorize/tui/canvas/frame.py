"""A finished view of the picture, made in a worker thread, shown by the canvas."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui_colorize.tui.canvas.painter import Block, Detail, Ground, Painter, Place, Tile
from tui_colorize.tui.canvas.panes import Panes, View
from tui_colorize.tui.canvas.viewport import Viewport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Map = NDArray[np.float32]
    Region = tuple[int, int, int, int]
    Scaled = Callable[[tuple[int, int], Region], Pixels]
    """(width, height), region -> (height, width, 3): a picture at the size of a pane."""

_SEAM = (240, 240, 240)
_COARSE = 4  # pixels of a side for one of a coarse picture
_SQUARES = 3  # pixels for one of the source from which on it is drawn as a square
_TINT = (255, 79, 163)
_TINTED = 0.7  # how much of the tint covers a place whose value is 1


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """What the canvas wants to see.

    size: of the canvas in cells. cell: its size in pixels, as the painter draws it. gray_phase: the
    half of the blink view that is gray. seam: the part of the split view that is gray. detail:
    how good it is to look. preview: whether a coarse frame is to come before it. tint: (h, w),
    0..1: how much to tint the coloured picture, of any size. ground: what is around the pictures.
    """

    size: tuple[int, int]
    panes: Panes
    view: View
    viewport: Viewport
    gray_phase: bool = False
    seam: float = 0.5
    cell: tuple[int, int] = (1, 2)
    detail: Detail = Detail.FINE
    preview: bool = False
    tint: Map | None = field(default=None, compare=False)
    ground: Ground = field(default_factory=Ground)

    def pixel(self, dots: tuple[int, int]) -> tuple[int, int]:
        """The pixels in the canvas pixels, which are halves of cells."""
        return dots[0] * self.cell[0], round(dots[1] * self.cell[1] / 2)

    @property
    def corners(self) -> list[tuple[int, int]]:
        """The cells in the top left of the pictures, which may be smaller than their panes."""
        left, top = self.viewport.offset
        return [(x + left, y + top // 2) for x, y in self.panes.corners]

    @property
    def seam_dot(self) -> int:
        """Where in the window the seam is, in canvas pixels."""
        width = self.viewport.size[0]
        return max(0, min(width - 1, round(self.seam * width)))


class Kept:
    """A picture whose last scaling is kept: the gray one mostly stays when colours change."""

    def __init__(self, picture: Scaled) -> None:
        self.picture = picture
        self._last: tuple[object, Pixels] | None = None

    def __call__(self, size: tuple[int, int], region: Region) -> Pixels:
        if self._last is None or self._last[0] != (size, region):
            self._last = (size, region), self.picture(size, region)
        return self._last[1]


@dataclass(frozen=True, slots=True)
class Frame:
    """The request, the pixels of the whole canvas, the tiles of what is not ground, and the gray
    picture."""

    request: FrameRequest
    pixels: Pixels
    tiles: dict[Place, Tile]
    gray: Kept


def make_frames(
    request: FrameRequest,
    gray: Scaled,
    color: Scaled | None,
    painter: Painter,
    before: Frame | None,
) -> Iterator[Frame]:
    """Scale, lay out and paint: the frame that is wanted, after a coarse one if that is, too.

    color None: the gray picture stands in for the coloured one.
    """
    known = before.tiles if before is not None and before.request.cell == request.cell else {}
    kept = before.gray if before is not None and before.gray.picture == gray else Kept(gray)
    for detail in (Detail.COARSE, request.detail) if request.preview else (request.detail,):
        seen = _coarse(color) if color and detail is Detail.COARSE else color
        pixels, blocks = _laid_out(request, kept, seen)
        known = painter.paint(blocks, cell=request.cell, detail=detail, before=known)
        yield Frame(replace(request, detail=detail, preview=False), pixels, known, kept)


def _coarse(picture: Scaled) -> Scaled:
    """The same in fewer pixels, enlarged again."""
    import cv2
    import numpy as np

    def scaled(size: tuple[int, int], region: Region) -> Pixels:
        few = max(1, size[0] // _COARSE), max(1, size[1] // _COARSE)
        pixels = cv2.resize(picture(few, region), size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(pixels, np.uint8)

    return scaled


def _laid_out(
    request: FrameRequest, gray: Scaled, color: Scaled | None
) -> tuple[Pixels, list[Block]]:
    """The pixels of the whole canvas, and the parts that are pictures, to whole cells."""
    import numpy as np

    (columns, rows), cell = request.size, request.cell
    pixels = np.empty((rows * cell[1], columns * cell[0], 3), np.uint8)
    pixels[0] = request.ground.rgb
    pixels[1:] = pixels[0]  # a row at a time: pixel by pixel takes milliseconds
    left, top = request.pixel(request.viewport.offset)
    blocks = []
    for (column, row), picture in zip(
        request.panes.corners, _pictures(request, gray, color), strict=True
    ):
        x, y = column * cell[0] + left, row * cell[1] + top
        height, width = picture.shape[:2]
        pixels[y : y + height, x : x + width] = picture
        first, over = x // cell[0], y // cell[1]
        last, under = -(-(x + width) // cell[0]), -(-(y + height) // cell[1])
        part = pixels[over * cell[1] : under * cell[1], first * cell[0] : last * cell[0]]
        blocks.append(Block((first, over, last - first, under - over), part))
    return pixels, blocks


def _pictures(request: FrameRequest, gray: Scaled, color: Scaled | None) -> list[Pixels]:
    color = color or gray
    if request.view is View.SIDE_BY_SIDE:
        return [_scaled(request, gray), _colored(request, color)]
    if request.view is View.COLOR or (request.view is View.BLINK and not request.gray_phase):
        return [_colored(request, color)]
    if request.view is View.BLINK:
        return [_scaled(request, gray)]
    both = _colored(request, color).copy()
    seam, past = (request.pixel((dot, 0))[0] for dot in (request.seam_dot, request.seam_dot + 1))
    both[:, :seam] = _scaled(request, gray)[:, :seam]
    # A line, as thin as it can be seen.
    both[:, seam : min(past, seam + max(1, (past - seam) // 5))] = _SEAM
    return [both]


def _scaled(request: FrameRequest, picture: Scaled) -> Pixels:
    """The window's part of a picture, in as many pixels as the painter draws."""
    import cv2
    import numpy as np

    viewport = request.viewport
    width, height = request.pixel(viewport.size)
    x0, y0, x1, y1 = viewport.region
    if width <= x1 - x0 and height <= y1 - y0:
        return picture((width, height), viewport.region)
    # No more is asked for than there is; what is enlarged shows its pixels, or none at all.
    native = picture((min(width, x1 - x0), min(height, y1 - y0)), viewport.region)
    squares = request.cell == (1, 2) or width >= _SQUARES * (x1 - x0)
    interpolation = cv2.INTER_NEAREST if squares else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(native, (width, height), interpolation=interpolation), np.uint8)


def _colored(request: FrameRequest, picture: Scaled) -> Pixels:
    """The window's part of the coloured picture, tinted where that is wanted."""
    import cv2
    import numpy as np

    pixels = _scaled(request, picture)
    if request.tint is None:
        return pixels
    (width, height), tint = request.viewport.source, request.tint
    x0, y0, x1, y1 = request.viewport.region
    # Of the map, which is coarse, the rectangle that the window shows.
    scale_x, scale_y = tint.shape[1] / width, tint.shape[0] / height
    out_y, out_x = pixels.shape[:2]
    step_x, step_y = (x1 - x0) * scale_x / out_x, (y1 - y0) * scale_y / out_y
    matrix = np.array(
        [
            [step_x, 0, x0 * scale_x + step_x / 2 - 0.5],
            [0, step_y, y0 * scale_y + step_y / 2 - 0.5],
        ]
    )
    weight = cv2.warpAffine(
        tint.astype(np.float32),
        matrix,
        (out_x, out_y),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    weight = np.clip(weight, 0, 1)[..., None] * _TINTED
    return np.asarray(pixels * (1 - weight) + np.array(_TINT) * weight, np.uint8)
