"""Few colours instead of many: palettes for the terminals' picture formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Indices = NDArray[np.uint8]

_SAMPLE = 16_000  # pixels that a palette is chosen from
_BITS = 5  # of each channel that decide on a pixel's colour


@dataclass(frozen=True)
class Palette:
    """colors: (n, 3) uint8, n at most 256."""

    colors: Pixels

    def indices(self, pixels: Pixels) -> Indices:
        """(height, width): the nearest colour of each pixel of (height, width, 3)."""
        import numpy as np

        red, green, blue = (pixels[..., channel] >> (8 - _BITS) for channel in range(3))
        place = (red.astype(np.uint16) << 2 * _BITS) | (green.astype(np.uint16) << _BITS) | blue
        return np.asarray(self._nearest[place], np.uint8)

    @cached_property
    def _nearest(self) -> Indices:
        """The nearest colour of each cell of the RGB cube."""
        import numpy as np

        levels = (np.arange(1 << _BITS, dtype=np.float32) + 0.5) * (256 >> _BITS)
        cube = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3)
        colors = self.colors.astype(np.float32)
        # |cube - color|^2 without the part that is the same for all colours
        distance = (colors**2).sum(1) - 2 * cube @ colors.T
        return np.asarray(distance.argmin(1), np.uint8)


def choose_palette(pixels: Pixels, count: int) -> Palette:
    """A palette of at most so many colours for these (height, width, 3) pixels."""
    import numpy as np
    from PIL import Image

    height, width = pixels.shape[:2]
    step = max(1, round((height * width / _SAMPLE) ** 0.5))
    sample = Image.fromarray(np.ascontiguousarray(pixels[::step, ::step]))
    reduced = sample.quantize(count, method=Image.Quantize.MAXCOVERAGE)
    colors = np.array(reduced.getpalette(), np.uint8).reshape(-1, 3)
    return Palette(colors[: int(np.asarray(reduced).max()) + 1])
