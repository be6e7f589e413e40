"""A finished view of the picture, made in a worker thread, shown by the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_colorize.tui.canvas.painter import Cells, Painter
from tui_colorize.tui.canvas.panes import Panes, View
from tui_colorize.tui.canvas.viewport import Viewport

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Region = tuple[int, int, int, int]
    Scaled = Callable[[tuple[int, int], Region], Pixels]
    """(width, height), region -> (height, width, 3): a picture at the size of a pane."""

GROUND = (13, 15, 20)
"""The colour around the picture: that of the app's background."""
_SEAM = (240, 240, 240)


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """What the canvas wants to see. gray_phase: the half of the blink view that is gray."""

    size: tuple[int, int]
    panes: Panes
    view: View
    viewport: Viewport
    gray_phase: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The request, its pixels and its cells, which cover the whole canvas."""

    request: FrameRequest
    pixels: Pixels
    cells: Cells


def make_frame(
    request: FrameRequest,
    gray: Scaled,
    color: Scaled | None,
    painter: Painter,
    before: Frame | None,
) -> Frame:
    """Scale, lay out and paint. color None: the gray picture stands in for the coloured one."""
    import numpy as np

    columns, rows = request.size
    pixels = np.empty((rows * 2, columns, 3), np.uint8)
    pixels[:] = GROUND
    viewport = request.viewport
    (width, height), (left, top) = viewport.size, viewport.offset
    pictures = _pictures(request, gray, color)
    for (x, y), picture in zip(request.panes.corners, pictures, strict=True):
        pixels[y * 2 + top : y * 2 + top + height, x + left : x + left + width] = picture
    known = (before.pixels, before.cells) if before else None
    return Frame(request, pixels, painter.paint(pixels, known))


def _pictures(request: FrameRequest, gray: Scaled, color: Scaled | None) -> list[Pixels]:
    size, region = request.viewport.size, request.viewport.region
    color = color or gray
    if request.view is View.SIDE_BY_SIDE:
        return [gray(size, region), color(size, region)]
    if request.view is View.COLOR or (request.view is View.BLINK and not request.gray_phase):
        return [color(size, region)]
    if request.view is View.BLINK:
        return [gray(size, region)]
    both = color(size, region).copy()
    seam = size[0] // 2
    both[:, :seam] = gray(size, region)[:, :seam]
    both[:, seam : seam + 1] = _SEAM
    return [both]
