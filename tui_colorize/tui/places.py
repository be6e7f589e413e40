"""Where hints would help most: a few distinct places from a map of uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.hints import Hint

_REACH = 0.09  # of the longer side: places are at least so far from each other and from hints
_AREA = 5  # cells of the map


def uncertain_places(
    uncertainty: NDArray[np.float32],
    size: tuple[int, int],
    hints: Iterable[Hint],
    count: int = 12,
) -> list[tuple[int, int]]:
    """Source pixels, the most uncertain first, none near a hint or another of them.

    uncertainty: (h, w), a coarse map of a picture of size (width, height).
    """
    import cv2
    import numpy as np

    height, width = uncertainty.shape
    # Centres of the map's cells in source pixels: the map may be squashed.
    xs = (np.arange(width) + 0.5) * size[0] / width
    ys = (np.arange(height) + 0.5) * size[1] / height
    reach = max(1.0, max(size) * _REACH)  # at least to the next pixel
    # Averaged, with nothing beyond the edges: areas rather than specks, and no last rows, where a
    # hint reaches little.
    left = cv2.blur(uncertainty, (_AREA, _AREA), borderType=cv2.BORDER_CONSTANT).astype(np.float64)

    def suppress(x: float, y: float) -> None:
        left[np.hypot(xs[None, :] - x, ys[:, None] - y) < reach] = -np.inf

    for hint in hints:
        suppress(hint.x + 0.5, hint.y + 0.5)
    places: list[tuple[int, int]] = []
    while len(places) < count:
        row, column = np.unravel_index(int(np.argmax(left)), left.shape)
        if not np.isfinite(left[row, column]):
            break
        x, y = float(xs[column]), float(ys[row])
        places.append((min(size[0] - 1, int(x)), min(size[1] - 1, int(y))))
        suppress(x, y)
    return places
