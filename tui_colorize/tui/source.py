"""A picture as the app opens it: decoded, its grays for the canvas, the hints kept for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_colorize.terminaltext import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tui_colorize.hints import HintSet
    from tui_colorize.imagefile import Still

    Pixels = NDArray[np.uint8]

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """An opened picture. name: its file name, safe to show. gray: (height, width) uint8."""

    path: Path
    name: str
    digest: str
    still: Still
    gray: Pixels
    kept: HintSet

    @property
    def width(self) -> int:
        return int(self.gray.shape[1])

    @property
    def height(self) -> int:
        return int(self.gray.shape[0])

    def lightness_at(self, x: int, y: int) -> float:
        """L of a pixel, near enough until the engine knows better."""
        luminance = (int(self.gray[y, x]) / 255) ** 2.2
        return float(116 * luminance ** (1 / 3) - 16 if luminance > 0.009 else 903 * luminance)

    def scaled(self, size: tuple[int, int], region: tuple[int, int, int, int]) -> Pixels:
        """A region of the gray picture as (height, width, 3), averaged over areas."""
        import cv2
        import numpy as np

        x0, y0, x1, y1 = region
        shrinks = size[0] < x1 - x0 or size[1] < y1 - y0
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST
        small = cv2.resize(self.gray[y0:y1, x0:x1], size, interpolation=interpolation)
        return np.repeat(small[..., None], 3, axis=2).astype(np.uint8, copy=False)

    def levels(self) -> int:
        """How many different grays the picture has, in its own bit depth."""
        import cv2
        import numpy as np

        plane = _luma(self.still.pixels)
        bins = int(np.iinfo(plane.dtype).max) + 1
        return int(np.count_nonzero(cv2.calcHist([plane], [0], None, [bins], [0, bins])))


def open_source(path: Path) -> Source:
    """Read a picture and what was kept for it. Raises UserError."""
    import numpy as np

    from tui_colorize.imagefile import read_still
    from tui_colorize.tui.keep import recall

    still = read_still(path)
    plane = _luma(still.pixels)
    gray = plane if plane.dtype == np.uint8 else (plane >> 8).astype(np.uint8)
    digest = _digest(path)
    height, width = gray.shape
    return Source(path, printable(path.name), digest, still, gray, recall(digest, (width, height)))


def _luma(pixels: NDArray[Any]) -> NDArray[Any]:
    import cv2

    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _digest(path: Path) -> str:
    import hashlib

    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
